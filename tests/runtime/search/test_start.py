"""DARTOpti: a search that starts from a network, trains its weights first, and stops where it moves no more."""

import json
import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest
import torch

import nasc
from nasc.compiler.membership import contains
from nasc.compiler.plan import cell_dag
from nasc.compiler.resolve import shipped_document
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.runtime.data.images import Images
from nasc.runtime.loop import run_task
from nasc.runtime.progress import Silent
from nasc.runtime.recipe import read_recipe, search_kind
from nasc.runtime.run import Interrupted, Run
from nasc.runtime.search.ddarts import DDartsTask, distance, stands
from nasc.runtime.search.setup import Setup
from nasc.runtime.search.start import start_cells
from nasc.runtime.search.thresholds import decided_edges
from nasc.runtime.search_job import search
from tests.runtime.test_resume import Killed, around, dying
from tests.runtime.tiny import differences, job

GIVEN = "{ s2 = simple_conv_3x3(s0)  s3 = simple_conv_3x3(s2) + skip_connect(s0)  return concat(s2..s3) }"
TEXT = f"""nas 1
use std.ddarts
ops few = max_pool_3x3 | skip_connect | simple_conv_3x3
cell given(s0, s1) {GIVEN}
cell block(s0, s1) {{ s2..s3 = keep 0..2 of few(*)  return concat(s2..s3) }}
network known: darts_cifar {{ channels: 2  cells: given*2, given/2 }}
network small: darts_search {{ channels: 2  cells: block*2, block/2 }}
search ddarts {{ network: small  start: known  epochs: 6  batch: 8  pretrain: 1  stop_from: 0  stop_after: 2 }}
"""


def task_of(text: str, path: Path, network: str | None = None, **changed: str) -> DDartsTask:
    """A search that has not begun; its data does not matter."""
    nothing = Images(torch.zeros(4, 1, 32, 32, dtype=torch.uint8), torch.zeros(4, dtype=torch.int64))
    document = nasc.loads(text) if "\n" in text else shipped_document(f"spaces/{text}")
    recipe = document.recipes("search")[0]
    settings = read_recipe(*search_kind(recipe), recipe, changed)
    options = Options(input=(1, 32, 32), channels=2)
    return DDartsTask(Setup(Run(path, {}), document, network, options, settings, nothing, torch.Tensor.float))


def written(document: n.Document, cell: str) -> set[tuple[str, str, str]]:
    """The edges of a cell as a text has them: operation, state, source."""
    return {(edge.operations[0], edge.state, edge.source) for edge in cell_dag(document, cell).edges}


def begun(task: DDartsTask) -> dict[str, set[tuple[str, str, str]]]:
    """The operations that have the strength of the start, by cell: operation, state, source."""
    found = {}
    for name, dag in task.space.dags.items():
        rows = task.space.rows(name)
        assert {value for row in rows for value in row} == {0.0, 10.0}
        found[name] = {
            (operation, edge.state, edge.source)
            for edge, row in zip(dag.open_edges, rows, strict=True)
            for operation, value in zip(edge.operations, row, strict=True)
            if value
        }
    return found


# ---------------------------------------------------------------- what a search begins with


@pytest.mark.parametrize(
    ("space", "genes"),
    [
        ("do_resnet18", {"block": "resnet18"}),
        ("do_resnet50", {f"block_{i}": f"resnet50_{i}" for i in range(3)}),
        pytest.param("do_xception", {f"block_{i}": f"xception_{i}" for i in range(3)}, marks=pytest.mark.slow),
    ],
)
def test_strengths_of_the_shipped_spaces(space: str, genes: dict[str, str], tmp_path: Path) -> None:
    task = task_of(space, tmp_path, "search")
    zoo = shipped_document(f"zoo/{space.removeprefix('do_')}")
    found = begun(task)
    assert found.keys() == genes.keys()
    for block, gene in genes.items():
        wanted = written(zoo, gene)
        assert found[block] == wanted
        assert len(wanted) >= 2
    assert distance(task.begun, decided_edges(task.space, 0.85)) == 0.0
    assert task.epochs == 50 + 5


@pytest.mark.parametrize("way", ["zoo", "file", "command line"])
def test_a_start_from_elsewhere(way: str, tmp_path: Path) -> None:
    """A genotype of the zoo, or of a file, whose cells have the names of the space or stand at its places."""
    text = shipped_document("spaces/do_resnet18").source.text
    changed: dict[str, str] = {}
    if way == "zoo":
        text = text.replace("start: resnet18", "start: do_resnet18_cifar10_sparse")
    elif way == "file":
        (tmp_path / "mine.nas").write_text(nasc.dumps(nasc.load("do_resnet18_cifar10_sparse")))
        text = text.replace("start: resnet18", f'start: "{tmp_path}/mine.nas"')
    else:
        changed = {"start": "do_resnet18_cifar10_sparse"}
    found = begun(task_of(text, tmp_path, "search", **changed))
    (cell,) = nasc.load("do_resnet18_cifar10_sparse").cells
    assert found["block"] == written(nasc.load("do_resnet18_cifar10_sparse"), cell)
    assert len(found["block"]) == 8


def test_cells_of_the_same_name(tmp_path: Path) -> None:
    text = shipped_document("spaces/fairdarts").source.text
    text = text.replace("search fairdarts { network: search }", "search ddarts { network: search  start: darts_v2 }")
    found = begun(task_of(text, tmp_path))
    zoo = nasc.load("darts_v2")
    for cell in ("normal", "reduce"):
        assert found[cell] == written(zoo, cell)
        assert len(found[cell]) == 8


@pytest.mark.parametrize(
    ("before", "after", "code", "words"),
    [
        ("start: known", "start: knwon", "E108", "did you mean `known`"),
        ("start: known", "start: 3", "E403", "takes a name, or a file in quotes"),
        ("start: known", "start: small", "E407", "cell `block` of `small` still has choices"),
        ("cells: given*2, given/2", "cells: given*2, given/2, given", "E407", "has 4 cells, the space 3"),
        ("cells: given*2, given/2", "cells: given, other, given/2", "E407", "`given` and `other` of the start both"),
        ("s2 = simple_conv_3x3(s0)  s3", "s2 = sep_conv_3x3(s0)  s3", "E407", "no `sep_conv_3x3(s0)` in `s2` of cell"),
        (
            "s2..s3 = keep 0..2 of few(*)  return concat(s2..s3)",
            "s2 = few(*)  return s2",
            "E407",
            "do not fit those of cell `block`",
        ),
    ],
)
def test_a_start_that_does_not_fit(before: str, after: str, code: str, words: str) -> None:
    other = "cell other(s0, s1) { s2 = skip_connect(s0, s1)  return concat(s2) }\nnetwork known"
    text = TEXT.replace("network known", other) if "other" in after else TEXT
    assert before in text
    with pytest.raises(nasc.NasError) as caught:
        nasc.loads(text.replace(before, after))
    (error,) = (d for d in caught.value.diagnostics if d.code.startswith("E"))
    assert error.code == code
    assert words in str(caught.value)
    assert error.span is not None
    assert error.span.text == (after.removeprefix("start: ") if after.startswith("start") else "known")


def test_states_of_other_names_go_by_order(tmp_path: Path) -> None:
    other = "{ x = simple_conv_3x3(a)  y = simple_conv_3x3(x) + skip_connect(a)  return concat(x, y) }"
    text = TEXT.replace(f"cell given(s0, s1) {GIVEN}", f"cell given(a, b) {other}")
    assert text != TEXT
    assert begun(task_of(text, tmp_path)) == begun(task_of(TEXT, tmp_path))


# ---------------------------------------------------------------- whole runs


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]


def test_a_run_pretrains_searches_and_stops(tmp_path: Path) -> None:
    """Nothing moves the start in so few steps: its distance is 0 in three epochs, and the search is over."""
    found = nasc.load(search(job(tmp_path / "run", TEXT)).path)
    assert written(found, "block") == written(found, "given")
    first, *others = rows(tmp_path / "run")
    assert "strength_loss" not in first
    assert "distance" not in first
    assert [row["distance"] for row in others] == [0.0, 0.0, 0.0]
    assert all("strength_loss" in row for row in others)


def test_it_does_not_stop_where_that_is_switched_off(tmp_path: Path) -> None:
    search(job(tmp_path / "run", TEXT, settings={"stop_after": "0"}, limit=1))
    assert len(rows(tmp_path / "run")) == 6 + 1


def test_when_distances_stand() -> None:
    assert stands([0.1, 0.1, 0.1, 0.1], 0.101, 4, 0.001 + 1e-12)
    assert not stands([0.1, 0.1, 0.1, 0.1], 0.1011, 4, 0.001)
    assert not stands([0.1, 0.1, 0.1], 0.1, 4, 0.001)
    assert not stands([0.2, 0.1, 0.1, 0.1], 0.1, 4, 0.001)
    assert stands([0.2, 0.1, 0.1, 0.1, 0.1], 0.1, 4, 0.001)
    assert not stands([0.1] * 9, 0.1, 0, 0.001)


def test_the_distance_is_that_between_genotypes(tmp_path: Path) -> None:
    task = task_of("do_resnet18", tmp_path, "search")
    with torch.no_grad():
        task.space.strengths()[0][0, 0] = 10.0  # one more operation on an edge that had one
    document = nasc.load("spaces/do_resnet18")
    dags = task.space.dags
    (start,) = start_cells(document, "resnet18", task.space.plan.stack.placements, dags)
    found = distance([start], decided_edges(task.space, 0.85))
    assert found == pytest.approx(82.105830863444 / 990.9725, abs=1e-4)  # conv_3x1_1x3, by weight


@pytest.mark.slow
@pytest.mark.parametrize("space", ["do_resnet18", "do_resnet50", "do_xception"])
def test_the_shipped_spaces_are_searched(space: str, tmp_path: Path) -> None:
    """One step of pretraining and one of search on noise; what is written is a genotype that is built."""
    torch.set_num_threads(1)
    document = shipped_document(f"spaces/{space}")
    recipe = document.recipes("search")[0]
    changed = {"epochs": "1", "pretrain": "1", "stop_from": "0", "batch": "2"}
    settings = read_recipe(*search_kind(recipe), recipe, changed)
    noise = Images(torch.randint(256, (8, 1, 16, 16), dtype=torch.uint8), torch.randint(10, (8,)))
    run = Run(tmp_path, {"started": "now"})
    options = Options(input=(1, 16, 16), channels=2)
    task = DDartsTask(Setup(run, document, "search", options, settings, noise, torch.Tensor.float, limit=1))
    run_task(run, task, 0, Silent(), resume=False)
    found = nasc.load(tmp_path / "genotype.nas")
    assert contains(nasc.check(document), nasc.check(found)) == []
    nasc.build(found, "cifar", input=(1, 16, 16), channels=2)
    assert 0 <= rows(tmp_path)[1]["distance"] < 0.2


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    path = tmp_path_factory.mktemp("started") / "run"
    search(job(path, TEXT))
    return path


@pytest.mark.parametrize("chance", range(3))
def test_killed_at_random_steps(
    chance: int, never_stopped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rolled = random.Random(chance)
    around(monkeypatch, DDartsTask, "step", before=dying(sorted(rolled.sample(range(14), 3))))
    stops = 0
    for _ in range(10):
        try:
            search(job(tmp_path / "run", TEXT, resume=(tmp_path / "run" / "run.json").exists()))
        except Killed:
            stops += 1
        else:
            break
    assert stops == 3
    assert differences(tmp_path / "run", never_stopped) == []


@pytest.mark.slow
def test_interrupted_after_every_step(never_stopped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    around(monkeypatch, DDartsTask, "step", after=lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    for _ in range(4 * 3):
        with pytest.raises(Interrupted):
            search(job(tmp_path / "run", TEXT, resume=(tmp_path / "run" / "run.json").exists()))
    search(job(tmp_path / "run", TEXT, resume=True))
    assert differences(tmp_path / "run", never_stopped) == []

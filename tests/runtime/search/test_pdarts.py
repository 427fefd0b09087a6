"""P-DARTS: what each stage takes away, how deep and how noisy it is, and that a run goes on in any of them."""

import json
import math
import os
import signal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

import nasc
from nasc.compiler.check import check
from nasc.compiler.membership import contains
from nasc.compiler.modules import Dropout
from nasc.compiler.narrow import narrowed
from nasc.compiler.plan import cell_dag, plan
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.dsl.diagnostic import NasError
from nasc.runtime import checkpoint
from nasc.runtime.data.images import Images
from nasc.runtime.derive_saved import derive_any
from nasc.runtime.recipe import published, read_recipe
from nasc.runtime.run import Interrupted, Run
from nasc.runtime.search.pdarts import PdartsTask, without_weakest
from nasc.runtime.search.setup import Setup
from nasc.runtime.search_job import search
from nasc.runtime.settings import PdartsSearch
from tests.goldens.texts import sets_text
from tests.runtime.search.planted import hits
from tests.runtime.test_derive_rules import OFFICIAL, recorded
from tests.runtime.test_resume import Killed, around, dying
from tests.runtime.tiny import SPACE, differences, job

STAGES = "epochs: 2  batch: 8  weights_alone: 1  add_layers: (0, 1, 2)  drop: (1, 2)  dropout: (0.1, 0.4, 0.7)"
TEXT = SPACE.replace("search darts { network: small  epochs: 3  batch: 8 }", f"search pdarts {{ {STAGES} }}").replace(
    "small: darts_search", "small: pdarts_search"
)


def task(path: Path, text: str = TEXT, **settings: str) -> PdartsTask:
    """The task of a text, with the published settings but for these."""
    recipe = read_recipe(PdartsSearch, published("search")["pdarts"], None, settings)
    data = Images(torch.zeros(8, 3, 16, 16, dtype=torch.uint8), torch.arange(8) % 2)
    options = Options(input=(3, 16, 16))
    setup = Setup(Run(path, {}), nasc.loads(text), "small", options, recipe, data, lambda pixels: pixels.float())
    return PdartsTask(setup)


# ---------------------------------------------------------------- what a stage takes away


def test_what_the_original_takes_away() -> None:
    """All recorded cases, in both stages that are followed by another; what is written is what was left."""
    for case in recorded("darts/parse_pdarts.json"):
        for stage, count in zip(case["stages"][:-1], (3, 2), strict=True):
            sets, left = {}, {}
            for kind in ("normal", "reduce"):
                before = [
                    [op for op, on in zip(OFFICIAL, row, strict=True) if on] for row in stage[f"switches_{kind}_before"]
                ]
                alphas = np.array(stage[f"alphas_{kind}"])
                rows = torch.tensor(alphas).softmax(-1).float().tolist()
                sets[kind] = before
                left[kind] = [without_weakest(names, row, count) for names, row in zip(before, rows, strict=True)]
                after = stage[f"switches_{kind}_after"]
                assert left[kind] == [[op for op, on in zip(OFFICIAL, row, strict=True) if on] for row in after]
            document = nasc.loads(sets_text(sets, "network n: darts_search { channels: 4  layers: 3 }"))
            found = plan(document)
            dags = {cell.placement.choice: cell.dag for cell in found.cells}
            again = nasc.loads(nasc.dumps(narrowed(found.program, dags, left)))
            for kind, rows_left in left.items():
                assert [list(edge.operations) for edge in cell_dag(again, kind).open_edges] == rows_left


def test_the_earlier_of_equal_ones_goes_and_one_stays() -> None:
    assert without_weakest(["a", "b", "c"], [0.3, 0.3, 0.4], 1) == ["b", "c"]
    assert without_weakest(["a", "b", "c"], [0.5, 0.3, 0.2], 2) == ["a"]
    assert without_weakest(["a", "b"], [0.5, 0.5], 5) == ["b"]
    assert without_weakest(["none", "b", "c"], [0.6, 0.3, 0.1], 2, {"none"}) == ["b"]
    assert without_weakest(["none", "b", "c"], [0.6, 0.3, 0.1], 1, {"none"}) == ["none", "b"]
    assert without_weakest(["none", "zero"], [0.6, 0.4], 1, {"none", "zero"}) == ["none"]


def test_all_forms_of_choices_are_narrowed() -> None:
    text = """use std.darts
    ops few = none | max_pool_3x3 | skip_connect | dil_conv_3x3
    cell normal(s0, s1) {
      s2 = 0.5*few(s0) + skip_connect(s1) + keep 1..2 of few(*)
      s3 = {keep 0..3 of few}(s2) + keep 1 of (max_pool_3x3(s0) + few(s1))
      return mean(s2, s3)
    }
    network n: darts_search { channels: 4  cells: normal, normal  require params == 5 }
    """
    document = nasc.loads(text.replace("  require params == 5", ""))
    found = plan(document)
    dag = found.cells[0].dag
    left = [list(edge.operations[-2:]) for edge in dag.open_edges]
    written = nasc.dumps(narrowed(found.program, {"normal": dag}, {"normal": left}))
    again = cell_dag(nasc.loads(written), "normal")
    assert [edge.operations for edge in again.open_edges] == [tuple(row) for row in left]
    assert (again.how, again.returned, len(again.edges)) == (dag.how, dag.returned, len(dag.edges))
    assert [(g.state, g.low, g.high, g.members) for g in again.groups] == [
        (g.state, g.low, g.high, g.members) for g in dag.groups
    ]
    assert [edge.factor for edge in again.edges] == [edge.factor for edge in dag.edges]
    assert again.into["s3"][0].kept == (0, 2)


# ---------------------------------------------------------------- schedules


def test_rates_of_the_stages(tmp_path: Path) -> None:
    own = task(tmp_path)
    assert (own.epochs, own.stages) == (75, 3)
    assert [own.rate(epoch) for epoch in (0, 25, 50)] == pytest.approx([0.025] * 3)
    assert own.rate(24) < 1e-4
    moved = [epoch for epoch in range(75) if own.moves_strengths(epoch)]
    assert moved == [*range(10, 25), *range(35, 50), *range(60, 75)]
    for stage, first in enumerate((0.1, 0.4, 0.7)):
        own.stage = stage
        at = stage * 25
        assert [own.dropout(at + epoch) for epoch in (0, 9)] == pytest.approx([first * 24 / 25, first * 15 / 25])
        assert [own.dropout(at + epoch) for epoch in (10, 11, 24)] == pytest.approx(
            [first, first * math.exp(-0.2), first * math.exp(-2.8)]
        )


def test_the_dropout_stands_behind_identities_alone(tmp_path: Path) -> None:
    own = task(tmp_path)
    own.begin_epoch(0)
    rates = {name: m.rate for name, m in own.space.named_modules() if isinstance(m, Dropout)}
    assert rates
    assert all(".skip_connect." in name for name in rates)
    assert list(rates.values()) == pytest.approx([0.1 * 24 / 25] * len(rates))


def test_numbers_that_do_not_fit_each_other_are_refused() -> None:
    def said(settings: str) -> list[str]:
        with pytest.raises(NasError) as error:
            nasc.loads(TEXT.replace(STAGES, settings))
        return [f"{d.code} {d.message}" for d in error.value.diagnostics]

    assert said("dropout: (0.1, 0.2)") == ["E403 `add_layers` says 3 stages, `dropout` 2"]
    assert said("add_layers: (0, 1)  dropout: (0, 0)") == [
        "E403 `add_layers` says 2 stages, so `drop` takes 1 numbers, not 2"
    ]
    assert said("drop: (1, 0.5)") == ["E403 `drop` takes whole numbers in brackets"]
    assert said("dropout: (0.1, 0.2, 1)") == ["E403 `dropout` takes numbers in brackets below 1"]
    two = TEXT.replace(STAGES, "add_layers: (0, 1)  drop: 2  dropout: (0, 0)")
    assert nasc.loads(two).recipes("search")


def test_a_stack_without_such_a_depth_is_refused_at_once(tmp_path: Path) -> None:
    fixed = TEXT.replace("channels: 2  layers: 3 }", "channels: 2  cells: normal, reduce/2 }", 1)
    with pytest.raises(NasError, match=r"`layers` lays out a star, but `cells` has none"):
        task(tmp_path, fixed)
    assert task(tmp_path, fixed, add_layers="(0, 0, 0)").stages == 3


# ---------------------------------------------------------------- whole runs


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return search(job(tmp_path_factory.mktemp("pdarts") / "run", TEXT)).run.path


def test_each_stage_is_a_text_within_the_one_before(finished: Path) -> None:
    texts = [TEXT, *((finished / "stages" / f"{stage}.nas").read_text() for stage in (2, 3))]
    documents = [nasc.loads(text) for text in texts]
    sizes = [{len(e.operations) for k in ("normal", "reduce") for e in cell_dag(d, k).edges} for d in documents]
    assert sizes == [{4}, {3}, {1}]
    assert [len(plan(d, "small").cells) for d in documents] == [3, 4, 5]
    for wider, narrower in pairwise(documents):
        for kind in ("normal", "reduce"):
            pairs = zip(cell_dag(wider, kind).edges, cell_dag(narrower, kind).edges, strict=True)
            assert all(set(new.operations) < set(old.operations) for old, new in pairs)
    rows = [json.loads(line) for line in (finished / "metrics.jsonl").read_text().splitlines()]
    assert [row["stage"] for row in rows] == [1, 1, 2, 2, 3, 3]
    assert ["strength_loss" in row for row in rows] == [False, True] * 3
    assert [row["lr"] for row in rows] == [0.025, 0.0125] * 3


def test_the_genotype_is_of_the_text_that_was_read(finished: Path) -> None:
    found = nasc.load(finished / "genotype.nas")
    assert contains(check(nasc.loads(TEXT)), check(found)) == []
    assert "small: pdarts_search { channels: 2  layers: 3 }" in nasc.dumps(found)
    assert derive_any(finished) == found
    stage = checkpoint.load(finished / "checkpoint.pt")["task"]["extra"]
    assert stage == {"stage": 2, "document": (finished / "stages" / "3.nas").read_text()}


def test_identities_are_limited_by_what_is_required(tmp_path: Path) -> None:
    """A network whose identities are strongest everywhere, with the limit of the paper."""
    text = TEXT.replace("s2..s3", "s2..s4").replace(
        "network cifar: darts_cifar {", "network cifar: darts_cifar { require count(skip_connect, normal) <= 2 "
    )
    own = task(tmp_path, text)
    with torch.no_grad():
        for alphas in own.space.alphas.values():
            assert isinstance(alphas, torch.Tensor)
            alphas.copy_(torch.tensor([0.0, 0.1, 3.0, 0.2]).expand_as(alphas))
    assert nasc.dumps(own.derive()).count("skip_connect(") == 2 + 2
    unlimited = task(tmp_path, text.replace("require count(skip_connect, normal) <= 2", ""))
    unlimited.space.load_state_dict(own.space.state_dict())
    assert nasc.dumps(unlimited.derive()).count("skip_connect(") == 6 + 2


@pytest.mark.parametrize("call", [2, 6, 8, 13])
def test_killed_at_a_step(call: int, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In each stage, and in the first step of one."""
    around(monkeypatch, PdartsTask, "step", before=dying([call]))
    with pytest.raises(Killed):
        search(job(tmp_path / "run", TEXT))
    search(job(tmp_path / "run", TEXT, resume=True))
    assert differences(tmp_path / "run", finished) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_between_two_stages(when: str, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of the next stage is written, and no checkpoint knows of it yet."""
    around(monkeypatch, PdartsTask, "enter", **{when: dying([0])})
    with pytest.raises(Killed):
        search(job(tmp_path / "run", TEXT))
    assert (tmp_path / "run" / "stages" / "2.nas").exists()
    search(job(tmp_path / "run", TEXT, resume=True))
    assert differences(tmp_path / "run", finished) == []


@pytest.mark.slow
def test_interrupted_after_every_step(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    around(monkeypatch, PdartsTask, "step", after=lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    for stops in range(100):
        try:
            search(job(tmp_path / "run", TEXT, resume=stops > 0))
            break
        except Interrupted:
            continue
    assert stops == 18
    assert differences(tmp_path / "run", finished) == []


def test_derived_in_a_stage_that_is_not_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    around(monkeypatch, PdartsTask, "step", before=dying([7]))
    with pytest.raises(Killed):
        search(job(tmp_path / "run", TEXT))
    stage = nasc.load(tmp_path / "run" / "stages" / "2.nas")
    found = derive_any(tmp_path / "run")
    assert "layers: 3" in nasc.dumps(found)
    for kind in ("normal", "reduce"):
        sets = {(edge.state, edge.source): edge.operations for edge in cell_dag(stage, kind).edges}
        assert all(e.operations[0] in sets[e.state, e.source] for e in cell_dag(found, kind).edges)


QUICK = {
    **{"epochs": "3", "weights_alone": "1", "add_layers": "(0, 0)", "drop": "1", "dropout": "(0.1, 0.1)"},
    "batch": "32",
}


def test_it_finds_the_planted_operation(tmp_path: Path) -> None:
    assert hits("pdarts", 2, tmp_path, **QUICK) == 2


@pytest.mark.slow
def test_it_finds_the_planted_operation_in_ten_seeds(tmp_path: Path) -> None:
    assert hits("pdarts", 10, tmp_path, **QUICK) >= 9
    assert hits("pdarts", 10, tmp_path / "still", **QUICK, strength_lr="0") <= 5


def test_a_space_may_have_weights_of_edges_too(tmp_path: Path) -> None:
    own = task(tmp_path, TEXT.replace("pdarts_search { channels: 2", "pcdarts_search { channels: 8"))
    assert isinstance(own.space, Supernet)
    assert set(own.space.betas) == {"normal", "reduce"}
    own.enter(1, nasc.dumps(own.narrower()))
    assert {name: beta.shape[0] for name, beta in own.space.betas.items()} == {"normal": 5, "reduce": 2}

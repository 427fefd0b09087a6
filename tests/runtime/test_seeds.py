"""Several seeds: each searches and is trained as it would be alone, the best on the validation part is kept."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import nasc
from nasc.dsl.reader import read_path
from nasc.runtime import seeds
from nasc.runtime.evaluate import score
from nasc.runtime.run import Interrupted, Run
from nasc.runtime.search.darts import DartsTask
from nasc.runtime.search.loop import SearchTask
from nasc.runtime.search_job import search
from nasc.runtime.seeds import Best, search_seeds
from nasc.runtime.train import TrainTask
from nasc.runtime.train_job import train
from tests.nasc.test_cli import nasc as command
from tests.runtime.test_resume import Killed, around, dying
from tests.runtime.tiny import SPACE, differences, job, outcome

GIVEN = {"order": "1", "epochs": "1", "lr": "0.1"}
RETRAIN = {"epochs": "1", "auxiliary": "0"}


def run(out: Path, seeds: int = 2, **given: Any) -> Best:
    return search_seeds(job(out, settings=GIVEN, limit=2, **given), seeds, RETRAIN)


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seeds") / "run"
    run(path)
    return path


def test_each_is_what_it_would_be_alone(never_stopped: Path, tmp_path: Path) -> None:
    one = job(tmp_path / "search", settings=GIVEN, limit=2)
    search(replace(one, seed=4))
    assert differences(tmp_path / "search", never_stopped / "seed-1") == []
    found = read_path(tmp_path / "search" / "genotype.nas")
    train(replace(one, seed=4, source=found, out=tmp_path / "train", settings=RETRAIN, chosen=torch.arange(718)))
    assert differences(tmp_path / "train", never_stopped / "seed-1-trained") == []


@pytest.mark.parametrize(
    ("search", "left_over"),
    [("gdas { at_random: on ", False), ("pcdarts { by_class: on  split: 10%  strength_split: 5% ", True)],
)
def test_a_result_is_trained_on_what_trained_the_weights_of_its_search(
    search: str, left_over: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the recipe splits the data; it is measured on nothing that has trained weights or strengths."""
    seen: dict[str, list[set[bytes]]] = {"weights": [], "strengths": [], "again": [], "measured": []}

    def examples(data: Any) -> set[bytes]:
        return {picture.numpy().tobytes() for picture in data.pixels}

    def of_search(self: SearchTask, *_: Any, **__: Any) -> None:
        seen["weights"].append(examples(self.train))
        seen["strengths"].append(examples(self.valid))

    def measured(model: Any, images: Any, *given: Any) -> Any:
        seen["measured"].append(examples(images))
        return score(model, images.subset(torch.arange(9)), *given)

    around(monkeypatch, SearchTask, "__init__", after=of_search)
    around(monkeypatch, TrainTask, "__init__", after=lambda self, *_, **__: seen["again"].append(examples(self.data)))
    monkeypatch.setattr(seeds, "score", measured)
    own = job(tmp_path, SPACE.replace("search darts {", f"search {search}"), limit=1, settings={"epochs": "1"})
    search_seeds(own, 2, RETRAIN)
    assert [len(found) for found in seen.values()] == [2, 2, 2, 2]
    assert seen["weights"][0] != seen["weights"][1]
    for weights, strengths, again, on in zip(*seen.values(), strict=True):
        assert again == weights
        assert not on & weights
        assert not on & strengths if left_over else on == strengths


def test_the_best_on_the_validation_part_is_kept(never_stopped: Path) -> None:
    rows = list(csv.DictReader((never_stopped / "seeds.csv").open()))
    assert [row["seed"] for row in rows] == ["3", "4"]
    best = max(range(2), key=lambda k: float(rows[k]["valid_top1"]))
    text = (never_stopped / "genotype.nas").read_text()
    assert text == (never_stopped / f"seed-{best}" / "genotype.nas").read_text()
    for k, row in enumerate(rows):
        assert int(row["params"]) == nasc.stats(nasc.load(never_stopped / f"seed-{k}" / "genotype.nas")).params


@pytest.mark.parametrize(
    ("owner", "name", "calls"), [(DartsTask, "step", [1, 4]), (TrainTask, "step", [0, 3]), (Run, "write", [5, 9])]
)
def test_killed_it_ends_with_the_same_bits(
    owner: Any, name: str, calls: list[int], never_stopped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    around(monkeypatch, owner, name, after=dying(calls))
    stops = 0
    while True:
        try:
            run(tmp_path / "run", resume=(tmp_path / "run" / "run.json").exists())
        except (Killed, Interrupted):
            stops += 1
            continue
        break
    assert stops == 2
    found, expected = outcome(tmp_path / "run"), outcome(never_stopped)
    assert {key: value for key, value in found.items() if expected.get(key) != value} == {}
    assert found.keys() == expected.keys()


def test_other_seeds_are_another_run(never_stopped: Path) -> None:
    with pytest.raises(nasc.NasError) as caught:
        run(never_stopped, seeds=3, resume=True)
    assert caught.value.diagnostics[0].code == "E505"
    with pytest.raises(nasc.NasError) as caught:
        run(never_stopped)
    assert caught.value.diagnostics[0].code == "E501"


def test_the_command_prints_a_table(tmp_path: Path) -> None:
    (tmp_path / "space.nas").write_text(SPACE)
    said = ["search", str(tmp_path / "space.nas"), "--data", "digits", "--seeds", "2", "--limit-batches", "1"]
    said += ["--set", "epochs=1", "--set", "order=1", "--retrain", "epochs=1", "--out", str(tmp_path / "run")]
    done = command(*said, "--quiet")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["seed", "valid", "params"]
    assert [line.split()[0] for line in lines[1:3]] == ["0", "1"]
    assert sum("<- best" in line for line in lines) == 1
    assert lines[3] == str(tmp_path / "run" / "genotype.nas")
    assert command(*said[:2], "--table", "x.csv", "--seeds", "2").returncode == 2

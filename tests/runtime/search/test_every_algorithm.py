"""What holds for every algorithm: runs that are stopped end with the same bits, and shipped starting points run."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest

import nasc
from nasc import genotypes
from nasc.compiler.stack import Options
from nasc.runtime.recipe import search_kind
from nasc.runtime.run import Interrupted
from nasc.runtime.search.algorithms import ALGORITHMS
from nasc.runtime.search_job import search
from nasc.runtime.settings import SEARCHES
from tests.runtime.test_resume import Killed, around, dying
from tests.runtime.tiny import SPACE, differences, job

SETTINGS = {
    **{"epochs": "3", "batch": "8", "policy_batch": "8", "hold": "2", "samples": "4", "score_batches": "2"},
    **{"population": "2", "tournament": "1", "weights_alone": "1", "pretrain": "0"},
    **{"add_layers": "(0, 1)", "drop": "1", "dropout": "(0.1, 0.4)"},
}
"""Small values of settings, for those who have them."""
walk = pytest.mark.parametrize("name", ALGORITHMS)


def run(out: Path, name: str, text: str | None = None, **given: Any) -> Path:
    """A tiny search by an algorithm, begun or gone on with."""
    known = {key: value for key, value in SETTINGS.items() if key in SEARCHES[name].__dataclass_fields__}
    text = text or SPACE.replace("search darts", f"search {name}")
    return search(job(out, text, settings=known, resume=(out / "run.json").exists(), **given)).path


def until_done(out: Path, name: str) -> int:
    """Start a run and go on with it until it ends; how often it was stopped."""
    for stops in range(100):
        try:
            run(out, name)
        except (Killed, Interrupted):
            continue
        return stops
    raise AssertionError("the run does not get on")


def test_every_algorithm_has_settings() -> None:
    assert set(ALGORITHMS) == set(SEARCHES)


@walk
def test_stopped_and_killed_at_random_steps(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times it is asked to end, which it does with a checkpoint; twice it is killed and has the last one."""
    run(tmp_path / "whole", name)
    rolled = random.Random(name)
    asked, killed = sorted(rolled.sample(range(6), 3)), sorted(rolled.sample(range(6, 9), 2))
    seen = iter(range(10**6))

    def ask(*args: Any) -> None:
        if next(seen) in asked:
            os.kill(os.getpid(), rolled.choice([signal.SIGTERM, signal.SIGINT]))

    around(monkeypatch, ALGORITHMS[name], "step", dying(killed), ask)
    assert until_done(tmp_path / "run", name) == 5
    assert differences(tmp_path / "run", tmp_path / "whole") == []


@walk
def test_another_seed_is_another_run(name: str, tmp_path: Path) -> None:
    run(tmp_path / "a", name)
    run(tmp_path / "b", name, seed=4)
    assert differences(tmp_path / "a", tmp_path / "b")


# that of recurrent cells runs in test_language.py
@pytest.mark.parametrize("file", [name for name in genotypes.names("new") if name != "rnn"])
def test_shipped_starting_points_run(file: str, tmp_path: Path) -> None:
    text = genotypes.shipped(f"new/{file}").read_text(encoding="utf-8")
    recipe = nasc.loads(text).recipes("search")[0]
    assert recipe.name is not None
    search_kind(recipe)
    layers = None if "normal[0" in text else 3  # numbered cells stand as they are written
    found = run(tmp_path / "run", recipe.name.text, text, options=Options(channels=4, layers=layers), limit=1)
    assert nasc.build(nasc.load(found), channels=4, layers=layers, input=(1, 8, 8)) is not None

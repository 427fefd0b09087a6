"""The table of searches: every algorithm is in it, its texts are in order, and it goes on where it stopped."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

import nasc
from benchmarks import results
from benchmarks.results import Cell, Size, cells_of, report, run
from benchmarks.results_ways import GROUPS, WAYS
from nasc.runtime.settings import SEARCHES


def cell(way: str, seed: int, top1: float) -> Cell:
    return Cell("digits", way, seed, f"digits/{way}/{seed}.nas", "arch:0", 1000 + seed, top1, 2.0, 3.0)


def test_every_algorithm_is_compared() -> None:
    assert {way.algorithm for way in WAYS.values() if way.searches} == set(SEARCHES)
    assert all(base in WAYS for base in GROUPS)


@pytest.mark.parametrize("name", WAYS)
def test_texts_are_in_order(name: str) -> None:
    way = WAYS[name]
    document = nasc.loads(way.text(6, 64, {"epochs": "15", **results.TRAINING}))
    assert nasc.dumps(document).count("search ") >= 1
    assert document.recipes("train")[0].setting("network") is not None
    assert way.trained in document.networks


def test_differences_are_those_of_the_same_seeds() -> None:
    cells = [cell("random", 0, 0.90), cell("random", 1, 0.94), cell("gdas", 0, 0.93), cell("gdas", 1, 0.93)]
    lines = report([*cells, cell("darts, order 1", 1, 0.95)]).splitlines()
    assert "| random | 2 | 1,000 | 92.00 ± 2.83 |  | 2 | 3 |" in lines
    assert "| gdas | 2 | 1,000 | 93.00 ± 0.00 | +1.00 | 2 | 3 |" in lines
    assert "| darts, order 1 | 1 | 1,001 | 95.00 | +1.00 | 2 | 3 |" in lines


def test_what_is_done_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def measured(out: Path, data: str, way: str, seed: int) -> Cell:
        asked.append((way, seed))
        return cell(way, seed, 0.5)

    monkeypatch.setattr(results, "measure", measured)
    monkeypatch.setattr(results, "ProcessPoolExecutor", lambda jobs, _: ThreadPoolExecutor(jobs))
    done = cell("gdas", 1, 0.9)
    (tmp_path / "cells.jsonl").write_text(json.dumps(asdict(done)) + "\n" + '{"data": "dig\n')
    found = run(tmp_path, ("digits",), seeds=2, jobs=2)
    assert len(asked) == 2 * len(WAYS) - 1
    assert ("gdas", 1) not in asked
    assert done in found
    assert len(list(cells_of(tmp_path / "cells.jsonl"))) == 2 * len(WAYS)


def test_tables_take_the_place_of_older_ones() -> None:
    page = f"# Results\n\n{results.BEGIN}\n\nold\n\n{results.END}\n\nmore\n"
    new = results.inserted(page, "new")
    assert new == page.replace("old", "new")
    assert results.inserted(new, "new") == new


@pytest.mark.slow
def test_cells_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = Size(epochs=3, batch=8, train_epochs=1, ways=("one draw", "four cells: the start", "gdas"), limit=1)
    monkeypatch.setattr(results, "SIZES", {"digits": tiny})
    found = [results.measure(tmp_path, "digits", way, 0) for way in tiny.ways]
    assert [one.way for one in found] == list(tiny.ways)
    assert all(0 < one.top1 <= 1 and one.params > 10_000 for one in found)
    assert found[2].search_seconds > found[1].search_seconds
    assert nasc.identity(nasc.load(tmp_path / found[2].genotype), "trained") == found[2].identity

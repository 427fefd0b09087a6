"""What a text requires holds for what is derived: the strongest of the genotypes that meet it, against enumeration."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path
from random import Random

import pytest

import nasc
from nasc.compiler.choice import Choices
from nasc.compiler.constraints import unmet
from nasc.compiler.plan import cell_dag, plan
from nasc.runtime import derive_require
from nasc.runtime.derive import derive
from nasc.runtime.search_job import search
from tests.runtime.tiny import SPACE, job

TEXT = """use std.darts
cell normal(s0, s1) { s2..s3 = keep 2 of {none | skip_connect | sep_conv_3x3 | dil_conv_3x3}(*)  return concat(s2..s3) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }
network cifar: darts_cifar { channels: 4  layers: 3  REQUIRE }
"""
ASKED = [
    "require count(skip_connect, normal) <= 1",
    "require count(skip_connect, normal) >= 3",
    "require count(sep_conv_3x3, normal) <= 0",
    "require params <= 1250",
    "require params >= 1500",
    "require macs <= 800000",
    "require params <= 1350  require count(skip_connect, normal) <= 1",
    "require depth(normal) <= 1",
]


def choices(require: str) -> Choices:
    found = plan(nasc.loads(TEXT.replace("REQUIRE", require)))
    return Choices(found.program, {cell.placement.choice: cell.dag for cell in found.cells if cell.dag.open})


def rows(seed: int) -> list[list[float]]:
    random = Random(seed)
    return [[random.random() for _ in range(4)] for _ in range(5)]


def best(own: Choices, strengths: list[list[float]]) -> float | None:
    """The largest sum of strengths among all genotypes that meet what is required, by looking at each."""
    found = []
    for second in combinations((2, 3, 4), 2):
        edges = (0, 1, *second)
        for operations in product((1, 2, 3), repeat=4):
            chosen = dict(zip(edges, operations, strict=True))
            if not unmet(own.document({"normal": [[chosen[row]] if row in chosen else [] for row in range(5)]})):
                found.append(sum(strengths[row][column] for row, column in chosen.items()))
    return max(found, default=None)


def total(document: nasc.Document) -> float:

    return sum(edge.strength or 0.0 for edge in cell_dag(document, "normal").edges)


@pytest.mark.parametrize("require", ASKED)
@pytest.mark.parametrize("seed", range(2))
def test_the_strongest_that_meets_it(require: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derive_require, "LOOKS", 10_000)
    own, strengths = choices(require), rows(seed)
    found = derive(own.program, own.dags, {"normal": strengths}, "darts")
    expected = best(own, strengths)
    assert expected is not None
    assert unmet(found) == []
    assert total(found) == pytest.approx(expected, abs=5e-4)  # strengths are written with four digits


@pytest.mark.parametrize("require", ASKED[:-1])
@pytest.mark.parametrize("seed", range(2))
def test_by_price_it_is_met_with_the_strengths_that_were_found(
    require: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derive_require, "LOOKS", 1)
    own, strengths = choices(require), rows(seed)
    found = derive(own.program, own.dags, {"normal": strengths}, "darts")
    expected = best(own, strengths)
    assert expected is not None
    assert unmet(found) == []
    assert 0.5 * expected < total(found) <= expected + 5e-4
    numbers = {round(value, 4) for row in strengths for value in row}

    assert all(edge.strength in numbers for edge in cell_dag(found, "normal").edges)


def test_what_cannot_be_met_leaves_what_the_rule_says() -> None:
    strengths = rows(0)
    free, own = choices(""), choices("require params <= 10")
    found = derive(own.program, own.dags, {"normal": strengths}, "darts")
    assert nasc.identity(found) == nasc.identity(derive(free.program, free.dags, {"normal": strengths}, "darts"))
    assert [str(one) for one in unmet(found)] == [
        f"`require params <= 10` of network `cifar`: it has {nasc.stats(found).params:,}"
    ]


@pytest.mark.parametrize("rule", ["edge", "sparse", "complete", "nasbench201", "pdarts"])
def test_other_rules(rule: str) -> None:
    own, strengths = choices("require count(sep_conv_3x3, normal) <= 0"), rows(1)
    given = [[0.1, value, 0.99, 0.9] for value, *_ in strengths]
    found = derive(own.program, own.dags, {"normal": given}, rule, threshold=0.5)
    assert unmet(found) == []
    assert "dil_conv_3x3(" in nasc.dumps(found)


def test_a_search_writes_what_meets_it(tmp_path: Path) -> None:
    """And so does a derivation from its run; what cannot be met is said."""
    small = "network cifar: darts_cifar { channels: 2  layers: 3 }"
    asked = small.replace("3 }", "3  require count(max_pool_3x3, normal) >= 4 }")
    done = search(job(tmp_path / "run", SPACE.replace(small, asked), settings={"order": "1"}))
    assert done.notes == ()
    for found in (nasc.load(done.path), nasc.load(tmp_path / "run/epochs/0001.nas"), nasc.derive(tmp_path / "run")):
        assert unmet(found) == []
    more = SPACE.replace(small, asked.replace("4 }", "5 }"))
    done = search(job(tmp_path / "more", more, settings={"order": "1", "epochs": "1"}))
    assert [note.code for note in done.notes] == ["W402"]
    assert "has 5" not in done.notes[0].message
    assert done.path.exists()

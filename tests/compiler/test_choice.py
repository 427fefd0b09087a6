"""Choices as numbers: drawn, changed in one edge, and written as genotypes of the space."""

from random import Random

import pytest

import nasc
from nasc.compiler.check import check
from nasc.compiler.choice import Choices
from nasc.compiler.membership import contains, neighbours
from nasc.compiler.sample import sample
from nasc.compiler.space import open_choices
from nasc.dsl.printer import to_text

SPACES = ["darts", "nasbench201", "ddarts", "gdas", "pcdarts"]


def choices(space: str) -> Choices:
    found = check(nasc.load(f"spaces/{space}"))
    return Choices(found.program, {name: found.dags[cell] for name, cell in open_choices(found).items()})


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_drawn_is_what_sample_draws(space: str, seed: int) -> None:
    own = choices(space)
    rows = own.draw(Random(seed))
    assert own.rows(own.picked(rows)) == rows
    document = own.document(rows)
    assert to_text(document) == to_text(sample(check(nasc.load(f"spaces/{space}")), seed))
    assert contains(check(nasc.load(f"spaces/{space}")), check(document)) == []


@pytest.mark.parametrize("space", ["darts", "nasbench201", "gdas"])
def test_neighbours_are_those_of_the_document(space: str) -> None:
    own = choices(space)
    rows = own.draw(Random(1))
    found = sorted(to_text(own.document(other)) for other in own.neighbours(rows))
    around = check(nasc.load(f"spaces/{space}"))
    assert found == sorted(to_text(other) for other in neighbours(around, check(own.document(rows))))
    assert len(found) > 20

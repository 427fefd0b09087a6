"""Sizes, bounds and samples of spaces, against enumeration."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product

import pytest

import nasc
from nasc.compiler.check import Checked, check
from nasc.compiler.decide import Chosen, decided_cell, with_cells
from nasc.compiler.sample import sample
from nasc.compiler.space import open_choices, space_of, zero_operations

DARTS_CELL = "cell normal(s0, s1) { s2..s5 = keep 2 of darts(*)  return concat(s2..s5) }"
REDUCE_CELL = DARTS_CELL.replace("normal", "reduce")
RECURRENT = "s0 = gate(x, h)  s1..s8 = keep 1 of {}(*)  return mean(s1..s8)"
NB201 = "use std.nasbench201 cell normal(s0) { s1..s3 = nasbench201(*)  return s3 } network n: nasbench201 {}"
SMALL = """use std.darts
ops few = none | skip_connect | sep_conv_3x3 | max_pool_3x3
cell normal(s0, s1) { s2 = keep 1..2 of few(*)  s3 = {sep_conv_5x5 | none}(s0) + keep 1 of few(s1, s2)
  return concat(s2..s3) }
cell reduce(s0, s1) { s2 = keep 1 of {sep_conv_3x3 | dil_conv_3x3}(*) + skip_connect(s0)  return concat(s2) }
network n: darts_cifar { channels: 4 layers: 5 }
"""


def checked(text: str) -> Checked:
    found = check(nasc.loads(text))
    assert not found.findings.failed
    return found


def every_genotype(found: Checked) -> list[nasc.Document]:
    """All genotypes of a space, by brute force and in no clever way."""
    none = zero_operations(found.program)
    per_cell = []
    for name, cell in open_choices(found).items():
        dag = found.dags[cell]
        parts: list[list[dict[int, str]]] = []
        for index, edge in enumerate(dag.edges):
            if edge.group is None:
                parts.append([{index: operation} for operation in edge.operations])
        for group in dag.groups:
            ways = []
            for size in range(group.low, group.high + 1):
                for some in combinations(group.members, size):
                    options = [[o for o in dag.edges[i].operations if o not in none] for i in some]
                    ways += [dict(zip(some, chosen, strict=True)) for chosen in product(*options)]
            parts.append(ways)
        cells = []
        for combination in product(*parts):
            picked = {index: name for part in combination for index, name in part.items()}
            chosen = {
                state: [Chosen(e, picked[i]) for i, e in enumerate(dag.edges) if e.state == state and i in picked]
                for state in dag.states
            }
            cells.append((name, decided_cell(dag, name, chosen)))
        per_cell.append(cells)
    return [with_cells(found.program, open_choices(found), dict(cells)) for cells in product(*per_cell)]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (f"use std.darts {DARTS_CELL} network n: darts_cifar {{ cells: normal*2 }}", 1_037_664_180),
        (f"use std.darts {DARTS_CELL} {REDUCE_CELL} network n: darts_cifar {{}}", 1_037_664_180**2),
        (f"use std.darts {DARTS_CELL} network n: darts_cifar {{ cells: normal[0..7] }}", 1_037_664_180**8),
        (NB201, 15_625),
        (f"use std.darts_rnn recurrent c(x, h) {{ {RECURRENT.format('ednas_rnn')} }}", 2_642_411_520),
        (f"use std.darts_rnn recurrent c(x, h) {{ {RECURRENT.format('darts_rnn')} }}", 2_642_411_520),
        ("use std.ddarts cell c(s0, s1) { s2 = {keep 0..2 of ddarts}(*)  return s2 }", 29**2),
        ("use std.ddarts cell c(s0, s1) { s2 = keep 0..2 of ddarts(*)  return s2 }", 1 + 14 + 49),
        ("use std.darts cell c(s0, s1) { s2 = keep 1 of darts(*) + keep 1 of darts(*)  return s2 }", 14**2),
    ],
)  # fmt: skip
def test_the_size_of_a_space_is_exact(text: str, size: int) -> None:
    assert space_of(checked(text)).size == size


def test_size_and_bounds_are_those_of_all_genotypes() -> None:
    found = checked(SMALL)
    space = space_of(found)
    genotypes = every_genotype(found)
    counts = [nasc.stats(genotype) for genotype in genotypes]
    assert space.size == len(genotypes)
    assert space.params == (min(c.params for c in counts), max(c.params for c in counts))
    assert space.macs == (min(c.macs for c in counts), max(c.macs for c in counts))


def test_bounds_are_not_claimed_where_a_state_may_vanish() -> None:
    found = checked(
        "use std.ddarts cell c(s0, s1) { s2 = keep 0..2 of ddarts(*) s3 = skip_connect(s0)"
        " return concat(s2..s3) } network n: ddarts_cifar { cells: c*2 }"
    )
    assert space_of(found).params is None


def test_samples_are_uniform() -> None:
    found = checked(
        "use std.darts ops few = none | skip_connect | sep_conv_3x3"
        " cell c(s0, s1) { s2 = keep 1..2 of few(*)  s3 = few(s0)  return concat(s2..s3) }"
        " network n: darts_cifar { cells: c }"
    )
    size = space_of(found).size
    assert size == (4 + 4) * 3
    draws = 200 * size
    counts = Counter(nasc.dumps(sample(found, seed)) for seed in range(draws))
    assert len(counts) == size
    chi = sum((count - 200) ** 2 / 200 for count in counts.values())
    assert chi < 50, "23 degrees of freedom: 49.7 is exceeded once in a thousand"


def test_a_sample_is_a_genotype_and_the_seed_decides_it() -> None:
    found = check(nasc.load("darts"))
    one = sample(found, 5)
    assert nasc.loads(nasc.dumps(one)) == one == sample(found, 5) != sample(found, 6)
    assert not check(one).findings.failed
    low, high = space_of(found).params or (0, 0)
    assert low <= nasc.stats(one, "cifar").params <= high

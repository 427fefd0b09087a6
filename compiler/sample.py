"""Uniform samples of a space: every genotype that `nasc check` counts is drawn with the same probability."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from random import Random

from nasc.compiler.check import Checked
from nasc.compiler.dag import CellDag, Edge, Group
from nasc.compiler.decide import Chosen, decided_cell, with_cells
from nasc.compiler.space import candidates, open_choices, ways, zero_operations
from nasc.dsl.nodes import Document


def sample(found: Checked, seed: int) -> Document:
    """One genotype of the space, drawn uniformly over its choices. The same seed gives the same one."""
    random = Random(seed)
    none = zero_operations(found.program)
    choices = open_choices(found)
    decided = {
        n: decided_cell(found.dags[cell], n, draw(found.dags[cell], none, random)) for n, cell in choices.items()
    }
    return with_cells(found.program, choices, decided)


def draw(dag: CellDag, none: frozenset[str], random: Random) -> dict[str, list[Chosen]]:
    """One way to decide a cell, uniform over all of them: what every state gets, what is decided included."""
    kept: dict[int, list[Chosen]] = {}
    for group in dag.groups:
        kept |= _group(dag, group, none, random)
    chosen: dict[str, list[Chosen]] = {state: [] for state in dag.states}
    for index, edge in enumerate(dag.edges):
        if edge.group is not None:
            chosen[edge.state] += kept.get(index, [])
        elif edge.open:
            chosen[edge.state] += _operations(edge, none, random)
        else:
            chosen[edge.state].append(Chosen(edge, edge.operations[0], edge.strength))
    return chosen


def _group(dag: CellDag, group: Group, none: frozenset[str], random: Random) -> dict[int, list[Chosen]]:
    """The edges of a `keep` that stay. A set of edges is as likely as there are ways to choose its operations."""
    each = [ways(dag.edges[index], none) for index in group.members]
    count = random.randrange(sum(_elementary(each, size) for size in range(group.low, group.high + 1)))
    for size in range(group.low, group.high + 1):
        total = _elementary(each, size)
        if count < total:
            break
        count -= total
    taken: list[int] = []
    left = size
    for position, index in enumerate(group.members):
        # of the sets with `left` edges from here on, so many hold this edge
        rest = each[position + 1 :]
        holding = each[position] * _elementary(rest, left - 1) if left else 0
        total = holding + _elementary(rest, left)
        if random.randrange(total) < holding:
            taken.append(index)
            left -= 1
    return {index: _operations(dag.edges[index], none, random) for index in taken}


def _elementary(each: Sequence[int], size: int) -> int:
    """In how many ways `size` of the edges can be taken, each with its operation."""
    sums = [1] + [0] * max(size, 0)
    for way in each:
        for taken in range(size, 0, -1):
            sums[taken] += sums[taken - 1] * way
    return sums[size] if size >= 0 else 0


def _operations(edge: Edge, none: frozenset[str], random: Random) -> list[Chosen]:
    """The operations that an edge gets: one, or as many as its own `keep` says."""
    names = candidates(edge, none)
    if edge.kept is None:
        return [Chosen(edge, random.choice(names))]
    every = [
        some for size in range(edge.kept[0], min(edge.kept[1], len(names)) + 1) for some in combinations(names, size)
    ]
    return [Chosen(edge, name) for name in random.choice(every)]

"""Strengths → document: the genotype that a search has found, in the language it was described in.

The rule is DARTS's (section 2.4): a state keeps its strongest edges, an edge is as strong as its strongest operation
other than `none`. Ties go to the earlier edge and the earlier operation, as in the original.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nasc.compiler.dag import CellDag, Edge, Group
from nasc.compiler.decide import Chosen, decided_cell, with_cells
from nasc.compiler.resolve import Program
from nasc.compiler.space import candidates, zero_operations
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import fail, nearest

if TYPE_CHECKING:
    from nasc.compiler.supernet import Supernet

RULES = ("darts",)
Rows = Sequence[Sequence[float]]


def derive_supernet(space: Supernet, rule: str | None = None) -> n.Document:
    """The genotype that a shared-weight network's strengths say."""
    weights = {name: [row.tolist() for row in rows] for name, rows in space.mixed().items()}
    return derive(space.plan.program, space.dags, weights, rule)


def derive(
    program: Program, dags: Mapping[str, CellDag], weights: Mapping[str, Rows], rule: str | None = None
) -> n.Document:
    """The document with every open cell of `dags` (by the name it is chosen under) replaced by its decided form.

    `weights` holds for every cell a row for each open edge, in textual order, with what each operation counts for.
    """
    if rule is not None and rule not in RULES:
        help = nearest(rule, RULES) or f"rules: {', '.join(RULES)}"
        raise fail("E404", f"there is no rule `{rule}`", help=help)
    none = zero_operations(program)
    decided = {name: decide(dag, name, weights[name], none) for name, dag in dags.items()}
    return with_cells(program, {name: dag.name for name, dag in dags.items()}, decided)


def decide(dag: CellDag, name: str, rows: Rows, none: frozenset[str]) -> n.Cell:
    """One cell with nothing left to choose; its edges carry what they counted for as strengths."""
    rank = dict(zip((i for i, edge in enumerate(dag.edges) if edge.open), rows, strict=True))
    chosen: dict[str, list[Chosen]] = {state: [] for state in dag.states}
    for state in dag.states:
        for part in _terms(dag, state):
            if isinstance(part, Group):
                chosen[state] += _keep(dag, part, rank, none)
            elif dag.edges[part].open:
                chosen[state] += _strongest(dag.edges[part], rank[part], none)
            else:
                edge = dag.edges[part]
                chosen[state].append(Chosen(edge, edge.operations[0], edge.strength))
    return decided_cell(dag, name, chosen)


def _terms(dag: CellDag, state: str) -> list[int | Group]:
    """What a state sums, in textual order: single edges by index, and whole `keep`s."""
    terms: list[int | Group] = []
    for index, edge in enumerate(dag.edges):
        if edge.state != state:
            continue
        if edge.group is None:
            terms.append(index)
        elif dag.groups[edge.group] not in terms:
            terms.append(dag.groups[edge.group])
    return terms


def _keep(dag: CellDag, group: Group, rank: Mapping[int, Sequence[float]], none: frozenset[str]) -> list[Chosen]:
    """The strongest edges of a `keep`, the strongest first; an edge is as strong as its strongest operation."""
    found = [_strongest(dag.edges[index], rank[index], none) for index in group.members]
    found = [edge for edge in found if edge]
    if len(found) < group.low:
        help = "at least as many edges as are kept need another operation"
        raise fail("E405", f"edges into `{group.state}` may be nothing but zero", group.span, help=help)
    order = sorted(found, key=lambda edge: -(edge[0].strength or 0.0))
    return [one for edge in order[: group.high] for one in edge]


def _strongest(edge: Edge, row: Sequence[float], none: frozenset[str]) -> list[Chosen]:
    """The operation that counts most, or as many as `{keep ... of ...}` lets stay, the strongest first.

    The earlier one goes first where two count the same. Nothing where the edge may only be zero under a `keep`.
    """
    strength = dict(zip(edge.operations, row, strict=True))
    order = sorted(candidates(edge, none), key=lambda name: -strength[name])
    return [Chosen(edge, name, strength[name]) for name in order[: edge.kept[1] if edge.kept else 1]]

"""The smallest and largest cell of a space of recurrent cells, in parameters and in MACs."""

from __future__ import annotations

from typing import Literal

from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.language_plan import LanguagePlan, PlannedState
from nasc.compiler.space import candidates

Range = tuple[int, int]


def language_bounds(plan: LanguagePlan, none: frozenset[str]) -> tuple[Range, Range] | None:
    """Smallest and largest params and MACs of a language model over the cells of its space; both bounds are reached.

    `plan` has batch-norm with weights where decided cells have it (`expand` with `affine`).
    A state has one matrix whatever its edges, so that all cells have the same parameters; every state that is read
    through it costs a product. None where a state may lose all its edges, or has two edges from one state, which
    share a product.
    """
    fixed = sum(graph.params for graph in plan.trunk)
    low = high = sum(graph.macs for graph in plan.trunk)
    for cell in plan.cells:
        fixed += cell.params
        for state in cell.states:
            found = (1, 1) if state.gate else _reads(cell.dag, state, none)
            if found is None:
                return None
            low, high = low + found[0] * state.params, high + found[1] * state.params
    return (fixed, fixed), (low, high)


def _reads(dag: CellDag, state: PlannedState, none: frozenset[str]) -> Range | None:
    """The fewest and the most products of a state."""
    edges = dag.into[state.name]
    if len({edge.source for edge in edges}) < len(edges):
        return None
    low = high = 0
    for edge in edges:
        if edge.group is None:
            least, most = _of(edge, none)
            low, high = low + least, high + most
    for group in dag.groups:
        if group.state != state.name:
            continue
        if group.low == 0:
            return None
        ranges = [_of(dag.edges[index], none) for index in group.members]
        low += sum(sorted(least for least, _ in ranges)[: group.low])
        high += sum(sorted((most for _, most in ranges), reverse=True)[: group.high])
    return low, high


def _of(edge: Edge, none: frozenset[str]) -> Range:
    """Whether an edge needs its product: at least, at most."""
    names = candidates(edge, none) if edge.open else list(edge.operations)
    reads = [edge.factor != 0 and name not in none for name in names]
    least = min(reads, default=False) and (edge.kept is None or edge.kept[0] > 0)
    return int(least), int(max(reads, default=False))


def language_costs(plan: LanguagePlan, what: Literal["params", "macs"]) -> dict[tuple[str, int, str], int]:
    """What every operation of every open edge costs, by the name of the choice, the row of the edge and the operation.

    Parameters belong to states, and are there whatever is chosen.
    """
    found: dict[tuple[str, int, str], int] = {}
    for cell in plan.cells:
        states = {state.name: state for state in cell.states}
        for row, edge in enumerate(cell.dag.open_edges):
            for name in edge.operations:
                key = cell.placement.choice, row, name
                cost = states[edge.state].params if what == "macs" and name != "none" else 0
                found[key] = found.get(key, 0) + cost
    return found

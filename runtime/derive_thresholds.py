"""Rules with a threshold: operations stay that count for so much, each by itself (FairDARTS, D-DARTS)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nasc.compiler.dag import CellDag, Edge, Group
from nasc.compiler.decide import Chosen
from nasc.compiler.space import candidates
from nasc.runtime.derive_kept import Kept, Strengths, decided, strongest, terms, weight

KEPT = 2
"""How many edges of a state, or operations of an edge, stay where the text does not say."""


def by_sparse(dag: CellDag, given: Strengths) -> Kept:
    """`threshold_sparse` of FairDARTS and D-DARTS: the strongest two edges, and of these what reaches the threshold.

    Each stays with its best operation, the strongest edge first; ties as in DARTS. A state may keep nothing.
    """
    kept: Kept = {state: [] for state in dag.states}
    for state in dag.states:
        for part, members, high in _choices(dag, state):
            if not members:
                kept[state] += _single(dag, given, part)
                continue
            best = [chosen for i in members for chosen in strongest(dag.edges[i], given, i, 1)]
            order = sorted(best, key=lambda one: -weight(one))[:high]
            kept[state] += [one for one in order if weight(one) >= given.threshold]
    return kept


def by_edge(dag: CellDag, given: Strengths) -> Kept:
    """`threshold_edge` of FairDARTS and D-DARTS: of every edge its best two operations that reach the threshold.

    Edges stand in textual order, the weaker operation of an edge first; of equal ones the later of the set goes
    before. As many edges stay as have such operations, whatever a `keep` says.
    """

    def best(edge: Edge, row: list[Chosen]) -> list[Chosen]:
        return sorted(row, key=weight)[-(edge.kept[1] if edge.kept else KEPT) :]

    return _by_threshold(dag, given, best)


def by_complete(dag: CellDag, given: Strengths) -> Kept:
    """`threshold_complete` of D-DARTS: of every edge all operations that reach the threshold, as they stand."""
    return _by_threshold(dag, given, lambda edge, row: row)


def _choices(dag: CellDag, state: str) -> Iterator[tuple[int, tuple[int, ...], int]]:
    """What a state sums: a single edge, or the edges of which some stay and how many these are at most.

    Edges that choose within braces alone, `{keep 0..2 of ...}(*)`, are taken together, where the first stands.
    """
    parts = terms(dag, state)
    loose = tuple(p for p in parts if not isinstance(p, Group) and dag.edges[p].kept is not None)
    for part in parts:
        if isinstance(part, Group):
            yield part.members[0], part.members, part.high
        elif part not in loose:
            yield part, (), 1
        elif part == loose[0]:
            yield part, loose, KEPT


def _single(dag: CellDag, given: Strengths, index: int) -> list[Chosen]:
    """An edge that stays in any case."""
    edge = dag.edges[index]
    return strongest(edge, given, index) if edge.open else [decided(edge)]


def _by_threshold(dag: CellDag, given: Strengths, best: Callable[[Edge, list[Chosen]], list[Chosen]]) -> Kept:
    """Every edge with what `best` leaves of its operations, in so far as it reaches the threshold."""
    kept: Kept = {state: [] for state in dag.states}
    for index, edge in enumerate(dag.edges):
        if edge.group is None and edge.kept is None:
            kept[edge.state] += _single(dag, given, index)
            continue
        strength = dict(zip(edge.operations, given.rows[index], strict=True))
        row = [Chosen(edge, name, strength[name]) for name in candidates(edge, given.zero)]
        kept[edge.state] += [one for one in best(edge, row) if weight(one) >= given.threshold]
    return kept

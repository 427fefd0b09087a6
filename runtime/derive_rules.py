"""Rules of derivation: from what each operation of a cell counts for to the edges that stay.

A rule is a function of a written-out cell and its strengths; it says for every state which edges are kept, in the
order in which they are summed. What is decided already stays. An entry in `RULES` is all that a new one takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nasc.compiler.dag import CellDag, Group
from nasc.compiler.decide import Chosen
from nasc.compiler.space import candidates
from nasc.dsl.diagnostic import fail
from nasc.runtime.derive_kept import Kept, Strengths, decided, strongest, terms, weight
from nasc.runtime.derive_thresholds import by_complete, by_edge, by_sparse


@dataclass(frozen=True)
class Rule:
    """One rule. `raw` is one that looks at strengths as they are learned, not at the weights they become.

    One with a `threshold` keeps what counts for so much.
    """

    name: str
    title: str
    keep: Callable[[CellDag, Strengths], Kept]
    raw: bool = False
    threshold: bool = False


def by_darts(dag: CellDag, given: Strengths) -> Kept:
    """DARTS, section 2.4: a state keeps its strongest edges, an edge is as strong as its strongest operation.

    The strongest edge comes first; ties go to the earlier edge and the earlier operation. `none` takes its share of
    the softmax, but is never chosen under a `keep`. Raises `NasError` (E405): too few edges can be anything but zero.
    """
    kept: Kept = {state: [] for state in dag.states}
    for state in dag.states:
        for part in terms(dag, state):
            if isinstance(part, Group):
                found = [chosen for index in part.members if (chosen := strongest(dag.edges[index], given, index))]
                if len(found) < part.low:
                    help = "at least as many edges as are kept need another operation"
                    raise fail("E405", f"edges into `{state}` may be nothing but zero", part.span, help=help)
                order = sorted(found, key=lambda chosen: -weight(chosen[0]))
                kept[state] += [one for chosen in order[: part.high] for one in chosen]
            elif dag.edges[part].open:
                kept[state] += strongest(dag.edges[part], given, part)
            else:
                kept[state].append(decided(dag.edges[part]))
    return kept


def by_argmax(dag: CellDag, given: Strengths) -> Kept:
    """NAS-Bench-201: every edge with its best operation, `none` like any other; the earlier of equal ones.

    Under a `keep`, where `none` is never written, an edge goes whose best operation that is.
    """
    kept: Kept = {state: [] for state in dag.states}
    for state in dag.states:
        for index, edge in enumerate(dag.edges):
            if edge.state != state:
                continue
            if not edge.open:
                kept[state].append(decided(edge))
                continue
            row = given.rows[index]
            at = max(range(len(row)), key=lambda i: row[i])
            if edge.operations[at] in candidates(edge, given.zero):
                kept[state].append(Chosen(edge, edge.operations[at], row[at]))
    return kept


def by_pdarts(dag: CellDag, given: Strengths) -> Kept:
    """P-DARTS, section 3.3: the strongest edges, `none` worth nothing, and few identities.

    Kept edges stand in textual order. Ties go to the later edge and the later operation. While more of an operation
    are kept than its limit, the weakest of these is taken for nothing, and the edges are chosen anew.
    """
    rows = {
        index: [0.0 if o in given.zero else value for o, value in zip(dag.edges[index].operations, row, strict=True)]
        for index, row in given.rows.items()
    }
    while True:
        kept, places = _pdarts_once(dag, rows)
        for operation, limit in given.limits.items():
            over = [place for place in places if dag.edges[place[0]].operations[place[1]] == operation]
            over = [(index, at) for index, at in over if rows[index][at] > 0]
            if len(over) > limit:
                index, at = min(over, key=lambda place: rows[place[0]][place[1]])
                rows[index][at] = 0.0
                break
        else:
            return kept


def _pdarts_once(dag: CellDag, rows: Mapping[int, Sequence[float]]) -> tuple[Kept, list[tuple[int, int]]]:
    """What is kept at these weights, and the open edges among it, each with the place of its operation."""
    best = {index: max(range(len(row)), key=lambda i, row=row: (row[i], i)) for index, row in rows.items()}  # type: ignore[misc]
    kept: Kept = {state: [] for state in dag.states}
    places: list[tuple[int, int]] = []
    for state in dag.states:
        for part in terms(dag, state):
            members = part.members if isinstance(part, Group) else (part,)
            high = part.high if isinstance(part, Group) else 1
            order = sorted(members, key=lambda index: rows[index][best[index]] if index in rows else 0.0)
            for index in sorted(order[-high:]):
                edge = dag.edges[index]
                if index in rows:
                    places.append((index, best[index]))
                    kept[state].append(Chosen(edge, edge.operations[best[index]], rows[index][best[index]]))
                else:
                    kept[state].append(decided(edge))
    return kept, places


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("darts", "the strongest edges, each with its best operation", by_darts),
        Rule("gdas", "as `darts`, on probabilities of sampling", by_darts),
        Rule("ptdarts", "as `darts`, on strengths before the softmax", by_darts, raw=True),
        Rule("pdarts", "the strongest edges in textual order, identities limited by `require count`", by_pdarts),
        Rule("sparse", "as `darts`, and only what reaches the threshold", by_sparse, threshold=True),
        Rule("edge", "every edge with at most two operations that reach the threshold", by_edge, threshold=True),
        Rule("complete", "every edge with all operations that reach the threshold", by_complete, threshold=True),
        Rule("nasbench201", "every edge with its best operation, `none` included", by_argmax),
    )
}
"""Every rule by name."""

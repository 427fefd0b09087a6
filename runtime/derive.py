"""Strengths → document: the genotype that a search has found, in the language it was described in.

The rule is DARTS's (section 2.4): a state keeps its strongest edges, an edge is as strong as its strongest operation
other than `none`. Ties go to the earlier edge and the earlier operation, as in the original.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nasc.compiler.dag import CellDag, Edge, Group, numbered
from nasc.compiler.resolve import Program
from nasc.compiler.space import zero_operations
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import fail, nearest
from nasc.dsl.reader import read, read_path
from nasc.dsl.source import Source, Span

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
    made = _here(dag.span)
    rank = dict(zip((i for i, edge in enumerate(dag.edges) if edge.open), rows, strict=True))
    chosen: dict[str, list[n.Edge]] = {state: [] for state in dag.states}
    for state in dag.states:
        for part in _terms(dag, state):
            if isinstance(part, Group):
                chosen[state] += _keep(dag, part, rank, none, made)
            elif dag.edges[part].open:
                best = _best(dag.edges[part], rank[part], frozenset())
                chosen[state].append(_edge(dag.edges[part], *best, made))
            else:
                chosen[state].append(
                    _edge(dag.edges[part], dag.edges[part].operations[0], dag.edges[part].strength, made)
                )
    statements = tuple(
        n.Statement(n.Name(state, made), None, tuple(edges), made) for state, edges in chosen.items() if edges
    )
    how = n.Name(dag.how, made) if dag.how else None
    returned = n.Return(how, _stretches([s for s in dag.returned if chosen.get(s, True)], made), made)
    inputs = tuple(n.Name(i, made) for i in dag.inputs)
    return n.Cell(dag.kind, n.Name(name, made), inputs, statements, returned, made)


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


def _keep(
    dag: CellDag, group: Group, rank: Mapping[int, Sequence[float]], none: frozenset[str], made: Span
) -> list[n.Edge]:
    """The strongest edges of a `keep`, the strongest first."""
    best = {index: _best(dag.edges[index], rank[index], none) for index in group.members}
    order = sorted(group.members, key=lambda index: -best[index][1])
    return [_edge(dag.edges[index], *best[index], made) for index in order[: group.high]]


def _best(edge: Edge, row: Sequence[float], none: frozenset[str]) -> tuple[str, float]:
    """The operation that counts most, `none` left aside; the earlier one where two count the same."""
    found: tuple[str, float] | None = None
    for name, weight in zip(edge.operations, row, strict=True):
        if name not in none and (found is None or weight > found[1]):
            found = name, weight
    if found is None:
        raise fail("E405", f"an edge into `{edge.state}` may be nothing but `{edge.operations[0]}`", edge.span)
    return found


def _edge(edge: Edge, operation: str, strength: float | None, made: Span) -> n.Edge:
    factor = n.Number(f"{edge.factor:g}", made) if edge.factor is not None else None
    shown = n.Number(f"{max(strength, 0.0):.4f}", made) if strength is not None else None
    return n.Edge(factor, n.Name(operation, made), tuple(n.Name(s, made) for s in edge.sources), shown, made)


def _stretches(states: list[str], made: Span) -> tuple[n.Stretch, ...]:
    """States as ranges where they count up: s2, s3, s4, s5 is `s2..s5`."""

    runs: list[list[str]] = []
    for state in states:
        last, now = (numbered(runs[-1][-1]) if runs else None), numbered(state)
        if last and now and last[0] == now[0] and now[1] == last[1] + 1:
            runs[-1].append(state)
        else:
            runs.append([state])
    return tuple(n.Stretch(n.Name(run[0], made), n.Name(run[-1], made) if len(run) > 1 else None, made) for run in runs)


def _here(span: Span) -> Span:
    """A span of no length for what nobody wrote."""
    return Span(span.source, span.start, span.start)


# ---------------------------------------------------------------- the document around the cells


def with_cells(program: Program, places: Mapping[str, str], decided: Mapping[str, n.Cell]) -> n.Document:
    """The program's document with decided cells in the place of the open ones they come from.

    What came from files of the user's own is written into the text, so that it stands alone; `use std...` stays.
    """
    items: list[n.Item] = []
    waiting = dict(decided)
    for item in _own_items(program.document, set()):
        if isinstance(item, n.Cell):
            here = [name for name, place in places.items() if place == item.name.text and name in waiting]
            items += [waiting.pop(name) for name in here]
            if item.name.text in places.values():
                continue
        if item not in items or not isinstance(item, n.Op | n.Ops | n.Cell | n.Use):
            items.append(item)
    opened = set(places.values()) | set(places)
    items = [_without_counts(item, opened) if isinstance(item, n.Network) else item for item in items]
    at = next((i for i, item in enumerate(items) if isinstance(item, n.Network)), len(items))
    items[at:at] = list(waiting.values())
    return n.Document(program.document.version or n.VERSION, tuple(items), (), Source("<nasc>", ""))


def _without_counts(network: n.Network, opened: set[str]) -> n.Network:
    """A network without what it said of its shared-weight form: `params == N` no longer speaks of what stands there.

    A stack that is inherited may place the open cells too, so only one that is written without them keeps its counts.
    """
    stack = next((item for item in network.body if isinstance(item, n.Cells)), None)
    if stack is not None and not any(p.cell.text in opened for p in stack.placed):
        return network
    counts = ("params", "params_aux", "macs")
    body = tuple(
        item
        for item in network.body
        if not (isinstance(item, n.Require) and item.comparison in ("==", "~=") and item.quantity.name.text in counts)
    )
    return replace(network, body=body)


def _own_items(document: n.Document, seen: set[str]) -> list[n.Item]:
    """The items of a document, those of the user's own files it uses written in line."""
    items: list[n.Item] = []
    for item in document.items:
        if not isinstance(item, n.Use) or not item.file:
            items.append(item)
            continue
        path = Path(item.span.source.name).parent / item.path
        if str(path.resolve()) in seen:
            continue
        seen.add(str(path.resolve()))
        used = _own_items(read(read_path(path)).document, seen)
        items += [
            i
            for i in used
            if isinstance(i, n.Use | n.Op | n.Ops | n.Cell) or (isinstance(i, n.Network) and i.kind == "skeleton")
        ]
    return items

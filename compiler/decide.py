"""Open cells decided: from what was chosen for every edge to cells and a document with nothing left to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nasc.compiler.dag import CellDag, Edge, runs
from nasc.compiler.resolve import Program
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import fail
from nasc.dsl.reader import read, read_path
from nasc.dsl.source import Source, Span


@dataclass(frozen=True, slots=True)
class Chosen:
    """An edge with the operation it has got, and how strong a search found it."""

    edge: Edge
    operation: str
    strength: float | None = None


SHOWN, EXACT = ".4f", ".9g"
"""How strengths are written: for a reader, or so that no two numbers of single precision are taken for the same."""


def decided_cell(dag: CellDag, name: str, chosen: Mapping[str, Sequence[Chosen]], digits: str = SHOWN) -> n.Cell:
    """The cell in which every state is the sum of what was chosen for it, in that order, with strengths of so many
    `digits`.

    A state that is left without edges goes, with the edges that leave it and its place in `return`.
    Raises `NasError` (E405) where nothing is left to return.
    """
    made = Span(dag.span.source, dag.span.start, dag.span.start)
    there = set(dag.inputs)
    statements = []
    for state in dag.states:
        edges = [one for one in chosen[state] if there.issuperset(one.edge.sources)]
        if edges:
            there.add(state)
            summed = tuple(_edge(one, made, digits) for one in edges)
            statements.append(n.Statement(n.Name(state, made), None, summed, made))
    left = [state for state in dag.returned if state in there]
    if not left:
        help = "let at least one edge stay, such as `keep 1..2 of`"
        raise fail("E405", f"no edge of cell `{name}` is left, so that it returns nothing", dag.span, help=help)
    stretches = tuple(
        n.Stretch(n.Name(run[0], made), n.Name(run[-1], made) if len(run) > 1 else None, made) for run in runs(left)
    )
    returned = n.Return(n.Name(dag.how, made) if dag.how else None, stretches, made)
    inputs = tuple(n.Name(i, made) for i in dag.inputs)
    return n.Cell(dag.kind, n.Name(name, made), inputs, tuple(statements), returned, made)


def _edge(one: Chosen, made: Span, digits: str) -> n.Edge:
    edge = one.edge
    factor = n.Number(f"{edge.factor:g}", made) if edge.factor is not None else None
    shown = n.Number(f"{max(one.strength, 0.0):{digits}}", made) if one.strength is not None else None
    return n.Edge(factor, n.Name(one.operation, made), tuple(n.Name(s, made) for s in edge.sources), shown, made)


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
    if not opened or (stack is not None and not any(p.cell.text in opened for p in stack.placed)):
        return network
    return without_counts(network)


def without_counts(network: n.Network) -> n.Network:
    """A network without `require params == N` and the like."""
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

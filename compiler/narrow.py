"""Open cells narrowed: fewer operations on every edge, written as a text of the language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from nasc.compiler.dag import CellDag, Edge, runs
from nasc.compiler.decide import with_cells
from nasc.compiler.resolve import Program
from nasc.dsl import nodes as n
from nasc.dsl.source import Span

Left = Mapping[str, Sequence[Sequence[str]]]
"""For each open cell, by the name it is chosen under, the operations that each open edge still chooses among."""


def narrowed(program: Program, dags: Mapping[str, CellDag], left: Left) -> n.Document:
    """The program's document with the open cells of `dags` written out, each edge with a set of its own.

    `keep`s stay; `{keep 0..2 of ...}` lets no more stay than are left. Each edge must have an operation left.
    """
    cells = {name: narrowed_cell(dag, name, left[name]) for name, dag in dags.items()}
    return with_cells(program, {name: dag.name for name, dag in dags.items()}, cells)


def narrowed_cell(dag: CellDag, name: str, left: Sequence[Sequence[str]]) -> n.Cell:
    """One cell; `left` has a row for each open edge in textual order."""
    made = Span(dag.span.source, dag.span.start, dag.span.start)
    rows = iter(left)
    edges = [_edge(edge, next(rows) if edge.open else edge.operations, made) for edge in dag.edges]
    statements = tuple(
        n.Statement(n.Name(state, made), None, tuple(_terms(dag, state, edges, made)), made) for state in dag.states
    )
    stretches = tuple(
        n.Stretch(n.Name(run[0], made), n.Name(run[-1], made) if len(run) > 1 else None, made)
        for run in runs(dag.returned)
    )
    returned = n.Return(n.Name(dag.how, made) if dag.how else None, stretches, made)
    return n.Cell(dag.kind, n.Name(name, made), tuple(n.Name(i, made) for i in dag.inputs), statements, returned, made)


def _terms(dag: CellDag, state: str, edges: Sequence[n.Edge], made: Span) -> Iterator[n.Edge | n.Keep]:
    """What a state sums, in textual order; a `keep` stands where its first edge does."""
    for index, edge in enumerate(dag.edges):
        if edge.state != state:
            continue
        if edge.group is None:
            yield edges[index]
            continue
        group = dag.groups[edge.group]
        if group.members[0] == index:
            yield n.Keep(n.Count(group.low, group.high, made), tuple(edges[i] for i in group.members), made)


def _edge(edge: Edge, left: Sequence[str], made: Span) -> n.Edge:
    assert left, edge.what
    names = tuple(n.Name(operation, made) for operation in left)
    what: n.Name | n.Choice = names[0]
    if len(names) > 1 or edge.kept is not None:
        keep = None
        if edge.kept is not None:
            low, high = edge.kept
            keep = n.Count(min(low, len(names)), min(high, len(names)), made)
        what = n.Choice(keep, names, made)
    factor = n.Number(f"{edge.factor:g}", made) if edge.factor is not None else None
    return n.Edge(factor, what, tuple(n.Name(source, made) for source in edge.sources), None, made)


def with_layers(document: n.Document, network: str, layers: int) -> n.Document:
    """The document with another `layers` in one of its networks."""
    items = []
    for item in document.items:
        if isinstance(item, n.Network) and item.kind == "network" and item.name.text == network:
            span = item.span
            made = Span(span.source, span.start, span.start)
            setting = n.Setting(n.Name("layers", made), n.Number(str(layers), made), made)
            said = [isinstance(i, n.Setting) and i.name.text == "layers" for i in item.body]
            body = [setting if here else i for i, here in zip(item.body, said, strict=True)]
            item = replace(item, body=tuple(body if any(said) else [setting, *body]))
        items.append(item)
    return replace(document, items=tuple(items))

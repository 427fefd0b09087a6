"""Texts of epochs → what each cell was over the epochs: its edges, their strengths, and what changed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.difference import EdgeChange, cell_difference
from nasc.compiler.distance import placed_order
from nasc.compiler.draw_style import FAMILIES, family
from nasc.compiler.resolve import Program, resolve
from nasc.compiler.stack import Options, lay_out
from nasc.compiler.write_out import write_out
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.reader import read
from nasc.dsl.source import Source

Line = tuple[tuple[str, ...], str]
"""The sources of an edge, and the state that it leads into."""


@dataclass(frozen=True)
class Change:
    """What one cell became from an epoch to the next; `returns` are the two `return` where they differ."""

    epoch: int
    cell: str
    edges: tuple[EdgeChange, ...]
    returns: tuple[str, str] | None


@dataclass(frozen=True)
class CellHistory:
    """One cell over the epochs: `dags` is what it was after each, None where it was not there; `weighed` the same with
    all that it might have been, where the run has written down what every operation counted for."""

    name: str
    epochs: tuple[int, ...]
    dags: tuple[CellDag | None, ...]
    weighed: tuple[CellDag | None, ...]

    @cached_property
    def shapes(self) -> dict[CellDag, int]:
        """The cells that differ in more than strengths, numbered as they appear."""
        bare = dict.fromkeys(without_strengths(dag) for dag in self.dags if dag is not None)
        return {dag: number for number, dag in enumerate(bare)}

    @cached_property
    def shown(self) -> list[int | None]:
        """For each epoch the number of what the cell was."""
        return [None if dag is None else self.shapes[without_strengths(dag)] for dag in self.dags]

    @cached_property
    def lines(self) -> list[Line]:
        """The lines along which there was an edge in any epoch, state by state."""
        return _lines(self.dags)

    @cached_property
    def operations(self) -> list[str]:
        """The operations of all these edges, alike ones side by side."""
        return _operations(self.dags)

    @cached_property
    def strengths(self) -> Strengths | None:
        """How strong each operation was, where that was written down."""
        full = any(dag is not None for dag in self.weighed)
        dags = [dag and with_strengths(dag) for dag in (self.weighed if full else self.dags)]
        lines, operations = _lines(dags), _operations(dags)
        if not lines:
            return None
        values: list[list[list[float]]] = []
        for dag in dags:
            table = [[math.nan] * len(operations) for _ in lines]
            for edge in dag.edges if dag is not None else ():
                assert edge.strength is not None
                for operation in edge.operations:
                    table[lines.index(line_of(edge))][operations.index(operation)] = edge.strength
            values.append(table)
        kept = [
            {(line_of(edge), name) for edge in dag.edges for name in edge.operations} if dag is not None else set()
            for dag in self.dags
        ]
        places = [[(line, name) in here for line in lines for name in operations] for here in kept]
        return Strengths(full, lines, operations, values, places)

    @cached_property
    def changes(self) -> list[Change]:
        """What it became from one epoch to the next."""
        found = []
        for place in range(1, len(self.dags)):
            before, after = self.dags[place - 1], self.dags[place]
            if (before is None and after is None) or self.shown[place - 1] == self.shown[place]:
                continue
            said = cell_difference(before, after)
            edges = tuple(change for change in said.edges if change.kind != "strength")
            if edges or said.returns is not None:
                found.append(Change(self.epochs[place], self.name, edges, said.returns))
        return found


@dataclass(frozen=True)
class Strengths:
    """How strong operations were: `values` by epoch, line and operation, NaN where it was not written down. Unless
    `full`, that is so wherever an operation was not part of the genotype. `kept` says by epoch, line after line, for
    each operation whether it was."""

    full: bool
    lines: list[Line]
    operations: list[str]
    values: list[list[list[float]]]
    kept: list[list[bool]]

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest of them."""
        found = [value for table in self.values for row in table for value in row if math.isfinite(value)]
        return min(found, default=0.0), max(found, default=0.0)


def history_of(
    epochs: Mapping[int, Source], weighed: Mapping[int, Source], network: str | None, options: Options = Options()
) -> list[CellHistory]:
    """The cells that a network places, over the epochs. Raises `NasError`: a text has errors."""
    given = [cells_of(source, network, options) for source in epochs.values()]
    also = [cells_of(weighed[epoch], network, options) if epoch in weighed else {} for epoch in epochs]
    names = dict.fromkeys(name for cells in given for name in cells)
    return [
        CellHistory(
            name, tuple(epochs), tuple(cells.get(name) for cells in given), tuple(cells.get(name) for cells in also)
        )
        for name in names
    ]


def cells_of(source: Source, network: str | None, options: Options = Options()) -> dict[str, CellDag]:
    """The cells of a text that a network places, or where that cannot be said, all that it has."""
    document = read(source).document
    findings = Findings()
    program = resolve(document, findings)
    names = _placed(document, program, network, options) or placed_order(document, program)
    found = {name: write_out(program.cells[name], program, findings) for name in names if name in program.cells}
    findings.raise_errors()
    return {name: dag for name, dag in found.items() if dag is not None}


def _placed(document: n.Document, program: Program, network: str | None, options: Options) -> list[str]:
    named = document.networks.get(network or "")
    stack = lay_out(named, program, Findings(), options) if named is not None else None
    return list(dict.fromkeys(p.cell for p in stack.placements)) if stack is not None else []


def without_strengths(dag: CellDag) -> CellDag:
    """A cell without what a search has found of it: no strengths, and edges in no order of strength."""
    bare = (replace(edge, strength=None) for edge in dag.edges)
    return replace(dag, edges=tuple(sorted(bare, key=lambda edge: (edge.state, edge.sources, edge.what))))


def with_strengths(dag: CellDag) -> CellDag:
    """A cell with those of its edges alone that have a strength."""
    return replace(dag, edges=tuple(edge for edge in dag.edges if edge.strength is not None))


def line_of(edge: Edge) -> Line:
    """Where an edge leads from and into."""
    return edge.sources, edge.state


def _lines(dags: Iterable[CellDag | None]) -> list[Line]:
    """The lines of all edges: by state, then by source, in the order in which a cell computes them."""
    there = [dag for dag in dags if dag is not None]
    names = dict.fromkeys(name for dag in there for name in (*dag.inputs, *dag.states))
    place = {name: number for number, name in enumerate(names)}
    lines = {line_of(edge) for dag in there for edge in dag.edges}
    return sorted(lines, key=lambda line: (place[line[1]], [place[source] for source in line[0]]))


def _operations(dags: Iterable[CellDag | None]) -> list[str]:
    found = {name for dag in dags if dag is not None for edge in dag.edges for name in edge.operations}
    order = {one.name: number for number, one in enumerate(FAMILIES)}
    return sorted(found, key=lambda name: (order.get(family(name).name, len(order)), name))

"""Cells as foreign formats see them: numbered states with decided edges. What they cannot say is E110."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.source import Span

MAX_STATES = 10_000
_STATE = re.compile(r"s(0|[1-9]\d{0,17})")


class Lost(Findings):
    """Collects what would be lost in a format."""

    def __init__(self, dialect: str) -> None:
        super().__init__()
        self.dialect = dialect

    def lose(self, what: str, span: Span | None = None, help: str = "") -> None:
        self.add("E110", f"{what} cannot be said in the format `{self.dialect}`", span, help=help)


@dataclass(frozen=True)
class PlainEdge:
    """`sep_conv_3x3(s0) @0.31`"""

    operation: str
    source: int
    strength: n.Number | None
    span: Span


@dataclass(frozen=True)
class Plain:
    """A cell of decided edges, by state, in the order of the states."""

    name: str
    edges: Mapping[int, list[PlainEdge]]
    how: str | None
    returned: list[int]
    span: Span
    """Where its name stands."""
    returned_span: Span


def plain_cells(document: n.Document, lost: Lost) -> dict[str, Plain]:
    """The cells of a document by name: two inputs, decided edges.

    Strengths change no network: a format without a place for them leaves them out, like comments.
    """
    if not document.cells:
        lost.lose("a text without cells")
    lose_files(document, lost)
    cells: dict[str, Plain] = {}
    for name, cell in document.cells.items():
        inputs = tuple(i.text for i in cell.inputs)
        if cell.kind != "cell" or inputs != ("s0", "s1"):
            lost.lose(f"`{cell.kind} {name}({', '.join(inputs)})`", cell.name.span)
        else:
            cells[name] = plain_cell(document, cell, {0, 1}, lost)
    return cells


def lose_files(document: n.Document, lost: Lost) -> None:
    """A file of the user's own may define what the cells name."""
    for item in document.items:
        if isinstance(item, n.Use) and item.file:
            lost.lose(f'`use "{item.path}"`', item.span)


def plain_cell(document: n.Document, cell: n.Cell, inputs: set[int], lost: Lost) -> Plain:
    """One cell; `inputs` are the states it need not define."""
    return _Reader(document, lost).cell(cell, inputs)


class _Reader:
    """Reads one cell."""

    def __init__(self, document: n.Document, lost: Lost) -> None:
        self.own = {i.name.text: i for i in document.items if isinstance(i, n.Op | n.Ops)}
        self.lost = lost
        self.edges: dict[int, list[PlainEdge]] = {}

    def cell(self, cell: n.Cell, inputs: set[int]) -> Plain:
        for statement in cell.statements:
            match statement:
                case n.Triple(operation=operation, state=state, source=source, span=span):
                    self._edge(int(state.value), operation, int(source.value), None, span)
                case n.Statement(state=first, last=last, terms=terms):
                    for number in self._stretch(first, last):
                        for term in terms:
                            self._term(number, term)
        defined = set(inputs)
        for number, edges in self.edges.items():
            for edge in edges:
                if edge.source not in defined:
                    self.lost.lose(f"an edge from `s{edge.source}`, which is not defined before,", edge.span)
            if number in inputs:
                self.lost.lose(f"an edge into the input `s{number}`", edges[0].span)
            defined.add(number)
        result = cell.returned
        returned = [s for stretch in result.states for s in self._stretch(stretch.first, stretch.last)]
        how = result.how.text if result.how else None
        return Plain(cell.name.text, self.edges, how, returned, cell.name.span, result.span)

    def _term(self, state: int, term: n.Edge | n.Keep) -> None:
        match term:
            case n.Edge(what=n.Name() as operation, sources=tuple() as sources):
                if term.factor is not None:
                    self.lost.lose("a factor on an edge", term.factor.span)
                for source in sources:
                    for number in self._stretch(source, None):
                        self._edge(state, operation, number, term.strength, term.span)
            case _:
                self.lost.lose("an open edge", term.span, "`nasc search` or `nasc sample` decides it")

    def _edge(self, state: int, operation: n.Name, source: int, strength: n.Number | None, span: Span) -> None:
        match self.own.get(operation.text):
            case n.Op():
                self.lost.lose(f"the operation `{operation.text}`, which this text defines,", operation.span)
            case n.Ops():
                self.lost.lose("an open edge", span, "`nasc search` or `nasc sample` decides it")
        self.edges.setdefault(state, []).append(PlainEdge(operation.text, source, strength, span))

    def _stretch(self, first: n.Name, last: n.Name | None) -> range:
        numbers = [_STATE.fullmatch(name.text) for name in (first, last or first)]
        low, high = (int(found[1]) if found else -1 for found in numbers)
        if low < 0 or high < 0:
            name = first if low < 0 or last is None else last
            self.lost.lose(f"the name `{name.text}` of a state", name.span, "states are `s0`, `s1`, ... there")
            return range(0)
        if high - low >= MAX_STATES:
            self.lost.lose(f"more than {MAX_STATES:,} states", first.span)
            return range(0)
        return range(low, high + 1)


def listed(numbers: list[int]) -> str:
    """`range(2, 6)` where they count up, else `[4, 2, 3]`."""
    counted = range(numbers[0], numbers[0] + len(numbers))
    return f"range({counted.start}, {counted.stop})" if numbers == list(counted) else str(numbers)


def as_literal(name: str, fields: Mapping[str, str]) -> str:
    """`Genotype(normal=..., reduce=...)`"""
    return f"{name}({', '.join(f'{field}={value}' for field, value in fields.items())})"

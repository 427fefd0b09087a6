"""Cells of triples `(operation, state, source)`, as D-DARTS and FairDARTS build them.

Their code evaluates the states in the order in which they first appear as targets, and sums the edges of a
state by source, sources in the order of their first appearance. It passes over an edge from a state that is
not evaluated yet, without a word, and joins all states whatever `concat` says. A state without any other edge
breaks it. The cell made here says what that code does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice, takewhile

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import build
from nasc.dsl.dialects.fields import Drawn, Form, Numbers, edge, members
from nasc.dsl.dialects.literal import Items, Literal
from nasc.dsl.dialects.plain import Lost, Plain
from nasc.dsl.source import Span


@dataclass
class _Target:
    """A state, the place where it first appears, and its edges by source."""

    place: Span
    edges: dict[int, list[Drawn]] = field(default_factory=dict)


def grow(name: str, literal: Literal, findings: Findings) -> n.Cell | None:
    """The cell of a list of triples. W205 for each edge left out; E203 where the reference breaks on them."""
    every = members(literal, name, "edges", findings)
    drawn = [edge(member, Form.TRIPLE, findings) for member in every]
    targets: dict[int, _Target] = {}
    for triple in drawn:
        if triple is None:
            continue
        assert triple.state is not None
        number = triple.state.value
        if number < 2:
            span = triple.state.span
            findings.add("E109", f"`s{number}` is an input of cell `{name}`", span, "no edge leads into it")
            continue
        target = targets.setdefault(number, _Target(triple.state.span))
        target.edges.setdefault(triple.source.value, []).append(triple)
    if not targets:
        if not every and isinstance(literal, Items):
            help = "the authors' code cannot build it"
            findings.add("E109", f"cell `{name}` has no edges", literal.span, help=help)
        return None
    return _Grown(name, literal.span, targets, findings).cell()


@dataclass
class _Grown:
    name: str
    span: Span
    targets: dict[int, _Target]
    findings: Findings

    def cell(self) -> n.Cell:
        turn = {number: at for at, number in enumerate((0, 1, *self.targets))}
        live = {
            number: {s: edges for s, edges in target.edges.items() if turn.get(s, len(turn)) < turn[number]}
            for number, target in self.targets.items()
        }
        breaks = not all(live.values())
        statements = []
        for number, target in self.targets.items():
            for source, edges in target.edges.items():
                if source not in live[number]:
                    for drawn in edges:
                        self._report(drawn, number, breaks)
            if live[number]:
                ran = [drawn for edges in live[number].values() for drawn in edges]
                statements.append(build.statement(number, target.place, ran))
        states = [(number, target.place) for number, target in self.targets.items()]
        return build.cell(self.name, statements, build.returned("concat", states, self.span), self.span)

    def _report(self, drawn: Drawn, number: int, breaks: bool) -> None:
        source, op = drawn.source.value, drawn.operation.text
        later = source in self.targets
        if not breaks:
            why = f"`s{source}` is evaluated later" if later else f"nothing makes `s{source}`"
            message = f"the edge `{op}(s{source})` into `s{number}` of cell `{self.name}` never runs"
            help = "the authors' code passes over it, though it counts its parameters; it is left out"
            self.findings.add("W205", message, drawn.span, why, help)
            return
        before = [0, 1, *islice(takewhile(lambda state: state != number, self.targets), build.SHOWN)]
        label = f"states defined here: {build.names(before)}"
        if source == number:
            help = "no state reads itself"
        elif later:
            help = f"list an edge into {source} before the first edge into {number}"
        else:
            help = f"no edge leads into {source}: one like `('{op}', {source}, 0)` seems to be missing"
        message = f"`s{source}` is not defined in cell `{self.name}`"
        self.findings.add("E203", message, drawn.source.span, label, help)


def ignored_concat(cells: Sequence[n.Cell | None], concat: Numbers, what: str, findings: Findings) -> None:
    """W205 where `concat` is not all states of a cell in the order of their evaluation."""
    other = []
    for cell in cells:
        if cell is None:
            continue
        states = [int(s.state.text[1:]) for s in cell.statements if isinstance(s, n.Statement)]
        if not concat.are(states):
            other.append((cell, states))
    if not other:
        return
    cell, states = other[0]
    label = f"`{cell.name.text}` returns {build.names(states)}"
    if len(other) > 1:
        label += f"; {len(other) - 1} more differ"
    help = "it returns all states, in the order of their evaluation, and so does what is read here"
    findings.add("W205", f"the authors' code ignores `{what}`", concat.span, label, help)


# ---------------------------------------------------------------- writing


def lose_what_triples_lose(cell: Plain, lost: Lost) -> None:
    """What a cell says and a list of triples does not: another return, and sources that alternate."""
    if cell.how != "concat" and (cell.how or len(cell.returned) > 1):
        lost.lose(f"`return {cell.how}(...)`", cell.returned_span)
    if cell.returned != list(cell.edges):
        help = f"all states: {build.names(list(cell.edges))}"
        lost.lose("a return of other states than all, in their order,", cell.returned_span, help)
    for state, edges in cell.edges.items():
        sources = [source for source, _ in groupby(e.source for e in edges)]
        if len(sources) > len(set(sources)):
            what = f"the order of the edges of `s{state}`"
            lost.lose(what, edges[0].span, "put edges from one state together")


def triples(cell: Plain) -> str:
    """`[('sep_conv_3x3', 2, 0), ...]`"""
    every = (f"('{e.operation}', {state}, {e.source})" for state, edges in cell.edges.items() for e in edges)
    return "[" + ", ".join(every) + "]"

"""Cells whose edges tell their state by their place: two for each state (DARTS), or a list for each."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import build
from nasc.dsl.dialects.fields import Drawn, Form, Numbers, edge, members, numbers
from nasc.dsl.dialects.literal import Literal, Word
from nasc.dsl.dialects.plain import Lost, Plain

FORMS = {"Genotype": ("normal", "normal_concat", "reduce", "reduce_concat")}

Rows: TypeAlias = list[list[Drawn]]
"""The edges of each state, in their order."""
RowsOf: TypeAlias = Callable[[Literal, str, Findings], Rows]


def edges(value: Literal, what: str, form: Form, findings: Findings) -> list[Drawn]:
    """The good edges of a list."""
    drawn = [edge(member, form, findings) for member in members(value, what, "edges", findings)]
    return [d for d in drawn if d is not None]


def in_pairs(form: Form) -> RowsOf:
    """Edges 2i and 2i+1 lead into the i-th state."""

    def rows(value: Literal, what: str, findings: Findings) -> Rows:
        drawn = edges(value, what, form, findings)
        if not findings.failed and len(drawn) % 2:
            text = f"`{what}` has {len(drawn)} edges: the last state has one only"
            findings.add("E109", text, drawn[-1].span, help="every state takes two")
        return [list(pair) for pair in zip(drawn[::2], drawn[1::2], strict=False)]

    return rows


def in_rows(value: Literal, what: str, findings: Findings, form: Form = Form.PAIR) -> Rows:
    """Each member of the list is the list of the edges into one state."""
    rows = []
    for member in members(value, what, "lists of edges", findings):
        row = edges(member, what, form, findings)
        if not row and not findings.failed:
            findings.add("E109", f"a state of `{what}` has no edges", member.span)
        rows.append(row)
    return rows


def read_cell(name: str, fields: dict[str, Literal], rows_of: RowsOf, findings: Findings) -> n.Cell | None:
    """The cell of the fields `normal` and `normal_concat`; None after an error."""
    value = fields[name]
    if isinstance(value, Word) and value.text == "None":
        help = "the fixed reduction cell of GDAS: read the text as `gdas`" if name == "reduce" else ""
        findings.add("E109", f"`{name}` is not a list of edges", value.span, help=help)
        return None
    mine = Findings()
    rows = rows_of(value, name, mine)
    concat = numbers(fields[f"{name}_concat"], f"{name}_concat", mine)
    if not rows and not mine.failed:
        mine.add("E109", f"cell `{name}` has no edges", value.span)
    found: n.Cell | None = None
    if not mine.failed:
        result = returned("concat", name, concat, range(2 + len(rows)), mine)
        found = build.cell(name, statements(name, rows, 2, mine), result, value.span)
    findings.found += mine.found
    return found


def statements(name: str, rows: Rows, first: int, findings: Findings) -> list[n.Statement]:
    """The states of a cell, numbered from `first`. E203 where an edge comes from no earlier state."""
    made = []
    for state, row in enumerate(rows, first):
        for drawn in row:
            source = drawn.source.value
            if source >= state:
                label = f"states defined here: {build.names(range(state))}"
                help = "" if source >= first + len(rows) else f"`s{state}` can only read states before it"
                findings.add("E203", f"`s{source}` is not defined in cell `{name}`", drawn.source.span, label, help)
        made.append(build.statement(state, row[0].span, row))
    return made


def returned(how: str, name: str, concat: Numbers, states: range, findings: Findings) -> n.Return:
    """`return concat(...)` of exactly the states listed."""
    listed = []
    for place, number in enumerate(concat.values):
        span = concat.span_of(place)
        if number not in states:
            label = f"states defined here: {build.names(states)}"
            findings.add("E203", f"`s{number}` is not defined in cell `{name}`", span, label)
            break
        listed.append((number, span))
    if not concat.values:
        findings.add("E109", f"cell `{name}` returns nothing", concat.span)
    return build.returned(how, listed, concat.span)


# ---------------------------------------------------------------- writing


def lose_what_rows_lose(
    cell: Plain, edges_each: int | None, lost: Lost, first: int = 2, how: str | None = "concat"
) -> None:
    """What a cell says and rows do not: states out of number, another return, other numbers of edges."""
    if cell.how != how:
        lost.lose(f"`return {cell.how}(...)`" if cell.how else "a return of one state", cell.returned_span)
    for expected, (state, edges) in enumerate(cell.edges.items(), first):
        if state != expected:
            lost.lose(f"the state `s{state}` in the place of `s{expected}`", edges[0].span)
            break
    for state, edges in cell.edges.items():
        if edges_each is not None and len(edges) != edges_each:
            count = "one edge" if len(edges) == 1 else f"{len(edges)} edges"
            help = "every state takes two there" if edges_each == 2 else "every state takes one there"
            lost.lose(f"`s{state}` with {count}", edges[0].span, help)


def lose_other_cells(cells: dict[str, Plain], names: Sequence[str], lost: Lost) -> None:
    """A format that has these cells and no others."""
    for name in names:
        if name not in cells and not lost.failed:
            lost.lose(f"a text without the cell `{name}`")
    for name, cell in cells.items():
        if name not in names:
            lost.lose(f"the cell `{name}`", cell.span, "cells there: " + ", ".join(names))
    lost.raise_errors()


def pairs(cell: Plain) -> list[str]:
    """`[('sep_conv_3x3', 0), ('skip_connect', 1)]` without the brackets, for each state."""
    return [", ".join(f"('{e.operation}', {e.source})" for e in edges) for edges in cell.edges.values()]

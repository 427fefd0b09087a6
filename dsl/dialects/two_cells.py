"""Two cells whose states take two edges each and are all returned: the formats of NNI, NASLib, NAS-Bench-301."""

from collections.abc import Collection, Mapping

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import build, rows
from nasc.dsl.dialects.plain import Lost, Plain, PlainEdge, plain_cells
from nasc.dsl.dialects.stack import main_network
from nasc.dsl.source import Span

CELLS = ("normal", "reduce")
DARTS = (
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
)
"""The operations of DARTS without `none`, in the order in which all of these formats number them."""


def cell(name: str, edges: rows.Rows, span: Span, findings: Findings) -> n.Cell:
    """A cell of states from `s2` on that returns all of them. E203 where an edge comes from no earlier state."""
    statements = rows.statements(name, edges, 2, findings)
    states = [(number, row[0].span) for number, row in enumerate(edges, 2)]
    return build.cell(name, statements, build.returned("concat", states, span), span)


def same_depth(cells: Mapping[str, rows.Rows], span: Span, findings: Findings) -> None:
    """E109 where the two cells have different numbers of states: the code has one number for both."""
    normal, reduce = (len(cells[name]) for name in CELLS)
    if normal != reduce:
        text = f"the states of the cells are not as many: {normal} in `normal`, {reduce} in `reduce`"
        findings.add("E109", text, Span(span.source, span.end - 1, span.end), help="both cells have the same number")


# ---------------------------------------------------------------- writing


def to_write(document: n.Document, lost: Lost, states: int | None = None) -> dict[str, Plain]:
    """The two cells by name; `states` is how many each must have. Raises `NasError` (E110)."""
    cells = plain_cells(document, lost)
    rows.lose_other_cells(cells, CELLS, lost)
    cells = {name: cells[name] for name in CELLS}
    for plain in cells.values():
        rows.lose_what_rows_lose(plain, 2, lost)
        if plain.how == "concat" and plain.returned != list(plain.edges):
            help = f"all states: {build.names(list(plain.edges))}"
            lost.lose("a return of other states than all, in their order,", plain.returned_span, help)
        if states is not None and len(plain.edges) != states:
            count = "one state" if len(plain.edges) == 1 else f"{len(plain.edges)} states"
            lost.lose(f"a cell of {count}", plain.span, f"every cell has {states} there")
    normal, reduce = cells.values()
    if states is None and len(normal.edges) != len(reduce.edges):
        lost.lose("cells of different numbers of states", reduce.span)
    return cells


def edges(cells: Mapping[str, Plain]) -> list[tuple[str, int, list[PlainEdge]]]:
    """Cell, state and edges into it, in order."""
    return [(name, state, row) for name, plain in cells.items() for state, row in plain.edges.items()]


def lose_other_operations(cells: Mapping[str, Plain], operations: Collection[str], lost: Lost) -> None:
    """A format that knows these operations and no others."""
    for _, _, row in edges(cells):
        for edge in row:
            if edge.operation not in operations:
                help = "operations there: " + ", ".join(operations)
                lost.lose(f"the operation `{edge.operation}`", edge.span, help)


def lose_double_sources(cells: Mapping[str, Plain], lost: Lost) -> None:
    """A format that has one place for each pair of states."""
    for _, state, row in edges(cells):
        first, second = (row[0], row[-1])
        if len(row) == 2 and first.source == second.source:
            lost.lose(f"a second edge from `s{second.source}` into `s{state}`", second.span)


def lose_order(cells: Mapping[str, Plain], lost: Lost) -> None:
    """A format whose edges stand in the order of their sources. Weights follow the order of edges."""
    for _, state, row in edges(cells):
        if [e.source for e in row] != sorted(e.source for e in row):
            help = f"put the edge from `s{min(e.source for e in row)}` first"
            lost.lose(f"the order of the edges of `s{state}`", row[0].span, help)


def size(document: n.Document, usual: Mapping[str, int]) -> dict[str, int]:
    """`channels` and `layers` of the main network where they are others than usual."""
    network = main_network(document)
    found: dict[str, int] = {}
    for item in network.body if network else ():
        match item:
            case n.Setting(name=n.Name(text=name), value=n.Number() as number) if name in usual:
                if isinstance(number.value, int) and number.value != usual[name]:
                    found[name] = number.value
    return found

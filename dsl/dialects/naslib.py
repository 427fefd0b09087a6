"""`(((0, 3), (1, 3), ...), ((0, 0), ...))` and `(4, 3, 0, 1, 2, 3)`: cells in the numbers of NASLib.

The first, NASLib's compact form, is a cell of DARTS and its reduction: eight pairs of source and operation each, two
for every state, operations numbered as in `two_cells.DARTS`. The second is a cell of NAS-Bench-201: six operations,
numbered as in `NASBENCH201`, of the edges 0-1, 0-2, 0-3, 1-2, 1-3, 2-3. Networks are those of the two benchmarks.
automl/NASLib, naslib/search_spaces/nasbench301/conversions.py and nasbench201/conversions.py.
"""

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build, nasbench201, rows, two_cells
from nasc.dsl.dialects.fields import Drawn
from nasc.dsl.dialects.literal import Items, Literal, Whole, parse_data
from nasc.dsl.dialects.plain import Lost
from nasc.dsl.dialects.two_cells import CELLS, DARTS
from nasc.dsl.source import Source

NASBENCH201 = ("skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3")
EDGES = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
"""Source and state of the six operations."""
STATES = 4
"""How many a compact cell has."""


def read(source: Source) -> Reading:
    """The document of either form. Raises `NasError`: E105, E109, E203."""
    data = parse_data(source)
    findings = Findings()
    match data:
        case Items(members=(Items(), Items()) as cells):
            document = _compact(source, data, cells, findings)
        case Items(members=members) if len(members) == len(EDGES):
            document = _six(source, data, findings)
        case _:
            help = "two cells of eight pairs each, or six numbers of operations"
            findings.add("E109", "this is no architecture of NASLib", data.span, help=help)
    findings.raise_errors()
    return Reading(document)


def _compact(source: Source, data: Items, cells: tuple[Literal, ...], findings: Findings) -> n.Document:
    made = []
    for name, value in zip(CELLS, cells, strict=True):
        drawn = [_pair(member, findings) for member in (value.members if isinstance(value, Items) else ())]
        if len(drawn) != 2 * STATES:
            text = f"cell `{name}` has {len(drawn)} pairs"
            findings.add("E109", text, value.span, help=f"{2 * STATES}: two for each of {STATES} states")
        edges = [edge for edge in drawn if edge is not None]
        if not findings.failed:
            pairs = [edges[at : at + 2] for at in range(0, len(edges), 2)]
            made.append(two_cells.cell(name, pairs, value.span, findings))
    findings.raise_errors()
    network = build.network("cifar", "darts_cifar", data.span, channels=32, layers=8)
    return build.document(source, "std.darts", data.span, *made, network)


def _pair(value: Literal, findings: Findings) -> Drawn | None:
    """`(0, 3)`"""
    match value:
        case Items(members=(Whole() as source, Whole() as number)) if source.value >= 0:
            operation = _operation(number, DARTS, findings)
            return Drawn(operation, source, None, None, value.span) if operation else None
    findings.add("E109", "this is not an edge", value.span, "expected `(source, operation)`, two numbers")
    return None


def _six(source: Source, data: Items, findings: Findings) -> n.Document:
    into: dict[int, list[Drawn]] = {}
    for (start, state), member in zip(EDGES, data.members, strict=True):
        operation = _operation(member, NASBENCH201, findings)
        if operation is not None:
            into.setdefault(state, []).append(Drawn(operation, Whole(start, member.span), None, None, member.span))
    findings.raise_errors()
    statements = rows.statements(nasbench201.NAME, [into[state] for state in sorted(into)], 1, findings)
    return nasbench201.document(source, statements, data.span)


def _operation(value: Literal, operations: tuple[str, ...], findings: Findings) -> n.Name | None:
    if isinstance(value, Whole) and 0 <= value.value < len(operations):
        return n.Name(operations[value.value], value.span)
    known = ", ".join(f"{number} {name}" for number, name in enumerate(operations))
    findings.add("E109", "this is not the number of an operation", value.span, help=f"operations: {known}")
    return None


# ---------------------------------------------------------------- writing


def write(document: n.Document) -> str:
    """Six numbers for a text of one cell of one input, else the compact form. Raises `NasError` (E110)."""
    lost = Lost("naslib")
    only = next(iter(document.cells.values())) if len(document.cells) == 1 else None
    return _write_six(document, lost) if only and len(only.inputs) == 1 else _write_compact(document, lost)


def _write_compact(document: n.Document, lost: Lost) -> str:
    cells = two_cells.to_write(document, lost, states=STATES)
    two_cells.lose_other_operations(cells, DARTS, lost)
    lost.raise_errors()
    pairs: dict[str, list[tuple[int, int]]] = {name: [] for name in CELLS}
    for name, _, row in two_cells.edges(cells):
        pairs[name] += [(edge.source, DARTS.index(edge.operation)) for edge in row]
    return str(tuple(map(tuple, pairs.values())))


def _write_six(document: n.Document, lost: Lost) -> str:
    cell = nasbench201.plain(document, lost.dialect)
    found = [(edge.source, state) for state, edges in cell.edges.items() for edge in edges]
    if sorted(found) != list(EDGES):
        help = "three states, each with one edge from every state before"
        lost.lose(f"a cell of the edges {', '.join(f'{a}-{b}' for a, b in found[:6])}", cell.span, help)
    elif found != sorted(found, key=lambda edge: (edge[1], edge[0])):
        lost.lose("the order of the edges", cell.span, "put edges in the order of their sources")
    lost.raise_errors()
    operations = {(edge.source, state): edge.operation for state, edges in cell.edges.items() for edge in edges}
    return str(tuple(NASBENCH201.index(operations[edge]) for edge in EDGES))

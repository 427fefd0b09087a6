"""`|op~source|+|op~source|op~source|+...`: a cell of NAS-Bench-201, as its code and its tables write it.

Node 0 is the input; between two `+` stands one node, between two `|` one edge into it. All nodes are sums, the last
one is the output. A node may have several edges from one node, or none. Dong and Yang, NAS-Bench-201, ICLR 2020.
"""

import re
from collections.abc import Sequence

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, fail
from nasc.dsl.dialects import Reading, build, rows
from nasc.dsl.dialects.fields import Drawn, named
from nasc.dsl.dialects.literal import MAX_VALUES, Whole, clipped
from nasc.dsl.dialects.plain import Lost, Plain, lose_files, plain_cell
from nasc.dsl.source import Source, Span

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
"""All that its code can build."""
NAME = "normal"
"""What the cell is called: the skeleton places it under this name."""
_SKIPPED = re.compile(r"(?:\s++|#[^\n]*+)*+")
_NODE = re.compile(r"[^+#]*+")
_PART = re.compile(r"[^|]++")
_EDGE = re.compile(r"([^~\s]++)\s*~\s*(\d{1,18})")
_SHAPE = "expected `|operation~source|`, such as `|nor_conv_3x3~0|`"


def read(source: Source) -> Reading:
    """The document of one cell. Raises `NasError`: E105, E109, E203."""
    if source.text.count("|") > MAX_VALUES:
        raise fail("E105", "the genotype has too many edges", help=f"at most {MAX_VALUES:,} are read")
    findings = Findings()
    start = _end_of(_SKIPPED, source.text, 0)
    nodes: list[list[Drawn]] = []
    at, more = start, True
    while more:
        at = _end_of(_SKIPPED, source.text, at)
        end = _end_of(_NODE, source.text, at)
        nodes.append(_node(source, at, end, findings))
        at = _end_of(_SKIPPED, source.text, end)
        more = source.text[at : at + 1] == "+"
        if not more and at < len(source.text):
            findings.add("E109", "the genotype ends before this", Span(source, at, len(source.text.rstrip())))
        at += 1
    findings.raise_errors()

    span = Span(source, start, len(source.text.rstrip()))
    states = rows.statements(NAME, nodes, 1, findings)
    findings.raise_errors()
    return Reading(document(source, states, span))


def document(source: Source, states: Sequence[n.Statement], span: Span) -> n.Document:
    """The document of a cell of these states, which returns the last of them."""
    last = n.Stretch(build.state(len(states), span), None, span)
    body = n.Return(None, (last,), span)
    cell = n.Cell("cell", n.Name(NAME, span), (build.state(0, span),), tuple(states), body, span)
    network = build.network("cifar", "nasbench201", span, channels=16, layers=17)
    return build.document(source, "std.nasbench201", span, cell, network)


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    assert found is not None  # each of them matches nothing, too
    return found.end()


def _node(source: Source, start: int, end: int, findings: Findings) -> list[Drawn]:
    """The edges into one node, from its first `|` to its last."""
    end = start + len(source.text[start:end].rstrip())
    if start == end:
        findings.add("E109", "a node is missing here", Span(source, start, end), _SHAPE)
        return []
    for place in (start, end - 1):
        if source.text[place] != "|" or end - start < 2:
            findings.add("E109", "a node begins and ends with `|`", Span(source, place, place + 1), _SHAPE)
            return []
    parts = [part for part in _PART.finditer(source.text, start + 1, end - 1) if part[0].strip()]
    drawn = [_edge(source, part, findings) for part in parts]
    if not drawn:
        help = "a node that nothing reaches has `none` edges, such as `|none~0|`"
        findings.add("E109", "a node has no edges", Span(source, start, end), help=help)
    return [edge for edge in drawn if edge is not None]


def _edge(source: Source, part: re.Match[str], findings: Findings) -> Drawn | None:
    """`nor_conv_3x3~0`; None, and E109, where it is none."""
    text = part[0].strip()
    start = part.start() + part[0].index(text)
    found = _EDGE.fullmatch(source.text, start, start + len(text))
    if found is None:
        span = Span(source, start, start + len(text))
        findings.add("E109", f"`{clipped(text)}` is not an edge", span, "expected `operation~source`")
        return None
    operation = n.Name(found[1], Span(source, *found.span(1)))
    number = Whole(int(found[2]), Span(source, *found.span(2)))
    return Drawn(operation, number, None, None, Span(source, *found.span())) if named(operation, findings) else None


# ---------------------------------------------------------------- writing


def write(document: n.Document) -> str:
    """The cell `normal` as a string. Raises `NasError` (E110)."""
    cell = plain(document)
    return "+".join(
        "|" + "".join(f"{edge.operation}~{edge.source}|" for edge in edges) for edges in cell.edges.values()
    )


def plain(document: n.Document, dialect: str = "nasbench201") -> Plain:
    """The cell of a document, which is one of NAS-Bench-201's kind. Raises `NasError` (E110) where it is none."""
    lost = Lost(dialect)
    lose_files(document, lost)
    cells = dict(document.cells)
    cell = cells.pop(NAME, None)
    for other in cells.values():
        lost.lose(f"the cell `{other.name}`", other.name.span, f"the only cell there: {NAME}")
    if cell is None:
        if not cells:
            lost.lose(f"a text without the cell `{NAME}`")
    elif cell.kind != "cell" or [i.text for i in cell.inputs] != ["s0"]:
        inputs = ", ".join(i.text for i in cell.inputs)
        lost.lose(f"`{cell.kind} {cell.name}({inputs})`", cell.name.span, "its input is `s0`, and it has no other")
    lost.raise_errors()
    assert cell is not None
    found = plain_cell(document, cell, {0}, lost)
    rows.lose_what_rows_lose(found, None, lost, first=1, how=None)
    if found.how is None and found.returned != list(found.edges)[-1:]:
        lost.lose("a return of another state than the last", found.returned_span)
    for edges in found.edges.values():
        for edge in edges:
            if edge.operation not in OPERATIONS:
                lost.lose(f"the operation `{edge.operation}`", edge.span, f"operations there: {', '.join(OPERATIONS)}")
    lost.raise_errors()
    return found

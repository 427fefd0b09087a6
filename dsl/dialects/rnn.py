"""`Genotype(recurrent=[(activation, source), ...], concat=...)`: recurrent cells of DARTS, GDAS and EDNAS.

Entry i makes state i+1; what `concat` lists is averaged.
"""

from collections.abc import Sequence

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build, rows
from nasc.dsl.dialects.fields import Drawn, Form, bind, numbers
from nasc.dsl.dialects.literal import parse_literal
from nasc.dsl.dialects.plain import Lost, as_literal, listed, lose_files, plain_cell
from nasc.dsl.source import Source, Span

FORMS = {"Genotype": ("recurrent", "concat")}
NAME = "rnn"
"""What the cell is called."""


def read(source: Source) -> Reading:
    """The document of a recurrent cell. Raises `NasError`: E105, E109, E203."""
    call = parse_literal(source)
    findings = Findings()
    fields = bind(call, FORMS, findings)
    drawn = rows.edges(fields["recurrent"], "recurrent", Form.PAIR, findings)
    concat = numbers(fields["concat"], "concat", findings)
    if not drawn and not findings.failed:
        findings.add("E109", f"cell `{NAME}` has no states", fields["recurrent"].span)
    findings.raise_errors()
    states = rows.statements(NAME, [[edge] for edge in drawn], 1, findings)
    result = rows.returned("mean", NAME, concat, range(1 + len(drawn)), findings)
    findings.raise_errors()
    _doubt(drawn, findings)

    inside, span = fields["recurrent"].span, call.name.span
    inputs = n.Name("x", inside), n.Name("h", inside)
    body = (_gate(inputs, inside), *states)
    cell = n.Cell("recurrent", n.Name(NAME, inside), inputs, body, result, inside)
    stack = n.Cells((build.placed(NAME, span),), span)
    networks = (
        build.network("ptb", "darts_lm", span, stack, channels=850, vocabulary=10_000),
        build.network("wikitext2", "darts_lm", span, stack, channels=700, vocabulary=33_278),
    )
    document = build.document(source, "std.darts_rnn", span, cell, *networks)
    return Reading(document, tuple(findings.in_order()))


def _doubt(drawn: Sequence[Drawn], findings: Findings) -> None:
    """W205 for states of `none`: its code does not leave them out."""
    for edge in drawn:
        if edge.operation.text == "none":
            message = f"the authors' code keeps a part of `s{edge.source.value}` under `none`"
            help = "GDAS has it as an activation whose values are zero; here such a state is zero"
            findings.add("W205", message, edge.span, help=help)


def _gate(inputs: tuple[n.Name, ...], span: Span) -> n.Statement:
    """`s0 = gate(x, h)`"""
    edge = n.Edge(None, n.Name("gate", span), inputs, None, span)
    return n.Statement(build.state(0, span), None, (edge,), span)


def write(document: n.Document) -> str:
    """The text of the only cell, as `str()` prints the named tuple. Raises `NasError` (E110)."""
    lost = Lost("rnn")
    lose_files(document, lost)
    for cell in document.cells.values():
        if cell.kind != "recurrent":
            lost.lose(f"`{cell.kind} {cell.name.text}`", cell.name.span)
    if len(document.cells) != 1 and not lost.failed:
        lost.lose(f"a text with {len(document.cells) or 'no'} cells")
    lost.raise_errors()
    (cell,) = document.cells.values()
    if len(cell.inputs) != 2 or cell.statements[:1] != (_gate(cell.inputs, cell.span),):
        lost.lose("a cell that does not begin with the state `s0 = gate(x, h)`", cell.name.span)
        lost.raise_errors()
    states = n.Cell(cell.kind, cell.name, cell.inputs, cell.statements[1:], cell.returned, cell.span)
    plain = plain_cell(document, states, {0}, lost)
    rows.lose_what_rows_lose(plain, 1, lost, first=1, how="mean")
    lost.raise_errors()
    fields = {"recurrent": f"[{', '.join(rows.pairs(plain))}]", "concat": listed(plain.returned)}
    return as_literal("Genotype", fields)

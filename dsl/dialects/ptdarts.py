"""`Genotype(normal=[[(op, source), ...], ...], normal_concat=..., ...)` of pt.darts: a list per state."""

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build, rows
from nasc.dsl.dialects.fields import bind
from nasc.dsl.dialects.literal import parse_literal
from nasc.dsl.dialects.plain import Lost, as_literal, listed, plain_cells
from nasc.dsl.source import Source


def read(source: Source) -> Reading:
    """The document of a pair of cells; pt.darts has no ImageNet network, but one for MNIST. Raises as `darts.read`."""
    call = parse_literal(source)
    findings = Findings()
    fields = bind(call, rows.FORMS, findings)
    cells = [rows.read_cell(name, fields, rows.in_rows, findings) for name in ("normal", "reduce")]
    findings.raise_errors()
    span = call.name.span
    networks = (
        build.network("cifar", "ptdarts_cifar", span, channels=36, layers=20),
        build.network("mnist", "ptdarts_mnist", span, channels=36, layers=20),
    )
    return Reading(build.document(source, "std.darts", span, *filter(None, cells), *networks))


def write(document: n.Document) -> str:
    """The cells `normal` and `reduce` as `str()` prints the named tuple. Raises `NasError` (E110)."""
    lost = Lost("ptdarts")
    cells = plain_cells(document, lost)
    rows.lose_other_cells(cells, ("normal", "reduce"), lost)
    fields = {}
    for name in ("normal", "reduce"):
        rows.lose_what_rows_lose(cells[name], None, lost)
        fields[name] = "[" + ", ".join(f"[{row}]" for row in rows.pairs(cells[name])) + "]"
        fields[f"{name}_concat"] = listed(cells[name].returned)
    lost.raise_errors()
    return as_literal("Genotype", fields)

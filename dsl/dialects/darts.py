"""`Genotype(normal=[(op, source), ...], normal_concat=..., reduce=..., reduce_concat=...)`: edges in pairs.

DARTS (Liu et al., 2019), PC-DARTS, P-DARTS, EDNAS and many others write it. Two edges lead into each state;
what `concat` lists is returned.
"""

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build, rows
from nasc.dsl.dialects.fields import Form, bind
from nasc.dsl.dialects.literal import parse_literal
from nasc.dsl.dialects.plain import Lost, as_literal, plain_cells
from nasc.dsl.source import Source


def read(source: Source) -> Reading:
    """The document of a pair of cells. Raises `NasError`: E105, E109, E203."""
    call = parse_literal(source)
    findings = Findings()
    fields = bind(call, rows.FORMS, findings)
    cells = [rows.read_cell(name, fields, rows.in_pairs(Form.PAIR), findings) for name in ("normal", "reduce")]
    findings.raise_errors()
    span = call.name.span
    networks = (
        build.network("cifar", "darts_cifar", span, channels=36, layers=20),
        build.network("imagenet", "darts_imagenet", span, channels=48, layers=14),
    )
    return Reading(build.document(source, "std.darts", span, *filter(None, cells), *networks))


def write(document: n.Document) -> str:
    """The cells `normal` and `reduce` as `str()` prints the named tuple. Raises `NasError` (E110)."""
    lost = Lost("darts")
    cells = plain_cells(document, lost)
    rows.lose_other_cells(cells, ("normal", "reduce"), lost)
    fields = {}
    for name in ("normal", "reduce"):
        rows.lose_what_rows_lose(cells[name], 2, lost)
        fields[name] = f"[{', '.join(rows.pairs(cells[name]))}]"
        fields[f"{name}_concat"] = str(cells[name].returned)
    lost.raise_errors()
    return as_literal("Genotype", fields)

"""`Genotype(normal=[(op, state, source), ...], normal_concat=..., ...)` of FairDARTS: any number for a state.

Chu et al., Fair DARTS, 2020. What its code makes of such a list is said in `appearance`; it ignores `concat`.
"""

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build, rows
from nasc.dsl.dialects.appearance import grow, ignored_concat, lose_what_triples_lose, triples
from nasc.dsl.dialects.fields import bind, numbers
from nasc.dsl.dialects.literal import parse_literal
from nasc.dsl.dialects.plain import Lost, as_literal, listed, plain_cells
from nasc.dsl.source import Source


def read(source: Source) -> Reading:
    """The document of a pair of cells. Raises `NasError`: E105, E109, E203."""
    call = parse_literal(source)
    findings = Findings()
    fields = bind(call, rows.FORMS, findings)
    cells = []
    for name in ("normal", "reduce"):
        concat = numbers(fields[f"{name}_concat"], f"{name}_concat", findings)
        cell = grow(name, fields[name], findings)
        if not findings.failed:
            ignored_concat([cell], concat, f"{name}_concat", findings)
        cells.append(cell)
    findings.raise_errors()
    span = call.name.span
    # The ImageNet network of DARTS, its drop path behind the sum of a state as in FairDARTS.
    around = build.chain("edge", ("operation",), span), build.chain("state", ("sum", "drop_path"), span)
    networks = (
        build.network("cifar", "fairdarts_cifar", span, channels=36, layers=20),
        build.network("imagenet", "darts_imagenet", span, *around, channels=48, layers=14),
    )
    document = build.document(source, "std.darts", span, *filter(None, cells), *networks)
    return Reading(document, tuple(findings.in_order()))


def write(document: n.Document) -> str:
    """The cells `normal` and `reduce` as `str()` prints the named tuple. Raises `NasError` (E110)."""
    lost = Lost("fairdarts")
    cells = plain_cells(document, lost)
    rows.lose_other_cells(cells, ("normal", "reduce"), lost)
    fields = {}
    for name in ("normal", "reduce"):
        lose_what_triples_lose(cells[name], lost)
        fields[name] = triples(cells[name])
        fields[f"{name}_concat"] = listed(cells[name].returned)
    lost.raise_errors()
    return as_literal("Genotype", fields)

"""`Genotype(normal=[(op, state, source), ...], normal_concat=..., ...)` of FairDARTS: any number for a state.

Chu et al., Fair DARTS, 2020. What its code makes of such a list is said in `appearance`; it ignores `concat`. Its copy
of DARTS has lists of pairs whose third value, a float, is what the edge is multiplied by: `(op, source, factor)`. Such
a text looks like one of GDAS, where that value makes no difference.
"""

from collections.abc import Callable
from dataclasses import replace

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build, gdas, rows
from nasc.dsl.dialects.appearance import grow, ignored_concat, lose_what_triples_lose, triples
from nasc.dsl.dialects.fields import Form, bind, numbers
from nasc.dsl.dialects.literal import Items, Literal, Real, parse_literal
from nasc.dsl.dialects.plain import Lost, as_literal, listed, plain_cells
from nasc.dsl.source import Source, Span


def read(source: Source) -> Reading:
    """The document of a pair of cells. Raises `NasError`: E105, E109, E203."""
    call = parse_literal(source)
    findings = Findings()
    fields = bind(call, rows.FORMS, findings)
    if _is_weighted(fields["normal"]):
        return _weighted(source, fields, call.name.span, findings)
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
    edges = [e for c in document.cells.values() for s in c.statements if isinstance(s, n.Statement) for e in s.terms]
    weighted = bool(edges) and all(isinstance(edge, n.Edge) and edge.factor is not None for edge in edges)
    if weighted:
        document = _changed(document, lambda edge: replace(edge, factor=None, strength=edge.factor))
    cells = plain_cells(document, lost)
    rows.lose_other_cells(cells, ("normal", "reduce"), lost)
    fields = {}
    for name in ("normal", "reduce"):
        if weighted:
            rows.lose_what_rows_lose(cells[name], 2, lost)
        else:
            lose_what_triples_lose(cells[name], lost)
        fields[name] = gdas.scored(cells[name]) if weighted else triples(cells[name])
        fields[f"{name}_concat"] = str(cells[name].returned) if weighted else listed(cells[name].returned)
    lost.raise_errors()
    return as_literal("Genotype", fields)


# ---------------------------------------------------------------- edges with factors


def _is_weighted(value: Literal) -> bool:
    """Whether the first edge of a list is multiplied by something."""
    match value:
        case Items(members=(Items(members=(_, _, Real())), *_)):
            return True
    return False


def _weighted(source: Source, fields: dict[str, Literal], span: Span, findings: Findings) -> Reading:
    """The document of cells of pairs with factors."""
    cells = [rows.read_cell(name, fields, rows.in_pairs(Form.SCORED), findings) for name in ("normal", "reduce")]
    findings.raise_errors()
    help = "here is the network that its list says"
    message = "the authors' code keeps every state of such a cell twice, so that later sources shift"
    findings.add("W205", message, fields["normal"].span, help=help)
    networks = (
        build.network("cifar", "darts_cifar", span, channels=36, layers=20),
        build.network("imagenet", "darts_imagenet", span, channels=48, layers=14),
    )
    document = build.document(source, "std.darts", span, *filter(None, cells), *networks)
    changed = _changed(document, lambda edge: replace(edge, factor=edge.strength, strength=None))
    return Reading(changed, tuple(findings.in_order()))


def _changed(document: n.Document, change: Callable[[n.Edge], n.Edge]) -> n.Document:
    """A document of cells whose edges are changed."""

    def cell(item: n.Cell) -> n.Cell:
        statements = tuple(
            replace(s, terms=tuple(change(t) if isinstance(t, n.Edge) else t for t in s.terms))
            if isinstance(s, n.Statement)
            else s
            for s in item.statements
        )
        return replace(item, statements=statements)

    return replace(document, items=tuple(cell(item) if isinstance(item, n.Cell) else item for item in document.items))

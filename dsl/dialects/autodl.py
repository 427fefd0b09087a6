"""`Genotype(normal=[((op, source), (op, source)), ...], ..., connectN=None, connects=None)`: AutoDL-Projects.

The form of its `nas_infer_model`: a tuple per state, where pt.darts has a list, and two fields of an idea that was
given up; they may be missing. It builds the networks of DARTS; its auxiliary head for ImageNet has the last
batch-norm. Its searches of the space of NASNet print a dictionary of `normal`, `normal_concat`, `reduce` and
`reduce_concat`, whose edges have strengths, under the names of operations of its own; without `reduce` the reduction
cell is the fixed one of GDAS. D-X-Y/AutoDL-Projects.
"""

from collections.abc import Sequence
from dataclasses import replace

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build, gdas, rows
from nasc.dsl.dialects.fields import Drawn, Form, bind
from nasc.dsl.dialects.literal import Literal, Word, parse_literal
from nasc.dsl.dialects.mappings import by_key, missing, parse_mapping, unknown
from nasc.dsl.dialects.plain import Lost, PlainEdge, as_literal, plain_cells
from nasc.dsl.dialects.recognise_data import is_object
from nasc.dsl.source import Source, Span

FIELDS = rows.FORMS["Genotype"]
UNUSED = ("connectN", "connects")
FORMS = {"Genotype": (*FIELDS, *UNUSED)}
NAMES = {
    f"{theirs}_{k}x{k}": f"{ours}_{k}x{k}"
    for theirs, ours in (("dua_sepc", "sep_conv"), ("dil_sepc", "dil_conv"))
    for k in (3, 5)
}
"""The names of operations in its searches, and ours."""


def read(source: Source) -> Reading:
    """The document of one or two cells. Raises `NasError`: E105, E109, E203."""
    return _searched(source) if is_object(source.text) else _published(source)


def _published(source: Source) -> Reading:
    """The form of `nas_infer_model`."""
    call = parse_literal(source)
    findings = Findings()
    said = len(call.fields) > len(FIELDS) or any(f.name and f.name.text in UNUSED for f in call.fields)
    fields = bind(call, FORMS if said else rows.FORMS, findings)
    for name in UNUSED:
        value = fields.get(name)
        if value is not None and not (isinstance(value, Word) and value.text == "None"):
            findings.add("E109", f"`{name}` is not `None`", value.span, help="no published network has another value")
    cells = [rows.read_cell(name, fields, rows.in_rows, findings) for name in ("normal", "reduce")]
    findings.raise_errors()
    return Reading(_document(source, cells, call.name.span))


def _searched(source: Source) -> Reading:
    """The form that its searches print."""
    findings = Findings()
    mapping = parse_mapping(source, findings)
    fields: dict[str, Literal] = {}
    for key, pair in by_key(mapping, findings).items():
        if key in FIELDS:
            fields[key] = pair.value
        else:
            unknown(pair, ", ".join(f"`{name}`" for name in FIELDS), findings)
    names = ("normal",) if "reduce" not in fields else ("normal", "reduce")
    for name in names:
        for key in (name, f"{name}_concat"):
            if key not in fields:
                missing(f"the key `{key}`", mapping, findings)
    findings.raise_errors()
    cells = [rows.read_cell(name, fields, _scored_rows, findings) for name in names]
    findings.raise_errors()
    document = (
        _document(source, cells, mapping.span)
        if len(cells) > 1
        else gdas.with_fixed(source, cells, mapping.span, mapping.span)
    )
    return Reading(document, tuple(findings.in_order()))


def _scored_rows(value: Literal, what: str, findings: Findings) -> rows.Rows:
    """The edges of each state by our names of operations; W205 where its code has one operation for two of them."""
    found = rows.in_rows(value, what, findings, Form.SCORED)
    for row in found:
        sources = [drawn.source.value for drawn in row]
        twice = next((drawn for place, drawn in enumerate(row) if drawn.source.value in sources[:place]), None)
        if twice is not None:
            message = f"two edges of cell `{what}` come from `s{twice.source.value}` into one state"
            help = "the authors' code builds the last of them alone and runs it twice; here both are built"
            findings.add("W205", message, twice.span, help=help)
    return [[_renamed(drawn) for drawn in row] for row in found]


def _renamed(drawn: Drawn) -> Drawn:
    word = drawn.operation
    return replace(drawn, operation=n.Name(NAMES.get(word.text, word.text), word.span))


def _document(source: Source, cells: list[n.Cell | None], span: Span) -> n.Document:
    networks = (
        build.network("cifar", "darts_cifar", span, channels=36, layers=20),
        build.network("imagenet", "pdarts_imagenet", span, channels=48, layers=14),
    )
    return build.document(source, "std.darts", span, *filter(None, cells), *networks)


def write(document: n.Document) -> str:
    """The cells as its code prints them: with strengths on all edges as its searches do, else as `nas_infer_model`.

    Raises `NasError` (E110).
    """
    lost = Lost("autodl")
    cells = plain_cells(document, lost)
    scored = all(edge.strength for cell in cells.values() for edges in cell.edges.values() for edge in edges)
    names = ("normal",) if scored and gdas.is_fixed(document, cells) else ("normal", "reduce")
    rows.lose_other_cells(cells, names, lost)
    fields = {}
    for name in names:
        rows.lose_what_rows_lose(cells[name], None, lost)
        fields[name] = f"[{', '.join(_row(edges, scored) for edges in cells[name].edges.values())}]"
        fields[f"{name}_concat"] = str(cells[name].returned)
    lost.raise_errors()
    if scored:
        return "{" + ", ".join(f"'{key}': {value}" for key, value in fields.items()) + "}"
    return as_literal("Genotype", fields | dict.fromkeys(UNUSED, "None"))


def _row(edges: Sequence[PlainEdge], scored: bool) -> str:
    """The edges of a state, a tuple; of one edge with a comma."""
    theirs = {ours: name for name, ours in NAMES.items()} if scored else {}
    made = (
        f"('{theirs.get(e.operation, e.operation)}', {e.source}{gdas.score(e.strength if scored else None)})"
        for e in edges
    )
    return f"({', '.join(made)}{',' if len(edges) == 1 else ''})"

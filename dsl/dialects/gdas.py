"""`Genotype(normal=[(op, source, score), ...], normal_concat=..., reduce=..., reduce_concat=...)` of GDAS.

Two edges for each state, with or without the strength the search gave them, which changes no network.
`reduce=None` stands for the fixed reduction cell `frc` of `std.gdas`. Dong and Yang, GDAS, 2019.
"""

from collections.abc import Mapping, Sequence

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build, rows
from nasc.dsl.dialects.fields import Form, bind
from nasc.dsl.dialects.literal import Word, parse_literal
from nasc.dsl.dialects.plain import Lost, Plain, as_literal, plain_cells
from nasc.dsl.dialects.stack import layout
from nasc.dsl.source import Source, Span


def read(source: Source) -> Reading:
    """The document of one or two cells. Raises `NasError`: E105, E109, E203."""
    call = parse_literal(source)
    findings = Findings()
    fields = bind(call, rows.FORMS, findings)
    fixed = isinstance(fields["reduce"], Word) and fields["reduce"].text == "None"
    names = ("normal",) if fixed else ("normal", "reduce")
    cells = [rows.read_cell(name, fields, rows.in_pairs(Form.SCORED), findings) for name in names]
    findings.raise_errors()
    if fixed:
        return Reading(with_fixed(source, cells, call.name.span, fields["reduce"].span))
    return Reading(_document(source, cells, call.name.span, 50))


def with_fixed(source: Source, cells: Sequence[n.Cell | None], span: Span, place: Span) -> n.Document:
    """The document of a normal cell, whose networks have the fixed reduction cell; `place` is where that is said."""
    return _document(source, cells, span, 52, _with_frc(place))


def _document(source: Source, cells: Sequence[n.Cell | None], span: Span, channels: int, *stack: n.Cells) -> n.Document:
    """The document of cells; `channels` are those on ImageNet."""
    networks = (
        build.network("cifar", "gdas_cifar", span, *stack, channels=36, layers=20),
        build.network("imagenet", "gdas_imagenet", span, *stack, channels=channels, layers=14),
    )
    return build.document(source, "std.gdas", span, *filter(None, cells), *networks)


def _with_frc(span: Span) -> n.Cells:
    """`cells: normal*, frc/2, normal*, frc/2, normal*`: `layers` says how many."""
    normal, frc = build.placed("normal", span, repeat=0), build.placed("frc", span, stride=2)
    return n.Cells((normal, frc, normal, frc, normal), span)


def write(document: n.Document) -> str:
    """The text of the cells, as `str()` prints the named tuple, with the strengths there are.

    `reduce=None` where there is no cell `reduce` and the network places `frc`. Raises `NasError` (E110).
    """
    lost = Lost("gdas")
    cells = plain_cells(document, lost)
    fixed = is_fixed(document, cells)
    rows.lose_other_cells(cells, ("normal",) if fixed else ("normal", "reduce"), lost)
    fields = {"reduce": "None", "reduce_concat": "[2, 3, 4, 5]"}
    for name, cell in cells.items():
        rows.lose_what_rows_lose(cell, 2, lost)
        fields[name] = scored(cell)
        fields[f"{name}_concat"] = str(cell.returned)
    lost.raise_errors()
    return as_literal("Genotype", {field: fields[field] for field in rows.FORMS["Genotype"]})


def is_fixed(document: n.Document, cells: Mapping[str, Plain]) -> bool:
    """Whether a text has no cell `reduce`, and its network places the fixed one."""
    places = layout(document)
    return "reduce" not in cells and places is not None and any(p.cell.text == "frc" for p in places.placed)


def scored(cell: Plain) -> str:
    """`[('sep_conv_3x3', 0, 0.16), ...]`"""
    every = (edge for edges in cell.edges.values() for edge in edges)
    return "[" + ", ".join(f"('{e.operation}', {e.source}{score(e.strength)})" for e in every) + "]"


def score(strength: n.Number | None) -> str:
    """The third value of a triple, always a float: that tells it from a number of a state."""
    if strength is None:
        return ""
    text = strength.text
    return (
        f", {text}" if text[-1].isdigit() and ("." in text or "e" in text.lower()) else f", {float(strength.value)!r}"
    )

"""`Genotype(normal=[((op, source), (op, source)), ...], ..., connectN=None, connects=None)`: AutoDL-Projects.

The form of its `nas_infer_model`: a tuple per state, where pt.darts has a list, and two fields of an idea that was
given up; they may be missing. It builds the networks of DARTS; its auxiliary head for ImageNet has the last
batch-norm. D-X-Y/AutoDL-Projects.
"""

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build, ptdarts, rows
from nasc.dsl.dialects.fields import bind
from nasc.dsl.dialects.literal import Word, parse_literal
from nasc.dsl.dialects.plain import as_literal
from nasc.dsl.source import Source

UNUSED = ("connectN", "connects")
FORMS = {"Genotype": (*rows.FORMS["Genotype"], *UNUSED)}


def read(source: Source) -> Reading:
    """The document of a pair of cells. Raises `NasError`: E105, E109, E203."""
    call = parse_literal(source)
    findings = Findings()
    said = len(call.fields) > len(rows.FORMS["Genotype"]) or any(f.name and f.name.text in UNUSED for f in call.fields)
    fields = bind(call, FORMS if said else rows.FORMS, findings)
    for name in UNUSED:
        value = fields.get(name)
        if value is not None and not (isinstance(value, Word) and value.text == "None"):
            findings.add("E109", f"`{name}` is not `None`", value.span, help="no published network has another value")
    cells = [rows.read_cell(name, fields, rows.in_rows, findings) for name in ("normal", "reduce")]
    findings.raise_errors()
    span = call.name.span
    networks = (
        build.network("cifar", "darts_cifar", span, channels=36, layers=20),
        build.network("imagenet", "pdarts_imagenet", span, channels=48, layers=14),
    )
    return Reading(build.document(source, "std.darts", span, *filter(None, cells), *networks))


def write(document: n.Document) -> str:
    """The cells `normal` and `reduce` as `str()` prints the named tuple. Raises `NasError` (E110)."""
    fields = ptdarts.fields_of(document, "autodl") | dict.fromkeys(UNUSED, "None")
    return as_literal("Genotype", fields)

"""`{"normal/op_2_0": "sep_conv_3x3", "normal/input_2_0": [0], ...}`: the model space `DARTS` of NNI's hub.

Two pairs of an operation and a source for every state. NNI 2.9 writes a source as a number, NNI 3 as a list of one.
`width` and `depth` stand there too if they were searched. Unlike the example of NNI 1, the hub builds the networks of
DARTS; its auxiliary head for ImageNet has the last batch-norm. microsoft/nni, nni/nas/hub/pytorch/nasnet.py.
"""

import re

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build, rows, two_cells
from nasc.dsl.dialects.fields import Drawn, named
from nasc.dsl.dialects.literal import Items, Mapping, Pair, String, Whole
from nasc.dsl.dialects.mappings import as_json, by_key, missing, parse_mapping, size, unknown
from nasc.dsl.dialects.plain import Lost
from nasc.dsl.dialects.two_cells import CELLS
from nasc.dsl.source import Source

SIZES = {"width": "channels", "depth": "layers"}
_KEY = re.compile(r"(normal|reduce)/(op|input)_([2-9]|[1-9]\d{1,3})_([01])")
_USUAL = {"channels": 36, "layers": 20}
_USUAL_IMAGENET = {"channels": 48, "layers": 14}


def read(source: Source) -> Reading:
    """The document of an exported architecture. Raises `NasError`: E105, E109, E203."""
    findings = Findings()
    mapping = parse_mapping(source, findings)
    entries: dict[str, dict[tuple[str, int, int], Pair]] = {name: {} for name in CELLS}
    sizes: dict[str, int] = {}
    for key, pair in by_key(mapping, findings).items():
        found = _KEY.fullmatch(key)
        if key in SIZES:
            sizes[SIZES[key]] = size(pair.value, key, findings)
        elif found is None:
            unknown(pair, "`normal/op_2_0`, `normal/input_2_0`, ..., `width`, `depth`", findings)
        else:
            entries[found[1]][found[2], int(found[3]), int(found[4])] = pair
    edges = {name: _rows(name, entries[name], mapping, findings) for name in CELLS}
    if not findings.failed:
        two_cells.same_depth(edges, mapping.span, findings)
    findings.raise_errors()
    cells = [two_cells.cell(name, row, mapping.span, findings) for name, row in edges.items()]
    findings.raise_errors()
    _doubt(cells, findings)
    networks = (
        build.network("cifar", "darts_cifar", mapping.span, **_USUAL | sizes),
        build.network("imagenet", "pdarts_imagenet", mapping.span, **_USUAL_IMAGENET | sizes),
    )
    document = build.document(source, "std.darts", mapping.span, *cells, *networks)
    return Reading(document, tuple(findings.in_order()))


def _rows(name: str, entries: dict[tuple[str, int, int], Pair], mapping: Mapping, findings: Findings) -> rows.Rows:
    """The two edges into each state."""
    if not entries:
        missing(f"the cell `{name}`", mapping, findings)
        return []
    made = []
    for state in range(2, max(state for _, state, _ in entries) + 1):
        row = []
        for place in (0, 1):
            for what in ("op", "input"):
                if (what, state, place) not in entries:
                    missing(f"the key `{name}/{what}_{state}_{place}`", mapping, findings)
                    return []
            row.append(_edge(entries["op", state, place], entries["input", state, place], findings))
        made.append([drawn for drawn in row if drawn is not None])
    return made


def _edge(operation: Pair, source: Pair, findings: Findings) -> Drawn | None:
    """An operation and its source, which is a number or a list of one."""
    start = source.value
    if isinstance(start, Items) and len(start.members) == 1:
        start = start.members[0]
    if not isinstance(operation.value, String):
        text = f"`{operation.key.value}` is no name of an operation"
        findings.add("E109", text, operation.value.span, 'expected such as `"sep_conv_3x3"`')
    elif not isinstance(start, Whole) or start.value < 0:
        findings.add("E109", f"`{source.key.value}` is not one source", source.value.span, "expected such as `[0]`")
    elif named(name := n.Name(operation.value.value, operation.value.span), findings):
        return Drawn(name, start, None, None, name.span)
    return None


def _doubt(cells: list[n.Cell], findings: Findings) -> None:
    """W205 for cells of five states: other spaces of the hub have such, and most of them return fewer."""
    first = cells[0]
    if len(first.statements) == 5:
        label = "`DARTS` has four states in a cell"
        help = "NASNet, ENAS and AmoebaNet return the states that nothing reads; here, as in PNAS, all are returned"
        findings.add("W205", "this looks like another space of NNI's hub", first.statements[-1].span, label, help)


def write(document: n.Document) -> str:
    """The two cells in JSON as NNI 3 takes them. Raises `NasError` (E110).

    `width` and `depth` stand there where the main network's are others than the published 36 and 20.
    """
    lost = Lost("nni3")
    cells = two_cells.to_write(document, lost)
    lost.raise_errors()
    sizes = two_cells.size(document, _USUAL)
    fields: dict[str, object] = {theirs: sizes[ours] for theirs, ours in SIZES.items() if ours in sizes}
    for name, state, row in two_cells.edges(cells):
        fields |= {f"{name}/op_{state}_{place}": edge.operation for place, edge in enumerate(row)}
        fields |= {f"{name}/input_{state}_{place}": [edge.source] for place, edge in enumerate(row)}
    return as_json(fields)

"""`{"NetworkSelectorDatasetInfo:darts:edge_normal_0": "sep_conv_3x3", ...}`: a configuration of NAS-Bench-301.

Edges are numbered state by state over all sources: 0 and 1 lead into `s2`, 2 to 4 into `s3`, 5 to 8 into `s4`, 9 to 13
into `s5`. `inputs_node_normal_3: "0_2"` says which two sources of `s3` have an edge; `s2` has both. The networks are
those of DARTS, of 32 channels and 8 layers unless the configuration says otherwise. The two edges of a state stand in
the order of their keys, which its own converter takes from a genotype. automl/nasbench301, representations.py.
"""

import re

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build, rows, two_cells
from nasc.dsl.dialects.fields import Drawn
from nasc.dsl.dialects.literal import Mapping, Pair, String, Whole
from nasc.dsl.dialects.mappings import as_json, by_key, missing, parse_mapping, size, unknown
from nasc.dsl.dialects.plain import Lost
from nasc.dsl.dialects.two_cells import CELLS, DARTS
from nasc.dsl.source import Source

PREFIX = "NetworkSelectorDatasetInfo:darts:"
RESULT = "optimized_hyperparamater_config"
"""Where a result file of the benchmark has the configuration; so spelled there."""
STATES = (2, 3, 4, 5)
SIZES = {"init_channels": "channels", "layers": "layers"}
_USUAL = {"channels": 32, "layers": 8}
_EDGE = re.compile(r"edge_(normal|reduce)_(\d|1[0-3])")
_INPUTS = re.compile(r"inputs_node_(normal|reduce)_([345])")
_TRAINING = {"auxiliary", "drop_path_prob"}


def read(source: Source) -> Reading:
    """The document of a configuration, or of a result file around it. Raises `NasError`: E105, E109."""
    findings = Findings()
    mapping = parse_mapping(source, findings)
    pairs = by_key(mapping, findings)
    if RESULT in pairs and isinstance(inner := pairs[RESULT].value, Mapping):
        mapping, pairs = inner, by_key(inner, findings)
    edges: dict[str, dict[int, Pair]] = {name: {} for name in CELLS}
    inputs: dict[str, dict[int, Pair]] = {name: {} for name in CELLS}
    sizes: dict[str, int] = {}
    for key, pair in pairs.items():
        if not key.startswith(PREFIX):
            continue  # how it was trained
        short = key.removeprefix(PREFIX)
        if found := _EDGE.fullmatch(short):
            edges[found[1]][int(found[2])] = pair
        elif found := _INPUTS.fullmatch(short):
            inputs[found[1]][int(found[2])] = pair
        elif short in SIZES:
            sizes[SIZES[short]] = size(pair.value, short, findings)
        elif short not in _TRAINING:
            unknown(pair, "`edge_normal_0` to `edge_normal_13`, `inputs_node_normal_3`, ...", findings)
    made = {name: _rows(name, edges[name], inputs[name], mapping, findings) for name in CELLS}
    findings.raise_errors()
    cells = [two_cells.cell(name, row, mapping.span, findings) for name, row in made.items()]
    network = build.network("cifar", "darts_cifar", mapping.span, **_USUAL | sizes)
    return Reading(build.document(source, "std.darts", mapping.span, *cells, network))


def _rows(
    name: str, edges: dict[int, Pair], inputs: dict[int, Pair], mapping: Mapping, findings: Findings
) -> rows.Rows:
    """The two edges into each state. Takes edges out as it uses them."""
    made = []
    for state in STATES:
        if state not in inputs and state > 2:
            missing(f"the key `inputs_node_{name}_{state}`", mapping, findings)
            return []
        row = []
        for source in _sources(state, inputs[state], findings) if state > 2 else (0, 1):
            number = numbered(state, source)
            if number not in edges:
                missing(f"the key `edge_{name}_{number}` (from `s{source}` into `s{state}`)", mapping, findings)
                return []
            pair = edges.pop(number)
            match pair.value:
                case String(value=word, span=span) if word in DARTS:
                    row.append((pair.key.span.start, Drawn(n.Name(word, span), Whole(source, span), None, None, span)))
                case _:
                    help = f"operations there: {', '.join(DARTS)}"
                    findings.add("E109", f"`edge_{name}_{number}` names no operation", pair.value.span, help=help)
        made.append([drawn for _, drawn in sorted(row, key=lambda placed: placed[0])])
    for pair in edges.values() if not findings.failed else ():
        help = f"it is not among the sources that `inputs_node_{name}_...` names"
        findings.add("E109", "this edge leads nowhere", pair.key.span, help=help)
    return made


def _sources(state: int, pair: Pair, findings: Findings) -> tuple[int, ...]:
    """`"0_2"`: two sources, the lower first."""
    if isinstance(pair.value, String) and re.fullmatch(r"[0-4]_[0-4]", pair.value.value):
        low, high = (int(number) for number in pair.value.value.split("_"))
        if low < high < state:
            return low, high
    help = f'two of 0 to {state - 1}, the lower first, such as `"0_1"`'
    findings.add("E109", f"these are not two sources of `s{state}`", pair.value.span, help=help)
    return ()


def numbered(state: int, source: int) -> int:
    """The number of an edge: those into earlier states come first.

    >>> numbered(2, 0), numbered(3, 0), numbered(5, 4)
    (0, 2, 13)
    """
    return (state - 2) * (state + 1) // 2 + source


def write(document: n.Document) -> str:
    """The two cells in JSON. Raises `NasError` (E110).

    `init_channels` and `layers` stand there where the main network's are others than 32 and 8.
    """
    lost = Lost("nasbench301")
    cells = two_cells.to_write(document, lost, states=len(STATES))
    two_cells.lose_other_operations(cells, DARTS, lost)
    two_cells.lose_double_sources(cells, lost)
    lost.raise_errors()
    fields: dict[str, object] = {}
    for name, state, row in two_cells.edges(cells):
        fields |= {f"{PREFIX}edge_{name}_{numbered(state, edge.source)}": edge.operation for edge in row}
        if state > 2:
            fields[f"{PREFIX}inputs_node_{name}_{state}"] = "_".join(sorted(str(edge.source) for edge in row))
    sizes = two_cells.size(document, _USUAL)
    return as_json(fields | {f"{PREFIX}{theirs}": sizes[ours] for theirs, ours in SIZES.items() if ours in sizes})

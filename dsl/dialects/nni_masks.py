"""`{"normal_n2_p0": [false, false, true, ...], "normal_n2_switch": [true, true], ...}`: NNI up to 1.5.

Seven booleans for every edge, one for each operation, all false where it is pruned; one for each source in a switch.
"""

from nasc.dsl import nodes as n
from nasc.dsl.dialects import nni_keys, two_cells
from nasc.dsl.dialects.mappings import as_json
from nasc.dsl.dialects.nni_keys import read
from nasc.dsl.dialects.plain import Lost
from nasc.dsl.dialects.two_cells import DARTS

__all__ = ["read", "write"]


def write(document: n.Document) -> str:
    """The two cells in JSON. Raises `NasError` (E110)."""
    lost = Lost("nni_masks")
    cells = nni_keys.to_write(document, lost)
    two_cells.lose_order(cells, lost)
    lost.raise_errors()
    fields: dict[str, object] = {}
    for name, state, row in two_cells.edges(cells):
        key = f"{name}_n{state}"
        operations = {edge.source: edge.operation for edge in row}
        for source in range(state):
            fields[f"{key}_p{source}"] = [operation == operations.get(source) for operation in DARTS]
        fields[f"{key}_switch"] = [source in operations for source in range(state)]
    return as_json(fields)

"""`{"normal_n2_p0": "sepconv3x3", "normal_n2_switch": [1, 0], ...}`: the Retiarii trainer of NNI 2.

Every edge names an operation, also those that the switch does not choose; the switch has the sources by strength.
"""

from nasc.dsl import nodes as n
from nasc.dsl.dialects import nni_keys, two_cells
from nasc.dsl.dialects.mappings import as_json
from nasc.dsl.dialects.nni_keys import read
from nasc.dsl.dialects.plain import Lost
from nasc.dsl.dialects.two_cells import DARTS

__all__ = ["read", "write"]


def write(document: n.Document) -> str:
    """The two cells in JSON. Raises `NasError` (E110).

    An edge that is not chosen has to have an operation there: NNI's first one, which leads nowhere.
    """
    lost = Lost("nni2")
    cells = nni_keys.to_write(document, lost)
    lost.raise_errors()
    fields: dict[str, object] = {}
    for name, state, row in two_cells.edges(cells):
        key = f"{name}_n{state}"
        operations = {edge.source: edge.operation for edge in row}
        for source in range(state):
            fields[f"{key}_p{source}"] = nni_keys.THEIRS[operations.get(source, DARTS[0])]
        fields[f"{key}_switch"] = [edge.source for edge in row]
    return as_json(fields)

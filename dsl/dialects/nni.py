"""`{"normal_n2_p0": "sepconv3x3", "normal_n2_switch": ["normal_n2_p0", ...], ...}`: NNI from 1.6 on.

Every edge names its operation, `[]` where it is pruned; the switch of a state names the two that are not. The example
of NNI trains the cells of its search as they are, so the network is `nni_cifar`. microsoft/nni, examples/nas/darts.
"""

from nasc.dsl import nodes as n
from nasc.dsl.dialects import nni_keys, two_cells
from nasc.dsl.dialects.mappings import as_json
from nasc.dsl.dialects.nni_keys import read
from nasc.dsl.dialects.plain import Lost

__all__ = ["read", "write"]


def write(document: n.Document) -> str:
    """The two cells in JSON. NNI adds edges by source; the switch keeps the order of the text. Raises `NasError`
    (E110)."""
    lost = Lost("nni")
    cells = nni_keys.to_write(document, lost)
    lost.raise_errors()
    fields: dict[str, object] = {}
    for name, state, row in two_cells.edges(cells):
        key = f"{name}_n{state}"
        operations = {edge.source: nni_keys.THEIRS[edge.operation] for edge in row}
        for source in range(state):
            fields[f"{key}_p{source}"] = operations.get(source, [])
        fields[f"{key}_switch"] = [f"{key}_p{edge.source}" for edge in row]
    return as_json(fields)

"""A network as one Python file that needs torch alone: `nasc compile --emit python`.

Its classes read like the text: one for each operation, one for each cell. Names in its state dict, values, gradients
and what a seed draws are those of the network that `nasc.build` makes.
"""

from __future__ import annotations

import re

from nasc.compiler.emit.python_cells import IN_FORWARD, Cells
from nasc.compiler.emit.python_classes import Names
from nasc.compiler.emit.python_layers import HELPERS, helper_text
from nasc.compiler.emit.python_network import network_class
from nasc.compiler.emit.python_operations import Operations
from nasc.compiler.expand import Plan
from nasc.compiler.layer_rules import show
from nasc.compiler.plan import stats
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import many
from nasc.dsl.printer import to_text

IMPORTS = {
    "import torch": r"\btorch\.(?!nn)",
    "from torch import Tensor, nn": "",
    "from torch.nn import functional as F": r"\bF\.",
}
"""The imports of the file, with what uses them."""


def python(document: n.Document, plan: Plan) -> str:
    """The text of the file. The plan must be one that `decided` builds: no cell of it is open."""
    names = Names((*IN_FORWARD, "Network", *HELPERS))
    operations = Operations(plan.stack, plan.program.ops, names)
    cells = Cells(plan, operations, names)
    written = [cells.collect(cell) for cell in plan.cells]
    operations.settle()
    for cell in written:
        cells.use(cell)
    cells.settle()
    calls = [cells.value(cell) for cell in plan.cells]
    network = network_class(plan, calls, _has(plan, "drop_path"), _has(plan, "dropout", named=True))
    own = [*operations.classes(), *cells.classes(), network]
    texts = [*_helpers("\n".join(own)), *own]
    code = "\n".join(texts)
    imports = "\n".join(line for line, pattern in IMPORTS.items() if re.search(pattern, code))
    return "\n\n\n".join([f"{_head(document, plan)}\n\n{imports}", *texts]) + "\n"


def _has(plan: Plan, kind: str, named: bool = False) -> bool:
    """Whether the network has such a layer; `named`: one whose rate a recipe sets by name."""
    graphs = [*plan.trunk, *(cell.graph for cell in plan.cells), *([plan.auxiliary] if plan.auxiliary else [])]
    steps = (step for graph in graphs for step in graph.steps if step.kind == kind)
    return any(not named or isinstance(step.settings["rate"], str) for step in steps)


def _helpers(code: str) -> list[str]:
    """The classes that the file brings along, as far as it uses them."""
    return [helper_text(name).strip() for name in HELPERS if re.search(rf"\b{name}\b[(,]", code)]


def _head(document: n.Document, plan: Plan) -> str:
    counts = stats(plan)
    assert counts.input_shape is not None
    aux = f" ({counts.params_aux:,} with the auxiliary head)" if counts.params_aux is not None else ""
    stack = plan.stack
    counted = ((len(plan.cells), "cell"), (stack.channels, "channel"), (stack.classes, "class"))
    size = ", ".join(many(count, what) for count, what in counted)
    about = f"""Network `{stack.name}` of the genotype below, written by `nasc compile --emit python`.

It needs torch alone. {size}, input
{show(counts.input_shape)}; {counts.params:,} params{aux}, {counts.macs:,} MACs.

Parameters are named by the text: `cells.3.s2.0.1.weight` is layer 1 of edge 0 of state `s2` in cell 3. So weights
that `nasc train` wrote fit: `network.load_state_dict(safetensors.torch.load_file("weights.safetensors"))`.
"""
    text = "\n".join(f"# {line}".rstrip() for line in to_text(document).splitlines())
    return f'"""{about}"""\n\n{text}'

"""What `nasc compile --emit` writes, as bytes."""

from __future__ import annotations

from pathlib import Path

from nasc.cli.reporting import note
from nasc.compiler.expand import Plan
from nasc.dsl.nodes import Document

SEED = 0
"""What weights are drawn from where none are given."""


def emitted(form: str, document: Document, plan: Plan, weights: Path | None) -> bytes:
    """The file in one form. Raises `NasError`: the network still has choices (E310), weights that do not fit (E503),
    a missing package (E901)."""
    if form == "dot":
        from nasc.compiler.render import stack_drawing

        return f"{stack_drawing(plan).source}\n".encode()
    import torch

    from nasc.compiler.build import decided

    if form == "python":
        from nasc.compiler.emit.python import python

        with torch.device("meta"):
            decided(plan)
        return python(document, plan).encode()
    from nasc.compiler.emit.exported import to_onnx, to_pt2
    from nasc.runtime import checkpoint, weights_file
    from nasc.runtime.evaluate import put

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        model = decided(plan, changes=())
    if weights is None:
        note("the weights in the file are newly drawn: --weights W.safetensors gives those of a training")
    else:
        exported = weights.suffix == ".safetensors"
        state = weights_file.load(weights)[0] if exported else checkpoint.load(weights)["task"]["model"]
        put(model, state, str(weights))
    return to_onnx(model) if form == "onnx" else to_pt2(model)

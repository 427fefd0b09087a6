"""`native` and `split_kernels`: how depthwise convolutions are computed."""

from __future__ import annotations

from dataclasses import replace

from nasc.compiler.graph import LayerGraph
from nasc.compiler.passes.rewriting import live, rebuilt

WIDEST = 3
"""Columns of a kernel whose weight gradient the CPU's library computes at full speed."""


def native(graph: LayerGraph) -> LayerGraph:
    """Compute depthwise convolutions by the kernel of `nasc.compiler.native`, with the ReLU before them in it.

    Requires nothing; ensures that every depthwise convolution has the setting `native`, and reads no ReLU.
    """
    changed = {}
    for index, step in enumerate(graph.steps):
        if step.kind == "dwconv":
            before = graph.steps[step.inputs[0]]
            relu = before.kind == "relu"
            settings = {**step.settings, "native": True, "relu": relu}
            changed[index] = replace(step, inputs=before.inputs if relu else step.inputs, settings=settings)
    return live(rebuilt(graph, changed))


def split_kernels(graph: LayerGraph) -> LayerGraph:
    """Take the weight gradient of a depthwise convolution wider than 3 in parts of 3 columns, and its gradient to the
    input, at stride 1, as a convolution.

    Requires that `undilate` has run where it is to, since dilated ones are left as they are; ensures that every wide
    depthwise convolution without dilation has the setting `parts`, or `native`.
    """
    changed = {
        index: replace(step, settings={**step.settings, "parts": True})
        for index, step in enumerate(graph.steps)
        if step.kind == "dwconv"
        and not step.settings.get("native")
        and step.settings["k"][1] > WIDEST
        and step.settings["dilation"] == (1, 1)
    }
    return rebuilt(graph, changed)

"""`drop_zeros`: what is zero is not added."""

from __future__ import annotations

from dataclasses import replace

from nasc.compiler.graph import MIX, SUM, LayerGraph
from nasc.compiler.passes.rewriting import live, rebuilt


def drop_zeros(graph: LayerGraph) -> LayerGraph:
    """Leave out summands that are zero whatever the input and the strengths, as long as one is left.

    Requires nothing; ensures that no `sum` and no `mix` with another summand adds the output of a `zero`, and that no
    `zero` is computed for nothing. The gradient of its weight is zero either way.
    """
    zero: set[int] = set()
    changed = {}
    for index, step in enumerate(graph.steps):
        if step.kind == "zero" or (step.kind in (SUM, MIX) and all(source in zero for source in step.inputs)):
            zero.add(index)
        left = [place for place, source in enumerate(step.inputs) if source not in zero]
        if step.kind not in (SUM, MIX) or not left or len(left) == len(step.inputs):
            continue
        settings = step.settings
        if step.kind == MIX:
            settings = {**settings, "columns": tuple(settings["columns"][place] for place in left)}
        changed[index] = replace(step, inputs=tuple(step.inputs[place] for place in left), settings=settings)
    return live(rebuilt(graph, changed))

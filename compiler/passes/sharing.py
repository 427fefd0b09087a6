"""`share`: a value is computed once."""

from __future__ import annotations

from dataclasses import replace

from nasc.compiler.graph import LayerGraph, Step
from nasc.compiler.passes.rewriting import PURE, moved


def share(graph: LayerGraph) -> LayerGraph:
    """Compute a value once that several edges ask for: the ReLU of a state, its pools.

    Requires nothing; ensures that no two steps of `PURE` have the same kind, inputs and settings.
    """
    kept: list[Step] = []
    place: dict[int, int] = {}
    known: dict[object, int] = {}
    for index, step in enumerate(graph.steps):
        new = replace(step, inputs=tuple(place[source] for source in step.inputs))
        key = (step.kind, new.inputs, tuple(sorted(step.settings.items()))) if step.kind in PURE else None
        if key is not None and key in known:
            place[index] = known[key]
            continue
        kept.append(new)
        place[index] = len(kept) - 1
        if key is not None:
            known[key] = place[index]
    return moved(graph, kept, place)

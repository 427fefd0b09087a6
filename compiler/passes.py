"""Rewritings of the layer graph that keep its function, its gradients and its `state_dict()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nasc.compiler.graph import SUM, LayerGraph, Step

Pass = Callable[[LayerGraph], LayerGraph]

PURE = frozenset(
    {"relu", "tanh", "sigmoid", "zero", "max_pool", "avg_pool", "global_avg_pool", "shift", "take", "shuffle"}
)
"""Layers that learn nothing, keep nothing and draw nothing: on one value they give one value."""


def share(graph: LayerGraph) -> LayerGraph:
    """Compute a value once that several edges ask for: the ReLU of a state, its pools.

    Requires nothing; ensures that no two steps of `PURE` have the same kind, inputs and settings.
    """
    kept: list[Step] = []
    place: dict[int, int] = {}
    known: dict[object, int] = {}
    for index, step in enumerate(graph.steps):
        moved = replace(step, inputs=tuple(place[source] for source in step.inputs))
        key = (step.kind, moved.inputs, tuple(sorted(step.settings.items()))) if step.kind in PURE else None
        if key is not None and key in known:
            place[index] = known[key]
            continue
        kept.append(moved)
        place[index] = len(kept) - 1
        if key is not None:
            known[key] = place[index]
    return _moved(graph, kept, place)


def drop_zeros(graph: LayerGraph) -> LayerGraph:
    """Leave out summands that are zero whatever the input, as long as one is left.

    Requires nothing; ensures that no `sum` with another summand adds the output of a `zero`.
    """
    zero = {index for index, step in enumerate(graph.steps) if step.kind == "zero"}
    steps = []
    for step in graph.steps:
        left = tuple(source for source in step.inputs if source not in zero)
        steps.append(replace(step, inputs=left) if step.kind == SUM and left else step)
    return replace(graph, steps=tuple(steps))


def _moved(graph: LayerGraph, steps: list[Step], place: dict[int, int]) -> LayerGraph:
    return LayerGraph(
        tuple(steps),
        tuple(place[index] for index in graph.inputs),
        place[graph.output],
        {name: place[index] for name, index in graph.states.items()},
    )


PASSES: dict[str, Pass] = {"drop_zeros": drop_zeros, "share": share}
"""Every pass by name, in the order in which they run."""


def passes(optimize: bool) -> tuple[Pass, ...]:
    """The passes that run by default, or none."""
    return tuple(PASSES.values()) if optimize else ()

"""What the passes are written with: who reads a step, and a graph anew after some steps have changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import reduce

from nasc.compiler.graph import PHASES, SUBSAMPLE, LayerGraph, Step

Pass = Callable[[LayerGraph], LayerGraph]

PURE = frozenset(
    {
        *("relu", "tanh", "sigmoid", "zero", "max_pool", "avg_pool", "global_avg_pool", "shift", "take", "shuffle"),
        *(SUBSAMPLE, PHASES),
    }
)
"""Steps that learn nothing, keep nothing and draw nothing: on one value they give one value."""


def changed(graph: LayerGraph, passes: Iterable[Pass]) -> LayerGraph:
    """The graph after some passes, in order."""
    return reduce(lambda before, change: change(before), passes, graph)


def readers(graph: LayerGraph) -> list[list[int]]:
    """For every step the steps that read it; the graph's output and its named states are read from outside, by -1."""
    found: list[list[int]] = [[] for _ in graph.steps]
    for index, step in enumerate(graph.steps):
        for source in step.inputs:
            found[source].append(index)
    for index in {graph.output, *graph.states.values()}:
        found[index].append(-1)
    return found


def rebuilt(graph: LayerGraph, changed: Mapping[int, Step], dropped: Collection[int] = ()) -> LayerGraph:
    """The graph with some steps in place of others, and without those that nothing reads any more."""
    kept: list[Step] = []
    place: dict[int, int] = {}
    for index, step in enumerate(graph.steps):
        if index in dropped:
            continue
        new = changed.get(index, step)
        inputs = tuple(place[source] for source in new.inputs)
        kept.append(new if inputs == new.inputs else replace(new, inputs=inputs))
        place[index] = len(kept) - 1
    return moved(graph, kept, place)


def moved(graph: LayerGraph, steps: list[Step], place: Mapping[int, int]) -> LayerGraph:
    """A graph of new steps; `place` says where the old ones that are left have gone."""
    return LayerGraph(
        tuple(steps),
        tuple(place[index] for index in graph.inputs),
        place[graph.output],
        {name: place[index] for name, index in graph.states.items() if index in place},
    )


def live(graph: LayerGraph) -> LayerGraph:
    """The graph without pure steps that nothing reads. What learns or keeps something stays, read or not."""
    needed = {graph.output, *graph.inputs}
    for index in reversed(range(len(graph.steps))):
        step = graph.steps[index]
        if index in needed or (step.is_layer and step.kind not in PURE and step.kind != "identity"):
            needed.add(index)
            needed.update(step.inputs)
    return rebuilt(graph, {}, [index for index in range(len(graph.steps)) if index not in needed])

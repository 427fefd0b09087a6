"""Rewritings of the layer graph that keep its function, its gradients and its `state_dict()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nasc.compiler.graph import MERGE, PHASES, SUBSAMPLE, SUM, LayerGraph, Step
from nasc.compiler.layers import Shape

Pass = Callable[[LayerGraph], LayerGraph]

PURE = frozenset(
    {
        *("relu", "tanh", "sigmoid", "zero", "max_pool", "avg_pool", "global_avg_pool", "shift", "take", "shuffle"),
        *(SUBSAMPLE, PHASES),
    }
)
"""Steps that learn nothing, keep nothing and draw nothing: on one value they give one value."""


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


def undilate(graph: LayerGraph) -> LayerGraph:
    """Depthwise convolutions of dilation 2 without dilation, whose gradients are slow on CPU.

    At stride 2 all taps of all outputs fall on every second pixel of the input. At stride 1 the outputs of each of the
    four interleaved pictures depend on that picture alone. Requires padding that keeps the size (k - 1 for an odd k),
    others are left as they are; ensures that no such convolution is dilated. Values of the output stay bit for bit.
    """
    kept: list[Step] = []
    place: dict[int, int] = {}
    for index, step in enumerate(graph.steps):
        moved = replace(step, inputs=tuple(place[source] for source in step.inputs))
        if _is_dilated(step):
            kept += _undilated(moved, kept[moved.inputs[0]].shape, len(kept))
        else:
            kept.append(moved)
        place[index] = len(kept) - 1
    return _moved(graph, kept, place)


def _is_dilated(step: Step) -> bool:
    if step.kind != "dwconv" or step.settings["dilation"] != (2, 2) or step.settings["stride"] not in ((1, 1), (2, 2)):
        return False
    return all(k % 2 == 1 and p == k - 1 for k, p in zip(step.settings["k"], step.settings["pad"], strict=True))


def _undilated(step: Step, shape: Shape, at: int) -> list[Step]:
    """The steps that take the place of a dilated one; `at` is the index that the first of them gets."""
    channels, height, width = shape
    half = (channels, -(-height // 2), -(-width // 2))
    plain = {**step.settings, "stride": (1, 1), "dilation": (1, 1), "pad": tuple(p // 2 for p in step.settings["pad"])}
    if step.settings["stride"] == (2, 2):
        return [Step(SUBSAMPLE, step.inputs, half), replace(step, inputs=(at,), settings=plain)]
    return [
        Step(PHASES, step.inputs, half),
        replace(step, inputs=(at,), settings=plain, shape=half),
        Step(MERGE, (at + 1,), step.shape, {"size": (height, width)}),
    ]


def _moved(graph: LayerGraph, steps: list[Step], place: dict[int, int]) -> LayerGraph:
    return LayerGraph(
        tuple(steps),
        tuple(place[index] for index in graph.inputs),
        place[graph.output],
        {name: place[index] for name, index in graph.states.items()},
    )


PASSES: dict[str, Pass] = {"drop_zeros": drop_zeros, "undilate": undilate, "share": share}
"""Every pass by name, in the order in which they run."""


ROUNDING = ("undilate",)
"""Passes that keep the function but not the last bits of float32 behind it: batch-norm sums in another order."""


def passes(optimize: bool, rounding: bool = False) -> tuple[Pass, ...]:
    """The passes that run by default, or none; those of `ROUNDING` only where they are asked for, as training does."""
    return tuple(change for name, change in PASSES.items() if optimize and (rounding or name not in ROUNDING))

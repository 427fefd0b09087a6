"""`undilate`: dilated depthwise convolutions without dilation."""

from __future__ import annotations

from dataclasses import replace

from nasc.compiler.graph import MERGE, PHASES, SUBSAMPLE, LayerGraph, Step
from nasc.compiler.layer_rules import Shape
from nasc.compiler.passes.rewriting import moved


def undilate(graph: LayerGraph) -> LayerGraph:
    """Depthwise convolutions of dilation 2 without dilation, whose gradients are slow on CPU.

    At stride 2 all taps of all outputs fall on every second pixel of the input. At stride 1 the outputs of each of the
    four interleaved pictures depend on that picture alone. Requires padding that keeps the size (k - 1 for an odd k),
    others are left as they are, and so are `native` ones; ensures that no such convolution is dilated. Values of the
    output stay bit for bit.
    """
    kept: list[Step] = []
    place: dict[int, int] = {}
    for index, step in enumerate(graph.steps):
        new = replace(step, inputs=tuple(place[source] for source in step.inputs))
        if _is_dilated(step):
            kept += _undilated(new, kept[new.inputs[0]].shape, len(kept))
        else:
            kept.append(new)
        place[index] = len(kept) - 1
    return moved(graph, kept, place)


def _is_dilated(step: Step) -> bool:
    if step.kind != "dwconv" or step.settings.get("native"):
        return False
    if step.settings["dilation"] != (2, 2) or step.settings["stride"] not in ((1, 1), (2, 2)):
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

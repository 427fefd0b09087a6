"""The layer graph: what a stem, a cell or a head computes, one step a layer, in order of computation.

It is the compiler's middle: operations are expanded into it, passes rewrite it, modules are built from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nasc.compiler.layer_rules import Shape
from nasc.compiler.layers import LAYERS
from nasc.dsl.source import Span

INPUT, SUM, MEAN, CONCAT, SCALE, MIX, WEIGH = "input", "sum", "mean", "concat", "scale", "mix", "weigh"
SUBSAMPLE, PHASES, MERGE, NORMED = "subsample", "phases", "merge", "normed"
STRUCTURE = frozenset((INPUT, SUM, MEAN, CONCAT, SCALE, MIX, WEIGH, SUBSAMPLE, PHASES, MERGE, NORMED))
"""The steps that are no layers. `scale` multiplies by `factor`; `mix` sums its inputs, each times one strength; `weigh`
multiplies an open edge by its share among the edges of its state.

Passes bring in `subsample` (every second pixel), `phases` (the four interleaved pictures of half the size, one behind
the other in the batch), `merge` (those put back together at `size`) and `normed` (a sum of normalised terms).
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a layer of the table or one of `STRUCTURE`.

    `inputs` are indexes of earlier steps, `path` is where the parameters live below the block's module (`s2.0.1`),
    `shape` is that of the output. A `mix` holds in `settings` its `row` in the strengths of the cell, the `operations`
    it chooses among, and for each of its inputs which of these it is, `columns`; a `weigh` holds its `row`. A `normed`
    holds its `layout` and its `terms`.
    """

    kind: str
    inputs: tuple[int, ...]
    shape: Shape
    settings: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def is_layer(self) -> bool:
        return self.kind not in STRUCTURE


@dataclass(frozen=True)
class Layout:
    """The terms of a `normed`, in this order: `convs` through a pointwise convolution and normalised, `norms`
    normalised as they are, the others plain. The last `phased` of the convs take the interleaved pictures of `phases`,
    put together behind the sum."""

    convs: int
    norms: int
    phased: int = 0

    def is_phased(self, term: int) -> bool:
        return self.convs - self.phased <= term < self.convs


@dataclass(frozen=True)
class Term:
    """The layers that one term of a `normed` stands for, and the row and column of its strength."""

    strength: tuple[int, int]
    norm: Step | None = None
    conv: Step | None = None


@dataclass(frozen=True)
class LayerGraph:
    """Steps in order of computation; the last is not always the output. `states` names the steps of a cell's states."""

    steps: tuple[Step, ...]
    inputs: tuple[int, ...]
    output: int
    states: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, step in enumerate(self.steps):
            assert not step.inputs or max(step.inputs) < index, (index, step)
        assert 0 <= self.output < len(self.steps)

    @property
    def shape(self) -> Shape:
        """The shape of the output."""
        return self.steps[self.output].shape

    def layers(self) -> Iterator[tuple[Step, Shape]]:
        """Every layer with the shape of its input."""
        for step in self.steps:
            if step.is_layer:
                yield step, self.steps[step.inputs[0]].shape

    @cached_property
    def params(self) -> int:
        """How many numbers the block learns."""
        return sum(LAYERS[step.kind].params(shape, step.settings) for step, shape in self.layers())

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates of convolutions and linear layers for one input."""
        return sum(LAYERS[step.kind].macs(shape, step.shape, step.settings) for step, shape in self.layers())


def state_path(state: str) -> str:
    """Where the layers of a state live in a cell; `preprocess` is taken by those of the inputs."""
    return f"{state}_" if state.rstrip("_") == "preprocess" else state


class GraphBuilder:
    """Collects steps; each method answers with the index of the step it added."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def add(self, step: Step) -> int:
        self.steps.append(step)
        return len(self.steps) - 1

    def shape(self, index: int) -> Shape:
        return self.steps[index].shape

    def input(self, shape: Shape) -> int:
        return self.add(Step(INPUT, (), shape))

    def total(self, parts: list[int], kind: str = SUM) -> int:
        """The sum or mean of steps of one shape; a single one is itself."""
        return parts[0] if len(parts) == 1 else self.add(Step(kind, tuple(parts), self.shape(parts[0])))

    def concat(self, parts: list[int]) -> int:
        """The channels of steps, one behind the other; a single one is itself."""
        if len(parts) == 1:
            return parts[0]
        shapes = [self.shape(part) for part in parts]
        return self.add(Step(CONCAT, tuple(parts), (sum(shape[0] for shape in shapes), *shapes[0][1:])))

"""One sample of a shared-weight network: only the chosen operations of every open edge run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from nasc.compiler.graph import CONCAT, MEAN, MIX, SUM, LayerGraph, Step
from nasc.compiler.lower import lower, row_widths
from nasc.compiler.passes.rewriting import Pass, changed, rebuilt
from nasc.compiler.targets import Eager

Chosen = Mapping[str, Sequence[Sequence[int]]]
"""For each open cell by name, for every open edge in textual order the operations that run; none: no edge."""
PlacedChosen = Sequence[Sequence[Sequence[int]] | None]
"""The same for each cell of the stack, from input to output."""
KEPT = 512
"""How many samples of a cell are remembered as graphs."""


def only(graph: LayerGraph, kept: Sequence[Sequence[int]]) -> LayerGraph:
    """The graph of a cell with some operations of every open edge, `kept` by rows, and nothing that they do not need.

    An edge without any is left out of its state's sum, with what bypasses its operations; a state that is left without
    edges is an `AssertionError`. The others count for what they do beside it.
    """
    gone: set[int] = set()
    new: dict[int, Step] = {}
    for index, step in enumerate(graph.steps):
        if step.kind == MIX:
            columns = tuple(sorted(kept[step.settings["row"]]))
            if not columns:
                gone.add(index)
                continue
            inputs = tuple(step.inputs[column] for column in columns)
            new[index] = replace(step, inputs=inputs, settings={**step.settings, "columns": columns})
        elif step.kind in (SUM, MEAN) and any(source in gone for source in step.inputs):
            left = tuple(source for source in step.inputs if source not in gone)
            assert left, "a state needs an edge"
            new[index] = replace(step, inputs=left)
        elif any(source in gone for source in step.inputs):
            assert len(step.inputs) == 1 or step.kind == CONCAT, "an edge left out stands alone in its state"
            gone.add(index)
    # what only left-out edges and operations read goes with them, in one go: there may be thousands of steps
    # the cell's inputs are prepared in any case, which moves the statistics of their batch-norms as in the originals
    prepared = {index for index, step in enumerate(graph.steps) if step.path.startswith("preprocess.")}
    needed = {graph.output, *graph.inputs} | prepared
    for index in range(len(graph.steps) - 1, -1, -1):
        if index in needed:
            needed.update(new.get(index, graph.steps[index]).inputs)
    return rebuilt(graph, new, set(range(len(graph.steps))) - needed)


class Sampler:
    """Runs samples of one cell: prunes its layer graph, lets the passes go over it, and runs it as it is.

    Generating code for each would cost more than it saves; a sample met again is found in a store of `KEPT`.
    With `leak` the weights of what is not chosen are added to the state that it leads into: nothing, where they are
    zero, but their gradients are then the sums of the state's (the code of GDAS in NAS-Bench-201).
    """

    def __init__(self, cell: nn.Module, graph: LayerGraph, passes: Sequence[Pass], states: Sequence[str]) -> None:
        self.target = Eager(cell)
        self.states = tuple(states)
        """For every open edge the state that it leads into."""
        self.graph, self.passes = graph, passes
        self.rows = row_widths(graph)
        self.known: dict[tuple[tuple[int, ...], ...], LayerGraph] = {}

    def __call__(self, kept: Sequence[Sequence[int]], *inputs: Any, leak: bool = False) -> Tensor:
        """The output of the cell; its inputs end with the weights of all operations, as the whole cell takes them."""
        *given, weights = inputs
        key = tuple(tuple(row) for row in kept)
        graph = self.known.get(key)
        if graph is None:
            if len(self.known) >= KEPT:
                self.known.clear()
            graph = self.known[key] = changed(only(self.graph, kept), self.passes)
        added = self.leaked(graph, key, weights) if leak else None
        result: Tensor = lower(graph, self.target, given, weights, self.rows, added)
        return result

    def leaked(self, graph: LayerGraph, kept: Sequence[Sequence[int]], weights: Any) -> dict[int, Tensor]:
        """For the step of every state the sum of the weights that lead into it and were not chosen."""
        found: dict[int, Tensor] = {}
        for row, (state, columns) in enumerate(zip(self.states, kept, strict=True)):
            others = [column for column in range(self.rows[row]) if column not in columns]
            at = graph.states.get(state)
            if at is not None and others:
                rest = weights[row][others].sum()
                found[at] = found[at] + rest if at in found else rest
        return found

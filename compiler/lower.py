"""Layer graphs as torch: a module with a generated `forward` (torch.fx), or run step by step as they are."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import torch
from torch import fx, nn

from nasc.compiler import modules
from nasc.compiler.fused import flat
from nasc.compiler.graph import INPUT, MIX, LayerGraph, Step, Term
from nasc.compiler.layer_rules import Shape
from nasc.compiler.layers import LAYERS
from nasc.compiler.targets import Target, Value, Writer, place, safe_path

STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def to_module(graph: LayerGraph, original: LayerGraph | None = None) -> fx.GraphModule:
    """One block as a module with a generated `forward`: its inputs, and `weights` where it holds a mixture.

    `original` is the graph before the passes: what learns or keeps something stands in the module in its order.
    """
    original = original or graph
    root = nn.Module()
    _place_layers(root, graph, original)
    writer = Writer(root)
    inputs = [writer.program.placeholder(f"s{position}") for position in range(len(graph.inputs))]
    rows = row_widths(original)
    weights = writer.program.placeholder("weights") if rows else None
    writer.program.output(lower(graph, writer, inputs, weights, rows))
    _in_order(root, [safe_path(step.path) for step, _ in original.layers()])
    return Block(root, writer.program)


def lower(
    graph: LayerGraph,
    target: Target,
    inputs: Sequence[Value],
    weights: Value | None,
    rows: Sequence[int],
    added: Mapping[int, Value] | None = None,
) -> Value:
    """Lower every step in order; the value of the output. `rows` are the widths of the rows of `weights`.

    Where the graph weighs edges, what they count for is one more row behind these. `added` are numbers that are added
    to the values of some steps, by index.
    """
    given = dict(zip(graph.inputs, inputs, strict=True))
    lowering = _Lowering(graph, target, weights, rows)
    for index, step in enumerate(graph.steps):
        value = given[index] if step.kind == INPUT else lowering.step(step)
        if added and index in added:
            value = target.function(operator.add, value, added[index])
        lowering.values.append(value)
    return lowering.values[graph.output]


def row_widths(original: LayerGraph) -> list[int]:
    """How many operations every open edge of a cell chooses among, in order of its rows."""
    widths = {s.settings["row"]: len(s.settings["operations"]) for s in original.steps if s.kind == MIX}
    return [widths[row] for row in range(len(widths))]


class Block(fx.GraphModule):
    """A generated module that keeps the modules of its root in their order, also those that nothing calls."""

    def __init__(self, root: nn.Module | dict[str, Any], graph: fx.Graph, class_name: str = "Block") -> None:
        super().__init__(root, graph, class_name)
        if isinstance(root, nn.Module):
            self._modules = dict(root._modules)

    def _deepcopy_init(self) -> Callable[..., None]:
        return Block.__init__


class _Lowering:
    """The steps of one graph on their way to a target; `values` are those of the steps so far."""

    def __init__(self, graph: LayerGraph, target: Target, weights: Value | None, rows: Sequence[int]) -> None:
        self.graph, self.target, self.weights = graph, target, weights
        self.starts = [sum(rows[:row]) for row in range(len(rows))]
        self.rows = len(rows)
        self.values: list[Value] = []
        self.strengths: Value | None = None

    def step(self, step: Step) -> Value:
        sources = [self.values[source] for source in step.inputs]
        call = self.target.function
        if step.is_layer:
            return self.target.module(self.layer(step), sources[0])
        match step.kind:
            case "sum":
                return reduce(lambda a, b: call(operator.add, a, b), sources)
            case "mean":
                return call(modules.mean, sources)
            case "concat":
                return call(torch.cat, sources, 1)
            case "scale":
                return call(operator.mul, sources[0], step.settings["factor"])
            case "mix":
                row = call(operator.getitem, self.weights, step.settings["row"])
                columns = step.settings["columns"]
                whole = columns == tuple(range(len(step.settings["operations"])))
                return call(modules.weighted_sum, row, sources, *([] if whole else [columns]))
            case "weigh":
                shares = call(operator.getitem, self.weights, self.rows)
                return call(operator.mul, sources[0], call(operator.getitem, shares, step.settings["row"]))
            case "normed":
                return self.normed(step, sources)
            case "subsample":
                return call(modules.subsample, sources[0])
            case "phases":
                return call(modules.phases, sources[0])
            case "merge":
                return call(modules.merge, sources[0], step.settings["size"])
        raise AssertionError(step.kind)

    def layer(self, step: Step) -> str:
        """The path of a layer's module; one that keeps nothing is made where it is missing."""
        path = safe_path(step.path)
        if not self.target.has(path):
            self.target.add(path, make(step, self.graph.steps[step.inputs[0]].shape))
        return path

    def normed(self, step: Step, sources: list[Value]) -> Value:
        """The call of a `normed`: its inputs, the parameters and statistics of its layers, and what scales them."""
        terms: tuple[Term, ...] = step.settings["terms"]
        get = self.target.attribute
        norms = [safe_path(term.norm.path) for term in terms if term.norm is not None]
        weights = [get(f"{safe_path(term.conv.path)}.weight") for term in terms if term.conv is not None]
        statistics = [[get(f"{path}.{name}") for path in norms] for name in STATISTICS]
        if self.strengths is None:
            self.strengths = self.target.function(flat, self.weights)
        places = tuple(self.starts[term.strength[0]] + term.strength[1] for term in terms)
        path = self.target.normed(step.path, step.settings["layout"], places)
        return self.target.module(path, sources, weights, *statistics, self.strengths)


def make(step: Step, shape: Shape) -> nn.Module:
    """The module of a layer."""
    construct = LAYERS[step.kind].module
    assert construct is not None, f"{step.kind} has no shape among pictures"
    return construct(shape, step.settings)


def _place_layers(root: nn.Module, graph: LayerGraph, original: LayerGraph) -> None:
    """Modules that learn or keep something, as the passes left them, in the order of the original graph."""
    changed: Mapping[str, Step] = {step.path: step for step in graph.steps if step.is_layer}
    for step, shape in original.layers():
        module = make(changed.get(step.path, step), shape)
        if module.state_dict():
            place(root, safe_path(step.path), module)


def _in_order(root: nn.Module, paths: Sequence[str]) -> None:
    """Sort modules as the text has them; those that keep nothing were made after the others."""
    ranks: dict[str, int] = {}
    for rank, path in enumerate(paths):
        parts = path.split(".")
        for end in range(len(parts)):
            ranks.setdefault(".".join(parts[: end + 1]), rank)
    for name, module in root.named_modules():
        prefix = f"{name}." if name else ""
        module._modules = dict(
            sorted(module._modules.items(), key=lambda child: ranks.get(prefix + child[0], len(paths)))
        )

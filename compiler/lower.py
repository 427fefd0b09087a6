"""Layer graphs as torch: a module with a generated `forward` (torch.fx), or run step by step as they are."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from keyword import iskeyword
from typing import Any, Protocol

import torch
from torch import fx, nn

from nasc.compiler import modules
from nasc.compiler.fused import Normed, flat
from nasc.compiler.graph import INPUT, MIX, LayerGraph, Layout, Step, Term
from nasc.compiler.layer_rules import Shape
from nasc.compiler.layers import LAYERS

STATISTICS = ("running_mean", "running_var", "num_batches_tracked")
Value = Any
"""An fx node where code is generated, a tensor where a graph is run."""


class Target(Protocol):
    """What steps are lowered to: a `Writer`, which writes them down, or an `Eager`, which does them."""

    def function(self, function: Callable[..., Any], *args: Value) -> Value:
        """Call a function."""

    def module(self, path: str, *args: Value) -> Value:
        """Call the module at a path."""

    def attribute(self, path: str) -> Value:
        """A parameter or buffer."""

    def has(self, path: str) -> bool:
        """Whether there is a module at a path."""

    def add(self, path: str, module: nn.Module) -> None:
        """Put a module that keeps nothing at a path."""

    def normed(self, path: str, layout: Layout, places: tuple[int, ...]) -> str:
        """Where the module stands that computes a `normed` of the step at `path`."""


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


class Writer:
    """Writes calls into an fx graph over the modules of a root."""

    def __init__(self, root: nn.Module) -> None:
        self.root, self.program = root, fx.Graph()

    def function(self, function: Callable[..., Any], *args: Value) -> fx.Node:
        return self.program.call_function(function, args)

    def module(self, path: str, *args: Value) -> fx.Node:
        return self.program.call_module(path, args)

    def attribute(self, path: str) -> fx.Node:
        return self.program.get_attr(path)

    def has(self, path: str) -> bool:
        module: nn.Module | None = self.root
        for name in path.split("."):
            module = module._modules.get(name) if module is not None else None
        return module is not None

    def add(self, path: str, module: nn.Module) -> None:
        place(self.root, path, module)

    def normed(self, path: str, layout: Layout, places: tuple[int, ...]) -> str:
        name = f"_{path.replace('.', '_')}_sum"
        while name in self.root._modules:
            name += "_"
        self.root.add_module(name, Normed(layout, places))
        return name


class Eager:
    """Does calls at once, with the modules of a cell, and keeps those that it has made for another time."""

    def __init__(self, cell: nn.Module) -> None:
        self.cell = cell
        self.modules = dict(cell.named_modules())
        self.made: dict[tuple[Layout, tuple[int, ...]], str] = {}

    def function(self, function: Callable[..., Any], *args: Value) -> Any:
        return function(*args)

    def module(self, path: str, *args: Value) -> Any:
        module = self.modules[path]
        module.training = self.cell.training
        return module(*args)

    def attribute(self, path: str) -> Any:
        *way, name = path.rpartition(".")
        return getattr(self.modules[way[0]], name)

    def has(self, path: str) -> bool:
        return path in self.modules

    def add(self, path: str, module: nn.Module) -> None:
        self.modules[path] = module

    def normed(self, path: str, layout: Layout, places: tuple[int, ...]) -> str:
        key = layout, places
        if key not in self.made:
            self.made[key] = name = f"_normed_{len(self.made)}"
            device = next((p.device for p in self.cell.parameters()), None)
            self.modules[name] = Normed(layout, places).to(device)
        return self.made[key]


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


def safe_path(path: str) -> str:
    """A path whose parts are free in every module: a state called `type` lives in `type_`, `type_` in `type__`."""
    taken = _taken()

    def free(part: str) -> str:
        word = part.rstrip("_")
        return f"{part}_" if word in taken or part in taken or iskeyword(word) else part

    return ".".join(map(free, path.split(".")))


@cache
def _taken() -> frozenset[str]:
    """The names that a generated module has of its own."""
    empty = fx.GraphModule(nn.Module(), fx.Graph())
    return frozenset(dir(empty)) | frozenset(empty.__dict__)


def place(root: nn.Module, path: str, module: nn.Module) -> None:
    """Put a module at a dotted path, making plain modules on the way."""
    *way, last = path.split(".")
    for name in way:
        if name not in root._modules:
            root.add_module(name, nn.Module())
        root = root.get_submodule(name)
    assert last not in root._modules, path
    root.add_module(last, module)

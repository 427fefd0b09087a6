"""A plan as torch modules: one module a layer, one generated forward a cell (torch.fx), one readable loop over them."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from functools import cache, reduce
from keyword import iskeyword
from typing import Any

import torch
from torch import Tensor, fx, nn

from nasc.compiler import modules
from nasc.compiler.expand import Plan
from nasc.compiler.graph import INPUT, MIX, LayerGraph, Step
from nasc.compiler.layers import LAYERS
from nasc.compiler.passes import Pass, passes
from nasc.dsl.diagnostic import fail

Weights = Mapping[str, Sequence[Tensor] | Tensor]
"""For each open cell by name what every operation of every open edge counts for: rows are edges."""


class Network(nn.Module):
    """A compiled network.

    `forward` takes pictures (N, channels, height, width) and gives logits (N, classes); in training, with an
    auxiliary head, the pair of logits and auxiliary logits. The names of the parameters follow the text:
    `cells.3.s2.0.1.weight` belongs to cell 3, state `s2`, its first edge, the second layer of that operation.
    """

    auxiliary: nn.Module | None

    def __init__(
        self, plan: Plan, auxiliary: bool = False, changes: Sequence[Pass] = (), channels_last: bool = False
    ) -> None:
        super().__init__()
        if auxiliary and plan.auxiliary is None:
            if plan.auxiliary_error is None:
                help = "write `auxiliary: ...` in the network or its skeleton"
                raise fail("E307", f"network `{plan.stack.name}` has no auxiliary head", plan.stack.span, help=help)
            raise fail("E307", plan.auxiliary_error.message, plan.auxiliary_error.span)

        def module(graph: LayerGraph) -> fx.GraphModule:
            return to_module(reduce(lambda g, change: change(g), changes, graph))

        self.plan = plan
        self.channels_last = channels_last
        self.stem = module(plan.stem)
        self.stem2 = module(plan.stem2) if plan.stem2 else None
        self.cells = nn.ModuleList(module(cell.graph) for cell in plan.cells)
        self.head = module(plan.head)
        self.auxiliary = module(plan.auxiliary) if auxiliary and plan.auxiliary else None
        self.choices = [cell.placement.choice if cell.dag.open else None for cell in plan.cells]
        self.arity = [len(cell.dag.inputs) for cell in plan.cells]
        if channels_last:
            self.to(memory_format=torch.channels_last)

    def forward(self, x: Tensor, weights: Weights | None = None) -> Tensor | tuple[Tensor, Tensor]:
        if self.channels_last:
            # channels last in memory: depthwise convolutions and pools run up to twice as fast so
            x = x.contiguous(memory_format=torch.channels_last)
        older = newer = self.stem(x)
        if self.stem2 is not None:
            newer = self.stem2(older)
        aux = None
        for index, (cell, choice, arity) in enumerate(zip(self.cells, self.choices, self.arity, strict=True)):
            inputs: tuple[Any, ...] = (older, newer) if arity == 2 else (newer,)
            if choice is not None:
                assert weights is not None, "an open network is run with weights: use `supernet`"
                inputs = (*inputs, weights[choice])
            older, newer = newer, cell(*inputs)
            if self.training and self.auxiliary is not None and index == self.plan.auxiliary_after:
                aux = self.auxiliary(newer)
        logits: Tensor = self.head(newer)
        return logits if aux is None else (logits, aux)

    def set_rates(self, drop_path: float, named: Mapping[str, float] | None = None) -> None:
        """Set the probability of every `drop_path`, and of every dropout whose rate has a name."""
        for module in self.modules():
            if isinstance(module, modules.DropPath):
                module.rate = drop_path
            elif isinstance(module, modules.Dropout) and module.name is not None:
                module.rate = (named or {}).get(module.name, 0.0)


def decided(plan: Plan, auxiliary: bool = False, optimize: bool = True, channels_last: bool = False) -> Network:
    """The network of a plan without open cells. Raises `NasError` (E310) where something is left to choose."""
    for cell in plan.cells:
        if cell.dag.open:
            edge = cell.dag.open_edges[0]
            help = "search it first (`nasc search`), or build the shared-weight network with `nasc.supernet`"
            raise fail("E310", f"cell `{cell.dag.name}` still has choices", edge.span, help=help)
    return Network(plan, auxiliary, passes(optimize, rounding=channels_last), channels_last)


def to_module(graph: LayerGraph) -> fx.GraphModule:
    """One block as a module with a generated `forward`: its inputs, and `weights` where it holds a mixture."""
    root = nn.Module()
    program = fx.Graph()
    nodes: list[fx.Node] = []
    inputs = {index: position for position, index in enumerate(graph.inputs)}
    weights: fx.Node | None = None
    for index, step in enumerate(graph.steps):
        if step.kind == INPUT:
            nodes.append(program.placeholder(f"s{inputs[index]}"))
    if any(step.kind == MIX for step in graph.steps):
        weights = program.placeholder("weights")
    placed = iter(list(nodes))
    nodes = []
    for step in graph.steps:
        node = next(placed) if step.kind == INPUT else _emit(program, root, graph, step, nodes, weights)
        nodes.append(node)
    program.output(nodes[graph.output])
    return fx.GraphModule(root, program)


def _emit(
    program: fx.Graph, root: nn.Module, graph: LayerGraph, step: Step, nodes: list[fx.Node], weights: fx.Node | None
) -> fx.Node:
    """The fx node of one step; a layer's module is put into `root` at its path."""
    sources: list[Any] = [nodes[source] for source in step.inputs]
    if step.is_layer:
        make = LAYERS[step.kind].module
        if make is None:
            raise fail("E311", f"`{step.kind}` belongs to language models", step.span)
        path = safe_path(step.path)
        _place(root, path, make(graph.steps[step.inputs[0]].shape, step.settings))
        return program.call_module(path, (sources[0],))
    match step.kind:
        case "sum":
            total: fx.Node = reduce(lambda a, b: program.call_function(operator.add, (a, b)), sources)
            return total
        case "mean":
            return program.call_function(modules.mean, (sources,))
        case "concat":
            return program.call_function(torch.cat, (sources, 1))
        case "scale":
            return program.call_function(operator.mul, (sources[0], step.settings["factor"]))
        case "mix":
            row = program.call_function(operator.getitem, (weights, step.settings["row"]))
            return program.call_function(modules.weighted_sum, (row, sources))
        case "subsample":
            return program.call_function(modules.subsample, (sources[0],))
        case "phases":
            return program.call_function(modules.phases, (sources[0],))
        case "merge":
            return program.call_function(modules.merge, (sources[0], step.settings["size"]))
    raise AssertionError(step.kind)


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


def _place(root: nn.Module, path: str, module: nn.Module) -> None:
    """Put a module at a dotted path, making plain modules on the way."""
    *way, last = path.split(".")
    for name in way:
        if name not in root._modules:
            root.add_module(name, nn.Module())
        root = root.get_submodule(name)
    assert last not in root._modules, path
    root.add_module(last, module)

"""What a network costs in time and memory: every cell and every operation, forward and backward.

Each part runs alone on values of its shape, as it does in training: in its layout, cells with all passes. Operations
run as they are written, so that a cell, which shares work between them, may take less than their sum. What is alike is
measured once. A space is measured as its shared-weight network, with the gradients of weights and strengths.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from nasc.compiler.build import Network
from nasc.compiler.expand import Plan, PlannedCell
from nasc.compiler.graph import INPUT, MIX, WEIGH, LayerGraph, Step
from nasc.compiler.layer_rules import Shape
from nasc.compiler.lower import row_widths, to_module
from nasc.compiler.parts import Branches, Chain, Mixture, cell_parts
from nasc.compiler.passes import passes
from nasc.compiler.supernet import Supernet

TURNS = 5
"""How often each part runs after a first time that does not count; times are medians."""


@dataclass(frozen=True)
class Cost:
    """Seconds forward and backward, and the bytes that are kept for backward, parameters not counted."""

    forward: float
    backward: float
    kept: int


@dataclass(frozen=True)
class OperationCost:
    """One edge: its state, and what it is, such as `sep_conv_3x3(s0)`; `choices` are the operations of an open one."""

    state: str
    text: str
    cost: Cost
    choices: tuple[OperationCost, ...] = ()


@dataclass(frozen=True)
class CellCost:
    """Cells that are alike: their indexes in the network, name, stride and output shape; the cost is of one of them."""

    indexes: tuple[int, ...]
    name: str
    stride: int
    shape: Shape
    cost: Cost
    operations: tuple[OperationCost, ...]


@dataclass(frozen=True)
class Profile:
    """The costs of a training step of `batch` pictures, without loss and optimiser; `network` is the whole."""

    batch: int
    threads: int
    device: str
    network: Cost
    cells: tuple[CellCost, ...]


def profile(plan: Plan, batch: int, device: torch.device) -> Profile:
    """Build the network and measure."""
    kind = Supernet if plan.open else Network
    model = kind(plan, changes=passes(rounding=True, device=device.type), channels_last=True).to(device).train()
    layout = torch.channels_last if model.channels_last else torch.contiguous_format
    whole = measure(model, [_values((batch, *model.plan.stem.steps[0].shape), device, layout)])
    places: dict[int, list[int]] = {}
    for index, cell in enumerate(plan.cells):
        places.setdefault(id(cell.graph), []).append(index)
    known: dict[object, Cost] = {}
    cells = tuple(_cell(model, tuple(indexes), batch, device, layout, known) for indexes in places.values())
    return Profile(batch, torch.get_num_threads(), str(device), whole, cells)


def _cell(
    model: Network,
    indexes: tuple[int, ...],
    batch: int,
    device: torch.device,
    layout: torch.memory_format,
    known: dict[object, Cost],
) -> CellCost:
    cell = model.plan.cells[indexes[0]]
    inputs = [_values((batch, *cell.graph.steps[i].shape), device, layout) for i in cell.graph.inputs]
    cost = measure(model.cells[indexes[0]], inputs, _evenly(cell.graph, device))
    operations = tuple(_operations(cell, batch, device, layout, known))
    return CellCost(indexes, cell.dag.name, cell.placement.stride, cell.shape, cost, operations)


def _operations(
    cell: PlannedCell, batch: int, device: torch.device, layout: torch.memory_format, known: dict[object, Cost]
) -> Iterator[OperationCost]:
    """Every edge of a cell, in textual order; preprocessing first, under the name of its input.

    `known` are costs by what is computed, wherever it stands.
    """
    parts = cell_parts(cell.dag, cell.graph)

    def cost(chain: Chain) -> Cost:
        graph = _alone(cell.graph, chain)
        alike = tuple((step.kind, step.inputs, step.shape, repr(step.settings)) for step in graph.steps)
        if alike not in known:
            module = to_module(graph).to(device).to(memory_format=layout)
            known[alike] = measure(module, [_values((batch, *chain.inner), device, layout)], _evenly(graph, device))
        return known[alike]

    for name, chain in zip(cell.dag.inputs, parts.preprocess, strict=True):
        if chain.items:
            yield OperationCost(name, "preprocess", cost(chain))
    for state in parts.states:
        for part in state.edges:
            source = part.edge.source
            choices = tuple(
                OperationCost(state.name, f"{name}({source})", cost(chain)) for name, chain in _choices(part.chain)
            )
            yield OperationCost(state.name, f"{part.edge.what}({source})", cost(part.chain), choices)
        if state.after.items:
            yield OperationCost(state.name, "after the sum", cost(state.after))


def _choices(chain: Chain) -> Iterator[tuple[str, Chain]]:
    """The operations of an open edge, wherever in the skeleton's `edge:` they stand."""
    for item in chain.items:
        if isinstance(item, Mixture):
            yield from zip(item.names, item.chains, strict=True)
        elif isinstance(item, Branches):
            for branch in item.chains:
                yield from _choices(branch)


def _alone(graph: LayerGraph, chain: Chain) -> LayerGraph:
    """The graph of one chain, from a single input; an open edge in it has the first row of strengths."""
    place = {chain.source: 0, **{index: index - chain.start + 1 for index in range(chain.start, chain.stop)}}
    inner = graph.steps[chain.start : chain.stop]
    moved = (
        replace(
            step,
            inputs=tuple(place[source] for source in step.inputs),
            settings={**step.settings, "row": 0} if step.kind in (MIX, WEIGH) else step.settings,
        )
        for step in inner
    )
    return LayerGraph((Step(INPUT, (), chain.inner), *moved), (0,), chain.stop - chain.start)


def _evenly(graph: LayerGraph, device: torch.device) -> list[Tensor]:
    """What the operations of each open edge count for, all alike; behind it what edges do, where they are weighed."""
    rows = [torch.full((width,), 1 / width, device=device) for width in row_widths(graph)]
    if any(step.kind == WEIGH for step in graph.steps):
        rows.append(torch.full((len(rows),), 1.0, device=device))
    return [row.requires_grad_() for row in rows]


def _values(shape: tuple[int, ...], device: torch.device, layout: torch.memory_format) -> Tensor:
    """Values that ask for a gradient, in the layout of training."""
    values = torch.randn(shape, device=device).contiguous(memory_format=layout)
    return values.requires_grad_()


def measure(module: nn.Module, inputs: list[Tensor], weights: Sequence[Tensor] = ()) -> Cost:
    """The cost of a module that gives one tensor; its gradients are thrown away.

    `weights` are what operations count for: one more argument, if there are any, and no more counted than parameters.
    """
    learned = (*module.parameters(), *weights)
    own = {tensor.untyped_storage().data_ptr() for tensor in (*learned, *module.buffers())}
    given = (*inputs, weights) if weights else inputs
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        out = module(*given)  # held, so that no address is given out twice
    gradient = torch.randn_like(out)
    device = inputs[0].device
    forward, backward = [], []
    for turn in range(TURNS + 1):
        seconds, out = _seconds(lambda: module(*given), device)
        back, _ = _seconds(lambda out=out: torch.autograd.backward(out, gradient), device)  # type: ignore[misc]
        for tensor in (*inputs, *learned):
            tensor.grad = None
        if turn:
            forward.append(seconds)
            backward.append(back)
    return Cost(median(forward), median(backward), sum(kept.values()))


def _seconds(work: Callable[[], Tensor | None], device: torch.device) -> tuple[float, Tensor]:
    """How long some work takes, a GPU's included, and what it gives."""
    _wait(device)
    start = time.perf_counter()
    out = work()
    _wait(device)
    seconds = time.perf_counter() - start
    return seconds, out if out is not None else torch.empty(0)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)

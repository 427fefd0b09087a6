"""What a network costs in time and memory: every cell and every operation, forward and backward.

Each part runs alone on values of its shape, as it does in training: channels-last, cells with all passes. Operations
run as they are written, so that a cell, which shares work between them, may take less than their sum. Cells that are
alike are measured once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import median

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from nasc.compiler.build import Network, decided
from nasc.compiler.expand import Plan, PlannedCell
from nasc.compiler.graph import INPUT, LayerGraph, Step
from nasc.compiler.layers import Shape
from nasc.compiler.lower import to_module
from nasc.compiler.parts import Chain, cell_parts
from nasc.compiler.passes import passes

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
    """One edge: its state, and what it is, such as `sep_conv_3x3(s0)`."""

    state: str
    text: str
    cost: Cost


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
    """Build the network and measure. Raises `NasError` (E310) where cells are open."""
    model = decided(plan, changes=passes(rounding=True, device=device.type), channels_last=True).to(device).train()
    whole = measure(model, [_values((batch, *model.plan.stem.steps[0].shape), device)])
    places: dict[int, list[int]] = {}
    for index, cell in enumerate(plan.cells):
        places.setdefault(id(cell.graph), []).append(index)
    cells = tuple(_cell(model, tuple(indexes), batch, device) for indexes in places.values())
    return Profile(batch, torch.get_num_threads(), str(device), whole, cells)


def _cell(model: Network, indexes: tuple[int, ...], batch: int, device: torch.device) -> CellCost:
    cell = model.plan.cells[indexes[0]]
    inputs = [_values((batch, *cell.graph.steps[i].shape), device) for i in cell.graph.inputs]
    cost = measure(model.cells[indexes[0]], inputs)
    operations = tuple(_operations(cell, batch, device))
    return CellCost(indexes, cell.dag.name, cell.placement.stride, cell.shape, cost, operations)


def _operations(cell: PlannedCell, batch: int, device: torch.device) -> Iterator[OperationCost]:
    """Every edge of a cell, in textual order; preprocessing first, under the name of its input."""
    parts = cell_parts(cell.dag, cell.graph)

    def cost(chain: Chain) -> Cost:
        module = to_module(_alone(cell.graph, chain)).to(device).to(memory_format=torch.channels_last)
        return measure(module, [_values((batch, *chain.inner), device)])

    for name, chain in zip(cell.dag.inputs, parts.preprocess, strict=True):
        if chain.items:
            yield OperationCost(name, "preprocess", cost(chain))
    for state in parts.states:
        for edge in state.edges:
            yield OperationCost(state.name, f"{edge.edge.what}({edge.edge.source})", cost(edge.chain))
        if state.after.items:
            yield OperationCost(state.name, "after the sum", cost(state.after))


def _alone(graph: LayerGraph, chain: Chain) -> LayerGraph:
    """The graph of one chain, from a single input."""
    place = {chain.source: 0, **{index: index - chain.start + 1 for index in range(chain.start, chain.stop)}}
    inner = graph.steps[chain.start : chain.stop]
    moved = (replace(step, inputs=tuple(place[source] for source in step.inputs)) for step in inner)
    return LayerGraph((Step(INPUT, (), chain.inner), *moved), (0,), chain.stop - chain.start)


def _values(shape: tuple[int, ...], device: torch.device) -> Tensor:
    """Values that ask for a gradient, in the layout of training."""
    values = torch.randn(shape, device=device).contiguous(memory_format=torch.channels_last)
    return values.requires_grad_()


def measure(module: nn.Module, inputs: list[Tensor]) -> Cost:
    """The cost of a module that gives one tensor; its gradients are thrown away."""
    own = {tensor.untyped_storage().data_ptr() for tensor in (*module.parameters(), *module.buffers())}
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        out = module(*inputs)  # held, so that no address is given out twice
    gradient = torch.randn_like(out)
    device = inputs[0].device
    forward, backward = [], []
    for turn in range(TURNS + 1):
        seconds, out = _seconds(lambda: module(*inputs), device)
        back, _ = _seconds(lambda out=out: torch.autograd.backward(out, gradient), device)  # type: ignore[misc]
        for tensor in (*inputs, *module.parameters()):
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

"""A plan as torch modules: one module a layer, one generated forward a cell (torch.fx), one readable loop over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, fx, nn

from nasc.compiler import modules
from nasc.compiler.dag import CellDag
from nasc.compiler.expand import Plan
from nasc.compiler.graph import LayerGraph
from nasc.compiler.lower import to_module
from nasc.compiler.passes import passes
from nasc.compiler.passes.rewriting import Pass, changed
from nasc.compiler.recomputed import recomputed
from nasc.compiler.sampled import Chosen, PlacedChosen, Sampler
from nasc.dsl.diagnostic import fail

Weights = Mapping[str, Sequence[Tensor] | Tensor]
"""For each open cell by name what every operation of every open edge counts for: rows are edges."""
PlacedWeights = Sequence[Sequence[Tensor] | Tensor | None]
"""The same for each cell of the stack, from input to output; nothing for one without open edges."""


class Network(nn.Module):
    """A compiled network.

    `forward` takes pictures (N, channels, height, width) and gives logits (N, classes); in training, with an
    auxiliary head, the pair of logits and auxiliary logits. The names of the parameters follow the text:
    `cells.3.s2.0.1.weight` belongs to cell 3, state `s2`, its first edge, the second layer of that operation.
    With `checkpoint` set, training keeps the inputs of the cells alone and computes the rest again for the gradient;
    with `amp` set to a type, the forward pass runs under autocast and gives float32; with `leak` set, samples give
    gradients to what they leave out (`Sampler`).
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
            help = plan.auxiliary_error.help or "larger pictures, or a network without it: `--set auxiliary=0`"
            raise fail("E307", plan.auxiliary_error.message, plan.auxiliary_error.span, help=help)

        def module(graph: LayerGraph) -> fx.GraphModule:
            return to_module(changed(graph, changes), graph)

        self.plan = plan
        self.channels_last = channels_last and not _written_past(plan)
        self.stem = module(plan.stem)
        self.stem2 = module(plan.stem2) if plan.stem2 else None
        self.cells = nn.ModuleList(module(cell.graph) for cell in plan.cells)
        self.head = module(plan.head)
        self.auxiliary = module(plan.auxiliary) if auxiliary and plan.auxiliary else None
        self.choices = [cell.placement.choice if cell.dag.open else None for cell in plan.cells]
        self.arity = [len(cell.dag.inputs) for cell in plan.cells]
        self.changes = tuple(changes)
        self.checkpoint = False
        self.leak = False
        self.amp: torch.dtype | None = None
        self._samplers: dict[int, Sampler] = {}
        if self.channels_last:
            self.to(memory_format=torch.channels_last)

    def forward(
        self,
        x: Tensor,
        weights: Weights | PlacedWeights | None = None,
        chosen: Chosen | PlacedChosen | None = None,
    ) -> Tensor | tuple[Tensor, Tensor]:
        if self.amp is None:
            return self._forward(x, weights, chosen)
        with torch.autocast(x.device.type, self.amp):
            out = self._forward(x, weights, chosen)
        return out.float() if isinstance(out, Tensor) else (out[0].float(), out[1].float())

    def _forward(
        self, x: Tensor, weights: Weights | PlacedWeights | None, chosen: Chosen | PlacedChosen | None
    ) -> Tensor | tuple[Tensor, Tensor]:
        if self.channels_last:
            # channels last in memory: depthwise convolutions and pools run up to twice as fast so
            x = x.contiguous(memory_format=torch.channels_last)
        older = newer = self.stem(x)
        if self.stem2 is not None:
            newer = self.stem2(older)
        aux = None
        for index, (cell, choice, arity) in enumerate(zip(self.cells, self.choices, self.arity, strict=True)):
            inputs: tuple[Any, ...] = (older, newer) if arity == 2 else (newer,)
            run: Callable[..., Tensor] = cell
            if choice is not None:
                assert weights is not None, "an open network is run with weights: use `supernet`"
                inputs = (*inputs, _of_cell(weights, choice, index))
                if chosen is not None:
                    run = partial(self._sampler(index), _of_cell(chosen, choice, index), leak=self.leak)
            if self.checkpoint and self.training and torch.is_grad_enabled():
                older, newer = newer, recomputed(cell, run, *inputs)
            else:
                older, newer = newer, run(*inputs)
            if self.training and self.auxiliary is not None and index == self.plan.auxiliary_after:
                aux = self.auxiliary(newer)
        logits: Tensor = self.head(newer)
        return logits if aux is None else (logits, aux)

    def _sampler(self, index: int) -> Sampler:
        if index not in self._samplers:
            planned = self.plan.cells[index]
            states = [edge.state for edge in planned.dag.open_edges]
            self._samplers[index] = Sampler(self.cells[index], planned.graph, self.changes, states)
        return self._samplers[index]

    def set_rates(self, drop_path: float, named: Mapping[str, float] | None = None) -> None:
        """Set the probability of every `drop_path`, and of every dropout whose rate has a name."""
        for module in self.modules():
            if isinstance(module, modules.DropPath):
                module.rate = drop_path
            elif isinstance(module, modules.Dropout) and module.name is not None:
                module.rate = (named or {}).get(module.name, 0.0)


def _of_cell(given: Mapping[str, Any] | Sequence[Any], choice: str, index: int) -> Any:
    """What is given for a cell: for all of its name, or for it alone."""
    return given[choice] if isinstance(given, Mapping) else given[index]


def refuse_open(dags: Sequence[CellDag]) -> None:
    """Raise E310 where a cell has something left to choose."""
    for dag in dags:
        if dag.open:
            help = "search it first (`nasc search`), or build the shared-weight network with `nasc.supernet`"
            raise fail("E310", f"cell `{dag.name}` still has choices", dag.open_edges[0].span, help=help)


def _written_past(plan: Plan) -> bool:
    """Whether torch may write past its memory in a channels-last network.

    torch 2.14 (oneDNN) does so in the gradient of a convolution of one pixel and stride 2 with such weights, from fewer
    than 16 channels, on pictures larger than those of CIFAR.
    """
    sizes = plan.stack.input
    return not isinstance(sizes, str) and max(sizes[1:]) > 32 and plan.stack.channels < 16


def decided(
    plan: Plan, auxiliary: bool = False, changes: Sequence[Pass] | None = None, channels_last: bool = False
) -> Network:
    """The network of a plan without open cells; `changes` are the passes, by default those that keep every bit.

    Raises `NasError` (E310) where something is left to choose.
    """
    refuse_open([cell.dag for cell in plan.cells])
    return Network(plan, auxiliary, passes() if changes is None else changes, channels_last)

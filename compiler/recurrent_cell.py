"""One recurrent cell as a torch module, run over time: edge by edge, as the text says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

import torch
from torch import Tensor, nn

from nasc.compiler.dag import Edge
from nasc.compiler.graph import Step
from nasc.compiler.language_plan import PlannedRecurrent, PlannedState, cell_path
from nasc.compiler.recurrent_fast import run_fast
from nasc.compiler.recurrent_mix import mixture
from nasc.compiler.recurrent_order import order_of
from nasc.compiler.targets import safe_path

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "identity": lambda x: x,
}
"""What an edge can do. `none` is not among them: such an edge adds nothing."""
POINTWISE: Mapping[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "identity": nn.Identity,
}
"""Activations as layers, around cells and behind sums."""
Rows = Sequence[Tensor] | Tensor
"""What every operation of every open edge counts for."""


class State(nn.Module):
    """The matrix of a state, (rows, 2 * width), and the layers behind its sum that it does not share."""

    def __init__(self, planned: PlannedState, behind: Sequence[Step]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(planned.rows, 2 * planned.width))
        self.sum = nn.ModuleDict({s.path: _layer(s) for s in behind if not s.settings.get("shared")})


class RecurrentCell(nn.Module):
    """One recurrent layer.

    `forward` takes what comes in (time, batch, inputs) and the state before (batch, width), and gives the states in
    every step of time (time, batch, width), the last of which is where the next call goes on. With `[c, z] = s W`, an
    edge from the state s is s + sigmoid(c) * (f(z) - s) (DARTS, section 2.1; in its appendix A.1.2 the matrix belongs
    to the state that reads). `x_mask` (batch, inputs) and `h_mask` (batch, width) multiply what goes into matrices, the
    same in every step; the s outside of the matrix stays whole. In an open cell `rows` say what operations count for;
    with `chosen`, for every open edge the columns of its operations, only these are computed.
    """

    def __init__(self, planned: PlannedRecurrent, optimize: bool = True) -> None:
        super().__init__()
        self.planned = planned
        self.order = order_of(planned) if optimize else None
        self.names = {state.name: safe_path(cell_path(state.name)) for state in planned.states}
        for state in planned.states:
            self.add_module(self.names[state.name], State(state, planned.behind))
        self.sum = nn.ModuleDict({s.path: _layer(s) for s in planned.behind if s.settings.get("shared")})
        number = count()
        self.rows = [next(number) if edge.open else None for edge in planned.dag.edges]
        self.edges: dict[str, list[tuple[Edge, int | None]]] = {state.name: [] for state in planned.states}
        for edge, row in zip(planned.dag.edges, self.rows, strict=True):
            self.edges[edge.state].append((edge, row))
        self.mixtures = {name: rows for name in self.edges if optimize and (rows := self.alike(name))}

    def alike(self, state: str) -> list[int]:
        """The rows of a state's edges, where all of them are open, choose among the same, and read different states."""
        edges = [edge for edge, _ in self.edges[state]]
        rows = [row for _, row in self.edges[state] if row is not None]
        same = len({edge.operations for edge in edges}) == 1 and len({edge.source for edge in edges}) == len(edges)
        plain = all(edge.factor is None for edge in edges)
        return rows if same and plain and len(rows) == len(edges) else []

    def weight(self, state: str) -> Tensor:
        """The matrix of a state."""
        found: Tensor = self.get_submodule(self.names[state]).weight  # type: ignore[assignment]
        return found

    def forward(
        self,
        x: Tensor,
        hidden: Tensor,
        x_mask: Tensor | None = None,
        h_mask: Tensor | None = None,
        rows: Rows | None = None,
        chosen: Sequence[Sequence[int]] | None = None,
    ) -> Tensor:
        if x_mask is not None:
            x = x * x_mask
        if self.order is not None and not torch.is_autocast_enabled(x.device.type):
            return run_fast(self.order, x, hidden, h_mask, [self.weight(name) for name in self.order.states])
        weights = {state.name: self.weight(state.name) for state in self.planned.states}
        outputs = []
        for word in x:
            hidden = self.step(word, hidden, weights, h_mask, rows, chosen)
            outputs.append(hidden)
        return torch.stack(outputs)

    def step(
        self,
        x: Tensor,
        hidden: Tensor,
        weights: Mapping[str, Tensor],
        h_mask: Tensor | None = None,
        rows: Rows | None = None,
        chosen: Sequence[Sequence[int]] | None = None,
    ) -> Tensor:
        """One step of time: `x` (batch, inputs), dropped already, the state before (batch, width), the matrices."""
        at: dict[str, Tensor] = {}
        for state in self.planned.states:
            if state.gate:
                seen = hidden if h_mask is None else hidden * h_mask
                factor = self.edges[state.name][0][0].factor
                total = highway(hidden, torch.cat([x, seen], -1) @ weights[state.name], torch.tanh)
                total = total if factor is None else factor * total
            elif rows is not None and chosen is None and state.name in self.mixtures:
                total = self.mixed(state.name, at, weights[state.name], h_mask, rows)
            else:
                total = self.total(state, at, hidden, weights[state.name], h_mask, rows, chosen)
            at[state.name] = self.behind(state.name, total)
        return self.returned(at)

    def total(
        self,
        state: PlannedState,
        at: Mapping[str, Tensor],
        like: Tensor,
        weight: Tensor,
        h_mask: Tensor | None,
        rows: Rows | None,
        chosen: Sequence[Sequence[int]] | None,
    ) -> Tensor:
        """The sum of the edges of a state; zeros where nothing is left of them."""
        products: dict[str, Tensor] = {}
        total: Tensor | None = None
        for edge, row in self.edges[state.name]:
            columns: Sequence[int] = range(len(edge.operations))
            if row is not None and chosen is not None:
                columns = chosen[row]
            for column in columns:
                name = edge.operations[column]
                if name == "none" or edge.factor == 0:
                    continue
                source = at[edge.source]
                if edge.source not in products:
                    products[edge.source] = (source if h_mask is None else source * h_mask) @ weight
                term = highway(source, products[edge.source], ACTIVATIONS[name])
                if row is not None and rows is not None:
                    term = rows[row][column] * term
                if edge.factor is not None:
                    term = edge.factor * term
                total = term if total is None else total + term
        return torch.zeros_like(like) if total is None else total

    def mixed(self, state: str, at: Mapping[str, Tensor], weight: Tensor, h_mask: Tensor | None, rows: Rows) -> Tensor:
        """The same for a state whose edges are open alike, in one go."""
        first, *_ = edges = [edge for edge, _ in self.edges[state]]
        places = self.mixtures[state]
        counts = rows[places] if isinstance(rows, Tensor) else torch.stack([rows[place] for place in places])
        sources = torch.stack([at[edge.source] for edge in edges])
        seen = sources if h_mask is None else sources * h_mask
        return mixture(sources, seen @ weight, counts, first.operations)

    def behind(self, state: str, total: Tensor) -> Tensor:
        """What `state:` says behind the sum."""
        if not self.planned.behind:
            return total
        own: Any = self.get_submodule(self.names[state])
        for step in self.planned.behind:
            layers = self.sum if step.settings.get("shared") else own.sum
            total = layers[step.path](total)
        return total

    def returned(self, at: Mapping[str, Tensor]) -> Tensor:
        """The state that goes on."""
        parts = [at[name] for name in self.planned.dag.returned]
        if len(parts) == 1:
            return parts[0]
        if self.planned.dag.how == "mean":
            return torch.stack(parts).mean(0)
        return torch.stack(parts).sum(0)


def highway(source: Tensor, product: Tensor, activation: Callable[[Tensor], Tensor]) -> Tensor:
    """s + sigmoid(c) * (f(z) - s): `product` holds c and z, (batch, 2 * width)."""
    gate, value = product.chunk(2, -1)
    return source + torch.sigmoid(gate) * (activation(value) - source)


def _layer(step: Step) -> nn.Module:
    """A layer behind a sum."""
    if step.kind == "bn":
        return nn.BatchNorm1d(step.shape[0], affine=step.settings["affine"])
    return POINTWISE[step.kind]()

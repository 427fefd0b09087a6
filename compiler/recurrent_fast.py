"""A decided recurrent cell over time with a gradient of its own: a product for each state that is read.

What the cell reads of the text is multiplied for all steps of time in one product; within a step all states that read
one state share a product, and so do their activations. The gradients of the matrices are taken behind the loop, for
all steps at once. It is the same function as `RecurrentCell.forward`, up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from nasc.compiler.recurrent_order import HIDDEN, Order, Readers


def run_fast(order: Order, x: Tensor, hidden: Tensor, h_mask: Tensor | None, weights: Sequence[Tensor]) -> Tensor:
    """The states of a cell over time, (time, batch, width).

    `x` (time, batch, inputs) is dropped already; `weights` are the matrices by place.
    """
    found: Tensor = _Loop.apply(order, x, hidden, h_mask, *weights)
    return found


def _joined(group: Readers, weights: Sequence[Tensor], width: int) -> Tensor:
    """The matrices of states that read one state as one: all gates, then all values; (rows, 2 * count * width)."""
    own = weights[group.first : group.last]
    if len(own) == 1:
        return own[0]
    return torch.cat([w[:, :width] for w in own] + [w[:, width:] for w in own], 1)


def _steps(values: Tensor, first: int, last: int) -> tuple[Tensor, ...]:
    """Places `first` to `last` of (time, places, batch, width) in every step: views are made here, not in the loop."""
    return values[:, first:last].unbind(0)


class _Forward(NamedTuple):
    """What the states that read one state need in every step; `source` is None where they read the state before."""

    source: tuple[Tensor, ...] | None
    seen: tuple[Tensor, ...]
    matrix: Tensor
    product: Tensor
    to_gate: Tensor
    runs: list[tuple[Callable[..., object], Tensor, tuple[Tensor, ...]]]
    gate: tuple[Tensor, ...]
    value: tuple[Tensor, ...]
    state: tuple[Tensor, ...]


class _Backward(NamedTuple):
    """The same for the gradient; `flow` is that of the states themselves, `target` that of the state they read."""

    source: tuple[Tensor, ...] | None
    target: Tensor | None
    flow: Tensor
    matrix: Tensor
    product: tuple[Tensor, ...]
    to_gate: tuple[Tensor, ...]
    runs: Sequence[tuple[Callable[..., object], int, int, tuple[Tensor, ...]]]
    gate: tuple[Tensor, ...]
    value: tuple[Tensor, ...]


class _Loop(torch.autograd.Function):
    """States, gates and values are kept as (time, places, batch, width): what one product gives lies together."""

    @staticmethod
    def forward(ctx: Any, order: Order, x: Tensor, hidden: Tensor, h_mask: Tensor | None, *weights: Tensor) -> Tensor:
        steps, batch, _ = x.shape
        count, width = len(order.states), order.width
        joined = [_joined(group, weights, width) for group in order.groups]
        saving = any(ctx.needs_input_grad)
        kept = (steps if saving else 1, count, batch, width)
        gates, values, states = x.new_empty(kept), x.new_empty(kept), x.new_empty(kept)
        seen = [x.new_empty(kept[0], batch, width) for _ in order.groups]
        before = (x.flatten(0, 1) @ joined[0][: order.inputs]).view(steps, batch, -1)
        matrices = [joined[0][order.inputs :], *joined[1:]]
        work = []
        for number, group in enumerate(order.groups):
            product = x.new_empty(batch, 2 * group.count * width)
            halves = product.view(batch, 2, group.count, width).permute(1, 2, 0, 3)
            runs = [
                (ACTIVATE[name], halves[1, first:last], _steps(values, group.first + first, group.first + last))
                for name, first, last in group.runs
            ]
            source = None if group.source == HIDDEN else states[:, group.source].unbind(0)
            parts = [_steps(kind, group.first, group.last) for kind in (gates, values, states)]
            work.append(_Forward(source, seen[number].unbind(0), matrices[number], product, halves[0], runs, *parts))
        out = x.new_empty(steps, batch, width)
        stretch = order.stretch
        index = torch.tensor(order.returned, device=x.device)
        at = hidden
        for step, (given, after) in enumerate(zip(before, out, strict=True)):
            place = step if saving else 0
            for w in work:
                read = at if w.source is None else w.source[place]
                seen_now = read if h_mask is None else torch.mul(read, h_mask, out=w.seen[place])
                if w.source is None:
                    torch.addmm(given, seen_now, w.matrix, out=w.product)
                else:
                    torch.mm(seen_now, w.matrix, out=w.product)
                torch.sigmoid(w.to_gate, out=w.gate[place])
                for activate, to_value, into in w.runs:
                    activate(to_value, out=into[place])
                torch.lerp(read, w.value[place], w.gate[place], out=w.state[place])
            now = states[place]
            torch.sum(now[stretch[0] : stretch[1]] if stretch else now.index_select(0, index), 0, out=after)
            if order.share != 1.0:
                after.mul_(order.share)
            at = after
        if saving:
            if h_mask is None:
                before_out = torch.cat([hidden.unsqueeze(0), out[:-1]])
                seen = [before_out if g.source == HIDDEN else states[:, g.source] for g in order.groups]
            ctx.order, ctx.masked = order, h_mask is not None
            ctx.save_for_backward(
                x, hidden, gates, values, states, out, *seen, *joined, *([h_mask] if h_mask is not None else [])
            )
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        order: Order = ctx.order
        x, hidden, gates, values, states, out, *rest = ctx.saved_tensors
        h_mask: Tensor | None = rest.pop() if ctx.masked else None
        seen, joined = rest[: len(order.groups)], rest[len(order.groups) :]
        steps, count, batch, width = states.shape
        products = [x.new_empty(steps, batch, 2 * group.count * width) for group in order.groups]
        matrices = [matrix.t().contiguous() for matrix in (joined[0][order.inputs :], *joined[1:])]
        share = torch.zeros(count, 1, 1, dtype=x.dtype, device=x.device)
        share[list(order.returned)] = order.share
        flow = x.new_empty(count, batch, width)
        work = []
        for group, product, matrix in reversed(list(zip(order.groups, products, matrices, strict=True))):
            halves = product.view(steps, batch, 2, group.count, width).permute(0, 2, 3, 1, 4)
            g = flow[group.first : group.last]
            runs = [
                (DEACTIVATE[name], first, last, halves[:, 1, first:last].unbind(0)) for name, first, last in group.runs
            ]
            source = None if group.source == HIDDEN else states[:, group.source].unbind(0)
            target = None if group.source == HIDDEN else flow[group.source]
            parts = [_steps(kind, group.first, group.last) for kind in (gates, values)]
            ready = product.unbind(0), halves[:, 0].unbind(0)
            work.append(_Backward(source, target, g, matrix, *ready, runs, *parts))
        carried = torch.zeros_like(hidden)
        for step in range(steps - 1, -1, -1):
            torch.mul(grad[step] + carried, share, out=flow)
            previous = out[step - 1] if step else hidden
            for w in work:
                g, c, v = w.flow, w.gate[step], w.value[step]
                onward = g * c
                away = (v - (previous if w.source is None else w.source[step])).mul_(g)
                torch.ops.aten.sigmoid_backward.grad_input(away, c, grad_input=w.to_gate[step])
                for deactivate, first, last, to_value in w.runs:
                    deactivate(onward[first:last], v[first:last], to_value[step])
                passed = g.sub_(onward)[0] if len(g) == 1 else g.sub_(onward).sum(0)
                through = w.product[step] @ w.matrix
                if w.target is None:
                    carried = passed + through if h_mask is None else torch.addcmul(passed, through, h_mask)
                elif h_mask is None:
                    w.target.add_(passed).add_(through)
                else:
                    w.target.add_(passed).addcmul_(through, h_mask)
        to_x = None
        given = products[0].flatten(0, 1)
        if ctx.needs_input_grad[1]:
            to_x = (given @ joined[0][: order.inputs].t()).view_as(x)
        return None, to_x, carried, None, *_of_matrices(order, x, seen, products)


def _of_matrices(order: Order, x: Tensor, seen: Sequence[Tensor], products: Sequence[Tensor]) -> list[Tensor]:
    """The gradients of the matrices, by place: of all steps at once."""
    found: list[Tensor] = []
    for group, source, product in zip(order.groups, seen, products, strict=True):
        given, read = product.flatten(0, 1), source.reshape(-1, order.width)
        if group.source == HIDDEN:
            whole = given.new_empty(order.inputs + order.width, given.shape[1])
            torch.mm(x.flatten(0, 1).t(), given, out=whole[: order.inputs])
            torch.mm(read.t(), given, out=whole[order.inputs :])
        else:
            whole = read.t() @ given
        if group.count == 1:
            found.append(whole)
            continue
        parts = whole.view(whole.shape[0], 2, group.count, order.width)
        found += [parts[:, :, unit].reshape(whole.shape[0], -1) for unit in range(group.count)]
    return found


def _tanh_back(grad: Tensor, value: Tensor, out: Tensor) -> None:
    torch.ops.aten.tanh_backward.grad_input(grad, value, grad_input=out)


def _relu_back(grad: Tensor, value: Tensor, out: Tensor) -> None:
    torch.ops.aten.threshold_backward.grad_input(grad, value, 0, grad_input=out)


def _sigmoid_back(grad: Tensor, value: Tensor, out: Tensor) -> None:
    torch.ops.aten.sigmoid_backward.grad_input(grad, value, grad_input=out)


def _identity_back(grad: Tensor, value: Tensor, out: Tensor) -> None:
    out.copy_(grad)


def _relu(x: Tensor, out: Tensor) -> None:
    torch.clamp(x, min=0, out=out)


def _identity(x: Tensor, out: Tensor) -> None:
    out.copy_(x)


ACTIVATE: Mapping[str, Callable[..., object]] = {
    "tanh": torch.tanh,
    "relu": _relu,
    "sigmoid": torch.sigmoid,
    "identity": _identity,
}
"""Activations, written in place."""
DEACTIVATE: Mapping[str, Callable[[Tensor, Tensor, Tensor], None]] = {
    "tanh": _tanh_back,
    "relu": _relu_back,
    "sigmoid": _sigmoid_back,
    "identity": _identity_back,
}
"""Their gradients by their values, written in place."""

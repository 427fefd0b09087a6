"""The mixture of all activations on all open edges of a state, with a gradient of its own that keeps little.

What an edge from the state s makes of a mixture is P s + c * (f - P s), where c is its gate, f the weighted sum of its
activations and P the sum of their weights without that of `none`: once for each edge, not for each activation. Only the
product of the matrix is kept for the gradient, a fraction of what every activation by itself would keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def mixture(sources: Tensor, products: Tensor, weights: Tensor, operations: Sequence[str]) -> Tensor:
    """The sum over edges, (batch, width).

    `sources` (edges, batch, width) are the states that are read, `products` (edges, batch, 2 * width) what the matrix
    makes of them, `weights` (edges, operations) what every operation counts for.
    """
    found: Tensor = _Mixture.apply(tuple(operations), sources, products, weights)
    return found


class _Mixture(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, operations: tuple[str, ...], sources: Tensor, products: Tensor, weights: Tensor) -> Tensor:
        width = sources.shape[-1]
        kept = _kept(operations, weights)
        gate = products[..., :width].sigmoid()
        value = products[..., width:]
        mixed: Tensor | None = None
        for name, column in kept.items():
            term = _activated(name, value)
            mixed = term * column if mixed is None else mixed.addcmul_(term, column)
        whole = sources * sum(kept.values())
        ctx.operations = operations
        ctx.save_for_backward(sources, products, weights)
        return torch.zeros_like(sources[0]) if mixed is None else torch.lerp(whole, mixed, gate).sum(0)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        sources, products, weights = ctx.saved_tensors
        width = sources.shape[-1]
        kept = _kept(ctx.operations, weights)
        gate = products[..., :width].sigmoid()
        value = products[..., width:]
        to_products, to_weights = torch.empty_like(products), torch.zeros_like(weights)
        inner = grad * gate
        onward = grad - inner
        # every weight counts once in P, whatever its activation
        through = (onward * sources).sum((1, 2))
        mixed, slope = torch.zeros_like(gate), torch.zeros_like(gate)
        for place, name in enumerate(ctx.operations):
            if name == "none":
                continue
            column, term = kept[name], _activated(name, value)
            torch.add((inner * term).sum((1, 2)), through, out=to_weights[:, place])
            mixed.addcmul_(term, column)
            if name == "identity":
                slope.add_(column)
            elif name == "relu":
                slope.addcmul_((value > 0).to(value.dtype), column)
            else:
                slope.addcmul_(1 - term.square() if name == "tanh" else term * (1 - term), column)
        total = sum(kept.values())
        torch.ops.aten.sigmoid_backward.grad_input(
            mixed.sub_(sources * total).mul_(grad), gate, grad_input=to_products[..., :width]
        )
        torch.mul(inner, slope, out=to_products[..., width:])
        return None, onward.mul_(total), to_products, to_weights


def _kept(operations: Sequence[str], weights: Tensor) -> dict[str, Tensor]:
    """What every operation but `none` counts for, (edges, 1, 1)."""
    return {name: weights[:, place, None, None] for place, name in enumerate(operations) if name != "none"}


def _activated(name: str, value: Tensor) -> Tensor:
    if name == "tanh":
        return value.tanh()
    if name == "relu":
        return value.relu()
    return value.sigmoid() if name == "sigmoid" else value

"""The modules of steps that passes bring in: they hold no parameters of their own, or are one layer computed faster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from nasc.compiler.graph import Layout
from nasc.compiler.normed import EPS, NormedSum, linear_sum, picture

MOMENTUM = 0.1
PART = 3
"""Columns of a weight gradient taken at once."""


class Normed(nn.Module):
    """A sum of normalised terms. Weights and running statistics are those of the layers that it stands for.

    `places` are the places of the terms' strengths among all of the cell.
    """

    places: Tensor

    def __init__(self, layout: Layout, places: Sequence[int]) -> None:
        super().__init__()
        self.layout = layout
        self.register_buffer("places", torch.tensor(places), persistent=False)

    def forward(
        self,
        inputs: Sequence[Tensor],
        weights: Sequence[Tensor],
        means: Sequence[Tensor],
        variances: Sequence[Tensor],
        counts: Sequence[Tensor],
        strengths: Tensor,
    ) -> Tensor:
        """`strengths` are all of the cell, flat; the rest are lists, one entry a layer."""
        layout = self.layout
        stacked = torch.stack([weight.flatten(1) for weight in weights]) if weights else None
        width = inputs[0].shape[1] if stacked is None else stacked.shape[1]
        scales = strengths.index_select(0, self.places)[:, None].expand(-1, width)
        if not self.training:
            return self.fixed(inputs, stacked, means, variances, scales)
        out, mean, variance = NormedSum.apply(layout, scales, stacked, *inputs)
        if means:
            self.record(mean, variance, out.numel() // width, means, variances, counts)
        result: Tensor = out
        return result

    @staticmethod
    @torch.no_grad()
    def record(
        mean: Tensor,
        variance: Tensor,
        n: int,
        means: Sequence[Tensor],
        variances: Sequence[Tensor],
        counts: Sequence[Tensor],
    ) -> None:
        """Move the running statistics as batch-norm does, the variance unbiased over `n` pixels."""
        torch._foreach_lerp_(list(means), mean.unbind(), MOMENTUM)
        torch._foreach_lerp_(list(variances), (variance * (n / max(1, n - 1))).unbind(), MOMENTUM)
        torch._foreach_add_(list(counts), 1)

    def fixed(
        self,
        inputs: Sequence[Tensor],
        weights: Tensor | None,
        means: Sequence[Tensor],
        variances: Sequence[Tensor],
        scales: Tensor,
    ) -> Tensor:
        """The sum with the running statistics, in evaluation; differentiable by autograd."""
        layout = self.layout
        normed = layout.convs + layout.norms
        factors, offset = scales, scales.new_zeros(scales.shape[1])
        if normed:
            rates = (torch.stack(list(variances)) + EPS).rsqrt()
            factors = torch.cat([scales[:normed] * rates, scales[normed:]])
            offset = -(factors[:normed] * torch.stack(list(means))).sum(0)
        ways = factors[: layout.convs, :, None] * weights if weights is not None else factors
        out = linear_sum(layout, inputs, ways, factors[layout.convs :], offset)
        n, c, h, w = inputs[0].shape
        return picture(out, (n // 4, c, 2 * h, 2 * w) if layout.is_phased(0) else (n, c, h, w))


def flat(weights: Tensor | Sequence[Tensor]) -> Tensor:
    """All strengths of a cell in one row."""
    return weights.reshape(-1) if isinstance(weights, Tensor) else torch.cat(list(weights))


class WideDepthwise(nn.Conv2d):
    """A depthwise convolution without dilation, wider than 3, whose gradients are taken as the CPU does them fast."""

    def forward(self, input: Tensor) -> Tensor:
        result: Tensor = _Depthwise.apply(input, self.weight, self.stride, self.padding)
        return result


class _Depthwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int]) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.stride, ctx.padding = stride, padding
        return F.conv2d(x, weight, None, stride, padding, 1, weight.shape[0])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        dx = dweight = None
        if ctx.needs_input_grad[0]:
            dx = _input_gradient(gradient, x, weight, ctx.stride, ctx.padding)
        if ctx.needs_input_grad[1]:
            dweight = _weight_gradient(gradient, x, weight, ctx.stride, ctx.padding)
        return dx, dweight, None, None


def _input_gradient(
    gradient: Tensor, x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int]
) -> Tensor:
    """At stride 1 a convolution with the kernel turned round, which is faster than torch's own."""
    kernel = weight.shape[2:]
    if stride == (1, 1) and all(2 * p == k - 1 for k, p in zip(kernel, padding, strict=True)):
        return F.conv2d(gradient, weight.flip(2, 3), None, 1, padding, 1, weight.shape[0])
    found: Tensor = _gradients(gradient, x, weight, stride, padding, (True, False, False))[0]
    return found


def _weight_gradient(
    gradient: Tensor, x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int]
) -> Tensor:
    """Some columns of the kernel at a time: columns a..b see the padded input from a on."""
    height, width = weight.shape[2:]
    padded = F.pad(x, (padding[1], padding[1], padding[0], padding[0]))
    reach = (gradient.shape[3] - 1) * stride[1]
    rows = (gradient.shape[2] - 1) * stride[0] + height
    parts = []
    for first in range(0, width, PART):
        columns = min(PART, width - first)
        seen = padded[:, :, :rows, first : first + reach + columns]
        like = weight.new_empty(weight.shape[0], 1, height, columns)
        parts.append(_gradients(gradient, seen, like, stride, (0, 0), (False, True, False))[1])
    return torch.cat(parts, 3)


def _gradients(
    gradient: Tensor,
    x: Tensor,
    weight: Tensor,
    stride: tuple[int, int],
    padding: tuple[int, int],
    which: tuple[bool, bool, bool],
) -> Any:
    return torch.ops.aten.convolution_backward(
        gradient, x, weight, None, stride, padding, (1, 1), False, (0, 0), weight.shape[0], which
    )

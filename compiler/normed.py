"""Sums of normalised terms as one step with its own gradient: what the mixtures of a search spend their time on.

A term is x, or W x with a pointwise convolution W, normalised over the batch. Its mean and variance follow from the
mean m and the covariance V of x: W m and diag(W V W^T). So W x is never written: with r = 1 / sqrt(variance + eps),

    sum_i s_i r_i W_i (x_i - m_i)  =  sum_i A_i x_i + b,     A_i = diag(s_i r_i) W_i,

one matrix product a term into one result. Backward, with g the gradient of the result, p_i = mean(g x_i^T) and
q_i = mean(g yhat_i) = r_i (diag(p_i W_i^T) - mean(g) W_i m_i) for each channel, over n pixels of the batch:

    ds_i = n q_i                  dW_i = n diag(s_i r_i) (p_i - mean(g) m_i^T - diag(r_i q_i) W_i V_i)
    dx_i = A_i^T (g - mean(g)) - B_i (x_i - m_i),                  B_i = W_i^T diag(s_i r_i^2 q_i) W_i

Saved for the gradient are the x_i alone. Pictures are (N, C, H, W), taken as matrices (n, C) of pixels: without a copy
where they are channels-last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from nasc.compiler.graph import Layout
from nasc.compiler.modules import merge, phases

EPS = 1e-5
NARROW = 64
"""Up to this many channels variances come from a matrix product, which is faster than a reduction."""


def pixels(x: Tensor) -> Tensor:
    """(N, C, H, W) as a matrix (N*H*W, C)."""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])


def picture(matrix: Tensor, shape: Sequence[int]) -> Tensor:
    """A matrix of pixels as pictures (N, C, H, W), channels-last; N, H and W from `shape`."""
    return matrix.view(shape[0], shape[2], shape[3], -1).permute(0, 3, 1, 2)


def merged(matrix: Tensor, halves: Sequence[int]) -> Tensor:
    """A matrix of pixels in the order of `phases`, in that of the whole ones; `halves` is (4N, C, h, w)."""
    return pixels(merge(picture(matrix, halves), (2 * halves[2], 2 * halves[3])))


def linear_sum(layout: Layout, inputs: Sequence[Tensor], ways: Tensor, factors: Tensor, offset: Tensor) -> Tensor:
    """sum_i ways_i inputs_i over convs, `ways` (convs, C, C_in), + sum_i factors_i inputs_i over others + offset."""
    parts: dict[bool, Tensor] = {}
    for term in range(layout.convs):
        x, phased = pixels(inputs[term]), layout.is_phased(term)
        if phased in parts:
            parts[phased].addmm_(x, ways[term].t())
        else:
            parts[phased] = x @ ways[term].t()
    if True in parts:
        whole = merged(parts[True], inputs[layout.convs - 1].shape)
        parts[False] = parts[False].add_(whole) if False in parts else whole
    out = parts.get(False)
    for term in range(layout.convs, len(inputs)):
        x, factor = pixels(inputs[term]), factors[term - layout.convs]
        out = x * factor if out is None else out.addcmul_(x, factor)
    assert out is not None, "a sum has terms"
    return out.add_(offset)


class NormedSum(torch.autograd.Function):
    """`apply(layout, scales, weights, *inputs)`: the sum as pictures (N, C, H, W), and means and variances.

    `scales` is (terms, C), `weights` (convs, C, C_in) or None. Means and variances, each
    (convs + norms, C), are those of the batch before normalisation, for running statistics; they have no gradient.
    """

    @staticmethod
    def forward(
        ctx: Any, layout: Layout, scales: Tensor, weights: Tensor | None, *inputs: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        normed = layout.convs + layout.norms
        means, variances = scales.new_empty(normed, scales.shape[1]), scales.new_empty(normed, scales.shape[1])
        centres = spreads = None
        if weights is not None:
            narrow = weights.shape[2]
            centres = weights.new_empty(layout.convs, narrow)
            spreads = weights.new_empty(layout.convs, narrow, narrow)
            for term in range(layout.convs):
                x = pixels(inputs[term])
                torch.mean(x, 0, out=centres[term])
                torch.mm(x.t(), x, out=spreads[term])
            spreads.div_(pixels(inputs[0]).shape[0]).sub_(centres[:, :, None] * centres[:, None, :])
            torch.sum(weights * centres[:, None, :], 2, out=means[: layout.convs])
            torch.sum(torch.bmm(weights, spreads) * weights, 2, out=variances[: layout.convs])
        for term in range(layout.convs, normed):
            means[term], variances[term] = _moments(pixels(inputs[term]))
        variances.clamp_min_(0)
        rates = (variances + EPS).rsqrt()
        factors = scales.clone()
        factors[:normed] *= rates
        offset = -(factors[:normed] * means).sum(0)
        ways = factors[: layout.convs, :, None] * weights if weights is not None else scales
        out = linear_sum(layout, inputs, ways, factors[layout.convs :], offset)
        n, c, h, w = inputs[0].shape
        whole = (n // 4, c, 2 * h, 2 * w) if layout.is_phased(0) else (n, c, h, w)
        ctx.layout, ctx.whole = layout, whole
        ctx.save_for_backward(scales, weights, means, rates, centres, spreads, *inputs)
        ctx.mark_non_differentiable(means, variances)
        return picture(out, whole), means, variances

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor, *_: Tensor) -> tuple[Tensor | None, ...]:
        layout: Layout = ctx.layout
        scales, weights, means, rates, centres, spreads, *inputs = ctx.saved_tensors
        need = ctx.needs_input_grad
        normed = layout.convs + layout.norms
        g = pixels(gradient)
        n = g.shape[0]
        mean = g.mean(0)
        other = pixels(phases(picture(g, ctx.whole))) if layout.phased else g
        dscales = scales.new_empty(scales.shape) if need[1] else None
        dweights = None
        results: list[Tensor | None] = [None] * len(inputs)
        factors = scales.clone()
        factors[:normed] *= rates
        if weights is not None:
            r, s, mu = rates[: layout.convs], factors[: layout.convs], means[: layout.convs]
            p = weights.new_empty(weights.shape)
            for term in range(layout.convs):
                torch.mm((other if layout.is_phased(term) else g).t(), pixels(inputs[term]), out=p[term])
            p.div_(n)
            q = r * ((p * weights).sum(2) - mu * mean)
            if dscales is not None:
                dscales[: layout.convs] = n * q
            if need[2]:
                inner = p - mean[:, None] * centres[:, None, :] - (r * q)[:, :, None] * torch.bmm(weights, spreads)
                dweights = inner.mul_((n * s)[:, :, None])
            ways = s[:, :, None] * weights
            back = torch.bmm(weights.transpose(1, 2), (s * r * q)[:, :, None] * weights)
            shift = torch.bmm(back, centres[:, :, None])[:, :, 0] - torch.matmul(mean, ways)
            for term in range(layout.convs):
                if need[3 + term]:
                    x = inputs[term]
                    dx = torch.addmm(shift[term], other if layout.is_phased(term) else g, ways[term])
                    results[term] = picture(dx.addmm_(pixels(x), back[term], alpha=-1), x.shape)
        for term in range(layout.convs, len(inputs)):
            x, s = pixels(inputs[term]), factors[term]
            if term >= normed:
                if dscales is not None:
                    dscales[term] = (g * x).sum(0)
                shifted, slope = torch.zeros_like(s), None
            else:
                r, mu = rates[term], means[term]
                q = r * ((g * x).sum(0) / n - mu * mean)
                if dscales is not None:
                    dscales[term] = n * q
                slope = s * r * q
                shifted = slope * mu - s * mean
            if need[3 + term]:
                dx = torch.addcmul(shifted, g, s)
                dx = dx if slope is None else dx.addcmul_(x, slope, value=-1)
                results[term] = picture(dx, inputs[term].shape)
        return (None, dscales, dweights, *results)


def _moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance (C,) of the columns of a matrix (n, C)."""
    if x.shape[1] > NARROW:
        variance, mean = torch.var_mean(x, 0, correction=0)
        return mean, variance
    mean = x.mean(0)
    return mean, (x.t() @ x).diagonal() / x.shape[0] - mean * mean

"""Batch-norm over the examples of all ranks: `--sync-bn`. torch's own runs on GPUs alone.

With x of all ranks, n values a channel, mean m and variance v, xhat = (x - m) / sqrt(v + eps), y = w xhat + b:

    dx = w / sqrt(v + eps) * (g - mean(g) - xhat mean(g xhat)),    dw = sum(g xhat),    db = sum(g)

with means over all ranks and sums over this one's values, since gradients of parameters are averaged behind it.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from nasc.runtime.world import World, here


class SyncNorm(nn.BatchNorm2d):
    """A batch-norm whose statistics in training are those of all ranks; takes (N, C, H, W)."""

    def forward(self, input: Tensor) -> Tensor:
        world = here()
        if world.size == 1 or not self.training:
            return super().forward(input)
        y, mean, variance, count = _SyncNorm.apply(input, self.weight, self.bias, self.eps, world)
        if self.running_mean is not None and self.running_var is not None:
            with torch.no_grad():
                assert self.num_batches_tracked is not None
                self.num_batches_tracked += 1
                rate = self.momentum if self.momentum is not None else 1.0 / float(self.num_batches_tracked)
                self.running_mean.lerp_(mean.to(self.running_mean.dtype), rate)
                unbiased = variance * (count / (count - 1).clamp(min=1))
                self.running_var.lerp_(unbiased.to(self.running_var.dtype), rate)
        found: Tensor = y
        return found


class _SyncNorm(torch.autograd.Function):
    """`apply(x, weight, bias, eps, world)`: the result (N, C, H, W); mean and variance (C,) and count of all ranks."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float, world: World
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        values = x.float() if x.dtype in (torch.bfloat16, torch.float16) else x
        sums = torch.cat([values.sum((0, 2, 3)), values.new_tensor([values.numel() / values.shape[1]])])
        _sum(sums, world)
        count, mean = sums[-1], sums[:-1] / sums[-1]
        away = values - mean[:, None, None]
        # in two passes: the difference of the squares' mean and the mean's square loses what is small
        variance = _sum(away.square().sum((0, 2, 3)), world) / count
        rate = (variance + eps).rsqrt()
        normed = away * rate[:, None, None]
        ctx.save_for_backward(normed, weight, rate, count)
        ctx.world, ctx.with_bias = world, bias is not None
        y = normed if weight is None else normed * weight[:, None, None]
        y = y if bias is None else y + bias[:, None, None]
        ctx.mark_non_differentiable(mean, variance, count)
        return y.to(x.dtype), mean, variance, count

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor, *_: Any) -> tuple[Tensor | None, ...]:
        normed, weight, rate, count = ctx.saved_tensors
        g = gradient.to(normed.dtype)
        of_bias, of_weight = g.sum((0, 2, 3)), (g * normed).sum((0, 2, 3))
        whole = _sum(torch.cat([of_bias, of_weight]), ctx.world) / count
        first, second = whole.chunk(2)
        slope = rate if weight is None else rate * weight
        dx = slope[:, None, None] * (g - first[:, None, None] - normed * second[:, None, None])
        return (
            dx.to(gradient.dtype),
            of_weight if weight is not None else None,
            of_bias if ctx.with_bias else None,
            None,
            None,
        )


def _sum(values: Tensor, world: World) -> Tensor:
    """The sum over all ranks, in place."""
    world.say(lambda: dist.all_reduce(values))
    return values


def synchronise(network: nn.Module) -> None:
    """Put a `SyncNorm` in the place of every batch-norm; parameters, statistics and their names stay."""
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if type(child) is nn.BatchNorm2d:
                setattr(module, name, _like(child))


def _like(norm: nn.BatchNorm2d) -> SyncNorm:
    found = SyncNorm(norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats)
    found.weight, found.bias = norm.weight, norm.bias
    found.running_mean, found.running_var = norm.running_mean, norm.running_var
    found.num_batches_tracked = norm.num_batches_tracked
    found.train(norm.training)
    return found

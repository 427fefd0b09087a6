"""The loss of words behind a linear layer, without keeping the scores: a stretch of words at a time, gradients at once.

A language model spends most of its time here: the scores of all words are by far its largest tensor. Softmax, loss and
gradients of a stretch are computed while its scores are still in the cache, and overwrite them.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

SCORES = 1 << 20
"""So many scores are computed at a time."""


def word_loss(x: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """The mean of -log softmax(x weight' + bias) at the targets, in nats.

    `x` (words, width), `weight` (vocabulary, width), `bias` (vocabulary,), `targets` (words,); what `linear` and
    `cross_entropy` give, up to rounding. The gradient can be taken once.
    """
    found: Tensor = _WordLoss.apply(x, weight, bias, targets)
    return found


class _WordLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
        words, vocabulary = len(x), len(weight)
        stretch = max(1, min(words, SCORES // vocabulary))
        wanted = any(ctx.needs_input_grad)
        to_x = torch.empty_like(x) if wanted else None
        to_weight, to_bias = (torch.zeros_like(weight), torch.zeros_like(bias)) if wanted else (None, None)
        total = x.new_zeros(())
        scores = x.new_empty(stretch, vocabulary)
        for first in range(0, words, stretch):
            part, at = x[first : first + stretch], targets[first : first + stretch, None]
            now = scores[: len(part)]
            torch.addmm(bias, part, weight.t(), out=now)
            hit = now.gather(1, at)
            peak = now.amax(1, keepdim=True)
            sums = now.sub_(peak).exp_().sum(1, keepdim=True)
            total += (sums.log() + peak - hit).sum()
            if to_x is None or to_weight is None or to_bias is None:
                continue
            now.mul_(1.0 / (sums * words))
            now.scatter_add_(1, at, now.new_full((), -1.0 / words).expand_as(at))
            torch.mm(now, weight, out=to_x[first : first + stretch])
            to_weight.addmm_(now.t(), part)
            to_bias += now.sum(0)
        if to_x is not None:
            ctx.save_for_backward(to_x, to_weight, to_bias)
        return total / words

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        to_x, to_weight, to_bias = ctx.saved_tensors
        return to_x * grad, to_weight * grad, to_bias * grad, None

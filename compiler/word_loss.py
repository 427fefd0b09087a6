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
        # a search freezes what it does not move
        given = (x, weight, bias)
        grads = [torch.zeros_like(t) if need else None for t, need in zip(given, ctx.needs_input_grad, strict=False)]
        to_x, to_weight, to_bias = grads
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
            if not any(ctx.needs_input_grad):
                continue
            now.mul_(1.0 / (sums * words))
            now.scatter_add_(1, at, now.new_full((), -1.0 / words).expand_as(at))
            if to_x is not None:
                torch.mm(now, weight, out=to_x[first : first + stretch])
            if to_weight is not None:
                to_weight.addmm_(now.t(), part)
            if to_bias is not None:
                to_bias += now.sum(0)
        ctx.save_for_backward(*grads)
        return total / words

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        return *(None if found is None else found * grad for found in ctx.saved_tensors), None

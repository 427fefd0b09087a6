"""DARTS (Liu, Simonyan and Yang, ICLR 2019): the gradient of the strengths, first and second order."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nasc.compiler.supernet import Supernet

Batch = tuple[Tensor, Tensor]
"""Pictures (N, channels, height, width) and labels (N,)."""

EPSILON = 0.01
"""The finite difference goes 0.01 / ||v|| to either side (section 2.3, footnote)."""


def loss_of(model: nn.Module, batch: Batch) -> Tensor:
    """Cross-entropy of one batch."""
    logits = model(batch[0])
    return F.cross_entropy(logits, batch[1])


def first_order(space: Supernet, valid: Batch) -> tuple[list[Tensor], float]:
    """dL_val/dalpha (section 2.3 with xi = 0), one tensor for each of `space.strengths()`, and the loss."""
    loss = loss_of(space, valid)
    return _gradients(loss, space.strengths()), float(loss.detach())


def second_order(
    space: Supernet, weights: torch.optim.SGD, train: Batch, valid: Batch, epsilon: float = EPSILON
) -> tuple[list[Tensor], float]:
    """The gradient through one step of the weights (eq. 7, 8), one tensor for each strength, and the loss at w'.

    w' = w - xi (mu * buffer + dL_train/dw + decay * w) with the learning rate, momentum and decay of the optimiser;
    v = dL_val(w')/dw'; the result is dL_val(w')/dalpha - xi * (dL_train(w + R v)/dalpha - dL_train(w - R v)/dalpha)
    / 2R, R = epsilon / ||v||. Weights come out bit for bit as they went in. Batch-norm statistics move by the three
    passes on the training batch, not by the one on the validation batch at w', as in the original.
    """
    group = weights.param_groups[0]
    rate, momentum, decay = group["lr"], group["momentum"], group["weight_decay"]
    parameters, strengths = space.weights(), space.strengths()
    gradients = _gradients(loss_of(space, train), parameters)
    with torch.no_grad():
        before = [p.clone() for p in parameters]
        for p, gradient in zip(parameters, gradients, strict=True):
            buffer = weights.state.get(p, {}).get("momentum_buffer")
            step = gradient + decay * p
            p.sub_(rate * (step if buffer is None else momentum * buffer + step))
        statistics = [b.clone() for b in space.buffers()]
    loss = loss_of(space, valid)
    found = _gradients(loss, [*strengths, *parameters])
    direct, vector = found[: len(strengths)], found[len(strengths) :]
    with torch.no_grad():
        for buffer, saved in zip(space.buffers(), statistics, strict=True):
            buffer.copy_(saved)
        radius = epsilon / torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(v) for v in vector]))
    sides = []
    for sign in (1.0, -1.0):
        with torch.no_grad():
            for p, saved, v in zip(parameters, before, vector, strict=True):
                p.copy_(saved + sign * radius * v)
        sides.append(_gradients(loss_of(space, train), strengths))
    with torch.no_grad():
        for p, saved in zip(parameters, before, strict=True):
            p.copy_(saved)
        implicit = [(plus - minus) / (2 * radius) for plus, minus in zip(*sides, strict=True)]
        return [d - rate * h for d, h in zip(direct, implicit, strict=True)], float(loss.detach())


def _gradients(loss: Tensor, parameters: Sequence[Tensor]) -> list[Tensor]:
    """The gradients of a loss; zeros for what it does not depend on."""
    found = torch.autograd.grad(loss, list(parameters), allow_unused=True)
    return [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, found, strict=True)]

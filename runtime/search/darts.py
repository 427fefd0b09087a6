"""DARTS (Liu, Simonyan and Yang, ICLR 2019): the gradient of the strengths, first and second order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nasc.compiler.supernet import Supernet

Batch = tuple[Tensor, Tensor]
"""Pictures (N, channels, height, width) and labels (N,)."""
Loss = Callable[[], Tensor]
"""A loss at the weights and strengths as they are when it is called."""

EPSILON = 0.01
"""The finite difference goes 0.01 / ||v|| to either side (section 2.3, footnote)."""


def loss_of(model: nn.Module, batch: Batch) -> Tensor:
    """Cross-entropy of one batch."""
    logits = model(batch[0])
    return F.cross_entropy(logits, batch[1])


def weight_step(space: Supernet, optimizer: torch.optim.Optimizer, batch: Batch, clip: float) -> tuple[float, Tensor]:
    """Move the weights, their gradient clipped in norm (0: not at all); the loss and the logits before the step."""
    parameters = space.weights()
    with frozen(space.strengths()):
        logits = space(batch[0])
        assert isinstance(logits, Tensor)
        loss = F.cross_entropy(logits, batch[1])
    torch.autograd.backward(loss)
    if clip:
        torch.nn.utils.clip_grad_norm_(parameters, clip, foreach=True)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach()), logits.detach()


def first_order(space: Supernet, valid: Batch) -> tuple[list[Tensor], float]:
    """dL_val/dalpha (section 2.3 with xi = 0), one tensor for each of `space.strengths()`, and the loss."""
    with frozen(space.weights()):
        loss = loss_of(space, valid)
    return _gradients(loss, space.strengths()), float(loss.detach())


def second_order(
    space: Supernet, weights: torch.optim.SGD, train: Batch, valid: Batch, epsilon: float = EPSILON
) -> tuple[list[Tensor], float]:
    """The gradient through one step of the weights, one tensor for each of `space.strengths()`, and the loss at w'.

    Batch-norm statistics move by the three passes on the training batch, not by the one on the validation batch at w',
    as in the original.
    """
    own = Unrolled(space.weights(), space.strengths(), tuple(space.buffers()), weights, epsilon)
    return own.gradients(lambda: loss_of(space, train), lambda: loss_of(space, valid))


@dataclass(frozen=True)
class Unrolled:
    """What the strengths do through one step of the weights (eq. 7, 8).

    w' = w - xi (mu * buffer + dL_train/dw + decay * w) with the learning rate, momentum and decay of the optimiser;
    v = dL_val(w')/dw'; the gradient is dL_val(w')/dalpha - xi * (dL_train(w + R v)/dalpha - dL_train(w - R v)/dalpha)
    / 2R, R = epsilon / ||v||. Weights come out bit for bit as they went in, buffers as the training passes leave them.
    """

    weights: Sequence[Tensor]
    strengths: Sequence[Tensor]
    buffers: Sequence[Tensor]
    optimizer: torch.optim.SGD
    epsilon: float = EPSILON

    def gradients(self, train: Loss, valid: Loss) -> tuple[list[Tensor], float]:
        """One tensor for each strength, and the validation loss at w'."""
        rate = self.optimizer.param_groups[0]["lr"]
        with frozen(self.strengths):
            moves = _gradients(train(), self.weights)
        before = [p.detach().clone() for p in self.weights]
        self._step(moves)
        statistics = [b.clone() for b in self.buffers]
        loss = valid()
        found = _gradients(loss, [*self.strengths, *self.weights])
        direct, vector = found[: len(self.strengths)], found[len(self.strengths) :]
        with torch.no_grad():
            for buffer, saved in zip(self.buffers, statistics, strict=True):
                buffer.copy_(saved)
            radius = self.epsilon / _norm(vector)
        sides = [self._at(before, sign * radius, vector, train) for sign in (1.0, -1.0)]
        with torch.no_grad():
            for p, saved in zip(self.weights, before, strict=True):
                p.copy_(saved)
            implicit = [(plus - minus) / (2 * radius) for plus, minus in zip(*sides, strict=True)]
            return [d - rate * h for d, h in zip(direct, implicit, strict=True)], float(loss.detach())

    @torch.no_grad()
    def _step(self, moves: Sequence[Tensor]) -> None:
        """One step of SGD, without touching its buffers and without clipping."""
        group = self.optimizer.param_groups[0]
        for p, gradient in zip(self.weights, moves, strict=True):
            buffer = self.optimizer.state.get(p, {}).get("momentum_buffer")
            step = gradient + group["weight_decay"] * p
            p.sub_(group["lr"] * (step if buffer is None else group["momentum"] * buffer + step))

    def _at(self, before: Sequence[Tensor], far: Tensor, vector: Sequence[Tensor], train: Loss) -> list[Tensor]:
        """dL_train/dalpha at w + far * v."""
        with torch.no_grad():
            for p, saved, v in zip(self.weights, before, vector, strict=True):
                p.copy_(saved + far * v)
        with frozen(self.weights):
            loss = train()
        return _gradients(loss, self.strengths)


@contextmanager
def frozen(parameters: Sequence[Tensor]) -> Iterator[None]:
    """Build no gradients for these: what a step does not move costs nothing but its forward pass."""
    needed = [p.requires_grad for p in parameters]
    for p in parameters:
        p.requires_grad_(False)
    try:
        yield
    finally:
        for p, before in zip(parameters, needed, strict=True):
            p.requires_grad_(before)


def _norm(vector: Sequence[Tensor]) -> Tensor:
    """The norm over all weights; not quite zero where nothing is left to move, since it is divided by."""
    norm: Tensor = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(v) for v in vector]))
    return norm.clamp_min(torch.finfo(norm.dtype).tiny)


def _gradients(loss: Tensor, parameters: Sequence[Tensor]) -> list[Tensor]:
    """The gradients of a loss; zeros for what it does not depend on."""
    found = torch.autograd.grad(loss, list(parameters), allow_unused=True)
    return [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, found, strict=True)]

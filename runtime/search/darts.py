"""DARTS (Liu, Simonyan and Yang, ICLR 2019): the gradient of the strengths, first and second order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nasc.compiler.supernet import Supernet
from nasc.runtime.loop import Figures
from nasc.runtime.metrics import correct
from nasc.runtime.search.loop import SearchTask
from nasc.runtime.search.steps import Batch, frozen, gradients, loss_of, move_strengths, weight_step
from nasc.runtime.settings import DartsSearch

Loss = Callable[[], Tensor]
"""A loss at the weights and strengths as they are when it is called."""

EPSILON = 0.01
"""The finite difference goes 0.01 / ||v|| to either side (section 2.3, footnote)."""


def first_order(space: Supernet, valid: Batch) -> tuple[list[Tensor], float]:
    """dL_val/dalpha (section 2.3 with xi = 0), one tensor for each of `space.strengths()`, and the loss."""
    with frozen(space.weights()):
        loss = loss_of(space, valid)
        return gradients(loss, space.strengths()), float(loss.detach())


def second_order(
    space: Supernet,
    weights: torch.optim.SGD,
    train: Batch,
    valid: Batch,
    epsilon: float = EPSILON,
    exact: bool = False,
) -> tuple[list[Tensor], float]:
    """The gradient through one step of the weights, one tensor for each of `space.strengths()`, and the loss at w'.

    Batch-norm statistics move by the passes on the training batch (three, with `exact` two), not by the one on the
    validation batch at w', as in the original. `exact` needs a network without passes of `ONCE`.
    """
    own = Unrolled(space.weights(), space.strengths(), tuple(space.buffers()), weights, epsilon, exact)
    return own.gradients(lambda: loss_of(space, train), lambda: loss_of(space, valid))


class DartsTask(SearchTask):
    """Strengths first, on a fresh random batch of the second part of the data; then weights (alg. 1)."""

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        train = self.train_batch(step)
        valid_loss = self.strength_step(train, self.valid_batch())
        loss, logits = weight_step(self.space, self.weights, train, self.settings.clip)
        count = len(train[1])
        top1 = correct(logits, train[1], 1) / count
        return {"train_loss": loss, "train_top1": top1, "strength_loss": valid_loss}, count

    def strength_step(self, train: Batch, valid: Batch) -> float:
        """Move the strengths by Adam; the loss on the validation batch."""
        assert isinstance(self.settings, DartsSearch)
        if self.settings.order == 2:
            assert isinstance(self.weights, torch.optim.SGD)
            exact = self.settings.hessian == "exact"
            found, loss = second_order(self.space, self.weights, train, valid, exact=exact)
        else:
            found, loss = first_order(self.space, valid)
        move_strengths(self.space, self.strengths, found)
        return loss


@dataclass(frozen=True)
class Unrolled:
    """What the strengths do through one step of the weights (eq. 7, 8).

    w' = w - xi (mu * buffer + dL_train/dw + decay * w) with the learning rate, momentum and decay of the optimiser;
    v = dL_val(w')/dw'; the gradient is dL_val(w')/dalpha - xi * (dL_train(w + R v)/dalpha - dL_train(w - R v)/dalpha)
    / 2R, R = epsilon / ||v||. With `exact` that quotient is its limit d<dL_train(w)/dw, v>/dalpha, by differentiating
    twice. Weights come out bit for bit as they went in, buffers as the training passes leave them.
    """

    weights: Sequence[Tensor]
    strengths: Sequence[Tensor]
    buffers: Sequence[Tensor]
    optimizer: torch.optim.SGD
    epsilon: float = EPSILON
    exact: bool = False

    def gradients(self, train: Loss, valid: Loss) -> tuple[list[Tensor], float]:
        """One tensor for each strength, and the validation loss at w'."""
        rate = self.optimizer.param_groups[0]["lr"]
        with frozen(self.strengths):
            moves = gradients(train(), self.weights)
        before = [p.detach().clone() for p in self.weights]
        self._step(moves)
        statistics = [b.clone() for b in self.buffers]
        loss = valid()
        found = gradients(loss, [*self.strengths, *self.weights])
        direct, vector = found[: len(self.strengths)], found[len(self.strengths) :]
        with torch.no_grad():
            for buffer, saved in zip(self.buffers, statistics, strict=True):
                buffer.copy_(saved)
        implicit = self._product(before, vector, train) if self.exact else self._quotient(before, vector, train)
        with torch.no_grad():
            return [d - rate * h for d, h in zip(direct, implicit, strict=True)], float(loss.detach())

    @torch.no_grad()
    def _step(self, moves: Sequence[Tensor]) -> None:
        """One step of SGD, without touching its buffers and without clipping."""
        group = self.optimizer.param_groups[0]
        for p, gradient in zip(self.weights, moves, strict=True):
            buffer = self.optimizer.state.get(p, {}).get("momentum_buffer")
            step = gradient + group["weight_decay"] * p
            p.sub_(group["lr"] * (step if buffer is None else group["momentum"] * buffer + step))

    def _quotient(self, before: Sequence[Tensor], vector: Sequence[Tensor], train: Loss) -> list[Tensor]:
        """The finite difference, from w + R v and w - R v; the weights are put back."""
        with torch.no_grad():
            radius = self.epsilon / _norm(vector)
        sides = [self._at(before, sign * radius, vector, train) for sign in (1.0, -1.0)]
        self._put_back(before)
        with torch.no_grad():
            return [(plus - minus) / (2 * radius) for plus, minus in zip(*sides, strict=True)]

    def _product(self, before: Sequence[Tensor], vector: Sequence[Tensor], train: Loss) -> list[Tensor]:
        """The derivative itself, at the weights as they were; they are put back before.

        Twice through the graph of one loss, which holds all that the first time wrote.
        """
        self._put_back(before)
        slopes = torch.autograd.grad(train(), list(self.weights), create_graph=True, allow_unused=True)
        parts = [(slope * v).sum() for slope, v in zip(slopes, vector, strict=True) if slope is not None]
        along = torch.stack(parts).sum() if parts else torch.zeros(())
        if not along.requires_grad:  # a loss linear in the weights, or one without strengths
            return [torch.zeros_like(strength) for strength in self.strengths]
        return gradients(along, self.strengths)

    @torch.no_grad()
    def _put_back(self, before: Sequence[Tensor]) -> None:
        for p, saved in zip(self.weights, before, strict=True):
            p.copy_(saved)

    def _at(self, before: Sequence[Tensor], far: Tensor, vector: Sequence[Tensor], train: Loss) -> list[Tensor]:
        """dL_train/dalpha at w + far * v."""
        with torch.no_grad():
            for p, saved, v in zip(self.weights, before, vector, strict=True):
                p.copy_(saved + far * v)
        with frozen(self.weights):
            return gradients(train(), self.strengths)


def _norm(vector: Sequence[Tensor]) -> Tensor:
    """The norm over all weights; not quite zero where nothing is left to move, since it is divided by."""
    norm: Tensor = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(v) for v in vector]))
    return norm.clamp_min(torch.finfo(norm.dtype).tiny)

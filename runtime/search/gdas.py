"""GDAS (Dong and Yang, CVPR 2019): one operation an edge is sampled and run; its gradient moves all strengths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from nasc.compiler.build import PlacedWeights, Weights
from nasc.compiler.sampled import Chosen, PlacedChosen
from nasc.compiler.supernet import Supernet, places
from nasc.dsl.diagnostic import fail
from nasc.runtime.loop import Figures
from nasc.runtime.metrics import correct
from nasc.runtime.search.loop import SearchTask
from nasc.runtime.search.steps import Batch, cross_entropy, frozen, gradients, move_strengths, weight_step
from nasc.runtime.settings import GdasSearch

REDRAWS = 100
"""So often noise is drawn where it makes something that is no number: rare, unless the strengths are none."""
Drawn = tuple[Weights | PlacedWeights, Chosen | PlacedChosen]
"""Weights and what is chosen, by name of cell or for each cell, as `Supernet.forward` takes them."""


def temperature(ends: tuple[float, float], epoch: int, epochs: int) -> float:
    """The temperature of an epoch, counted from 0: in equal steps from the first value to the second."""
    first, last = ends
    return first - (first - last) * epoch / max(epochs - 1, 1)


def straight_through(strengths: Tensor, noise: Tensor, tau: float) -> tuple[Tensor, Tensor, Tensor]:
    """Probabilities (edges, operations), the choices (edges,), and weights: one for a choice, zero for the rest.

    softmax((a + g) / tau), its largest; the gradient of a weight is that of its probability.
    """
    probabilities = ((strengths + noise) / tau).softmax(-1)
    choice = probabilities.detach().argmax(-1)
    # in this order of summation a weight is exactly 0 or 1
    weights = F.one_hot(choice, strengths.shape[-1]) - probabilities.detach() + probabilities
    return probabilities, choice, weights


def sampled(strengths: Tensor, tau: float) -> tuple[list[int], Tensor]:
    """The operation that each edge runs, and the weights (edges, operations), under noise from Gumbel(0, 1).

    Raises `NasError` (E506) where the strengths are no numbers any more.
    """
    assert tau > 0
    for _ in range(REDRAWS):
        noise = -torch.empty_like(strengths).exponential_().log()
        probabilities, choice, weights = straight_through(strengths, noise, tau)
        if bool((noise.isfinite() & probabilities.isfinite()).all()):
            return choice.tolist(), weights
    help = "a smaller learning rate (`--set strength_lr=...`) is the first thing to try"
    raise fail("E506", f"no probabilities can be made of the strengths, {REDRAWS} draws long", help=help)


def sample(space: Supernet, tau: float, per_cell: bool = False) -> Drawn:
    """One operation for every open edge: the same in all cells of a name, or drawn for every cell of the stack."""
    if not per_cell:
        drawn = {name: _cell(space, name, tau) for name in space.dags}
        return {name: one[0] for name, one in drawn.items()}, {name: one[1] for name, one in drawn.items()}
    each = [None if name is None else _cell(space, name, tau) for name in space.choices]
    return [one and one[0] for one in each], [one and one[1] for one in each]


def _cell(space: Supernet, name: str, tau: float) -> tuple[Tensor | Sequence[Tensor], list[list[int]]]:
    """What one cell runs."""
    given = space.alphas[name]
    if isinstance(given, Tensor):
        choice, weights = sampled(given, tau)
        return weights, [[column] for column in choice]
    parts = [sampled(part, tau) for part in given]
    rows = list(places(space.dags[name]))
    return [parts[group][1][row] for group, row in rows], [[parts[group][0][row]] for group, row in rows]


def strength_gradients(space: Supernet, batch: Batch, drawn: Drawn, leak: bool = False) -> tuple[list[Tensor], float]:
    """The gradients of one sample, one tensor for each of `space.strengths()`, and the loss.

    With `leak` the weights of operations that were not drawn are summands of their state, as in the code of
    NAS-Bench-201: they are zero, but their gradients are the sums of the state's.
    """
    with frozen(space.weights()):
        space.leak = leak
        logits = space(batch[0], *drawn)
        space.leak = False
        assert isinstance(logits, Tensor)
        loss = cross_entropy(logits, batch[1])
        return gradients(loss, space.strengths()), float(loss.detach())


def without_gradient(drawn: Drawn) -> Drawn:
    """The same sample as constants, for a step that does not move the strengths."""

    def constant(given: Any) -> Any:
        if given is None or isinstance(given, Tensor):
            return given if given is None else given.detach()
        return [row.detach() for row in given]

    weights, chosen = drawn
    if isinstance(weights, dict):
        return {name: constant(given) for name, given in weights.items()}, chosen
    return [constant(given) for given in weights], chosen


class GdasTask(SearchTask):
    """Weights and strengths by turns, each step with a sample of its own; as is what is measured."""

    tau: float

    @property
    def own(self) -> GdasSearch:
        assert isinstance(self.settings, GdasSearch)
        return self.settings

    @property
    def nesterov(self) -> bool:
        return self.own.nesterov

    def begin_epoch(self, epoch: int) -> None:
        super().begin_epoch(epoch)
        self.tau = temperature(self.own.tau, epoch, self.epochs)

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        train, valid = self.train_batch(step), self.valid_batch()
        if self.own.strengths_first:
            strength_loss = self.strength_step(valid)
            loss, logits = self.weight_step(train)
        else:
            loss, logits = self.weight_step(train)
            strength_loss = self.strength_step(valid)
        count = len(train[1])
        top1 = correct(logits, train[1], 1) / count
        return {"train_loss": loss, "train_top1": top1, "strength_loss": strength_loss}, count

    def weight_step(self, train: Batch) -> tuple[float, Tensor]:
        """Move the weights of what is sampled; the loss and the logits before."""
        drawn = without_gradient(self.sample())
        return weight_step(self.space, self.weights, train, self.settings.clip, *drawn)

    def strength_step(self, valid: Batch) -> float:
        """Move the strengths; the loss of the sample."""
        found, loss = strength_gradients(self.space, valid, self.sample(), self.own.leak)
        move_strengths(self.space, self.strengths, found)
        return loss

    def sample(self) -> Drawn:
        """What runs now."""
        return sample(self.space, self.tau, self.own.per_cell)

    def forward(self, pictures: Tensor) -> Tensor:
        """The logits of a sample: the shared weights have never run as a whole."""
        logits = self.space(pictures, *without_gradient(self.sample()))
        assert isinstance(logits, Tensor)
        return logits

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        return {"tau": self.tau, **super().end_epoch(epoch, figures)}

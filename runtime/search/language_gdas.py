"""GDAS on recurrent cells (Dong and Yang, CVPR 2019): mixtures by a softmax under noise, colder from epoch to epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from nasc.compiler.language_supernet import LanguageSupernet, LanguageWeights
from nasc.compiler.strengths import places
from nasc.dsl.diagnostic import fail
from nasc.runtime.language_settings import GdasLanguageSearch
from nasc.runtime.loop import Figures
from nasc.runtime.search.gdas import REDRAWS, temperature
from nasc.runtime.search.language import LanguageSearchTask


def noisy(strengths: Tensor, tau: float) -> Tensor:
    """softmax((a + g) / tau) of strengths (edges, operations), g from Gumbel(0, 1): not one operation, but a mixture.

    Raises `NasError` (E506) where the strengths are no numbers any more.
    """
    for _ in range(REDRAWS):
        noise = -torch.empty_like(strengths).exponential_().log()
        weights = ((strengths + noise) / tau).softmax(-1)
        if bool((noise.isfinite() & weights.isfinite()).all()):
            return weights
    help = "a smaller learning rate (`--set strength_lr=...`) is the first thing to try"
    raise fail("E506", f"no probabilities can be made of the strengths, {REDRAWS} draws long", help=help)


def mixture(space: LanguageSupernet, tau: float) -> LanguageWeights:
    """What every operation counts for under one draw of noise, the same for all words of a segment."""
    found: dict[str, Sequence[Tensor] | Tensor] = {}
    for name, given in space.alphas.items():
        if isinstance(given, Tensor):
            found[name] = noisy(given, tau)
        else:
            parts = [noisy(part, tau) for part in given]
            found[name] = [parts[group][row] for group, row in places(space.dags[name])]
    return found


class GdasLanguageTask(LanguageSearchTask):
    """Weights and strengths by turns, each step under noise of its own; as is what is measured."""

    tau: float

    def begin_epoch(self, epoch: int) -> None:
        super().begin_epoch(epoch)
        assert isinstance(self.settings, GdasLanguageSearch)
        self.tau = temperature(self.settings.tau, epoch, self.epochs)

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        assert isinstance(self.settings, GdasLanguageSearch)
        segment = self.begin_step(step)
        train, valid = self.train_passage(segment), self.valid_passage(segment)

        def strength_step() -> float:
            slopes, loss = self.first_order(valid, weights=mixture(self.space, self.tau))
            self.move_strengths(slopes)
            return loss

        first = strength_step() if self.settings.strengths_first else None
        loss = self.weight_step(train, **self.measured())
        strength_loss = strength_step() if first is None else first
        return {"train_loss": loss, "strength_loss": strength_loss}, train.targets.numel()

    @torch.no_grad()
    def measured(self) -> dict[str, Any]:
        """One draw, without a gradient."""
        return {"weights": mixture(self.space, self.tau)}

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        return {"tau": self.tau, **super().end_epoch(epoch, figures)}

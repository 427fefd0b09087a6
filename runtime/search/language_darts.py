"""DARTS on recurrent cells (Liu, Simonyan and Yang, ICLR 2019): the gradient of strengths, first or second order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nasc.compiler.language_supernet import LanguageSupernet
from nasc.runtime.language_settings import DartsLanguageSearch
from nasc.runtime.loop import Figures
from nasc.runtime.search.darts import EPSILON
from nasc.runtime.search.language import LanguageSearchTask, Passage
from nasc.runtime.search.steps import frozen, gradients

SMALL = 1e-6
"""What `torch.nn.utils.clip_grad_norm_` adds to a norm that it divides by."""


class DartsLanguageTask(LanguageSearchTask):
    """Strengths first, on the validation text where the training text is; then weights."""

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        segment = self.begin_step(step)
        train, valid = self.train_passage(segment), self.valid_passage(segment)
        assert isinstance(self.settings, DartsLanguageSearch)
        if self.settings.order == 2:
            rate = float(self.weights.param_groups[0]["lr"])
            unrolled = Unrolled(self.space, rate, self.settings.weight_decay, self.settings.clip)
            slopes, strength_loss, self.valid_hidden = unrolled.gradients(train, valid)
        else:
            slopes, strength_loss = self.first_order(valid)
        self.move_strengths(slopes)
        loss = self.weight_step(train)
        return {"train_loss": loss, "strength_loss": strength_loss}, train.targets.numel()


@dataclass(frozen=True)
class Unrolled:
    """What the strengths do through one step of the weights (DARTS, eq. 7, 8), as it is for language models.

    w' = w - xi (clip(dL_train/dw) + decay * w); v = clip(dL_val(w')/dw'); the gradient is dL_val(w')/dalpha - xi * c *
    (dL_train(w + R v)/dalpha - dL_train(w - R v)/dalpha) / 2R, where c is what the clipping scales by and R = epsilon /
    ||v||. Weights come out bit for bit as they went in, buffers as the training passes leave them.

    `as_shipped` repeats two mistakes of the published code: c may exceed 1, though nothing is scaled up; and a matrix
    that embedding and decoder share stays where it is in w'.
    """

    space: LanguageSupernet
    rate: float
    weight_decay: float
    clip: float
    as_shipped: bool = False

    def gradients(self, train: Passage, valid: Passage) -> tuple[list[Tensor], float, Tensor]:
        """One tensor for each strength, the validation loss at w', and the state behind the validation text."""
        weights, strengths = self.space.weights(), self.space.strengths()
        with frozen(strengths):
            moves = gradients(self._loss(train), weights)
        before = [p.detach().clone() for p in weights]
        scale, scaled = self._clipped(moves)
        with torch.no_grad():
            for p, move in zip(weights, scaled, strict=True):
                if not (self.as_shipped and self.space.tied and p is self._table()):
                    p.sub_(self.rate * (move + self.weight_decay * p))
        statistics = [b.clone() for b in self.space.buffers()]
        found = self.space.loss(valid.tokens, valid.targets, valid.hidden)
        slopes = gradients(found.nll, [*strengths, *weights])
        direct, vector = slopes[: len(strengths)], self._clipped(slopes[len(strengths) :])[1]
        with torch.no_grad():
            for buffer, saved in zip(self.space.buffers(), statistics, strict=True):
                buffer.copy_(saved)
            radius = EPSILON / _norm(vector)
        sides = [self._at(before, sign * radius, vector, train) for sign in (1.0, -1.0)]
        with torch.no_grad():
            for p, saved in zip(weights, before, strict=True):
                p.copy_(saved)
            implicit = [(plus - minus) / (2 * radius) for plus, minus in zip(*sides, strict=True)]
            factor = self.rate * (scale if self.as_shipped else scale.clamp(max=1.0))
            moved = [d - factor * h for d, h in zip(direct, implicit, strict=True)]
        return moved, float(found.nll.detach()), found.hidden.detach()

    def _loss(self, passage: Passage) -> Tensor:
        return self.space.loss(passage.tokens, passage.targets, passage.hidden).nll

    def _table(self) -> Tensor:
        """The matrix of the embedding."""
        table: Tensor = self.space.stem[0].weight  # type: ignore[assignment]
        return table

    def _clipped(self, slopes: Sequence[Tensor]) -> tuple[Tensor, Sequence[Tensor]]:
        """What gradients of this norm are to be multiplied by, above 1 where they are short; and the clipped ones."""
        norm = _norm(slopes)
        if not self.clip:
            return torch.ones_like(norm), slopes
        scale = self.clip / (norm + SMALL)
        return scale, [slope * scale.clamp(max=1.0) for slope in slopes]

    def _at(self, before: Sequence[Tensor], far: Tensor, vector: Sequence[Tensor], train: Passage) -> list[Tensor]:
        """dL_train/dalpha at w + far * v."""
        weights = self.space.weights()
        with torch.no_grad():
            for p, saved, v in zip(weights, before, vector, strict=True):
                p.copy_(saved + far * v)
        with frozen(weights):
            return gradients(self._loss(train), self.space.strengths())


def _norm(vector: Sequence[Tensor]) -> Tensor:
    """The norm over all weights; not quite zero where nothing is left to move, since it is divided by."""
    norm: Tensor = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(v) for v in vector]))
    return norm.clamp_min(torch.finfo(norm.dtype).tiny)

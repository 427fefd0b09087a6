"""FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020): operations that do not compete, each pushed to be or not to be."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from nasc.compiler.supernet import Supernet
from nasc.dsl import nodes as n
from nasc.runtime.search.darts import DartsTask, first_order
from nasc.runtime.search.setup import Setup
from nasc.runtime.search.steps import Batch, gradients, move_strengths
from nasc.runtime.search.thresholds import derive_all
from nasc.runtime.settings import FairDartsSearch


class FairDartsTask(DartsTask):
    """The steps of DARTS, first order, with sigmoids for the softmax and the zero-one loss beside the cross-entropy.

    Strengths begin with 0, where every operation counts for one half.
    """

    def __init__(self, setup: Setup, space: Supernet | None = None) -> None:
        super().__init__(setup, space)
        if space is None:
            self.begin_strengths()

    @property
    def own(self) -> FairDartsSearch:
        assert isinstance(self.settings, FairDartsSearch)
        return self.settings

    @torch.no_grad()
    def begin_strengths(self) -> None:
        """What the strengths are before the first step."""
        for strength in self.space.strengths():
            strength.zero_()

    def strength_step(self, train: Batch, valid: Batch) -> float:
        """Move the strengths by Adam; the loss on the validation batch."""
        found, loss = first_order(self.space, valid)
        pushed = self.own.zero_one * zero_one(self.space.strengths(), self.own.zero_one_norm)
        pushes = gradients(pushed, self.space.strengths())
        move_strengths(self.space, self.strengths, [f + p for f, p in zip(found, pushes, strict=True)])
        return loss + float(pushed.detach())

    def derive(self) -> n.Document:
        return derive_all(self.space, self.own.rule, self.own.threshold)


def zero_one(strengths: Sequence[Tensor], norm: int = 2) -> Tensor:
    """The zero-one loss: minus the mean distance of the operations' weights from one half, squared (`norm` 2) or not.

    It is least where every weight is 0 or 1.
    """
    away = torch.cat([strength.flatten() for strength in strengths]).sigmoid() - 0.5
    return -(away.square() if norm == 2 else away.abs()).mean()

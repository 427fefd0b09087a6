"""First-order steps whose first epochs train the weights alone, so that strengths meet weights that mean something."""

from __future__ import annotations

from nasc.runtime.loop import Figures
from nasc.runtime.metrics import correct
from nasc.runtime.search.darts import first_order
from nasc.runtime.search.loop import SearchTask
from nasc.runtime.search.steps import clipped, move_strengths, weight_step
from nasc.runtime.settings import WarmSearch


class WarmTask(SearchTask):
    """Strengths first, on a fresh random batch of the second part of the data, once they are trained; then weights."""

    settings: WarmSearch

    def moves_strengths(self, epoch: int) -> bool:
        """Whether the strengths are trained in an epoch."""
        return epoch >= self.settings.weights_alone

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        figures: Figures = {}
        train = self.train_batch(step)
        if self.moves_strengths(epoch):
            found, figures["strength_loss"] = first_order(self.space, self.valid_batch())
            move_strengths(self.space, self.strengths, clipped(found, self.settings.strength_clip))
        loss, logits = weight_step(self.space, self.weights, train, self.settings.clip)
        count = len(train[1])
        top1 = correct(logits, train[1], 1) / count
        return {"train_loss": loss, "train_top1": top1, **figures}, count

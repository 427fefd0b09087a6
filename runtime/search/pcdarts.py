"""PC-DARTS (Xu et al., ICLR 2020): first order, behind epochs of the weights alone; the space says the rest.

A part of the channels and weights of edges are what a skeleton says (`pcdarts_search` in `std.darts`).
"""

from __future__ import annotations

from nasc.runtime.search.warm import WarmTask
from nasc.runtime.settings import PcdartsSearch


class PcdartsTask(WarmTask):
    """What is its own beside `WarmTask`: small shares of each class, and a learning rate that first grows."""

    settings: PcdartsSearch

    def rate(self, epoch: int) -> float:
        """The cosine, which grows evenly to its value in the first epochs."""
        warm = self.settings.lr_warm_up
        return super().rate(epoch) * min(1.0, (epoch + 1) / warm if warm else 1.0)

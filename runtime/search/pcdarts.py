"""PC-DARTS (Xu et al., ICLR 2020): first order, behind epochs of the weights alone; the space says the rest.

A part of the channels and weights of edges are what a skeleton says (`pcdarts_search` in `std.darts`).
"""

from __future__ import annotations

import torch
from torch import Tensor

from nasc.runtime.randomness import order
from nasc.runtime.search.warm import WarmTask
from nasc.runtime.settings import PcdartsSearch


class PcdartsTask(WarmTask):
    """What is its own beside `WarmTask`: small shares of each class, and a learning rate that first grows."""

    settings: PcdartsSearch

    def parts(self) -> tuple[Tensor, Tensor]:
        """The examples of the two shares, by position or drawn of each class."""
        count = len(self.setup.data)
        if not self.settings.by_class:
            return self.shared(torch.arange(count))
        found = []
        for label in sorted(set(self.setup.data.labels.tolist())):
            of_class = (self.setup.data.labels == label).nonzero().flatten()
            found.append(self.shared(of_class[order(self.setup.seed, len(of_class), "class", label)]))
        trains, valids = zip(*found, strict=True)
        return torch.cat(trains), torch.cat(valids)

    def shared(self, examples: Tensor) -> tuple[Tensor, Tensor]:
        """The first `split` of some examples, and of what follows as much as the strengths get."""
        cut = int(len(examples) * self.settings.split)
        share = self.settings.strength_split
        end = cut + int(len(examples) * share) if share else len(examples)
        return examples[:cut], examples[cut:end]

    def rate(self, epoch: int) -> float:
        """The cosine, which grows evenly to its value in the first epochs."""
        warm = self.settings.lr_warm_up
        return super().rate(epoch) * min(1.0, (epoch + 1) / warm if warm else 1.0)

"""Training examples held out to choose the best epoch by: `valid` of a training. Test data is not looked at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from nasc.compiler.build import Network
from nasc.dsl.diagnostic import fail, many
from nasc.runtime.data.images import ImageSet
from nasc.runtime.data.registry import DataSet
from nasc.runtime.evaluate import score
from nasc.runtime.loop import Figures
from nasc.runtime.randomness import order


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The examples, the data set that they are of, and the file for the weights of the best epoch."""

    images: ImageSet
    data_set: DataSet
    file: Path

    def measure(self, model: Network, device: torch.device, prefix: str = "") -> Figures:
        """Loss and accuracy on all of them, without augmentation, in evaluation mode."""
        found = score(model, self.images, self.data_set, "valid", device)
        return {f"{prefix}valid_loss": found.loss, f"{prefix}valid_top1": found.top1}


def divide(data: ImageSet, valid: float, seed: int) -> tuple[ImageSet, ImageSet | None]:
    """What is trained on, and what is held out: drawn by the seed, each in the order of the data.

    `valid` is a share below 1, else a number of examples. Raises `NasError` (E507): one part would have none.
    """
    if not valid:
        return data, None
    count = int(len(data) * valid) if valid < 1 else int(valid)
    if not 0 < count < len(data):
        raise fail(
            "E507",
            f"of {many(len(data), 'example')} {count} cannot be held out",
            help="`valid` is a share below 1, or how many: fewer than all",
        )
    drawn = order(seed, len(data), "held out")
    return data.subset(drawn[count:].sort().values), data.subset(drawn[:count].sort().values)

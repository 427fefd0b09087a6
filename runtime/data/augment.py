"""How pictures are changed on their way into the network.

All chance comes from torch's global CPU generator: after `torch.manual_seed` a batch is a function of the
seed. torchvision is imported inside the functions, as it takes seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from nasc.runtime.data.registry import DataSet

Transform = Callable[[torch.Tensor], torch.Tensor]
"""From pixels, uint8 (N, channels, height, width) in 0..255, to normalised float32 of the same shape."""


@dataclass(frozen=True)
class Cutout:
    """A square of zeros in each picture (DeVries and Taylor 2017, arXiv:1708.04552, their code). DARTS: 16.

    Its centre is uniform over the picture's pixels; it covers [c - length // 2, c + length // 2) of rows and
    columns, clipped at the borders. After normalisation, so that zero is the mean.
    """

    length: int

    def __call__(self, batch: torch.Tensor) -> torch.Tensor:
        count, _, height, width = batch.shape
        rows, columns = self._covered(count, height), self._covered(count, width)
        square = rows[:, :, None] & columns[:, None, :]
        return batch.masked_fill(square[:, None].to(batch.device), 0.0)

    def _covered(self, count: int, size: int) -> torch.Tensor:
        centre, place, half = torch.randint(size, (count, 1)), torch.arange(size), self.length // 2
        return (place >= centre - half) & (place < centre + half)


def evaluation_transform(data_set: DataSet) -> Transform:
    """To 0..1, less the data set's mean, divided by its deviation, channel by channel. No chance in it."""
    from torchvision.transforms import v2  # type: ignore[import-untyped]

    change: Transform = v2.Compose([
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(list(data_set.mean), list(data_set.std)),
    ])  # fmt: skip
    return change


def training_transform(data_set: DataSet, cutout: int) -> Transform:
    """A random crop of the padded picture and a flip, as the data set has it, normalised; then `Cutout`.

    `cutout` is the side of its square in pixels, 0 for none. Padding is black, as in DARTS: it comes before
    normalisation. A picture of 3 x 32 x 32 takes some 80 microseconds, nearly all for crop and flip.
    """
    from torchvision.transforms import v2

    assert cutout >= 0, cutout
    augment, (_, height, width) = data_set.augment, data_set.shape
    random: list[Transform] = []
    if augment.crop_padding:
        random.append(v2.RandomCrop((height, width), padding=augment.crop_padding))
    if augment.flip:
        random.append(v2.RandomHorizontalFlip())
    move, normalise, cut = (
        v2.Compose(random) if random else None,
        evaluation_transform(data_set),
        Cutout(cutout),
    )

    def change(batch: torch.Tensor) -> torch.Tensor:
        # torchvision draws once for all it is given, so each picture comes alone; the rest is done at once.
        moved = batch if move is None else torch.stack([move(picture) for picture in batch])
        normalised = normalise(moved)
        return cut(normalised) if cutout else normalised

    return change

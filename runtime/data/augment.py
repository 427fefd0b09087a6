"""How pictures are changed on their way into the network.

All chance comes from torch's global CPU generator: after `torch.manual_seed` a batch is a function of the
seed. torchvision is imported inside the functions, as it takes seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from nasc.runtime.data.images import Pixels
from nasc.runtime.data.registry import DataSet
from nasc.runtime.data.resize import fit

Transform = Callable[[Any], torch.Tensor]
"""From `Pixels`, bytes 0..255, to normalised float32 (N, channels, height, width) of the data set's shape."""
Change = Callable[[torch.Tensor], torch.Tensor]
"""From one tensor of pictures to another."""


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
    """To 0..1, less the data set's mean, divided by its deviation, channel by channel. No chance in it.

    Pictures of any size are brought to that of the set first (`resize.fit`).
    """
    normalise = _normalise(data_set)

    def change(pixels: Pixels) -> torch.Tensor:
        return normalise(fit(pixels, data_set.shape[1:]) if isinstance(pixels, list) else pixels)

    return change


def training_transform(
    data_set: DataSet, cutout: int, crop: str = "data", jitter: Sequence[float] = (), autoaugment: str = "off"
) -> Transform:
    """What `moved` does with each picture, normalisation, then `Cutout`, the side of its square in pixels, 0 for none.

    A picture of 3 x 32 x 32 takes some 80 microseconds, nearly all for crop and flip.
    """
    assert cutout >= 0, cutout
    move, normalise, cut = moved(data_set, crop, jitter, autoaugment), _normalise(data_set), Cutout(cutout)

    def change(pixels: Pixels) -> torch.Tensor:
        # torchvision draws once for all it is given, so each picture comes alone; the rest is done at once.
        batch = pixels if move is None and not isinstance(pixels, list) else torch.stack([*map(move or _same, pixels)])
        normalised = normalise(batch)
        return cut(normalised) if cutout else normalised

    return change


def moved(
    data_set: DataSet, crop: str = "data", jitter: Sequence[float] = (), autoaugment: str = "off"
) -> Change | None:
    """What is done to each picture by chance, uint8 (C, H, W) before and behind; None where that is nothing.

    In this order: a crop, a flip where the data set allows it, colour jitter, AutoAugment's policy (torchvision's). The
    crop is `padded`: a shift of the padded picture, whose border is black, as in DARTS; or `resized`: a part of 8% to
    100% of the picture, its form changed by up to 4/3, brought to the set's size; `data` is what the set has: `resized`
    for pictures of any size. `jitter` is (brightness, contrast, saturation, hue), each applied in random order.
    """
    from torchvision.transforms import v2  # type: ignore[import-untyped]

    augment, size = data_set.augment, data_set.shape[1:]
    steps: list[Any] = []
    if crop == "resized" or (crop == "data" and data_set.any_size):
        steps.append(v2.RandomResizedCrop(size, antialias=True))
    else:
        if data_set.any_size:
            steps.append(lambda picture: fit([picture], size)[0])
        padding = augment.crop_padding or (size[0] // 8 if crop == "padded" else 0)
        steps += [v2.RandomCrop(size, padding=padding)] if padding else []
    if augment.flip:
        steps.append(v2.RandomHorizontalFlip())
    if jitter:
        steps.append(v2.ColorJitter(*jitter))
    if autoaugment != "off":
        steps.append(v2.AutoAugment(v2.AutoAugmentPolicy[autoaugment.upper()]))
    change: Change | None = v2.Compose(steps) if steps else None
    return change


def _normalise(data_set: DataSet) -> Change:
    from torchvision.transforms import v2

    change: Change = v2.Compose([
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(list(data_set.mean), list(data_set.std)),
    ])  # fmt: skip
    return change


def _same(picture: torch.Tensor) -> torch.Tensor:
    return picture

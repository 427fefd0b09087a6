"""Pictures with their labels: what every data set of them offers, and the one that is held in memory.

A set in memory is one tensor of pictures of one size. A set in files (`image_files.py`) reads pictures when they
are asked for, each as large as it is. Both give what is asked for by `take`, so that nobody needs to know which it
is; a transform of `augment.py` takes either.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import torch

from nasc.runtime.data.places import damaged

Pixels = torch.Tensor | list[torch.Tensor]
"""Bytes 0..255: uint8 (N, channels, height, width), or N of (channels, height, width) where sizes differ."""


class ImageSet(Protocol):
    """Labelled pictures, in memory or in files."""

    @property
    def labels(self) -> torch.Tensor:
        """int64 (N,), the classes, from 0."""

    def __len__(self) -> int:
        """How many pictures there are."""

    def subset(self, indices: torch.Tensor) -> Self:
        """The pictures at `indices` (int64, M), in that order."""

    def take(self, chosen: torch.Tensor) -> tuple[Pixels, torch.Tensor]:
        """The pictures at `chosen` (int64, M) and their labels (M,). No chance in it.

        Raises E602 where one cannot be read.
        """

    def expect(self, chosen: torch.Tensor) -> None:
        """Say what is taken next, so that it may be read meanwhile. It changes no result."""

    def fingerprint(self) -> str:
        """16 hexadecimal digits by which the pictures, their labels and their order are known again."""


@dataclass(frozen=True, eq=False)
class Images:
    """Pictures in memory.

    `pixels` uint8 (N, channels, height, width) in 0..255; `labels` int64 (N,), their classes, from 0.
    """

    pixels: torch.Tensor
    labels: torch.Tensor

    def __post_init__(self) -> None:
        assert self.pixels.dtype == torch.uint8, self.pixels.dtype
        assert self.labels.dtype == torch.int64, self.labels.dtype
        assert self.pixels.ndim == 4, self.pixels.shape
        assert self.labels.shape == self.pixels.shape[:1], (self.labels.shape, self.pixels.shape)

    def __len__(self) -> int:
        return len(self.labels)

    def subset(self, indices: torch.Tensor) -> "Images":
        """The pictures at `indices` (int64, M), in that order, copied."""
        return Images(self.pixels[indices], self.labels[indices])

    def take(self, chosen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The pictures at `chosen`, uint8 (M, channels, height, width), and their labels."""
        return self.pixels[chosen], self.labels[chosen]

    def expect(self, chosen: torch.Tensor) -> None:
        """Nothing has to be read."""

    def fingerprint(self) -> str:
        """Of the SHA-256 of shape, pixels and labels, in their order."""
        digest = hashlib.sha256(repr(tuple(self.pixels.shape)).encode())
        digest.update(self.pixels.contiguous().numpy().data)
        digest.update(self.labels.contiguous().numpy().data)
        return digest.hexdigest()[:16]


def fingerprint(images: ImageSet) -> str:
    """What `images` are known again by."""
    return images.fingerprint()


def check_labels(path: Path, labels: torch.Tensor, classes: int) -> None:
    """Raise E602 where a label (int64, N) read from `path` is none of 0..classes-1."""
    wrong = ((labels < 0) | (labels >= classes)).nonzero().flatten()
    if len(wrong):
        first = int(wrong[0])
        raise damaged(path, f"label {int(labels[first])} of picture {first} is not one of 0..{classes - 1}")

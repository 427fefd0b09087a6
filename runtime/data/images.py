"""Pictures with their labels, held in memory."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch

from nasc.runtime.data.places import damaged


@dataclass(frozen=True, eq=False)
class Images:
    """`pixels` uint8 (N, channels, height, width) in 0..255; `labels` int64 (N,), their classes, from 0."""

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


def fingerprint(images: Images) -> str:
    """16 hexadecimal digits of the SHA-256 of shape, pixels and labels, in their order."""
    digest = hashlib.sha256(repr(tuple(images.pixels.shape)).encode())
    digest.update(images.pixels.contiguous().numpy().data)
    digest.update(images.labels.contiguous().numpy().data)
    return digest.hexdigest()[:16]


def check_labels(path: Path, labels: torch.Tensor, classes: int) -> None:
    """Raise E602 where a label (int64, N) read from `path` is none of 0..classes-1."""
    wrong = ((labels < 0) | (labels >= classes)).nonzero().flatten()
    if len(wrong):
        first = int(wrong[0])
        raise damaged(path, f"label {int(labels[first])} of picture {first} is not one of 0..{classes - 1}")

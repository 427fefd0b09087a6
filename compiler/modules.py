"""The layers that torch has no module for, and the two functions that generated cells call; tensors (N, C, H, W)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Zero(nn.Module):
    """Zeros in the shape of the input at every `stride`-th pixel."""

    def __init__(self, stride: tuple[int, int]) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :, :: self.stride[0], :: self.stride[1]].mul(0.0)


class GlobalAvgPool(nn.Module):
    """The mean over all pixels: (N, C, H, W) to (N, C)."""

    def forward(self, x: Tensor) -> Tensor:
        return F.adaptive_avg_pool2d(x, 1).flatten(1)


class Linear(nn.Linear):
    """A linear layer over channels; takes (N, C) and (N, C, 1, 1)."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input.flatten(1))


class Shift(nn.Module):
    """The picture moved up by `down` and left by `right` pixels, with zeros behind it, so that odd sizes work."""

    def __init__(self, down: int, right: int) -> None:
        super().__init__()
        self.down, self.right = down, right

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x[:, :, self.down :, self.right :], (0, self.right, 0, self.down))


class Take(nn.Module):
    """Channels `first` to `last`, exclusive."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__()
        self.first, self.last = first, last

    def forward(self, x: Tensor) -> Tensor:
        return x[:, self.first : self.last]


class Shuffle(nn.Module):
    """Channels dealt out over groups: channel c goes to (c mod C/g)*g + c div C/g (PC-DARTS)."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        return x.view(n, self.groups, c // self.groups, h, w).transpose(1, 2).reshape(n, c, h, w)


class Dropout(nn.Module):
    """Dropout whose rate is a number, or a name that a recipe sets through `rate`; a named one begins at 0."""

    def __init__(self, rate: float | str) -> None:
        super().__init__()
        self.name = rate if isinstance(rate, str) else None
        self.rate = 0.0 if isinstance(rate, str) else rate

    def forward(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.rate, self.training)


class DropPath(nn.Module):
    """Whole examples zeroed with probability `rate`, the others scaled by 1/(1-rate); 0 until training sets it."""

    def __init__(self) -> None:
        super().__init__()
        self.rate = 0.0

    def mask(self, x: Tensor) -> Tensor:
        """One draw of (N, 1, 1, 1): 1 where an example is kept."""
        return torch.empty(x.shape[0], 1, 1, 1, dtype=x.dtype, device=x.device).bernoulli_(1.0 - self.rate)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0.0:
            return x
        return x.div(1.0 - self.rate).mul(self.mask(x))


def weighted_sum(weights: Tensor, parts: Sequence[Tensor], columns: Sequence[int] | None = None) -> Tensor:
    """The sum of tensors of one shape, each times one weight: the mixed operation of DARTS (eq. 2).

    `columns` says which weights belong to the parts, all of them by default.
    """
    if columns is not None:
        weights = weights[list(columns)]
    total = weights[0] * parts[0]
    for weight, part in zip(weights[1:], parts[1:], strict=True):
        total = total + weight * part
    return total


def subsample(x: Tensor) -> Tensor:
    """Every second pixel: (N, C, H, W) to (N, C, ceil(H/2), ceil(W/2))."""
    return x[:, :, ::2, ::2]


def phases(x: Tensor) -> Tensor:
    """The four interleaved pictures of half the size: (N, C, H, W) to (4N, C, ceil(H/2), ceil(W/2)), zeros added."""
    n, c, height, width = x.shape
    x = F.pad(x, (0, width % 2, 0, height % 2))
    height, width = x.shape[2] // 2, x.shape[3] // 2
    # through channels-last, which copies whole pixels
    pixels = x.permute(0, 2, 3, 1).reshape(n, height, 2, width, 2, c).permute(2, 4, 0, 1, 3, 5)
    return pixels.reshape(4 * n, height, width, c).permute(0, 3, 1, 2)


def merge(x: Tensor, size: tuple[int, int]) -> Tensor:
    """What `phases` took apart, put together: (4N, C, h, w) to (N, C, *size)."""
    n, c, height, width = x.shape
    pixels = x.permute(0, 2, 3, 1).reshape(2, 2, n // 4, height, width, c).permute(2, 3, 0, 4, 1, 5)
    whole = pixels.reshape(n // 4, 2 * height, 2 * width, c).permute(0, 3, 1, 2)
    return whole[:, :, : size[0], : size[1]]


def mean(parts: Sequence[Tensor]) -> Tensor:
    """The mean of tensors of one shape."""
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total / len(parts)

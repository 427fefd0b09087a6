"""Pictures of any size brought to the one that a network takes, without chance (ImageNet's evaluation, darts.md d)."""

import torch
from torch.nn import functional as F

from nasc.runtime.data.images import Pixels


def fit(pixels: Pixels, size: tuple[int, int]) -> torch.Tensor:
    """The middle of each picture, uint8 (N, channels, height, width) with `size` = (height, width).

    A picture is first resized until it just covers 8/7 of the size (bilinear with antialiasing, its form kept):
    for 224 x 224 its shorter side becomes 256.
    """
    return torch.stack([_middle(resized(picture, size), size) for picture in pixels])


def resized(picture: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """One picture, uint8 (channels, height, width), resized until it just covers 8/7 of `size`."""
    height, width = picture.shape[1:]
    tall, wide = (side * 8 // 7 for side in size)
    if tall * width >= wide * height:
        wide = tall * width // height
    else:
        tall = wide * height // width
    if (tall, wide) == (height, width):
        return picture
    return F.interpolate(picture[None], (tall, wide), mode="bilinear", antialias=True)[0]


def _middle(picture: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    # rounded as torchvision's CenterCrop does
    top, left = (round((have - want) / 2) for have, want in zip(picture.shape[1:], size, strict=True))
    return picture[:, top : top + size[0], left : left + size[1]]

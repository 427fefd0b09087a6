"""What a layer makes of a shape, and what it counts: rules of numbers alone, without torch.

A shape is (channels, height, width) without the batch. MACs are those of convolutions and linear layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Shape = tuple[int, ...]
Settings = Mapping[str, Any]


class ShapeError(Exception):
    """A layer cannot take such an input. The message speaks to the user."""


def show(shape: Shape) -> str:
    """`64x32x32`."""
    return "x".join(map(str, shape))


def same(shape: Shape, settings: Settings) -> Shape:
    return shape


def spatial(shape: Shape, settings: Settings, what: str) -> tuple[int, int]:
    """Height and width behind a window that moves over the picture."""
    if len(shape) != 3:
        raise ShapeError(f"{what} needs a picture, not the shape {show(shape)}")
    sizes = []
    for size, k, s, p, d in zip(
        shape[1:], settings["k"], settings["stride"], settings["pad"], settings["dilation"], strict=True
    ):
        out = (size + 2 * p - d * (k - 1) - 1) // s + 1
        if out < 1:
            raise ShapeError(f"{what} of {k} over {size + 2 * p} pixels leaves nothing: the input is {show(shape)}")
        sizes.append(out)
    return sizes[0], sizes[1]


def conv_shape(shape: Shape, settings: Settings) -> Shape:
    out, groups = settings["out"], settings["groups"]
    if shape[0] % groups or out % groups:
        raise ShapeError(f"{shape[0]} to {out} channels do not divide into {groups} groups")
    return (out, *spatial(shape, settings, "a convolution"))


def dwconv_shape(shape: Shape, settings: Settings) -> Shape:
    return (shape[0], *spatial(shape, settings, "a convolution"))


def pool_shape(shape: Shape, settings: Settings) -> Shape:
    for k, p in zip(settings["k"], settings["pad"], strict=True):
        if 2 * p > k:
            raise ShapeError(f"padding {p} is more than half of the pool's {k}")
    return (shape[0], *spatial(shape, {**settings, "dilation": (1, 1)}, "a pool"))


def zero_shape(shape: Shape, settings: Settings) -> Shape:
    return (shape[0], *(-(-size // s) for size, s in zip(shape[1:], settings["stride"], strict=True)))


def global_shape(shape: Shape, settings: Settings) -> Shape:
    return (shape[0],)


def linear_shape(shape: Shape, settings: Settings) -> Shape:
    if any(size != 1 for size in shape[1:]):
        raise ShapeError(f"a linear layer needs one value a channel, not the shape {show(shape)}")
    return (settings["out"],)


def take_shape(shape: Shape, settings: Settings) -> Shape:
    first, last = settings["first"], settings["last"]
    if not 0 <= first < last <= shape[0]:
        raise ShapeError(f"channels {first} to {last} cannot be taken from {shape[0]}")
    return (last - first, *shape[1:])


def shuffle_shape(shape: Shape, settings: Settings) -> Shape:
    if shape[0] % settings["groups"]:
        raise ShapeError(f"{shape[0]} channels do not divide into {settings['groups']} groups")
    return shape


def embedding_shape(shape: Shape, settings: Settings) -> Shape:
    if len(shape) != 1:
        raise ShapeError(f"`embedding` reads words, not the shape {show(shape)}")
    return (settings["out"],)


def gate_shape(shape: Shape, settings: Settings) -> Shape:
    raise ShapeError("`gate` stands on an edge of a recurrent cell")


def embedding_params(shape: Shape, settings: Settings) -> int:
    out: int = settings["out"]
    return shape[0] * out


def _filters(shape: Shape, settings: Settings) -> int:
    """The numbers of all filters of a convolution."""
    kernel: int = settings["k"][0] * settings["k"][1]
    return kernel * int(settings["out"]) * (shape[0] // int(settings["groups"]))


def conv_params(shape: Shape, settings: Settings) -> int:
    return _filters(shape, settings) + (int(settings["out"]) if settings["bias"] else 0)


def conv_macs(shape: Shape, out: Shape, settings: Settings) -> int:
    return _filters(shape, settings) * out[1] * out[2]


def dwconv_params(shape: Shape, settings: Settings) -> int:
    kernel: int = settings["k"][0] * settings["k"][1]
    return kernel * shape[0]


def dwconv_macs(shape: Shape, out: Shape, settings: Settings) -> int:
    return dwconv_params(shape, settings) * out[1] * out[2]


def bn_params(shape: Shape, settings: Settings) -> int:
    return 2 * shape[0] if settings["affine"] else 0


def linear_params(shape: Shape, settings: Settings) -> int:
    out: int = settings["out"]
    return out if settings["tied"] else out * shape[0] + out


def linear_macs(shape: Shape, out: Shape, settings: Settings) -> int:
    return shape[0] * out[0]

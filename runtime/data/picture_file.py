"""One picture in a file: PNG or JPEG, whatever its name ends with."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy
import torch
from PIL import Image

from nasc.runtime.data.places import damaged, reading

END = b"\xff\xd9"
"""The last bytes of a whole JPEG."""

Shape = tuple[int, int, int]
"""(channels, height, width); channels are 1 or 3, as transparency is dropped."""


# Pillow: torchvision needs it anyway, and its own decoders are deprecated since 0.29.
@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """A picture of which the header has been read. Raises E602 for whatever is wrong, inside too."""
    with reading(path), Image.open(path, formats=("PNG", "JPEG")) as picture:
        if picture.mode.startswith(("I", "F")):
            raise damaged(path, "it has more than 8 bits a channel")
        yield picture


def decode(path: Path, channels: int) -> torch.Tensor:
    """The picture as uint8 (channels, height, width), grey (1) or in colour (3), whatever it was. Raises E602."""
    with opened(path) as picture:
        values = numpy.array(picture.convert("RGB" if channels == 3 else "L"))
    return torch.from_numpy(values.reshape(*values.shape[:2], channels)).permute(2, 0, 1).contiguous()


def look(path: Path) -> Shape:
    """The shape that the header says. Raises E602 where the file is damaged or truncated, without decoding it."""
    with opened(path) as picture:
        shape = (1 if picture.mode in ("1", "L", "LA") else 3), picture.height, picture.width
        if picture.format == "PNG":
            picture.verify()  # every chunk has a checksum
        elif _end(path) != END:  # cut off, or something stands behind its end
            picture.load()
    return shape


def _end(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-len(END), os.SEEK_END)
        return file.read()

"""A folder with a sub folder of pictures for each class, decoded once and kept in the user's cache."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy
import torch
from PIL import Image

from nasc.dsl.diagnostic import NasError, fail
from nasc.runtime.data.images import Images
from nasc.runtime.data.picture_cache import cached
from nasc.runtime.data.places import damaged, reading

SUFFIXES = (".png", ".jpg", ".jpeg")
"""Files with another suffix are passed over."""


@dataclass(frozen=True)
class _Picture:
    """`rank` is its place among its class in 0..1, `state` its size in bytes and time of change in ns."""

    label: int
    rank: float
    name: str
    state: tuple[int, int]


def class_names(folder: Path) -> list[str]:
    """The names of the sub folders, sorted; hidden ones are passed over. Raises E602 if there are none."""
    with reading(folder), os.scandir(folder) as entries:
        names = sorted(e.name for e in entries if e.is_dir() and not e.name.startswith("."))
    if not names:
        raise damaged(folder, "it has no sub folders, one for each class")
    return names


def first_shape(folder: Path, classes: Sequence[str]) -> tuple[int, int, int]:
    """(channels, height, width) of the first picture; channels are 1 or 3, as transparency is dropped."""
    with _opened(folder / _listed(folder, classes)[0].name) as picture:
        return _shape(picture)


def read_pictures(folder: Path, classes: Sequence[str], shape: tuple[int, int, int]) -> Images:
    """Every picture of every class, the classes evenly mixed: in any stretch each has its share.

    (Search splits a training set by index, as DARTS does: one class after the other would part them.)
    All must have `shape`; grey ones serve where it has three channels. Raises E602: other classes, none or
    unreadable pictures (the first and how many), other sizes, more than fits into memory.
    """
    found = class_names(folder)
    if found != sorted(classes):
        odd = sorted(set(found) ^ set(classes))[0]
        what = "is missing" if odd in classes else "is not one of the classes"
        raise damaged(folder, f"the sub folder `{odd}` {what}", help=f"classes: {', '.join(classes)}")
    pictures = _listed(folder, classes)
    state = json.dumps([list(shape), list(classes), [(p.name, *p.state) for p in pictures]])
    return cached(folder, state, lambda: _decode_all(folder, pictures, shape))


def _listed(folder: Path, classes: Sequence[str]) -> list[_Picture]:
    pictures: list[_Picture] = []
    for label, name in enumerate(classes):
        place = folder / name
        with reading(place), os.scandir(place) as entries:
            files = sorted((e for e in entries if e.name.lower().endswith(SUFFIXES)), key=lambda e: e.name)
            states = [(s.st_size, s.st_mtime_ns) for s in (e.stat() for e in files)]
        if not files:
            raise damaged(place, f"it holds no pictures ({', '.join(SUFFIXES)})")
        pictures += (
            _Picture(label, (rank + 0.5) / len(files), f"{name}/{file.name}", state)
            for rank, (file, state) in enumerate(zip(files, states, strict=True))
        )
    return sorted(pictures, key=lambda p: (p.rank, p.label))


def _decode_all(folder: Path, pictures: list[_Picture], shape: tuple[int, int, int]) -> Images:
    try:
        pixels = torch.empty((len(pictures), *shape), dtype=torch.uint8)
    except RuntimeError as error:
        size = len(pictures) * torch.Size(shape).numel() / 2**30
        raise damaged(folder, f"its {len(pictures)} pictures need {size:.0f} GiB of memory") from error
    problems: list[str] = []
    for index, picture in enumerate(pictures):
        try:
            pixels[index] = _decode(folder / picture.name, shape)
        except NasError as error:
            problems.append(error.diagnostics[0].message)
    if problems:
        others = f" ({len(problems)} pictures cannot be used, this is the first)" if len(problems) > 1 else ""
        raise fail("E602", problems[0] + others)
    return Images(pixels, torch.tensor([picture.label for picture in pictures], dtype=torch.int64))


# Pillow: torchvision needs it anyway, and its own decoders are deprecated since 0.29.
@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with reading(path), Image.open(path, formats=("PNG", "JPEG")) as picture:
        if picture.mode.startswith(("I", "F")):
            raise damaged(path, "it has more than 8 bits a channel")
        yield picture


def _shape(picture: Image.Image) -> tuple[int, int, int]:
    return (1 if picture.mode in ("1", "L", "LA") else 3), picture.height, picture.width


def _decode(path: Path, shape: tuple[int, int, int]) -> torch.Tensor:
    """One picture as uint8 (channels, height, width), which must be `shape`; grey may become colour."""
    with _opened(path) as picture:
        found = _shape(picture)
        if found[1:] != shape[1:] or found[0] > shape[0]:
            raise damaged(path, f"it is {_size(found)}, the data set has {_size(shape)}")
        values = numpy.array(picture.convert("RGB" if shape[0] == 3 else "L"))
    return torch.from_numpy(values.reshape(*shape[1:], shape[0])).permute(2, 0, 1)


def _size(shape: tuple[int, int, int]) -> str:
    return f"{'grey' if shape[0] == 1 else 'in colour'}, {shape[2]} x {shape[1]}"

"""The pictures of a folder: into memory where they have one size, else file by file."""

from collections.abc import Sequence
from pathlib import Path

import torch

from nasc.dsl.diagnostic import NasError
from nasc.runtime.data.image_files import ImageFiles, Reader
from nasc.runtime.data.images import Images
from nasc.runtime.data.listing import Picture, check_classes, listed, state_of
from nasc.runtime.data.picture_cache import keep, kept
from nasc.runtime.data.picture_file import Shape, decode
from nasc.runtime.data.places import damaged
from nasc.runtime.data.survey import survey
from nasc.runtime.data.unreadable import left_out


def read_pictures(folder: Path, classes: Sequence[str], shape: Shape, skipped: list[str] | None = None) -> Images:
    """Every picture of every class, the classes evenly mixed, decoded once and kept in the user's cache.

    All must have the size of `shape`; they become grey or coloured as it says. Raises E602: other classes, none or
    unreadable pictures (left out where `skipped` takes their paths), other sizes, more than fits into memory.
    """
    check_classes(folder, classes)
    pictures = _sound(folder, listed(folder, classes), skipped)
    state = state_of(pictures, shape)
    images = kept(folder, state)
    if images is None:
        images, problems = _decode_all(folder, pictures, shape)
        left_out(folder, problems, len(pictures), skipped)
        if not problems:
            keep(folder, state, images)
    return images


def open_pictures(folder: Path, pictures: list[Picture], channels: int, skipped: list[str] | None = None) -> ImageFiles:
    """Pictures of any size, none of them decoded yet.

    Raises E602 where files are damaged; these are left out where `skipped` takes their paths.
    """
    sound = _sound(folder, pictures, skipped)
    labels = torch.tensor([picture.label for picture in sound], dtype=torch.int64)
    sizes = tuple(picture.state[0] for picture in sound)
    return ImageFiles(folder, tuple(picture.name for picture in sound), sizes, labels, Reader(channels))


def _sound(folder: Path, pictures: list[Picture], skipped: list[str] | None) -> list[Picture]:
    problems = survey(folder, pictures).problems
    left_out(folder, problems, len(pictures), skipped)
    return [picture for picture in pictures if picture.name not in problems]


def _decode_all(folder: Path, pictures: list[Picture], shape: Shape) -> tuple[Images, dict[str, str]]:
    """All that can be decoded, and what is wrong with the others, by name."""
    try:
        pixels = torch.empty((len(pictures), *shape), dtype=torch.uint8)
    except RuntimeError as error:
        size = len(pictures) * torch.Size(shape).numel() / 2**30
        help = "with another size, such as `--input 3x64x64`, they are read one by one and cropped to it"
        raise damaged(folder, f"its {len(pictures)} pictures need {size:.0f} GiB of memory", help=help) from error
    decoded: list[int] = []
    problems: dict[str, str] = {}
    for index, picture in enumerate(pictures):
        try:
            one = decode(folder / picture.name, shape[0])
        except NasError as error:
            problems[picture.name] = error.diagnostics[0].message
            continue
        if one.shape != shape:
            what = f"it is {_size(one.shape)}, the others are {_size(shape)}"
            help = f"`--input {'x'.join(map(str, shape))}` brings pictures of any size to one"
            raise damaged(folder / picture.name, what, help=help)
        pixels[index] = one
        decoded.append(index)
    labels = torch.tensor([picture.label for picture in pictures], dtype=torch.int64)
    return (Images(pixels[decoded], labels[decoded]) if problems else Images(pixels, labels)), problems


def _size(shape: Sequence[int]) -> str:
    return f"{shape[2]} x {shape[1]}"

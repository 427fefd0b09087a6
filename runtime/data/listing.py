"""The pictures of a folder with a sub folder for each class: their names, sizes and order."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nasc.runtime.data.places import damaged, reading

SUFFIXES = (".png", ".jpg", ".jpeg")
"""Files with another suffix are passed over."""
SHOWN = 100
"""Classes that a message lists."""


@dataclass(frozen=True)
class Picture:
    """`name` is its path below the folder; `rank` its place among its class in 0..1; `state` its size in bytes and
    time of change in ns."""

    label: int
    rank: float
    name: str
    state: tuple[int, int]


def class_names(folder: Path) -> list[str]:
    """The names of the sub folders, sorted; hidden ones are passed over. Raises E602 if there are none."""
    with reading(folder), os.scandir(folder) as entries:
        names = sorted(e.name for e in entries if e.is_dir() and not e.name.startswith("."))
    if not names:
        help = f"put the pictures of each class into a folder of their own, such as {folder}/cat/1.png"
        raise damaged(folder, "it has no sub folders, one for each class", help=help)
    return names


def check_classes(folder: Path, classes: Sequence[str]) -> None:
    """Raise E602 where the sub folders are not just these."""
    found = class_names(folder)
    if found != sorted(classes):
        odd = sorted(set(found) ^ set(classes))[0]
        what = "is missing" if odd in classes else "is not one of the classes"
        shown = ", ".join(classes[:SHOWN]) + (f", ... ({len(classes):,})" if len(classes) > SHOWN else "")
        raise damaged(folder, f"the sub folder `{odd}` {what}", help=f"classes: {shown}")


def listed(folder: Path, classes: Sequence[str]) -> list[Picture]:
    """The pictures of these classes, evenly mixed: in any stretch each class has its share.

    (Search splits a training set by index, as DARTS does: one class after the other would part them.)
    Raises E602 where a class has none.
    """
    pictures: list[Picture] = []
    for label, name in enumerate(classes):
        place = folder / name
        with reading(place), os.scandir(place) as entries:
            files = sorted((e for e in entries if e.name.lower().endswith(SUFFIXES)), key=lambda e: e.name)
            states = [(s.st_size, s.st_mtime_ns) for s in (e.stat() for e in files)]
        if not files:
            help = "put pictures of the class there, or take the folder away"
            raise damaged(place, f"it holds no pictures ({', '.join(SUFFIXES)})", help=help)
        pictures += (
            Picture(label, (rank + 0.5) / len(files), f"{name}/{file.name}", state)
            for rank, (file, state) in enumerate(zip(files, states, strict=True))
        )
    return mixed(pictures)


def mixed(pictures: Iterable[Picture]) -> list[Picture]:
    """In the order of their ranks, and of their labels where these are equal."""
    return sorted(pictures, key=lambda p: (p.rank, p.label))


def state_of(pictures: Iterable[Picture], *more: object) -> str:
    """A text that changes with the files."""
    digest = hashlib.sha256(repr(more).encode())
    for picture in pictures:
        digest.update(f"{picture.label} {picture.state} {picture.name}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()

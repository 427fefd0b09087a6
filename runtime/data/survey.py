"""What the pictures of a folder are, without decoding them: their size, and which are damaged."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from nasc.dsl.diagnostic import NasError
from nasc.runtime.data.listing import Picture, state_of
from nasc.runtime.data.picture_cache import remembered
from nasc.runtime.data.picture_file import Shape, look


@dataclass(frozen=True)
class Survey:
    """`first` is the shape of the first picture that can be read, with three channels if any has them; `same` says
    that all have its size; `problems` what is wrong with those that cannot be read, by name."""

    first: Shape
    same: bool
    problems: dict[str, str]


def survey(folder: Path, pictures: Sequence[Picture]) -> Survey:
    """Look at the header and the end of every file, once: the answer is kept as long as no file changes."""
    found = remembered(folder, "survey", state_of(pictures), lambda: _look_at_all(folder, pictures))
    channels, height, width = found["first"]
    return Survey((channels, height, width), found["same"], found["problems"])


def _look_at_all(folder: Path, pictures: Sequence[Picture]) -> dict[str, object]:
    with ThreadPoolExecutor() as pool:
        seen = list(pool.map(lambda picture: _look(folder / picture.name), pictures))
    shapes = [shape for shape in seen if not isinstance(shape, str)] or [(1, 1, 1)]
    return {
        "first": (max(shape[0] for shape in shapes), *shapes[0][1:]),
        "same": len({shape[1:] for shape in shapes}) == 1,
        "problems": {p.name: said for p, said in zip(pictures, seen, strict=True) if isinstance(said, str)},
    }


def _look(path: Path) -> Shape | str:
    try:
        return look(path)
    except NasError as error:
        return error.diagnostics[0].message

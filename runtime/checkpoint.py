"""Checkpoints: tensors and plain containers, written so that a reader finds the old one or the new one, whole.

The newest is `checkpoint.pt`, the one before it `checkpoint.1.pt`, and so on.
"""

from __future__ import annotations

import io
import os
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch

from nasc.dsl.diagnostic import Diagnostic, NasError, fail
from nasc.runtime.text_file import write_atomically

FORMAT = 1
ENTRIES = {"task": dict, "epoch": int, "step": int, "sums": dict, "examples": dict, "metrics_bytes": int}
"""What every checkpoint holds."""


class Damaged(NasError):
    """The bytes of a checkpoint are not those that were written."""


def save(path: Path, state: dict[str, Any], keep: int = 1) -> None:
    """Write a checkpoint atomically; the `keep - 1` before it stay. `state` holds tensors and plain containers only.

    Raises `NasError` (E502) when it cannot be written; those that were there still are.
    """
    write_atomically(path, lambda file: torch.save({"format": FORMAT, **state}, file), lambda: _shift(path, keep))
    for number, old in _earlier(path).items():
        if number >= keep:
            old.unlink(missing_ok=True)


def to_bytes(state: dict[str, Any]) -> bytes:
    """A state as another rank reads it by `from_bytes`."""
    file = io.BytesIO()
    torch.save(state, file)
    return file.getvalue()


def from_bytes(data: bytes) -> dict[str, Any]:
    """What `to_bytes` was given; nothing in it is executed."""
    state: dict[str, Any] = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    return state


def newest(path: Path) -> tuple[dict[str, Any] | None, list[Diagnostic]]:
    """The newest checkpoint that is whole, and a warning (W501) for each newer one, which is taken away.

    None where there is no checkpoint. Raises `NasError` (E503): all are damaged, or the newest is not one of ours;
    they stay where they are.
    """
    damaged: dict[Path, Damaged] = {}
    for file in (path, *_earlier(path).values()):
        if not file.exists():  # killed while the older ones made room
            continue
        try:
            state = load(file)
        except Damaged as error:
            damaged[file] = error
            continue
        notes = [_fallen_back(error, state) for error in damaged.values()]
        try:
            if damaged:
                os.replace(file, path)
            for other in damaged.keys() - {path}:
                other.unlink()
        except OSError as error:
            raise fail("E502", f"{path} cannot be written: {error.strerror}") from None
        return state, notes
    if damaged:
        raise NasError(found for error in damaged.values() for found in error.diagnostics)
    return None, []


def _fallen_back(error: Damaged, state: dict[str, Any]) -> Diagnostic:
    """The warning that a damaged checkpoint was left out."""
    place = f"step {state['step'] + 1}" if state["step"] else "the start"
    help = f"the run goes on from the one before it, at {place} of epoch {state['epoch'] + 1}; nothing is lost but time"
    return Diagnostic("W501", error.diagnostics[0].message, help=help)


def _earlier(path: Path) -> dict[int, Path]:
    """The checkpoints before the newest, by how many are newer."""
    found = {
        int(number): file
        for file in path.parent.glob(f"{path.stem}.*{path.suffix}")
        if (number := file.name.removeprefix(f"{path.stem}.").removesuffix(path.suffix)).isdecimal()
    }
    return dict(sorted(found.items()))


def _shift(path: Path, keep: int) -> None:
    """Move the checkpoints there are one place on, as far as they are kept."""
    places = [path, *(path.with_name(f"{path.stem}.{number}{path.suffix}") for number in range(1, keep))]
    for old, new in reversed(list(pairwise(places))):
        if old.exists():
            os.replace(old, new)


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint; nothing in it is executed. Raises `NasError` (E503): missing, damaged, or not one of ours.

    Every byte that counts is held against the file's checksums first: torch does not look at them, and weights that
    a bad disk has changed would go unnoticed.
    """
    if not path.is_file():
        help = "name a run, one of its checkpoints, or its weights; a genotype needs `--weights FILE`"
        raise fail("E503", f"there is no checkpoint {path}", help=help)
    help = "start anew, or put back an older checkpoint"
    theirs = f"{help}\nthe original authors' are read with `nasc evaluate GENOTYPE --weights FILE --from darts`"
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
        if broken is not None:
            raise zipfile.BadZipFile(f"{broken} does not have the checksum it was written with")
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001  # the reader meets any bytes, and zipfile and torch raise what they will
        whole = zipfile.is_zipfile(path)
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        if not whole and not isinstance(error, OSError):
            reason = "it was cut short, or is no checkpoint of nasc"
        told = help if whole else theirs  # torch before 1.6 wrote no archives, as the authors did
        raise Damaged([Diagnostic("E503", f"{path} is damaged: {reason}", help=told)]) from None
    if (
        not isinstance(state, dict)
        or state.get("format") != FORMAT
        or not all(isinstance(state.get(name), kind) for name, kind in ENTRIES.items())
    ):
        raise fail("E503", f"{path} is not a checkpoint of a nasc run", help=theirs)
    return state

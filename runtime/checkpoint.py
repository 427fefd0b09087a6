"""Checkpoints: tensors and plain containers, written so that a reader finds the old one or the new one, whole."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import torch

from nasc.dsl.diagnostic import fail
from nasc.runtime.text_file import write_atomically

FORMAT = 1
ENTRIES = {"task": dict, "epoch": int, "step": int, "sums": dict, "examples": dict, "metrics_bytes": int}
"""What every checkpoint holds."""


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint atomically. `state` holds tensors and plain containers only."""
    write_atomically(path, lambda file: torch.save({"format": FORMAT, **state}, file))


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint; nothing in it is executed. Raises `NasError` (E503): missing, damaged, or not one of ours.

    Every byte that counts is held against the file's checksums first: torch does not look at them, and weights that
    a bad disk has changed would go unnoticed.
    """
    if not path.is_file():
        raise fail("E503", f"there is no checkpoint {path}")
    help = "start anew, or put back an older checkpoint"
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
        if broken is not None:
            raise zipfile.BadZipFile(f"{broken} does not have the checksum it was written with")
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001  # the reader meets any bytes, and zipfile and torch raise what they will
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise fail("E503", f"{path} is damaged: {reason}", help=help) from None
    if (
        not isinstance(state, dict)
        or state.get("format") != FORMAT
        or not all(isinstance(state.get(name), kind) for name, kind in ENTRIES.items())
    ):
        raise fail("E503", f"{path} is not a checkpoint of a nasc run", help=help)
    return state

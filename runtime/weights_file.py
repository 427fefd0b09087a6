"""Trained weights as safetensors; the text and the network they belong to travel with them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor, nn

from nasc.dsl.diagnostic import fail
from nasc.runtime.text_file import write_atomically
from nasc.runtime.world import here

KEY = "nasc"
"""The metadata entry that holds what the weights belong to."""
CHECKSUM = "sha256"
"""What is said beside, by which damage is noticed; files of others have none."""
ANEW = "put back a copy of it, or name the checkpoint of its run: RUN/checkpoint.pt"


def save(path: Path, model: nn.Module, about: Mapping[str, Any]) -> None:
    """Write the state of a model and what it belongs to, atomically; of several ranks the first does.

    Raises `NasError` (E502).
    """
    if not here().main:
        return
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    # in one entry: safetensors writes several in any order, and a run must end with the same bytes
    data = to_bytes(state, {KEY: json.dumps({**about, CHECKSUM: checksum(state)})})
    write_atomically(path, lambda file: file.write(data))


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any] | None]:
    """Weights, and what they belong to where the file says so. Raises `NasError` (E503): missing or damaged."""
    if not path.is_file():
        help = "a training writes RUN/weights.safetensors when it has ended; until then name RUN/checkpoint.pt"
        raise fail("E503", f"there are no weights {path}", help=help)
    try:
        with safe_open(str(path), framework="pt") as file:
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a mapping
            found = _said(file)
    except (SafetensorError, OSError, ValueError) as error:
        raise fail("E503", f"{path} is damaged: {error}", help=ANEW) from None
    written = found.pop(CHECKSUM, None) if isinstance(found, dict) else None
    if written is not None and written != checksum(state):
        message = f"{path} is damaged: its weights do not have the checksum they were written with"
        raise fail("E503", message, help=ANEW)
    return state, found


def checksum(state: Mapping[str, Tensor]) -> str:
    """The SHA-256 of names, types, shapes and values, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(state):
        tensor = state[name].contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def about(path: Path) -> dict[str, Any] | None:
    """What weights belong to, where the file says so; no tensor is read. Raises `NasError` (E503): it is damaged."""
    try:
        with safe_open(str(path), framework="pt") as file:
            found = _said(file)
    except (SafetensorError, OSError, ValueError) as error:
        raise fail("E503", f"{path} is damaged: {error}", help=ANEW) from None
    if isinstance(found, dict):
        found.pop(CHECKSUM, None)
    return found


def _said(file: Any) -> dict[str, Any] | None:
    """What the metadata of an open file say; whatever else than a table is noticed where it is used."""
    said = (file.metadata() or {}).get(KEY)
    found: dict[str, Any] | None = json.loads(said) if said else None
    return found

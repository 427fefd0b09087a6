"""Trained weights as safetensors; the text and the network they belong to travel with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor, nn

from nasc.dsl.diagnostic import fail
from nasc.runtime.text_file import write_atomically
from nasc.runtime.world import here

KEY = "nasc"
"""The metadata entry that holds what the weights belong to."""


def save(path: Path, model: nn.Module, about: Mapping[str, Any]) -> None:
    """Write the state of a model and what it belongs to, atomically; of several ranks the first does.

    Raises `NasError` (E502).
    """
    if not here().main:
        return
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    data = to_bytes(state, {KEY: json.dumps(dict(about))})
    write_atomically(path, lambda file: file.write(data))


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any] | None]:
    """Weights, and what they belong to where the file says so. Raises `NasError` (E503): missing or damaged."""
    if not path.is_file():
        raise fail("E503", f"there are no weights {path}")
    try:
        with safe_open(str(path), framework="pt") as file:
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a mapping
            said = (file.metadata() or {}).get(KEY)
        return state, json.loads(said) if said else None
    except (SafetensorError, OSError, ValueError) as error:
        raise fail("E503", f"{path} is damaged: {error}") from None


def about(path: Path) -> dict[str, Any] | None:
    """What weights belong to, where the file says so; no tensor is read. Raises `NasError` (E503): it is damaged."""
    try:
        with safe_open(str(path), framework="pt") as file:
            said = (file.metadata() or {}).get(KEY)
        return json.loads(said) if said else None
    except (SafetensorError, OSError, ValueError) as error:
        raise fail("E503", f"{path} is damaged: {error}") from None

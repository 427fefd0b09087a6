"""Checkpoint files of other programs: tensors are read from them, nothing else, and no code is ever run."""

from __future__ import annotations

import pickle
import re
import warnings
from argparse import Namespace
from os import PathLike, fspath
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor
from torch.serialization import safe_globals

from nasc.dsl.diagnostic import NasError, fail

ENTRIES = ("state_dict", "model", "network", "search_model", "net_state_dict")
"""The entries under which training scripts keep the weights, beside epochs and optimizers."""
SETTINGS = (Namespace,)
"""What scripts keep the options of their command line in, such as GDAS: a record of values that does nothing."""
DEPTH = 4
"""How deep such entries may lie in each other."""

_GLOBAL = re.compile(r"(?:Unsupported (?:global|class|operand)|GLOBAL)\W+(?:GLOBAL )?([\w.]+\.\w+)")


def read_checkpoint(path: str | PathLike[str]) -> dict[str, Tensor]:
    """The tensors of a checkpoint by key: a torch file, new or old, or safetensors. They stay on the CPU.

    Raises `NasError` (E705) with the reason: no such file, damaged, no state dict in it, or something in it
    that only code could restore, such as a whole pickled module.
    """
    file = Path(fspath(path))
    try:
        with file.open("rb") as stream:
            head = stream.read(9)
    except OSError as error:
        raise _refused(file, error.strerror or str(error)) from None
    if file.suffix == ".safetensors" or head[8:9] == b"{":
        return _read_safetensors(file)
    return _state_dict(file, _read_torch(file))


def _read_safetensors(file: Path) -> dict[str, Tensor]:
    try:
        with safe_open(str(file), framework="pt") as opened:
            return {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118  # not a mapping
    except (SafetensorError, OSError, ValueError) as error:
        raise _refused(file, f"it is damaged: {error}") from None


def _read_torch(file: Path) -> object:
    """What a torch file holds, under a reader that knows tensors, plain containers and `SETTINGS` only."""
    try:
        with warnings.catch_warnings(), safe_globals([*SETTINGS]):
            warnings.simplefilter("ignore")
            found: object = torch.load(file, map_location="cpu", weights_only=True)
            return found
    except pickle.UnpicklingError as error:
        named = _GLOBAL.search(str(error))
        if named is None:
            raise _refused(file, "it is no checkpoint, or damaged") from None
        help = "in the program that wrote it, save the weights alone: `torch.save(model.state_dict(), path)`"
        message = f"it holds a `{named[1]}`, which only running code from the file could restore"
        raise _refused(file, message, help) from None
    except Exception as error:  # noqa: BLE001  # the reader meets any bytes, and torch raises what it will
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        raise _refused(file, f"it is no checkpoint, or damaged ({reason})") from None


def _state_dict(file: Path, found: object) -> dict[str, Tensor]:
    """The state dict among what a file holds."""
    for _ in range(DEPTH):
        if not isinstance(found, dict):
            raise _refused(file, f"it holds a {type(found).__name__}, not weights by name")
        inner = next((found[name] for name in ENTRIES if isinstance(found.get(name), dict)), None)
        if inner is None:
            break
        found = inner
    assert isinstance(found, dict)
    tensors = {str(key): value for key, value in found.items() if isinstance(value, Tensor)}
    if not tensors:
        entries = ", ".join(f"`{key}`" for key in list(found)[:8]) or "none"
        raise _refused(file, "it holds no weights by name", f"its entries: {entries}")
    if len(tensors) < len(found):
        key, value = next((k, v) for k, v in found.items() if not isinstance(v, Tensor))
        raise _refused(file, f"its entry `{key}` is no tensor but a {type(value).__name__}")
    return tensors


def _refused(file: Path, reason: str, help: str = "") -> NasError:
    return fail("E705", f"no weights can be read from {file}: {reason}", help=help)

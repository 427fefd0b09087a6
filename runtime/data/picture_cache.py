"""Decoded pictures, and tables about pictures, in the user's cache folder.

It may be deleted, full, damaged or read-only.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from nasc.runtime.data.images import Images


def cache_folder() -> Path | None:
    """`nasc` in XDG_CACHE_HOME, else in ~/.cache; None where the user has no home."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(named):  # the XDG base directory specification: ignore others
        return Path(named) / "nasc"
    with suppress(RuntimeError):
        return Path.home() / ".cache" / "nasc"
    return None


def kept(folder: Path, state: str) -> Images | None:
    """The pictures kept under the folder's path, if they are those of the same `state`."""
    cache = cache_folder()
    return _load(_file(cache, folder, "pictures", ".safetensors"), _hash(state)) if cache else None


def keep(folder: Path, state: str, images: Images) -> None:
    """Keep pictures under the folder's path as long as its `state` is the same text. Failing is not an error."""
    cache = cache_folder()
    if cache:
        about = {"key": _hash(state), "fingerprint": images.fingerprint()}
        tensors = {"pixels": images.pixels, "labels": images.labels}
        _store(_file(cache, folder, "pictures", ".safetensors"), lambda path: save_file(tensors, path, metadata=about))


def remembered(folder: Path, what: str, state: str, find: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The table that `find` gives, remembered in the same way."""
    cache = cache_folder()
    if cache is None:
        return find()
    file = _file(cache, folder, what, ".json")
    with suppress(OSError, ValueError):
        before = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(before, dict) and before.get("state") == state and isinstance(before.get("found"), dict):
            return dict(before["found"])
    found = find()
    text = json.dumps({"state": state, "found": found})
    _store(file, lambda path: Path(path).write_text(text, encoding="utf-8"))
    return found


def _file(cache: Path, folder: Path, what: str, suffix: str) -> Path:
    # The path alone makes the name, so that a changed folder replaces its old copy instead of adding one.
    return cache / f"{what}-{_hash(os.path.realpath(folder))}{suffix}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _load(path: Path, key: str) -> Images | None:
    """The pictures kept, or None where there are none, others or damaged ones."""
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            if about.get("key") != key:
                return None
            pixels, labels = file.get_tensor("pixels"), file.get_tensor("labels")
    except (OSError, SafetensorError):
        return None
    if pixels.dtype != torch.uint8 or labels.dtype != torch.int64 or pixels.ndim != 4:
        return None
    if labels.shape != pixels.shape[:1]:
        return None
    images = Images(pixels, labels)
    return images if images.fingerprint() == about.get("fingerprint") else None


def _store(path: Path, write: Callable[[str], object]) -> None:
    """Written beside and renamed, so that no reader meets half a file. Failing is not an error."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(suffix=".part", dir=path.parent)
        os.close(handle)
        write(temporary)
        os.replace(temporary, path)
    except (OSError, SafetensorError):
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)

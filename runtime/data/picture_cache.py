"""Decoded pictures in the user's cache folder, which may be deleted, full, damaged or read-only."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from nasc.runtime.data.images import Images, fingerprint


def cache_folder() -> Path | None:
    """`nasc` in XDG_CACHE_HOME, else in ~/.cache; None where the user has no home."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(named):  # the XDG base directory specification: ignore others
        return Path(named) / "nasc"
    with suppress(RuntimeError):
        return Path.home() / ".cache" / "nasc"
    return None


def cached(folder: Path, state: str, read: Callable[[], Images]) -> Images:
    """What `read` gives, remembered under the folder's path as long as its `state` is the same text."""
    cache = cache_folder()
    if cache is None:
        return read()
    # The path alone makes the name, so that a changed folder replaces its old copy instead of adding one.
    path = cache / f"pictures-{_hash(os.path.realpath(folder))}.safetensors"
    key = _hash(state)
    images = _load(path, key)
    if images is None:
        images = read()
        _store(path, key, images)
    return images


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
    return images if fingerprint(images) == about.get("fingerprint") else None


def _store(path: Path, key: str, images: Images) -> None:
    """Written beside and renamed, so that no reader meets half a file. Failing is not an error."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(suffix=".part", dir=path.parent)
        os.close(handle)
        about = {"key": key, "fingerprint": fingerprint(images)}
        save_file({"pixels": images.pixels, "labels": images.labels}, temporary, metadata=about)
        os.replace(temporary, path)
    except (OSError, SafetensorError):
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)

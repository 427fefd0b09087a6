"""CIFAR's python batches, which are pickles: read without running anything that a pickle can name."""

import io
import pickle
from functools import partial
from pathlib import Path
from typing import Any

import numpy
import torch
from numpy.typing import NDArray

from nasc.runtime.data.places import damaged, reading

LARGEST = 6400
"""Bytes of a file for each picture; the official ones have 3107 and fewer."""
COLUMNS = 3072
"""Bytes of a picture: 3 x 32 x 32."""

_RECONSTRUCT = {("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct")}
_NUMPY = _RECONSTRUCT | {("numpy", "ndarray"), ("numpy", "dtype")}


class _Call:
    """A call which the pickle asked for, written down and not made: its name, arguments and later state."""

    def __init__(self, name: tuple[str, str], *arguments: object) -> None:
        self.name, self.arguments, self.state = name, arguments, None

    def __setstate__(self, state: Any) -> None:
        self.state = state


def _encode(text: str, codec: str) -> bytes:
    """Stands for `_codecs.encode`: how Python 3 writes bytes in a protocol 2 pickle."""
    if codec != "latin1":
        raise pickle.UnpicklingError(f"codec {codec!r}")
    return text.encode("latin1")


# The unpickler written in Python: the one in C allots memory for any memo index that a damaged file names.
class _Recorder(pickle._Unpickler):
    """Knows the four numpy names of these files and the bytes helper, and makes none of them real.

    Each look-up gives a fresh `partial`, so that a pickle's BUILD finds nothing shared which it could change.
    """

    def __init__(self, path: Path, content: bytes) -> None:
        super().__init__(io.BytesIO(content), encoding="bytes")
        self.path = path

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _NUMPY:
            return partial(_Call, (module, name))
        if (module, name) == ("_codecs", "encode"):
            return partial(_encode)
        what = f"it tries to load `{module}.{name}`, which no batch of CIFAR holds; nothing of it was run"
        raise damaged(self.path, what)


def read_batch(path: Path, count: int, key: str = "labels") -> tuple[torch.Tensor, torch.Tensor]:
    """Pixels uint8 (count, 3, 32, 32) and labels int64 (count,), the list `key`, of one batch.

    Raises E602 if it is none.
    """
    most = max(count * LARGEST, 1 << 20)
    with reading(path), path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise damaged(path, f"it is larger than {most >> 20} MiB; a batch has {count * 3107 >> 20}")
    with reading(path):
        batch = _load(path, content)
    if not isinstance(batch, dict):
        raise damaged(path, f"it holds no table of `data` and `{key}`")
    # Keys are bytes where Python 2 wrote the file, text where Python 3 did.
    data, labels = (batch.get(name.encode(), batch.get(name)) for name in ("data", key))
    pixels = _bytes_of(path, data, (count, COLUMNS)).reshape(count, 3, 32, 32)
    if not isinstance(labels, list) or len(labels) != count or not all(type(n) is int for n in labels):
        raise damaged(path, f"its `{key}` are not a list of {count} numbers")
    # Out of range ones are cut to -1 and reported by the caller: int64 might not hold them.
    numbers = torch.tensor([n if 0 <= n < 256 else -1 for n in labels], dtype=torch.int64)
    return torch.from_numpy(pixels), numbers


def _load(path: Path, content: bytes) -> object:
    try:
        return _Recorder(path, content).load()
    except (pickle.UnpicklingError, LookupError, AttributeError, TypeError, ValueError) as error:
        raise damaged(path, f"it is not a whole pickle ({type(error).__name__})") from error


def _bytes_of(path: Path, array: object, shape: tuple[int, int]) -> NDArray[numpy.uint8]:
    """The values of an array which the pickle describes, a new numpy uint8 array of exactly this shape."""
    if not isinstance(array, _Call) or array.name not in _RECONSTRUCT:
        raise damaged(path, "its `data` is not an array")
    match array.state:
        case (_, tuple(found), _Call(name=("numpy", "dtype")) as kind, order, bytes(values)):
            pass
        case _:
            raise damaged(path, "its `data` is not an array of bytes")
    if kind.arguments[:1] not in (("u1",), (b"u1",)) or found != shape or len(values) != shape[0] * shape[1]:
        raise damaged(path, f"its `data` is not an array of {shape[0]} x {shape[1]} bytes")
    return numpy.frombuffer(values, "u1").reshape(shape, order="F" if order else "C").copy("C")

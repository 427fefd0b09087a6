"""Whatever bytes lie where a data set's files belong: they are read or refused, never a traceback."""

import gzip
import pickle
import struct
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nasc.dsl.diagnostic import NasError
from nasc.runtime.data import cifar10, digits, fashion_mnist
from nasc.runtime.data.registry import load

COUNT = 2


def picture(form: str) -> bytes:
    values = (numpy.arange(3072) % 251).astype("u1").reshape(32, 32, 3)
    Image.fromarray(values).save(content := BytesIO(), form)
    return content.getvalue()


PIXELS = struct.pack(">4I", 0x803, COUNT, 28, 28) + bytes(COUNT * 784)
LABELS = struct.pack(">2I", 0x801, COUNT) + bytes(COUNT)
BATCH = {b"data": numpy.zeros((COUNT, 3072), "u1"), b"labels": [1, 2], b"filenames": ["a", "b"]}
FILES: dict[str, tuple[str, dict[str, bytes]]] = {
    "idx": ("fashion_mnist", {
        "t10k-images-idx3-ubyte": PIXELS,
        "t10k-labels-idx1-ubyte": LABELS,
    }),
    "idx.gz": ("fashion_mnist", {
        "t10k-images-idx3-ubyte.gz": gzip.compress(PIXELS, mtime=0),
        "t10k-labels-idx1-ubyte.gz": gzip.compress(LABELS, mtime=0),
    }),
    "binary": ("cifar10", {"test_batch.bin": bytes(COUNT * 3073)}),
    "pickle": ("cifar10", {"test_batch": pickle.dumps(BATCH, 2)}),
    "png": ("folder:", {"train/a/1.png": picture("PNG")}),
    "jpeg": ("folder:", {"train/a/1.jpg": picture("JPEG")}),
    "npz": ("digits", {"digits.npz": digits.FILE.read_bytes()}),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(fashion_mnist, "COUNTS", {"train": COUNT, "test": COUNT})
    monkeypatch.setattr(cifar10, "PER_BATCH", COUNT)


@st.composite
def changed(draw: st.DrawFn, good: bytes) -> bytes:
    """Anything at all; or the good file cut short, or with a few bytes exchanged."""
    match draw(st.integers(0, 3)):
        case 0:
            return draw(st.binary(max_size=200))
        case 1:
            return good[: draw(st.integers(0, len(good)))]
        case 2:
            at = draw(st.integers(0, len(good)))
            return good[:at] + draw(st.binary(max_size=20)) + good[at:]
        case _:
            content = bytearray(good)
            for _ in range(draw(st.integers(1, 4))):
                at = draw(st.integers(0, len(good) - 1) | st.integers(0, min(60, len(good) - 1)))
                content[at] = draw(st.integers(0, 255))
            return bytes(content)


def _read(kind: str, files: dict[str, bytes]) -> int:
    """Write the files, load what they are; how many pictures there were."""
    name = FILES[kind][0]
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        for file, content in files.items():
            path = Path(place, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        patch.setattr(digits, "FILE", Path(place, "digits.npz"))
        where = f"folder:{place}" if name == "folder:" else name
        return len(load(where, Path(place), "train" if name == "folder:" else "test"))


@pytest.mark.parametrize("kind", FILES)
def test_any_bytes_are_read_or_refused(kind: str) -> None:
    files = FILES[kind][1]
    assert _read(kind, files) > 0  # otherwise what follows shows nothing

    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(st.data())
    def run(data: st.DataObject) -> None:
        target = data.draw(st.sampled_from(sorted(files)))
        with suppress(NasError):
            _read(kind, files | {target: data.draw(changed(files[target]))})

    run()

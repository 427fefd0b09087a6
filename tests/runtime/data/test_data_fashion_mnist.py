"""IDX files: compressed or not, wherever they may lie, and in all the ways in which they can be damaged."""

import gzip
import struct
from pathlib import Path

import pytest
import torch

from nasc.dsl.diagnostic import NasError
from nasc.runtime.data import fashion_mnist
from nasc.runtime.data.folder import statistics
from nasc.runtime.data.registry import DATA_SETS
from tests.runtime.data.memory import load

COUNT = 5
PIXELS = struct.pack(">4I", 0x803, COUNT, 28, 28) + bytes(i % 251 for i in range(COUNT * 784))
LABELS = struct.pack(">2I", 0x801, COUNT) + bytes([9, 0, 3, 3, 1])
IMAGES_FILE, LABELS_FILE = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


@pytest.fixture(autouse=True)
def _small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NASC_DATA", raising=False)
    monkeypatch.setattr(fashion_mnist, "COUNTS", {"train": COUNT, "test": COUNT})
    monkeypatch.setattr(fashion_mnist, "DEBIAN", tmp_path / "debian")


def _write(folder: Path, pixels: bytes = PIXELS, labels: bytes = LABELS) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{IMAGES_FILE}.gz").write_bytes(gzip.compress(pixels))
    (folder / f"{LABELS_FILE}.gz").write_bytes(gzip.compress(labels))


@pytest.mark.parametrize("place", [".", "fashion_mnist", "FashionMNIST/raw", "debian"])
@pytest.mark.parametrize("zipped", [True, False])
def test_found_in_every_place(place: str, zipped: bool, tmp_path: Path) -> None:
    _write(tmp_path / place)
    if not zipped:
        for path in list((tmp_path / place).glob("*.gz")):
            path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
            path.unlink()
    images = load("fashion_mnist", None if place == "debian" else tmp_path, "train")
    assert images.labels.tolist() == [9, 0, 3, 3, 1]
    assert images.pixels.flatten().tolist() == list(PIXELS[16:])


def test_the_test_part_is_not_needed_for_training_nor_read(tmp_path: Path) -> None:
    _write(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(b"")
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(b"")
    assert len(load("fashion_mnist", tmp_path, "train")) == COUNT
    with pytest.raises(NasError, match=r"E602.*t10k-images"):
        load("fashion_mnist", tmp_path, "test")


@pytest.mark.parametrize(
    ("pixels", "labels", "file", "what"),
    [
        (PIXELS[:-9], LABELS, IMAGES_FILE, "truncated: 3927 of 3936 bytes"),
        (PIXELS[:6], LABELS, IMAGES_FILE, "truncated"),
        (PIXELS + b"!", LABELS, IMAGES_FILE, "something follows"),
        (b"", LABELS, IMAGES_FILE, "begins with nothing"),
        (LABELS, LABELS, IMAGES_FILE, "begins with 00 00 08 01"),
        (PIXELS[:7] + b"\x06" + PIXELS[8:], LABELS, IMAGES_FILE, "holds 6 x 28 x 28 values"),
        (PIXELS, LABELS[:-1], LABELS_FILE, "truncated"),
        (PIXELS, PIXELS, LABELS_FILE, "begins with"),
        (PIXELS, LABELS[:-1] + b"\x0a", LABELS_FILE, r"label 10 of picture 4 is not one of 0\.\.9"),
    ],
)
def test_damaged_contents(pixels: bytes, labels: bytes, file: str, what: str, tmp_path: Path) -> None:
    _write(tmp_path, pixels, labels)
    with pytest.raises(NasError, match=rf"E602.*{file}\.gz.*{what}"):
        load("fashion_mnist", tmp_path, "train")


@pytest.mark.parametrize("fault", ["cut", "checksum", "not gz", "lone"])
def test_damaged_files(fault: str, tmp_path: Path) -> None:
    _write(tmp_path)
    path = tmp_path / f"{IMAGES_FILE}.gz"
    content = path.read_bytes()
    if fault == "lone":
        path.unlink()
    else:
        broken = {
            "cut": content[:-20],
            "checksum": content[:-8] + b"\0\0\0\0" + content[-4:],
            "not gz": PIXELS,
        }
        path.write_bytes(broken[fault])
    with pytest.raises(NasError, match=rf"E602.*{IMAGES_FILE}"):
        load("fashion_mnist", tmp_path, "train")


def test_the_real_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.delenv("NASC_DATA", raising=False)
    if not fashion_mnist.DEBIAN.is_dir():
        pytest.skip("Debian's package `dataset-fashion-mnist` is not installed")
    train, test = load("fashion_mnist", None, "train"), load("fashion_mnist", None, "test")
    assert torch.bincount(train.labels).tolist() == [6000] * 10
    assert torch.bincount(test.labels).tolist() == [1000] * 10
    described = DATA_SETS["fashion_mnist"]
    mean, std = statistics(train)
    assert mean == pytest.approx(described.mean, abs=5e-5)
    assert std == pytest.approx(described.std, abs=5e-5)

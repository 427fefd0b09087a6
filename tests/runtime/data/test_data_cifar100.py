"""CIFAR-100 in its three layouts, from synthetic files; what is refused."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image

from nasc.dsl.diagnostic import NasError
from nasc.runtime.data import cifar100
from nasc.runtime.data.class_names import CIFAR100
from tests.runtime.data.memory import load

LABELS: dict[str, list[int]] = {"train": [3, 99, 0, 42], "test": [7, 98]}
VALUES = {part: bytes((i * 7 + len(part)) % 256 for i in range(len(LABELS[part]) * 3072)) for part in LABELS}


@pytest.fixture(autouse=True)
def _small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NASC_DATA", raising=False)
    monkeypatch.setattr(cifar100, "COUNTS", {part: len(labels) for part, labels in LABELS.items()})


def _binary(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    for part, labels in LABELS.items():
        planes = [VALUES[part][i * 3072 : (i + 1) * 3072] for i in range(len(labels))]
        records = (bytes([label % 20, label]) + plane for label, plane in zip(labels, planes, strict=True))
        (root / f"{part}.bin").write_bytes(b"".join(records))


def _table(part: str) -> dict[bytes, Any]:
    """What the official files hold: coarse labels too, and the names of the files."""
    return {
        b"filenames": [b"a.png"] * len(LABELS[part]),
        b"batch_label": b"training batch 1 of 1",
        b"fine_labels": LABELS[part],
        b"coarse_labels": [label % 20 for label in LABELS[part]],
        b"data": numpy.frombuffer(VALUES[part], "u1").reshape(-1, 3072),
    }


def _python(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    for part in LABELS:
        (root / part).write_bytes(pickle.dumps(_table(part), 2))


@pytest.mark.parametrize("place", [".", "cifar-100-binary", "cifar-100-python", "cifar100"])
@pytest.mark.parametrize("write", [_binary, _python])
def test_layouts_and_places(place: str, write: Callable[[Path], None], tmp_path: Path) -> None:
    write(tmp_path / place)
    for part in ("train", "test"):
        images = load("cifar100", tmp_path, part)
        assert images.labels.tolist() == LABELS[part]
        assert images.pixels.flatten().numpy().tobytes() == VALUES[part]


def test_a_folder_of_pictures(tmp_path: Path) -> None:
    for label, name in enumerate(CIFAR100):
        (tmp_path / "cifar100" / "test" / name).mkdir(parents=True)
        Image.new("RGB", (32, 32), (label,) * 3).save(tmp_path / "cifar100" / "test" / name / "1.png")
    images = load("cifar100", tmp_path, "test")
    assert images.labels.tolist() == list(range(100))
    assert images.pixels[:, 0, 0, 0].tolist() == list(range(100))
    with pytest.raises(NasError, match=r"E601.*CIFAR-100 was not found: no training part"):
        load("cifar100", tmp_path, "train")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda table: {**table, b"fine_labels": [0, 100]}, "label .* of picture 1 is not one of 0..99"),
        (lambda table: {**table, b"fine_labels": [0]}, "`fine_labels` are not a list of 2 numbers"),
        (lambda table: {b"labels": table[b"fine_labels"], b"data": table[b"data"]}, "`fine_labels` are not a list"),
        (lambda table: {**table, b"data": table[b"data"][:1]}, "not an array of 2 x 3072 bytes"),
        (lambda table: {**table, b"data": print}, "tries to load `(__builtin__|builtins).print`"),
    ],
)
def test_damaged_and_foreign_pickles(change: Callable[[Any], Any], what: str, tmp_path: Path) -> None:
    (tmp_path / "test").write_bytes(pickle.dumps(change(_table("test")), 2))
    with pytest.raises(NasError, match=rf"E602.*test(.|\n)*({what})"):
        load("cifar100", tmp_path, "test")


def test_damaged_binaries(tmp_path: Path) -> None:
    _binary(tmp_path)
    path = tmp_path / "test.bin"
    good = path.read_bytes()
    for content, what in ((good[:-1], "truncated"), (good + b"1", "follows"), (b"\0\x64" + good[2:], "label 100")):
        path.write_bytes(content)
        with pytest.raises(NasError, match=rf"E602.*test\.bin.*{what}"):
            load("cifar100", tmp_path, "test")

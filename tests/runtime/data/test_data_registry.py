"""The table of data sets, walked; the digits in the package; unknown names and missing sets."""

import gzip
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy
import pytest
import torch
from PIL import Image

from nasc.dsl.diagnostic import NasError
from nasc.runtime.data import cifar10, cifar100, digits, fashion_mnist, imagenet
from nasc.runtime.data.folder import statistics
from nasc.runtime.data.image_files import ImageFiles
from nasc.runtime.data.images import Images, fingerprint
from nasc.runtime.data.registry import DATA_SETS, DataSet, describe
from nasc.runtime.data.registry import load as load_any
from nasc.runtime.data.resize import fit
from tests.runtime.data.memory import load


@pytest.fixture(autouse=True)
def _own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NASC_DATA", raising=False)
    monkeypatch.setattr(fashion_mnist, "DEBIAN", tmp_path / "debian")


def _small_fashion(root: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fashion_mnist, "COUNTS", {"train": 6, "test": 3})
    for prefix, count in (("train", 6), ("t10k", 3)):
        pixels = struct.pack(">4I", 0x803, count, 28, 28) + bytes(count * 784)
        labels = struct.pack(">2I", 0x801, count) + bytes(range(count))
        (root / f"{prefix}-images-idx3-ubyte.gz").write_bytes(gzip.compress(pixels))
        (root / f"{prefix}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))


def _small_cifar(root: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cifar10, "PER_BATCH", 4)
    for stem in (*cifar10.STEMS["train"], *cifar10.STEMS["test"]):
        (root / f"{stem}.bin").write_bytes(b"".join(bytes([label]) + bytes(3072) for label in range(4)))


def _small_cifar100(root: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cifar100, "COUNTS", {"train": 3, "test": 2})
    for part, labels in (("train", (0, 99, 7)), ("test", (1, 2))):
        (root / f"{part}.bin").write_bytes(b"".join(bytes([19, label]) + bytes(3072) for label in labels))


def _small_imagenet(root: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(imagenet, "COUNT", 2)
    for part, sides in (("train", (20, 30)), ("val", (25,))):
        for label, number in enumerate(("n01440764", "n01443537")):
            (root / part / number).mkdir(parents=True)
            for side in sides:
                Image.new("RGB", (side, 24), (label, 0, 0)).save(root / part / number / f"{side}.JPEG")


STAND_INS: dict[str, Callable[[Path, pytest.MonkeyPatch], None]] = {
    "digits": lambda root, patch: None,
    "fashion_mnist": _small_fashion,
    "cifar10": _small_cifar,
    "cifar100": _small_cifar100,
    "imagenet": _small_imagenet,
}


def test_every_data_set_has_a_stand_in() -> None:
    assert set(STAND_INS) == set(DATA_SETS)


@pytest.mark.parametrize("data_set", DATA_SETS.values(), ids=list(DATA_SETS))
def test_each_is_read_as_it_is_described(data_set: DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    STAND_INS[data_set.name](tmp_path, monkeypatch)
    assert describe(data_set.name, None) is data_set
    train, test = (load_any(data_set.name, tmp_path, part) for part in ("train", "test"))
    for images in (train, test):
        assert isinstance(images, ImageFiles if data_set.any_size else Images)
        pixels, _ = images.take(torch.arange(2))
        if isinstance(pixels, list):
            pixels = fit(pixels, data_set.shape[1:])
        assert tuple(pixels.shape) == (2, *data_set.shape)
        assert int(images.labels.max()) < data_set.classes
    assert fingerprint(train) != fingerprint(test)
    monkeypatch.setenv("NASC_DATA", str(tmp_path))
    assert fingerprint(load_any(data_set.name, None, "test")) == fingerprint(test)


@pytest.mark.parametrize("name", sorted(set(DATA_SETS) - {"digits"}))
@pytest.mark.parametrize("part", ["train", "test"])
def test_missing_ones_say_where_they_were_looked_for(name: str, part: str, tmp_path: Path) -> None:
    with pytest.raises(NasError) as caught:
        load_any(name, tmp_path / "nowhere", part)  # type: ignore[arg-type]
    (problem,) = caught.value.diagnostics
    assert problem.code == "E601"
    assert DATA_SETS[name].title in problem.message
    assert problem.help.count(str(tmp_path / "nowhere")) >= 3
    assert "--data-dir DIR" in problem.help
    assert "NASC_DATA" in problem.help


def test_without_a_data_folder_the_option_is_named() -> None:
    with pytest.raises(NasError) as caught:
        load("cifar10", None, "train")
    assert "no data folder was named: give `--data-dir DIR`" in caught.value.diagnostics[0].help


def test_unknown_names_get_the_nearest_and_the_list() -> None:
    for act in (lambda: describe("cifar_10", None), lambda: load("cifar_10", None, "train")):
        with pytest.raises(NasError) as caught:
            act()
        (problem,) = caught.value.diagnostics
        assert problem.code == "E603"
        assert "did you mean `cifar10`?" in problem.help
        assert all(name in problem.help for name in DATA_SETS)


def test_names_are_listed_without_torch() -> None:
    code = "import sys, nasc.runtime.data.registry as r; assert r.DATA_SETS; r.describe('digits', None); "
    code += "assert not {'torch', 'torchvision', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))


def test_digits() -> None:
    train, test = load("digits", None, "train"), load("digits", None, "test")
    assert (len(train), len(test)) == (1437, 360)
    assert train.pixels.shape == (1437, 1, 8, 8)
    assert (int(train.pixels.min()), int(train.pixels.max())) == (0, 255)
    assert train.labels[:10].tolist() == list(range(10))
    # The whole set's classes, as scikit-learn documents them.
    counts = torch.bincount(torch.cat([train.labels, test.labels])).tolist()
    assert counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    described = DATA_SETS["digits"]
    mean, std = statistics(train)
    assert mean == pytest.approx(described.mean, abs=5e-5)
    assert std == pytest.approx(described.std, abs=5e-5)


@pytest.mark.parametrize("fault", ["truncated", "foreign", "shape", "pixel", "label", "pickle"])
def test_damaged_digits(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "digits.npz"
    with numpy.load(digits.FILE) as archive:
        arrays = dict(archive)
    if fault == "shape":
        arrays["images"] = arrays["images"][1:]
    elif fault == "pixel":
        arrays["images"][3, 0, 0] = 17
    elif fault == "label":
        arrays["labels"][3] = 10
    elif fault == "pickle":
        arrays["images"] = numpy.array([print], dtype=object)
    numpy.savez(path, **arrays)
    if fault == "truncated":
        path.write_bytes(path.read_bytes()[:5000])
    elif fault == "foreign":
        path.write_bytes(b"no archive")
    monkeypatch.setattr(digits, "FILE", path)
    with pytest.raises(NasError, match=r"E602.*digits\.npz"):
        load("digits", None, "train")


def test_images_keep_their_invariants() -> None:
    pixels, labels = torch.zeros(3, 1, 2, 2, dtype=torch.uint8), torch.arange(3)
    images = Images(pixels, labels)
    assert len(images) == 3
    assert images.subset(torch.tensor([2, 0])).labels.tolist() == [2, 0]
    assert fingerprint(images) == fingerprint(Images(pixels.clone(), labels.clone()))
    assert fingerprint(images) != fingerprint(images.subset(torch.tensor([1, 0, 2])))
    with pytest.raises(FrozenInstanceError):
        images.labels = labels  # type: ignore[misc]
    for wrong in (
        (pixels.float(), labels),
        (pixels, labels.int()),
        (pixels[0], labels),
        (pixels, labels[1:]),
    ):
        with pytest.raises(AssertionError):
            Images(*wrong)

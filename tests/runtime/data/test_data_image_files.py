"""Pictures in files of any size: what `take` gives, in which order, what is kept, what is told of damaged ones."""

from pathlib import Path

import numpy
import pytest
import torch
from PIL import Image

from nasc.dsl.diagnostic import NasError
from nasc.runtime.data import image_files
from nasc.runtime.data.image_files import ImageFiles, Reader
from nasc.runtime.data.images import Images
from nasc.runtime.data.picture_file import decode
from nasc.runtime.data.registry import describe, fitted, load

SIZES = [(20, 30), (33, 17), (8, 8), (16, 16), (25, 40), (9, 31)]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NASC_DATA", raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Six pictures of two classes, each of another size; their values are noise by their number."""
    for number, (height, width) in enumerate(SIZES):
        path = tmp_path / "any" / "train" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(values(number, height, width)).save(path)
    return tmp_path / "any"


def values(number: int, height: int, width: int) -> "numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.uint8]]":
    drawn: numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.uint8]]
    drawn = numpy.random.default_rng(number).integers(0, 256, (height, width, 3), "u1")
    return drawn


def opened(root: Path) -> ImageFiles:
    images = load(f"folder:{root}", None, "train")
    assert isinstance(images, ImageFiles)
    return images


def test_each_as_large_as_it_is(root: Path) -> None:
    images = opened(root)
    assert images.labels.tolist() == [0, 1] * 3  # mixed, as those in memory
    order = torch.tensor([4, 0, 4, 1])
    pictures, labels = images.take(order)
    assert labels.tolist() == [0, 0, 0, 1]
    for picture, number in zip(pictures, order.tolist(), strict=True):
        assert torch.equal(picture.permute(1, 2, 0), torch.from_numpy(values(number, *SIZES[number])))
    part = images.subset(torch.tensor([5, 2]))
    assert (part.names, part.labels.tolist()) == (("b/5.png", "a/2.png"), [1, 0])
    assert torch.equal(part.take(torch.tensor([0]))[0][0], images.take(torch.tensor([5]))[0][0])


def test_a_size_makes_pictures_of_one_size_any(root: Path) -> None:
    for path in (root / "train").glob("*/*.png"):
        Image.fromarray(values(0, 12, 12)).save(path)
    name = f"folder:{root}"
    assert isinstance(load(name, None, "train"), Images)
    assert isinstance(load(name, None, "train", (3, 12, 12)), Images)
    assert isinstance(load(name, None, "train", (3, 8, 8)), ImageFiles)
    assert not describe(name, None, (3, 12, 12)).any_size
    assert describe(name, None, (3, 8, 8)).any_size
    grey = describe(name, None, (1, 12, 12))
    assert (grey.shape, len(grey.mean)) == ((1, 12, 12), 1)
    assert load(name, None, "train", (1, 8, 8)).take(torch.tensor([1]))[0][0].shape == (1, 12, 12)


def test_what_the_network_takes_is_what_they_are_brought_to(root: Path) -> None:
    found = describe(f"folder:{root}", None)
    assert found.any_size
    assert found.input is None
    assert fitted(found, (3, 64, 32), found.classes).shape == (3, 64, 32)
    with pytest.raises(NasError, match=r"E509.*have 3 channels, the network takes 1") as caught:
        fitted(found, (1, 28, 28), found.classes)
    assert "--input 3x28x28" in caught.value.diagnostics[0].help


@pytest.mark.parametrize(("shape", "classes"), [((3, 8, 8), 10), ((1, 9, 9), 10), ((1, 8, 8), 5)])
def test_a_network_for_other_pictures_or_classes_is_refused(shape: tuple[int, int, int], classes: int) -> None:
    assert fitted(describe("digits", None), (1, 8, 8), 10) is describe("digits", None)
    with pytest.raises(NasError, match=r"E509.*`digits` has pictures of 1x8x8 in 10 classes"):
        fitted(describe("digits", None), shape, classes)


def test_pictures_are_decoded_once_as_long_as_there_is_room(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def watched(path: Path, channels: int) -> torch.Tensor:
        read.append(path.name)
        return decode(path, channels)

    monkeypatch.setattr(image_files, "decode", watched)
    files = opened(root)
    files = ImageFiles(files.folder, files.names, files.sizes, files.labels, Reader(3, keep=3 * 20 * 30 + 10))
    everything = torch.arange(6)
    first, _ = files.take(everything)
    again, _ = files.take(everything)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert sorted(read) == sorted(["0.png", *[f"{n}.png" for n in range(1, 6)] * 2])  # the first alone is kept
    read.clear()
    files.expect(torch.tensor([1, 2]))
    files.take(torch.tensor([2, 1]))
    assert sorted(read) == ["1.png", "2.png"]


def test_what_is_expected_and_never_taken_is_forgotten(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_files, "AHEAD", 4)
    files = opened(root)
    files.expect(torch.tensor([0, 1, 2]))
    files.expect(torch.tensor([3, 4]))
    assert len(files.reader.under_way) == 2
    assert len(files.take(torch.arange(6))[0]) == 6


def test_all_damaged_pictures_of_a_batch_are_named(root: Path) -> None:
    files = opened(root)
    for name in ("a/0.png", "b/3.png"):
        (root / "train" / name).write_bytes(b"changed behind our back")
    with pytest.raises(NasError, match=r"E602.*2 of 6 pictures in .*train") as caught:
        files.take(torch.arange(6))
    assert "a/0.png" in caught.value.diagnostics[0].help
    assert "b/3.png" in caught.value.diagnostics[0].help
    (root / "train" / "b" / "1.png").unlink()
    with pytest.raises(NasError, match=r"E602.*b/1\.png.*No such file"):
        files.take(torch.tensor([1]))


def test_the_fingerprint_is_of_names_sizes_and_labels(root: Path) -> None:
    files = opened(root)
    assert opened(root).fingerprint() == files.fingerprint()
    assert files.subset(torch.tensor([1, 0])).fingerprint() != files.subset(torch.tensor([0, 1])).fingerprint()
    assert files.subset(torch.arange(5)).fingerprint() != files.fingerprint()
    (root / "train" / "a" / "0.png").rename(root / "train" / "a" / "00.png")
    assert opened(root).fingerprint() != files.fingerprint()

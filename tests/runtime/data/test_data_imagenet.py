"""ImageNet's layouts, made small: folders of classes, the flat validation part, some of the classes."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from nasc.dsl.diagnostic import NasError
from nasc.runtime.data import imagenet
from nasc.runtime.data.image_files import ImageFiles
from nasc.runtime.data.registry import DATA_SETS, describe, load

NUMBERS = ("n01440764", "n01443537", "n01484850")
VAL = {f"ILSVRC2012_val_{place:08d}": NUMBERS[place % 3] for place in range(1, 7)}


@pytest.fixture(autouse=True)
def _small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NASC_DATA", raising=False)
    monkeypatch.setattr(imagenet, "COUNT", len(NUMBERS))


@pytest.fixture(params=[".", "imagenet", "ILSVRC/Data/CLS-LOC"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of `train` and `val`: two pictures a class in each, of a value of its class, sizes differ."""
    root: Path = tmp_path / request.param
    for label, number in enumerate(NUMBERS):
        for place in range(2):
            picture(root / "train" / number / f"{number}_{place}.JPEG", label, 20 + place)
    for name, number in VAL.items():
        picture(root / "val" / number / f"{name}.JPEG", NUMBERS.index(number), 30)
    (root / "train" / "notes").mkdir()
    return root


def picture(path: Path, label: int, side: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = "CMYK" if label == 2 and side == 21 else "RGB"  # ImageNet has some of them
    value = (255 - label * 40,) * 3 + (0,) if mode == "CMYK" else (label * 40,) * 3
    Image.new(mode, (side, 24), value).save(path, "JPEG")


def flatten(root: Path) -> None:
    for path in (root / "val").glob("*/*.JPEG"):
        path.rename(root / "val" / path.name)
    for number in NUMBERS:
        (root / "val" / number).rmdir()


def check_test_part(images: object, classes: tuple[int, ...] = (0, 1, 2)) -> None:
    assert isinstance(images, ImageFiles)
    assert images.labels.tolist() == [*range(len(classes))] * 2
    pictures, _ = images.take(torch.arange(len(images)))
    for place, one in enumerate(pictures):
        assert one.shape == (3, 24, 30)
        assert int((one.int() - classes[place % len(classes)] * 40).abs().max()) <= 2


def test_folders_of_classes(root: Path, tmp_path: Path) -> None:
    train = load("imagenet", tmp_path, "train")
    assert train.labels.tolist() == [0, 1, 2, 0, 1, 2]
    pictures, _ = train.take(torch.arange(6))
    assert [tuple(one.shape) for one in pictures] == [(3, 24, 20)] * 3 + [(3, 24, 21)] * 3
    assert [int(one.float().mean().round()) for one in pictures] == [0, 40, 80] * 2
    check_test_part(load("imagenet", tmp_path, "test"))


@pytest.mark.parametrize("table", ["LOC_val_solution.csv", "val.txt"])
def test_the_flat_validation_part(table: str, root: Path, tmp_path: Path) -> None:
    flatten(root)
    with pytest.raises(NasError, match=r"E602.*no file says their classes"):
        load("imagenet", tmp_path, "test")
    if table == "val.txt":
        lines = [f"{name}.JPEG {NUMBERS.index(number)}" for name, number in VAL.items()]
    else:
        lines = [
            "ImageId,PredictionString",
            *(f"{name},{number} 1 2 3 4 {number} 5 6 7 8" for name, number in VAL.items()),
        ]
    (root / table).write_text("\n".join(lines) + "\n")
    check_test_part(load("imagenet", tmp_path, "test"))
    check_test_part(load("imagenet:2", tmp_path, "test"), (0, 1))
    (root / table).write_text("\n".join(lines[:-1]) + "\n")
    with pytest.raises(NasError, match=r"E602.*ILSVRC2012_val_00000006.*does not say its class"):
        load("imagenet", tmp_path, "test")
    for wrong in ("ILSVRC2012_val_00000001.JPEG 3", "ILSVRC2012_val_00000001,"):
        (root / table).write_text("\n".join([*lines, wrong]))
        if ("," in wrong) == (table != "val.txt"):
            with pytest.raises(NasError, match=r"E602.*a line is not a name and"):
                load("imagenet", tmp_path, "test")


def test_places_count_all_classes(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flatten(root)
    (root / "val.txt").write_text("\n".join(f"{name}.JPEG 0" for name in VAL))
    monkeypatch.setattr(imagenet, "COUNT", 1000)
    with pytest.raises(NasError, match=r"E602.*it counts 1,000 classes.*has 3"):
        load("imagenet:3", tmp_path, "test")


def test_some_of_the_classes(root: Path, tmp_path: Path) -> None:
    (root / "LOC_synset_mapping.txt").write_text(f"{NUMBERS[0]} tench, Tinca tinca\n{NUMBERS[2]} great white shark\n")
    (tmp_path / "two.txt").write_text(f"# two\n\n{NUMBERS[2]} shark\n{NUMBERS[0]}\n")
    found = describe("imagenet:two.txt", tmp_path)
    assert (found.classes, found.names) == (2, ("tench", "great white shark"))
    assert (found.mean, found.any_size, found.shape) == (DATA_SETS["imagenet"].mean, True, (3, 224, 224))
    images = load(f"imagenet:{tmp_path / 'two.txt'}", tmp_path, "train")
    assert isinstance(images, ImageFiles)
    assert [name[:9] for name in images.names] == [NUMBERS[0], NUMBERS[2]] * 2
    assert describe("imagenet:3", tmp_path).names == ("tench", NUMBERS[1], "great white shark")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("imagenet:none.txt", None, "E603.*no list of classes `none.txt`"),
        ("imagenet:4", None, "E603.*there are 3 classes"),
        ("imagenet:0", None, "E603.*there are 3 classes"),
        ("imagenet:list", "n01440765\n", "E602.*the class `n01440765` is missing"),
        ("imagenet:list", "tench\n", "E602.*`tench` is no class"),
        ("imagenet:list", "\n", "E602.*it lists no classes"),
    ],
)
def test_classes_that_are_not_there(name: str, text: str | None, words: str, root: Path, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "list").write_text(text)
    for act in (lambda: describe(name, tmp_path), lambda: load(name, tmp_path, "train")):
        with pytest.raises(NasError, match=words):
            act()


def test_all_classes_or_their_number_said(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imagenet, "COUNT", 1000)
    with pytest.raises(NasError, match=r"E602.*it has 3 of 1,000 classes") as caught:
        load("imagenet", tmp_path, "train")
    assert "--data imagenet:3" in caught.value.diagnostics[0].help


def test_the_validation_part_alone_can_be_evaluated(root: Path, tmp_path: Path) -> None:
    (root / "train").rename(root / "gone")
    check_test_part(load("imagenet", tmp_path, "test"))
    with pytest.raises(NasError, match=r"E601.*no training part"):
        load("imagenet", tmp_path, "train")
    flatten(root)
    with pytest.raises(NasError, match=r"E602.*no folders say which classes"):
        load("imagenet", tmp_path, "test")


def test_truncated_pictures(root: Path, tmp_path: Path) -> None:
    path = root / "train" / NUMBERS[1] / f"{NUMBERS[1]}_0.JPEG"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(NasError, match=rf"E602.*{NUMBERS[1]}_0\.JPEG.*[tT]runcated") as caught:
        load("imagenet", tmp_path, "train")
    assert "--skip-unreadable" in caught.value.diagnostics[0].help
    skipped: list[str] = []
    assert len(load("imagenet", tmp_path, "train", None, skipped)) == 5
    assert skipped == [str(path)]

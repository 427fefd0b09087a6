"""`folder:DIR` and the cache of decoded pictures."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from nasc.dsl.diagnostic import NasError
from nasc.runtime.data import pictures
from nasc.runtime.data.images import Images, fingerprint
from nasc.runtime.data.registry import describe
from nasc.runtime.data.registry import load as load_any
from tests.runtime.data.memory import load


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NASC_DATA", raising=False)
    return tmp_path / "cache" / "nasc"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two classes: four cats of value 10, two dogs of value 110; 16 x 24 pixels in colour."""
    root = tmp_path / "pets"
    for part, cats in (("train", 4), ("test", 1)):
        for name, count, value in (("cat", cats, 10), ("dog", 2, 110)):
            for number in range(count):
                write(root / part / name / f"{number}.png", value)
    (root / "train" / "cat" / "notes.txt").write_text("passed over")
    (root / "train" / ".hidden").mkdir()
    return root


def write(path: Path, value: int, mode: str = "RGB", size: tuple[int, int] = (24, 16)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value if mode in ("L", "I;16") else (value,) * len(mode)).save(path)


def no_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Images:
        raise AssertionError("decoded although cached")

    monkeypatch.setattr(pictures, "_decode_all", refuse)


def test_described_by_looking(root: Path) -> None:
    found = describe(f"folder:{root}", None)
    assert (found.name, found.classes, found.shape) == (f"folder:{root}", 2, (3, 16, 24))
    assert found.mean == pytest.approx([(4 * 10 + 2 * 110) / 6 / 255] * 3)
    assert found.std == pytest.approx([100 / 255 * 2**0.5 / 3] * 3)
    assert (found.augment.crop_padding, found.augment.flip) == (2, False)


def test_classes_are_mixed_in_proportion(root: Path) -> None:
    images = load(f"folder:{root}", None, "train")
    assert images.labels.tolist() == [0, 1, 0, 0, 1, 0]
    assert images.pixels[:, 0, 0, 0].tolist() == [10, 110, 10, 10, 110, 10]


def test_inside_the_data_folder_and_val(root: Path) -> None:
    (root / "test").rename(root / "val")
    assert len(load("folder:pets", root.parent, "test")) == 3
    with pytest.raises(NasError) as caught:
        load("folder:dogs", root.parent, "test")
    (problem,) = caught.value.diagnostics
    assert problem.code == "E601"
    assert str(root.parent / "dogs" / "train") in problem.help


def test_grey_pictures(tmp_path: Path) -> None:
    write(tmp_path / "grey" / "train" / "a" / "1.png", 5, "L")
    write(tmp_path / "grey" / "train" / "a" / "2.png", 7, "LA")
    found = describe(f"folder:{tmp_path / 'grey'}", None)
    assert (found.shape, found.classes) == ((1, 16, 24), 1)
    write(tmp_path / "grey" / "train" / "a" / "3.png", 7)
    found = describe(f"folder:{tmp_path / 'grey'}", None)
    assert (found.shape, len(found.mean)) == ((3, 16, 24), 3)  # one in colour makes all of them coloured


def test_one_colour_gives_a_deviation_above_zero(tmp_path: Path) -> None:
    write(tmp_path / "train" / "a" / "1.png", 5)
    assert min(describe(f"folder:{tmp_path}", None).std) > 0


def test_unusable_pictures_are_counted(root: Path) -> None:
    (root / "train" / "cat" / "1.png").write_bytes(b"no picture")
    with pytest.raises(NasError, match=r"E602.*cat/1\.png"):
        load(f"folder:{root}", None, "train")
    (root / "train" / "dog" / "1.png").write_bytes(b"")
    with pytest.raises(NasError, match=r"E602.*2 of 6 pictures in .*train. cannot be used") as caught:
        load(f"folder:{root}", None, "train")
    help = caught.value.diagnostics[0].help
    assert help.index("cat/1.png") < help.index("dog/1.png") < help.index("--skip-unreadable")
    (root / "train" / "cat" / "0.png").write_bytes(b"no picture")
    with pytest.raises(NasError, match=r"E602.*3 of 6"):
        describe(f"folder:{root}", None)


@pytest.mark.parametrize("size", [None, (3, 8, 8)])
def test_unusable_pictures_are_left_out_where_asked(size: tuple[int, int, int] | None, root: Path) -> None:
    whole = load_any(f"folder:{root}", None, "train", size)
    for name in ("cat/1.png", "dog/1.png"):
        picture = root / "train" / name
        picture.write_bytes(picture.read_bytes()[:-20])
    assert describe(f"folder:{root}", None, size, skip=True).classes == 2
    skipped: list[str] = []
    images = load_any(f"folder:{root}", None, "train", size, skipped)
    assert skipped == [str(root / "train" / name) for name in ("cat/1.png", "dog/1.png")]
    assert images.labels.tolist() == [0, 1, 0, 0]
    assert len(images.take(torch.arange(4))[0]) == 4
    assert fingerprint(images) != fingerprint(whole)
    (root / "test" / "cat" / "0.png").write_bytes(b"")
    for name in ("0", "1"):
        (root / "test" / "dog" / f"{name}.png").write_bytes(b"")
    with pytest.raises(NasError, match=r"E602.*3 of 3"):  # nothing would remain
        load_any(f"folder:{root}", None, "test", size, [])


def test_grey_and_transparent_ones_among_coloured(root: Path) -> None:
    write(root / "train" / "cat" / "1.png", 10, "L")
    write(root / "train" / "cat" / "2.png", 10, "RGBA")
    write(root / "train" / "cat" / "3.png", 10, "P")
    images = load(f"folder:{root}", None, "train")
    assert images.pixels[:3, :, 0, 0].tolist() == [[10] * 3, [110] * 3, [10] * 3]
    write(root / "train" / "cat" / "1.png", 1000, "I;16")
    with pytest.raises(NasError, match=r"E602.*cat/1\.png.*more than 8 bits"):
        load(f"folder:{root}", None, "train")


def test_one_size_for_all(root: Path) -> None:
    write(root / "test" / "dog" / "1.png", 0, "RGB", (16, 16))
    with pytest.raises(NasError, match=r"E602.*dog/1\.png.*it is 16 x 16, the others are 24 x 16") as caught:
        load(f"folder:{root}", None, "test")
    assert "--input 3x16x24" in caught.value.diagnostics[0].help


def test_wrong_sub_folders(root: Path) -> None:
    (root / "test" / "dog").rename(root / "test" / "fox")
    with pytest.raises(NasError, match=r"E602.*`dog` is missing"):
        load(f"folder:{root}", None, "test")
    (root / "train" / "ant").mkdir()
    with pytest.raises(NasError, match=r"E602.*ant.*holds no pictures"):
        load(f"folder:{root}", None, "train")
    (root / "empty" / "train").mkdir(parents=True)
    with pytest.raises(NasError, match=r"E602.*no sub folders"):
        load(f"folder:{root / 'empty'}", None, "train")


def test_decoded_once(root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(f"folder:{root}", None, "train")
    assert sorted(p.suffix for p in cache.iterdir()) == [".json", ".safetensors"]
    no_decoding(monkeypatch)
    assert fingerprint(load(f"folder:{root}", None, "train")) == fingerprint(first)


def test_a_changed_folder_is_read_again_and_replaces_its_copy(root: Path, cache: Path) -> None:
    load(f"folder:{root}", None, "train")
    write(root / "train" / "dog" / "0.png", 201)
    assert 201 in load(f"folder:{root}", None, "train").pixels
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("suffix", [".safetensors", ".json"])
@pytest.mark.parametrize("fault", ["cut", "flipped", "empty", "foreign", "folder"])
def test_a_damaged_cache_is_remade(
    fault: str, suffix: str, root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(f"folder:{root}", None, "train")
    (path,) = cache.glob(f"*{suffix}")
    good = path.read_bytes()
    if fault == "folder":
        path.unlink()
        path.mkdir()
    else:
        flipped = good[:-1] + bytes([good[-1] ^ 1])
        path.write_bytes({"cut": good[:-5], "flipped": flipped, "empty": b"", "foreign": b"x" * 99}[fault])
    assert fingerprint(load(f"folder:{root}", None, "train")) == fingerprint(first)
    if fault != "folder":
        no_decoding(monkeypatch)
        assert fingerprint(load(f"folder:{root}", None, "train")) == fingerprint(first)
    assert len(list(cache.iterdir())) == 2


def test_an_unusable_cache_folder_is_no_error(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert len(load(f"folder:{root}", None, "train")) == 6

"""CIFAR-10's three layouts from synthetic files, and pickles which must be refused without being run."""

import os
import pickle
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy
import pytest
import torch
from PIL import Image

from nasc.dsl.diagnostic import NasError
from nasc.runtime.data import cifar10
from nasc.runtime.data.folder import statistics
from nasc.runtime.data.images import fingerprint
from nasc.runtime.data.registry import DATA_SETS
from tests.runtime.data.memory import load

COUNT = 4
STEMS = (*cifar10.STEMS["train"], *cifar10.STEMS["test"])
VALUES = {stem: bytes((i * 7 + n) % 256 for i in range(COUNT * 3072)) for n, stem in enumerate(STEMS)}
LABELS = {stem: [n, 9, 0, n] for n, stem in enumerate(STEMS)}


@pytest.fixture(autouse=True)
def _small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NASC_DATA", raising=False)
    monkeypatch.setattr(cifar10, "PER_BATCH", COUNT)


def python_2_batch(values: bytes, labels: Sequence[int], kind: bytes = b"u1", columns: int = 3072) -> bytes:
    """A batch with the opcodes of the official files, which numpy under Python 2 wrote (protocol 2)."""
    array = b"cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85U\x01b\x87Rq\x06"
    shape = b"(K\x01" + b"J" + struct.pack("<i", len(labels)) + b"J" + struct.pack("<i", columns) + b"\x86"
    dtype = b"cnumpy\ndtype\nU\x02" + kind + b"K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    state = shape + dtype + b"\x89T" + struct.pack("<i", len(values)) + values + b"tb"
    numbers = b"](" + b"".join(b"J" + struct.pack("<i", n) for n in labels) + b"e"
    names = b"](" + b"U\x05a.png" * len(labels) + b"e"
    table = b"U\x0bbatch_labelU\x01?U\x04data" + array + state
    table += b"U\x06labels" + numbers + b"U\x09filenames" + names
    return b"\x80\x02}q\x01(" + table + b"u."


def _binary(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    for stem in STEMS:
        planes = [VALUES[stem][i * 3072 : (i + 1) * 3072] for i in range(COUNT)]
        records = (bytes([label]) + plane for label, plane in zip(LABELS[stem], planes, strict=True))
        (root / f"{stem}.bin").write_bytes(b"".join(records))


def _python(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    for stem in STEMS:
        (root / stem).write_bytes(python_2_batch(VALUES[stem], LABELS[stem]))


@pytest.mark.parametrize("place", [".", "cifar-10-batches-bin", "cifar-10-batches-py", "cifar10"])
@pytest.mark.parametrize("write", [_binary, _python])
def test_layouts_and_places(place: str, write: Callable[[Path], None], tmp_path: Path) -> None:
    write(tmp_path / place)
    train, test = load("cifar10", tmp_path, "train"), load("cifar10", tmp_path, "test")
    assert train.labels.tolist() == [n for stem in STEMS[:5] for n in LABELS[stem]]
    assert train.pixels.flatten().numpy().tobytes() == b"".join(VALUES[stem] for stem in STEMS[:5])
    assert test.labels.tolist() == LABELS["test_batch"]
    assert test.pixels.flatten().numpy().tobytes() == VALUES["test_batch"]


def _array() -> "numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.uint8]]":
    return numpy.frombuffer(VALUES["test_batch"], "u1").reshape(COUNT, 3072)


def test_the_synthetic_pickle_is_what_numpy_reads(recwarn: pytest.WarningsRecorder) -> None:
    content = python_2_batch(VALUES["test_batch"], LABELS["test_batch"])
    read = pickle.loads(content, encoding="bytes")  # noqa: S301 - made above
    assert (read[b"data"] == _array()).all()
    assert read[b"labels"] == LABELS["test_batch"]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_batches_written_again_by_python_3(order: str, text: bool, protocol: int, tmp_path: Path) -> None:
    array = numpy.array(_array(), order=order)  # type: ignore[call-overload]
    table = {"data": array, "labels": LABELS["test_batch"], "filenames": ["a"] * COUNT}
    keyed = table if text else {key.encode(): value for key, value in table.items()}
    (tmp_path / "test_batch").write_bytes(pickle.dumps(keyed, protocol))
    images = load("cifar10", tmp_path, "test")
    assert images.pixels.flatten().numpy().tobytes() == VALUES["test_batch"]


class _Runs:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch {self.marker}",)


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_a_pickle_that_runs_something_is_refused_unrun(protocol: int, tmp_path: Path) -> None:
    hostile = pickle.dumps({b"data": _Runs(tmp_path / "ran"), b"labels": [0] * COUNT}, protocol)
    (tmp_path / "test_batch").write_bytes(hostile)
    with pytest.raises(NasError, match=r"E602.*test_batch.*tries to load `(posix|nt)\.system`"):
        load("cifar10", tmp_path, "test")
    assert not (tmp_path / "ran").exists()


GOOD = python_2_batch(VALUES["test_batch"], LABELS["test_batch"])


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"c__builtin__\neval\n(U\x011tR.", "tries to load `__builtin__.eval`"),
        (b"\x80\x04\x8c\x05numpy\x8c\x04load\x93.", "tries to load `numpy.load`"),
        (b"\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93.", "tries to load `numpy.ndarray.tofile`"),
        (b"\x80\x02c_codecs\nencode\nX\x01\0\0\0aU\x03zip\x86R.", "not a whole pickle"),
        (b"\x80\x02Nr\xff\xff\xff\x7f.", "no table"),  # a memo index of two thousand million
        (b"", "truncated"),
        (GOOD[:-1], "truncated"),
        (GOOD[:5000], "pickle|truncated"),
        (b"\x80\x02}.", "`data` is not an array"),
        (
            python_2_batch(VALUES["test_batch"], LABELS["test_batch"], kind=b"i1"),
            "not an array of 4 x 3072 bytes",
        ),
        (
            python_2_batch(VALUES["test_batch"], LABELS["test_batch"], columns=3071),
            "not an array of 4 x 3072",
        ),
        (python_2_batch(VALUES["test_batch"][1:], LABELS["test_batch"]), "not an array of 4 x 3072"),
        (python_2_batch(VALUES["test_batch"], [0, 1, 10, 3]), "label .* of picture 2 is not one of 0..9"),
        (python_2_batch(VALUES["test_batch"], [0, 1, -1, 3]), "label -1 of picture 2"),
        (pickle.dumps({"data": _array(), "labels": [0, 1]}, 2), "not a list of 4 numbers"),
        (pickle.dumps({"data": _array(), "labels": [0, 1, 2, "3"]}, 2), "not a list of 4 numbers"),
        (pickle.dumps({"data": [[0]], "labels": [0] * 4}, 2), "`data` is not an array"),
        (
            pickle.dumps({"data": numpy.array([{}], dtype=object), "labels": [0] * 4}, 2),
            "not an array of bytes",
        ),
    ],
)
def test_damaged_and_foreign_pickles(content: bytes, what: str, tmp_path: Path) -> None:
    (tmp_path / "test_batch").write_bytes(content)
    with pytest.raises(NasError, match=rf"E602.*test_batch(.|\n)*({what})"):
        load("cifar10", tmp_path, "test")


def test_damaged_binaries(tmp_path: Path) -> None:
    _binary(tmp_path)
    path = tmp_path / "data_batch_3.bin"
    good = path.read_bytes()
    for content, what in (
        (good[:-1], "truncated"),
        (good + b"1", "follows"),
        (b"\x0b" + good[1:], "label 11"),
    ):
        path.write_bytes(content)
        with pytest.raises(NasError, match=rf"E602.*data_batch_3\.bin.*{what}"):
            load("cifar10", tmp_path, "train")
    path.unlink()
    with pytest.raises(NasError, match=r"E602.*data_batch_3\.bin` is missing"):
        load("cifar10", tmp_path, "train")
    assert len(load("cifar10", tmp_path, "test")) == COUNT


def _pictures(folder: Path, per_class: int) -> None:
    for label, name in enumerate(cifar10.CLASSES):
        (folder / name).mkdir(parents=True)
        for number in range(per_class):
            suffix = "png" if number % 2 else "jpg"
            Image.new("RGB", (32, 32), (label * 20 + number,) * 3).save(folder / name / f"{number}.{suffix}")


def test_a_folder_of_pictures(tmp_path: Path) -> None:
    _pictures(tmp_path / "train", 3)
    images = load("cifar10", tmp_path, "train")
    assert images.labels.tolist() == list(range(10)) * 3  # mixed, so that every stretch has every class
    expected = images.labels * 20 + torch.arange(3).repeat_interleave(10)
    assert (images.pixels.flatten(1).int() - expected[:, None]).abs().max() <= 1  # JPEG rounds
    with pytest.raises(NasError, match=r"E601.*CIFAR-10 was not found: no test part"):
        load("cifar10", tmp_path, "test")
    (tmp_path / "train" / "zebra").mkdir()
    with pytest.raises(NasError, match=r"E602.*`zebra` is not one of the classes"):
        load("cifar10", tmp_path, "train")


def test_the_jpeg_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    if "NASC_TEST_DATA" not in os.environ:
        pytest.skip("NASC_TEST_DATA does not name a folder with an unpacked JPEG copy of CIFAR-10")
    root = Path(os.environ["NASC_TEST_DATA"])
    train, test = load("cifar10", root, "train"), load("cifar10", root, "test")
    assert torch.bincount(train.labels).tolist() == [5000] * 10
    assert torch.bincount(train.labels[:25_000]).tolist() == [2500] * 10
    assert torch.bincount(test.labels).tolist() == [1000] * 10
    # JPEG smooths a little: the mean stays, the deviation falls slightly below DARTS's.
    mean, std = statistics(train)
    assert mean == pytest.approx(DATA_SETS["cifar10"].mean, abs=1e-3)
    assert std == pytest.approx(DATA_SETS["cifar10"].std, abs=3e-3)
    assert fingerprint(load("cifar10", root, "test")) == fingerprint(test)  # from the cache

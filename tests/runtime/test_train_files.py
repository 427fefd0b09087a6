"""Trainings on pictures of any size: their bits, what is left out, resuming, and evaluation of the result."""

from dataclasses import replace
from pathlib import Path

import numpy
import pytest
from PIL import Image

import nasc
from nasc.compiler.stack import Options
from nasc.runtime.data import image_files
from nasc.runtime.evaluate import evaluate_part, open_target
from nasc.runtime.job import Job
from nasc.runtime.run import read_asked
from nasc.runtime.train_job import train
from tests.runtime.test_confusion import CPU
from tests.runtime.tiny import GENOTYPE, differences, job

SIZES = [(20, 30), (33, 17), (16, 16), (25, 40)]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two classes of pictures of many sizes; one for training is cut short."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    drawn = numpy.random.default_rng(0)
    for part, count in (("train", 9), ("test", 4)):
        for number in range(count):
            path = tmp_path / "any" / part / "ab"[number % 2] / f"{number}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(drawn.integers(0, 256, (*SIZES[number % 4], 3), "u1")).save(path)
    last = tmp_path / "any" / "train" / "a" / "8.jpg"
    last.write_bytes(last.read_bytes()[:-50])
    return tmp_path / "any"


def asked(root: Path, out: Path, skip: bool = True) -> Job:
    given = job(out, GENOTYPE, settings={"epochs": "1", "batch": "3", "auxiliary": "0"}, limit=None)
    return replace(given, data=f"folder:{root}", options=Options(input=(3, 16, 16)), skip_unreadable=skip)


def test_a_run(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(nasc.NasError, match=r"E602.*8\.jpg"):
        train(asked(root, tmp_path / "run", skip=False))
    done = train(asked(root, tmp_path / "run"))
    assert [note.code for note in done.notes] == ["W601"]
    assert read_asked(tmp_path / "run")["unreadable"] == 1
    # what is kept in memory changes nothing
    monkeypatch.setattr(image_files, "AHEAD", 1)
    monkeypatch.setattr(image_files.Reader.__init__, "__defaults__", (0,))
    train(asked(root, tmp_path / "again"))
    assert differences(tmp_path / "run", tmp_path / "again") == []
    score, found = evaluate_part(open_target(tmp_path / "run")[0], f"folder:{root}", None, CPU, "test", [])
    assert score.examples == 4
    assert found.names == ("a", "b")
    train(replace(asked(root, tmp_path / "run"), resume=True))
    (root / "train" / "a" / "0.jpg").write_bytes(b"")
    with pytest.raises(nasc.NasError, match=r"E505"):
        train(replace(asked(root, tmp_path / "run"), resume=True))

"""Checkpoints: whole or not at all, and nothing in them is ever executed."""

import os
import pickle
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nasc
from nasc.runtime import checkpoint
from nasc.runtime.search_job import search
from nasc.runtime.text_file import write_atomically, write_text
from nasc.runtime.train_job import train
from tests.runtime.tiny import GENOTYPE, differences, job, leaves

STATE = {
    "task": {"w": torch.arange(6.0)},
    "epoch": 1,
    "step": 2,
    "sums": {},
    "examples": {"loss": 3},
    "metrics_bytes": 4,
}


def refused(path: Path) -> str:
    with pytest.raises(nasc.NasError) as caught:
        checkpoint.load(path)
    assert [d.code for d in caught.value.diagnostics] == ["E503"]
    return str(caught.value)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "c.pt", STATE)
    found = checkpoint.load(tmp_path / "c.pt")
    assert dict(leaves(found)) == dict(leaves({"format": checkpoint.FORMAT, **STATE}))
    assert [file.name for file in tmp_path.iterdir()] == ["c.pt"]


def test_a_checkpoint_of_a_run_holds_plain_containers_and_tensors(searched: Path, trained: Path) -> None:
    for path in (searched, trained):
        for name, value in leaves(torch.load(path / "checkpoint.pt", weights_only=True)):
            assert value is None or isinstance(value, str | int | float | bool | tuple), name


# ---------------------------------------------------------------- damaged


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_flipped_bits_are_noticed(data: st.DataObject, trained: Path, tmp_path: Path) -> None:
    """Either the file says the very same, or it is refused: weights do not change in silence."""
    good = (trained / "checkpoint.pt").read_bytes()
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(good) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    file = tmp_path / "c.pt"
    file.write_bytes(damaged)
    codes: list[str] = []
    try:
        found = checkpoint.load(file)
    except nasc.NasError as error:
        codes = [d.code for d in error.diagnostics]
    if codes:
        assert codes == ["E503"]
    else:
        assert dict(leaves(found)) == dict(leaves(checkpoint.load(trained / "checkpoint.pt")))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 0.9999))
def test_truncated(share: float, trained: Path, tmp_path: Path) -> None:
    good = (trained / "checkpoint.pt").read_bytes()
    (tmp_path / "c.pt").write_bytes(good[: int(len(good) * share)])
    refused(tmp_path / "c.pt")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_any_bytes(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "c.pt").write_bytes(content)
    refused(tmp_path / "c.pt")


@pytest.mark.parametrize(
    "content",
    [
        *([1], torch.zeros(2), {}, {"format": 1}, {"state_dict": {"w": torch.zeros(2)}}),
        *({**STATE, "format": 2}, {**STATE, "format": 1, "task": 3}, {**STATE, "format": 1, "epoch": "1"}),
    ],
    ids=range(8),
)
def test_foreign(content: Any, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "c.pt")
    assert "is not a checkpoint of a nasc run" in refused(tmp_path / "c.pt")


def test_a_disk_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system says of it, not that the file was cut short."""

    def refuse(path: Path) -> None:
        raise OSError(5, "Input/output error")

    (tmp_path / "c.pt").write_bytes(b"anything")
    monkeypatch.setattr(zipfile, "ZipFile", refuse)
    with pytest.raises(nasc.NasError, match=r"c\.pt is damaged: .*Input/output error"):
        checkpoint.load(tmp_path / "c.pt")


def test_missing(tmp_path: Path) -> None:
    assert "there is no checkpoint" in refused(tmp_path / "c.pt")
    assert "there is no checkpoint" in refused(tmp_path)


class Bomb:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def test_nothing_is_executed(trained: Path, tmp_path: Path) -> None:
    mark, file = tmp_path / "mark", tmp_path / "c.pt"
    torch.save({**STATE, "format": 1, "task": {"w": Bomb(mark)}}, file)
    refused(file)
    file.write_bytes(pickle.dumps({**STATE, "format": 1, "task": Bomb(mark)}))
    refused(file)
    with zipfile.ZipFile(trained / "checkpoint.pt") as old, zipfile.ZipFile(file, "w") as new:
        for entry in old.namelist():
            bomb = entry.endswith("data.pkl")
            new.writestr(entry, pickle.dumps(Bomb(mark), protocol=2) if bomb else old.read(entry))
    refused(file)
    assert not mark.exists()
    torch.load(file, weights_only=False)  # the bomb is a real one
    assert mark.exists()


@pytest.mark.parametrize(("own", "other"), [("searched", "trained"), ("trained", "searched")])
def test_the_checkpoint_of_another_run(own: str, other: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    out, foreign = tmp_path / "run", request.getfixturevalue(other)
    shutil.copytree(request.getfixturevalue(own), out)
    metrics = (out / "metrics.jsonl").read_bytes()
    shutil.copy(foreign / "checkpoint.pt", out / "checkpoint.pt")
    with pytest.raises(nasc.NasError, match="does not belong to this run") as caught:
        search(job(out, resume=True)) if own == "searched" else train(job(out, GENOTYPE, resume=True))
    assert caught.value.diagnostics[0].code == "E503"
    assert (out / "metrics.jsonl").read_bytes() == metrics


def test_a_damaged_checkpoint_without_another_stops_the_run_and_leaves_it(trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    shutil.copytree(trained, out)
    second = (out / "checkpoint.1.pt").read_bytes()
    (out / "checkpoint.1.pt").write_bytes(b"")
    good = (out / "checkpoint.pt").read_bytes()
    (out / "checkpoint.pt").write_bytes(good[:-100])
    with pytest.raises(nasc.NasError, match="is damaged") as caught:
        train(job(out, GENOTYPE, resume=True))
    assert [d.code for d in caught.value.diagnostics] == ["E503", "E503"]
    (out / "checkpoint.pt").write_bytes(good)
    (out / "checkpoint.1.pt").write_bytes(second)
    assert differences(out, trained) == []


# ---------------------------------------------------------------- several


def test_the_last_ones_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    for epoch in range(5):
        checkpoint.save(path, {**STATE, "epoch": epoch}, keep=3)
    files = [path, tmp_path / "c.1.pt", tmp_path / "c.2.pt"]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert [checkpoint.load(file)["epoch"] for file in files] == [4, 3, 2]
    checkpoint.save(path, {**STATE, "epoch": 5}, keep=1)
    assert list(tmp_path.iterdir()) == [path]


def test_the_one_before_a_damaged_one_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    for epoch in range(3):
        checkpoint.save(path, {**STATE, "epoch": epoch}, keep=3)
    path.write_bytes(path.read_bytes()[:-9])
    damaged = bytearray((tmp_path / "c.1.pt").read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "c.1.pt").write_bytes(damaged)
    state, notes = checkpoint.newest(path)
    assert state is not None
    assert state["epoch"] == 0
    assert [note.code for note in notes] == ["W501", "W501"]
    assert "at step 3 of epoch 1" in notes[0].help
    assert list(tmp_path.iterdir()) == [path]  # the next checkpoint makes room for the good one, not for damaged ones
    assert checkpoint.load(path)["epoch"] == 0


def test_one_that_is_not_there_since_it_made_room(tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    assert checkpoint.newest(path) == (None, [])
    checkpoint.save(path, STATE)
    path.rename(tmp_path / "c.1.pt")
    state, notes = checkpoint.newest(path)
    assert state is not None
    assert notes == []


def test_a_foreign_one_is_not_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    checkpoint.save(path, STATE, keep=2)
    checkpoint.save(path, STATE, keep=2)
    torch.save({"state_dict": {}}, path)
    with pytest.raises(nasc.NasError, match="is not a checkpoint of a nasc run") as caught:
        checkpoint.newest(path)
    assert "--from darts" in caught.value.diagnostics[0].help
    assert len(list(tmp_path.iterdir())) == 2


def test_a_run_goes_on_from_the_one_before(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    shutil.copytree(trained, out)
    (out / "checkpoint.pt").write_bytes((out / "checkpoint.pt").read_bytes()[:-100])
    train(job(out, GENOTYPE, resume=True))
    assert "warning[W501]" in capsys.readouterr().err
    assert differences(out, trained) == []


# ---------------------------------------------------------------- written whole


class Killed(BaseException):
    pass


def test_killed_between_writing_and_renaming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint.save(tmp_path / "c.pt", STATE)
    old = (tmp_path / "c.pt").read_bytes()

    def die(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(os, "replace", die)
    with pytest.raises(Killed):
        checkpoint.save(tmp_path / "c.pt", {**STATE, "epoch": 9})
    assert (tmp_path / "c.pt").read_bytes() == old


def test_killed_while_writing(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "old")

    def half(file: Any) -> None:
        file.write(b"ne")
        raise Killed

    with pytest.raises(Killed):
        write_atomically(tmp_path / "a.txt", half)
    assert (tmp_path / "a.txt").read_text() == "old"


def test_what_is_renamed_is_on_disk_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, os.replace

    def fsync_noted(number: int) -> None:
        order.append("fsync")
        fsync(number)

    def replace_noted(source: Path, target: Path) -> None:
        order.append("replace")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync_noted)
    monkeypatch.setattr(os, "replace", replace_noted)
    write_text(tmp_path / "a.txt", "new")
    assert order == ["fsync", "replace"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("PytorchStreamWriter failed")])
def test_a_full_disk(error: Exception, tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "old")

    def full(file: Any) -> None:
        file.write(b"ne")
        raise error

    with pytest.raises(nasc.NasError, match="cannot be written") as caught:
        write_atomically(tmp_path / "a.txt", full)
    assert caught.value.diagnostics[0].code == "E502"
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.txt", "old")]


def test_texts_are_utf8_with_plain_line_ends(tmp_path: Path) -> None:
    write_text(tmp_path / "deep" / "a.txt", "ä\nb\n")
    assert (tmp_path / "deep" / "a.txt").read_bytes() == b"\xc3\xa4\nb\n"

"""How often a run saves, and who may work in its directory."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

import nasc
from nasc.cli.options import Interval
from nasc.runtime import checkpoint, lock
from nasc.runtime.run import Run
from nasc.runtime.saving import Due, Saving
from nasc.runtime.search_job import search
from nasc.runtime.train_job import train
from tests.runtime.tiny import EPOCHS, GENOTYPE, STEPS, differences, job


def test_due_by_steps() -> None:
    due = Due(Saving(steps=3, seconds=None))
    assert [due.step() for _ in range(3)] == [False, False, True]
    due.saved()
    assert [due.step() for _ in range(3)] == [False, False, True]


def test_due_by_time() -> None:
    due = Due(Saving(seconds=60.0))
    assert not due.step()
    due.since -= 61
    assert due.step()
    due.saved()
    assert not due.step()


@pytest.mark.parametrize(
    ("text", "found"), [("500", (500, None)), ("30s", (None, 30.0)), ("10m", (None, 600.0)), ("2h", (None, 7200.0))]
)
def test_intervals(text: str, found: tuple[int | None, float | None]) -> None:
    assert Interval().convert(text, None, None) == found


@pytest.mark.parametrize("text", ["", "0", "m", "1.5h", "-3", "3d", "10 m", "9" * 12])
def test_no_intervals(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Interval().convert(text, None, None)


def test_how_often_changes_no_bit(searched: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[tuple[int, int]] = []
    original = Run.save

    def noted(self: Run, state: dict[str, object], keep: int = 1) -> None:
        saved.append((int(str(state["epoch"])), int(str(state["step"]))))
        original(self, state, keep)

    monkeypatch.setattr(Run, "save", noted)
    search(job(tmp_path / "run", saving=Saving(steps=2, keep=1)))
    assert saved == [place for epoch in range(EPOCHS) for place in [(epoch, 2), (epoch + 1, 0)]]
    assert STEPS == 3
    assert differences(tmp_path / "run", searched) == []


# ---------------------------------------------------------------- one process at a time


def test_held_by_another_process(trained: Path, tmp_path: Path) -> None:
    """A process that holds it is named; killed, it holds nothing any more."""
    out = tmp_path / "run"
    code = (
        "import sys, time, pathlib; from nasc.runtime.lock import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    )
    root = str(Path(nasc.__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", code, str(out)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": root}
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(nasc.NasError) as caught:
            train(job(out, GENOTYPE))
        process.send_signal(signal.SIGKILL)
    assert [d.code for d in caught.value.diagnostics] == ["E511"]
    assert f"process {process.pid} on {socket.gethostname()}" in str(caught.value)
    assert (out / lock.NAME).exists()
    train(job(out, GENOTYPE))
    assert differences(out, trained) == []
    assert not (out / lock.NAME).exists()


def test_what_was_made_for_nothing_is_taken_away(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock.locked(tmp_path / "run"):
        raise ZeroDivisionError
    assert not (tmp_path / "run").exists()


def test_the_file_is_gone_when_it_is_got(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one before takes the file away just before the lock on it is got: a new one is locked."""
    taken: list[int] = []
    original = fcntl.flock

    def flock(number: int, how: int) -> None:
        if not taken:
            (tmp_path / lock.NAME).unlink()
        taken.append(number)
        original(number, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with lock.locked(tmp_path):
        assert len(taken) == 2
        with pytest.raises(nasc.NasError, match=f"process {os.getpid()}"), lock.locked(tmp_path):
            pass


# ---------------------------------------------------------------- disks


def limited(out: Path, size: int) -> "subprocess.CompletedProcess[str]":
    """A training in a process whose files may have so many bytes: what a full disk does, without one."""
    code = (
        "import resource, signal, sys; from nasc.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size})); main()"
    )
    text = out.parent / "tiny.nas"
    text.write_text(GENOTYPE, encoding="utf-8")
    root = str(Path(nasc.__file__).parents[1])
    words = f"train {text} --data digits --out {out} --threads 1 --seed 3 --limit-batches 3 --quiet"
    given = [sys.executable, "-c", code, *words.split()]
    return subprocess.run(given, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_disk_that_is_full(trained: Path, tmp_path: Path) -> None:
    out, whole = tmp_path / "run", (trained / "checkpoint.pt").stat().st_size
    done = limited(out, whole // 2)
    assert done.returncode == 1
    assert "error[E502]" in done.stderr
    assert "checkpoint.pt cannot be written" in done.stderr
    assert "rror:" not in done.stderr.replace("error[E502]:", "")
    assert not list(out.glob(".*"))
    train(job(out, GENOTYPE, resume=True))
    assert differences(out, trained) == []


def test_a_disk_that_fills_behind_the_first_checkpoint(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last good state still stands, and the run goes on from it when there is room again."""
    out, saves = tmp_path / "run", iter(range(10))

    def full(number: int) -> None:
        if next(saves) > 7:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(nasc.NasError, match="No space left") as caught:
            train(job(out, GENOTYPE))
    assert caught.value.diagnostics[0].code == "E502"
    assert checkpoint.load(out / "checkpoint.pt")["epoch"] >= 1
    train(job(out, GENOTYPE, resume=True))
    assert differences(out, trained) == []

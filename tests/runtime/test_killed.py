"""The command itself, killed and interrupted as a user or a batch system does it, and gone on with."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

import nasc
from nasc.runtime import checkpoint
from nasc.runtime.job import Job
from nasc.runtime.search_job import search as run_search
from nasc.runtime.train_job import train as run_train
from tests.runtime.tiny import GENOTYPE, SPACE, differences, job

EPOCHS = 8
SETTINGS = {
    "search": {"epochs": str(EPOCHS), "order": "1"},
    "gdas": {"epochs": str(EPOCHS)},
    "train": {"epochs": str(EPOCHS)},
}
STEPS = {"search": 8, "gdas": 8, "train": 20}
COMMANDS = {"search": "search", "gdas": "search", "train": "train"}
JOBS = {"search": run_search, "gdas": run_search, "train": run_train}
TEXTS = {"search": SPACE, "gdas": SPACE.replace("search darts", "search gdas"), "train": GENOTYPE}
PATIENCE = 300


@dataclass(frozen=True)
class Whole:
    """A run that nothing has stopped, and how long one of its epochs takes here."""

    kind: str
    path: Path
    epoch: float

    def again(self, out: Path) -> Job:
        """The same run, gone on with in another directory."""
        return job(out, TEXTS[self.kind], settings=SETTINGS[self.kind], limit=STEPS[self.kind], resume=True)


def whole(kind: str, path: Path) -> Whole:
    started = time.monotonic()
    JOBS[kind](job(path, TEXTS[kind], settings=SETTINGS[kind], limit=STEPS[kind]))
    return Whole(kind, path, (time.monotonic() - started) / EPOCHS)


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return whole("search", tmp_path_factory.mktemp("whole") / "search")


@pytest.fixture(scope="module")
def gdas(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return whole("gdas", tmp_path_factory.mktemp("whole") / "gdas")


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return whole("train", tmp_path_factory.mktemp("whole") / "train")


def command(kind: str, out: Path, *more: str) -> "subprocess.Popen[str]":
    """`nasc search` or `nasc train` as a process of its own."""
    text = out.parent / "tiny.nas"
    text.write_text(TEXTS[kind], encoding="utf-8")
    settings = [word for name, value in SETTINGS[kind].items() for word in ("--set", f"{name}={value}")]
    root = str(Path(nasc.__file__).parents[1])
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [
            *(
                sys.executable,
                "-m",
                "nasc",
                COMMANDS[kind],
                str(text),
                "--data",
                "digits",
                "--out",
                str(out),
                "--threads",
                "1",
            ),
            *("--seed", "3", "--limit-batches", str(STEPS[kind]), *settings, *more),
        ],
        env={**os.environ, "PYTHONPATH": paths},
        cwd=out.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lines(out: Path) -> int:
    file = out / "metrics.jsonl"
    return file.read_bytes().count(b"\n") if file.exists() else 0


def stopped(process: "subprocess.Popen[str]", out: Path, number: int, epochs: int, wait: float) -> tuple[int, str]:
    """Send a signal some time after the run has done so many more epochs; the exit code and standard error."""
    before = lines(out)
    give_up = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < give_up:
        if (out / "run.json").exists() and lines(out) >= before + epochs:
            time.sleep(wait)
            process.send_signal(number)
            break
        time.sleep(0.005)
    _, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, errors


@pytest.mark.parametrize("kind", ["search", pytest.param("gdas", marks=pytest.mark.slow)])
def test_killed_three_times_at_random_moments(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    given: Whole = request.getfixturevalue(kind)
    chance = random.Random()
    for _ in range(3):  # a machine that stands still may let the run end before the kill arrives
        out = tmp_path / "run"
        shutil.rmtree(out, ignore_errors=True)
        codes = []
        for kill in range(3):
            process = command(kind, out, *(["--resume"] if kill else []))
            code, errors = stopped(process, out, signal.SIGKILL, min(kill, 1), chance.uniform(0, given.epoch))
            codes.append(code)
            assert "rror" not in errors
        if codes == [-signal.SIGKILL] * 3:
            break
    assert codes == [-signal.SIGKILL] * 3
    assert not (out / "genotype.nas").exists()
    last = command(kind, out, "--resume")
    printed, errors = last.communicate(timeout=PATIENCE)
    assert last.returncode == 0, errors
    assert printed.strip() == str(out / "genotype.nas")
    assert differences(out, given.path) == []


@pytest.mark.parametrize(("kind", "number"), [("search", signal.SIGINT), ("train", signal.SIGTERM)])
def test_interrupted(kind: str, number: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    given: Whole = request.getfixturevalue(kind)
    for _ in range(3):
        out = tmp_path / "run"
        shutil.rmtree(out, ignore_errors=True)
        wait = random.uniform(0, given.epoch)
        code, errors = stopped(command(kind, out), out, number, 1, wait)
        if code != 0:
            break
    assert code == 130, errors
    assert f"interrupted; `--resume --out {out}` goes on from here" in errors
    assert "Traceback" not in errors
    assert checkpoint.load(out / "checkpoint.pt")["epoch"] >= 1
    assert not (out / "weights.safetensors").exists()
    JOBS[kind](given.again(out))
    assert differences(out, given.path) == []

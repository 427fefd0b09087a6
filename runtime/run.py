"""A run directory: what was asked, what has been reached, and how to go on after being killed at any instant."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Any

from nasc.dsl.diagnostic import Diagnostic, fail
from nasc.runtime import checkpoint, lock
from nasc.runtime.progress import say
from nasc.runtime.text_file import write_text
from nasc.runtime.world import here

LIBRARIES = ("torch", "torchvision", "lark", "networkx")
DAMAGED = "start anew in another directory, or put back a copy of the file"
NEEDED = {"seed": int, "threads": int, "started": str}
"""What a run is gone on with, beside what must be asked again."""
UNSAID: dict[str, Any] = {"deterministic": False, "ranks": 1, "sync_bn": False}
"""What runs of earlier versions were, which do not say it."""


class Interrupted(Exception):
    """SIGINT or SIGTERM arrived; the run has been saved and can be resumed."""


@dataclass(frozen=True)
class Run:
    """The directory of one run.

    `run.json` says what was asked, `space.nas` is the input verbatim, `metrics.jsonl` grows line by line,
    `checkpoint.pt` is the state to go on from. Everything but the metrics appears by atomic rename. Of several ranks
    one alone `writes`.
    """

    path: Path
    asked: dict[str, Any]
    writes: bool = True

    @property
    def checkpoint(self) -> Path:
        return self.path / "checkpoint.pt"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.jsonl"

    def write(self, name: str, text: str) -> Path:
        """Write one text file of the run."""
        if self.writes:
            write_text(self.path / name, text)
        return self.path / name

    def measure(self, row: dict[str, Any]) -> None:
        """Append one line to the metrics."""
        if not self.writes:
            return
        line = json.dumps({k: round(v, 8) if isinstance(v, float) else v for k, v in row.items()})
        try:
            with self.metrics.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            raise fail("E502", f"{self.metrics} cannot be written: {error.strerror}") from None

    def save(self, state: dict[str, Any], keep: int = 1) -> None:
        """Write the checkpoint, with how far the metrics reach, so that later lines can be cut on resume.

        The `keep - 1` checkpoints before it stay. The metrics are on disk before a checkpoint speaks of them.
        """
        checkpoint.save(self.checkpoint, {**state, "metrics_bytes": self._settled()}, keep)

    def _settled(self) -> int:
        """Bring the metrics to the disk; their size."""
        try:
            with self.metrics.open("ab") as file:
                os.fsync(file.fileno())
                return file.tell()
        except OSError as error:
            raise fail("E502", f"{self.metrics} cannot be written: {error.strerror}") from None

    def restore(self) -> tuple[dict[str, Any] | None, list[Diagnostic]]:
        """The state of the newest checkpoint that is whole, or None where the run had none yet; and warnings."""
        return checkpoint.newest(self.checkpoint)

    def cut_metrics(self, size: int) -> None:
        """Leave of the metrics what a checkpoint knows of: `size` bytes."""
        if not self.writes:
            return
        try:
            if self.metrics.exists():
                os.truncate(self.metrics, min(size, self.metrics.stat().st_size))
        except OSError as error:
            raise fail("E502", f"{self.metrics} cannot be written: {error.strerror}") from None


@contextmanager
def open_run(path: Path, asked: dict[str, Any], text: str, resume: bool) -> Iterator[Run]:
    """A new run directory, or an old one to go on with; no other process can open it meanwhile.

    Of several ranks the first opens it, and says so to the others.
    Raises `NasError`: it exists and `--resume` was not said (E501), there is nothing to resume (E504), what is asked
    differs from what the run was started with (E505), or another process holds it (E511).
    """
    if not here().main:
        yield Run(path, {**asked, "started": date.today().isoformat()}, writes=False)
        return
    if resume:
        read_asked(path)  # where there is no run, nothing is made
    with lock.locked(path):
        yield _opened(path, asked, text, resume)


def _opened(path: Path, asked: dict[str, Any], text: str, resume: bool) -> Run:
    """The run in a directory that is held."""
    asked = {**asked, "text_sha256": asked.get("text_sha256", sha256(text))}
    if resume:
        run = Run(path, _same(path, asked))
        _sweep(path)
        _number(run, asked)
        if not (path / "space.nas").exists():
            run.write("space.nas", text)  # it was killed before it came to that
        return run
    if (path / "run.json").exists():
        help = "add `--resume` to go on with it, or name another directory with `--out`"
        raise fail("E501", f"{path} already holds a run", help=help)
    if not all(_half_written(file) or file.name == lock.NAME for file in path.iterdir()):
        raise fail("E501", f"{path} is not empty", help="name another directory with `--out`")
    _sweep(path)
    run = Run(
        path, {**asked, "command_line": command_line(), "started": date.today().isoformat(), "versions": versions()}
    )
    run.write("run.json", json.dumps(run.asked, indent=2) + "\n")
    run.write("space.nas", text)
    return run


def sha256(text: str) -> str:
    """By which a text is known again."""
    return hashlib.sha256(text.encode()).hexdigest()


def _half_written(file: Path) -> bool:
    """Whether a killed run has left this file on its way to its place (`write_atomically`)."""
    return file.name.startswith(".") and file.suffix == ".tmp"


def _sweep(path: Path) -> None:
    """Take away what a killed run has left half written."""
    for file in path.rglob(".*.tmp"):
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise fail("E502", f"{file} cannot be taken away: {error.strerror}") from None


def read_asked(path: Path) -> dict[str, Any]:
    """What a run was asked for. Raises `NasError` (E504) where there is no run."""
    try:
        asked = json.loads((path / "run.json").read_text(encoding="utf-8"))
    except OSError:
        help = "a run directory holds `run.json`; leave `--resume` out to start one"
        raise fail("E504", f"there is no run in {path}", help=help) from None
    except ValueError:
        raise fail("E504", f"{path / 'run.json'} is damaged", help=DAMAGED) from None
    whole = isinstance(asked, dict) and all(type(asked.get(name)) is kind for name, kind in NEEDED.items())
    if not whole or asked["threads"] < 1:
        raise fail("E504", f"{path / 'run.json'} is damaged", help=DAMAGED)
    return dict(asked)


def _same(path: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """What the run was asked for, if it is what is asked now."""
    before = {**UNSAID, **read_asked(path)}
    for key, value in json.loads(json.dumps(asked)).items():
        if before.get(key) != value and key != "ranks":
            what = "the text" if key == "text_sha256" else f"`{key}`"
            message = f"{what} is not what the run in {path} was started with"
            shown = "" if key == "text_sha256" else f"{_changed(before.get(key), value)}\n"
            help = shown + "resume with what it was started with, or start a new run with `--out`"
            raise fail("E505", message, help=help)
    return before


def _number(run: Run, asked: dict[str, Any]) -> None:
    """Write down with how many ranks the run goes on, and warn (W502) where they are others than before."""
    now, before = asked.get("ranks", 1), run.asked["ranks"]
    if now == before:
        return
    help = "batches and their order stay, sums are taken in other parts; without `--sync-bn` so are statistics"
    say([Diagnostic("W502", f"the run was of {_ranks(before)} and goes on with {_ranks(now)}", help=help)])
    run.asked["ranks_before"] = [*run.asked.get("ranks_before", []), before]
    run.asked["ranks"] = now
    run.write("run.json", json.dumps(run.asked, indent=2) + "\n")


def _ranks(count: int) -> str:
    return "one rank" if count == 1 else f"{count} ranks"


def _changed(before: object, now: object) -> str:
    """What is not as it was; of tables the entries that differ."""
    if not isinstance(before, dict) or not isinstance(now, dict):
        return f"it was {before!r}, now it is {now!r}"
    keys = [key for key in {**before, **now} if before.get(key) != now.get(key)]
    return "\n".join(f"`{key}` was {before.get(key)!r}, now it is {now.get(key)!r}" for key in keys)


def versions() -> dict[str, str]:
    """What the run was made with."""
    from nasc import __version__

    return {"nasc": __version__, "python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def command_line() -> str:
    """The command as it was given."""
    return " ".join(["nasc", *sys.argv[1:]])


@contextmanager
def interruptible() -> Iterator[list[int]]:
    """SIGINT and SIGTERM are remembered, not to tear a step apart: the list yielded is no longer empty then.

    A second SIGINT ends the run at once.
    """
    asked: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        if asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

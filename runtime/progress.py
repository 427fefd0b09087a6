"""What a run shows while it works: a live bar on a terminal, a line for each epoch elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.diagnostic import show as shown


class Show(Protocol):
    """How a loop tells what it is doing."""

    def step(self, epoch: int, step: int, figures: Mapping[str, float]) -> None:
        """One step is done (both counted from one)."""

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        """One epoch is done."""


class Silent:
    """Shows nothing."""

    def step(self, epoch: int, step: int, figures: Mapping[str, float]) -> None:
        pass

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        pass


class Lines:
    """One line for each epoch, on standard error; for logs and pipes."""

    def __init__(self, title: str, epochs: int) -> None:
        self.title, self.epochs = title, epochs
        self.started = time.monotonic()
        self.first: int | None = None

    def step(self, epoch: int, step: int, figures: Mapping[str, float]) -> None:
        self.first = epoch if self.first is None else self.first

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        done = epoch - (self.first or epoch) + 1
        left = (time.monotonic() - self.started) / done * (self.epochs - epoch)
        print(f"{self.title} epoch {epoch}/{self.epochs}  {_shown(figures)}  {_clock(left)} left", file=sys.stderr)


def say(notes: Iterable[Diagnostic]) -> None:
    """What a run has to say before it goes on, on standard error; said with `--quiet` too."""
    for text in shown(notes):
        print(text, file=sys.stderr)


@contextmanager
def showing(title: str, epochs: int, steps: int, quiet: bool = False) -> Iterator[Show]:
    """A display for `epochs` of `steps` each."""
    if quiet:
        yield Silent()
        return
    if not sys.stderr.isatty():
        yield Lines(title, epochs)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=epochs * steps, figures="")

        class Live:
            def step(self, epoch: int, step: int, figures: Mapping[str, float]) -> None:
                at = (epoch - 1) * steps + step
                bar.update(task, completed=at, description=f"{title} {epoch}/{epochs}", figures=_shown(figures))

            def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
                bar.console.print(f"{title} epoch {epoch}/{epochs}  {_shown(figures)}")

        yield Live()


def _shown(figures: Mapping[str, float]) -> str:
    def one(name: str, value: float) -> str:
        return f"{name} {value:.2%}" if "top1" in name or "top5" in name else f"{name} {value:.4g}"

    return "  ".join(one(name.replace("_", " "), value) for name, value in figures.items())


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"

"""Figures for TensorBoard, beside `metrics.jsonl`: `RUN/tensorboard`, where the package is installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from nasc.dsl.diagnostic import fail


class Board(Protocol):
    """What takes figures."""

    def epoch(self, epoch: int, figures: Mapping[str, Any]) -> None:
        """The figures of an epoch, counted from one."""


class Blank:
    """Takes nothing."""

    def epoch(self, epoch: int, figures: Mapping[str, Any]) -> None:
        pass


def wanted(asked: bool | None) -> bool:
    """Whether figures go there: as is asked, else where it is installed. Raises `NasError` (E514): it is not."""
    installed = find_spec("tensorboard") is not None
    if asked and not installed:
        raise fail("E514", "`--tensorboard` needs the package tensorboard", help="pip install 'nasc[tensorboard]'")
    return installed if asked is None else asked


@contextmanager
def board(folder: Path, asked: bool | None, done: int) -> Iterator[Board]:
    """A board for a run of which `done` epochs are reached; what a run has said of later ones is taken back.

    Raises `NasError`: the package is not installed (E514), the folder cannot be written (E502).
    """
    if not wanted(asked):
        yield Blank()
        return
    from torch.utils.tensorboard import SummaryWriter  # it takes a second

    try:
        writer = SummaryWriter(str(folder), purge_step=done + 1 if done else None)
    except OSError as error:
        raise fail("E502", f"{folder} cannot be written: {error.strerror}") from None

    class Written:
        def epoch(self, epoch: int, figures: Mapping[str, Any]) -> None:
            for name, value in figures.items():
                if isinstance(value, int | float):
                    writer.add_scalar(name, value, epoch)
            writer.flush()

    try:
        yield Written()
    finally:
        writer.close()

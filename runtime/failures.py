"""What ends a run on its way, said to the user: numbers that are none any more, and memory that does not suffice."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch

from nasc.dsl.diagnostic import NasError, fail
from nasc.runtime.run import Run

KNOBS = (
    "a smaller batch (`--set batch=...`), a narrower network (`--channels`) or `--recompute`, which keeps the inputs "
    "of cells alone, need less"
)
_WORDS = ("defaultcpuallocator", "not enough memory", "can't allocate memory", "out of memory")
"""In which torch says of a RuntimeError that memory was lacking."""


def check_finite(figures: Mapping[str, float], broken: str, where: str, run: Run) -> None:
    """Raise `NasError` (E506) where a figure is no number any more, or something is that the task says is `broken`."""
    bad = [name.replace("_", " ") for name, value in figures.items() if not math.isfinite(value)]
    if not bad and not broken:
        return
    # strengths that are none make every loss none: they are the cause
    said, rate = (f"{broken} are not numbers", "strength_lr") if broken else (f"{bad[0]} is not a number", "lr")
    help = f"{last_good(run)}\na smaller learning rate (`--set {rate}=...`) is the first thing to try"
    raise fail("E506", f"{said} any more, {where}", help=help)


def last_good(run: Run) -> str:
    """Where to go on from."""
    return f"the last good state is {run.checkpoint}" if run.checkpoint.exists() else "no checkpoint was written"


@contextmanager
def explained(where: str, run: Run | None = None) -> Iterator[None]:
    """Say what to do where memory does not suffice for what is done within (E510), or `--deterministic` forbids it
    (E508). Raises `NasError`.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        operation, forbidden, _ = str(error).partition(" does not have a deterministic implementation")
        if forbidden:
            message = f"`{operation.split()[-1]}` varies from run to run on this device, {where}"
            raise fail("E508", message, help="leave `--deterministic` out, or say `--device cpu`") from None
        if not lacks_memory(error):
            raise
        raise out_of_memory(where, run) from None


def lacks_memory(error: BaseException) -> bool:
    """Whether an error says that there was too little memory."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error).lower() for word in _WORDS)


def out_of_memory(where: str, run: Run | None = None) -> NasError:
    """The diagnostic, with the knobs to turn."""
    good = f"{last_good(run)}\n" if run is not None else ""
    return fail("E510", f"memory does not suffice, {where}", help=f"{good}{KNOBS}")

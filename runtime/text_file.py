"""Files written so that a reader finds the old one or the new one, whole. No torch here: quick commands use it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from nasc.dsl.diagnostic import fail


def write_atomically(
    path: Path, write: Callable[[BinaryIO], object], before_move: Callable[[], object] | None = None
) -> None:
    """Write a file beside its place and move it there when it is whole and on disk.

    `before_move` is called between the two. Raises `NasError` (E502) when it cannot be written; what stood there
    before still stands.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if before_move is not None:
            before_move()
        os.replace(temporary, path)
    except (OSError, RuntimeError) as error:
        # torch reports a full disk as a RuntimeError of its own
        reason = getattr(error, "strerror", None) or error
        raise fail("E502", f"{path} cannot be written: {reason}", help="what stood there before is untouched") from None
    finally:
        # gone after the move; where not even its folder could be made, there is nothing to take away
        with suppress(OSError):
            temporary.unlink()


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically, in UTF-8 with plain line ends."""
    write_atomically(path, lambda file: file.write(text.encode("utf-8")))

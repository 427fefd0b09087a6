"""One process at a time in a run directory: a lock that ends with the process that holds it, however it ends."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nasc.dsl.diagnostic import fail

try:
    import fcntl
except ImportError:  # Windows has no such locks: nothing is locked there
    fcntl = None  # type: ignore[assignment]

NAME = ".lock"
"""The file in a run directory that is locked; it says which process holds it and is gone when that has ended well."""
HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the directory `path`, which is made where it is not there.

    The lock is the kernel's, so that what a killed process has left behind locks nothing. File systems that have no
    locks are not locked. Raises `NasError`: another process holds it (E511), it cannot be written (E502).
    """
    if path.exists() and not path.is_dir():
        raise fail("E502", f"{path} is a file, and a run is a directory", help="name another with `--out`")
    file, made = path / NAME, not path.exists()
    try:
        path.mkdir(parents=True, exist_ok=True)
        number = _held(path, file)
    except OSError as error:
        raise fail("E502", f"{file} cannot be written: {error.strerror}") from None
    try:
        yield
    finally:
        with suppress(OSError):
            file.unlink()  # while it is held: who waits at the old file sees that it is no longer there
        os.close(number)
        if made:
            with suppress(OSError):  # nothing came of it: the directory is as empty as it was made
                path.rmdir()


def _held(path: Path, file: Path) -> int:
    """The locked file, with who holds it written in."""
    while True:
        number = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        try:
            if fcntl is not None:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(number, 200, 0).decode(errors="replace").strip()
            if error.errno in HELD:
                os.close(number)
                message = f"another process works in {path}: {holder or 'it does not say which'}"
                raise fail("E511", message, help="wait for it to end, stop it, or name another directory") from None
        # the one before may have taken the file away between opening and locking it
        if not file.exists() or not os.path.samestat(os.fstat(number), file.stat()):
            os.close(number)
            continue
        try:
            os.ftruncate(number, 0)
            os.write(number, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        except OSError:
            os.close(number)
            raise
        return number

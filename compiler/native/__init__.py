"""The kernels of ours in C: built with the compiler of the machine on first use, never needed.

`NASC_NATIVE=0` switches them off. What is built lies in the user's cache, under a name that says from which source,
with which compiler and for which processor.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path

FLAGS = ("-O3", "-march=native", "-fPIC")
SECONDS = 120


@cache
def library() -> ctypes.CDLL | None:
    """The kernels, or None: switched off, no compiler, or it could not build them."""
    if os.environ.get("NASC_NATIVE") == "0":
        return None
    compiler = os.environ.get("CC") or next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        return None
    try:
        source = files("nasc.compiler").joinpath("native/depthwise.c").read_bytes()
        version = subprocess.run([compiler, "--version"], capture_output=True, check=True, timeout=SECONDS).stdout
        key = hashlib.sha256(b"\0".join([source, version, " ".join(FLAGS).encode(), _processor()])).hexdigest()[:16]
        place = _cache() / f"depthwise-{key}.so"
        if not place.exists():
            _build(compiler, source, place)
        return ctypes.CDLL(str(place))
    except (OSError, subprocess.SubprocessError):
        return None


def _build(compiler: str, source: bytes, place: Path) -> None:
    """Compile into `place`, which appears whole or not at all.

    Threads are OpenMP's. torch brings a runtime of it along, which is taken where it is in sight of the whole process:
    two of them would keep each other's threads from working.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        text, part, made = (Path(folder) / name for name in ("depthwise.c", "depthwise.o", "depthwise.so"))
        text.write_bytes(source)
        for threads, linked in ((("-fopenmp",), ()), (("-fopenmp",), ("-fopenmp",)), ((), ())):
            try:
                _run([compiler, *FLAGS, *threads, "-c", str(text), "-o", str(part)])
                _run([compiler, "-shared", str(part), *linked, "-o", str(made)])
                ctypes.CDLL(str(made))
            except (OSError, subprocess.SubprocessError):
                continue
            os.replace(made, place)
            return
    raise OSError("the kernels cannot be built")


def _run(command: list[str]) -> None:
    subprocess.run(command, capture_output=True, check=True, timeout=SECONDS)


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(home) / "nasc"


def _processor() -> bytes:
    """What the processor can do, since a cache may be shared by machines that differ."""
    try:
        lines = Path("/proc/cpuinfo").read_bytes().splitlines()
        return next((line for line in lines if line.startswith((b"flags", b"Features"))), b"")
    except OSError:
        return f"{platform.machine()} {platform.processor()}".encode()

"""Data sets fetched from their official places, checked and put into the data folder; only where it was asked for."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tarfile
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO

from nasc.dsl.diagnostic import NasError, fail
from nasc.runtime.data.places import VARIABLE, Part, data_root
from nasc.runtime.data.registry import DATA_SETS, describe, load
from nasc.runtime.data.text_table import TEXTS, is_text
from nasc.runtime.data.texts import load_text

PARTS: tuple[Part, ...] = ("test", "train")
CHUNK = 1 << 20
PATIENCE = 60
"""Seconds without a byte."""
TORONTO = "https://www.cs.toronto.edu/~kriz/"
ZALANDO = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
Say = Callable[[str, int, int], None]
"""Is told of a file, of the bytes that are there, and how many there will be (0: not known)."""


@dataclass(frozen=True)
class Remote:
    """A file: its address, the MD5 that torchvision gives for it, and the folder of the data folder that it fills.

    An archive (.tar.gz) holds that folder; any other file is put into it.
    """

    url: str
    md5: str
    folder: str

    @property
    def name(self) -> str:
        """Of the file alone."""
        return self.url.rsplit("/", 1)[1]


PLACES: dict[str, tuple[Remote, ...]] = {
    "cifar10": (Remote(TORONTO + "cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", "cifar-10-batches-py"),),
    "cifar100": (Remote(TORONTO + "cifar-100-python.tar.gz", "eb9058c3a382ffc7106e4002c42a8d85", "cifar-100-python"),),
    "fashion_mnist": tuple(
        Remote(ZALANDO + name, md5, "fashion_mnist")
        for name, md5 in (
            ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
            ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
            ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
        )
    ),
}


def fetch(name: str, data_dir: Path | None, say: Say) -> None:
    """Fetch a data set into the data folder unless it is found there; each file appears whole or not at all.

    Raises `NasError`: it cannot be fetched, or is not what it should be (E606); what is there is damaged (E602).
    """
    if _found(name, data_dir):
        return
    if name not in PLACES:
        known = f"these can be fetched: {', '.join(PLACES)}"
        own = "its terms must be agreed to on www.image-net.org\n" if name.startswith("imagenet") else ""
        own = f"{TEXTS[name].how}\n" if name in TEXTS else own
        raise fail("E606", f"`{name}` cannot be fetched", help=own + known)
    root = data_root(data_dir)
    if root is None:
        raise fail("E606", f"nothing says where to put `{name}`", help=f"give `--data-dir DIR`, or set {VARIABLE}")
    for remote in PLACES[name]:
        try:
            _fetch(remote, root, say)
        except (OSError, HTTPException, tarfile.TarError) as error:
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            help = f"fetch it by other means and put it into {root / remote.folder}"
            raise fail("E606", f"{remote.url} cannot be fetched: {reason}", help=help) from None


def _found(name: str, data_dir: Path | None) -> bool:
    """Whether it is there: both parts of what may be fetched."""
    try:
        if is_text(name):
            load_text(name, data_dir)
        else:
            describe(name, data_dir)
            for part in PARTS if name in DATA_SETS else ():
                load(name, data_dir, part)
    except NasError as error:
        if error.diagnostics[0].code == "E601":
            return False
        raise
    return True


def _fetch(remote: Remote, root: Path, say: Say) -> None:
    """One file, through a folder beside its place that is gone at the end whatever happens."""
    root.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".fetching-", dir=root))
    try:
        with urllib.request.urlopen(remote.url, timeout=PATIENCE) as answer, (work / remote.name).open("wb") as file:
            digest = _copy(answer, file, remote.name, int(answer.headers.get("Content-Length") or 0), say)
        if digest != remote.md5:
            help = "what was fetched is thrown away; a proxy may have answered in its place"
            raise fail("E606", f"{remote.url} has another checksum than it should: {digest}", help=help)
        target = root / remote.folder
        if remote.name.endswith(".tar.gz"):
            with tarfile.open(work / remote.name) as archive:
                archive.extractall(work / "unpacked", filter="data")
            os.replace(work / "unpacked" / remote.folder, target)
        else:
            target.mkdir(exist_ok=True)
            os.replace(work / remote.name, target / remote.name)
    finally:
        with suppress(OSError):
            shutil.rmtree(work)


def _copy(answer: BinaryIO, file: BinaryIO, name: str, size: int, say: Say) -> str:
    """The MD5 of what was copied."""
    digest, done = hashlib.md5(usedforsecurity=False), 0
    say(name, 0, size)
    while chunk := answer.read(CHUNK):
        file.write(chunk)
        digest.update(chunk)
        done += len(chunk)
        say(name, done, size)
    if done < size:
        raise OSError(f"it ended after {done:,} of {size:,} bytes")
    return digest.hexdigest()


class Told:
    """Says on standard error how far a file is: often on a terminal, every ten seconds elsewhere, and at its end."""

    def __init__(self) -> None:
        self.often = sys.stderr.isatty()
        self.last = 0.0

    def __call__(self, name: str, done: int, size: int) -> None:
        now, whole = time.monotonic(), size > 0 and done == size
        if not whole and now - self.last < (0.2 if self.often else 10):
            return
        self.last = now
        of = f" of {size / 2**20:.1f}" if size else ""
        text = f"fetching {name}: {done / 2**20:.1f}{of} MiB"
        print(f"\r{text} " if self.often else text, end="" if self.often and not whole else "\n", file=sys.stderr)

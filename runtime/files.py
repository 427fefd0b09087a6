"""What a user may name on the command line: a file, `-`, or the name of a shipped text."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nasc import genotypes
from nasc.dsl.diagnostic import fail, nearest
from nasc.dsl.reader import read_bytes, read_path
from nasc.dsl.source import Source


def open_source(name: str) -> Source:
    """The text that a name stands for. A file goes before a shipped name. Raises `NasError` (E101, E105, E108)."""
    if name == "-":
        return read_bytes("<stdin>", sys.stdin.buffer.read(16 * 2**20 + 1))
    path = Path(name)
    if os.path.isfile(path / "genotype.nas"):  # where pathlib asks, a name that is too long is an OSError
        return read_path(path / "genotype.nas")
    if os.path.exists(path):
        return read_path(path)
    for folder in genotypes.FOLDERS:
        word = name.removeprefix(f"{folder}/")
        if word in genotypes.names(folder):
            text = genotypes.shipped(f"{folder}/{word}").read_text(encoding="utf-8")
            return Source(f"{folder}/{word}.nas", text)
    shipped = [word for folder in genotypes.FOLDERS for word in genotypes.names(folder)]
    help = nearest(name, shipped) or "`nasc zoo` lists the genotypes and spaces that ship with nasc"
    raise fail("E108", f"there is no file {name} and nothing shipped of that name", help=help)

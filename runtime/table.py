"""A table of known accuracies: what genotypes of a space are worth, without any training."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nasc.compiler.identity import identity
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import fail
from nasc.dsl.dialects import nasbench201

IDENTITY, STRING = "arch:", "|"
"""How the cells of the column begin that says which genotype a row is of."""
_NODE = re.compile(r"\|([^|]+)")


@dataclass(frozen=True)
class Table:
    """What one column of a table says of genotypes; `values` by the string of NAS-Bench-201, or by identity."""

    path: Path
    column: str
    by_identity: bool
    values: Mapping[str, float] = field(repr=False)

    def key(self, document: n.Document) -> str:
        """Under which name a genotype stands in the table. Raises `NasError` (E110): it has no such string."""
        return identity(document) if self.by_identity else normal(nasbench201.write(document))

    def __getitem__(self, key: str) -> float:
        """What a genotype is worth. Raises `NasError` (E604): it is not in the table."""
        if key not in self.values:
            raise fail("E604", f"{self.path} has no row for `{key}`", help="is it a table of this space?")
        return self.values[key]


def open_table(path: Path, column: str | None) -> Table:
    """Read one column of a CSV file, which may be packed by gzip.

    The rows are told apart by the column that holds strings of NAS-Bench-201 or identities (`nasc hash`). In the name
    of the column `_` stands for whatever is neither a letter nor a digit.
    Raises `NasError` (E604): it cannot be read, it has no such column, or it does not say which genotypes it is of.
    """
    header, rows = _read(path)
    if not rows:
        raise fail("E604", f"{path} has no rows", help="a line of names comes first, then one line a genotype")
    keyed = [at for at, cell in enumerate(rows[0]) if cell.strip().startswith((IDENTITY, STRING))]
    if not keyed:
        help = "a column holds strings such as `|nor_conv_3x3~0|+...`, or identities as `nasc hash` prints them"
        raise fail("E604", f"no column of {path} says which genotype a row is of", help=help)
    numbers = [at for at, cell in enumerate(rows[0]) if at not in keyed and _number(cell) is not None]
    named = [at for at in numbers if column is None or word(header[at]) == word(column)]
    listed = ", ".join(word(header[at]) for at in numbers)
    if len(named) != 1:
        wanted = f"column `{column}`" if column else "column"
        none = f"there is no {wanted} of numbers in {path}"
        message = f"{path} has several columns" if column is None and named else none
        raise fail("E604", message, help=f"say which: `--set column=...`; columns: {listed}")
    by_identity = rows[0][keyed[0]].strip().startswith(IDENTITY)
    values: dict[str, float] = {}
    for line, row in enumerate(rows, 2):
        value = _number(row[named[0]]) if len(row) == len(header) else None
        if value is None:
            help = "every line has as many columns as the first, and a number there"
            message = f"line {line} of {path} has no number in column `{header[named[0]]}`"
            raise fail("E604", message, help=help)
        key = row[keyed[0]].strip()
        values[key if by_identity else normal(key)] = value
    return Table(path, header[named[0]], by_identity, values)


def word(name: str) -> str:
    """The name of a column as it may be written in a text.

    >>> word("cifar10-val")
    'cifar10_val'
    """
    return re.sub(r"\W", "_", name.strip())


def normal(string: str) -> str:
    """A string of NAS-Bench-201 with the edges of each node in the order of their sources.

    >>> normal("|a~0|+|b~1|c~0|")
    '|a~0|+|c~0|b~1|'
    """
    nodes = []
    for node in string.strip().split("+"):
        edges = sorted(_NODE.findall(node), key=lambda edge: (edge.partition("~")[2], edge))
        nodes.append("".join(f"|{edge}" for edge in edges) + "|")
    return "+".join(nodes)


def _read(path: Path) -> tuple[list[str], Sequence[list[str]]]:
    try:
        packed = path.suffix == ".gz"
        with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as file:
            lines = [row for row in csv.reader(file) if row]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        reason = (
            "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else getattr(error, "strerror", None) or error
        )
        help = "name a CSV file, packed by gzip or not"
        raise fail("E604", f"{path} cannot be read: {reason}", help=help) from None
    return (lines[0], lines[1:]) if lines else ([], [])


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None

"""A run directory → what stands in it, as far as it is text: the first half of `nasc report`."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nasc.dsl.diagnostic import NasError, fail
from nasc.dsl.reader import read_path
from nasc.dsl.source import Source, Span

ANOTHER = "put back a copy of the file, or name another run"
WEIGHTS = ("weights.safetensors", "best.safetensors", "ema.safetensors")


@dataclass(frozen=True)
class Rows:
    """A table of figures. `columns` are names, `rows` values by column, NaN where a row has none; `labels` what each
    row is of: an epoch, a seed, a number of looks. `cut` says that the last line was not written to its end."""

    labels: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[float, ...], ...] = ()
    cut: bool = False

    def column(self, name: str) -> list[float]:
        """The values of one column."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


@dataclass(frozen=True)
class Record:
    """What a run directory holds. `epochs` are the genotypes after each epoch, by number, `strengths` what all
    operations counted for then; `curve` is that of a search of a table; `seeds` and `parts` are those of `--seeds`:
    its table, and by seed the run of the search and that of its training. `seconds` lie between the first and the
    last of its files."""

    path: Path
    asked: Mapping[str, Any]
    text: Source | None
    epochs: Mapping[int, Source]
    strengths: Mapping[int, Source]
    stages: Mapping[int, Source]
    genotype: Source | None
    metrics: Rows
    curve: Rows
    seeds: Rows
    parts: Mapping[int, tuple[Record, Record | None]]
    weights: tuple[str, ...]
    seconds: float

    @property
    def command(self) -> str:
        """What was run: `search`, `train`, `seeds`, or a word that this version does not know."""
        return str(self.asked["command"])


def open_record(path: Path) -> Record:
    """What the run directory `path` holds.

    Raises `NasError`: it is no run directory, or its `run.json` or a line of its figures is damaged (E504), or a text
    in it cannot be read (E101, E105, E108).
    """
    return _record(path, _parts(path, _asked(path)))


def _record(path: Path, parts: Mapping[int, tuple[Record, Record | None]]) -> Record:
    return Record(
        path,
        _asked(path),
        _text(path / "space.nas"),
        _numbered(path / "epochs"),
        _numbered(path / "strengths"),
        _numbered(path / "stages"),
        _text(path / "genotype.nas"),
        _metrics(path / "metrics.jsonl"),
        _table(path / "curve.csv"),
        _table(path / "seeds.csv"),
        parts,
        tuple(name for name in WEIGHTS if (path / name).is_file()),
        _seconds(path),
    )


def _asked(path: Path) -> dict[str, Any]:
    file = path / "run.json"
    try:
        asked = json.loads(file.read_bytes())
    except OSError:
        help = "name the directory that `nasc search` or `nasc train` has written to; it holds `run.json`"
        raise fail("E504", f"there is no run in {path}", help=help) from None
    except (ValueError, RecursionError):
        raise fail("E504", f"{file} is damaged", help=ANOTHER) from None
    if not isinstance(asked, dict) or not isinstance(asked.get("command"), str):
        raise fail("E504", f"{file} is damaged", help=ANOTHER)
    return asked


def _text(file: Path) -> Source | None:
    return read_path(file) if file.exists() else None


def _numbered(folder: Path) -> dict[int, Source]:
    """The texts of a folder whose names are numbers, in their order."""
    files = {int(file.stem): file for file in folder.glob("*.nas") if file.stem.isdecimal() and len(file.stem) < 10}
    return {number: read_path(files[number]) for number in sorted(files)}


def _metrics(file: Path) -> Rows:
    """The figures, a line for each epoch. What a kill has left of a last line is passed over."""
    text = _decoded(file)
    lines = text.split("\n")
    source, start = Source(str(file), text), 0
    labels: list[int] = []
    found: list[dict[str, float]] = []
    cut = False
    for number, line in enumerate(lines, 1):
        row = _figures(line)
        if row is not None:
            labels.append(int(row.pop("epoch")))
            found.append(row)
        elif number == len(lines):
            cut = bool(line)
        else:
            span = Span(source, start, start + len(line))
            raise _damaged(f"line {number} of {file} is not the figures of an epoch", span)
        start += len(line) + 1
    columns = tuple(dict.fromkeys(name for row in found for name in row))
    rows = tuple(tuple(row.get(name, math.nan) for name in columns) for row in found)
    return Rows(tuple(labels), columns, rows, cut)


def _figures(line: str) -> dict[str, float] | None:
    """The numbers of one line, `epoch` among them; None where it is no such line."""
    try:
        row = json.loads(line)
        whole = isinstance(row, dict) and type(row.get("epoch")) is int and 0 < row["epoch"] < 10**9
        return {name: float(value) for name, value in row.items() if type(value) in (int, float)} if whole else None
    except (ValueError, OverflowError, RecursionError):
        return None


def _table(file: Path) -> Rows:
    """A table of numbers with commas, its first column whole; nothing where there is no such file."""
    text = _decoded(file)
    lines = list(csv.reader(text.splitlines()))
    if not lines:
        return Rows()
    columns = tuple(lines[0][1:])
    try:
        labels = tuple(int(line[0]) for line in lines[1:])
        rows = tuple(tuple(map(float, line[1:])) for line in lines[1:])
    except (ValueError, IndexError):
        raise _damaged(f"{file} is not a table of numbers") from None
    if any(len(row) != len(columns) for row in rows):
        raise _damaged(f"{file} is not a table of numbers")
    return Rows(labels, columns, rows)


def _decoded(file: Path) -> str:
    """A text that may be missing, which is an empty one."""
    if not file.exists():
        return ""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise fail("E108", f"{file} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise _damaged(f"{file} is not UTF-8") from None


def _damaged(message: str, span: Span | None = None) -> NasError:
    return fail("E504", message, span, help="take it out or put it right: a report says nothing that it cannot read")


def _parts(path: Path, asked: Mapping[str, Any]) -> dict[int, tuple[Record, Record | None]]:
    """The runs of `--seeds`, by seed, as far as they were begun."""
    first = asked.get("seed")
    found = {}
    for file in sorted(path.glob("seed-*/run.json")) if asked["command"] == "seeds" else ():
        number = file.parent.name.removeprefix("seed-")
        if number.isdecimal() and type(first) is int:
            trained = file.parent.with_name(f"seed-{number}-trained")
            also = _record(trained, {}) if (trained / "run.json").exists() else None
            found[first + int(number)] = _record(file.parent, {}), also
    return dict(sorted(found.items()))


def _seconds(path: Path) -> float:
    """The time between the first and the last file of a run; it says nothing of one that was copied."""
    patterns = ("run.json", "metrics.jsonl", "*.nas", "*.csv", "*.safetensors")
    times = []
    for file in (file for pattern in patterns for file in path.rglob(pattern)):
        with suppress(OSError):  # a run that goes on renames files meanwhile
            times.append(file.stat().st_mtime)
    return max(times) - min(times) if times else 0.0

"""How long texts of growing size take to be parsed, checked and built."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch

from nasc.compiler.build import Network
from nasc.compiler.check import check
from nasc.compiler.plan import plan
from nasc.dsl.parser import parse
from nasc.dsl.source import Source

SIZES = (100, 1_000, 10_000, 100_000)
BUILT = 10_000
"""Larger cells are not built: no module of a hundred thousand layers runs."""
EDGES = 20
"""Edges of one state."""


@dataclass(frozen=True)
class Times:
    """Seconds that one text took; `build` is None where it was not built. Plans are part of checking and building."""

    edges: int
    parse: float
    check: float
    build: float | None


def text(edges: int) -> str:
    """A text with one cell of so many edges, each state reading those before it."""
    lines, names = [], ["s0", "s1"]
    for start in range(0, edges, EDGES):
        count = min(EDGES, edges - start)
        terms = [f"skip_connect({names[-1 - i % min(len(names), 7)]})" for i in range(count)]
        names.append(f"s{len(names)}")
        lines.append(f"  {names[-1]} = {' + '.join(terms)}")
    body = "\n".join(lines)
    cell = f"cell big(s0, s1) {{\n{body}\n  return {names[-1]}\n}}\n"
    return f"use std.darts\n{cell}network n: darts_cifar {{ channels: 4  cells: big }}\n"


def measure(sizes: tuple[int, ...] = SIZES) -> list[Times]:
    """The times of every size, the smallest first; the first text is done once before."""
    _once(sizes[0])
    return [_once(size) for size in sizes]


def _once(edges: int) -> Times:
    source = Source("big.nas", text(edges))
    parsed, document = _seconds(lambda: parse(source))
    checked, found = _seconds(lambda: check(document))
    assert not found.findings.failed
    built = None
    if edges <= BUILT:
        with torch.device("meta"):
            built, _ = _seconds(lambda: Network(plan(document)))
    return Times(edges, parsed, checked, built)


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    value = work()
    return time.perf_counter() - start, value


def table(rows: list[Times]) -> str:
    """The rows as lines that line up; behind each time, how many times that of the line before it is."""
    found = [f"{'edges':>9}  {'parse':>16}  {'check':>16}  {'build':>16}", _line(rows[0], None)]
    return "\n".join([*found, *(_line(row, before) for before, row in pairwise(rows))])


def _line(row: Times, before: Times | None) -> str:
    cells = [f"{row.edges:>9,}"]
    for name in ("parse", "check", "build"):
        seconds, earlier = getattr(row, name), getattr(before, name, None)
        growth = f" ({seconds / earlier:5.1f}x)" if seconds is not None and earlier else " " * 9
        cells.append(f"{seconds:>6.2f}{growth}" if seconds is not None else " " * 15)
    return "  ".join(f"{cell:>16}" if index else cell for index, cell in enumerate(cells))

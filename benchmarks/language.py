"""How long texts of growing size take to be parsed, checked and built."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from random import Random
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
CELLS = (100, 1_000, 10_000)
"""Cells of a text whose cells all differ; of 8 edges each, and not built."""
OPERATIONS = ("sep_conv_3x3", "skip_connect", "max_pool_3x3", "dil_conv_3x3", "avg_pool_3x3", "sep_conv_5x5")


@dataclass(frozen=True)
class Times:
    """Seconds of processor time that one text took; `build` is None where it was not built.

    Plans are part of checking and building.
    """

    size: int
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


def different(cells: int) -> str:
    """A text with so many cells, placed one behind the other, no two alike."""
    draw, lines = Random(0), ["use std.darts"]
    for index in range(cells):
        lines.append(f"cell c{index}(s0, s1) {{")
        for state in range(2, 6):
            terms = [f"{draw.choice(OPERATIONS)}(s{source})" for source in draw.sample(range(state), 2)]
            lines.append(f"  s{state} = {' + '.join(terms)}")
        lines.append("  return concat(s2..s5)\n}")
    placed = ", ".join(f"c{index}" for index in range(cells))
    return "\n".join([*lines, f"network n: darts_cifar {{ channels: 4  cells: {placed} }}\n"])


def measure(sizes: tuple[int, ...] = SIZES) -> list[Times]:
    """The times of one cell of every size, the smallest first; the first text is done once before."""
    _once(sizes[0], text, BUILT)
    return [_once(size, text, BUILT) for size in sizes]


def measure_cells(sizes: tuple[int, ...] = CELLS) -> list[Times]:
    """The times of texts of so many different cells."""
    return [_once(size, different, 0) for size in sizes]


def _once(size: int, written: Callable[[int], str], built: int) -> Times:
    source = Source("big.nas", written(size))
    parsed, document = _seconds(lambda: parse(source))
    checked, found = _seconds(lambda: check(document))
    assert not found.findings.failed
    build = None
    if size <= built:
        with torch.device("meta"):
            build, _ = _seconds(lambda: Network(plan(document)))
    return Times(size, parsed, checked, build)


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    value = work()
    return time.process_time() - start, value


def table(what: str, rows: list[Times]) -> str:
    """The rows as lines that line up; behind each time, how many times that of the line before it is."""
    found = [f"{what:>9}  {'parse':>16}  {'check':>16}  {'build':>16}", _line(rows[0], None)]
    return "\n".join([*found, *(_line(row, before) for before, row in pairwise(rows))])


def _line(row: Times, before: Times | None) -> str:
    cells = [f"{row.size:>9,}"]
    for name in ("parse", "check", "build"):
        seconds, earlier = getattr(row, name), getattr(before, name, None)
        growth = f" ({seconds / earlier:5.1f}x)" if seconds is not None and earlier else " " * 9
        cells.append(f"{seconds:>6.2f}{growth}" if seconds is not None else " " * 15)
    return "  ".join(f"{cell:>16}" if index else cell for index, cell in enumerate(cells))

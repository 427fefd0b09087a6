"""Fair timing: two functions by turns in one process, medians with their spread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Ratio:
    """How many times faster `ours` is than `plain`: the median of the ratios of neighbouring turns, and their range."""

    name: str
    plain: float
    ours: float
    ratio: float
    least: float
    most: float
    unit: str = "ms"


def compare(
    name: str,
    plain: Callable[[], object],
    ours: Callable[[], object],
    turns: int,
    warm: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> Ratio:
    """Run both by turns; seconds are medians of wall time, or of what another clock measures."""
    times: list[tuple[float, float]] = []
    for turn in range(warm + turns):
        pair = _seconds(plain, clock), _seconds(ours, clock)
        if turn >= warm:
            times.append(pair)
    ratios = [a / b for a, b in times]
    return Ratio(
        name, median(a for a, _ in times), median(b for _, b in times), median(ratios), min(ratios), max(ratios)
    )


def _seconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start


def table(rows: list[Ratio]) -> str:
    """The rows as lines that line up; memory stands as a share, not as a speed."""
    wide = max(len(row.name) for row in rows)
    lines = [f"{'':<{wide}}  {'plain':>10}  {'nasc':>10}  {'ratio':>6}  {'range':>12}"]
    for row in rows:
        scale = 1e3 if row.unit == "ms" else 1
        sizes = f"{row.plain * scale:>6.0f} {row.unit:<3}  {row.ours * scale:>6.0f} {row.unit:<3}"
        lines.append(f"{row.name:<{wide}}  {sizes}  {row.ratio:>6.2f}  {row.least:>5.2f}-{row.most:<6.2f}".rstrip())
    return "\n".join(lines)

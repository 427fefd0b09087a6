"""Strengths → how undecided each cell still was, epoch by epoch."""

from __future__ import annotations

import math

from nasc.runtime.report.curves import Chart, Curve
from nasc.runtime.report.history import CellHistory

ROUNDING = 5e-4
"""By which shares may add up to other than one, for each operation: texts of some runs have four digits."""


def entropy_chart(history: list[CellHistory]) -> Chart | None:
    """The entropy of the operations of an edge, as a share of what it is where all count the same, mean over edges.

    None where that was not written down, or strengths are no shares of one: they then say nothing of each other.
    """
    curves = []
    for cell in history:
        found = cell.strengths
        if found is None or not found.full:
            continue
        means = [_mean(table) for table in found.values]
        points = tuple((float(epoch), y) for epoch, y in zip(cell.epochs, means, strict=True) if y is not None)
        if len(points) > 1:
            curves.append(Curve(cell.name, points))
    return Chart("Entropy of the strengths", tuple(curves), "%") if curves else None


def _mean(table: list[list[float]]) -> float | None:
    """The mean over edges; None where one of them has no shares of one."""
    rows = [[value for value in row if math.isfinite(value)] for row in table]
    rows = [row for row in rows if len(row) > 1]
    if not rows or any(abs(sum(row) - 1) > ROUNDING * len(row) for row in rows):
        return None
    return sum(map(share_of_entropy, rows)) / len(rows)


def share_of_entropy(shares: list[float]) -> float:
    """The entropy of shares, one where all are the same, zero where one has all.

    >>> share_of_entropy([0.25, 0.25, 0.25, 0.25]), share_of_entropy([1.0, 0.0])
    (1.0, 0.0)
    """
    return sum(-share * math.log(share) for share in shares if share > 0) / math.log(len(shares))

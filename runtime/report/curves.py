"""Figures of a run → which curves go into one chart, and in which unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from nasc.runtime.report.record import Rows

Unit = Literal["", "%"]
LOG = 20.0
"""From this ratio of the greatest to the least on, perplexities and rates are shown on a logarithmic axis."""

LARGEST = 1e100
"""Of such numbers, and of those that are none, a curve shows nothing."""


@dataclass(frozen=True)
class Curve:
    """One curve: its points (x, y), in the order of x."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Chart:
    """Curves on the same axes; `across` is what x is."""

    title: str
    curves: tuple[Curve, ...]
    unit: Unit = ""
    log: bool = False
    across: str = "epoch"


@dataclass(frozen=True)
class Group:
    """Figures that are shown together: those whose name `takes` says yes to."""

    title: str
    takes: Callable[[str], bool]
    unit: Unit = ""
    log: bool = False


GROUPS = (
    Group("Loss", lambda name: name.endswith("loss")),
    Group("Accuracy", lambda name: "top1" in name or "top5" in name, "%"),
    Group("Perplexity", lambda name: "perplexity" in name, log=True),
    Group("Learning rate", lambda name: name == "lr", log=True),
    Group("Reward", lambda name: name in ("reward", "baseline")),
)
"""Any other figure has a chart of its own."""


def charts_of(rows: Rows, across: str = "epoch") -> list[Chart]:
    """The charts of a table: figures that move, over at least two rows."""
    groups: dict[str, tuple[Group, list[Curve]]] = {}
    for name in rows.columns:
        curve = Curve(words(name), _points(rows.labels, rows.column(name)))
        if len({y for _, y in curve.points}) < 2:
            continue
        group = next((one for one in GROUPS if one.takes(name)), Group(words(name).capitalize(), name.__eq__))
        groups.setdefault(group.title, (group, []))[1].append(curve)
    order = {group.title: place for place, group in enumerate(GROUPS)}
    found = sorted(groups.values(), key=lambda one: order.get(one[0].title, len(order)))
    return [chart(group.title, curves, group.unit, group.log, across) for group, curves in found]


def chart(title: str, curves: Sequence[Curve], unit: Unit = "", log: bool = False, across: str = "epoch") -> Chart:
    """A chart, with a logarithmic axis if that is wanted and of use."""
    values = [y for curve in curves for _, y in curve.points]
    return Chart(title, tuple(curves), unit, log and min(values) > 0 and max(values) / min(values) >= LOG, across)


def _points(labels: Sequence[int], values: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """What can be drawn: numbers within reason. Of an epoch that stands there twice the later counts."""
    found = {x: y for x, y in zip(labels, values, strict=True) if abs(y) < LARGEST}
    return tuple(sorted(found.items()))


def words(name: str) -> str:
    """The name of a figure as a reader has it.

    >>> words("valid_top1"), words("strength_loss"), words("lr")
    ('validation accuracy', 'strength loss', 'learning rate')
    """
    if name == "lr":
        return "learning rate"
    known = {"valid": "validation", "train": "training", "top1": "accuracy", "top5": "top-5 accuracy"}
    return " ".join(known.get(word, word) for word in name.split("_"))


def shown(value: float, unit: Unit = "") -> str:
    """A number as it is read.

    >>> shown(0.93324, "%"), shown(143.08321), shown(0.00763174), shown(12345.6)
    ('93.32 %', '143.1', '0.007632', '12,346')
    """
    if unit == "%":
        return f"{value * 100:.2f} %"
    if not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if 10_000 <= abs(value) < 1e15 else f"{value:.4g}"


def unit_of(name: str) -> Unit:
    """The unit of a figure."""
    return next((group.unit for group in GROUPS if group.takes(name)), "")

"""A chart → SVG of our own: axes with round numbers, one line a curve, a bar for the epoch that is looked at."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from itertools import pairwise

from nasc.runtime.report.curves import Chart, shown

WIDTH, HEIGHT = 560, 270
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 12, 40
"""Room for the numbers of the axes."""
DOTTED = 60
"""Up to so many points of a curve are dots, too."""
LOOKS = 6
"""So many looks of curves a page has; further ones begin anew."""
MOST_TICKS = 7


def svg(chart: Chart) -> str:
    """The chart as an element of a page. Looks (`c0`, `c1`, ...), ink and grid are classes that the page gives colours.

    Where it is over epochs, an element `now` can be moved by `data-step` for every epoch after `data-first`.
    """
    xs = [x for curve in chart.curves for x, _ in curve.points]
    ys = [y for curve in chart.curves for _, y in curve.points]
    first, last = min(xs), max(xs)
    ticks = log_ticks(min(ys), max(ys)) if chart.log else round_ticks(min(ys), max(ys))
    low, high = ticks[0], ticks[-1]

    def across(x: float) -> float:
        return LEFT + (x - first) / (last - first or 1) * (WIDTH - LEFT - RIGHT)

    def up(y: float) -> float:
        share = math.log(y / low) / math.log(high / low) if chart.log else (y - low) / (high - low)
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)

    spoken = f"{chart.title} by {chart.across}: {_spoken(chart)}"
    parts = [f'<svg class="chart" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" aria-label="{escape(spoken)}">']
    for tick in ticks:
        y = up(tick)
        parts.append(f'<path class="grid" d="M{LEFT},{y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" text-anchor="end" x="{LEFT - 8}" y="{y + 4:.1f}">{_tick(tick, chart)}</text>')
    for x in whole_ticks(first, last):
        at, below = across(x), HEIGHT - BOTTOM
        parts.append(f'<path class="axis" d="M{at:.1f},{below}v5"/>')
        parts.append(f'<text class="tick" text-anchor="middle" x="{at:.1f}" y="{below + 19}">{x:,}</text>')
    parts.append(f'<path class="axis" d="M{LEFT},{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    parts.append(f'<text class="tick" text-anchor="end" x="{WIDTH - RIGHT}" y="{HEIGHT - 4}">{chart.across}</text>')
    step = (WIDTH - LEFT - RIGHT) / (last - first or 1)
    if chart.across == "epoch":
        line = f'd="M{LEFT},{TOP}V{HEIGHT - BOTTOM}" data-first="{first:g}" data-step="{step:.4f}"'
        parts.append(f'<path class="now" {line}/>')
    for number, curve in enumerate(chart.curves):
        places = [(across(x), up(y)) for x, y in curve.points]
        line = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<path class="curve c{number % LOOKS}" d="{line}"/>')
        if len(places) <= DOTTED:
            dots = "".join(f"M{x:.1f},{y:.1f}h0" for x, y in places)
            parts.append(f'<path class="dots c{number % LOOKS}" d="{dots}"/>')
    parts += _tips(chart, across)
    return "".join([*parts, "</svg>"])


def _tips(chart: Chart, across: Callable[[float], float]) -> list[str]:
    """Columns that nobody sees: over each, a mouse that rests has the figures told."""
    told: dict[float, list[str]] = {}
    for curve in chart.curves:
        for x, y in curve.points:
            told.setdefault(x, []).append(f"{curve.name} {shown(y, chart.unit)}")
    xs = sorted(told)
    middles = [(across(a) + across(b)) / 2 for a, b in pairwise(xs)]
    edges = [float(LEFT), *middles, float(WIDTH - RIGHT)]
    parts = []
    for x, (left, right) in zip(xs, pairwise(edges), strict=True):
        place = f'x="{left:.1f}" y="{TOP}" width="{right - left:.1f}" height="{HEIGHT - TOP - BOTTOM}"'
        tip = "\n".join([f"{chart.across} {x:,g}", *told[x]])
        parts.append(f'<rect class="tip" data-epoch="{x:g}" {place}><title>{escape(tip)}</title></rect>')
    return parts


def _spoken(chart: Chart) -> str:
    """Where each curve begins and ends."""
    return "; ".join(
        f"{curve.name} from {shown(curve.points[0][1], chart.unit)} to {shown(curve.points[-1][1], chart.unit)}"
        for curve in chart.curves
    )


def _tick(value: float, chart: Chart) -> str:
    return f"{value * 100:.4g} %" if chart.unit == "%" else f"{value:,.6g}"


def round_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers around all values, the first at or below the least, the last at or above the greatest.

    >>> round_ticks(0.31, 1.86)
    [0.0, 0.5, 1.0, 1.5, 2.0]
    """
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-99):
        low, high = low - (abs(low) or 1.0) / 2, high + (abs(high) or 1.0) / 2
    rough = (high - low) / about
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * times for times in (1, 2, 2.5, 5, 10) if unit * times >= rough * 0.999)
    start, end = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(place * step, 12) for place in range(start, end + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Numbers 1, 2, 5, 10, ... around all values, or powers of ten where those would be many.

    >>> log_ticks(130, 900)
    [100.0, 200.0, 500.0, 1000.0]
    """
    start, end = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = [times * 10.0**power for power in range(start, end + 1) for times in (1, 2, 5)]
    first = max(place for place, tick in enumerate(every) if tick <= low * (1 + 1e-9))
    last = min(place for place, tick in enumerate(every) if tick >= high * (1 - 1e-9))
    found = every[first : last + 1]
    if len(found) <= MOST_TICKS and len(found) > 1:
        return found
    return [10.0**power for power in range(start, max(end, start + 1) + 1)]


def whole_ticks(first: float, last: float, most: int = 10) -> Sequence[int]:
    """Whole round numbers from the first to the last, at most about `most` of them.

    >>> list(whole_ticks(1, 6)), list(whole_ticks(1, 80))
    ([1, 2, 3, 4, 5, 6], [1, 10, 20, 30, 40, 50, 60, 70, 80])
    """
    start, end = int(first), int(last)
    if end - start < most:
        return range(start, end + 1)
    unit = 10 ** (len(str(end - start)) - 1)
    steps = (unit // 10, unit // 5, unit // 2, unit, 2 * unit, 5 * unit, 10 * unit)
    step = next(one for one in steps if one and (end - start) / one <= most)
    rest = range((start // step + 1) * step, end + 1, step)
    return [start, *(one for one in rest if one - start >= step * 0.5)]

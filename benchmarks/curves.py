"""Curves with bands as SVG: means and standard deviations over seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from statistics import fmean, stdev

LEFT, TOP, WIDTH, HEIGHT = 60, 16, 520, 300
INK, FAINT = "#1f2933", "#d5dbe1"
COLOURS = ("#2f6f9f", "#c8553d", "#588157", "#8e6bb0")


def svg(series: Mapping[str, Sequence[Sequence[float]]], low: float, high: float, across: str, up: str) -> str:
    """One curve for each name: the mean over its runs at every step, in a band of one standard deviation.

    Values outside of `low` to `high` are drawn at the border.
    """
    steps = max(len(run) for runs in series.values() for run in runs)

    def x(step: int) -> float:
        return LEFT + WIDTH * step / max(steps - 1, 1)

    def y(value: float) -> float:
        return TOP + HEIGHT * (1 - (min(max(value, low), high) - low) / (high - low))

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 20} {TOP + HEIGHT + 48}" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="13" fill="{INK}">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for tick in range(6):
        value, step = low + (high - low) * tick / 5, round((steps - 1) * tick / 5)
        lines += [
            f'<line x1="{LEFT}" y1="{y(value):.1f}" x2="{LEFT + WIDTH}" y2="{y(value):.1f}" stroke="{FAINT}"/>',
            f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.1f}</text>',
            f'<text x="{x(step):.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{step + 1}</text>',
        ]
    lines.append(f'<text x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 40}" text-anchor="middle">{escape(across)}</text>')
    lines.append(f'<text x="{LEFT + 10}" y="{TOP + 14}">{escape(up)}</text>')
    for row, ((name, runs), colour) in enumerate(zip(series.items(), COLOURS, strict=False)):
        means = [fmean(values) for values in zip(*runs, strict=True)]
        spread = [stdev(values) if len(values) > 1 else 0.0 for values in zip(*runs, strict=True)]
        edges = [
            *(f"{x(at):.1f},{y(mean + off):.1f}" for at, (mean, off) in enumerate(zip(means, spread, strict=True))),
            *reversed(
                [f"{x(at):.1f},{y(mean - off):.1f}" for at, (mean, off) in enumerate(zip(means, spread, strict=True))]
            ),
        ]
        curve = " ".join(f"{x(at):.1f},{y(mean):.1f}" for at, mean in enumerate(means))
        height = TOP + HEIGHT - 18 * (len(series) - row) + 4
        lines += [
            f'<polygon points="{" ".join(edges)}" fill="{colour}" opacity="0.12"/>',
            f'<polyline points="{curve}" fill="none" stroke="{colour}" stroke-width="2"/>',
            f'<line x1="{LEFT + WIDTH - 190}" y1="{height - 4}" x2="{LEFT + WIDTH - 166}" y2="{height - 4}" '
            f'stroke="{colour}" stroke-width="2"/>',
            f'<text x="{LEFT + WIDTH - 158}" y="{height}">{escape(name)}</text>',
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"

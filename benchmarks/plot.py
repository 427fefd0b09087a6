"""`python -m benchmarks.plot OUT.svg < ratios.json`: measured ratios as bars, with the line that is no gain."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from html import escape
from pathlib import Path

BAR, GAP, LEFT, WIDTH = 22, 12, 190, 420
INK, FILL, FAINT = "#1f2933", "#2f6f9f", "#9aa5b1"


def svg(ratios: Mapping[str, float]) -> str:
    """One bar a ratio, in order; longer is faster."""
    most = max([*ratios.values(), 1.0])
    unit = WIDTH / most
    height = len(ratios) * (BAR + GAP) + 2 * GAP + 16
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 70} {height}" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="14" fill="{INK}">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for row, (name, ratio) in enumerate(ratios.items()):
        top = GAP + row * (BAR + GAP)
        lines += [
            f'<text x="{LEFT - 10}" y="{top + 16}" text-anchor="end">{escape(name.replace("_", " "))}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{ratio * unit:.1f}" height="{BAR}" fill="{FILL}"/>',
            f'<text x="{LEFT + ratio * unit + 8:.1f}" y="{top + 16}">{ratio:.1f}x</text>',
        ]
    end = GAP + len(ratios) * (BAR + GAP)
    lines += [
        f'<line x1="{LEFT + unit:.1f}" y1="4" x2="{LEFT + unit:.1f}" y2="{end}" stroke="{FAINT}" '
        'stroke-dasharray="4 4"/>',
        f'<text x="{LEFT + unit:.1f}" y="{end + 14}" text-anchor="middle" fill="{FAINT}" font-size="12">'
        "plain PyTorch</text>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(svg(json.load(sys.stdin)), encoding="utf-8")

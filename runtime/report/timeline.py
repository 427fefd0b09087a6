"""A cell over the epochs → SVG with a row for each edge and a column for each epoch, coloured by operation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from itertools import groupby

from nasc.compiler.draw_style import family
from nasc.runtime.report.chart import whole_ticks
from nasc.runtime.report.history import CellHistory, Line, line_of

LEFT, ROW, TOP = 104, 20, 4
WIDTH, NARROW, WIDE = 860, 9.0, 116.0
"""What columns share, and the least and the most that one takes."""
LETTER = 5.6
"""The width of a letter, so that an operation is named only where its name fits."""


@dataclass(frozen=True)
class Stretch:
    """One operation of an edge over columns in a row in which it and its strength stay. Where an edge has several
    operations at a time, each has a `lane` of its own."""

    row: int
    lane: int
    lanes: int
    start: int
    length: int
    operation: str
    strength: float | None


def svg(cell: CellHistory) -> str:
    """The history of a cell as an element of a page. Families of operations are classes (`f-skip`, ...)."""
    columns = len(cell.epochs)
    wide = min(WIDE, max(NARROW, WIDTH / columns))
    width, below = LEFT + wide * columns + 8, TOP + ROW * len(cell.lines)
    spoken = f"The edges of cell {cell.name} by epoch; the table of changes says the same in words"
    box = f'viewBox="0 0 {width:.0f} {below + 24}" width="{width:.0f}" height="{below + 24}"'
    parts = [f'<svg class="timeline" role="img" {box} aria-label="{escape(spoken)}">']
    for row, line in enumerate(cell.lines):
        y = TOP + row * ROW
        if row and line[1] != cell.lines[row - 1][1]:
            parts.append(f'<path class="grid" d="M4,{y}H{width - 8:.0f}"/>')
        parts.append(f'<text class="edge" text-anchor="end" x="{LEFT - 8}" y="{y + 14}">{escape(named(line))}</text>')
    found = stretches(cell)
    strongest = max((one.strength or 0.0 for one in found), default=0.0)
    parts += [_bar(one, cell, wide, strongest) for one in found]
    parts += [_name(one, wide) for one in joined(found) if one.length * wide >= len(one.operation) * LETTER + 6]
    for epoch in whole_ticks(cell.epochs[0], cell.epochs[-1]):
        if epoch in cell.epochs:
            x = LEFT + (cell.epochs.index(epoch) + 0.5) * wide
            parts.append(f'<text class="tick" text-anchor="middle" x="{x:.1f}" y="{below + 17}">{epoch:,}</text>')
    now = f'x="{LEFT}" y="{TOP - 2}" width="{wide:.2f}" height="{below - TOP + 4}" rx="3"'
    parts.append(f'<rect class="now" {now} data-step="{wide:.4f}"/>')
    return "".join([*parts, "</svg>"])


def _bar(one: Stretch, cell: CellHistory, wide: float, strongest: float) -> str:
    """A stretch: fainter the weaker it is."""
    high = (ROW - 3) / one.lanes
    share = 1.0 if one.strength is None or strongest <= 0 else max(0.0, one.strength) / strongest
    first, last = cell.epochs[one.start], cell.epochs[one.start + one.length - 1]
    when = f"epoch {first}" if first == last else f"epochs {first} to {last}"
    said = f" @{one.strength:g}" if one.strength is not None else ""
    tip = f"{when}: {one.operation}{said}, {named(cell.lines[one.row])}"
    x, y = LEFT + one.start * wide, TOP + one.row * ROW + 1.5 + one.lane * high
    place = f'x="{x:.1f}" y="{y:.1f}" width="{one.length * wide - 1:.1f}" height="{max(high - 1, 1):.1f}"'
    look = f'class="f {css(one.operation)}" fill-opacity="{0.22 + 0.5 * share:.2f}"'
    return f"<rect {look} {place}><title>{escape(tip)}</title></rect>"


def _name(one: Stretch, wide: float) -> str:
    x, y = LEFT + one.start * wide + 4, TOP + one.row * ROW + 13.5
    return f'<text class="op" x="{x:.1f}" y="{y:.1f}">{escape(one.operation)}</text>'


def stretches(cell: CellHistory) -> list[Stretch]:
    """All bars, row by row."""
    found: list[Stretch] = []
    looks: dict[Line, list[list[tuple[str, float | None]]]] = {line: [] for line in cell.lines}
    for dag in cell.dags:
        for columns in looks.values():
            columns.append([])
        for edge in dag.edges if dag is not None else ():
            looks[line_of(edge)][-1] += [(name, edge.strength) for name in edge.operations]
    for row, columns in enumerate(looks.values()):
        start = 0
        for here, same in groupby(columns):
            length = len(list(same))
            for lane, (operation, strength) in enumerate(here):
                found.append(Stretch(row, lane, len(here), start, length, operation, strength))
            start += length
    return found


def joined(found: list[Stretch]) -> list[Stretch]:
    """The stretches over which one operation has an edge for itself, whatever its strength meanwhile."""
    made: list[Stretch] = []
    for one in found:
        last = made[-1] if made else None
        meets = last is not None and (last.row, last.start + last.length) == (one.row, one.start)
        if one.lanes > 1:
            continue
        if last is not None and meets and last.operation == one.operation:
            made[-1] = replace(last, length=last.length + one.length)
        else:
            made.append(one)
    return made


def named(line: Line) -> str:
    """An edge as a reader has it.

    >>> named((("x", "h"), "s0"))
    'x, h → s0'
    """
    return f"{', '.join(line[0])} → {line[1]}"


def css(operation: str) -> str:
    """The class of an operation's colour.

    >>> css("dil_conv_3x3")
    'f-dilated-convolution'
    """
    return f"f-{family(operation).name.replace(' ', '-')}"

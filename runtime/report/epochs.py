"""Cells over the epochs → what the slider of the page shows: drawings, strengths, and a list of what changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from nasc.compiler.dag import CellDag
from nasc.compiler.difference import shown as written
from nasc.compiler.draw_style import FAMILIES, family
from nasc.dsl.diagnostic import many
from nasc.runtime.report import facts, timeline
from nasc.runtime.report.curves import shown, unit_of, words
from nasc.runtime.report.history import CellHistory, Strengths
from nasc.runtime.report.record import Record

SCALE = 10_000
"""Strengths go into the page as whole numbers of this part of one: the page shows three digits."""


def epochs_of(record: Record, history: list[CellHistory], drawings: Mapping[CellDag, str]) -> dict[str, Any] | None:
    """What the section with the slider takes; None where no epoch has left a cell.

    `data` is what its script reads: for each epoch which drawing of each cell is shown, and all strengths.
    """
    if not history:
        return None
    epochs = list(record.epochs)
    used = dict.fromkeys(family(name).name for cell in history for name in cell.operations)
    legend = [one.name for one in FAMILIES if one.name in used] + [name for name in used if name == "other"]
    return {
        "title": "Over the epochs" if len(epochs) > 1 else "After the first epoch",
        "epochs": epochs,
        "said": [_said(record, epoch, epochs[-1]) for epoch in epochs],
        "cells": [_cell(cell, drawings) for cell in history],
        "legend": [(f"f-{name.replace(' ', '-')}", name) for name in legend],
        "data": {
            "epochs": epochs,
            "said": [_said(record, epoch, epochs[-1]) for epoch in epochs],
            "cells": [{"frames": cell.shown, "heat": _numbers(cell.strengths)} for cell in history],
        },
    }


def _said(record: Record, epoch: int, last: int) -> str:
    """What stands beside the slider."""
    line = f"epoch {epoch} of {last}"
    result = facts.BEST
    rows = record.metrics
    for name, _ in result:
        if name in rows.columns and epoch in rows.labels:
            value = rows.column(name)[rows.labels.index(epoch)]
            return f"{line}: {words(name)} {shown(value, unit_of(name))}" if math.isfinite(value) else line
    return line


def _cell(cell: CellHistory, drawings: Mapping[CellDag, str]) -> dict[str, Any]:
    return {
        "name": cell.name,
        "frames": [Markup(drawings[dag]) for dag in cell.shapes],
        "last": cell.shown[-1],
        "timeline": Markup(timeline.svg(cell)),
        "heat": _heat(cell.strengths) if cell.strengths is not None else None,
    }


def _heat(found: Strengths) -> dict[str, Any]:
    """The table of strengths after the last epoch, which the slider goes on from."""
    low, high = found.bounds
    rows, kept = [], iter(found.kept[-1])
    for line, values in zip(found.lines, found.values[-1], strict=True):
        cells = [(*_shaded(value, low, high), next(kept) and found.full) for value in values]
        rows.append((timeline.named(line), cells))
    what = "What each operation counts for on each edge" if found.full else "How strong each edge is that was kept"
    caption = f"{what}; over all epochs from {low:.4f} (faint) to {high:.4f} (deep)."
    caption += " What the genotype keeps is framed." if found.full else ""
    return {"caption": caption, "operations": found.operations, "rows": rows}


def _shaded(value: float, low: float, high: float) -> tuple[str, str]:
    """How deep a strength is coloured, and how it reads."""
    if not math.isfinite(value):
        return "", ""
    share = (value - low) / (high - low) if high > low else 1.0
    return f"{share:.3f}", f"{value:.3f}".removeprefix("0")


def _numbers(found: Strengths | None) -> dict[str, Any] | None:
    if found is None:
        return None
    values = [[_whole(value) for row in table for value in row] for table in found.values]
    kept = [[place for place, yes in enumerate(here) if yes and found.full] for here in found.kept]
    return {"bounds": [_whole(bound) for bound in found.bounds], "values": values, "kept": kept}


def _whole(value: float) -> int | None:
    return round(value * SCALE) if math.isfinite(value) else None


def changes_of(history: list[CellHistory]) -> dict[str, Any]:
    """Which edges became others, epoch by epoch, and how many in a sentence."""
    rows: list[dict[str, Any]] = []
    for change in sorted((one for cell in history for one in cell.changes), key=lambda one: one.epoch):
        for edge in change.edges:
            before = written(edge.before) if edge.before is not None else ""
            after = written(edge.after) if edge.after is not None else ""
            rows.append(_row(change.epoch, change.cell, edge.edge.state, before, after))
        if change.returns is not None:
            rows.append(_row(change.epoch, change.cell, "return", *change.returns))
    still = sum(before == after for cell in history for before, after in pairwise(cell.shown))
    said = f"{many(len(rows), 'change')} of edges; {many(still, 'time')} a cell stayed as it was for an epoch"
    return {"changes": rows, "changes_said": said}


def _row(epoch: int, cell: str, state: str, before: str, after: str) -> dict[str, Any]:
    return {"epoch": epoch, "cell": cell, "state": state, "before": _bare(before), "after": _bare(after)}


def _bare(term: str) -> str:
    """An edge without its strength."""
    return term.partition(" @")[0]

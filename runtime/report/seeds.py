"""The parent directory of `--seeds` → its table, its curves, and the search that found the best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nasc.runtime.report import facts
from nasc.runtime.report.curves import GROUPS, LARGEST, Chart, Curve, chart, shown, unit_of, words
from nasc.runtime.report.record import Record, Rows


@dataclass(frozen=True)
class Seeds:
    """What several searches have found. `best` is the seed of the best so far, `record` its search; `table` is what
    the page shows of all, `done` and `of` how many are through."""

    best: int | None
    record: Record | None
    table: dict[str, Any]
    charts: list[Chart]
    done: int
    of: int | None
    line: str
    result: facts.Fact | None


def seeds_of(record: Record) -> Seeds | None:
    """What a run of `--seeds` has found so far; None for any other run."""
    if record.command != "seeds":
        return None
    rows = record.seeds
    best = _best(rows)
    asked = record.asked.get("seeds")
    charts = _charts("of the search", {seed: parts[0].metrics for seed, parts in record.parts.items()})
    charts += _charts("of the training", {s: parts[1].metrics for s, parts in record.parts.items() if parts[1]})
    line, result = "", None
    if best is not None and rows.columns:
        name = rows.columns[0]
        told = shown(rows.column(name)[rows.labels.index(best)], unit_of(name))
        line, result = f"{words(name).capitalize()} {told} with seed {best}, the best of {len(rows.labels)}.", None
        result = (f"{words(name)}, best seed", told)
    chosen = best if best in record.parts else next(iter(record.parts), None)
    return Seeds(
        chosen,
        record.parts[chosen][0] if chosen is not None else None,
        _table(record, best),
        charts,
        len(rows.labels),
        asked if type(asked) is int else None,
        line,
        result,
    )


def _best(rows: Rows) -> int | None:
    """The seed that is kept: the earlier of equals."""
    if not rows.columns or not rows.labels:
        return None
    name = rows.columns[0]
    better = min if "perplexity" in name or "loss" in name else max
    values = rows.column(name)
    return rows.labels[values.index(better(values))]


def _table(record: Record, best: int | None) -> dict[str, Any]:
    """A row for each seed: what its genotype reaches and costs, and what its search said."""
    columns = record.seeds.columns
    rows = []
    for seed in dict.fromkeys([*record.seeds.labels, *record.parts]):
        values = ["-"] * len(columns)
        if seed in record.seeds.labels:
            found = record.seeds.rows[record.seeds.labels.index(seed)]
            values = [_value(name, value) for name, value in zip(columns, found, strict=True)]
        search = record.parts[seed][0] if seed in record.parts else None
        result = facts.result_of(search.metrics) if search is not None else None
        values.append(f"{result.last} ({result.name})" if result is not None else "-")
        rows.append({"seed": seed, "cells": values, "best": seed == best})
    return {"head": ["seed", *map(words, columns), "at the end of its search"], "rows": rows}


def _value(name: str, value: float) -> str:
    return f"{value:,.0f}" if name == "params" else shown(value, unit_of(name))


def _charts(what: str, metrics: dict[int, Rows]) -> list[Chart]:
    """One chart for the figure that the runs are judged by, a curve for each seed."""
    found = next((name for name, _ in facts.BEST if any(name in rows.columns for rows in metrics.values())), None)
    curves = []
    for seed, rows in metrics.items():
        if found in rows.columns:
            pairs = zip(rows.labels, rows.column(found), strict=True)
            points = tuple((float(x), y) for x, y in pairs if abs(y) < LARGEST)
            curves += [Curve(f"seed {seed}", points)] if len(points) > 1 else []
    if found is None or not curves:
        return []
    group = next((one for one in GROUPS if one.takes(found)), None)
    title = f"{words(found).capitalize()} {what}"
    return [chart(title, curves, group.unit if group else "", group.log if group else False)]

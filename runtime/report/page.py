"""A run directory → one page of HTML that needs nothing besides itself: `nasc report`."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from nasc.compiler.draw_style import FAMILIES, OTHER
from nasc.dsl.diagnostic import many
from nasc.dsl.nodes import Document
from nasc.dsl.reader import read
from nasc.dsl.source import Source
from nasc.runtime.report import chart, facts
from nasc.runtime.report.curves import Chart, charts_of, shown, unit_of, words
from nasc.runtime.report.drawings import drawn
from nasc.runtime.report.entropy import entropy_chart
from nasc.runtime.report.epochs import changes_of, epochs_of
from nasc.runtime.report.history import CellHistory, cells_of, history_of
from nasc.runtime.report.record import Record, Rows, open_record
from nasc.runtime.report.seeds import Seeds, seeds_of
from nasc.runtime.report.timeline import css
from nasc.runtime.text_file import write_text

FILES = resources.files("nasc.runtime.report")


def write_report(path: Path, out: Path | None = None) -> tuple[Path, str | None]:
    """Write the page of a run directory, by default into it as `report.html`; where it is, and what there is to say.

    Raises `NasError`: it is no run directory, or damaged (E504), a text in it has errors, nothing here can draw (E801),
    or the page cannot be written (E502).
    """
    html, said = page_of(open_record(path))
    out = path / "report.html" if out is None else out
    write_text(out, html)
    return out, said


def page_of(record: Record) -> tuple[str, str | None]:
    """The page of a run, and what there is to say about how its cells were drawn."""
    seeds = seeds_of(record)
    told = seeds.record if seeds is not None and seeds.record is not None else record
    network = told.asked.get("network")
    options = facts.options_of(told)
    named = network if isinstance(network, str) else None
    history = history_of(told.epochs, told.strengths, named, options)
    final, final_title = _final(record, history)
    document = read(final).document if final is not None else None
    shown_cells = cells_of(final, named, options) if final is not None else {}
    drawings, said = drawn([*shown_cells.values(), *(dag for cell in history for dag in cell.shapes)])
    epochs = epochs_of(told, history, drawings)
    charts = seeds.charts if seeds is not None else [*charts_of(record.metrics), *charts_of(record.curve, "samples")]
    if (entropy := entropy_chart(history)) is not None and seeds is None:
        charts.append(entropy)
    values = {
        **_head(record, document, seeds),
        "final": [{"name": name, "svg": Markup(drawings[dag])} for name, dag in shown_cells.items()],
        "final_title": final_title,
        "seeds": seeds.table if seeds is not None else None,
        "charts": [_chart(one) for one in charts],
        "history": epochs,
        **changes_of(history),
        "figures": _figures(record.metrics),
        "tables": _tables(record, document),
        "texts": _texts(record, final),
    }
    if epochs is not None and seeds is not None:
        epochs["title"] = f"Over the epochs of seed {seeds.best}"
    values["sections"] = _sections(values)
    return _written(values), said


def _written(values: dict[str, Any]) -> str:
    """The page. Whatever comes from a run is text to it: the template makes it safe, but for what we have drawn."""
    from nasc import __version__

    looks = [{"css": css(one.prefixes[0]), "line": one.line} for one in FAMILIES]
    looks.append({"css": css(""), "line": OTHER.line})
    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters["family"] = css
    own = {name: Markup(_file(f"report.{end}").strip()) for name, end in (("style", "css"), ("script", "js"))}
    html = environment.from_string(_file("report.html")).render(**values, **own, families=looks, version=__version__)
    return html.encode("utf-8", "replace").decode()  # JSON may name halves of letters, which no file can hold


def _file(name: str) -> str:
    return FILES.joinpath(name).read_text(encoding="utf-8")


def _head(record: Record, document: Document | None, seeds: Seeds | None) -> dict[str, Any]:
    """The title, the result in a line, and the figures that stand large."""
    searched = record.command in ("search", "seeds")
    title = facts.title_of(record, facts.algorithm_of(record.text) if searched else None)
    table = isinstance(record.asked.get("table"), dict)
    result = facts.result_of(record.curve, "genotype") if table else facts.result_of(record.metrics)
    done, of, finished = facts.progress_of(record)
    what = "seeds" if seeds is not None else "epochs"
    if seeds is not None:
        done, of = seeds.done, seeds.of
    if table:
        done, of, what = max(record.curve.labels, default=0), None, "genotypes"
    tiles = []
    if result is not None:
        tiles = [(f"{result.name}, best", result.best), (f"{result.name}, last", result.last)]
    elif seeds is not None and seeds.result:
        tiles = [seeds.result]
    tiles.append((what, f"{done}" if of is None else f"{done} of {of}"))
    tiles += facts.costs_of(record, document) if document is not None else []
    if record.seconds >= 1:
        tiles.append(("duration", facts.clock(record.seconds)))
    unfinished = "" if finished else f"Unfinished: {reached(done, of, what)} done. `--resume` goes on with this run."
    notes = ["The last line of the figures was not written to its end, and is left out."] if record.metrics.cut else []
    line = seeds.line if seeds is not None else result.line if result is not None else ""
    return {
        "title": title[:1].upper() + title[1:],
        "result": line,
        "unfinished": unfinished,
        "notes": notes,
        "tiles": tiles,
    }


def reached(done: int, of: int | None, what: str) -> str:
    """How far a run is, in words.

    >>> reached(1, None, "epochs"), reached(2, 6, "epochs")
    ('1 epoch is', '2 of 6 epochs are')
    """
    if of is not None:
        return f"{done} of {of} {what} are"
    return f"{done} {what.removesuffix('s')} is" if done == 1 else f"{done} {what} are"


def _final(record: Record, history: list[CellHistory]) -> tuple[Source | None, str]:
    """The text whose cells stand at the top, and what it is."""
    if record.genotype is not None:
        return record.genotype, "The cells" if record.command == "train" else "The cells found"
    if record.epochs and history:
        last = max(record.epochs)
        return record.epochs[last], f"The cells after epoch {last}"
    return None, ""


def _chart(one: Chart) -> dict[str, Any]:
    alone = len(one.curves) == 1 and one.curves[0].name == one.title.lower()
    legend = [(f"c{place % chart.LOOKS}", curve.name) for place, curve in enumerate(one.curves) if not alone]
    return {"title": one.title, "legend": legend, "svg": Markup(chart.svg(one))}


def _figures(rows: Rows) -> dict[str, Any] | None:
    """All figures as a table."""
    if not rows.labels:
        return None
    units = [unit_of(name) for name in rows.columns]
    told = [[shown(value, unit) for value, unit in zip(row, units, strict=True)] for row in rows.rows]
    said = f"All figures of {many(len(told), 'epoch')}"
    return {
        "said": said,
        "columns": [words(name) for name in rows.columns],
        "rows": list(zip(rows.labels, told, strict=True)),
    }


def _tables(record: Record, document: Document | None) -> list[tuple[str, list[facts.Fact]]]:
    """Where a run comes from: tables of names and values, those that have any."""
    run = facts.provenance_of(record)
    named = facts.identity_of(document) if document is not None else ""
    if named:
        run.append(("identity of the genotype", named))
    options = [(name, value) for name, value in facts.table_of(record, "options") if value != "-"]
    tables = [("Run", run), ("Recipe", facts.table_of(record, "recipe")), ("Options", options)]
    tables += [("Settings", facts.table_of(record, "settings")), ("Short training", facts.table_of(record, "retrain"))]
    tables += [("Table", facts.table_of(record, "table")), ("Words", facts.table_of(record, "tokens"))]
    tables.append(("Versions", facts.table_of(record, "versions")))
    return [(name, found) for name, found in tables if found]


def _texts(record: Record, final: Source | None) -> list[tuple[str, str]]:
    """The texts of a run, each with what it is."""
    texts = [("The text as it was given (space.nas)", record.text.text)] if record.text is not None else []
    texts += [(f"What was searched from stage {number} on", source.text) for number, source in record.stages.items()]
    if final is not None:
        texts.append((f"The genotype ({Path(final.name).name})", final.text))
    return texts


def _sections(values: dict[str, Any]) -> list[tuple[str, str]]:
    """The sections that the page has, for the list at its top."""
    every = (
        ("seeds", "Seeds", "seeds"),
        ("cells", "Cells", "final"),
        ("curves", "Curves", "charts"),
        ("epochs", "Over the epochs", "history"),
        ("changes", "What changed", "changes"),
        ("figures", "Figures", "figures"),
        ("provenance", "Provenance", "tables"),
    )
    return [(anchor, name) for anchor, name, key in every if values[key]]

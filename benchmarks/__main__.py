"""`python -m benchmarks search [--json]`: ratios side by side in one run; nothing here is a test."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from benchmarks.timing import Ratio

JSON = click.option("--json", "as_json", is_flag=True)


@click.group()
def main() -> None:
    """Time nasc against a straightforward implementation, by turns in one process."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def sizes(channels: int, layers: int, batch: int, turns: int, threads: int) -> Callable[[Callable[..., Any]], Any]:
    """The options of a measurement, with its defaults."""

    def decorate(function: Callable[..., Any]) -> Any:
        for name, default in (("turns", turns), ("threads", threads), ("batch", batch), ("layers", layers)):
            function = click.option(f"--{name}", default=default, show_default=True)(function)
        return JSON(click.option("--channels", default=channels, show_default=True)(function))

    return decorate


@main.command()
@sizes(channels=16, layers=8, batch=32, turns=5, threads=2)
@click.option("--full", is_flag=True, help="Without any pass, each pass alone and left out; and cells computed again.")
def search(full: bool, **given: Any) -> None:
    """The steps of searches by DARTS and GDAS, and what they need in memory."""
    from benchmarks import ablation, memory
    from benchmarks.search import measure, measure_unchanged

    def rows(channels: int, layers: int, batch: int, turns: int) -> list[Ratio]:
        found = measure(channels, layers, batch, turns)
        if full:
            found += measure_unchanged(channels, layers, batch, turns)
            found += ablation.measure(channels, layers, batch, turns)
        return found + memory.ratios(channels, layers, batch, given["threads"], full)

    _ratios("DARTS space", rows, **given)


@main.command()
@sizes(channels=16, layers=8, batch=8, turns=5, threads=1)
def ablation(**given: Any) -> None:
    """A weight step with each pass alone and with each left out, in processor time."""
    from benchmarks.ablation import measure

    _ratios("DARTS space, weight step", measure, **given)


@main.command()
@sizes(channels=36, layers=20, batch=8, turns=5, threads=2)
def train(**given: Any) -> None:
    """A training step of the network of DARTS, second order."""
    from benchmarks.train import measure

    _ratios("darts_v2, training", measure, **given)


@main.command()
@sizes(channels=36, layers=20, batch=8, turns=9, threads=2)
def infer(**given: Any) -> None:
    """Inference of the network of DARTS, second order: in torch, and in ONNX Runtime."""
    from benchmarks.infer import measure

    _ratios("darts_v2, inference", measure, **given)


@main.command()
@sizes(channels=256, layers=1, batch=32, turns=5, threads=1)
def recurrent(**given: Any) -> None:
    """Steps of language models of 10,000 words, as written and as they run; processor time."""
    from benchmarks.recurrent import measure

    _ratios("language models", measure, **given)


@main.command()
@click.option("--most", default=100_000, show_default=True, help="Edges, or cells, of the largest text.")
@JSON
def language(most: int, as_json: bool) -> None:
    """Reading, checking and building texts: one cell of 100 edges and more, and 100 different cells and more."""
    from dataclasses import asdict

    from benchmarks.language import CELLS, SIZES, measure, measure_cells, table

    edges = measure(tuple(size for size in SIZES if size <= max(most, SIZES[0])))
    cells = measure_cells(tuple(size for size in CELLS if size <= max(most, CELLS[0])))
    if as_json:
        click.echo(json.dumps({"edges": [asdict(row) for row in edges], "cells": [asdict(row) for row in cells]}))
    else:
        click.echo(table("edges", edges) + "\n\n" + table("cells", cells))


@main.command()
@click.argument("table", type=click.Path(path_type=Path, exists=True))
@click.argument("final", type=click.Path(path_type=Path, exists=True))
@click.option("--seeds", default=100, show_default=True)
@click.option("--samples", default=200, show_default=True, help="Genotypes that each search looks up.")
@click.option("--out", type=click.Path(path_type=Path), default="nasbench201.jsonl", show_default=True)
@click.option("--svg", type=click.Path(path_type=Path), help="Where to draw the curves.")
def nasbench201(table: Path, final: Path, seeds: int, samples: int, out: Path, svg: Path | None) -> None:
    """Searches of the tables of NAS-Bench-201; what is in --out is not done again."""
    from benchmarks.nasbench201 import figure, report, run

    found = run(table, final, seeds, samples, out)
    click.echo(report(found))
    if svg is not None:
        svg.write_text(figure(found), encoding="utf-8")


@main.command()
@click.option("--out", type=click.Path(path_type=Path), default="results", show_default=True)
@click.option("--data", type=click.Choice(["digits", "fashion_mnist"]), multiple=True, help="By default both.")
@click.option("--seeds", default=3, show_default=True)
@click.option("--jobs", default=2, show_default=True, help="Processes at a time, of one thread each.")
@click.option("--report", "only", is_flag=True, help="Print the tables of what is done, and do nothing more.")
@click.option("--page", type=click.Path(path_type=Path, exists=True), help="The page that the tables are put into.")
def results(out: Path, data: tuple[str, ...], seeds: int, jobs: int, only: bool, page: Path | None) -> None:
    """Every search on small data, each result trained alike; what is in --out is not done again."""
    from benchmarks.results import SIZES, cells_of, genotypes, inserted, report, run

    done = cells_of(out / "cells.jsonl") if only else run(out, data or tuple(SIZES), seeds, jobs)
    cells = [cell for cell in done if cell.seed < seeds]
    click.echo(report(cells))
    click.echo("\n" + genotypes(cells))
    if page is not None:
        page.write_text(inserted(page.read_text(encoding="utf-8"), report(cells)), encoding="utf-8")


@main.command()
@click.option("--out", type=click.Path(path_type=Path), default="words", show_default=True)
@click.option("--data", default="ptb", show_default=True, help="ptb, wikitext2, shakespeare or text:FILE.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the data lies; else the variable NASC_DATA.")
@click.option("--channels", default=256, show_default=True)
@click.option("--epochs", default=2, show_default=True)
@click.option("--threads", default=2, show_default=True)
@click.option("--limit-batches", "limit", type=int, help="At most so many steps an epoch.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Another value of a setting.")
def words(
    out: Path,
    data: str,
    data_dir: Path | None,
    channels: int,
    epochs: int,
    threads: int,
    limit: int | None,
    changes: tuple[str, ...],
) -> None:
    """Train a recurrent cell, and an LSTM of equal size for equal epochs and for equal time; what is done stays."""
    import torch

    from benchmarks.words import report, run

    torch.set_num_threads(threads)
    click.echo(f"{data}, {channels} channels, {threads} threads")
    given = dict(change.split("=", 1) for change in changes)
    click.echo(report(run(out, data, channels, epochs, data_dir, limit, given)))


def _ratios(
    what: str, measure: Callable[[int, int, int, int], list[Ratio]], *, as_json: bool, threads: int, **sizes: int
) -> None:
    """Measure with so many threads, and print the ratios."""
    import torch

    from benchmarks.timing import table

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    channels, layers, batch, turns = (sizes[name] for name in ("channels", "layers", "batch", "turns"))
    rows = measure(channels, layers, batch, turns)
    if as_json:
        click.echo(json.dumps({row.name: row.ratio for row in rows}))
    else:
        said = f"{channels} channels, {layers} cells, batch {batch}, {threads} threads, {turns} turns"
        click.echo(f"{what}, {said}")
        click.echo(table(rows))


if __name__ == "__main__":
    main()

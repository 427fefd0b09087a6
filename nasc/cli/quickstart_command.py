"""`nasc quickstart`: the whole path on an embedded data set, as a newcomer would walk it."""

from __future__ import annotations

from pathlib import Path

import click

from nasc.cli.reporting import note, report
from nasc.dsl.diagnostic import many

SEARCH = {"epochs": "6", "batch": "64", "order": "1", "strength_lr": "6e-3", "lr": "0.1"}
TRAIN = {"epochs": "30", "batch": "64", "cutout": "0", "drop_path": "0.1", "lr": "0.05", "label_smoothing": "0.1"}
"""The published recipe, shortened: digits are 1,437 pictures of 8x8."""


@click.command("quickstart")
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/quickstart"), show_default=True)
@click.option("--threads", type=click.IntRange(1, 4096), default=1, show_default=True, help="Threads of torch.")
@click.option("--quiet", is_flag=True, help="No progress.")
def command(out: Path, threads: int, quiet: bool) -> None:
    """Search a small space on the embedded digits, train what is found, evaluate it on test data, draw it.

    \b
    Example:
      nasc quickstart --out runs/quickstart
    """
    from nasc.cli.loading import document
    from nasc.compiler.render import document_drawings, save
    from nasc.compiler.stack import Options
    from nasc.runtime.device import choose_device
    from nasc.runtime.evaluate import evaluate, open_target
    from nasc.runtime.files import open_source
    from nasc.runtime.job import Job
    from nasc.runtime.search_job import search
    from nasc.runtime.train_job import train

    space = Options(channels=8, layers=5)
    job = Job(
        open_source("darts"),
        "digits",
        _fresh(out / "search"),
        settings=SEARCH,
        options=space,
        threads=threads,
        quiet=quiet,
    )
    note("1. search the space of DARTS, 5 cells of 8 channels, on digits")
    found = search(job)
    text = found.path.read_text(encoding="utf-8")
    click.echo(text)
    note("2. train the genotype from scratch")
    network = Options(channels=16, layers=5)
    source = open_source(str(found.path))
    trained = train(
        Job(source, "digits", _fresh(out / "train"), settings=TRAIN, options=network, threads=threads, quiet=quiet)
    )
    report(trained.notes)
    note("3. evaluate it on the 360 test pictures, which nothing has looked at so far")
    model, _ = open_target(trained.path)
    score = evaluate(model, "digits", None, choose_device(None, threads))
    note("4. draw its cells")
    drawing = out / "cells.svg"
    said = save(document_drawings(document(str(found.path))), drawing)
    if said:
        note(said)
    click.echo(f"genotype   {found.path}")
    click.echo(f"weights    {trained.path}")
    click.echo(f"drawing    {drawing}")
    click.echo(f"test       top-1 {score.top1:.2%} on {many(score.examples, 'picture')}, {model_size(model):,} params")


def model_size(model: object) -> int:
    """How many numbers a network has learnt."""
    from torch import nn

    assert isinstance(model, nn.Module)
    return sum(p.numel() for p in model.parameters())


def _fresh(path: Path) -> Path:
    """The path, or the first free one with a number behind it, so that an earlier run is never overwritten."""
    number = 2
    fresh = path
    while fresh.exists():
        fresh, number = path.with_name(f"{path.name}-{number}"), number + 1
    return fresh

"""`python -m benchmarks search [--json]`: ratios side by side in one run; nothing here is a test."""

from __future__ import annotations

import json
import os

import click


@click.group()
def main() -> None:
    """Time nasc against a straightforward implementation, by turns in one process."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@main.command()
@click.option("--channels", default=16, show_default=True)
@click.option("--layers", default=8, show_default=True)
@click.option("--batch", default=32, show_default=True)
@click.option("--turns", default=5, show_default=True)
@click.option("--threads", default=2, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def search(channels: int, layers: int, batch: int, turns: int, threads: int, as_json: bool) -> None:
    """The steps of a DARTS search."""
    import torch

    from benchmarks.search import measure
    from benchmarks.timing import table

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    rows = measure(channels, layers, batch, turns)
    if as_json:
        click.echo(json.dumps({row.name: row.ratio for row in rows}))
    else:
        click.echo(f"DARTS space, {channels} channels, {layers} cells, batch {batch}, {threads} threads, {turns} turns")
        click.echo(table(rows))


if __name__ == "__main__":
    main()

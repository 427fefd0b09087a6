"""`nasc train`"""

from __future__ import annotations

from typing import Any

import click

from nasc.cli.options import DATA, DIALECT, MACHINE, NETWORK, RUN, Count
from nasc.cli.refusing import settings_of
from nasc.cli.runs import job_of, run


@click.command("train")
@click.argument("file", metavar="FILE")
@DATA
@click.option("--recipe", metavar="NAME", help="The published recipe to begin with: short for --set recipe=NAME.")
@click.option("--epochs", type=Count(most=10**9), help="Short for --set epochs=N.")
@RUN
@NETWORK
@MACHINE
@DIALECT
@click.pass_context
def command(ctx: click.Context, /, file: str, recipe: str | None, epochs: int | None, **given: Any) -> None:
    """Train the network of FILE from scratch by its `train` recipe. Test data is not looked at.

    FILE may be the run directory of a search.

    What the recipe does not say has the values of a published one: docs/training.md lists them.

    \b
    Example:
      nasc train runs/first/genotype.nas --data digits --epochs 20 --out runs/first-trained
    """
    from nasc.runtime.train_job import train

    given["settings"] = settings_of(given["settings"], {"recipe": recipe, "epochs": epochs})
    done = run(job_of("train", file, given), train, given["download"])
    if isinstance(done, int):
        ctx.exit(done)
    click.echo(str(done.path))

"""`nasc search`"""

from __future__ import annotations

from typing import Any

import click

from nasc.cli.options import DATA, DIALECT, MACHINE, NETWORK, RUN
from nasc.cli.runs import job_of, run


@click.command("search")
@click.argument("file", metavar="SPACE")
@DATA
@RUN
@NETWORK
@MACHINE
@DIALECT
@click.pass_context
def command(ctx: click.Context, /, file: str, **given: Any) -> None:
    """Search SPACE by its `search` recipe, and write the genotype found to RUN/genotype.nas.

    \b
    Example:
      nasc search darts --data digits --set epochs=5 --set batch=32 --channels 8 --layers 4 --out runs/first
    """
    from nasc.runtime.jobs import search

    done = run(job_of("search", file, given), search)
    if isinstance(done, int):
        ctx.exit(done)
    click.echo(str(done.path))

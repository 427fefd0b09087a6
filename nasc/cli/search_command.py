"""`nasc search`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nasc.cli.options import DATA_OR_TABLE, DIALECT, MACHINE, NETWORK, RUN
from nasc.cli.runs import job_of, run


@click.command("search")
@click.argument("file", metavar="SPACE")
@DATA_OR_TABLE
@RUN
@NETWORK
@MACHINE
@DIALECT
@click.pass_context
def command(ctx: click.Context, /, file: str, table: Path | None, **given: Any) -> None:
    """Search SPACE by its `search` recipe, and write the genotype found to RUN/genotype.nas.

    With --table, genotypes are looked up in a table of known accuracies instead of trained.

    \b
    Example:
      nasc search darts --data digits --set epochs=5 --set batch=32 --channels 8 --layers 4 --out runs/first
    """
    from nasc.runtime.jobs import search
    from nasc.runtime.table_job import search_table

    if table is None and given["data"] is None:
        raise click.UsageError("Missing option '--data' (or '--table').")
    if table is not None:
        done = run(job_of("search", file, {**given, "data": str(table)}), lambda job: search_table(job, table))
    else:
        done = run(job_of("search", file, given), search)
    if isinstance(done, int):
        ctx.exit(done)
    click.echo(str(done.path))

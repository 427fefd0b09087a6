"""`nasc search`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nasc.cli.options import DATA_OR_TABLE, DIALECT, MACHINE, NETWORK, RUN, Assignment, Count
from nasc.cli.refusing import DATA_ALONE, OF_TRAINING, refuse, settings_of
from nasc.cli.runs import job_of, run

if TYPE_CHECKING:
    from nasc.runtime.job import Job


@click.command("search")
@click.argument("file", metavar="SPACE")
@DATA_OR_TABLE
@RUN
@NETWORK
@MACHINE
@DIALECT
@click.option("--seeds", type=Count(most=10_000), help="Search so many times, and keep the best.")
@click.option(
    "--retrain", type=Assignment(), multiple=True, help="With --seeds: a setting of the short training. [epochs=100]"
)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    file: str,
    table: Path | None,
    seeds: int | None,
    retrain: tuple[tuple[str, str], ...],
    **given: Any,
) -> None:
    """Search SPACE by its `search` recipe, and write the genotype found to RUN/genotype.nas.

    With --table, genotypes are looked up in a table of known accuracies instead of trained.

    With --seeds K, K searches run in RUN/seed-0 and so on; what each has found is trained briefly on the part of the
    data that trained its weights, and the best on data that trained none is kept.

    \b
    Example:
      nasc search darts --data digits --set epochs=5 --set batch=32 --channels 8 --layers 4 --out runs/first
    """
    from nasc.runtime.search_job import search
    from nasc.runtime.table_job import search_table

    if table is None and given["data"] is None:
        raise click.UsageError("Missing option '--data' (or '--table').")
    given["settings"] = settings_of(given["settings"])
    if table is not None:
        _refuse_beside_table(ctx)
    if seeds is not None:
        asked = dict(settings_of(retrain, option="--retrain"))
        _several(ctx, job_of("search", file, given), seeds, asked, given["download"])
        return
    refuse(ctx, ("retrain",), "what several searches have found is trained: say --seeds K too.")
    if table is not None:
        done = run(job_of("search", file, {**given, "data": str(table)}), lambda job: search_table(job, table))
    else:
        done = run(job_of("search", file, given), search, given["download"])
    if isinstance(done, int):
        ctx.exit(done)
    click.echo(str(done.path))


def _refuse_beside_table(ctx: click.Context) -> None:
    """Raise `UsageError` for what is said of data, and of networks that are trained."""
    refuse(ctx, ("seeds", "retrain"), "a table is searched in no time; this goes with --data.")
    refuse(ctx, DATA_ALONE, "--table stands in the place of data.")
    refuse(ctx, OF_TRAINING, "nothing is trained where --table says what genotypes are worth.")
    refuse(ctx, ("device", "channels", "classes", "size"), "no network is built where --table is searched.")


def _several(ctx: click.Context, job: Job, seeds: int, retrain: dict[str, str], download: bool) -> None:
    """Search several times, and print what each seed has found, the best marked."""
    from nasc.dsl.reader import read
    from nasc.runtime.recipe import is_language
    from nasc.runtime.search import searched_network

    document = read(job.source, job.dialect).document
    if is_language(document, searched_network(document, job.network or job.settings.get("network"))):
        _several_of_words(ctx, job, seeds, retrain, download)
        return
    from nasc.runtime.seeds import search_seeds

    done = run(job, lambda job: search_seeds(job, seeds, retrain), download)
    if isinstance(done, int):
        ctx.exit(done)
    best = max(done.rows, key=lambda row: row.valid_top1)
    _table([(row.seed, f"{row.valid_top1:.2%}", row.params, row is best) for row in done.rows])
    click.echo(str(done.path))


def _several_of_words(ctx: click.Context, job: Job, seeds: int, retrain: dict[str, str], download: bool) -> None:
    """The same for language models, by perplexity."""
    from nasc.runtime.seeds_language import search_language_seeds

    done = run(job, lambda job: search_language_seeds(job, seeds, retrain), download)
    if isinstance(done, int):
        ctx.exit(done)
    best = min(done.rows, key=lambda row: row.valid_perplexity)
    _table([(row.seed, f"{row.valid_perplexity:.2f}", row.params, row is best) for row in done.rows])
    click.echo(str(done.path))


def _table(rows: list[tuple[int, str, int, bool]]) -> None:
    """Print for each seed what its genotype reaches, what it costs, and whether it is the best."""
    click.echo(f"{'seed':>8}  {'valid':>7}  {'params':>12}")
    for seed, valid, params, best in rows:
        click.echo(f"{seed:>8}  {valid:>7}  {params:>12,}{'  <- best' if best else ''}")

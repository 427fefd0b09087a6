"""`nasc submit`"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from nasc.cli.options import Interval
from nasc.cli.refusing import refuse
from nasc.runtime.files import open_source


class Hours(Interval):
    """`90m`, `24h` or `2d`, as minutes."""

    name = "TIME"
    units = {"m": 1, "h": 60, "d": 24 * 60}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = str(value)
        if not text[:-1].isdecimal() or text[-1:] not in self.units or not 0 < int(text[:-1]) < 10**6:
            self.fail("write a time such as 90m, 24h or 2d", param, ctx)
        return int(text[:-1]) * self.units[text[-1]]


@click.command("submit", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("words", metavar="search|train ...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--nodes", type=click.IntRange(1, 4096), default=1, show_default=True, help="Machines.")
@click.option("--gpus", type=click.IntRange(0, 64), default=0, show_default=True, help="GPUs of each machine.")
@click.option(
    "--processes", type=click.IntRange(1, 512), help="Ranks on each machine; by default one for each GPU, or one."
)
@click.option("--cpus", type=click.IntRange(1, 1024), default=4, show_default=True, help="Cores of each rank.")
@click.option("--memory", type=click.FloatRange(0.1), metavar="GB", help="Memory of each machine.")
@click.option("--time", "minutes", type=Hours(), default="24h", show_default=True, help="Until it is queued again.")
@click.option("--partition", help="Where Slurm is to run it.")
@click.option("--account", help="Whom Slurm is to charge.")
@click.option("--constraint", help="What the machines must have, in Slurm's words.")
@click.option(
    "--requeues", type=click.IntRange(0, 10_000), default=100, show_default=True, help="So often it is queued again."
)
@click.option(
    "--cluster",
    type=click.Choice(["slurm", "local"]),
    default="slurm",
    help="local: this machine, in the background.",
)
@click.option("--wait", is_flag=True, help="Wait until the job has ended.")
@click.option("--dry-run", is_flag=True, help="Print what would be submitted.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    words: tuple[str, ...],
    cluster: str,
    processes: int | None,
    requeues: int,
    wait: bool,
    dry_run: bool,
    **given: Any,
) -> None:
    """Submit a search or a training to Slurm, by submitit (`pip install 'nasc[slurm]'`).

    The job runs the very command, on several ranks where that is asked for. When it is taken away, or its time is
    over, it saves what it has reached, is queued again, and goes on from there.

    \b
    Example:
      nasc submit --gpus 4 --time 12h --partition gpu train darts_v2 --data cifar10 --out runs/darts_v2
    """
    from nasc.runtime.submit import Wanted, submit

    if cluster == "local":
        refuse(ctx, ("partition", "account", "constraint", "memory"), "this is for Slurm, not for --cluster local.")
    out = run_directory(ctx, words)
    wanted = Wanted(processes=processes or max(given["gpus"], 1), **given)
    if dry_run:
        for key, value in {**wanted.parameters(out.name), "cluster": cluster, "requeues": requeues}.items():
            click.echo(f"{key}: {value}")
        click.echo(f"command: nasc {shlex.join(words)}")
        return
    job = submit(words, out, wanted, cluster, requeues)
    click.echo(str(job.job_id))
    if wait:
        results(job)


def run_directory(ctx: click.Context, words: tuple[str, ...]) -> Path:
    """The directory that a command writes to; the command is read as it will be, so that mistakes show now."""
    name, *rest = words
    if name not in ("search", "train"):
        raise click.UsageError(f"`{name}` is no command that is submitted: write search or train.")
    from nasc.cli import group

    found = group.get_command(ctx, name)
    assert found is not None
    own = {option for param in ctx.command.params for option in param.opts}
    try:
        with found.make_context(name, rest, parent=ctx) as inner:
            out, file = inner.params["out"], inner.params["file"]
    except click.NoSuchOption as error:
        if error.option_name in own:
            raise click.UsageError(f"{error.option_name} is said of the job: write it before `{name}`.", ctx) from None
        raise
    open_source(file)
    if out is None:
        raise click.UsageError("Say where the run is to be written, with --out: the job may have to go on with it.")
    return Path(out)


def results(job: Any) -> None:
    """Wait for all processes of a job. Raises `NasError` (E515) where it failed."""
    from nasc.dsl.diagnostic import fail

    try:
        job.results()
    except Exception as error:  # noqa: BLE001  # submitit raises what the job raised, among much else
        said = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
        raise fail("E515", f"the job has failed: {said}", help=f"it printed into {job.paths.stderr}") from None

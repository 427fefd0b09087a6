"""`nasc report`"""

from __future__ import annotations

from pathlib import Path

import click

from nasc.cli.reporting import note


@click.command("report")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The page; by default RUN/report.html.")
def command(run: Path, out: Path | None) -> None:
    """Write one page about the run in RUN: its cells, how they and their strengths moved, its curves, its provenance.

    RUN is the directory of a search, of a training, or of `nasc search --seeds`, finished or not. The page is one
    HTML file that needs nothing besides itself.

    \b
    Example:
      nasc report runs/first
      nasc report runs/first -o report.html
    """
    from nasc.runtime.report.page import write_report

    path, said = write_report(run, out)
    if said:
        note(said)
    click.echo(str(path))

"""`nasc compile`"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from nasc.cli.loading import document
from nasc.cli.options import DIALECT, FILE, JSON, NETWORK, options_of
from nasc.cli.reporting import report
from nasc.compiler.plan import Stats
from nasc.dsl.diagnostic import Diagnostic


@click.command("compile")
@FILE
@DIALECT
@NETWORK
@JSON
@click.option("--emit", type=click.Choice(["none", "dot"]), default="none", help="What to write besides the summary.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Where to write it; else standard output.")
def command(
    file: str, dialect: str | None, network: str | None, as_json: bool, emit: str, out: Path | None, **given: Any
) -> None:
    """Build a network and print what it costs: params with and without the auxiliary head, MACs, every cell.

    \b
    Example:
      nasc compile darts_v2
      nasc compile darts_v2 --channels 16 --layers 8 --json
    """
    from nasc.compiler.plan import plan, stats
    from nasc.runtime.build_check import build_and_compare

    options = options_of(given)
    found = plan(document(file, dialect), network, options)
    if options.overriding:
        message = "not checked: it speaks of the network as written"
        report(Diagnostic("W206", message, item.span) for item in found.stack.requires[:1])
    counts = stats(found)
    build_and_compare(found)
    if as_json:
        click.echo(json.dumps(asdict(counts)))
    elif emit == "none" or out is not None:
        _summary(counts)
    if emit == "dot":
        from nasc.compiler.render import stack_drawing
        from nasc.runtime.text_file import write_text

        text = stack_drawing(found).source
        if out is None:
            click.echo(text)
        else:
            write_text(out, text)


def _summary(counts: Stats) -> None:
    from nasc.compiler.layers import show

    click.echo(f"network {counts.network}: {show(counts.input_shape)} to {show(counts.output_shape)}")
    click.echo(f"  params            {counts.params:>15,}")
    with_aux = f"{counts.params_aux:>15,}" if counts.params_aux is not None else f"{'does not fit':>15}"
    click.echo(f"  with auxiliary    {with_aux}")
    click.echo(f"  MACs              {counts.macs:>15,}")
    click.echo()
    rows = [("cell", "", "shape", "params", "MACs")]
    for cell in counts.cells:
        name = cell.name + ("/2" if cell.stride == 2 else "")
        rows.append((str(cell.index), name, show(cell.shape), f"{cell.params:,}", f"{cell.macs:,}"))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    for row in rows:
        left = f"  {row[0]:>{widths[0]}}  {row[1]:<{widths[1]}}"
        click.echo(left + "".join(f"  {text:>{width}}" for text, width in zip(row[2:], widths[2:], strict=True)))

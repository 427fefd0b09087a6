"""`nasc render`"""

from __future__ import annotations

from pathlib import Path

import click

from nasc.cli.loading import checked
from nasc.cli.options import DIALECT, FILE
from nasc.cli.refusing import refuse
from nasc.cli.reporting import note


@click.command("render")
@FILE
@DIALECT
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="The file: .svg, .png, .pdf, .dot.")
@click.option("--cell", metavar="NAME", help="One cell alone.")
@click.option("--network", metavar="NAME", help="The stack of one network.")
@click.option("--stack", is_flag=True, help="The stack of the network that `train` names, or the first.")
@click.pass_context
def command(
    ctx: click.Context, /, file: str, dialect: str | None, out: Path, cell: str | None, network: str | None, stack: bool
) -> None:
    """Draw the cells of FILE, one of them, or a whole stack. Open edges are bundles, strengths are shaded.

    \b
    Example:
      nasc render darts_v2 -o cells.svg
      nasc render darts_v2 --stack -o stack.png
    """
    from nasc.compiler.plan import choose
    from nasc.compiler.render import document_drawings, save

    if cell is not None:
        refuse(ctx, ("network", "stack"), "--cell draws one cell alone.")
    document, found, _ = checked(file, dialect)
    found.findings.raise_errors()
    if stack and network is None:
        network = choose(document, found.program, None).name.text
    said = save(document_drawings(document, network, cell), out)
    if said:
        note(said)
    click.echo(str(out))

"""`nasc hash`"""

from __future__ import annotations

import json

import click

from nasc.cli.loading import document
from nasc.cli.options import DIALECT, JSON


@click.command("hash")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@DIALECT
@click.option("--network", metavar="NAME", help="The network meant; else the one that `train` names, or the widest.")
@JSON
def command(files: tuple[str, ...], dialect: str | None, network: str | None, as_json: bool) -> None:
    """Print the identity of each FILE: equal exactly for equal genotypes, however they are written.

    Two genotypes are the same when they are the same function with the same weights to learn. Names, order,
    comments, recipes, depth and width do not count.

    \b
    Example:
      nasc hash darts_v1 darts_v2
    """
    from nasc.compiler.identity import identity

    found = [(file, identity(document(file, dialect, warn=False), network)) for file in files]
    if as_json:
        click.echo(json.dumps([{"file": file, "identity": digest} for file, digest in found], indent=2))
        return
    for file, digest in found:
        click.echo(f"{digest}  {file}")

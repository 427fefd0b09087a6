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
@click.option("--unique", is_flag=True, help="Print the unique strings of NAS-Bench-201 instead.")
@JSON
def command(files: tuple[str, ...], dialect: str | None, network: str | None, unique: bool, as_json: bool) -> None:
    """Print the identity of each FILE: equal exactly for equal genotypes, however they are written.

    Two genotypes are the same when they are the same function with the same weights to learn. Names, order,
    comments, recipes, depth and width do not count.

    \b
    Example:
      nasc hash darts_v1 darts_v2
    """
    from nasc.compiler.identity import identity
    from nasc.compiler.unique_string import unique_string

    documents = [(file, document(file, dialect, warn=False)) for file in files]
    found = [(file, unique_string(d) if unique else identity(d, network)) for file, d in documents]
    if as_json:
        key = "unique_string" if unique else "identity"
        click.echo(json.dumps([{"file": file, key: text} for file, text in found], indent=2))
        return
    for file, digest in found:
        click.echo(f"{digest}  {file}")

"""`nasc import`"""

from __future__ import annotations

from pathlib import Path

import click

from nasc.cli.loading import document
from nasc.cli.options import DIALECT, FILE


@click.command("import")
@FILE
@DIALECT
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Where to write it; else standard output.")
def command(file: str, dialect: str | None, out: Path | None) -> None:
    """Turn the foreign genotype FILE into a .nas text. What its own code does is written out, with a warning.

    \b
    Example:
      nasc import D-DARTS_threshold_sparse_cifar10.txt -o ddarts.nas
    """
    from nasc.dsl.printer import to_text
    from nasc.runtime.text_file import write_text

    text = to_text(document(file, dialect))
    if out is None:
        click.echo(text, nl=False)
    else:
        write_text(out, text)

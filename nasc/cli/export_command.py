"""`nasc export`"""

from __future__ import annotations

from pathlib import Path

import click

from nasc.cli.loading import document
from nasc.cli.options import DIALECT, FILE, FORMATS


@click.command("export")
@FILE
@DIALECT
@click.option("--to", "format", required=True, metavar="FORMAT", help=f"One of {FORMATS}.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Where to write it; else standard output.")
def command(file: str, dialect: str | None, format: str, out: Path | None) -> None:
    """Turn the .nas text FILE into a foreign genotype, or say what would be lost.

    \b
    Example:
      nasc export darts_v2 --to darts
    """
    from nasc.dsl import dialects
    from nasc.dsl.diagnostic import fail, nearest
    from nasc.runtime.text_file import write_text

    if format not in dialects.DIALECTS:
        help = nearest(format, dialects.DIALECTS) or f"formats: {', '.join(dialects.DIALECTS)}"
        raise fail("E107", f"`{format}` is not a known format", help=help)
    text = dialects.DIALECTS[format].write(document(file, dialect, warn=False))
    text = text if text.endswith("\n") else text + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        write_text(out, text)

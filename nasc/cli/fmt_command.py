"""`nasc fmt`"""

from __future__ import annotations

from pathlib import Path

import click

from nasc.cli.reporting import WRONG, note, report
from nasc.dsl.diagnostic import NasError
from nasc.dsl.printer import format_text
from nasc.runtime.files import open_source


@click.command("fmt")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit with 1 where a file would change.")
@click.option("--upgrade", is_flag=True, help="Write D-DARTS triples as equations.")
@click.pass_context
def command(ctx: click.Context, files: tuple[str, ...], only_check: bool, upgrade: bool) -> None:
    """Bring texts into their canonical layout, in place; `-` and shipped names go to standard output.

    Comments and the order of edges are kept. A text with errors is reported and left as it is.

    \b
    Example:
      nasc fmt my_space.nas
      nasc fmt --check *.nas
    """
    from nasc.runtime.text_file import write_text

    failed = False
    for file in files:
        try:
            source = open_source(file)
            text = format_text(source, upgrade)
        except NasError as error:
            report(error.diagnostics)
            failed = True
            continue
        path = Path(file)
        if only_check:
            if text != source.text:
                note(f"{file} would change")
                failed = True
        elif file == "-" or not path.is_file():
            click.echo(text, nl=False)
        elif path.read_bytes() != text.encode("utf-8"):
            write_text(path, text)
            note(f"{file} changed")
    if failed:
        ctx.exit(WRONG)

"""`nasc new`"""

from __future__ import annotations

from pathlib import Path

import click

from nasc import genotypes


@click.command("new")
@click.argument("name", metavar="NAME")
@click.option(
    "--like", default="darts", show_default=True, metavar="FAMILY", help=f"{', '.join(genotypes.names('new'))}."
)
def command(name: str, like: str) -> None:
    """Write a commented, complete space to NAME.nas, to start from. An existing file is left alone.

    \b
    Example:
      nasc new my_space --like darts
    """
    from nasc.dsl.diagnostic import fail, nearest
    from nasc.runtime.text_file import write_text

    known = genotypes.names("new")
    if like not in known:
        help = nearest(like, known) or f"templates: {', '.join(known)}"
        raise fail("E108", f"there is no template `{like}`", help=help)
    path = Path(name if name.endswith(".nas") else f"{name}.nas")
    if path.exists():
        raise fail("E502", f"{path} exists already", help="choose another name; nothing was changed")
    text = genotypes.shipped(f"new/{like}").read_text(encoding="utf-8")
    write_text(path, text.replace("NAME.nas", path.name))
    click.echo(str(path))

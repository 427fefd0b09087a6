"""`nasc zoo`"""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from nasc.cli.options import JSON
from nasc.runtime.files import open_source


@click.command("zoo")
@click.argument("name", metavar="[NAME]", required=False)
@JSON
def command(name: str | None, as_json: bool) -> None:
    """List the genotypes and spaces that ship with nasc, with compiled and published figures; or print one of them.

    \b
    Example:
      nasc zoo
      nasc zoo darts_v2 > my_copy.nas
    """
    if name is not None:
        click.echo(open_source(name).text, nl=False)
        return
    from nasc.compiler.zoo import Entry, entries

    found = entries()
    if as_json:
        click.echo(json.dumps([asdict(entry) for entry in found], indent=2))
        return

    def row(entry: Entry) -> tuple[str, ...]:
        def shown(count: int | None) -> str:
            return "-" if count is None else f"{count:,}"

        exact = {True: "yes", False: "NO", None: "-"}[entry.exact]
        return entry.name, entry.kind, shown(entry.params), shown(entry.params_aux), shown(entry.macs), exact

    rows = [("name", "kind", "params", "with auxiliary", "MACs", "as stated"), *map(row, found)]
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    for r, entry in zip(rows, [None, *found], strict=True):
        cells = [f"{text:<{w}}" if i < 2 else f"{text:>{w}}" for i, (text, w) in enumerate(zip(r, widths, strict=True))]
        click.echo("  ".join(cells).rstrip())
        if entry is not None and entry.published:
            click.echo(f"    published: {entry.published}")
        if entry is not None and entry.reason:
            click.echo(f"    differs: {entry.reason}")

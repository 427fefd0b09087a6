"""`nasc zoo`"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from nasc.cli.options import JSON
from nasc.runtime.files import open_source

if TYPE_CHECKING:
    from nasc.compiler.zoo import Entry


@click.command("zoo")
@click.argument("name", metavar="[NAME]", required=False)
@JSON
def command(name: str | None, as_json: bool) -> None:
    """List the genotypes and spaces that ship with nasc: every network of each, with compiled and published figures.

    With NAME, print that text, and its figures on standard error; with --json the figures alone.

    \b
    Example:
      nasc zoo
      nasc zoo darts_v2 > my_copy.nas
      nasc zoo darts_v2 --json
    """
    from nasc.compiler.zoo import KINDS, entries, entry

    if name is None:
        found = entries()
        _print(json.dumps([asdict(one) for one in found], indent=2).splitlines() if as_json else listed(found))
        return
    source = open_source(name)
    folder, _, file = source.name.partition("/")
    shipped = folder in KINDS and not os.path.exists(name)
    if as_json:
        if not shipped:
            raise click.UsageError(f"{name} does not ship with nasc; `nasc compile --json` has its figures")
        click.echo(json.dumps(asdict(entry(folder, file.removesuffix(".nas"))), indent=2))
        return
    click.echo(source.text, nl=False)
    if shipped:
        _print(listed([entry(folder, file.removesuffix(".nas"))]), err=True)


def _print(lines: list[str], err: bool = False) -> None:
    for line in lines:
        click.echo(line, err=err)


def listed(found: Sequence[Entry]) -> list[str]:
    """The lines of a list: one for each network, the one that a text is compiled as first; below what was published."""
    rows: list[tuple[str, ...]] = [("name", "kind", "network", "params", "with auxiliary", "MACs", "as stated")]
    below: list[list[str]] = [[]]
    for one in found:
        exact = {True: "yes", False: "NO", None: "-"}[one.exact]
        for own in one.networks:
            first = own is one.networks[0]
            head = (one.name, one.kind) if first else ("", "")
            rows.append((*head, own.name, *map(_shown, (own.params, own.params_aux, own.macs)), exact if first else ""))
            below.append([f"    published: {own.published}"] if own.published else [])
        if one.reason:
            below[-1].append(f"    differs: {one.reason}")
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row, under in zip(rows, below, strict=True):
        cells = [
            f"{text:<{w}}" if i < 3 else f"{text:>{w}}" for i, (text, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines += ["  ".join(cells).rstrip(), *under]
    return lines


def _shown(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"

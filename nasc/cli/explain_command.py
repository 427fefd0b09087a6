"""`nasc explain`"""

from __future__ import annotations

import re
from typing import Any

import click

from nasc.cli.loading import document
from nasc.cli.options import DIALECT, FILE, NETWORK, options_of


@click.command("explain")
@FILE
@DIALECT
@NETWORK
def command(file: str, dialect: str | None, network: str | None, **given: Any) -> None:
    """Say what a network does: its cells as equations, with the shape, params and MACs of every state.

    FILE may also be the code of a diagnostic, such as E203.

    \b
    Example:
      nasc explain darts_v2
      nasc explain E203
    """
    if re.fullmatch(r"[EW]\d+", file):
        _code(file)
        return
    _network(file, dialect, network, options_of(given))


def _code(code: str) -> None:
    from nasc.dsl.codes import explanation

    click.echo(explanation(code))


def _network(file: str, dialect: str | None, network: str | None, options: Any) -> None:
    from nasc.compiler.layer_rules import show
    from nasc.compiler.plan import any_plan, stats
    from nasc.compiler.trace import trace

    found = any_plan(document(file, dialect), network, options)
    counts = stats(found)
    family = ": " + found.stack.family[0] if found.stack.family else ""
    each = " a word" if counts.input_shape is None else ""
    click.echo(f"network {found.stack.name}{family}, {counts.params:,} params, {counts.macs:,} MACs{each}")
    click.echo()
    lines = [
        ("  " * line.depth + line.text, show(line.shape), f"{line.params:,}", f"{line.macs:,}") for line in trace(found)
    ]
    rows = [("", "shape", "params", "MACs"), *lines]
    widest = min(max(len(row[0]) for row in rows), 78)
    widths = [max(len(row[i]) for row in rows) for i in (1, 2, 3)]
    for row in rows:
        # a line that is wider than the column stands alone, its figures below it
        text = row[0] if len(row[0]) <= widest else row[0] + "\n" + " " * widest
        click.echo(f"{text:<{widest}}  {row[1]:>{widths[0]}}  {row[2]:>{widths[1]}}  {row[3]:>{widths[2]}}".rstrip())

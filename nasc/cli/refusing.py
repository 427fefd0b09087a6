"""Options that have no meaning beside others: each is refused, so that none is ignored without a word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click
from click.core import ParameterSource

DATA_ALONE = ("data", "data_dir", "download", "skip_unreadable")
OF_TRAINING = ("limit", "without", "amp", "compile", "sync_bn", "recompute")
"""Options by the names that commands know them under."""


def said(ctx: click.Context, names: Iterable[str]) -> list[str]:
    """Those of some options that stand on the command line, as they are written."""
    options = {param.name: param.opts[0] for param in ctx.command.params}
    return [options[name] for name in names if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]


def refuse(ctx: click.Context, names: Iterable[str], why: str) -> None:
    """Raise `UsageError` where any of some options stands on the command line."""
    if found := said(ctx, names):
        raise click.UsageError(f"{' and '.join(found)}: {why}")


def settings_of(
    given: Iterable[tuple[str, str]], short: Mapping[str, Any] | None = None, option: str = "--set"
) -> tuple[tuple[str, str], ...]:
    """The settings of an `option` and of those that are `short` for one, each once.

    Raises `UsageError` where one is said twice with other values: neither can be meant to be hidden.
    """
    found: dict[str, str] = {}
    options = [(name, str(value), f"--{name} {value}") for name, value in (short or {}).items() if value is not None]
    written: dict[str, str] = {}
    for name, value, text in [*((name, value, f"{option} {name}={value}") for name, value in given), *options]:
        if found.get(name, value) != value:
            raise click.UsageError(f"`{name}` is said twice: {written[name]} and {text}")
        found[name], written[name] = value, text
    return tuple(found.items())

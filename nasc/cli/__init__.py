"""The command `nasc`: a table of commands, each in a file of its own that is imported when it is asked for."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from nasc import __version__
from nasc.cli.reporting import guarded
from nasc.dsl.diagnostic import nearest

COMMANDS = {
    "check": "Report every problem of texts; the size of a space.",
    "explain": "Say what a genotype means, with every shape; or what a diagnostic code means.",
    "compile": "Build a network and print what it costs.",
    "render": "Draw a cell, or the whole stack of cells.",
    "fmt": "Bring texts into their canonical layout.",
    "import": "Turn a foreign genotype into a .nas text.",
    "export": "Turn a .nas text into a foreign genotype.",
    "hash": "Print what genotypes are: equal exactly for equal ones.",
    "diff": "Say in what two genotypes differ, and how far apart they are.",
    "sample": "Draw random genotypes of a space.",
    "search": "Search a space; write the genotype found.",
    "submit": "Submit a search or a training to Slurm.",
    "derive": "Derive another genotype from saved strengths, or a deeper network.",
    "train": "Train a network from scratch.",
    "report": "Write one page about a run: cells, curves, where it comes from.",
    "evaluate": "Measure a trained network on test data.",
    "import-weights": "Put the original authors' weights into a compiled network.",
    "zoo": "List the genotypes and spaces that ship with nasc.",
    "new": "Write a commented space to start from.",
    "quickstart": "Search, train, evaluate and draw on an embedded data set.",
}
"""Every command with its line in `nasc --help`."""


class LazyGroup(click.Group):
    """A group whose commands are imported one at a time, so that `nasc --help` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"nasc.cli.{cmd_name.replace('-', '_')}_command")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and name not in COMMANDS and (near := nearest(name, COMMANDS)):
            raise click.UsageError(f"No such command '{name}': {near}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="nasc")
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
@click.pass_context
def group(ctx: click.Context, debug: bool) -> None:
    """Write, search, train and explain neural cells as text.

    FILE is a .nas text, a foreign genotype (such as a D-DARTS .txt), `-` for standard input, or the name of a
    shipped genotype or space.

    \b
    Example:
      nasc check darts_v2
      nasc new my_space.nas --like darts
      nasc search my_space.nas --data digits --out runs/first
    """
    ctx.obj = {"debug": debug}


def main() -> None:
    """The entry point of the command line."""
    # Waiting threads of torch give the core back instead of spinning: on a machine that others use too, small
    # networks ran ten times faster so. It must be said before torch is imported; whoever has said it keeps his word.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    sys.exit(guarded(group))


__all__ = ["COMMANDS", "LazyGroup", "group", "main"]

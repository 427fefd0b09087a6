"""How diagnostics and internal errors reach the user: results go to standard output, the rest to standard error."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterable

import click

from nasc.dsl.diagnostic import Diagnostic, NasError, show

DONE, WRONG, INTERRUPTED = 0, 1, 130


def report(diagnostics: Iterable[Diagnostic]) -> None:
    """Print diagnostics to standard error, in colour on a terminal."""
    for text in show(diagnostics):
        head, newline, rest = text.partition("\n")
        colour = "yellow" if head.startswith("warning") else "red"
        click.echo(click.style(head, fg=colour, bold=True) + newline + rest, err=True)
        click.echo(err=True)


def note(text: str) -> None:
    """Say something on standard error that is no result."""
    click.echo(text, err=True)


def guarded(group: click.Group) -> int:
    """Run the command line; the exit code. No traceback reaches a user for a mistake of theirs."""
    debug = "--debug" in sys.argv[1:]
    try:
        code = group.main(prog_name="nasc", standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except NasError as error:
        if debug:
            traceback.print_exc()
        report(error.diagnostics)
        return WRONG
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Exit as exit:
        return exit.exit_code
    except (click.Abort, KeyboardInterrupt):
        note("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of a pipe has gone; what is left in the buffer must not raise once more at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001  # the last line: whatever comes here is a defect of ours
        if debug:
            traceback.print_exc()
        note(f"internal error: {type(error).__name__}: {error}")
        note("this is a defect of nasc, not of your text; `nasc --debug ...` shows where")
        return WRONG

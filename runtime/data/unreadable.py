"""Pictures that cannot be read: named and counted, or left out where that was asked for."""

from collections.abc import Mapping
from pathlib import Path

from nasc.dsl.diagnostic import Diagnostic, NasError, fail

NAMED = 5
"""So many are named; the others are counted."""
SKIP = "`--skip-unreadable` leaves out what cannot be read"


def left_out(folder: Path, problems: Mapping[str, str], count: int, skipped: list[str] | None) -> None:
    """Say that of `count` pictures in a folder some, by their names, have problems.

    They are left out where `skipped` is given, which takes their paths. Raises E602 where it is not, and where none
    would remain.
    """
    if problems and (skipped is None or len(problems) == count):
        raise refused(folder, problems, count)
    if skipped is not None:
        skipped += [str(folder / name) for name in problems]


def refused(folder: Path, problems: Mapping[str, str], count: int) -> NasError:
    """E602, ready to be raised, about some of `count` pictures in a folder."""
    if len(problems) == 1:
        return fail("E602", next(iter(problems.values())), help=SKIP)
    lines = [f"  {what}" for what in list(problems.values())[:NAMED]]
    more = [f"  and {len(problems) - NAMED:,} more"] if len(problems) > NAMED else []
    message = f"{len(problems):,} of {count:,} pictures in `{folder}` cannot be used"
    return fail("E602", message, help="\n".join([*lines, *more, SKIP]))


def warnings_about(skipped: list[str] | None) -> tuple[Diagnostic, ...]:
    """W601 about what was left out, if anything was."""
    if not skipped:
        return ()
    more = f" and {len(skipped) - NAMED:,} more" if len(skipped) > NAMED else ""
    names = ", ".join(f"`{path}`" for path in skipped[:NAMED])
    many = "picture that cannot be read was" if len(skipped) == 1 else "pictures that cannot be read were"
    return (Diagnostic("W601", f"{len(skipped):,} {many} left out: {names}{more}"),)


def record_of(skipped: list[str] | None) -> dict[str, int]:
    """What `run.json` says of them: how many were left out, where that was asked for."""
    return {} if skipped is None else {"unreadable": len(skipped)}

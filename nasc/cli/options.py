"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from nasc.dsl.dialects import DIALECTS
from nasc.runtime.data.registry import DATA_SETS, FOLDER
from nasc.runtime.data.text_table import CHARACTERS, NAMES, WORDS

F = TypeVar("F", bound=Callable[..., Any])


class Count(click.ParamType[int]):
    """A whole number. Bounds that nobody comes near are not listed in the help."""

    name = "N"

    def __init__(self, least: int = 1, most: int = 2**31 - 1) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if not text.isdecimal() or len(text) > 20 or not self.least <= int(text) <= self.most:
            self.fail(f"write a whole number from {self.least} to {self.most}", param, ctx)
        return int(text)


class InputSize(click.ParamType[tuple[int, int, int]]):
    """`3x32x32`."""

    name = "CxHxW"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int, int]:
        if isinstance(value, tuple):
            return value
        parts = str(value).split("x")
        if len(parts) != 3 or not all(p.isdecimal() and 0 < int(p) < 2**31 for p in parts if len(p) < 11):
            self.fail("write channels, height and width, such as 3x32x32", param, ctx)
        return int(parts[0]), int(parts[1]), int(parts[2])


class Assignment(click.ParamType[tuple[str, str]]):
    """`name=value`."""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, sign, text = str(value).partition("=")
        if not sign or not name.strip().isidentifier():
            self.fail("write name=value, such as epochs=5", param, ctx)
        return name.strip(), text.strip()


class Interval(click.ParamType[tuple[int | None, float | None]]):
    """`500` (steps), `30s`, `10m` or `2h`: so many steps, so many seconds."""

    name = "STEPS|TIME"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, float | None]:
        if isinstance(value, tuple):
            return value
        text = str(value)
        number, seconds = (text[:-1], UNITS[text[-1]]) if text[-1:] in UNITS else (text, None)
        if not number.isdecimal() or not 0 < int(number) < 2**31:
            self.fail("write a number of steps, or a time such as 30s, 10m or 2h", param, ctx)
        return (int(number), None) if seconds is None else (None, int(number) * seconds)


UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several decorators as one, in the order in which help lists them."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


FILE = click.argument("file", metavar="FILE")
FORMATS = ", ".join(DIALECTS)
DIALECT = click.option(
    "--from", "dialect", metavar="FORMAT", help=f"The format, where the text cannot tell: nas, {FORMATS}."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
_COUNT = Count()
NETWORK = together(
    click.option(
        "--network", metavar="NAME", help="The network meant; else the one that the recipe names, or the first."
    ),
    click.option("--channels", type=_COUNT, help="Width of the first cells."),
    click.option("--layers", type=_COUNT, help="Number of cells, laid out as the family does it."),
    click.option("--classes", type=_COUNT, help="Number of classes, of pictures; else the data, or the text, says it."),
    click.option(
        "--input",
        "size",
        type=InputSize(),
        metavar="CxHxW",
        help="Size of the pictures, such as 3x32x32; else the data, or the text, says it.",
    ),
    click.option(
        "--vocabulary", type=_COUNT, help="Number of words, of a language model; else the data, or the text, says it."
    ),
    click.option(
        "--reductions",
        type=click.Choice(["move", "keep"]),
        default="move",
        show_default=True,
        help="With --layers, in a deeper D-DARTS stack: move the /2 cells to the thirds, or keep them.",
    ),
)
_NAMES = f"{', '.join(DATA_SETS)} or {FOLDER}DIR; texts: {', '.join(NAMES)}, {WORDS}FILE or {CHARACTERS}FILE."
WHERE = together(
    click.option(
        "--data-dir", type=click.Path(path_type=Path), help="Where the data lies; else the variable NASC_DATA."
    ),
    click.option("--download", is_flag=True, help="Fetch the data set into --data-dir if it is not there."),
    click.option("--skip-unreadable", is_flag=True, help="Leave out pictures that cannot be read, and count them."),
)
DATA = together(click.option("--data", metavar="NAME", required=True, help=_NAMES), WHERE)
DATA_OR_TABLE = together(
    click.option("--data", metavar="NAME", help=_NAMES),
    click.option("--table", type=click.Path(path_type=Path), help="Known accuracies (CSV) in the place of data."),
    WHERE,
)
MACHINE = together(
    click.option("--device", metavar="NAME", help="cpu, cuda, ...; by default a GPU where there is one."),
    click.option("--threads", type=Count(most=4096), help="Threads of torch; part of what makes a run."),
)
RUN = together(
    click.option("--out", type=click.Path(path_type=Path), help="The run directory; by default under runs/."),
    click.option("--resume", is_flag=True, help="Go on with the run in --out."),
    click.option(
        "--checkpoint-every",
        "every",
        type=Interval(),
        default="5m",
        show_default=True,
        help="Save so often, and after every epoch: 500 (steps), 30s, 10m, 2h.",
    ),
    click.option("--keep", type=Count(most=1000), default=2, show_default=True, help="How many checkpoints are kept."),
    click.option(
        "--tensorboard/--no-tensorboard", default=None, help="Figures into RUN/tensorboard; by default if installed."
    ),
    click.option("--seed", type=Count(0, 2**62), default=None, help="Seed of all chance. [default: 0]"),
    click.option("--set", "settings", type=Assignment(), multiple=True, help="A setting of the recipe: --set lr=0.1."),
    click.option("--limit-batches", "limit", type=_COUNT, help="At most so many steps an epoch."),
    click.option("--no-pass", "without", metavar="NAME", multiple=True, help="Do without this pass of the compiler."),
    click.option("--amp", type=click.Choice(["bf16", "fp16"]), help="Mixed precision; fp16 on GPUs, in training."),
    click.option("--deterministic", is_flag=True, help="Refuse operations whose results vary from run to run."),
    click.option(
        "--compile", is_flag=True, help="Compile every cell with torch.compile, which takes minutes at first."
    ),
    click.option("--sync-bn", is_flag=True, help="Batch-norm over the examples of all ranks (torchrun)."),
    click.option("--recompute", is_flag=True, help="Compute cells again for the gradient: less memory, more time."),
    click.option("--quiet", is_flag=True, help="No progress."),
)


def options_of(given: dict[str, Any]) -> Any:
    """The network options of a command as `Options`; takes them out of `given`."""
    from nasc.compiler.stack import Options

    names = ("channels", "layers", "classes", "size", "reductions", "vocabulary")
    return Options(*(given.pop(name) for name in names))

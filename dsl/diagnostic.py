"""An error as data, how it is shown, and the exception that carries all of them to the caller."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from nasc.dsl.source import Span

Severity = Literal["error", "warning"]

SHOWN = 50
"""How many diagnostics one report shows; the rest is counted."""
WIDEST = 160
"""Longer source lines are shown as a window around the caret."""
USUAL_HELP = {
    "E105": "`nasc explain E105` lists the limits; often a number was mistyped",
    "E110": "choose another format with `--to`, or leave out what cannot be said; `nasc explain E110` says more",
    "E502": "make room, or see who may write there; `--out` names another place",
    "E602": "put a whole copy in its place, or name another folder with `--data-dir`",
    "E702": "is it another genotype's, or of another width, depth or number of classes?",
    "E705": "whole files of `torch.save` and of safetensors are read; weights of nasc need no `--from`",
}
"""The help of a code where nothing is said that fits better."""


@dataclass(frozen=True)
class Diagnostic:
    """One problem: what, where, and what to do about it.

    `code` is stable and documented (`nasc explain CODE`); its first letter says the severity: E or W.
    `label` stands behind the caret, `help` below it. A problem of the surroundings (a missing data set) has no span.
    """

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    help: str = ""

    def __post_init__(self) -> None:
        assert self.code[:1] in ("E", "W"), self.code
        assert self.code[1:].isdigit(), self.code

    @property
    def advice(self) -> str:
        """The help, or the usual one of its code."""
        return self.help or USUAL_HELP.get(self.code, "")

    @property
    def severity(self) -> Severity:
        return "error" if self.code[0] == "E" else "warning"

    def as_json(self) -> dict[str, object]:
        """The row of `nasc check --json`; places are null where there is none, lines and columns count from one."""
        row: dict[str, object] = {"code": self.code, "severity": self.severity, "message": self.message}
        if self.span is None:
            places: list[object] = [None] * 5
        else:
            source = self.span.source
            places = [
                source.name,
                *source.place(self.span.start),
                *source.place(max(self.span.start, self.span.end)),
            ]
        row |= zip(("file", "line", "column", "end_line", "end_column"), places, strict=True)
        row["help"] = self.advice or None
        return row


class NasError(Exception):
    """What the user's input has wrong, all of it. `diagnostics` holds at least one error."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        assert any(d.severity == "error" for d in self.diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return "\n\n".join(show(self.diagnostics))


class Findings:
    """Collects diagnostics while a stage works on, so that one run reports all of them."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.found)

    def add(self, code: str, message: str, span: Span | None = None, label: str = "", help: str = "") -> None:
        """Report one problem."""
        self.report(Diagnostic(code, message, span, label, help))

    def report(self, diagnostic: Diagnostic) -> None:
        """Report a problem that is already put into words. The same one at the same place is reported once."""
        if diagnostic not in self.found[-SHOWN:]:
            self.found.append(diagnostic)

    @property
    def failed(self) -> bool:
        return any(d.severity == "error" for d in self.found)

    def raise_errors(self) -> None:
        """Raise `NasError` with everything found if there is an error among it."""
        if self.failed:
            raise NasError(self.in_order())

    def in_order(self) -> list[Diagnostic]:
        """As a reader meets them: by file in order of appearance, then by place."""
        files: dict[int, int] = {}

        def key(diagnostic: Diagnostic) -> tuple[int, int]:
            if diagnostic.span is None:
                return -1, 0
            return files.setdefault(id(diagnostic.span.source), len(files)), diagnostic.span.start

        return sorted(self.found, key=key)


def fail(code: str, message: str, span: Span | None = None, label: str = "", help: str = "") -> NasError:
    """The exception for a single problem, ready to be raised."""
    return NasError([Diagnostic(code, message, span, label, help)])


def nearest(name: str, known: Iterable[str]) -> str:
    """A `help` that names the nearest known name, or nothing where none is near.

    >>> nearest("sep_conv_3x", ["sep_conv_3x3", "skip_connect"])
    'did you mean `sep_conv_3x3`?'
    """
    found = get_close_matches(name, sorted(set(known)), n=1, cutoff=0.6)
    return f"did you mean `{found[0]}`?" if found else ""


def many(count: int, what: str) -> str:
    """A number of things, such as `1 cell`.

    >>> many(1, "cell"), many(2000, "class")
    ('1 cell', '2,000 classes')
    """
    ending = "" if count == 1 else "es" if what.endswith("s") else "s"
    return f"{count:,} {what}{ending}"


def show(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Every diagnostic as text: the message, its place, the line with a caret under it, and the help."""
    every = list(diagnostics)
    texts = [_show_one(d) for d in every[:SHOWN]]
    if len(every) > SHOWN:
        texts.append(f"... and {len(every) - SHOWN} more")
    return texts


def _show_one(diagnostic: Diagnostic) -> str:
    head = f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"
    margin = " "
    lines = [head]
    if diagnostic.span is not None:
        source = diagnostic.span.source
        number, column = source.place(diagnostic.span.start)
        last, last_column = source.place(max(diagnostic.span.start, diagnostic.span.end))
        shown = source.line(number)
        width = (last_column if last == number else len(shown) + 1) - column
        width = max(1, min(width, len(shown) - column + 1))
        shown, column, width = _window(shown, column, width)
        shown, column = _expand_tabs(shown, column)
        margin = " " * len(str(number))
        caret = " " * (column - 1) + "^" * width + (f" {diagnostic.label}" if diagnostic.label else "")
        lines += [
            f"{margin}--> {source.name}:{number}:{source.place(diagnostic.span.start)[1]}",
            f"{margin} |",
            f"{number} | {_printable(shown)}".rstrip(),
            f"{margin} | {caret}",
        ]
    if diagnostic.advice:
        first, *rest = diagnostic.advice.split("\n")
        lines.append(f"{margin} = help: {first}")
        lines += [f"{margin}         {line}" for line in rest]
    return "\n".join(lines)


def _window(line: str, column: int, width: int) -> tuple[str, int, int]:
    """The part of an overlong line around the caret."""
    if len(line) <= WIDEST:
        return line, column, width
    start = max(0, column - 1 - WIDEST // 2)
    part = line[start : start + WIDEST]
    before, after = ("..." if start else ""), ("..." if start + WIDEST < len(line) else "")
    column += len(before) - start
    return before + part + after, column, max(1, min(width, len(before) + len(part) - column + 1))


def _expand_tabs(line: str, column: int) -> tuple[str, int]:
    return line.expandtabs(4), len(line[: column - 1].expandtabs(4)) + 1


def _printable(line: str) -> str:
    """Control characters as they cannot harm a terminal, one column each."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)

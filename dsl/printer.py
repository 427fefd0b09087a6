"""to_text(Document) -> text: the one canonical layout of a document; format_text is `nasc fmt`.

How a single line is written and wrapped is in `flow`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from nasc.dsl import flow
from nasc.dsl import nodes as n
from nasc.dsl.parser import parse
from nasc.dsl.source import Source, Span
from nasc.dsl.upgrade import upgraded

WIDTH = 100
"""Longer lines are wrapped, where what stands on them can be."""
SHORT = 80
"""What was built in memory is put on a single line up to here."""
_INDENT = 2

_VERSION = re.compile(r"(?:[\s\ufeff]|#[^\n]*)*+(nas\b(?:[\s\ufeff]|#[^\n]*)*+\d+)")
_HEADER = re.compile(r"(?:[^#{]|#[^\n]*)*+\{")


def to_text(document: n.Document, comments: bool = True) -> str:
    """The document as canonical text: `parse` of it is an equal document, and its text is this text again.

    Of a parsed document, comments, single blank lines and blocks written on one line are kept. Nodes built
    in memory (with empty spans, or those of another source) are laid out by their kind. Comments without a
    place in the document's source stand at the top.
    """
    page = _Page(document.source, document.comments if comments else ())
    following = len(document.source.text)  # where the next unit that has a place begins
    placed: list[tuple[_Unit, int]] = []
    for unit in reversed(list(_units(document, comments))):
        placed.append((unit, following))
        following = unit.span.start if unit.span else following
    for unit, following in reversed(placed):
        page.add(unit, following)
    return page.finish()


def format_text(source: Source, upgrade: bool = False) -> str:
    """The text in canonical layout; with `upgrade`, D-DARTS triples become equations. Raises `NasError`.

    The order of edges and comments is kept. Triples stay where an equation could not say the same.
    """
    document = parse(source)
    if upgrade:
        items = (upgraded(item) if isinstance(item, n.Cell) else item for item in document.items)
        document = replace(document, items=tuple(items))
    text = to_text(document)
    again = parse(Source(source.name, text))
    assert again == document, "formatting changed what the text says"
    assert [c.text for c in again.comments] == [c.text for c in document.comments], "comments were changed"
    return text


# ---------------------------------------------------------------- the document as units


_Gap: TypeAlias = Literal["none", "author", "one"]
"""Whether a blank line stands above: decided here, or as the author has it."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """What begins a line of its own: a statement, an item on one line, the begin or the end of a block.

    `span` is None for what has no place in the document's source; `side` says which end of a block it is.
    """

    code: flow.Flow
    span: Span | None
    gap: _Gap
    indent: int = 0
    side: Literal["", "{", "}"] = ""


def _units(document: n.Document, commented: bool) -> Iterator[_Unit]:
    source = document.source
    before: n.Item | None = None
    was_block = False
    if document.version is not None:
        found = _VERSION.match(source.text)
        yield _Unit(f"nas {document.version}", found and Span(source, *found.span(1)), "author")
    for item in document.items:
        span = _place(item.span, source)
        whole = flow.line(item) if isinstance(item, n.Use | n.Op | n.Ops) else _single_line(item, commented)
        is_block = whole is None
        apart = is_block or was_block or (span is None and not _alike(before, item))
        gap: _Gap = "one" if apart else "author" if span else "none"
        if whole is not None:
            yield _Unit(whole, span, gap)
        else:
            assert isinstance(item, n.Cell | n.Network | n.Recipe)
            yield from _block(item, source, gap)
        before, was_block = item, is_block


def _block(node: flow.Block, source: Source, gap: _Gap) -> Iterator[_Unit]:
    """The block on several lines."""
    span = _place(node.span, source)
    found = _HEADER.match(source.text, span.start, span.end) if span else None
    first, last = (found and Span(source, *found.span())), (span and Span(source, span.end - 1, span.end))
    yield _Unit((flow.head(node), " {"), first, gap, side="{")
    for part in flow.body(node):
        place = _place(part.span, source)
        yield _Unit(flow.line(part), place, "author" if place else "none", _INDENT)
    yield _Unit("}", last, "none", side="}")


def _place(span: Span, source: Source) -> Span | None:
    return span if span.source is source and span.end > span.start else None


def _alike(before: n.Item | None, item: n.Item) -> bool:
    """Whether two items built in memory stand together; nothing but the version is before the first."""
    if before is None:
        return isinstance(item, n.Use)
    if isinstance(before, n.Network) and isinstance(item, n.Network):
        return before.kind == item.kind
    return type(before) is type(item)


def _single_line(node: flow.Block, commented: bool) -> str | None:
    """The block on a single line: if the author wrote it so and it fits, or built in memory and short."""
    parts = flow.body(node)
    text = "  ".join(flow.flat(flow.line(part)) for part in parts)
    text = f"{flow.flat(flow.head(node))} {{ {text} }}" if parts else f"{flow.flat(flow.head(node))} {{}}"
    if not parts:
        return None if commented and "#" in _HEADER.sub("", node.span.text, count=1) else text
    if _written(node, parts):
        return text if "\n" not in node.span.text and len(text) <= WIDTH else None
    short = len(parts) <= 3 and len(text) <= SHORT and not isinstance(node, n.Cell)
    return text if short and not any(isinstance(part, n.Op) for part in parts) else None


def _written(node: flow.Block, parts: Iterable[flow.Line]) -> bool:
    """Whether the block stands in a text as it is. Parts put into it later do not, though it has a span."""
    at = node.span.start
    for span in (part.span for part in parts):
        if _place(span, node.span.source) is None or span.start < at:
            return False
        at = span.end
    return _place(node.span, node.span.source) is not None


# ---------------------------------------------------------------- lines and comments


class _Page:
    """The lines of a text, each with the comment behind it. Comments stand by their place among the units."""

    def __init__(self, source: Source, comments: Iterable[n.Comment]) -> None:
        self.source = source
        self.waiting = deque(comments)
        self.lines: list[tuple[str, str]] = []
        self.open = True  # nothing stands above, or only the begin of a block

    def add(self, unit: _Unit, following: int) -> None:
        """Add a unit, the comments up to its end, and the one behind it on its line.

        `following` is where the next unit begins. Of the comments in the unit and behind it, a single one
        goes behind it; more cannot, since a comment ends its line: they go above. What is behind `{` stays.
        """
        start, end = (unit.span.start, unit.span.end) if unit.span else (0, 0)
        margin = " " * (_INDENT if unit.side == "}" else unit.indent)
        above = [(margin + c.text, self._blank_above(self._at(c))) for c in self._until(start)]
        inside = [c.text for c in self._until(end)]
        behind = self.waiting.popleft().text if unit.span and self._behind(end, following) else ""
        if behind and inside and unit.side != "{":
            inside, behind = [*inside, behind], ""
        elif not behind and len(inside) == 1:
            behind = inside.pop()

        first, *more = [*(margin + text for text in inside), *flow.wrapped(unit.code, unit.indent, WIDTH)]
        blank = unit.gap != "none" and self._blank_above(start)
        lines = [*above, (first, blank), *((line, False) for line in more)]
        if unit.gap == "one" and not any(blank for _, blank in lines):
            lines[0] = lines[0][0], True
        for line, blank in lines[:-1]:
            self._line(line, blank)
        self._line(*lines[-1], behind)
        self.open = unit.side == "{"

    def finish(self) -> str:
        """The text, with the comments that are left at its end."""
        for comment in self._until(len(self.source.text) + 1):
            self._line(comment.text, self._blank_above(self._at(comment)))
        return "".join(f"{line}\n" for line in _aligned(self.lines))

    def _line(self, code: str, blank: bool, comment: str = "") -> None:
        if blank and not self.open:
            self.lines.append(("", ""))
        self.lines.append((code, comment))
        self.open = False

    def _at(self, comment: n.Comment) -> int:
        return comment.span.start if comment.span.source is self.source else -1

    def _until(self, end: int) -> Iterator[n.Comment]:
        while self.waiting and self._at(self.waiting[0]) < end:
            yield self.waiting.popleft()

    def _behind(self, end: int, following: int) -> bool:
        """Whether the next comment stands on the line of `end`, with no other unit between."""
        at = self._at(self.waiting[0]) if self.waiting else -1
        return end <= at < following and self.source.text.find("\n", end, at) < 0

    def _blank_above(self, at: int) -> bool:
        """Whether the author left a blank line above what stands there."""
        lines = 0
        while at > 0 and lines < 2 and self.source.text[at - 1] in " \t\r\n\f\ufeff":
            at -= 1
            lines += self.source.text[at] == "\n"
        return lines == 2


def _aligned(lines: list[tuple[str, str]]) -> Iterator[str]:
    """The lines with their comments, in one column where lines of one block stand in a row and it fits."""
    start = 0
    while start < len(lines):
        if not lines[start][1]:
            yield lines[start][0]
            start += 1
            continue
        end, widths = start, (0, 0)
        while end < len(lines) and lines[end][1]:
            code, comment = lines[end]
            wider = max(widths[0], len(code)), max(widths[1], len(comment))
            if end > start and (sum(wider) + 2 > WIDTH or _block_of(code) != _block_of(lines[start][0])):
                break
            end, widths = end + 1, wider
        yield from (f"{code:{widths[0]}}  {comment}" for code, comment in lines[start:end])
        start = end


def _block_of(line: str) -> tuple[int, str]:
    """Equal for lines of one block; its begin and its end are blocks of their own here."""
    return len(line) - len(line.lstrip(" ")), line if line == "}" or line.endswith(" {") else ""

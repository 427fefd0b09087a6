"""to_text(Document) -> text: the one canonical layout of a document; format_text is `nasc fmt`."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, assert_never

from nasc.dsl import nodes as n
from nasc.dsl.parser import parse
from nasc.dsl.source import Source, Span

WIDTH = 100
"""Longer lines are wrapped, where what stands on them can be."""
SHORT = 80
"""What was built in memory is put on a single line up to here."""
_INDENT = 2
_DEEPEST = 60
"""Continuation lines are not aligned further right than this."""

_VERSION = re.compile(r"(?:[\s\ufeff]|#[^\n]*)*+(nas\b(?:[\s\ufeff]|#[^\n]*)*+\d+)")
_HEADER = re.compile(r"(?:[^#{]|#[^\n]*)*+\{")
_NAME = re.compile(
    r"(?!(?:use|op|ops|cell|recurrent|skeleton|network|return|require|keep|of)\b)[A-Za-z_][A-Za-z0-9_]*"
)


def to_text(document: n.Document, comments: bool = True) -> str:
    """The document as canonical text: `parse` of it is an equal document, and its text is this text again.

    Of a parsed document, comments, single blank lines and blocks written on one line are kept. Nodes built
    in memory (with empty spans, or those of another source) are laid out by their kind. Comments without a
    place in the document's source stand at the top.
    """
    page = _Page(document.source, document.comments if comments else ())
    units = list(_units(document, comments))
    following: list[int] = []  # where the next unit that has a place begins
    start = len(document.source.text)
    for unit in reversed(units):
        following.append(start)
        start = unit.span.start if unit.span else start
    for unit in units:
        page.add(unit, following.pop())
    return page.finish()


def format_text(source: Source, upgrade: bool = False) -> str:
    """The text in canonical layout; with `upgrade`, D-DARTS triples become equations. Raises `NasError`.

    The order of edges and comments is kept. A state keeps its triples where an equation could not say the
    same: its equation comes behind a triple or is that of a range, a source is defined later than the state,
    or a quoted operation is not a name.
    """
    document = parse(source)
    if upgrade:
        items = (_upgraded(item) if isinstance(item, n.Cell) else item for item in document.items)
        document = replace(document, items=tuple(items))
    text = to_text(document)
    again = parse(Source(source.name, text))
    assert again == document, "formatting changed what the text says"
    assert [c.text for c in again.comments] == [c.text for c in document.comments], "comments were changed"
    return text


# ---------------------------------------------------------------- wrapping


@dataclass(frozen=True, slots=True)
class _Run:
    """Parts with a space between, or a new line that begins `hang` columns right of the first part."""

    parts: tuple[_Flow, ...]
    hang: int = 0


_Flow: TypeAlias = "str | tuple[_Flow, ...] | _Run"
"""Text that knows where it may be wrapped; a tuple is never wrapped between its parts."""


def _commas(parts: Iterable[_Flow]) -> _Run:
    *most, last = parts
    return _Run((*((part, ",") for part in most), last))


def _signs(sign: str, parts: Iterable[_Flow], hang: int = 0) -> _Run:
    first, *rest = parts
    return _Run((first, *((f"{sign} ", part) for part in rest)), hang)


def _flat(flow: _Flow) -> str:
    """The flow on one line."""
    match flow:
        case str():
            return flow
        case tuple():
            return "".join(map(_flat, flow))
        case _Run():
            return " ".join(map(_flat, flow.parts))
    assert_never(flow)


class _Wrapper:
    """Fills lines; the outermost places to wrap are used first."""

    def __init__(self, indent: int) -> None:
        self.indent = indent
        self.lines = [" " * indent]

    def write(self, flow: _Flow, tail: int = 0) -> None:
        """Add the flow. `tail` columns are needed on the line of its end."""
        flat = _flat(flow)
        if self._fits(flat, tail):
            self.lines[-1] += flat
            return
        match flow:
            case str():
                self.lines[-1] += flow
            case tuple():
                for i, part in enumerate(flow):
                    behind = "".join(p for p in flow[i + 1 :] if isinstance(p, str))
                    self.write(part, len(behind) + tail)
            case _Run():
                start = len(self.lines[-1])
                margin = " " * (start + flow.hang if start <= _DEEPEST else self.indent + 2 * _INDENT)
                for i, part in enumerate(flow.parts):
                    behind_part = tail if i == len(flow.parts) - 1 else 0
                    if i and self._fits(" " + _flat(part), behind_part):
                        self.lines[-1] += " "
                    elif i:
                        self.lines.append(margin)
                    self.write(part, behind_part)
            case _:
                assert_never(flow)

    def _fits(self, flat: str, tail: int) -> bool:
        return len(self.lines[-1]) + len(flat) + tail <= WIDTH


# ---------------------------------------------------------------- nodes as flows


def _expression(node: n.Expression) -> _Flow:
    match node:
        case n.Number() | n.Size():
            return node.text
        case n.Text():
            return f'"{node.value}"'
        case n.Call():
            return _call(node)
        case n.Plus():
            return _signs("+", map(_expression, node.terms))
        case n.Times():
            return (_expression(node.first), *((sign, _expression(factor)) for sign, factor in node.rest))
        case n.Tuple():
            return "(", _commas(map(_expression, node.members)), ")"
    assert_never(node)


def _call(node: n.Call) -> _Flow:
    if not node.arguments:
        return node.name.text
    given = ((f"{a.name}=" if a.name else "", _expression(a.value)) for a in node.arguments)
    return f"{node.name}(", _commas(given), ")"


def _chain(node: n.Chain) -> _Flow:
    return _signs("->", map(_link, node.links))


def _link(node: n.Link) -> _Flow:
    match node:
        case n.Call():
            return _call(node)
        case n.Both():
            return "(", _signs("+", map(_chain, node.branches)), ")"
        case n.Joined():
            return "[", _commas(map(_chain, node.branches)), "]"
    assert_never(node)


def _names(names: Iterable[n.Name]) -> _Run:
    return _commas(name.text for name in names)


def _count(node: n.Count) -> str:
    return f"{node.low}" if node.low == node.high else f"{node.low}..{node.high}"


def _term(node: n.Edge | n.Keep) -> _Flow:
    match node:
        case n.Edge():
            factor = f"{node.factor.text}*" if node.factor else ""
            sources = "*" if node.sources is None else _names(node.sources)
            strength = f") @{node.strength.text}" if node.strength else ")"
            return factor, _what(node.what), "(", sources, strength
        case n.Keep(edges=(edge,)):
            return f"keep {_count(node.count)} of ", _term(edge)
        case n.Keep():
            return f"keep {_count(node.count)} of (", _signs("+", map(_term, node.edges)), ")"
    assert_never(node)


def _what(node: n.Name | n.Choice) -> _Flow:
    match node:
        case n.Name():
            return node.text
        case n.Choice():
            keep = f"keep {_count(node.keep)} of " if node.keep else ""
            return "{", keep, _signs("|", (name.text for name in node.members)), "}"
    assert_never(node)


def _stretch(node: n.Stretch) -> str:
    return f"{node.first}..{node.last}" if node.last else node.first.text


def _placed(node: n.Placed) -> str:
    last = "" if node.first == node.last else f"..{node.last}"
    index = "" if node.first is None else f"[{node.first}{last}]"
    stride = "" if node.stride == 1 else f"/{node.stride}"
    repeat = "" if node.repeat == 1 else f"*{node.repeat or ''}"
    return f"{node.cell}{index}{stride}{repeat}"


_Line: TypeAlias = n.Use | n.Op | n.Ops | n.Statement | n.Triple | n.Return | n.Cells | n.Require | n.Setting
_Block: TypeAlias = n.Cell | n.Network | n.Recipe


def _line(node: _Line) -> _Flow:
    match node:
        case n.Use():
            return f'use "{node.path}"' if node.file else f"use {node.path}"
        case n.Op():
            params: _Flow = ("(", _names(node.parameters), ")") if node.parameters else ""
            form = " = " if node.stride is None else f"/{node.stride} = "
            return f"op {node.name}", params, form, _chain(node.body)
        case n.Ops():
            return f"ops {node.name} = ", _signs("|", (name.text for name in node.members), hang=-2)
        case n.Statement():
            states = f"{node.state}..{node.last}" if node.last else node.state.text
            return f"{states} = ", _signs("+", map(_term, node.terms), hang=-2)
        case n.Triple():
            return f"('{node.operation}', {node.state.text}, {node.source.text})"
        case n.Return(how=None):
            return f"return {_stretch(node.states[0])}"
        case n.Return():
            return f"return {node.how}(", _commas(map(_stretch, node.states)), ")"
        case n.Cells():
            return "cells: ", _commas(map(_placed, node.placed))
        case n.Require():
            return "require ", _call(node.quantity), f" {node.comparison} {node.bound.text}"
        case n.Setting():
            value = _chain(node.value) if isinstance(node.value, n.Chain) else _expression(node.value)
            return f"{node.name}: ", value
    assert_never(node)


def _head(node: _Block) -> _Flow:
    match node:
        case n.Cell():
            return f"{node.kind} {node.name}(", _names(node.inputs), ")"
        case n.Network():
            return f"{node.kind} {node.name}" + (f": {node.base}" if node.base else "")
        case n.Recipe():
            return node.kind + (f" {node.name}" if node.name else "")
    assert_never(node)


def _body(node: _Block) -> tuple[_Line, ...]:
    match node:
        case n.Cell():
            return *node.statements, node.returned
        case n.Network():
            return node.body
        case n.Recipe():
            return node.settings
    assert_never(node)


# ---------------------------------------------------------------- the document as units


_Gap: TypeAlias = Literal["none", "author", "one"]
"""Whether a blank line stands above: decided here, or as the author has it."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """What begins a line of its own: a statement, an item on one line, the begin or the end of a block.

    `span` is None for what has no place in the document's source; `side` says which end of a block it is.
    """

    code: _Flow
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
        whole = _line(item) if isinstance(item, n.Use | n.Op | n.Ops) else _single_line(item, commented)
        is_block = whole is None
        apart = is_block or was_block or (span is None and not _alike(before, item))
        gap: _Gap = "one" if apart else "author" if span else "none"
        if whole is not None:
            yield _Unit(whole, span, gap)
        else:
            assert isinstance(item, n.Cell | n.Network | n.Recipe)
            yield from _block(item, source, gap)
        before, was_block = item, is_block


def _block(node: _Block, source: Source, gap: _Gap) -> Iterator[_Unit]:
    """The block on several lines."""
    span = _place(node.span, source)
    found = _HEADER.match(source.text, span.start, span.end) if span else None
    first, last = (found and Span(source, *found.span())), (span and Span(source, span.end - 1, span.end))
    yield _Unit((_head(node), " {"), first, gap, side="{")
    for part in _body(node):
        place = _place(part.span, source)
        yield _Unit(_line(part), place, "author" if place else "none", _INDENT)
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


def _single_line(node: _Block, commented: bool) -> str | None:
    """The block on a single line: if the author wrote it so and it fits, or built in memory and short."""
    parts = _body(node)
    text = "  ".join(_flat(_line(part)) for part in parts)
    text = f"{_flat(_head(node))} {{ {text} }}" if parts else f"{_flat(_head(node))} {{}}"
    if not parts:
        return None if commented and "#" in _HEADER.sub("", node.span.text, count=1) else text
    if _written(node, parts):
        return text if "\n" not in node.span.text and len(text) <= WIDTH else None
    short = len(parts) <= 3 and len(text) <= SHORT and not isinstance(node, n.Cell)
    return text if short and not any(isinstance(part, n.Op) for part in parts) else None


def _written(node: _Block, parts: Iterable[_Line]) -> bool:
    """Whether the block stands in a text as it is. Parts put into it later do not, though it has a span."""
    at = node.span.start
    for part in (node, *parts):
        if _place(part.span, node.span.source) is None or part.span.start < at:
            return False
        at = part.span.end if part is not node else at
    return True


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
        above = [(c.text, self._blank_above(self._at(c))) for c in self._until(start)]
        blank = unit.span is not None and unit.gap != "none" and self._blank_above(start)
        inside = [c.text for c in self._until(end)]
        behind = self.waiting.popleft().text if unit.span and self._behind(end, following) else ""
        if behind and inside and unit.side != "{":
            inside, behind = [*inside, behind], ""
        elif not behind and len(inside) == 1:
            behind = inside.pop()
        if inside:
            above += [(inside[0], blank), *((text, False) for text in inside[1:])]
            blank = False
        if unit.gap == "one" and not blank and not any(b for _, b in above):
            above, blank = [(t, i == 0) for i, (t, _) in enumerate(above)], not above
        for text, blank_line in above:
            self._line(" " * (_INDENT if unit.side == "}" else unit.indent) + text, "", blank_line)
        wrapper = _Wrapper(unit.indent)
        wrapper.write(unit.code)
        for line in wrapper.lines[:-1]:
            self._line(line, "", blank)
            blank = False
        self._line(wrapper.lines[-1], behind, blank)
        self.open = unit.side == "{"

    def finish(self) -> str:
        """The text, with the comments that are left at its end."""
        for comment in self._until(len(self.source.text) + 1):
            self._line(comment.text, "", self._blank_above(self._at(comment)))
        return "".join(f"{line}\n" for line in _aligned(self.lines))

    def _line(self, code: str, comment: str, blank: bool) -> None:
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
    at = 0
    while at < len(lines):
        end, code, comment = at, 0, 0
        while end < len(lines) and lines[end][1]:
            wider = max(code, len(lines[end][0])), max(comment, len(lines[end][1]))
            if end > at and (sum(wider) + 2 > WIDTH or _block_of(lines[end][0]) != _block_of(lines[at][0])):
                break
            end, (code, comment) = end + 1, wider
        yield from (f"{line:{code}}  {text}" for line, text in lines[at:end])
        if end == at:
            yield lines[at][0]
        at = max(end, at + 1)


def _block_of(line: str) -> tuple[int, str]:
    """Equal for lines of one block; its begin and its end are blocks of their own here."""
    return len(line) - len(line.lstrip(" ")), line if line == "}" or line.endswith(" {") else ""


# ---------------------------------------------------------------- triples as equations


def _upgraded(cell: n.Cell) -> n.Cell:
    """The cell with the triples of each state, where possible, in one equation where it first appears."""
    parts = cell.statements
    states = [_state(part) for part in parts]
    first: dict[int, int] = {}
    triples: dict[int, list[n.Triple]] = {}
    kept: set[int] = set()
    for at, (part, state) in enumerate(zip(parts, states, strict=True)):
        if state is not None and first.setdefault(state, at) < at and isinstance(part, n.Statement):
            kept.add(state)
        if state is not None and isinstance(part, n.Triple):
            triples.setdefault(state, []).append(part)
    equations = [(at, part) for at, part in enumerate(parts) if isinstance(part, n.Statement)]
    ranges = [(at, _range(part)) for at, part in equations if part.last]
    for state, edges in triples.items():
        sources = [_number(edge.source.text) for edge in edges]
        places = [first.get(source, -1) for source in sources if source is not None]
        places += [at for at, numbers in ranges if any(source in numbers for source in sources)]
        named = all(_NAME.fullmatch(edge.operation.text) for edge in edges)
        if not named or None in sources or max(places) > first[state] or any(state in r for _, r in ranges):
            kept.add(state)

    statements: list[n.Statement | n.Triple] = []
    for at, (part, state) in enumerate(zip(parts, states, strict=True)):
        if state is None or state not in triples or state in kept:
            statements.append(part)
        elif first[state] == at:
            more = tuple(map(_as_edge, triples[state]))
            last = next((i for i in range(at, len(parts)) if states[i + 1 : i + 2] != [state]), at)
            span = part.span.to(parts[last].span)
            if isinstance(part, n.Statement):
                statements.append(replace(part, terms=(*part.terms, *more), span=span))
            else:
                statements.append(n.Statement(n.Name(f"s{state}", part.state.span), None, more, span))
    return replace(cell, statements=tuple(statements))


def _state(part: n.Statement | n.Triple) -> int | None:
    """2 for `s2 = ...` and for `('...', 2, 1)`; None for other names and for ranges."""
    match part:
        case n.Triple():
            return _number(part.state.text)
        case n.Statement():
            return None if part.last else _index(part.state)
    assert_never(part)


def _range(part: n.Statement) -> range:
    """The numbers of the states of `s2..s5 = ...`; none for an equation of one state."""
    low, high = _index(part.state), _index(part.last) if part.last else None
    return range(0) if low is None or high is None else range(low, high + 1)


def _index(name: n.Name) -> int | None:
    return int(name.text[1:]) if re.fullmatch("s(0|[1-9][0-9]{0,8})", name.text) else None


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def _as_edge(triple: n.Triple) -> n.Edge:
    source = n.Name(f"s{int(triple.source.text)}", triple.source.span)
    return n.Edge(None, triple.operation, (source,), None, triple.span)

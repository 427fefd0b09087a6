"""line(node), head(node) -> Flow -> wrapped(flow): the text of nodes, which knows where it may be wrapped.

Of single lines only: the order of lines, blank lines and comments are the printer's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from nasc.dsl import nodes as n

_DEEPEST = 60
"""Continuation lines are not aligned further right than this."""
_HANG = 4
"""Where they would be, they stand this far right of the line they continue."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Parts with a space between, or a new line that begins `hang` columns right of the first part."""

    parts: tuple[Flow, ...]
    hang: int = 0


Flow: TypeAlias = "str | tuple[Flow, ...] | _Run"
"""Text that knows where it may be wrapped; a tuple is never wrapped between its parts."""


def _commas(parts: Iterable[Flow]) -> _Run:
    *most, last = parts
    return _Run((*((part, ",") for part in most), last))


def _signs(sign: str, parts: Iterable[Flow], hang: int = 0) -> _Run:
    first, *rest = parts
    return _Run((first, *((f"{sign} ", part) for part in rest)), hang)


def flat(flow: Flow) -> str:
    """The flow on one line."""
    match flow:
        case str():
            return flow
        case tuple():
            return "".join(map(flat, flow))
        case _Run():
            return " ".join(map(flat, flow.parts))
    assert_never(flow)


def wrapped(flow: Flow, indent: int, width: int) -> list[str]:
    """The flow on lines of up to `width` columns, where it can be wrapped. The first is indented, the others hang."""
    wrapper = _Wrapper(indent, width)
    wrapper.write(flow)
    return wrapper.lines


class _Wrapper:
    """Fills lines; the outermost places to wrap are used first."""

    def __init__(self, indent: int, width: int) -> None:
        self.indent = indent
        self.width = width
        self.lines = [" " * indent]

    def write(self, flow: Flow, tail: int = 0) -> None:
        """Add the flow. `tail` columns are needed on the line of its end."""
        text = flat(flow)
        if isinstance(flow, str) or self._fits(text, tail):
            self.lines[-1] += text
        elif isinstance(flow, tuple):
            for i, part in enumerate(flow):
                behind = "".join(p for p in flow[i + 1 :] if isinstance(p, str))
                self.write(part, len(behind) + tail)
        else:
            start = len(self.lines[-1])
            margin = " " * (start + flow.hang if start <= _DEEPEST else self.indent + _HANG)
            for i, part in enumerate(flow.parts):
                needed = tail if i == len(flow.parts) - 1 else 0
                if i and self._fits(" " + flat(part), needed):
                    self.lines[-1] += " "
                elif i:
                    self.lines.append(margin)
                self.write(part, needed)

    def _fits(self, text: str, tail: int) -> bool:
        return len(self.lines[-1]) + len(text) + tail <= self.width


# ---------------------------------------------------------------- nodes as flows


Line: TypeAlias = n.Use | n.Op | n.Ops | n.Statement | n.Triple | n.Return | n.Cells | n.Require | n.Setting
Block: TypeAlias = n.Cell | n.Network | n.Recipe


def line(node: Line) -> Flow:
    """What has a line of its own, in a block or outside."""
    match node:
        case n.Use():
            return f'use "{node.path}"' if node.file else f"use {node.path}"
        case n.Op():
            params: Flow = ("(", _names(node.parameters), ")") if node.parameters else ""
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


def head(node: Block) -> Flow:
    """What stands before the `{` of a block."""
    match node:
        case n.Cell():
            return f"{node.kind} {node.name}(", _names(node.inputs), ")"
        case n.Network():
            return f"{node.kind} {node.name}" + (f": {node.base}" if node.base else "")
        case n.Recipe():
            return node.kind + (f" {node.name}" if node.name else "")
    assert_never(node)


def body(node: Block) -> tuple[Line, ...]:
    """What has a line of its own in a block, in order."""
    match node:
        case n.Cell():
            return *node.statements, node.returned
        case n.Network():
            return node.body
        case n.Recipe():
            return node.settings
    assert_never(node)


def _expression(node: n.Expression) -> Flow:
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


def _call(node: n.Call) -> Flow:
    if not node.arguments:
        return node.name.text
    given = ((f"{a.name}=" if a.name else "", _expression(a.value)) for a in node.arguments)
    return f"{node.name}(", _commas(given), ")"


def _chain(node: n.Chain) -> Flow:
    return _signs("->", map(_link, node.links))


def _link(node: n.Link) -> Flow:
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


def _term(node: n.Edge | n.Keep) -> Flow:
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


def _what(node: n.Name | n.Choice) -> Flow:
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

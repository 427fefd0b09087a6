"""upgraded(Cell) -> Cell: triples of D-DARTS as equations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import assert_never

from nasc.dsl import nodes as n

_NAME = re.compile(r"(?!(?:use|op|ops|cell|recurrent|skeleton|network|return|require|keep|of)\b)[A-Za-z_][A-Za-z0-9_]*")


def upgraded(cell: n.Cell) -> n.Cell:
    """The cell with the triples of each state in one equation, where the state first appears.

    The order of the edges of a state is kept. A state keeps its triples where an equation could not say the
    same: its equation comes behind a triple or is that of a range, a source is defined later than the state,
    or a quoted operation is not a name.
    """
    triples = _movable(cell.statements)
    statements: list[n.Statement | n.Triple] = []
    moved: set[int] = set()
    for state, group in groupby(cell.statements, _state):
        parts = list(group)
        if state is None or state not in triples:
            statements += parts
        elif state not in moved:  # else its triples stand in the equation above
            statements.append(_equation(state, parts, triples[state]))
            moved.add(state)
    return replace(cell, statements=tuple(statements))


def _movable(parts: Sequence[n.Statement | n.Triple]) -> dict[int, list[n.Triple]]:
    """The triples of each state for which an equation says the same."""
    first: dict[int, int] = {}
    triples: dict[int, list[n.Triple]] = {}
    late: set[int] = set()  # states with an equation behind something else of theirs
    for at, part in enumerate(parts):
        state = _state(part)
        if state is None:
            continue
        if isinstance(part, n.Triple):
            triples.setdefault(state, []).append(part)
        elif state in first:
            late.add(state)
        first.setdefault(state, at)
    ranges = [(at, _range(part)) for at, part in enumerate(parts) if isinstance(part, n.Statement) and part.last]

    def readable(source: int | None, at: int) -> bool:
        """Whether the source does not begin behind `at`. One that is defined nowhere does not: `check` reports it."""
        if source is None or first.get(source, -1) > at:
            return False
        return not any(source in numbers for place, numbers in ranges if place > at)

    return {
        state: edges
        for state, edges in triples.items()
        if state not in late
        and not any(state in numbers for _, numbers in ranges)
        and all(_NAME.fullmatch(edge.operation.text) for edge in edges)
        and all(readable(_number(edge.source.text), first[state]) for edge in edges)
    }


def _equation(state: int, parts: Sequence[n.Statement | n.Triple], triples: Sequence[n.Triple]) -> n.Statement:
    """All edges of the state. `parts` are those that the equation takes the place of."""
    part, span = parts[0], parts[0].span.to(parts[-1].span)
    edges = tuple(map(_edge, triples))
    if isinstance(part, n.Statement):
        return replace(part, terms=(*part.terms, *edges), span=span)
    return n.Statement(n.Name(f"s{state}", part.state.span), None, edges, span)


def _edge(triple: n.Triple) -> n.Edge:
    source = n.Name(f"s{int(triple.source.text)}", triple.source.span)
    return n.Edge(None, triple.operation, (source,), None, triple.span)


def _state(part: n.Statement | n.Triple) -> int | None:
    """2 for `s2 = ...` and for `('...', 2, 1)`; None for other names and for ranges."""
    match part:
        case n.Triple():
            return _number(part.state.text)
        case n.Statement():
            return None if part.last else _index(part.state)
    assert_never(part)


def _range(part: n.Statement) -> range:
    """The numbers of the states of `s2..s5 = ...`; none where the names are not of numbered states."""
    low, high = _index(part.state), _index(part.last) if part.last else None
    return range(0) if low is None or high is None else range(low, high + 1)


def _index(name: n.Name) -> int | None:
    """2 for `s2`."""
    return int(name.text[1:]) if re.fullmatch("s(0|[1-9][0-9]{0,8})", name.text) else None


def _number(text: str) -> int | None:
    """2 for `2`; nobody has a state of more than nine digits."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None

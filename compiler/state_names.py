"""Names of states: ranges of them, which a cell defines, which may be meant."""

from __future__ import annotations

from collections.abc import Iterable

from nasc.compiler.dag import numbered
from nasc.compiler.offered import Report
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import nearest

MAX_STATES = 10_000


def stretch(first: n.Name, last: n.Name | None, error: Report) -> list[str]:
    """The names of `s2..s5`; none, and reported, where it is no range."""
    if last is None:
        return [first.text]
    a, b = numbered(first.text), numbered(last.text)
    span = first.span.to(last.span)
    if a is None or b is None or a[0] != b[0]:
        help = "both ends are one word with a number, without leading zeros, such as `s2..s5`"
        error("E207", f"`{first}..{last}` is not a range of states", span, help)
        return []
    if a[1] > b[1]:
        error("E207", f"the range `{first}..{last}` counts down", span, f"write `{last}..{first}`")
        return []
    if b[1] - a[1] >= MAX_STATES:
        error("E105", f"`{first}..{last}` is more than {MAX_STATES} states", span)
        return []
    return [f"{a[0]}{number}" for number in range(a[1], b[1] + 1)]


def later_states(cell: n.Cell) -> set[str]:
    """The states that some statement defines, as far as they can be told without writing the cell out."""
    found: set[str] = set()
    for statement in cell.statements:
        if isinstance(statement, n.Triple):
            found.add(f"s{statement.state.text}")
            continue
        found.add(statement.state.text)
        first, last = numbered(statement.state.text), numbered(statement.last.text) if statement.last else None
        if first and last and first[0] == last[0] and 0 <= last[1] - first[1] < MAX_STATES:
            found |= {f"{first[0]}{number}" for number in range(first[1], last[1] + 1)}
    return found


def nearest_state(name: str, states: Iterable[str]) -> str:
    """A `help` that names a state that may be meant: one spelt alike, else the last of the same word."""
    known = list(states)
    word = numbered(name)
    alike = [state for state in known if word and (other := numbered(state)) and other[0] == word[0]]
    return nearest(name, known) or (f"did you mean `{alike[-1]}`?" if alike else "")


def listed(names: list[str]) -> str:
    """Names as a label shows them: not too many."""
    return ", ".join(names if len(names) <= 12 else [*names[:11], "..."]) or "none"

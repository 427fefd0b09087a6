"""Constructor calls as data: what the emitted Python file builds its modules with, before names are settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

WIDTH = 120
"""The longest line that is written."""


@dataclass(frozen=True)
class Slot:
    """A number that may differ between the places where one class is used, and is an argument of it then."""

    value: int
    role: Literal["channels", "stride"] = "channels"


@dataclass(frozen=True)
class Pair:
    """Height and width; written as one number where they are the same, unless `always`."""

    height: Slot | str
    width: Slot | str
    always: bool = False


@dataclass(frozen=True)
class Argument:
    """One argument; one with a name is left out where it has its default."""

    value: Value
    name: str = ""
    default: str = ""


LIST = "list"
"""The name of a call that is written as `[...]`."""


@dataclass(frozen=True)
class Call:
    """A call of a class."""

    name: str
    arguments: tuple[Argument, ...] = ()


Value = str | Slot | Pair | Call


def call(name: str, *values: Value, **named: tuple[Value, str]) -> Call:
    """A call; named arguments come with their default."""
    listed = [Argument(value) for value in values]
    listed += [Argument(value, key, default) for key, (value, default) in named.items()]
    return Call(name, tuple(listed))


def slots(value: Value) -> Iterator[Slot]:
    """The slots in the order in which they are written."""
    match value:
        case Slot():
            yield value
        case Pair():
            yield from slots(value.height)
            yield from slots(value.width)
        case Call():
            for argument in value.arguments:
                yield from slots(argument.value)


def shape_of(value: Value) -> object:
    """What two calls have in common that differ in their slots alone."""
    match value:
        case Slot():
            return value.role
        case Pair():
            return ("pair", shape_of(value.height), shape_of(value.width), value.always)
        case Call():
            return (value.name, tuple((a.name, shape_of(a.value)) for a in value.arguments))
        case _:
            return ("text", value)


def filled(value: Value, word: Callable[[Slot], str]) -> Value:
    """The same with every slot replaced, in the order of `slots`."""
    match value:
        case Slot():
            return word(value)
        case Pair():
            height, width = filled(value.height, word), filled(value.width, word)
            assert isinstance(height, str)
            assert isinstance(width, str)
            if height == width and not value.always:
                return height
            return f"({height}, {width})"
        case Call():
            written = [Argument(filled(a.value, word), a.name, a.default) for a in value.arguments]
            return Call(value.name, tuple(a for a in written if not a.name or a.value != a.default))
        case _:
            return value


def literal(value: Value) -> Value:
    """The same with every slot as the number it holds."""
    return filled(value, lambda slot: str(slot.value))


def lines(value: Value, lead: str = "", tail: str = "", indent: int = 0) -> list[str]:
    """The lines of a filled value behind `lead`: one if it fits, else an argument a line."""
    flat = " " * indent + lead + flat_text(value) + tail
    if len(flat) <= WIDTH or not isinstance(value, Call) or not value.arguments:
        return [flat]
    begin, end = _brackets(value)
    found = [f"{' ' * indent}{lead}{begin}"]
    for argument in value.arguments:
        name = f"{argument.name}=" if argument.name else ""
        found += lines(argument.value, name, ",", indent + 4)
    return [*found, f"{' ' * indent}{end}{tail}"]


def flat_text(value: Value) -> str:
    """A filled value in one line."""
    if isinstance(value, Call):
        inner = ", ".join((f"{a.name}=" if a.name else "") + flat_text(a.value) for a in value.arguments)
        begin, end = _brackets(value)
        return f"{begin}{inner}{end}"
    assert isinstance(value, str), value
    return value


def _brackets(value: Call) -> tuple[str, str]:
    return ("[", "]") if value.name == LIST else (f"{value.name}(", ")")

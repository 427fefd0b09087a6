"""The document: what a `.nas` text says, as frozen dataclasses, each with the span it was written at.

Two nodes are equal when they say the same; where they stand, and comments, do not count.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from nasc.dsl.source import Source, Span

VERSION = 1
"""The language version this package reads and writes."""

_UNITS = {"K": 1_000, "M": 1_000_000, "G": 1_000_000_000}


def where() -> Span:
    """The field that holds a node's span."""
    return field(compare=False, repr=False)  # type: ignore[no-any-return]


# ---------------------------------------------------------------- words and numbers


@dataclass(frozen=True, slots=True)
class Name:
    """A name where it is used or given."""

    text: str
    span: Span = where()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written: `36`, `0.025`, `3e-4`, `3.3M`, `50%`."""

    text: str
    span: Span = where()

    @property
    def value(self) -> int | float:
        """The number; an int where it is one exactly."""
        body, unit = (self.text[:-1], self.text[-1]) if self.text[-1] in "KMG%" else (self.text, "")
        if unit == "%":
            return float(body) / 100
        if "." not in body and "e" not in body.lower():
            return int(body) * _UNITS.get(unit, 1)
        value = float(body) * _UNITS.get(unit, 1)
        return round(value) if unit and value == round(value) else value

    @property
    def precision(self) -> float:
        """Half a unit of the last digit written: `3.3M` is good to 0.05 million."""
        body, unit = (self.text[:-1], self.text[-1]) if self.text[-1] in "KMG%" else (self.text, "")
        mantissa, _, exponent = body.lower().partition("e")
        digits = len(mantissa.partition(".")[2])
        scale = 0.01 if unit == "%" else _UNITS.get(unit, 1)
        return float(0.5 * 10.0 ** (int(exponent or 0) - digits) * scale)


@dataclass(frozen=True, slots=True)
class Size:
    """`3x32x32`."""

    text: str
    span: Span = where()

    @property
    def values(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.text.split("x"))


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text."""

    value: str
    span: Span = where()


# ---------------------------------------------------------------- operations


@dataclass(frozen=True, slots=True)
class Call:
    """`conv(3, stride, out=C/2)`; a bare name is a call without arguments."""

    name: Name
    arguments: tuple["Argument", ...]
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument, by position or by name."""

    name: Name | None
    value: "Expression"
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Plus:
    """`a + b`, of numbers."""

    terms: tuple["Expression", ...]
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Times:
    """`3*C/4`: factors, each but the first behind its sign."""

    first: "Expression"
    rest: tuple[tuple[Literal["*", "/"], "Expression"], ...]
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Tuple:
    """`(1, k)`."""

    members: tuple["Expression", ...]
    span: Span = where()


Expression: TypeAlias = Number | Size | Text | Call | Plus | Times | Tuple


@dataclass(frozen=True, slots=True)
class Chain:
    """`relu -> conv(1) -> bn`: links applied one after the other."""

    links: tuple["Link", ...]
    span: Span = where()

    @property
    def word(self) -> str | None:
        """The name that this chain is, if it is nothing but a name."""
        match self.links:
            case (Call(name=name, arguments=()),):
                return name.text
        return None


@dataclass(frozen=True, slots=True)
class Both:
    """`(a + b)`: the sum of chains on one input."""

    branches: tuple[Chain, ...]
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Joined:
    """`[a, b]`: the channels of chains on one input, one behind the other."""

    branches: tuple[Chain, ...]
    span: Span = where()


Link: TypeAlias = Call | Both | Joined
Value: TypeAlias = Chain | Number | Size | Text | Tuple


@dataclass(frozen=True, slots=True)
class Op:
    """`op sep_conv(k) = ...`; `stride` is that of the form `skip_connect/2`, None for the general form."""

    name: Name
    parameters: tuple[Name, ...]
    stride: int | None
    body: Chain
    span: Span = where()

    @property
    def key(self) -> str:
        """`skip_connect/2`: the name and the form."""
        return self.name.text if self.stride is None else f"{self.name.text}/{self.stride}"


@dataclass(frozen=True, slots=True)
class Ops:
    """`ops darts = none | max_pool_3x3 | ...`"""

    name: Name
    members: tuple[Name, ...]
    span: Span = where()


# ---------------------------------------------------------------- cells


@dataclass(frozen=True, slots=True)
class Count:
    """`2` or `0..2`: how many stay."""

    low: int
    high: int
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Choice:
    """`{sep_conv_3x3 | skip_connect}`: a set written in place; `keep` chooses operations of one edge."""

    keep: Count | None
    members: tuple[Name, ...]
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Edge:
    """`0.5*sep_conv_3x3(s0, s1) @0.31`. `sources` is None for `*`: every state defined before."""

    factor: Number | None
    what: Name | Choice
    sources: tuple[Name, ...] | None
    strength: Number | None
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Keep:
    """`keep 2 of (...)`: how many of the edges stay."""

    count: Count
    edges: tuple[Edge, ...]
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Statement:
    """`s2 = a(s0) + b(s1)`, or `s2..s5 = ...` where `last` is given."""

    state: Name
    last: Name | None
    terms: tuple[Edge | Keep, ...]
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Triple:
    """`('sep_conv_3x3', 2, 1)` of D-DARTS: adds `sep_conv_3x3(s1)` to `s2`."""

    operation: Name
    state: Number
    source: Number
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Stretch:
    """`s2..s5`, or `s2` alone."""

    first: Name
    last: Name | None
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Return:
    """`return concat(s2..s5)`; `how` is `concat`, `sum`, `mean`, or None for `return s5`."""

    how: Name | None
    states: tuple[Stretch, ...]
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Cell:
    """`cell normal(s0, s1) { ... }` or `recurrent darts_v1(x, h) { ... }`."""

    kind: Literal["cell", "recurrent"]
    name: Name
    inputs: tuple[Name, ...]
    statements: tuple[Statement | Triple, ...]
    returned: Return
    span: Span = where()


# ---------------------------------------------------------------- networks and recipes


@dataclass(frozen=True, slots=True)
class Placed:
    """`normal[0..1]/2*3`: `repeat` is 0 for a star without a number, which takes what `layers` leaves."""

    cell: Name
    first: int | None
    last: int | None
    stride: int
    repeat: int
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Cells:
    """`cells: normal*6, reduce/2, ...`"""

    placed: tuple[Placed, ...]
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Require:
    """`require params == 3349342`, `require count(skip_connect, normal) <= 2`."""

    quantity: Call
    comparison: Literal["==", "<=", ">=", "~="]
    bound: Number
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Setting:
    """`channels: 36`."""

    name: Name
    value: Value
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Network:
    """A network, or a skeleton: a network without a name to build."""

    kind: Literal["network", "skeleton"]
    name: Name
    base: Name | None
    body: tuple[Op | Cells | Require | Setting, ...]
    span: Span = where()


@dataclass(frozen=True, slots=True)
class Recipe:
    """`search darts { ... }` or `train darts_cifar { ... }`."""

    kind: Literal["search", "train"]
    name: Name | None
    settings: tuple[Setting, ...]
    span: Span = where()

    def setting(self, name: str) -> Setting | None:
        """What the text says of one setting."""
        return next((s for s in self.settings if s.name.text == name), None)


@dataclass(frozen=True, slots=True)
class Use:
    """`use std.darts` or `use "my_ops.nas"`."""

    path: str
    file: bool
    span: Span = where()


Item: TypeAlias = Use | Op | Ops | Cell | Network | Recipe


@dataclass(frozen=True, slots=True)
class Comment:
    """`# ...`, as written."""

    text: str
    span: Span = where()


@dataclass(frozen=True)
class Document:
    """A whole text. `version` is None where the text does not state it; it is read as version 1 then."""

    version: int | None
    items: tuple[Item, ...]
    comments: tuple[Comment, ...] = field(default=(), compare=False, repr=False)
    source: Source = field(default_factory=lambda: Source("<nasc>", ""), compare=False, repr=False)

    def named(self, kind: type[Item]) -> Iterator[Item]:
        """The items of one kind, in order."""
        return (item for item in self.items if isinstance(item, kind))

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """The cells written in this text, by name."""
        return {item.name.text: item for item in self.items if isinstance(item, Cell)}

    @cached_property
    def networks(self) -> dict[str, Network]:
        """The networks written in this text, by name, in order; skeletons are not among them."""
        return {i.name.text: i for i in self.items if isinstance(i, Network) and i.kind == "network"}

    def recipes(self, kind: Literal["search", "train"]) -> list[Recipe]:
        """The recipes of one kind, in order."""
        return [item for item in self.items if isinstance(item, Recipe) and item.kind == kind]

"""What an edge may be: the operations that a name, a set, or a set written in place stands for."""

from __future__ import annotations

from typing import Protocol

from nasc.compiler.layers import LAYERS
from nasc.compiler.resolve import Program, brought_by
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import many, nearest
from nasc.dsl.source import Span

ACTIVATIONS = ("none", "tanh", "relu", "sigmoid", "identity")
"""What an edge of a recurrent cell can be: an activation within the highway update of DARTS (section 2.1)."""


class Report(Protocol):
    """Takes what is wrong in a cell."""

    def __call__(self, code: str, message: str, span: Span, help: str = "", label: str = "") -> None: ...


class Offered:
    """The operations that edges of a cell may name; `error` is told of what they may not."""

    def __init__(self, cell: n.Cell, program: Program, error: Report) -> None:
        self.recurrent = cell.kind == "recurrent"
        self.program = program
        self.named = program.operation_names
        self.error = error

    def of(self, what: n.Name | n.Choice) -> tuple[tuple[str, ...], tuple[int, int] | None]:
        """The operations an edge may take, sets opened, in order."""
        if isinstance(what, n.Name):
            return self.members(what), None
        found: dict[str, None] = {}
        for member in what.members:
            names = self.members(member)
            again = next((name for name in names if name in found), None)
            if again is not None:
                self.error("E218", f"`{again}` stands twice in the set", member.span, "leave one out")
            found.update(dict.fromkeys(names))
        if what.keep is None:
            return tuple(found), None
        if keeps(what.keep, self.error) and what.keep.low > len(found):
            message = f"`keep {counted(what.keep)} of` stands before {many(len(found), 'operation')}"
            self.error("E206", message, what.keep.span, help=f"keep {len(found)} at most, or add operations")
        return tuple(found), (what.keep.low, what.keep.high)

    def members(self, name: n.Name) -> tuple[str, ...]:
        """The operations that a name stands for: those of a set, else itself; reported if there is none."""
        if name.text in self.program.sets:
            found = tuple(member.text for member in self.program.sets[name.text].members)
            if self.recurrent:
                odd = next((word for word in found if word not in ACTIVATIONS), None)
                what = "an operation on pictures"
            else:
                odd = next((word for word in found if word in ACTIVATIONS and word not in self.named), None)
                what = "a step of recurrent cells"
            if odd is not None:
                help = "name a set of activations, such as `darts_rnn`"
                help = help if self.recurrent else "such cells are `recurrent`"
                self.error("E219", f"`{odd}` of the set `{name}` is {what}", name.span, help)
            return found
        if self.recurrent and name.text in ("gate", *ACTIVATIONS):
            return (name.text,)
        if (self.recurrent or name.text not in self.named) and not self.program.missing:
            self.error("E202", *self.unknown(name))
        return (name.text,)

    def unknown(self, name: n.Name) -> tuple[str, Span, str]:
        """What to say of an operation that does not exist: the message, its place, the help."""
        if self.recurrent:
            help = nearest(name.text, ACTIVATIONS) or f"in a recurrent cell: gate, {', '.join(ACTIVATIONS)}"
            return f"there is no step `{name}`", name.span, help
        if name.text == "gate":
            return "`gate` stands in recurrent cells only", name.span, ""
        if name.text in LAYERS:
            return f"`{name}` is a layer, not an operation", name.span, as_operation(name.text)
        help = brought_by((n.Op, n.Ops), name.text) or nearest(name.text, self.named)
        help = help or "operations come from `op` lines and `use`, such as `use std.darts`"
        return f"there is no operation `{name}`", name.span, help


def keeps(count: n.Count, error: Report) -> bool:
    """Whether a `keep` counts from low to high and keeps something; reported if not."""
    if count.low > count.high:
        message = f"`keep {counted(count)} of` counts down"
        error("E206", message, count.span, f"write `keep {count.high}..{count.low} of`")
    elif count.high < 1:
        help = "leave the term out, or write `keep 0..1 of` for at most one"
        error("E206", f"`keep {counted(count)} of` keeps nothing", count.span, help)
    return 1 <= count.high >= count.low


def counted(count: n.Count) -> str:
    """`2` or `0..2`."""
    return str(count.low) if count.low == count.high else f"{count.low}..{count.high}"


def as_operation(layer: str) -> str:
    """The `help` where a layer stands and an operation belongs."""
    arguments = "(3)" if any(p.required for p in LAYERS[layer].parameters) else ""
    return f"name an operation that is this layer: `op my_{layer} = {layer}{arguments}`"

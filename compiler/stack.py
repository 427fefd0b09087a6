"""A network as settings and a stack of cells: skeletons inherited, `layers` laid out, options applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from nasc.compiler.depth import collapsed, derived, indexes, shares
from nasc.compiler.resolve import Program, brought_by
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, nearest
from nasc.dsl.source import Span

MAX_CELLS = 100_000
CHAINS = ("stem", "stem2", "preprocess", "align", "edge", "state", "head", "auxiliary")
NUMBERS = ("channels", "classes", "layers", "vocabulary")
SETTINGS = (*CHAINS, *NUMBERS, "input")
NEEDED = {"edge": "operation", "state": "sum"}
"""What a chain must contain, since it stands around it."""
OF_RECIPES = ("epochs", "batch", "lr", "network", "order", "drop_path", "cutout", "weight_decay", "momentum")
"""Settings that are looked for in networks, but are said in recipes."""


@dataclass(frozen=True)
class Options:
    """What a caller says instead of the text; None leaves the text's word. `input` is (channels, height, width)."""

    channels: int | None = None
    layers: int | None = None
    classes: int | None = None
    input: tuple[int, ...] | None = None
    reductions: Literal["move", "keep"] = "move"
    vocabulary: int | None = None

    @property
    def overriding(self) -> bool:
        """Whether the network is another than the one written, so that its `require` lines do not speak of it."""
        return self != Options()


@dataclass(frozen=True, slots=True)
class Placement:
    """One cell of the stack. `cell` is what is built; cells placed under one `choice` share what a search chooses."""

    cell: str
    choice: str
    stride: int
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True)
class Stack:
    """A network with everything inherited in place, from input to output."""

    name: str
    family: tuple[str, ...]
    input: tuple[int, ...] | Literal["tokens"]
    channels: int
    classes: int
    vocabulary: int | None
    chains: dict[str, n.Chain]
    overrides: dict[str, n.Op]
    placements: tuple[Placement, ...]
    requires: tuple[n.Require, ...]
    span: Span = field(compare=False, repr=False)

    @property
    def choices(self) -> dict[str, str]:
        """The cell behind every name under which cells share their choice, in order of placement."""
        return {p.choice: p.cell for p in self.placements}


def lay_out(network: n.Network, program: Program, findings: Findings, options: Options = Options()) -> Stack | None:
    """The stack of a network, or None with what is wrong reported (E207-E212, E214, E305, E306, E105)."""
    return _Layout(network, program, findings, options).run()


def check_skeleton(skeleton: n.Network, program: Program, findings: Findings) -> None:
    """Report what is wrong with a skeleton by itself; what it lacks, a network that extends it may say."""
    layout = _Layout(skeleton, program, findings, Options())
    layout.values()
    if layout.stack is not None:
        for entry in layout.stack.placed:
            layout.entry(entry)


class _Layout:
    def __init__(self, network: n.Network, program: Program, findings: Findings, options: Options) -> None:
        self.network = network
        self.program = program
        self.findings = findings
        self.options = options
        # False once something is wrong: a finding that an earlier network reported already counts here too
        self.right = True
        self.complete = True
        self.lineage = list(self.ancestors())
        self.settings: dict[str, n.Setting] = {}
        self.overrides: dict[str, n.Op] = {}
        self.stack: n.Cells | None = None
        for layer in reversed(self.lineage):
            self.take(layer)

    def ancestors(self) -> Iterator[n.Network]:
        """The network, the skeleton it extends, and so on."""
        seen: dict[str, None] = {}
        at: n.Network | None = self.network
        while at is not None:
            yield at
            seen[at.name.text] = None
            base = at.base
            if base is None:
                return
            at = self.program.networks.get(base.text)
            if at is None:
                self.right = self.complete = False
                if not self.program.missing:
                    help = brought_by(n.Network, base.text) or nearest(base.text, self.program.networks)
                    help = help or "skeletons come from `use`, such as `use std.darts`"
                    self.error("E209", f"there is no skeleton `{base}`", base.span, help=help)
            elif at.name.text in seen:
                self.complete = False
                self.circle(list(seen)[list(seen).index(at.name.text) :])
                return

    def circle(self, names: list[str]) -> None:
        """Report skeletons that extend each other, at the one that stands first."""
        first = min(names, key=lambda name: self.program.networks[name].span.start)
        at = names.index(first)
        others = [*names[at + 1 :], *names[:at]]
        through = f" through {', '.join(f'`{name}`' for name in others)}" if others else ""
        base = self.program.networks[first].base
        assert base is not None
        self.error("E214", f"`{first}` extends itself{through}", base.span)

    def take(self, layer: n.Network) -> None:
        """What one layer of the inheritance says replaces what it inherits, setting by setting."""
        said: dict[str, Span] = {}

        def once(key: str, what: str, span: Span) -> None:
            if key in said:
                first = said[key].source.place(said[key].start)[0]
                self.error("E208", f"{what} twice", span, label=f"first in line {first}")
            said.setdefault(key, span)

        for item in layer.body:
            match item:
                case n.Setting():
                    once(item.name.text, f"`{item.name}` is set", item.name.span)
                    self.settings[item.name.text] = item
                    if item.name.text not in SETTINGS:
                        self.unknown(item.name)
                case n.Op():
                    once(f"op {item.key}", f"operation `{item.key}` is defined", item.name.span)
                    self.overrides[item.key] = item
                case n.Cells():
                    once("cells", "`cells` is set", replace(item.span, end=item.span.start + len("cells")))
                    self.stack = item

    def unknown(self, name: n.Name) -> None:
        help = nearest(name.text, (*SETTINGS, "cells")) or f"settings: {', '.join(SETTINGS)}, cells"
        if name.text in OF_RECIPES:
            help = f"a recipe says that: `train {{ {name}: ... }}`"
        self.error("E211", f"there is no setting `{name}`", name.span, help=help)

    def error(self, code: str, message: str, span: Span, label: str = "", help: str = "") -> None:
        self.right = False
        self.findings.add(code, message, span, label, help)

    def run(self) -> Stack | None:
        chains, numbers, shape = self.values()
        if self.complete:
            self.needs(shape)
        placements = self.placements() if self.stack is not None else ()
        if not self.right or shape is None or numbers["channels"] is None:
            return None
        if not self.program.cells.keys() >= {p.cell for p in placements}:
            return None  # of a text that cannot be read, which is reported
        return Stack(
            self.network.name.text,
            tuple(layer.name.text for layer in self.lineage[1:]),
            shape,
            numbers["channels"],
            numbers["classes"] or 0,
            numbers["vocabulary"],
            chains,
            self.overrides,
            placements,
            tuple(item for item in self.network.body if isinstance(item, n.Require)),
            self.network.name.span,
        )

    # settings

    def values(self) -> tuple[dict[str, n.Chain], dict[str, int | None], tuple[int, ...] | Literal["tokens"] | None]:
        """All chains, all numbers, and the input, each checked."""
        chains = {name: chain for name in CHAINS if (chain := self.chain(name)) is not None}
        return chains, {name: self.number(name) for name in NUMBERS}, self.input()

    def needs(self, shape: object) -> None:
        """Report everything a network must say and does not, at once."""
        missing = {"input": "3x32x32", "channels": "16", "classes": "10", "cells": "normal*6, reduce/2, normal*6"}
        if shape == "tokens":
            missing = {"channels": "850", "vocabulary": "10000", "cells": "rnn"}
        for name in list(missing):
            said = name in self.settings or getattr(self.options, name, None) is not None
            if said or (name == "cells" and self.stack):
                del missing[name]
        if not missing:
            return
        listed = ", ".join(f"`{name}`" for name in missing)
        help = "write " + ", ".join(f"`{name}: {value}`" for name, value in missing.items())
        if self.network.base is None and len(missing) > 1:
            like = "darts_lm" if shape == "tokens" else "darts_cifar"
            help = f"extend a skeleton that says it, such as `network {self.network.name}: {like} {{ ... }}`"
        self.error("E305", f"network `{self.network.name}` has no {listed}", self.network.name.span, help=help)

    def chain(self, name: str) -> n.Chain | None:
        setting = self.settings.get(name)
        if setting is None:
            return None
        if isinstance(setting.value, n.Chain):
            inner = NEEDED.get(name)
            if inner is not None and not mentions(setting.value, inner) and not self.told_within(setting.value.span):
                help = f"such as `{name}: {inner} -> drop_path`"
                self.error("E212", f"`{name}` is a chain around `{inner}`", setting.value.span, help=help)
            return setting.value
        help = f"such as `{name}: relu -> conv(1) -> bn`"
        self.error("E212", f"`{name}` takes layers and operations", setting.value.span, help=help)
        return None

    def told_within(self, span: Span) -> bool:
        """Whether a problem within a stretch of text is reported already."""
        places = (d.span for d in self.findings if d.span is not None)
        return any(p.source is span.source and span.start <= p.start < span.end for p in places)

    def number(self, name: str) -> int | None:
        given = getattr(self.options, name, None)
        if given is not None:
            return int(given)
        setting = self.settings.get(name)
        if setting is None:
            return None
        value = setting.value
        if isinstance(value, n.Number) and isinstance(value.value, int) and 0 < value.value < 2**31:
            return value.value
        large = isinstance(value, n.Number) and value.value >= 2**31
        self.error("E212", f"`{name}` takes a whole number {'below 2^31' if large else 'above 0'}", value.span)
        return None

    def input(self) -> tuple[int, ...] | Literal["tokens"] | None:
        setting = self.settings.get("input")
        words = setting is not None and isinstance(setting.value, n.Chain) and setting.value.word == "tokens"
        if words and self.options.input is not None:
            message = f"network `{self.network.name}` reads words, and takes no size of pictures"
            self.error("E212", message, self.network.name.span, help="leave the other input out")
        elif self.options.input is not None:
            return tuple(self.options.input)
        match setting.value if setting else None:
            case n.Chain() if words:
                return "tokens"
            case n.Size() as size if len(size.values) == 3 and min(size.values) > 0 and max(size.values) < 2**31:
                return size.values
            case None:
                return None
            case value:
                help = "write channels, height and width, such as `3x32x32`, or `tokens`"
                self.error("E212", "`input` takes a size", value.span, help=help)
                return None

    # the stack

    def placements(self) -> tuple[Placement, ...]:
        """The cells from input to output."""
        assert self.stack is not None
        placed = self.stack.placed
        for entry in placed:
            if self.entry(entry):
                self.known(entry)
        if not self.right:
            return ()
        numbered = all(entry.first is not None for entry in placed)
        layers = self.options.layers
        if layers is not None and numbered and all(entry.repeat for entry in placed):
            return self.nested(layers)
        if layers is not None and all(entry.repeat for entry in placed):
            if any(entry.first is not None for entry in placed):
                message = "a stack of numbered and other cells is not laid out anew"
                self.error("E306", message, self.stack.span, help="write `cells:` at the depth that is wanted")
                return ()
            placed = collapsed(placed)
        counts = self.counts(placed)
        if counts is None:
            return ()
        return tuple(p for entry, count in zip(placed, counts, strict=True) for p in self.copies(entry, count))

    def entry(self, entry: n.Placed) -> bool:
        """Whether an entry of `cells:` can be, whatever its cell is; reported if not."""
        if entry.stride not in (1, 2):
            help = "the stride of a cell is 1, or 2 with `/2`"
            self.error("E212", f"a cell cannot be placed with `/{entry.stride}`", entry.span, help=help)
        elif entry.first is not None and entry.last is not None and entry.first > entry.last:
            message = f"the range `{entry.cell}[{entry.first}..{entry.last}]` counts down"
            self.error("E207", message, entry.span, help=f"write `{entry.cell}[{entry.last}..{entry.first}]`")
        elif entry.repeat == 0 and indexes(entry) > 1:
            help = f"say how often: `{entry.span.text}2`"
            message = "a star without a number repeats one cell, not a range of them"
            self.error("E306", message, entry.span, help=help)
        else:
            return True
        return False

    def known(self, entry: n.Placed) -> None:
        cells = self.program.cells
        if entry.cell.text in cells or self.program.missing:
            return
        if self.stack not in self.network.body:
            self.inherited(entry)
            return
        if entry.first is None:
            prefix = f"{entry.cell}_"
            like = brought_by(n.Cell, entry.cell.text) or nearest(entry.cell.text, cells)
            if any(name.startswith(prefix) for name in cells):
                like = f"write `{entry.cell}[0]` for the cell `{prefix}0`"
            self.error("E210", f"there is no cell `{entry.cell}`", entry.cell.span, help=like)
            return
        assert entry.last is not None
        if entry.last - entry.first >= MAX_CELLS:
            self.error("E105", f"more than {MAX_CELLS} cells are placed", entry.span)
            return
        for number in range(entry.first, entry.last + 1):
            if f"{entry.cell}_{number}" not in cells:
                message = f"there is neither a cell `{entry.cell}_{number}` nor a cell `{entry.cell}`"
                self.error("E210", message, entry.span, help=nearest(f"{entry.cell}_{number}", cells))
                return

    def inherited(self, entry: n.Placed) -> None:
        """Report a cell that a skeleton places and the text does not define, at the network that extends it."""
        origin = next(layer.name for layer in self.lineage if self.stack in layer.body)
        message = f"there is no cell `{entry.cell}`, which `{origin}` places"
        help = f"write `cell {entry.cell}(s0, s1) {{ ... }}`, or say `cells:` in the network"
        self.error("E210", message, self.network.name.span, help=help)

    def counts(self, placed: tuple[n.Placed, ...]) -> list[int] | None:
        """How many cells each entry stands for; a star takes what `layers` leaves."""
        assert self.stack is not None
        fixed = [entry.repeat * indexes(entry) for entry in placed]
        stars = [i for i, entry in enumerate(placed) if entry.repeat == 0]
        total = sum(fixed)
        if total > MAX_CELLS:
            self.error("E105", f"more than {MAX_CELLS} cells are placed", self.stack.span)
            return None
        setting = self.settings.get("layers")
        if not stars:
            if setting is not None and self.says_layers(setting):
                message = f"`layers` lays out a star, but `cells` has none: it places {total} cells"
                help = "leave `layers` out, or let a star without a number take what it leaves: `normal*`"
                self.error("E306", message, setting.span, help=help)
                return None
            if self.options.layers is not None and self.options.layers != total:
                message = f"`cells` leaves nothing to lay out at {self.options.layers} layers: it places {total}"
                self.error("E306", message, self.stack.span, help="cells at stride 1 are what grows with the layers")
                return None
            return fixed
        layers = self.number("layers")
        if layers is None:
            message = "`cells` has a star without a number, but no `layers` says how many"
            self.error("E306", message, placed[stars[0]].span, help="write `layers: 20`")
            return None
        span = setting.span if setting and self.options.layers is None else self.stack.span
        if layers > MAX_CELLS:
            self.error("E105", f"more than {MAX_CELLS} cells are placed", span)
            return None
        if layers < total:
            message = f"`layers: {layers}` is too few: {total} cells are placed besides the stars"
            self.error("E306", message, span)
            return None
        taken = shares(fixed, stars, layers)
        return [taken.get(i, count) for i, count in enumerate(fixed)]

    def says_layers(self, setting: n.Setting) -> bool:
        """Whether `layers` was said where `cells` was said, or later: an inherited one gives way to new cells."""
        for layer in self.lineage:
            if setting in layer.body:
                return True
            if self.stack in layer.body:
                return False
        return False

    def copies(self, entry: n.Placed, count: int) -> Iterator[Placement]:
        if entry.first is None:
            yield from [Placement(entry.cell.text, entry.cell.text, entry.stride, entry.span)] * count
            return
        for place in range(count):
            yield self.numbered(entry, entry.first + place % indexes(entry), entry.stride)

    def numbered(self, entry: n.Placed, number: int, stride: int) -> Placement:
        """`normal[3]`: the cell `normal_3` if there is one, else an own copy of `normal`."""
        own = f"{entry.cell}_{number}"
        cell = own if own in self.program.cells else entry.cell.text
        return Placement(cell, own, stride, entry.span)

    def nested(self, layers: int) -> tuple[Placement, ...]:
        """A stack of numbered cells at another depth: the first `layers`, or D-DARTS's derivation of more.

        The rule is D-DARTS's own; it places the cells it repeats between the two reductions of the file. Reductions
        move to L//3 and 2L//3, as the published DD-4 has them, unless they are to be kept where the text has them.
        """
        assert self.stack is not None
        written = [p for entry in self.stack.placed for p in self.copies(entry, entry.repeat * indexes(entry))]
        if layers <= len(written):
            return tuple(written[:layers])
        reductions = [i for i, p in enumerate(written) if p.stride == 2]
        count = len(written)
        low, high = count // 3, 2 * count // 3
        if len(reductions) > 2 or high - 1 - low < 1 or count - 1 - high < 1:
            message = f"{layers} layers cannot be derived from {count} cells with {len(reductions)} reductions"
            help = "the rule of D-DARTS takes five cells or more, with at most two reductions"
            self.error("E306", message, self.stack.span, help=help)
            return ()
        if layers > MAX_CELLS:
            self.error("E105", f"more than {MAX_CELLS} cells are placed", self.stack.span)
            return ()
        order = [derived(i, layers, count) for i in range(layers)]
        keep = self.options.reductions == "keep"
        at = set(reductions) if keep else {layers // 3, 2 * layers // 3}
        return tuple(replace(written[k], stride=2 if i in at else 1) for i, k in enumerate(order))


def mentions(chain: n.Chain, word: str) -> bool:
    """Whether a word is a link of a chain or of a branch within it."""
    return any(
        link.name.text == word if isinstance(link, n.Call) else any(mentions(branch, word) for branch in link.branches)
        for link in chain.links
    )

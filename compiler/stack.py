"""A network as settings and a stack of cells: skeletons inherited, `layers` laid out, options applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from nasc.compiler.resolve import Program
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, nearest
from nasc.dsl.source import Span

MAX_CELLS = 100_000
CHAINS = ("stem", "stem2", "preprocess", "align", "edge", "state", "head", "auxiliary")
NUMBERS = ("channels", "classes", "layers", "vocabulary")
SETTINGS = (*CHAINS, *NUMBERS, "input")


@dataclass(frozen=True)
class Options:
    """What a caller says instead of the text; None leaves the text's word. `input` is (channels, height, width)."""

    channels: int | None = None
    layers: int | None = None
    classes: int | None = None
    input: tuple[int, ...] | None = None
    reductions: Literal["move", "keep"] = "move"

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
    overridden: bool
    span: Span = field(compare=False, repr=False)

    @property
    def choices(self) -> dict[str, str]:
        """The cell behind every name under which cells share their choice, in order of placement."""
        return {p.choice: p.cell for p in self.placements}


def lay_out(network: n.Network, program: Program, findings: Findings, options: Options = Options()) -> Stack | None:
    """The stack of a network, or None with what is wrong reported (E209-E212, E305, E306, E105)."""
    return _Layout(network, program, findings, options).run()


class _Layout:
    def __init__(self, network: n.Network, program: Program, findings: Findings, options: Options) -> None:
        self.network = network
        self.program = program
        self.findings = findings
        self.options = options
        self.before = len(findings.found)
        self.lineage = list(self.ancestors())
        self.settings: dict[str, n.Setting] = {}
        self.overrides: dict[str, n.Op] = {}
        self.stack: n.Cells | None = None
        for layer in reversed(self.lineage):
            self.take(layer)

    def ancestors(self) -> Iterator[n.Network]:
        """The network, the skeleton it extends, and so on."""
        seen: set[str] = set()
        at: n.Network | None = self.network
        while at is not None:
            yield at
            seen.add(at.name.text)
            base = at.base
            if base is None:
                return
            at = self.program.networks.get(base.text)
            if at is None:
                help = nearest(base.text, self.program.networks) or "skeletons come from `use`, such as `use std.darts`"
                self.findings.add("E209", f"there is no skeleton `{base}`", base.span, help=help)
            elif at.name.text in seen:
                self.findings.add("E214", f"`{base}` extends itself", base.span)
                return

    def take(self, layer: n.Network) -> None:
        """What one layer of the inheritance says replaces what it inherits, setting by setting."""
        said: set[str] = set()
        for item in layer.body:
            match item:
                case n.Setting():
                    if item.name.text not in SETTINGS:
                        help = nearest(item.name.text, SETTINGS) or f"settings: {', '.join(SETTINGS)}, cells"
                        self.findings.add("E211", f"there is no setting `{item.name}`", item.name.span, help=help)
                    elif item.name.text in said:
                        self.findings.add("E208", f"`{item.name}` is set twice", item.name.span)
                    said.add(item.name.text)
                    self.settings[item.name.text] = item
                case n.Op():
                    if f"op {item.key}" in said:
                        self.findings.add("E208", f"operation `{item.key}` is defined twice", item.name.span)
                    said.add(f"op {item.key}")
                    self.overrides[item.key] = item
                case n.Cells():
                    if "cells" in said:
                        self.findings.add("E208", "`cells` is set twice", item.span)
                    said.add("cells")
                    self.stack = item

    @property
    def failed(self) -> bool:
        return any(d.severity == "error" for d in self.findings.found[self.before :])

    def run(self) -> Stack | None:
        chains = {name: chain for name in CHAINS if (chain := self.chain(name)) is not None}
        numbers = {name: self.number(name) for name in NUMBERS}
        shape = self.input()
        if self.stack is None:
            help = "write `cells: normal*6, reduce/2, normal*6`"
            message = f"network `{self.network.name}` places no cells"
            self.findings.add("E305", message, self.network.name.span, help=help)
        for needed in ("channels", "classes"):
            if numbers[needed] is None and not (needed == "classes" and shape == "tokens"):
                message = f"network `{self.network.name}` has no `{needed}`"
                self.findings.add("E305", message, self.network.name.span, help=f"write `{needed}: 10`")
        if shape is None:
            message = f"network `{self.network.name}` has no `input`"
            self.findings.add("E305", message, self.network.name.span, help="write `input: 3x32x32`")
        placements = self.placements() if self.stack is not None else ()
        if self.failed or shape is None or numbers["channels"] is None:
            return None
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
            self.options.overriding,
            self.network.name.span,
        )

    # settings

    def chain(self, name: str) -> n.Chain | None:
        setting = self.settings.get(name)
        if setting is None:
            return None
        if isinstance(setting.value, n.Chain):
            return setting.value
        help = f"such as `{name}: relu -> bn`"
        self.findings.add("E212", f"`{name}` takes layers and operations", setting.value.span, help=help)
        return None

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
        self.findings.add("E212", f"`{name}` takes a whole number above 0", value.span)
        return None

    def input(self) -> tuple[int, ...] | Literal["tokens"] | None:
        if self.options.input is not None:
            return tuple(self.options.input)
        setting = self.settings.get("input")
        match setting.value if setting else None:
            case n.Chain() as chain if chain.word == "tokens":
                return "tokens"
            case n.Size() as size if len(size.values) == 3 and min(size.values) > 0 and max(size.values) < 2**31:
                return size.values
            case None:
                return None
            case value:
                help = "write channels, height and width, such as `3x32x32`, or `tokens`"
                self.findings.add("E212", "`input` takes a size", value.span, help=help)
                return None

    # the stack

    def placements(self) -> tuple[Placement, ...]:
        """The cells from input to output."""
        assert self.stack is not None
        placed = self.stack.placed
        for entry in placed:
            self.known(entry)
            if entry.stride not in (1, 2):
                self.findings.add("E212", f"a cell is placed with `/2` or without, not `/{entry.stride}`", entry.span)
        if self.failed:
            return ()
        numbered = all(entry.first is not None for entry in placed)
        layers = self.options.layers
        if layers is not None and numbered:
            return self.nested(layers)
        if layers is not None and all(entry.repeat for entry in placed):
            placed = _collapsed(placed)
        counts = self.counts(placed)
        if counts is None:
            return ()
        return tuple(p for entry, count in zip(placed, counts, strict=True) for p in self.copies(entry, count))

    def known(self, entry: n.Placed) -> None:
        cells = self.program.cells
        if entry.cell.text in cells:
            return
        if entry.first is None:
            prefix = f"{entry.cell}_"
            like = nearest(entry.cell.text, cells)
            if any(name.startswith(prefix) for name in cells):
                like = f"write `{entry.cell}[0]` for the cell `{prefix}0`"
            self.findings.add("E210", f"there is no cell `{entry.cell}`", entry.cell.span, help=like)
            return
        assert entry.last is not None
        if entry.last - entry.first >= MAX_CELLS:
            self.findings.add("E105", f"more than {MAX_CELLS} cells are placed", entry.span)
            return
        for number in range(entry.first, entry.last + 1):
            if f"{entry.cell}_{number}" not in cells:
                message = f"there is neither a cell `{entry.cell}_{number}` nor a cell `{entry.cell}`"
                self.findings.add("E210", message, entry.span, help=nearest(f"{entry.cell}_{number}", cells))
                return

    def counts(self, placed: tuple[n.Placed, ...]) -> list[int] | None:
        """How many cells each entry stands for; a star takes what `layers` leaves."""
        assert self.stack is not None
        fixed = [entry.repeat * _indexes(entry) for entry in placed]
        stars = [i for i, entry in enumerate(placed) if entry.repeat == 0]
        total = sum(fixed)
        if total > MAX_CELLS:
            self.findings.add("E105", f"more than {MAX_CELLS} cells are placed", self.stack.span)
            return None
        setting = self.settings.get("layers")
        if not stars:
            if setting is not None and self.says_layers(setting):
                message = f"`layers` lays out a star, but `cells` has none: it places {total} cells"
                help = "leave `layers` out, or let a star without a number take what it leaves: `normal*`"
                self.findings.add("E306", message, setting.span, help=help)
                return None
            return fixed
        layers = self.number("layers")
        if layers is None:
            message = "`cells` has a star without a number, but no `layers` says how many"
            self.findings.add("E306", message, placed[stars[0]].span, help="write `layers: 20`")
            return None
        if layers > MAX_CELLS:
            self.findings.add("E105", f"more than {MAX_CELLS} cells are placed", self.stack.span)
            return None
        if layers < total:
            span = setting.span if setting and self.options.layers is None else self.stack.span
            self.findings.add("E306", f"{layers} layers are too few: {total} cells are placed by name", span)
            return None
        shares = _shares(fixed, stars, layers)
        return [shares.get(i, count) for i, count in enumerate(fixed)]

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
        assert entry.last is not None
        for _ in range(entry.repeat):
            for number in range(entry.first, entry.last + 1):
                yield self.numbered(entry, number, entry.stride)

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
        written = [p for entry in self.stack.placed for p in self.copies(entry, entry.repeat)]
        if layers <= len(written):
            return tuple(written[:layers])
        reductions = [i for i, p in enumerate(written) if p.stride == 2]
        count = len(written)
        low, high = count // 3, 2 * count // 3
        if len(reductions) > 2 or high - 1 - low < 1 or count - 1 - high < 1:
            message = f"{layers} layers cannot be derived from {count} cells with {len(reductions)} reductions"
            help = "the rule of D-DARTS takes five cells or more, with at most two reductions"
            self.findings.add("E306", message, self.stack.span, help=help)
            return ()
        if layers > MAX_CELLS:
            self.findings.add("E105", f"more than {MAX_CELLS} cells are placed", self.stack.span)
            return ()
        order = [_derived(i, layers, count) for i in range(layers)]
        keep = self.options.reductions == "keep"
        at = set(reductions) if keep else {layers // 3, 2 * layers // 3}
        return tuple(replace(written[k], stride=2 if i in at else 1) for i, k in enumerate(order))


def _derived(cell: int, layers: int, count: int) -> int:
    """Which of `count` searched cells stands at a place of a deeper network (D-DARTS, `Network` of the reference)."""
    third, two_thirds, low, high = layers // 3, 2 * layers // 3, count // 3, 2 * count // 3
    if cell < third:
        return (cell % count) // 3
    if cell == third:
        return low
    if cell < two_thirds:
        return low + 1 + cell % (high - 1 - low)
    if cell == two_thirds:
        return high
    return high + 1 + cell % (count - 1 - high)


def _indexes(entry: n.Placed) -> int:
    return 1 if entry.first is None or entry.last is None else entry.last - entry.first + 1


def _collapsed(placed: tuple[n.Placed, ...]) -> tuple[n.Placed, ...]:
    """A written stack as its family would write it: runs of cells at stride 1 become stars, the others stay.

    So `normal*6, reduce/2, normal*6, reduce/2, normal*6` is laid out anew at any depth.
    """
    found: list[n.Placed] = []
    for entry in placed:
        if entry.stride == 1:
            if found and found[-1].repeat == 0 and found[-1].cell == entry.cell:
                continue
            found.append(replace(entry, repeat=0))
        else:
            found.append(entry)
    return tuple(found)


def _shares(fixed: list[int], stars: list[int], layers: int) -> dict[int, int]:
    """How many cells each star takes, by its index in `cells:`.

    Where stars and single cells take turns, the j-th of m other cells stands at j*L//(m+1), as in DARTS. Otherwise the
    stars share what is left as evenly as whole cells allow, later stars taking the remainder.
    """
    others = [i for i in range(len(fixed)) if i not in stars]
    alternating = stars == list(range(0, len(fixed), 2)) and all(fixed[i] == 1 for i in others)
    if alternating and len(fixed) % 2 == 1:
        m = len(others)
        places = [-1, *(j * layers // (m + 1) for j in range(1, m + 1)), layers]
        counts = [after - before - 1 for before, after in pairwise(places)]
        if min(counts) >= 0:
            return dict(zip(stars, counts, strict=True))
    left = layers - sum(fixed)
    return {star: left * (j + 1) // len(stars) - left * j // len(stars) for j, star in enumerate(stars)}

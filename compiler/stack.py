"""A network as settings and a stack of cells: skeletons inherited, `layers` laid out, options applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from nasc.compiler.placing import Placement, Placing
from nasc.compiler.resolve import Program, brought_by
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, nearest
from nasc.dsl.source import Span

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
        placing = Placing(layout.stack, layout.lineage, program, layout.error)
        for entry in layout.stack.placed:
            placing.entry(entry)


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
        help = "a skeleton extends one that does not lead back to it"
        self.error("E214", f"`{first}` extends itself{through}", base.span, help=help)

    def take(self, layer: n.Network) -> None:
        """What one layer of the inheritance says replaces what it inherits, setting by setting."""
        said: dict[str, Span] = {}

        def once(key: str, what: str, span: Span) -> None:
            if key in said:
                first = said[key].source.place(said[key].start)[0]
                self.error("E208", f"{what} twice", span, help="leave one out", label=f"first in line {first}")
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

    def error(self, code: str, message: str, span: Span, help: str = "", label: str = "") -> None:
        self.right = False
        self.findings.add(code, message, span, label, help)

    def run(self) -> Stack | None:
        chains, numbers, shape = self.values()
        if self.complete:
            self.needs(shape)
            self.of_kind(shape)
        placements = self.placements(numbers["layers"])
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

    def placements(self, layers: int | None) -> tuple[Placement, ...]:
        """The cells from input to output; none where something is wrong."""
        if self.stack is None:
            return ()
        keep = self.options.reductions == "keep"
        setting, asked = self.settings.get("layers"), self.options.layers
        placing = Placing(self.stack, self.lineage, self.program, self.error, setting, layers, asked, keep)
        placing.check()
        return placing.run() if self.right else ()

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

    def of_kind(self, shape: object) -> None:
        """Report a number that only networks of the other kind have."""
        words = shape == "tokens"
        name, reads = ("classes", "reads words") if words else ("vocabulary", "takes pictures")
        if shape is None:
            return
        if getattr(self.options, name) is not None:
            message = f"network `{self.network.name}` {reads}, and has no `{name}`"
            self.error("E212", message, self.network.name.span, help=f"leave `--{name}` out")
        elif (setting := self.settings.get(name)) is not None:
            kind = "networks of pictures" if words else "language models"
            self.error(
                "E219",
                f"`{name}` belongs to {kind}",
                setting.span,
                help=f"network `{self.network.name}` {reads}: leave it out",
            )

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
        usual = {"channels": 36, "classes": 10, "layers": 20, "vocabulary": 10000}[name]
        message = f"`{name}` takes a whole number {'below 2^31' if large else 'above 0'}"
        self.error("E212", message, value.span, help=f"such as `{name}: {usual}`")
        return None

    def input(self) -> tuple[int, ...] | Literal["tokens"] | None:
        setting = self.settings.get("input")
        words = setting is not None and isinstance(setting.value, n.Chain) and setting.value.word == "tokens"
        if words and self.options.input is not None:
            message = f"network `{self.network.name}` reads words, and takes no size of pictures"
            self.error("E212", message, self.network.name.span, help="leave `--input` out")
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


def mentions(chain: n.Chain, word: str) -> bool:
    """Whether a word is a link of a chain or of a branch within it."""
    return any(
        link.name.text == word if isinstance(link, n.Call) else any(mentions(branch, word) for branch in link.branches)
        for link in chain.links
    )

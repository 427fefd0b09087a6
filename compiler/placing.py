"""The cells of a network from input to output: stars, ranges and repetitions of `cells:` laid out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from nasc.compiler.depth import collapsed, derived, indexes, shares
from nasc.compiler.offered import Report
from nasc.compiler.resolve import Program, brought_by
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import many, nearest
from nasc.dsl.source import Span

MAX_CELLS = 100_000


@dataclass(frozen=True, slots=True)
class Placement:
    """One cell of the stack. `cell` is what is built; cells placed under one `choice` share what a search chooses."""

    cell: str
    choice: str
    stride: int
    span: Span = field(compare=False, repr=False)


class Placing:
    """Lays out the `cells:` of a network.

    `lineage` is the network and the skeletons it extends, the nearest first; `setting` is what says `layers` in the
    text, `layers` its number or the caller's, `asked` the caller's alone. With `keep` the derivation of deeper stacks
    leaves the `/2` cells where the text has them.
    """

    def __init__(
        self,
        stack: n.Cells,
        lineage: Sequence[n.Network],
        program: Program,
        error: Report,
        setting: n.Setting | None = None,
        layers: int | None = None,
        asked: int | None = None,
        keep: bool = False,
    ) -> None:
        self.stack, self.lineage, self.program, self.error = stack, lineage, program, error
        self.setting, self.layers, self.asked, self.keep = setting, layers, asked, keep

    def check(self) -> None:
        """Report what is wrong with any entry by itself."""
        for entry in self.stack.placed:
            if self.entry(entry):
                self.known(entry)

    def run(self) -> tuple[Placement, ...]:
        """The cells from input to output; none, and reported, where they cannot be laid out. Entries are right."""
        placed = self.stack.placed
        if self.keep and self.asked is not None and any(entry.first is None for entry in placed):
            message = "`--reductions keep` is for stacks of numbered cells, and this one has others"
            help = "leave it out; it is for stacks such as those of D-DARTS"
            self.error("E306", message, self.stack.span, help=help)
            return ()
        if self.asked is not None and all(entry.repeat for entry in placed):
            if all(entry.first is not None for entry in placed):
                return self.nested(self.asked)
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
        if self.stack not in self.lineage[0].body:
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
        self.error("E210", message, self.lineage[0].name.span, help=help)

    def counts(self, placed: tuple[n.Placed, ...]) -> list[int] | None:
        """How many cells each entry stands for; a star takes what `layers` leaves."""
        fixed = [entry.repeat * indexes(entry) for entry in placed]
        stars = [i for i, entry in enumerate(placed) if entry.repeat == 0]
        total = sum(fixed)
        if total > MAX_CELLS:
            self.error("E105", f"more than {MAX_CELLS} cells are placed", self.stack.span)
            return None
        setting = self.setting
        if not stars:
            if setting is not None and self.says_layers(setting):
                message = f"`layers` lays out a star, but `cells` has none: it places {many(total, 'cell')}"
                star = next((entry.cell for entry in placed if entry.stride == 1), placed[0].cell)
                help = f"leave `layers` out, or let a star without a number take what it leaves: `{star}*`"
                self.error("E306", message, setting.span, help=help)
                return None
            if self.asked is not None and self.asked != total:
                message = f"`cells` leaves nothing to lay out at {many(self.asked, 'layer')}: it places {total}"
                self.error("E306", message, self.stack.span, help="cells at stride 1 are what grows with the layers")
                return None
            return fixed
        layers = self.layers
        if layers is None:
            message = "`cells` has a star without a number, but no `layers` says how many"
            cell = self.program.cells.get(placed[stars[0]].cell.text)
            usual = 2 if cell is not None and cell.kind == "recurrent" else 20
            self.error("E306", message, placed[stars[0]].span, help=f"write `layers: {usual}`")
            return None
        span = setting.span if setting and self.asked is None else self.stack.span
        if layers > MAX_CELLS:
            self.error("E105", f"more than {MAX_CELLS} cells are placed", span)
            return None
        if layers < total:
            placed_besides = f"{many(total, 'cell')} {'is' if total == 1 else 'are'} placed besides the stars"
            help = f"the least is {total}; for fewer, place fewer cells in `cells:`"
            self.error("E306", f"`layers: {layers}` is too few: {placed_besides}", span, help=help)
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
        written = [p for entry in self.stack.placed for p in self.copies(entry, entry.repeat * indexes(entry))]
        if layers <= len(written):
            return tuple(written[:layers])
        reductions = [i for i, p in enumerate(written) if p.stride == 2]
        count = len(written)
        low, high = count // 3, 2 * count // 3
        if len(reductions) > 2 or high - 1 - low < 1 or count - 1 - high < 1:
            found = f"{many(count, 'cell')} with {many(len(reductions), 'reduction')}"
            message = f"{many(layers, 'layer')} cannot be derived from {found}"
            help = "the rule of D-DARTS takes five cells or more, with at most two reductions"
            self.error("E306", message, self.stack.span, help=help)
            return ()
        if layers > MAX_CELLS:
            self.error("E105", f"more than {MAX_CELLS} cells are placed", self.stack.span)
            return ()
        order = [derived(i, layers, count) for i in range(layers)]
        at = set(reductions) if self.keep else {layers // 3, 2 * layers // 3}
        return tuple(replace(written[k], stride=2 if i in at else 1) for i, k in enumerate(order))

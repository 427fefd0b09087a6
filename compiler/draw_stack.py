"""A whole network as a drawing: the stem, its cells in order, the classifier, and who reads whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from nasc.compiler.dag import CellDag
from nasc.compiler.draw_style import GREY, PALE, Drawing, label, sheet, text
from nasc.compiler.expand import Plan
from nasc.compiler.layer_rules import Shape, show
from nasc.compiler.placing import Placement
from nasc.compiler.plan import Stats, stats
from nasc.compiler.stack import Stack
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import many

MOST = 48
"""So many boxes of cells are drawn; of a longer network the middle is one box that counts its cells."""
LONGEST = 11
"""So many boxes stand in one row; a longer network is laid in rows."""
UNREAD = {"color": PALE, "style": "dashed"}
"""A line to an input that the cell returns nothing of."""
LOOKS = {
    "data": {"fillcolor": "#ffffff", "color": PALE},
    "block": {"fillcolor": "#f1f5f9", "color": "#94a3b8"},
    "normal": {"fillcolor": "#e0f2fe", "color": "#38bdf8"},
    "reduce": {"fillcolor": "#ffe4e6", "color": "#fb7185"},
    "auxiliary": {"fillcolor": "#f3e8ff", "color": "#c084fc", "style": "rounded,filled,dashed"},
}


@dataclass(frozen=True)
class _Cell:
    """One cell of the stack, as far as it is drawn; a language model has no shapes."""

    placement: Placement
    dag: CellDag
    shape: Shape | None


@dataclass(frozen=True)
class _Box:
    """Cells `first` to `last`, drawn as one box; `kind` chooses its look."""

    first: int
    last: int
    kind: str
    cell: _Cell

    @property
    def id(self) -> str:
        return f"cells {self.first}"

    @property
    def dag(self) -> CellDag:
        return self.cell.dag

    @property
    def label(self) -> str:
        count = self.last - self.first + 1
        if self.kind == "data":
            return label(text(f"{many(count, 'cell')}", bold=True), text("not drawn one by one", 9, GREY))
        stride = self.cell.placement.stride
        name = text(self.cell.placement.choice, bold=True)
        name += text(f" /{stride}", bold=True) if stride > 1 else ""
        name += text(f"  x{count}", 15, "#0284c7", bold=True) if count > 1 else ""
        place = f"cell {self.first}" if count == 1 else f"cells {self.first} to {self.last}"
        return label(name, text(place, 9, GREY))


@dataclass(frozen=True)
class _Route:
    """The boxes of a drawing from input to output, laid in rows of `width` boxes that turn at their ends.

    Graphviz ranks from left to right only. A line of a row that runs back is therefore given to it from its
    end, and the two boxes where the route turns are put into one rank.
    """

    drawing: Drawing
    order: tuple[str, ...]

    @property
    def width(self) -> int:
        rows = -(-len(self.order) // LONGEST)
        return -(-len(self.order) // rows)

    def box(self, name: str, words: str, kind: str) -> None:
        """A box; those of one row share a `group`, which keeps the row straight."""
        row = {"group": f"row {self.order.index(name) // self.width}"} if name in self.order else {}
        self.drawing.node(name, words, **LOOKS[kind], **row, **{"class": kind})

    def rank(self, name: str) -> int:
        row, place = divmod(self.order.index(name), self.width)
        return self.width - 1 - place if row % 2 else place

    def line(self, start: str, end: str, shape: Shape | None, look: dict[str, str]) -> None:
        """A line between two boxes of the route, with the shape that flows along it."""
        before, after = self.rank(start), self.rank(end)
        at_turn = "white" if before == after else ""  # there the words stand on the line
        words = label(text(show(shape), 10, GREY), behind=at_turn) if shape is not None else None
        if before > after:
            self.drawing.edge(end, start, words, dir="back", **look)
        elif before < after:
            self.drawing.edge(start, end, words, **look)
        else:
            with self.drawing.subgraph() as turn:
                turn.attr(rank="same")
                turn.edge(start, end, words, **look)

    def aside(self, start: str, boxes: tuple[str, ...], **look: str) -> None:
        """Boxes that leave the route behind one of its own, on the way that its row runs."""
        back = self.order.index(start) // self.width % 2 == 1
        for a, b in pairwise((start, *boxes)):
            self.drawing.edge(*((b, a) if back else (a, b)), dir="back" if back else "forward", **look)


def stack_drawing(plan: Plan) -> Drawing:
    """The drawing of a network of pictures, with the shapes that flow between its cells."""
    cells = [_Cell(c.placement, c.dag, c.shape) for c in plan.cells]
    drawing = sheet(f"network {plan.stack.name}", f"network {plan.stack.name}", [_summary(stats(plan), plan)])
    stems: dict[str, Shape | None] = {"stem": plan.stem.shape}
    if plan.stem2 is not None:
        stems["stem2"] = plan.stem2.shape
    boxes = tuple(_boxes(cells))
    route = _draw(drawing, plan.stack, boxes, stems, many(plan.stack.classes, "class"))
    if plan.auxiliary is not None and plan.auxiliary_after is not None:
        after = next(box.id for box in boxes if box.first <= plan.auxiliary_after <= box.last)
        words = label(text("auxiliary head", bold=True), *_words(plan.stack, "auxiliary"))
        route.box("auxiliary", words, "auxiliary")
        route.box("auxiliary classes", label(text(many(plan.stack.classes, "class"))), "data")
        route.aside(after, ("auxiliary", "auxiliary classes"), color="#c084fc", style="dashed")
    return drawing


def language_drawing(stack: Stack, dags: dict[str, CellDag]) -> Drawing:
    """The drawing of a language model: no shapes, for what flows is one vector a word."""
    cells = [_Cell(placement, dags[placement.cell], None) for placement in stack.placements]
    note = f"{many(len(cells), 'recurrent cell')}, {many(stack.channels, 'channel')}"
    drawing = sheet(f"network {stack.name}", f"network {stack.name}", [note])
    _draw(drawing, stack, tuple(_boxes(cells)), {"stem": None}, "next word")
    return drawing


def _draw(
    drawing: Drawing,
    stack: Stack,
    boxes: tuple[_Box, ...],
    stems: dict[str, Shape | None],
    output: str,
) -> _Route:
    """Input, stems, cells, head and output, and all lines between them."""
    drawing.attr(nodesep="0.3", ranksep="0.3")
    shapes = {
        "input": None,
        **stems,
        **{box.id: box.cell.shape for box in boxes},
        "head": None,
        "output": None,
    }
    route = _Route(drawing, tuple(shapes))
    given = "words" if stack.input == "tokens" else show(tuple(stack.input))
    route.box("input", label(text("input", bold=True), text(given, 9, GREY)), "data")
    for name in (*stems, "head"):
        route.box(name, label(text(name, bold=True), *_words(stack, name)), "block")
    for box in boxes:
        route.box(box.id, box.label, box.kind)
    route.box("output", label(text(output, bold=True)), "data")
    readers = {box.id: box.dag for box in boxes}
    for before, name in pairwise(route.order):
        reader = readers.get(name)
        live = reader is None or reader.inputs[-1] in reader.live
        route.line(before, name, shapes[before], {"weight": "20"} | ({} if live else UNREAD))
    places = list(stems)[-2:]
    places = [places[0], places[-1]]  # what the first cell reads: the two stems, or the only one twice
    for box in boxes:
        if box.dag.kind == "recurrent":
            drawing.edge(box.id, box.id, label=label(text(box.dag.inputs[-1], colour=GREY)))
        elif len(box.dag.inputs) == 2:
            live = box.dag.inputs[0] in box.dag.live
            look = {"color": "#38bdf8"} if live else UNREAD
            route.line(places[-2], box.id, None, {"penwidth": "1", "weight": "0"} | look)
        places += [box.id] * min(2, box.last - box.first + 1)
    return route


def _boxes(cells: list[_Cell]) -> Iterator[_Box]:
    """The cells as boxes: equal neighbours of stride 1 are one."""
    runs = [list(group) for _, group in groupby(enumerate(cells), key=_alike)]
    boxes = [
        _Box(run[0][0], run[-1][0], "normal" if run[0][1].placement.stride == 1 else "reduce", run[-1][1])
        for run in runs
    ]
    if len(boxes) <= MOST:
        yield from boxes
        return
    half = MOST // 2
    yield from boxes[:half]
    yield _Box(boxes[half].first, boxes[-half - 1].last, "data", boxes[-half - 1].cell)
    yield from boxes[-half:]


def _alike(numbered: tuple[int, _Cell]) -> tuple[object, ...]:
    """What neighbours drawn as one box have in common; a reduction shares with nobody."""
    index, cell = numbered
    alone = index if cell.placement.stride != 1 else -1
    return cell.placement.choice, cell.placement.cell, cell.shape, alone


# ---------------------------------------------------------------- looks


def _words(stack: Stack, chain: str) -> list[str]:
    """The layers of a short chain, as a small line."""
    links = stack.chains[chain].links if chain in stack.chains else ()
    names = [link.name.text for link in links if isinstance(link, n.Call)]
    if not names or len(names) < len(links) or len(names) > 4:
        return []
    return [text(", ".join(names), 9, GREY)]


def _summary(counts: Stats, plan: Plan) -> str:
    """The line below the title."""
    params = f"{_short(counts.params)} parameters"
    kind = "shared-weight network, " if plan.open else ""
    size = f"{many(len(plan.cells), 'cell')}, {many(plan.stack.channels, 'channel')}"
    return f"{kind}{size}, {params}, {_short(counts.macs)} MACs"


def _short(number: int) -> str:
    """A count as it is spoken of.

    >>> _short(3349342), _short(950)
    ('3.35 M', '950')
    """
    for unit, size in (("G", 10**9), ("M", 10**6), ("K", 10**3)):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return str(number)

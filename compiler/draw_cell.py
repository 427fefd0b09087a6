"""One cell as a drawing: inputs, states, and on every edge a tag with its operation."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.draw_style import (
    GREY,
    INK,
    OTHER,
    PALE,
    Drawing,
    faded,
    family,
    label,
    sheet,
    text,
    titled,
)

FEW = 3
"""So many operations of an open edge are named on its tag; of more only their set is, and a note lists it."""
INPUTS = {
    ("cell", 1): ("cell k-1",),
    ("cell", 2): ("cell k-2", "cell k-1"),
    ("recurrent", 2): ("input", "state before"),
}
"""What the inputs of a cell are, in the field's words."""
Sets = Mapping[str, tuple[str, ...]]
"""The operation sets that have a name."""


def cell_drawing(dag: CellDag, sets: Sets | None = None) -> Drawing:
    """The drawing of one cell; `sets` gives names to what open edges choose among."""
    artist = _Artist(dag, sets or {}, "")
    drawing = sheet(f"{dag.kind} {dag.name}", f"{dag.kind} {dag.name}", artist.notes())
    artist.draw(drawing)
    suit(drawing, [dag])
    return drawing


def add_cell(drawing: Drawing, dag: CellDag, sets: Sets, index: int) -> None:
    """Put a cell into a drawing as a titled frame; `index` keeps its nodes apart from those of others."""
    artist = _Artist(dag, sets, f"{index} ")
    with drawing.subgraph(name=f"cluster_{index}") as frame:
        frame.attr(label=titled(f"{dag.kind} {dag.name}", artist.notes(), framed=True), style="rounded", color=PALE)
        frame.attr(margin="14", labeljust="l")
        artist.draw(frame)


def suit(drawing: Drawing, dags: Sequence[CellDag]) -> None:
    """Suit the layout to the cells: where many edges meet they need room to turn.

    What nobody could read anyway Graphviz may stop improving sooner, as it would take minutes: with 490 edges this
    is 3 instead of 24 seconds, and 1,275 edges take 12.
    """
    widest = max((len(edges) for dag in dags for edges in dag.into.values()), default=0)
    drawing.attr(ranksep=f"{0.34 + 0.018 * min(widest, 40):.3f}")
    edges = max(len(dag.edges) for dag in dags)
    if edges > 1000:
        drawing.attr(nslimit="1", nslimit1="1", mclimit="0.1", splines="line")
    elif edges > 200:
        drawing.attr(nslimit="2", mclimit="0.3")


@dataclass(frozen=True)
class _Artist:
    """Draws one cell. Ids begin with `prefix`; those of tags hold a space, so that no state has them."""

    dag: CellDag
    sets: Sets
    prefix: str

    def id(self, name: str) -> str:
        return self.prefix + name

    def draw(self, drawing: Drawing) -> None:
        dag = self.dag
        strongest = max((edge.strength or 0.0 for edge in dag.edges), default=0.0)
        with drawing.subgraph() as first:  # all inputs at the left, also one that only a late state reads
            first.attr(rank="same")
            words = INPUTS[dag.kind, len(dag.inputs)]
            for name, word in zip(dag.inputs, words, strict=True):
                look = {"fillcolor": "#dcfce7", "color": "#22c55e"} if name in dag.live else _DEAD
                first.node(
                    self.id(name),
                    label(text(name, bold=True), text(word, 9, GREY)),
                    **look,
                    **{"class": "input"},
                )
            # The first input is to stand above the second. Within a frame Graphviz takes the order reversed.
            for above, below in pairwise(dag.inputs[::-1] if self.prefix else dag.inputs):
                first.edge(self.id(above), self.id(below), style="invis")
        keeps: dict[str, list[str]] = {state: [] for state in dag.states}
        for group in dag.groups:
            keeps[group.state].append(f"keep {_count(group.low, group.high)} of {len(group.members)}")
        for state in dag.states:
            lines = [text(state, bold=True), *(text(keep, 9, GREY) for keep in keeps[state])]
            look = {"fillcolor": "#e0f2fe", "color": "#38bdf8"} if state in dag.live else _DEAD
            drawing.node(self.id(state), label(*lines), **look, **{"class": "state"})
        for index, edge in enumerate(dag.edges):
            self.edge(drawing, edge, index, strongest)
        look = {"fillcolor": "#fef3c7", "color": "#f59e0b"}
        word = "state" if dag.kind == "recurrent" else "cell k"
        lines = [text(dag.how or "return", bold=True), text(word, 9, GREY)]
        drawing.node(self.id("return"), label(*lines), **look, **{"class": "return"})
        for state in dag.returned:
            drawing.edge(self.id(state), self.id("return"), color="#94a3b8", penwidth="1.2")

    def edge(self, drawing: Drawing, edge: Edge, index: int, strongest: float) -> None:
        """An edge: a line from each source to a tag, and an arrow from there to the state.

        The tag is a node, so that lines run through it and layout keeps it clear of everything else.
        """
        tag = self.id(f"edge {index}")
        live = edge.state in self.dag.live
        kind = family(edge.operations[0]) if len(edge.operations) == 1 else OTHER
        line, fill, colour, width = kind.line, kind.fill, kind.text, 1.6
        if edge.strength is not None and strongest > 0:
            share = max(0.0, edge.strength) / strongest
            line, fill = faded(line, 0.35 + 0.65 * share), faded(fill, 0.35 + 0.65 * share)
            width = 0.8 + 3.4 * share
        if not live:
            line, fill, colour, width = PALE, "#ffffff", GREY, 1.0
        elif len(edge.operations) > 1:
            line = "#94a3b8:#ffffff:#94a3b8"  # two lines with a gap: a bundle of edges
        style = "solid" if live else "dashed"
        optional = len(edge.operations) == 1 and edge.open  # nothing but whether it stays is to be chosen
        tagged = "rounded,filled" + (",dashed" if optional or not live else "")
        look = {"fillcolor": fill, "color": line.partition(":")[0], "fontcolor": colour, "style": tagged}
        drawing.node(
            tag,
            self.words(edge, colour),
            fontsize="11",
            height="0.26",
            margin="0.08,0.03",
            penwidth="1",
            **look,
            **{"class": "edge"},
        )
        for source in edge.sources:
            drawing.edge(
                self.id(source),
                f"{tag}:w",
                color=line,
                style=style,
                penwidth=f"{width:.2f}",
                arrowhead="none",
            )
        drawing.edge(f"{tag}:e", self.id(edge.state), color=line, style=style, penwidth=f"{width:.2f}", weight="2")

    def words(self, edge: Edge, colour: str) -> str:
        """The label of the tag of an edge."""
        factor = f"{edge.factor:.6g}*" if edge.factor is not None else ""
        strength = text(f"  {edge.strength:.3g}", 9, INK) if edge.strength is not None else ""
        if len(edge.operations) == 1 and edge.kept is None:
            name = factor + edge.operations[0]
            return label(text(name) + strength) if strength else name
        count = "1" if edge.kept is None else _count(*edge.kept)
        share = f"{count} of {len(edge.operations)}"
        if edge.operations not in self.names:
            head = text(f"{factor} {share}".strip(), 9, GREY) + strength
            return label(head, *(text(name, colour=family(name).text) for name in edge.operations))
        return label(text(factor + self.names[edge.operations]), text(share, 9, GREY) + strength)

    # sets

    @cached_property
    def names(self) -> dict[tuple[str, ...], str]:
        """The names of the sets that edges choose among; longer ones written in place are numbered."""
        given = {members: name for name, members in self.sets.items()}
        found: dict[tuple[str, ...], str] = {}
        number = 0
        for operations in dict.fromkeys(edge.operations for edge in self.dag.edges if len(edge.operations) > 1):
            if operations in given:
                found[operations] = given[operations]
            elif len(operations) > FEW:
                number += 1
                found[operations] = f"set {number}"
        return found

    def notes(self) -> list[str]:
        """What the sets named on tags are."""
        notes: list[str] = []
        for operations, name in self.names.items():
            notes += textwrap.wrap(f"{name} = {' | '.join(operations)}", 130, subsequent_indent="    ")
        return notes


_DEAD = {"fillcolor": "#ffffff", "color": PALE, "fontcolor": "#94a3b8", "style": "rounded,filled,dashed"}
"""The look of what nothing that is returned depends on."""


def _count(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}..{high}"

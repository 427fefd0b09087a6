"""Two genotypes as one drawing: their cells side by side, with what differs in them framed in red."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.difference import CellDifference
from nasc.compiler.draw_cell import add_cell, suit
from nasc.compiler.draw_style import Drawing, sheet

MARK = "#dc2626"
"""The colour around the tag of an edge that the other genotype does not have."""


def difference_drawing(cells: Sequence[CellDifference], names: tuple[str, str]) -> Drawing:
    """The cells of two genotypes in rows: each with its counterpart beside it, edges that differ marked.

    Edges whose strength alone differs are not marked. `names` says which genotype a cell is of.
    """
    drawing = sheet("difference", "")
    placed: list[tuple[CellDag | None, list[Edge], str]] = []
    for cell in cells:
        changes = [change for change in cell.edges if change.kind != "strength"]
        placed.append((cell.before, [c.before for c in changes if c.before is not None], names[0]))
        placed.append((cell.after, [c.after for c in changes if c.after is not None], names[1]))
    # Packed before it is turned, the columns of Graphviz become rows, of which the first is at the bottom.
    drawing.attr(packmode="array_ictr2", pack="16", remincross="false")
    suit(drawing, [dag for dag, _, _ in placed if dag is not None])
    for row in reversed(range(0, len(placed), 2)):
        for index in (row, row + 1):
            dag, edges, name = placed[index]
            if dag is None:
                with drawing.subgraph(name=f"cluster_{index}") as blank:
                    blank.attr(style="invis")
                    blank.node(f"{index} blank", "", style="invis")
                continue
            add_cell(drawing, replace(dag, name=f"{dag.name} of {name}"), {}, index)
            for edge in edges:
                # said again, a node takes the new attributes besides its own
                drawing.node(f"{index} edge {_place(dag, edge)}", color=MARK, penwidth="3")
    return drawing


def _place(dag: CellDag, edge: Edge) -> int:
    return next(place for place, other in enumerate(dag.edges) if other is edge)

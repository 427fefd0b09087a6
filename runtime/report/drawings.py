"""Cells → SVG that stands within a page: no ids that could meet others, no colour behind, no fonts of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html import escape
from xml.etree import ElementTree

from nasc.compiler.dag import CellDag
from nasc.compiler.draw_cell import Sets, cell_drawing
from nasc.compiler.render import laid_out

TAGS = ("svg", "g", "path", "polygon", "polyline", "ellipse", "text")
"""What a drawing is made of; everything else is left out."""
LEFT_OUT = ("id", "class", "font-family", "width", "height", "xmlns")
WIDE = 1.15
"""Pixels for a point of Graphviz."""


def drawn(dags: Iterable[CellDag], sets: Sets | None = None) -> tuple[dict[CellDag, str], str | None]:
    """The drawing of each cell as an `svg` element, and what there is to say about the program that drew them.

    Raises `NasError` (E801): nothing here can draw.
    """
    cells = list(dict.fromkeys(dags))
    with ThreadPoolExecutor(2) as pool:  # Graphviz is a process of its own: two of them at a time
        done = list(pool.map(partial(_one, sets=sets), cells))
    return {dag: svg for dag, (svg, _) in zip(cells, done, strict=True)}, next((said for _, said in done if said), None)


def _one(dag: CellDag, sets: Sets | None) -> tuple[str, str | None]:
    drawing = cell_drawing(dag, sets)
    if not dag.open:
        drawing.attr(label="")  # the page has a heading; with open edges the label says what the sets are
    drawing.attr(bgcolor="transparent", pad="0.05")
    data, said = laid_out(drawing, "svg")
    return embedded(data.decode(), _spoken(dag)), said


def embedded(svg: str, spoken: str) -> str:
    """The text of an SVG file as an element of a page; `spoken` is what those hear who do not see it."""
    root = ElementTree.fromstring(svg)
    box = root.get("viewBox", "0 0 1 1").split()
    inner = "".join(_written(child) for child in root)
    width, height = (round(float(side) * WIDE) for side in box[2:])
    spoken = escape(spoken)
    head = f'<svg class="cell" role="img" viewBox="{escape(" ".join(box))}" width="{width}" height="{height}"'
    return f'{head} aria-label="{spoken}">{inner}</svg>'


def _written(element: ElementTree.Element) -> str:
    """An element and what is in it, as short as it can be said."""
    tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    if tag == "a":  # around what would have a tip
        return "".join(map(_written, element))
    if tag not in TAGS or _hidden(element):
        return ""
    kept = {name: value for name, value in element.attrib.items() if name not in LEFT_OUT and "}" not in name}
    if kept.get("fill-opacity") == "0":
        kept["fill"] = "none"
    attributes = "".join(f' {name}="{escape(_short(value))}"' for name, value in kept.items())
    inner = escape(element.text or "") if tag == "text" else ""
    inner += "".join(map(_written, element))
    if tag == "g" and not attributes:
        return inner
    return f"<{tag}{attributes}>{inner}</{tag}>" if inner else f"<{tag}{attributes}/>"


def _hidden(element: ElementTree.Element) -> bool:
    """Whether it shows nothing: what is behind the drawing, or a table of a label that has no border."""
    return element.get("stroke") in ("transparent", "none") and element.get("fill") in ("transparent", "none", None)


def _short(value: str) -> str:
    """Numbers with one decimal: a tenth of a point is more than a page shows."""
    return re.sub(r"-?\d+\.\d\d+", lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), value)


def _spoken(dag: CellDag) -> str:
    """A cell in words."""
    terms = []
    for state, edges in dag.into.items():
        parts = (f"{edge.what} of {' and '.join(edge.sources)}" for edge in edges)
        terms.append(f"{state} is {' plus '.join(parts)}")
    returned = ", ".join(dag.returned)
    return (
        f"Cell {dag.name}: {'; '.join(terms)}. It returns the {dag.how} of {returned}."
        if dag.how
        else (f"Cell {dag.name}: {'; '.join(terms)}. It returns {returned}.")
    )

"""What drawings look like: fonts, a colour per family of operations, and text made safe for Graphviz."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import graphviz  # type: ignore[import-untyped]

Drawing: TypeAlias = graphviz.Digraph
"""A drawing is a graph of Graphviz: `drawing.source` is its DOT text."""
FONT = "Helvetica,Arial,sans-serif"
"""Names that every viewer knows or has a stand-in for; nothing is embedded."""
INK, GREY, PALE = "#1e293b", "#64748b", "#cbd5e1"
"""Text; secondary text and plain lines; whatever is there but does not count."""


@dataclass(frozen=True)
class Family:
    """Operations drawn alike: `line` for edge and border, `text` for the words, `fill` behind them."""

    name: str
    prefixes: tuple[str, ...]
    line: str
    text: str
    fill: str


OTHER = Family("other", (), "#64748b", "#334155", "#f1f5f9")
FAMILIES = (
    Family("separable convolution", ("sep_conv",), "#3b82f6", "#1e40af", "#dbeafe"),
    Family("dilated convolution", ("dil_conv",), "#8b5cf6", "#5b21b6", "#ede9fe"),
    Family("max pool", ("max_pool",), "#f97316", "#9a3412", "#ffedd5"),
    Family("average pool", ("avg_pool",), "#eab308", "#854d0e", "#fef9c3"),
    Family("skip", ("skip", "identity", "bypass"), "#14b8a6", "#115e59", "#ccfbf1"),
    Family("convolution", ("conv", "nor_conv", "simple_conv", "bottleneck"), "#ec4899", "#9d174d", "#fce7f3"),
    Family("none", ("none", "zero"), "#94a3b8", "#64748b", "#f8fafc"),
    Family("relu", ("relu",), "#3b82f6", "#1e40af", "#dbeafe"),
    Family("tanh", ("tanh",), "#8b5cf6", "#5b21b6", "#ede9fe"),
    Family("sigmoid", ("sigmoid",), "#f97316", "#9a3412", "#ffedd5"),
)
"""The first family that has a prefix of the name takes it. A cell is of convolutions or of activations, never
both, so that those may share colours."""


def family(operation: str) -> Family:
    """The family of an operation, by its name.

    >>> family("sep_conv_5x5").name
    'separable convolution'
    """
    return next((f for f in FAMILIES if operation.startswith(f.prefixes)), OTHER)


def faded(colour: str, share: float) -> str:
    """A colour mixed with white: all of it at 1, none at 0.

    >>> faded("#000000", 0.5)
    '#808080'
    """
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * share):02x}" for part in parts)


def text(words: str, size: int | None = None, colour: str | None = None, bold: bool = False) -> str:
    """Words as a piece of an HTML-like label. Spaces before them are made hard: graphviz-pure drops others."""
    bare = words.lstrip(" ")
    piece = "\u00a0" * (len(words) - len(bare)) + html.escape(bare)
    if bold:
        piece = f"<b>{piece}</b>"
    settings = (f' point-size="{size}"' if size else "") + (f' color="{colour}"' if colour else "")
    return f"<font{settings}>{piece}</font>" if settings else piece


def label(*lines: str, behind: str = "") -> str:
    """An HTML-like label of lines made by `text`, one below the other, on the colour `behind`.

    Graphviz sets such text a little high: the empty first row of the table brings it back to the middle.
    """
    rows = "".join(f"<tr><td>{line}</td></tr>" for line in lines)
    table = '<table border="0" cellborder="0" cellspacing="0" cellpadding="0">'
    if behind:
        table = table.replace("<table", f'<table bgcolor="{behind}"')
    return f'<{table}<tr><td height="3"></td></tr>{rows}</table>>'


def titled(title: str, notes: Iterable[str] = (), framed: bool = False) -> str:
    """The label of a drawing, or of a frame in it: a title, and smaller notes below it."""
    lines = [text(title, 15, INK, bold=True), *(text(note, 10, GREY) for note in notes)]
    gap = text(" ", 5)
    lines = [gap, *lines] if framed else [*lines, gap]
    return "<" + "".join(f'{line}<br align="left"/>' for line in lines) + ">"


def sheet(name: str, title: str, notes: Iterable[str] = ()) -> Drawing:
    """An empty drawing from left to right in the house style; its name becomes the title of an SVG.

    Where frames have titles of their own, `title` is empty.
    """
    drawing = graphviz.Digraph(name)
    drawing.attr(
        rankdir="LR",
        bgcolor="white",
        pad="0.2",
        nodesep="0.16",
        ranksep="0.36",
        labelloc="t",
        labeljust="l",
        fontname=FONT,
        label=titled(title, notes) if title else "",
    )
    drawing.attr(
        "node",
        shape="box",
        style="rounded,filled",
        fontname=FONT,
        fontsize="13",
        fontcolor=INK,
        penwidth="1.4",
        height="0.4",
        width="0.5",
        margin="0.13,0.06",
    )
    drawing.attr("edge", fontname=FONT, fontsize="10", color=GREY, arrowsize="0.65", penwidth="1.5")
    return drawing

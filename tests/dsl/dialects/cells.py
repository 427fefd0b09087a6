"""Two cells whose states take two edges each, as hypothesis makes them for the formats that hold such."""

from typing import TypeAlias

from hypothesis import strategies as st

from nasc.dsl.diagnostic import Diagnostic, NasError
from nasc.dsl.dialects import read
from nasc.dsl.dialects.two_cells import CELLS, DARTS
from nasc.dsl.nodes import Document
from nasc.dsl.parser import parse
from nasc.dsl.source import Source

Row: TypeAlias = list[tuple[str, int]]
"""The edges into one state: (operation, source)."""


@st.composite
def two_cells(
    draw: st.DrawFn, states: int | None = None, ordered: bool = False, distinct: bool = True
) -> dict[str, list[Row]]:
    """Edges by cell and state, from `s2` on."""
    count = states or draw(st.integers(1, 6))
    made: dict[str, list[Row]] = {}
    for name in CELLS:
        made[name] = []
        for state in range(2, 2 + count):
            sources = draw(st.lists(st.integers(0, state - 1), min_size=2, max_size=2, unique=distinct))
            drawn = [(draw(st.sampled_from(DARTS)), source) for source in sources]
            made[name].append(sorted(drawn, key=lambda edge: edge[1]) if ordered else drawn)
    return made


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """A text with some characters of it gone, or others in their place."""
    at = draw(st.integers(0, len(text)))
    other = draw(st.sampled_from(["", "{", "(", "]", '"', "'", ":", ",", "-", "9", "_", "true", "é"]))
    return text[:at] + other + text[at + draw(st.integers(0, 20)) :]


def outcome(text: str, dialect: str) -> tuple[Document | None, list[Diagnostic]]:
    """The document of a text, or its errors; any other exception goes through."""
    try:
        return read(Source("damaged.txt", text), dialect).document, []
    except NasError as error:
        return None, [d for d in error.diagnostics if d.severity == "error"]


def nas(cells: dict[str, list[Row]], rest: str = "") -> Document:
    """The document of such cells."""
    text = "nas 1\nuse std.darts\n"
    for name, rows in cells.items():
        states = [f"s{i} = {' + '.join(f'{op}(s{s})' for op, s in row)}" for i, row in enumerate(rows, 2)]
        listed = ", ".join(f"s{i}" for i in range(2, 2 + len(rows)))
        listed = f"s2..s{1 + len(rows)}" if len(rows) > 2 else listed
        text += f"cell {name}(s0, s1) {{ {' '.join(states)} return concat({listed}) }}\n"
    return parse(Source("cells.nas", text + rest))

"""How far apart two genotypes are: the metric that the code of D-DARTS uses (Heuillet et al., 2021).

A cell is the set of its rows, one for every pair of a state and what stands before it, edge or no edge: a row says
which operations lead from the one to the other. Two rows are as far apart as the weights of the operations that only
one of them has, over the sum of all weights. Two cells are at the Hausdorff distance of their rows, two genotypes at
the mean over their cells, taken in order; cells that only one of them has are passed over.

It is symmetric and 0 for a genotype and itself, but no metric on genotypes: which states an edge joins does not count.
"""

from __future__ import annotations

from nasc.compiler.dag import CellDag
from nasc.compiler.plan import choose
from nasc.compiler.resolve import Program, resolve
from nasc.compiler.stack import lay_out
from nasc.compiler.write_out import write_out
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, NasError

WEIGHTS = {
    "conv_3x1_1x3": 82.105830863444,
    "conv_7x1_1x7": 83.1591640991211,
    "max_pool_3x3": 82.13416411336264,
    "avg_pool_3x3": 81.56333073120116,
    "skip_connect": 81.34166406249999,
    "simple_conv_1x1": 81.49166413777668,
    "simple_conv_3x3": 82.30333082275389,
    "sep_conv_3x3": 83.39583075561525,
    "sep_conv_5x5": 84.97416410115558,
    "dil_conv_3x3": 82.73583073323566,
    "dil_conv_5x5": 82.89249749959309,
    "bottleneck_1x3x1": 82.87499756469727,
}
"""What an operation weighs: the mean accuracy (%) of networks that have it. From `op_stats.json` of
aheuillet/D-DARTS at e3ad5d9, Apache-2.0."""
_TOTAL = sum(WEIGHTS.values())

Rows = frozenset[frozenset[str]]
"""A cell as the metric sees it: the operations of each pair of a state and what stands before it."""


def distance(a: n.Document, b: n.Document) -> float | None:
    """The distance of two genotypes, in [0, 1]; None where it is not defined.

    It is defined for cells of two inputs, without open edges and without operations beyond `WEIGHTS` and `none`. The
    cells are those written in the text, in the order in which they are first placed.
    """
    found_a, found_b = cells_of(a), cells_of(b)
    if found_a is None or found_b is None:
        return None
    rows = list(zip(rows_of(found_a), rows_of(found_b), strict=False))
    if not rows or any(one is None or other is None for one, other in rows):
        return None
    return sum(hausdorff(one, other) for one, other in rows if one is not None and other is not None) / len(rows)


def hausdorff(a: Rows, b: Rows) -> float:
    """The distance of two cells: how far the row of one that is farthest from all of the other is from the nearest."""

    def farthest(rows: Rows, others: Rows) -> float:
        return max(min(_apart(row, other) for other in others) for row in rows)

    return max(farthest(a, b), farthest(b, a))


def _apart(row: frozenset[str], other: frozenset[str]) -> float:
    # summed in one order, so that equal sets are at equal distances to the last bit
    return sum(weight for name, weight in WEIGHTS.items() if (name in row) != (name in other)) / _TOTAL


def rows_of(cells: list[CellDag]) -> list[Rows | None]:
    """The rows of cells; None for a cell that the metric does not take.

    All cells are taken to have as many states as the largest, since the code counts them by `concat`, which is one
    for all cells.
    """
    steps = max((len(cell.states) for cell in cells), default=0)
    return [_rows(cell, steps) for cell in cells]


def _rows(cell: CellDag, steps: int) -> Rows | None:
    """The rows of one cell, with one for nothing at all where some pair has no edge."""
    pairs: dict[tuple[str, str], set[str]] = {}
    for edge in cell.edges:
        if edge.open or edge.operations[0] not in (*WEIGHTS, "none"):
            return None
        pairs.setdefault((edge.state, edge.source), set()).update({edge.operations[0]} - {"none"})
    if cell.kind != "cell" or len(cell.inputs) != 2 or not steps:
        return None
    slots = sum(2 + before for before in range(steps))
    return frozenset(map(frozenset, pairs.values())) | (frozenset({frozenset()}) if len(pairs) < slots else frozenset())


def cells_of(document: n.Document) -> list[CellDag] | None:
    """The cells written in a text, in the order in which they are first placed; None where one of them has errors."""
    findings = Findings()
    program = resolve(document, findings)
    found = [write_out(document.cells[name], program, findings) for name in placed_order(document, program)]
    return None if findings.failed else [cell for cell in found if cell is not None]


def placed_order(document: n.Document, program: Program) -> list[str]:
    """The names of the cells of a text: first those that its network places, in order, then the others."""
    placed: list[str] = []
    try:
        stack = lay_out(choose(document, program, None), program, Findings())
        placed = [p.cell for p in stack.placements] if stack is not None else []
    except NasError:
        pass  # without a network the text has the only order there is
    return [name for name in dict.fromkeys([*placed, *document.cells]) if name in document.cells]

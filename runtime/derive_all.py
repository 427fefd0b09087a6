"""Strengths → text: the cells of a shared-weight network with all operations of every open edge, none left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasc.compiler.dag import CellDag
from nasc.compiler.decide import EXACT, Chosen, decided_cell, with_cells
from nasc.dsl import nodes as n
from nasc.runtime.derive_kept import decided

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nasc.compiler.language_supernet import LanguageSupernet
    from nasc.compiler.supernet import Supernet


def all_strengths(space: Supernet | LanguageSupernet) -> n.Document:
    """What every operation counts for now, as `@` strengths; where edges have weights, times that of the edge.

    The document holds cells and what they are written with, no network: nobody is to train it. `nasc derive` reads it.
    No digit of a strength is left out, so that of two operations the stronger one is that of the search.
    """
    program, shares = space.plan.program, space.shares()
    cells = {}
    for name, rows in space.mixed().items():
        dag, numbers = space.dags[name], [row.tolist() for row in rows]
        if name in shares:
            numbers = [[v * share for v in row] for row, share in zip(numbers, shares[name].tolist(), strict=True)]
        cells[name] = _cell(dag, name, numbers)
    document = with_cells(program, {name: space.dags[name].name for name in cells}, cells)
    kept = tuple(i for i in document.items if isinstance(i, n.Use | n.Op | n.Ops) or i in cells.values())
    return n.Document(document.version, kept, (), document.source)


def _cell(dag: CellDag, name: str, rows: Sequence[Sequence[float]]) -> n.Cell:
    given = iter(rows)
    found: dict[str, list[Chosen]] = {state: [] for state in dag.states}
    for edge in dag.edges:
        if edge.open:
            every = zip(edge.operations, next(given), strict=True)
            found[edge.state] += [Chosen(edge, operation, value) for operation, value in every]
        else:
            found[edge.state].append(decided(edge))
    return decided_cell(dag, name, found, EXACT)

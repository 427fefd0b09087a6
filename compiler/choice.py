"""One choice of a space as numbers: for every open edge the operations that it gets, as a sample runs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from nasc.compiler.dag import CellDag
from nasc.compiler.decide import Chosen, decided_cell, with_cells
from nasc.compiler.membership import mutations
from nasc.compiler.resolve import Program
from nasc.compiler.sample import draw
from nasc.compiler.space import zero_operations
from nasc.dsl.nodes import Document

Rows = dict[str, list[list[int]]]
"""For each open cell by name, for every open edge in textual order the columns of its operations; none: no edge."""
Picked = Mapping[str, Mapping[str, Sequence[Chosen]]]
"""For each open cell by name what every state gets."""


class Choices:
    """The choices of some cells, `dags`, by the names under which they are chosen."""

    def __init__(self, program: Program, dags: Mapping[str, CellDag]) -> None:
        self.program, self.dags, self.none = program, dict(dags), zero_operations(program)

    def draw(self, random: Random) -> Rows:
        """One choice, uniform over all of them."""
        return self.rows({name: draw(dag, self.none, random) for name, dag in self.dags.items()})

    def neighbours(self, rows: Rows) -> Iterator[Rows]:
        """Every other choice that differs in one edge, each once."""
        return map(self.rows, mutations(self.dags, self.none, self.picked(rows)))

    def document(self, rows: Rows) -> Document:
        """The genotype. Raises `NasError` (E405): nothing is left to return."""
        picked = self.picked(rows)
        cells = {name: decided_cell(dag, name, picked[name]) for name, dag in self.dags.items()}
        return with_cells(self.program, {name: dag.name for name, dag in self.dags.items()}, cells)

    def rows(self, picked: Picked) -> Rows:
        """What was picked as numbers."""
        found: Rows = {}
        for name, dag in self.dags.items():
            at = {id(edge): row for row, edge in enumerate(dag.open_edges)}
            found[name] = [[] for _ in at]
            for chosen in picked[name].values():
                for one in chosen:
                    if id(one.edge) in at:
                        found[name][at[id(one.edge)]].append(one.edge.operations.index(one.operation))
        return {name: [sorted(row) for row in rows] for name, rows in found.items()}

    def picked(self, rows: Rows) -> dict[str, dict[str, list[Chosen]]]:
        """The edges that the numbers stand for, those included that are decided anyway."""
        found: dict[str, dict[str, list[Chosen]]] = {}
        for name, dag in self.dags.items():
            found[name] = {state: [] for state in dag.states}
            given = iter(rows[name])
            for edge in dag.edges:
                columns = next(given) if edge.open else (0,)
                strength = None if edge.open else edge.strength
                found[name][edge.state] += [Chosen(edge, edge.operations[column], strength) for column in columns]
        return found

"""What shared-weight networks of pictures and of words have in common: a strength for all that may be chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from nasc.compiler.dag import CellDag

Mixing = Literal["softmax", "sigmoid"]
MIXINGS: Mapping[Mixing, Callable[[Tensor], Tensor]] = {
    "softmax": lambda alphas: alphas.softmax(dim=-1),
    "sigmoid": lambda alphas: alphas.sigmoid(),
}
CELL = "cell_"
"""Before the names of cells, since a module has names of its own."""
SPREAD = 1e-3
"""Standard deviation of the first strengths (DARTS: 1e-3 * N(0, 1))."""


class Strengths(nn.Module):
    """The strengths of a shared-weight network.

    `alphas` maps the name of each open cell to its strengths: a parameter of shape (edges, operations), edges in
    textual order, operations in the order of their set; a list of such where sets differ, one for each set in order
    of first appearance. Cells placed under one name share them. `mixing` says how strengths become weights: a
    softmax over the operations of an edge (DARTS, eq. 2) or independent sigmoids (FairDARTS, D-DARTS).

    `betas` maps the name of each cell whose skeleton has `edge_weight` to one strength for each open edge, of shape
    (edges,). By a softmax over the open edges into a state they say what these count for (PC-DARTS, section 3.2).
    """

    def begin(self, dags: Mapping[str, CellDag], mixing: Mixing, weighed: Iterable[str] = ()) -> None:
        """Make the strengths of open cells, near 0; those in `weighed` have strengths of edges too."""
        self.mixing: Mixing = mixing
        self.dags = dict(dags)
        self._weights: list[nn.Parameter] | None = None
        self._alphas = nn.ModuleDict(
            {
                f"{CELL}{name}": nn.ParameterList(torch.randn(rows, columns) * SPREAD for rows, columns in shapes(dag))
                for name, dag in self.dags.items()
            }
        )
        self._betas = nn.ParameterDict(
            {f"{CELL}{name}": nn.Parameter(torch.randn(len(self.dags[name].open_edges)) * SPREAD) for name in weighed}
        )

    @property
    def alphas(self) -> dict[str, nn.Parameter | list[nn.Parameter]]:
        """The strengths of every open cell."""
        found: dict[str, nn.Parameter | list[nn.Parameter]] = {}
        for key, parameters in self._alphas.items():
            assert isinstance(parameters, nn.ParameterList)
            found[key.removeprefix(CELL)] = parameters[0] if len(parameters) == 1 else list(parameters)
        return found

    @property
    def betas(self) -> dict[str, nn.Parameter]:
        """The strengths of the edges of every open cell that has them."""
        return {key.removeprefix(CELL): parameter for key, parameter in self._betas.items()}

    def strengths(self) -> list[nn.Parameter]:
        """The parameters that a search moves in its strength step: those of operations, then those of edges."""
        return [*self._alphas.parameters(), *self._betas.parameters()]

    def weights(self) -> list[nn.Parameter]:
        """All other parameters."""
        if self._weights is None:  # thousands of modules to walk through, in every step
            strengths = set(map(id, self.strengths()))
            self._weights = [parameter for parameter in self.parameters() if id(parameter) not in strengths]
        return list(self._weights)

    def mixed(
        self, alphas: Mapping[str, Tensor | Sequence[Tensor]] | None = None
    ) -> dict[str, Sequence[Tensor] | Tensor]:
        """What every operation counts for, by cell: rows are the open edges in textual order."""
        mix = MIXINGS[self.mixing]
        found: dict[str, Sequence[Tensor] | Tensor] = {}
        for name, dag in self.dags.items():
            given = (alphas or self.alphas)[name]
            if isinstance(given, Tensor):
                found[name] = mix(given)
                continue
            mixed = [mix(part) for part in given]
            found[name] = [mixed[group][row] for group, row in places(dag)]
        return found

    def shares(self, betas: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """What every open edge counts for among those of its state, by cell; none for cells without edge weights."""
        return {name: edge_shares(self.dags[name], given) for name, given in (betas or self.betas).items()}

    def rows(self, name: str) -> list[list[float]]:
        """The strengths of one cell as numbers: a row for each open edge in textual order."""
        given = self.alphas[name]
        parts = [given] if isinstance(given, Tensor) else given
        numbers = [part.detach().double().cpu().tolist() for part in parts]
        return [numbers[group][row] for group, row in places(self.dags[name])]


def edge_shares(dag: CellDag, betas: Tensor) -> Tensor:
    """The softmax of the strengths of edges, (open edges,), over those that go into one state."""
    rows: dict[str, list[int]] = {}
    for row, edge in enumerate(dag.open_edges):
        rows.setdefault(edge.state, []).append(row)
    order = [row for into in rows.values() for row in into]
    shares = torch.cat([betas[into].softmax(dim=0) for into in rows.values()])
    return shares if order == sorted(order) else shares[sorted(range(len(order)), key=order.__getitem__)]


def places(dag: CellDag) -> Iterator[tuple[int, int]]:
    """For every open edge of a cell which of its parameters holds its strengths, and in which row."""
    groups: dict[tuple[str, ...], int] = {}
    rows: list[int] = []
    for edge in dag.open_edges:
        group = groups.setdefault(edge.operations, len(groups))
        if group == len(rows):
            rows.append(0)
        yield group, rows[group]
        rows[group] += 1


def shapes(dag: CellDag) -> list[tuple[int, int]]:
    """The shapes of a cell's strengths, one for each set of operations in order of first appearance."""
    counts: dict[tuple[str, ...], int] = {}
    for edge in dag.open_edges:
        counts[edge.operations] = counts.get(edge.operations, 0) + 1
    return [(rows, len(operations)) for operations, rows in counts.items()]

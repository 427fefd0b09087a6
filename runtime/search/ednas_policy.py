"""The policy of EDNAS (Lee, Kim and Han, 2019): structure and operations of cells as independent categorical draws.

Each `keep` of a cell has a vector of logits over the sets of edges that it may leave, each open edge a row of logits
over its operations. There is no controller, no temperature and no entropy bonus. The policy knows neither data nor
networks: whoever draws a sample says what it is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import comb

import torch
from torch import Tensor, nn

from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.sampled import Chosen
from nasc.compiler.space import candidates
from nasc.compiler.supernet import SPREAD, places, shapes
from nasc.dsl.diagnostic import NasError, fail
from nasc.dsl.source import Span
from nasc.runtime.language_settings import EdnasLanguageSearch
from nasc.runtime.settings import EdnasSearch

MOST = 100_000
"""A vector over more sets than these is not learned: nearly all would never be drawn."""
Options = tuple[tuple[int, ...], ...]
"""The sets that one draw is made from."""
Take = Callable[[Tensor], int]
"""From log-probabilities to the place of the one that is taken."""


@dataclass(frozen=True)
class Sample:
    """One architecture: as `Supernet.forward` takes it, and the logarithm of its probability, with its gradient."""

    chosen: Chosen
    log_probability: Tensor


@dataclass(frozen=True)
class Draws:
    """What is drawn for one cell, by index of its open edges.

    `kept` holds for each `keep` the edges that may stay together, `operations` for each edge the columns that may.
    Edges in `free` stand under no `keep`.
    """

    kept: tuple[Options, ...]
    free: tuple[int, ...]
    operations: tuple[Options, ...]


class Policy(nn.Module):
    """Learns by REINFORCE with a moving baseline which architectures of some cells are worth most.

    `operations` gives the logits of the operations where they exist already, as `Supernet.alphas` has them; else they
    are drawn from 1e-3 * N(0, 1) as those of the structure are. `zero` are operations that are no edge under a `keep`.
    A set of edges, or of operations of one edge, is never empty. `twice` takes the softmax of the softmax for
    log-probabilities, as the published code does. Raises `NasError` (E405): a `keep` leaves too many sets of edges.
    """

    baseline: Tensor

    def __init__(
        self,
        dags: Mapping[str, CellDag],
        zero: Collection[str] = frozenset({"none"}),
        operations: Mapping[str, nn.Parameter | Sequence[nn.Parameter]] | None = None,
        *,
        lr: float = 3.5e-4,
        betas: tuple[float, float] = (0.5, 0.999),
        weight_decay: float = 1e-3,
        decay: float = 0.99,
        twice: bool = False,
    ) -> None:
        super().__init__()
        self.dags, self.decay, self.twice = dict(dags), decay, twice
        self.draws = {name: _draws(dag, frozenset(zero)) for name, dag in dags.items()}
        self.structure = nn.ParameterList(
            torch.randn(len(options)) * SPREAD
            for draws in self.draws.values()
            for options in draws.kept
            if len(options) > 1
        )
        self.operations = nn.ModuleList()
        for name, dag in dags.items():
            given = operations[name] if operations is not None else [torch.randn(s) * SPREAD for s in shapes(dag)]
            self.operations.append(nn.ParameterList([given] if isinstance(given, Tensor) else given))
        self.register_buffer("baseline", torch.zeros((), dtype=torch.float64))
        self.optimizer = torch.optim.Adam(self.parameters(), lr, betas=betas, weight_decay=weight_decay)

    def draw(self, generator: torch.Generator | None = None) -> Sample:
        """One architecture; every vector is drawn from on its own, operations only for edges that stay."""
        return self._taken(lambda shares: int(torch.multinomial(shares.exp(), 1, generator=generator)))

    def likeliest(self) -> Sample:
        """The most probable architecture; the earlier of equal ones."""
        return self._taken(lambda shares: int(shares.argmax()))

    def shares(self, name: str) -> list[list[float]]:
        """The probabilities of the operations of one cell: a row for each open edge; zero for what is never drawn."""
        found = []
        with torch.no_grad():
            for options, row in zip(self.draws[name].operations, self._rows(name), strict=True):
                counts = [0.0] * len(row)
                for columns, share in zip(options, _logits(row, options).softmax(0).tolist(), strict=True):
                    for column in columns:
                        counts[column] += share
                found.append(counts)
        return found

    def reward(self, sample: Sample, value: float) -> float:
        """Learn what a sample was worth, such as its accuracy; the advantage that it had.

        The baseline moves first: b <- b - (1 - decay)(b - R). Then one step of Adam along the gradient of
        -(R - b) log p. Vectors that were not drawn move by weight decay alone.
        """
        self.baseline -= (1 - self.decay) * (self.baseline - value)
        advantage = value - float(self.baseline)
        parameters = list(self.parameters())
        found = torch.autograd.grad(-advantage * sample.log_probability, parameters, allow_unused=True)
        for parameter, gradient in zip(parameters, found, strict=True):
            parameter.grad = torch.zeros_like(parameter) if gradient is None else gradient
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return advantage

    def _taken(self, take: Take) -> Sample:
        """The architecture that `take` makes of log-probabilities, vector by vector."""
        chosen: dict[str, list[list[int]]] = {}
        logs: list[Tensor] = []
        vectors = iter(self.structure)

        def one(logits: Callable[[], Tensor], options: Options) -> tuple[int, ...]:
            if len(options) == 1:
                return options[0]
            log_shares = logits().log_softmax(0)
            at = take(log_shares.detach())
            logs.append((log_shares.exp().log_softmax(0) if self.twice else log_shares)[at])
            return options[at]

        with torch.enable_grad():
            for name, draws in self.draws.items():
                sets = [one(lambda: next(vectors), options) for options in draws.kept]
                stay = {*draws.free, *(edge for edges in sets for edge in edges)}
                chosen[name] = [
                    list(one(partial(_logits, row, options), options)) if edge in stay else []
                    for edge, (row, options) in enumerate(zip(self._rows(name), draws.operations, strict=True))
                ]
            return Sample(chosen, torch.stack(logs).sum() if logs else self.baseline.new_zeros(()))

    def _rows(self, name: str) -> Iterator[Tensor]:
        """The logits of the operations of each open edge."""
        parts = self.operations[list(self.dags).index(name)]
        assert isinstance(parts, nn.ParameterList)
        return (parts[group][row] for group, row in places(self.dags[name]))


def policy_by(
    own: EdnasSearch | EdnasLanguageSearch,
    dags: Mapping[str, CellDag],
    zero: Collection[str],
    operations: Mapping[str, nn.Parameter | Sequence[nn.Parameter]] | None = None,
) -> Policy:
    """A policy with the settings of its recipe; the rest as `Policy` takes it."""
    return Policy(
        dags,
        zero,
        operations,
        lr=own.strength_lr,
        betas=own.strength_betas,
        weight_decay=own.strength_weight_decay,
        decay=own.baseline_decay,
        twice=own.softmax_twice,
    )


def _logits(row: Tensor, options: Options) -> Tensor:
    """The logits of sets of operations: the sums of those of their members."""
    if all(len(columns) == 1 for columns in options):
        return row[[column for (column,) in options]]
    return torch.stack([row[list(columns)].sum() for columns in options])


def _draws(dag: CellDag, zero: frozenset[str]) -> Draws:
    """What is drawn for a cell."""
    rows = {index: row for row, index in enumerate(i for i, edge in enumerate(dag.edges) if edge.open)}
    operations = tuple(_operations(edge, zero) for edge in dag.open_edges)
    kept = []
    for group in dag.groups:
        members = [rows[index] for index in group.members if operations[rows[index]]]
        sizes = range(max(group.low, 1), min(group.high, len(members)) + 1)
        if sum(comb(len(members), size) for size in sizes) > MOST:
            help = f"a policy learns a probability for each set of edges, {MOST:,} at most"
            raise fail("E405", f"too many sets of edges may lead into `{group.state}`", group.span, help=help)
        if not sizes:
            raise _nothing(group.state, group.span)
        kept.append(_sorted([edges for size in sizes for edges in combinations(members, size)]))
    for edge, options in zip(dag.open_edges, operations, strict=True):
        if edge.group is None and not options:
            raise _nothing(edge.state, edge.span)
    free = tuple(row for index, row in rows.items() if dag.edges[index].group is None)
    return Draws(tuple(kept), free, operations)


def _operations(edge: Edge, zero: frozenset[str]) -> Options:
    """The sets of operations that an edge may get, by their columns."""
    columns = [edge.operations.index(name) for name in candidates(edge, zero)]
    low, high = edge.kept or (1, 1)
    return _sorted([some for size in range(max(low, 1), high + 1) for some in combinations(columns, size)])


def _sorted(sets: Sequence[tuple[int, ...]]) -> Options:
    """Small sets first, then by their last member: (0, 1), (0, 2), (1, 2), (0, 3) as in the published code."""
    return tuple(sorted(sets, key=lambda some: (len(some), some[::-1])))


def _nothing(state: str, span: Span) -> NasError:
    help = "at least as many edges as are kept need another operation"
    return fail("E405", f"edges into `{state}` may be nothing but zero", span, help=help)

"""Ways through a space that ask for one genotype after the other and are told what each is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any, Protocol

import torch

from nasc.compiler.choice import Choices, Rows
from nasc.compiler.constraints import constrained, unmet
from nasc.dsl.diagnostic import NasError
from nasc.runtime.search.ednas_policy import Policy, Sample

TRIES = 200
"""So many genotypes are looked at for one that meets what the text requires; then the nearest is taken."""
Excess = Callable[[Rows], float]
"""How far a choice is from what the text requires; 0 where it meets it."""


class Explorer(Protocol):
    """Chance comes from torch's generator alone, so that a run can go on anywhere."""

    def propose(self) -> Rows:
        """The next choice to look at."""

    def learn(self, rows: Rows, value: float) -> None:
        """What the choice that was proposed last is worth: more is better."""

    def state(self) -> dict[str, Any]:
        """All that it has learned: plain containers and tensors."""

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Take back what `state` gave."""


class AtRandom:
    """Uniform draws, one as likely as the other, each on its own."""

    def __init__(self, choices: Choices, excess: Excess) -> None:
        self.choices, self.excess = choices, excess

    def propose(self) -> Rows:
        random = seeded()
        return nearest((self.choices.draw(random) for _ in range(TRIES)), self.excess)

    def learn(self, rows: Rows, value: float) -> None:
        pass

    def state(self) -> dict[str, Any]:
        return {}

    def load_state(self, state: Mapping[str, Any]) -> None:
        pass


class Evolution(AtRandom):
    """Regularised evolution (Real et al., AAAI 2019, algorithm 1): the best of some has a child, the oldest goes.

    The child differs from its parent in one edge: any neighbour in the space, one as likely as the other. The
    tournament draws with replacement; of equals the younger wins.
    """

    def __init__(self, choices: Choices, excess: Excess, population: int, tournament: int) -> None:
        super().__init__(choices, excess)
        self.size, self.tournament = population, tournament
        self.population: list[tuple[Rows, float]] = []

    def propose(self) -> Rows:
        if len(self.population) < self.size:
            return super().propose()
        random = seeded()
        drawn = [random.randrange(len(self.population)) for _ in range(self.tournament)]
        parent, _ = self.population[max(drawn, key=lambda at: (self.population[at][1], at))]
        children = list(self.choices.neighbours(parent))
        if not children:
            return parent
        random.shuffle(children)
        return nearest(children[:TRIES], self.excess)

    def learn(self, rows: Rows, value: float) -> None:
        self.population = [*self.population, (rows, value)][-self.size :]

    def state(self) -> dict[str, Any]:
        return {"population": [[rows, value] for rows, value in self.population]}

    def load_state(self, state: Mapping[str, Any]) -> None:
        self.population = [(rows, value) for rows, value in state["population"]]


class ByPolicy:
    """The policy of EDNAS: what was worth more than the moving baseline becomes likelier."""

    def __init__(self, policy: Policy, excess: Excess) -> None:
        self.policy, self.excess = policy, excess
        self.drawn: Sample | None = None

    def propose(self) -> Rows:
        samples: list[Sample] = []

        def rows() -> Iterable[Rows]:
            for _ in range(TRIES):
                samples.append(self.policy.draw())
                yield rows_of(samples[-1])

        found = nearest(rows(), self.excess)
        self.drawn = next(sample for sample in samples if rows_of(sample) == found)
        return found

    def learn(self, rows: Rows, value: float) -> None:
        assert self.drawn is not None
        assert rows_of(self.drawn) == rows
        self.policy.reward(self.drawn, value)

    def state(self) -> dict[str, Any]:
        return {"policy": self.policy.state_dict(), "optimizer": self.policy.optimizer.state_dict()}

    def load_state(self, state: Mapping[str, Any]) -> None:
        self.policy.load_state_dict(state["policy"])
        self.policy.optimizer.load_state_dict(state["optimizer"])


def rows_of(sample: Sample) -> Rows:
    """What a sample chose, as plain numbers."""
    return {name: [sorted(row) for row in rows] for name, rows in sample.chosen.items()}


def nearest(found: Iterable[Rows], excess: Excess) -> Rows:
    """The first choice that meets what is required, else the one that comes nearest."""
    best: tuple[float, Rows] | None = None
    for rows in found:
        off = excess(rows)
        if off == 0:
            return rows
        if best is None or off < best[0]:
            best = off, rows
    assert best is not None
    return best[1]


def excess_of(choices: Choices) -> Excess:
    """How far a choice is from the `require` lines of its text; the same choice is looked at once."""
    if not constrained(choices.program.document):
        return lambda rows: 0.0
    known: dict[str, float] = {}

    def excess(rows: Rows) -> float:
        key = repr(rows)
        if key not in known:
            try:
                known[key] = sum(one.excess for one in unmet(choices.document(rows)))
            except NasError:  # nothing is left to return
                known[key] = float("inf")
        return known[key]

    return excess


def seeded() -> Random:
    """A generator of Python's that torch's says the seed of."""
    return Random(int(torch.randint(2**62, ())))

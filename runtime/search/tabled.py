"""Searches of a table of known accuracies: each step looks one genotype up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nasc.compiler.choice import Choices, Rows
from nasc.dsl.diagnostic import fail
from nasc.dsl.source import Span
from nasc.runtime.loop import Figures
from nasc.runtime.run import Run
from nasc.runtime.search.ednas_policy import policy_by
from nasc.runtime.search.explore import AtRandom, ByPolicy, Evolution, Explorer, excess_of
from nasc.runtime.search.task import signed
from nasc.runtime.setting import Recipe
from nasc.runtime.settings import EdnasSearch, EvolutionSearch, ScoredSearch
from nasc.runtime.table import Table


class TableTask:
    """One epoch, with a step for each of so many genotypes that are looked up; the best is written."""

    epochs = 1

    def __init__(self, run: Run, table: Table, choices: Choices, explorer: Explorer, samples: int, about: str) -> None:
        self.run, self.table, self.choices, self.explorer = run, table, choices, explorer
        self.steps, self.about = samples, about
        self.excess = excess_of(choices)
        self.curve: list[float] = []
        self.best: tuple[bool, float, Rows] | None = None
        self.found = choices.program.document

    def begin_epoch(self, epoch: int) -> None:
        pass

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        """Look one genotype up, and tell who proposed it; one that is looked up again counts again."""
        rows = self.explorer.propose()
        value = self.table[self.table.key(self.choices.document(rows))]
        self.explorer.learn(rows, value)
        here = self.excess(rows) == 0, value, rows
        if self.best is None or here[:2] > self.best[:2]:
            self.best = here
        self.curve.append(self.best[1])
        return {"candidate": value}, 1

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        """Write the best genotype, and the best value after each step."""
        assert self.best is not None
        _, value, rows = self.best
        self.found = self.choices.document(rows)
        facts = f"best of {self.steps}", f"{self.table.column} {value:g}"
        self.run.write("genotype.nas", signed(self.found, self.run, self.about, *facts))
        lines = [f"{number},{best:g}\n" for number, best in enumerate(self.curve, 1)]
        self.run.write("curve.csv", "samples,best\n" + "".join(lines))
        return {**figures, "best": value}

    def broken(self) -> str:
        return ""

    def state(self) -> dict[str, Any]:
        best = list(self.best) if self.best is not None else None
        return {"explorer": self.explorer.state(), "best": best, "curve": self.curve}

    def load_state(self, state: Mapping[str, Any]) -> None:
        self.explorer.load_state(state["explorer"])
        self.best = tuple(state["best"]) if state["best"] is not None else None
        self.curve = list(state["curve"])


def explorer_of(algorithm: str, recipe: Recipe, choices: Choices, span: Span | None = None) -> Explorer:
    """How an algorithm goes through a table. Raises `NasError` (E605): it needs gradients, which a table has not."""
    excess = excess_of(choices)
    if isinstance(recipe, EvolutionSearch):
        return Evolution(choices, excess, recipe.population, recipe.tournament)
    if isinstance(recipe, ScoredSearch):
        return AtRandom(choices, excess)
    if isinstance(recipe, EdnasSearch):
        return ByPolicy(policy_by(recipe, choices.dags, choices.none), excess)
    help = "algorithms that search tables: random, evolution, ednas"
    raise fail("E605", f"`{algorithm}` cannot search a table", span, help=help)

"""Searches that look at one genotype after the other: at random, or by evolution; both as baselines.

What a genotype is worth is its accuracy on validation batches that are the same for all: with weights that it shares
with all others, trained on uniform samples before (Li and Talwalkar, UAI 2019); or after a short training of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from nasc.compiler.build import decided
from nasc.compiler.choice import Choices, Rows
from nasc.compiler.plan import plan
from nasc.compiler.sampled import Chosen
from nasc.compiler.supernet import Supernet
from nasc.runtime.loop import Figures
from nasc.runtime.metrics import correct, cosine
from nasc.runtime.randomness import seed_step
from nasc.runtime.search.explore import AtRandom, Evolution, Explorer, excess_of, seeded
from nasc.runtime.search.loop import SearchTask
from nasc.runtime.search.setup import Setup
from nasc.runtime.search.steps import Batch, weight_step
from nasc.runtime.search.task import signed
from nasc.runtime.settings import EvolutionSearch, ScoredSearch, Training
from nasc.runtime.train import TrainTask
from nasc.runtime.world import here


class RandomTask(SearchTask):
    """Epochs that train the shared weights, then one with a step for every genotype that is looked at."""

    def __init__(self, setup: Setup, space: Supernet | None = None) -> None:
        super().__init__(setup, space)
        assert isinstance(self.settings, ScoredSearch)
        self.scored: ScoredSearch = self.settings
        self.training_steps = self.steps
        self.rounds = self.settings.epochs if self.settings.score == "shared" else 0
        self.epochs = self.rounds + 1
        self.choices = Choices(self.space.plan.program, self.space.dags)
        self.excess = excess_of(self.choices)
        self.explorer = self.explore()
        self.best: tuple[bool, float, Rows] | None = None

    def explore(self) -> Explorer:
        """How genotypes are proposed."""
        return AtRandom(self.choices, self.excess)

    def strength_optimizer(self) -> torch.optim.Optimizer:
        """Never stepped: nothing is learned of strengths."""
        return torch.optim.SGD(self.space.strengths(), 0.0)

    def begin_epoch(self, epoch: int) -> None:
        super().begin_epoch(epoch)
        rate = cosine(self.scored.lr, self.scored.lr_min, min(epoch, self.rounds), max(self.rounds, 1))
        for group in self.weights.param_groups:
            group["lr"] = rate
        self.steps = self.training_steps if epoch < self.rounds else self.scored.samples

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        """Train the weights of a uniform sample, or look at one genotype; both are drawn anew in every step."""
        if epoch < self.rounds:
            batch = self.train_batch(step)
            weights, chosen = runnable(self.space, self.choices.draw(seeded()))
            loss, logits = weight_step(self.space, self.weights, batch, self.scored.clip, weights, chosen)
            count = len(batch[1])
            return {"train_loss": loss, "train_top1": correct(logits, batch[1], 1) / count}, count
        rows = self.explorer.propose()
        value = self.score(rows)
        self.explorer.learn(rows, value)
        here = self.excess(rows) == 0, value, rows
        if self.best is None or here[:2] > self.best[:2]:
            self.best = here
        return {"candidate_top1": value}, 1

    def score(self, rows: Rows) -> float:
        """The accuracy of one genotype on the validation batches that all are measured on."""
        if self.scored.score == "shared":
            return self.accuracy(self.space, *runnable(self.space, rows))
        return self.accuracy(self.trained(rows))

    def trained(self, rows: Rows) -> nn.Module:
        """The genotype in the network that is searched, trained from scratch on the first part of the data."""
        stack = self.space.plan.stack
        found = plan(self.choices.document(rows), stack.name, self.setup.options)
        model = decided(found, False, self.setup.execution.passes(), channels_last=True)
        self.setup.execution.prepare(model)
        shared = {name: getattr(self.scored, name) for name in SHARED}
        recipe = Training(**shared, **NO_EXTRAS, epochs=self.scored.train_epochs)
        setup = self.setup
        task = TrainTask(model, recipe, self.train, setup.transform, setup.seed, {}, setup.limit, self.device)
        for epoch in range(recipe.epochs):
            task.begin_epoch(epoch)
            for step in range(task.steps):
                task.step(epoch, step)
        return model

    @torch.no_grad()
    def accuracy(self, model: nn.Module, *given: Any) -> float:
        """The share of the first validation batches that a network gets right.

        Batch-norm takes the statistics of the batch, since those it has gathered are of all genotypes that share it;
        they are put back. Every genotype sees the same pictures, augmented in the same way.
        """
        model.train()
        buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
        right = count = 0.0
        for number in range(self.scored.score_batches):
            pictures, labels = self.scoring_batch(number)
            if not len(labels):
                break
            logits = model(pictures, *given)
            right += correct(logits, labels, 1)
            count += len(labels)
        for buffer, before in buffers:
            buffer.copy_(before)
        right, count = here().total(right, count)
        return right / count

    def scoring_batch(self, number: int) -> Batch:
        """One of the validation batches; they follow each other as the data stands."""
        size = self.scored.batch
        seed_step(self.setup.seed, "score", number)
        return self.batch(self.valid, torch.arange(len(self.valid))[number * size :][:size])

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        """After the last genotype: write the best, of those that meet what the text requires if one does."""
        if epoch < self.rounds:
            return {"lr": self.weights.param_groups[0]["lr"], **figures}
        assert self.best is not None
        _, value, rows = self.best
        self.found = self.choices.document(rows)
        facts = f"best of {self.scored.samples}", f"valid accuracy {value:.1%}"
        self.run.write("genotype.nas", signed(self.found, self.run, self.about, *facts))
        return {**figures, "valid_top1": value}

    def extra(self) -> dict[str, Any]:
        return {"explorer": self.explorer.state(), "best": list(self.best) if self.best is not None else None}

    def load_extra(self, state: Mapping[str, Any]) -> None:
        self.explorer.load_state(state["explorer"])
        self.best = tuple(state["best"]) if state["best"] is not None else None


class EvolutionTask(RandomTask):
    """As at random, but genotypes are children of good ones."""

    def explore(self) -> Explorer:
        assert isinstance(self.settings, EvolutionSearch)
        return Evolution(self.choices, self.excess, self.settings.population, self.settings.tournament)


SHARED = ("network", "batch", "lr", "lr_min", "momentum", "weight_decay", "clip", "cutout")
NO_EXTRAS: dict[str, Any] = {"recipe": None, "auxiliary": 0.0, "drop_path": 0.0, "label_smoothing": 0.0}


def runnable(space: Supernet, rows: Rows) -> tuple[dict[str, Sequence[Tensor]], Chosen]:
    """The weights and the sample that a choice is: every operation counts for one, as in the decided network.

    A state that has no edge left is zero: the first operation of its first open edge runs and counts for nothing.
    """
    like = next(space.parameters())
    weights: dict[str, Sequence[Tensor]] = {}
    chosen: dict[str, list[list[int]]] = {}
    for name, dag in space.dags.items():
        given = [like.new_ones(len(edge.operations)) for edge in dag.open_edges]
        kept = [list(columns) for columns in rows[name]]
        at = {id(edge): row for row, edge in enumerate(dag.open_edges)}
        for edges in dag.into.values():
            if all(id(edge) in at and not kept[at[id(edge)]] for edge in edges):
                row = at[id(edges[0])]
                kept[row], given[row] = [0], torch.zeros_like(given[row])
        weights[name], chosen[name] = given, kept
    return weights, chosen

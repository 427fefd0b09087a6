"""D-DARTS and DARTOpti (Heuillet, Tabia, Arioua and Youcef-Toumi, 2021): every cell has a loss of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from nasc.compiler.dag import CellDag
from nasc.compiler.distance import hausdorff, rows_of
from nasc.compiler.supernet import Supernet, places
from nasc.dsl.source import Span
from nasc.runtime.loop import Figures
from nasc.runtime.metrics import correct, cosine
from nasc.runtime.search.ablation import contributions, owners, random_weights
from nasc.runtime.search.darts import first_order
from nasc.runtime.search.fairdarts import FairDartsTask, zero_one
from nasc.runtime.search.setup import Setup
from nasc.runtime.search.start import marks, start_cells
from nasc.runtime.search.steps import Batch, gradients, move_strengths, weight_step
from nasc.runtime.search.thresholds import decided_edges
from nasc.runtime.settings import DDartsSearch


class DDartsTask(FairDartsTask):
    """The steps of FairDARTS, each cell's strengths by its own loss, as few or as many cells as the text numbers.

    The loss of a cell is CE + zero_one * L01 of its strengths - ablation_weight * its ablation loss. Every phase has
    gradients of its own; the authors' code never clears them, so that validation data trains its weights. With `start`
    the search begins at a network, trains the weights alone for `pretrain` epochs more, and ends when the distance from
    the start no longer changes (DARTOpti).
    """

    def __init__(self, setup: Setup, space: Supernet | None = None) -> None:
        self.begun: list[CellDag] = []
        self.distances: list[float] = []
        self.contribution: Figures = {}
        self.pretrain = 0
        super().__init__(setup, space)
        if self.nested.start is not None:
            self.pretrain = self.nested.pretrain
            self.epochs += self.pretrain

    @property
    def nested(self) -> DDartsSearch:
        assert isinstance(self.settings, DDartsSearch)
        return self.settings

    @torch.no_grad()
    def begin_strengths(self) -> None:
        """Zero, but for the operations of the start."""
        super().begin_strengths()
        if self.nested.start is None:
            return
        plan, dags = self.space.plan, self.space.dags
        document = plan.program.document
        self.begun = start_cells(document, self.nested.start, plan.stack.placements, dags)
        for (name, dag), begun in zip(dags.items(), self.begun, strict=True):
            given = self.space.alphas[name]
            parts = [given] if isinstance(given, Tensor) else given
            rows = marks(dag, begun, plan.program, Span(document.source, 0, 0))
            for (group, row), marked in zip(places(dag), rows, strict=True):
                parts[group][row] = self.nested.start_strength * torch.tensor(marked)

    def begin_epoch(self, epoch: int) -> None:
        """The rate of the strengths falls over `epochs`, counted from the first one of pretraining, as in the code."""
        super().begin_epoch(epoch)
        rate = cosine(self.nested.strength_lr, self.nested.strength_lr_min, epoch, self.nested.epochs)
        for group in self.strengths.param_groups:
            group["lr"] = rate

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        if epoch >= self.pretrain:
            figures, count = super().step(epoch, step)
            return {**figures, **self.contribution}, count
        train = self.train_batch(step)
        loss, logits = weight_step(self.space, self.weights, train, self.nested.clip)
        count = len(train[1])
        return {"train_loss": loss, "train_top1": correct(logits, train[1], 1) / count}, count

    def strength_step(self, train: Batch, valid: Batch) -> float:
        """Move the strengths by Adam; the mean of the cells' losses on the validation batch.

        The mean of the ablation losses is zero, and so no part of it.
        """
        found, loss = first_order(self.space, valid)
        pushed = torch.stack([zero_one(parts, self.nested.zero_one_norm) for parts in self.by_cell()])
        pushes = gradients(self.nested.zero_one * pushed.sum(), self.space.strengths())
        moved = [f + p for f, p in zip(found, pushes, strict=True)]
        if self.nested.ablation != "off":
            sloped = self.nested.ablation == "gradient"
            given = contributions(self.space, valid, loss, random_weights(self.space), sloped)
            self.contribution = {"contribution": float(given.marginal.mean())}
            if sloped:
                further = given.gradients(found, owners(self.space))
                moved = [m - self.nested.ablation_weight * f for m, f in zip(moved, further, strict=True)]
        move_strengths(self.space, self.strengths, moved)
        return loss + self.nested.zero_one * float(pushed.detach().mean())

    def by_cell(self) -> list[list[Tensor]]:
        """The strengths of each open cell."""
        return [[given] if isinstance(given, Tensor) else list(given) for given in self.space.alphas.values()]

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        """Measure and write as every search; with a start, end the search where it moves no more."""
        if self.begun and epoch >= self.pretrain + self.nested.stop_from:
            moved = distance(self.begun, decided_edges(self.space, self.nested.threshold))
            if moved is not None:
                figures = {**figures, "distance": moved}
                if stands(self.distances, moved, self.nested.stop_after, self.nested.stop_within):
                    self.epochs = epoch + 1
                self.distances.append(moved)
        return super().end_epoch(epoch, figures)

    def extra(self) -> dict[str, Any]:
        return {"distances": list(self.distances), "epochs": self.epochs}

    def load_extra(self, state: Mapping[str, Any]) -> None:
        self.distances, self.epochs = [float(value) for value in state["distances"]], int(state["epochs"])


def distance(start: list[CellDag], found: list[CellDag]) -> float | None:
    """How far the cells are from those of the start, taken in order; None where it is not defined."""
    pairs = list(zip(rows_of(start), rows_of(found), strict=True))
    apart = [hausdorff(one, other) for one, other in pairs if one is not None and other is not None]
    return sum(apart) / len(pairs) if pairs and len(apart) == len(pairs) else None


def stands(before: list[float], now: float, count: int, within: float) -> bool:
    """Whether a distance is the same as each of the last `count`; with 0 never."""
    return 0 < count <= len(before) and all(abs(now - value) <= within for value in before[-count:])

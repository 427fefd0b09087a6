"""P-DARTS (Chen, Xie, Wu and Tian, ICCV 2019): stages of growing depth, each with fewer operations on every edge.

What is left to choose after a stage is a text: it is written into the run directory, and the next stage begins with it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nasc.compiler.narrow import narrowed, with_layers
from nasc.compiler.space import zero_operations
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.dsl import nodes as n
from nasc.dsl.parser import parse
from nasc.dsl.printer import to_text
from nasc.dsl.source import Source
from nasc.runtime.derive import derive_supernet
from nasc.runtime.loop import Figures
from nasc.runtime.metrics import cosine
from nasc.runtime.search import open_plan
from nasc.runtime.search.setup import Setup
from nasc.runtime.search.warm import WarmTask
from nasc.runtime.settings import PdartsSearch

SKIP = "skip"
"""The dropout behind identities in `std.darts`: its rate is set here."""


def without_weakest(
    operations: Sequence[str], weights: Sequence[float], count: int, zero: Collection[str] = ()
) -> list[str]:
    """The operations of an edge without the `count` weakest, at least one; the earlier of equal ones goes.

    Where only one of `zero` would be left, the strongest other one takes its place.
    """
    order = sorted(range(len(operations)), key=lambda i: weights[i])
    left = order[min(count, len(operations) - 1) :]
    others = [i for i in order if operations[i] not in zero]
    if others and not set(left) & set(others):
        left = others[-1:]
    return [operations[i] for i in sorted(left)]


class PdartsTask(WarmTask):
    """Each stage begins with fresh weights and strengths; its last epoch ends with the text of the next one."""

    settings: PdartsSearch

    def __init__(self, setup: Setup, space: Supernet | None = None) -> None:
        assert isinstance(setup.recipe, PdartsSearch)
        found = open_plan(setup.document, setup.network, setup.options)
        self.program, self.network, self.cells = found.program, found.stack.name, len(found.cells)
        self.setup, self.settings = setup, setup.recipe
        self.stages = len(self.settings.add_layers)
        for stage in range(self.stages):
            # a stack that has no such depth is refused now, not after hours
            open_plan(self.deeper(setup.document, stage), setup.network, self.options)
        self.stage, self.document = 0, self.deeper(setup.document, 0)
        super().__init__(setup, setup.supernet(self.document, self.options) if space is None else space)
        self.epochs = self.settings.epochs * self.stages

    def deeper(self, document: n.Document, stage: int) -> n.Document:
        """A document at the depth of a stage."""
        if not any(self.settings.add_layers) and self.setup.options.layers is None:
            return document
        return with_layers(document, self.network, self.cells + self.settings.add_layers[stage])

    @property
    def options(self) -> Options:
        """The options of a run but for its depth, which the text of a stage says."""
        return replace(self.setup.options, layers=None)

    def enter(self, stage: int, text: str) -> None:
        """Begin a stage: its text, fresh weights and strengths and their optimisers."""
        self.stage, self.document = stage, parse(Source(f"stages/{stage + 1}.nas", text))
        self.space = self.setup.supernet(self.document, self.options)
        self.weights = self.weight_optimizer()
        self.strengths = self.strength_optimizer()

    def narrower(self) -> n.Document:
        """What is left to choose behind this stage, at the depth of the next."""
        left, zero = {}, zero_operations(self.program)
        for name, rows in self.space.mixed().items():
            edges = self.space.dags[name].open_edges
            count = self.settings.drop[self.stage]
            left[name] = [
                without_weakest(edge.operations, row.tolist(), count, zero)
                for edge, row in zip(edges, rows, strict=True)
            ]
        document = narrowed(self.space.plan.program, self.space.dags, left)
        return self.deeper(document, self.stage + 1)

    def derive(self) -> n.Document:
        """The genotype, in the text that the search began with."""
        return derive_supernet(self.space, program=self.program)

    def moves_strengths(self, epoch: int) -> bool:
        return super().moves_strengths(epoch % self.settings.epochs)

    def rate(self, epoch: int) -> float:
        """The cosine begins anew in every stage."""
        at = epoch % self.settings.epochs
        return cosine(self.settings.lr, self.settings.lr_min, at, self.settings.epochs)

    def dropout(self, epoch: int) -> float:
        """The rate behind identities: falls evenly while the weights train alone, exponentially from there."""
        at, alone = epoch % self.settings.epochs, self.settings.weights_alone
        first = self.settings.dropout[self.stage]
        if at < alone:
            return first * (self.settings.epochs - at - 1) / self.settings.epochs
        return first * math.exp(-self.settings.dropout_decay * (at - alone))

    def begin_epoch(self, epoch: int) -> None:
        super().begin_epoch(epoch)
        self.space.set_rates(0.0, {SKIP: self.dropout(epoch)})

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        """Behind the last epoch of a stage the next one begins."""
        found = {"stage": float(self.stage + 1), **super().end_epoch(epoch, figures)}
        if (epoch + 1) % self.settings.epochs == 0 and self.stage + 1 < self.stages:
            text = to_text(self.narrower())
            self.run.write(f"stages/{self.stage + 2}.nas", text)
            self.enter(self.stage + 1, text)
        return found

    def extra(self) -> dict[str, Any]:
        return {"stage": self.stage, "document": to_text(self.document) if self.stage else ""}

    def load_extra(self, state: Mapping[str, Any]) -> None:
        if state["stage"]:
            self.enter(state["stage"], state["document"])

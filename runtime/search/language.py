"""What searches of recurrent cells share: two texts in columns, states carried on, optimisers, measuring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from nasc.compiler.language_supernet import LanguageSupernet
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.runtime.data.corpus import Corpus
from nasc.runtime.data.segments import Segment, columns, halved
from nasc.runtime.derive import derive_supernet
from nasc.runtime.language_settings import LanguageSearch
from nasc.runtime.loop import Figures
from nasc.runtime.perplexity import figures_of, measure
from nasc.runtime.run import Run
from nasc.runtime.search import open_language
from nasc.runtime.search.steps import frozen, gradients
from nasc.runtime.search.task import AnySearch, adam
from nasc.runtime.train_language import penalised


@dataclass(frozen=True)
class LanguageSetup:
    """One search: a document, the network of it that is searched, its recipe and a text; `limit` is the most steps."""

    run: Run
    document: n.Document
    network: str | None
    options: Options
    recipe: LanguageSearch
    corpus: Corpus
    seed: int = 0
    about: str = ""
    limit: int | None = None
    device: torch.device = torch.device("cpu")


@dataclass(frozen=True)
class Passage:
    """Words and what follows each of them, int64 (time, batch), and the state (layers, batch, channels) before them."""

    tokens: Tensor
    targets: Tensor
    hidden: Tensor


class LanguageSearchTask(AnySearch):
    """One search over a shared-weight language model; an algorithm is a subclass that says what a step is.

    The training part of the text moves the weights, the validation part the strengths, both in as many columns. The
    two states are carried from segment to segment, and begin with zeros in every epoch.
    """

    def __init__(self, setup: LanguageSetup, space: LanguageSupernet | None = None) -> None:
        self.setup, self.run, self.about, self.device = setup, setup.run, setup.about, setup.device
        self.settings = setup.recipe
        if space is None:
            space = open_language(setup.document, setup.network, setup.options)
        self.space: LanguageSupernet = space.to(self.device)
        self.train_rows = columns(setup.corpus.train, self.settings.batch).to(self.device)
        self.valid_rows = columns(setup.corpus.valid, self.settings.batch).to(self.device)
        self.epochs = self.settings.epochs
        self.weights = torch.optim.SGD(
            self.space.weights(), self.settings.lr, weight_decay=self.settings.weight_decay, foreach=True
        )
        self.strengths = self.strength_optimizer()
        self.segments: Sequence[Segment] = ()
        self.steps = 0
        self.hidden = self.valid_hidden = self.space.start(self.settings.batch)
        self.begin_epoch(0)

    # what algorithms change

    def strength_optimizer(self) -> torch.optim.Optimizer:
        """Adam over all strengths."""
        return adam(self.space, self.settings)

    def measured(self) -> dict[str, Any]:
        """What of the space is measured at the end of an epoch, as `LanguageSupernet.loss` takes it."""
        return {}

    def derive(self, epoch: int) -> n.Document:
        """The genotype that the search says at the end of an epoch."""
        return derive_supernet(self.space)

    # what they share

    def begin_epoch(self, epoch: int) -> None:
        self.segments = halved(len(self.train_rows), self.settings.bptt, self.setup.seed, epoch)[: self.setup.limit]
        self.steps = len(self.segments)
        self.space.set_dropouts(**self.settings.dropouts)

    def begin_step(self, step: int) -> Segment:
        """The segment of a step, at the first of an epoch with states of zeros; its length sets the learning rate."""
        if step == 0:
            self.hidden = self.valid_hidden = self.space.start(self.settings.batch)
        segment = self.segments[step]
        self.weights.param_groups[0]["lr"] = self.settings.lr * segment.wanted / self.settings.bptt
        self.space.train()
        return segment

    def train_passage(self, segment: Segment) -> Passage:
        """The words of a step from the training text."""
        return Passage(*segment.of(self.train_rows), self.hidden)

    def valid_passage(self, segment: Segment) -> Passage:
        """The words of a step from the validation text: where the training text is, over and over."""
        rows = len(self.valid_rows)
        start = segment.start % (rows - 1)
        length = min(self.settings.bptt, rows - 1 - start)
        return Passage(*Segment(start, length, length).of(self.valid_rows), self.valid_hidden)

    def weight_step(self, passage: Passage, **choice: Any) -> float:
        """Move the weights by the loss and its penalties, the gradient clipped; the loss. The state goes on."""
        with frozen(self.space.strengths()):
            found = self.space.loss(passage.tokens, passage.targets, passage.hidden, **choice)
            torch.autograd.backward(penalised(found, self.settings))
        if self.settings.clip:
            nn.utils.clip_grad_norm_(self.space.weights(), self.settings.clip, foreach=True)
        self.weights.step()
        # to None and not to zeros: what was not sampled has no gradient
        self.weights.zero_grad(set_to_none=True)
        self.hidden = found.hidden.detach()
        return float(found.nll.detach())

    def first_order(self, passage: Passage, **choice: Any) -> tuple[list[Tensor], float]:
        """The gradients of the strengths, one for each of `space.strengths()`, and the loss. The state goes on."""
        with frozen(self.space.weights()):
            found = self.space.loss(passage.tokens, passage.targets, passage.hidden, **choice)
            slopes = gradients(found.nll, self.space.strengths())
        self.valid_hidden = found.hidden.detach()
        return slopes, float(found.nll.detach())

    def move_strengths(self, slopes: Sequence[Tensor]) -> None:
        """Move the strengths along gradients, one for each of `space.strengths()`."""
        for strength, slope in zip(self.space.strengths(), slopes, strict=True):
            strength.grad = slope
        self.strengths.step()
        self.strengths.zero_grad(set_to_none=True)

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        """Measure on the validation text, and write the genotype that the strengths say now."""
        loss, _ = measure(
            self.space,
            self.setup.corpus.valid,
            self.settings.eval_batch,
            self.settings.bptt,
            self.device,
            self.setup.limit,
            **self.measured(),
        )
        measured = {**figures, **figures_of("train", figures["train_loss"]), **figures_of("valid", loss)}
        self.write(self.derive(epoch), epoch, f"valid perplexity {measured['valid_perplexity']:.1f}")
        return {"lr": self.settings.lr, **measured}

    def state(self) -> dict[str, Any]:
        return {**super().state(), "hidden": self.hidden, "valid_hidden": self.valid_hidden}

    def load_state(self, state: Mapping[str, Any]) -> None:
        super().load_state(state)
        self.hidden = state["hidden"].to(self.device)
        self.valid_hidden = state["valid_hidden"].to(self.device)

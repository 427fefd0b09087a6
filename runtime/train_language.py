"""Training a language model from scratch (DARTS, section A.4): segments of a text, SGD, and SGD averaged at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from nasc.compiler.language_model import LanguageLoss, LanguageModel
from nasc.runtime.data.corpus import Corpus
from nasc.runtime.data.segments import Segment, columns, drawn
from nasc.runtime.language_settings import LanguageRecipe, LanguageTraining
from nasc.runtime.loop import Figures
from nasc.runtime.perplexity import figures_of, measure


class LanguageTask:
    """One training on the training part of a text, measured on the validation part after every epoch.

    `keep` is called whenever that is better than ever before, with the weights that were measured in the model: those
    of the last step, or the averages once SGD is averaged. An epoch has as many steps as it has segments; their
    lengths are drawn anew for every epoch.
    """

    def __init__(
        self,
        model: LanguageModel,
        recipe: LanguageTraining,
        corpus: Corpus,
        seed: int,
        about: Mapping[str, Any],
        keep: Callable[[], object],
        limit: int | None = None,
        device: torch.device = torch.device("cpu"),
    ) -> None:
        self.model, self.recipe, self.corpus, self.seed = model.to(device), recipe, corpus, seed
        self.about, self.keep, self.limit, self.device = dict(about), keep, limit, device
        self.rows = columns(corpus.train, recipe.batch).to(device)
        self.epochs = recipe.epochs
        self.segments: Sequence[Segment] = ()
        self.steps = 0
        self.begin_epoch(0)
        self.hidden = model.start(recipe.batch)
        self.optimizer: torch.optim.Optimizer = torch.optim.SGD(
            model.parameters(), recipe.lr, weight_decay=recipe.weight_decay
        )
        self.losses: list[float] = []
        """Of the validation part, epoch by epoch, under SGD alone; with the averages only the best counts."""
        self.best = float("inf")
        self.done = 0
        """Words trained on by this process."""

    @property
    def averaged(self) -> bool:
        """Whether SGD is averaged already."""
        return isinstance(self.optimizer, torch.optim.ASGD)

    def begin_epoch(self, epoch: int) -> None:
        self.segments = drawn(len(self.rows), self.recipe.bptt, self.seed, epoch)[: self.limit]
        self.steps = len(self.segments)
        self.model.set_dropouts(**self.recipe.dropouts)

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        """One segment, from the state that the one before has left; at the beginning of an epoch from zeros."""
        segment = self.segments[step]
        if step == 0:
            self.hidden = self.model.start(self.recipe.batch)
        self.model.train()
        # long segments have more words to learn from, each of which moves the weights as much
        self.optimizer.param_groups[0]["lr"] = self.recipe.lr * segment.wanted / self.recipe.bptt
        tokens, targets = segment.of(self.rows)
        found = self.model.loss(tokens, targets, self.hidden)
        self.hidden = found.hidden.detach()
        torch.autograd.backward(penalised(found, self.recipe))
        if self.recipe.clip:
            nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.done += targets.numel()
        return {"train_loss": float(found.nll.detach())}, targets.numel()

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        """Measure on the validation part, keep what is best, and see whether SGD is to be averaged from now on."""
        recipe, averaged = self.recipe, self.averaged
        with self.averages():
            loss, _ = measure(self.model, self.corpus.valid, recipe.eval_batch, recipe.bptt, self.device)
            if loss < self.best:
                self.best = loss
                self.keep()
        if not averaged:
            if due(recipe, self.losses, loss):
                self.average()
            self.losses.append(loss)
        measured = {**figures_of("train", figures["train_loss"]), **figures_of("valid", loss)}
        return {"lr": recipe.lr, **measured, "best_valid_loss": self.best, "averaged": float(averaged)}

    def average(self) -> None:
        """Average SGD from now on (t0 = 0, lambd = 0): every step counts the same, from the second on as torch has it.

        Its rate is that of the step before.
        """
        self.optimizer = torch.optim.ASGD(
            self.model.parameters(), self.recipe.lr, t0=0, lambd=0.0, weight_decay=self.recipe.weight_decay
        )

    @contextmanager
    def averages(self) -> Iterator[None]:
        """The model with the averages in the place of its weights, as long as there are any."""
        kept = self.optimizer.state if self.averaged else {}
        found = {p: kept[p]["ax"] for p in self.model.parameters() if p in kept}
        before = {p: p.detach().clone() for p in found}
        with torch.no_grad():
            for p, average in found.items():
                p.copy_(average)
        try:
            yield
        finally:
            with torch.no_grad():
                for p, saved in before.items():
                    p.copy_(saved)

    def broken(self) -> str:
        return ""  # the loss says it

    def state(self) -> dict[str, Any]:
        """`model` is what would be measured now; `moving` what steps go on from, where that is something else."""
        moving = {name: tensor.clone() for name, tensor in self.model.state_dict().items()} if self.averaged else None
        with self.averages():
            model = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        return {
            "model": model,
            "moving": moving,
            "averaged": self.averaged,
            "optimizer": self.optimizer.state_dict(),
            "hidden": self.hidden,
            "losses": list(self.losses),
            "best": self.best,
            "about": self.about,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        self.model.load_state_dict(state["moving"] or state["model"])
        if state["averaged"] and not self.averaged:
            self.average()
        self.optimizer.load_state_dict(state["optimizer"])
        self.hidden = state["hidden"].to(self.device)
        self.losses, self.best = list(state["losses"]), float(state["best"])


def penalised(found: LanguageLoss, recipe: LanguageRecipe) -> Tensor:
    """The loss with what is added to it: the squares of the outputs (AR), and those of how they change (TAR)."""
    loss = found.nll
    if recipe.ar:
        loss = loss + recipe.ar * found.dropped.pow(2).mean()
    if recipe.tar and len(found.raw) > 1:
        loss = loss + recipe.tar * (found.raw[1:] - found.raw[:-1]).pow(2).mean()
    return loss


def due(recipe: LanguageTraining, losses: Sequence[float], loss: float) -> bool:
    """Whether SGD is to be averaged: a validation loss is no better than those before it, of which there are enough.

    `recent`: than all but the last `patience` of them (DARTS, EDNAS). `all`: than any of them (GDAS).
    """
    if recipe.averaging == "off" or len(losses) <= recipe.patience:
        return False
    earlier = losses[: len(losses) - recipe.patience] if recipe.averaging == "recent" else losses
    return loss > min(earlier)

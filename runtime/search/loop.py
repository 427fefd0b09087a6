"""The search: alternating steps of strengths and weights over the two halves of the training data (DARTS, alg. 1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from nasc.compiler.supernet import Supernet
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import fail
from nasc.dsl.printer import to_text
from nasc.runtime.data.augment import Transform
from nasc.runtime.data.images import Images
from nasc.runtime.derive import derive_supernet
from nasc.runtime.loop import Figures
from nasc.runtime.metrics import correct, cosine
from nasc.runtime.randomness import order
from nasc.runtime.recipe import DartsSearch
from nasc.runtime.run import Run
from nasc.runtime.search.darts import Batch, first_order, second_order, weight_step


class SearchTask:
    """One search by DARTS. The first part of the training data moves the weights, the rest the strengths."""

    def __init__(
        self,
        run: Run,
        space: Supernet,
        recipe: DartsSearch,
        data: Images,
        transform: Transform,
        seed: int,
        about: str,
        limit: int | None = None,
        device: torch.device = torch.device("cpu"),
    ) -> None:
        self.run, self.space, self.recipe, self.about = run, space.to(device), recipe, about
        self.transform, self.seed, self.device = transform, seed, device
        cut = int(len(data) * recipe.split)
        if cut < 1 or cut >= len(data):
            raise fail("E507", f"{len(data)} examples cannot be split into two parts", help="give the search more data")
        self.train, self.valid = data.subset(torch.arange(cut)), data.subset(torch.arange(cut, len(data)))
        self.epochs = recipe.epochs
        whole = -(-len(self.train) // recipe.batch)
        self.steps = min(whole, limit or whole)
        self.weights = torch.optim.SGD(
            space.weights(), recipe.lr, momentum=recipe.momentum, weight_decay=recipe.weight_decay, foreach=True
        )
        self.strengths = torch.optim.Adam(
            space.strengths(),
            recipe.strength_lr,
            betas=recipe.strength_betas,
            weight_decay=recipe.strength_weight_decay,
        )
        self.order: Tensor = torch.empty(0, dtype=torch.int64)
        self.found: n.Document | None = None

    def begin_epoch(self, epoch: int) -> None:
        """The cosine schedule counts epochs from zero and is set before the first step (not stepped behind it)."""
        rate = cosine(self.recipe.lr, self.recipe.lr_min, epoch, self.recipe.epochs)
        self.weights.param_groups[0]["lr"] = rate
        self.order = order(self.seed, len(self.train), epoch)
        self.space.train()

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        """Strengths first, on a fresh random batch of the validation part; then weights."""
        train = self.batch(self.train, self.order[step * self.recipe.batch :][: self.recipe.batch])
        valid = self.batch(self.valid, torch.randperm(len(self.valid))[: self.recipe.batch])
        valid_loss = self.strength_step(train, valid)
        loss, logits = self.weight_step(train)
        count = len(train[1])
        top1 = correct(logits, train[1], 1) / count
        return {"train_loss": loss, "train_top1": top1, "strength_loss": valid_loss}, count

    def strength_step(self, train: Batch, valid: Batch) -> float:
        """Move the strengths by Adam; the loss on the validation batch."""
        if self.recipe.order == 2:
            gradients, loss = second_order(self.space, self.weights, train, valid)
        else:
            gradients, loss = first_order(self.space, valid)
        for strength, gradient in zip(self.space.strengths(), gradients, strict=True):
            strength.grad = gradient
        self.strengths.step()
        self.strengths.zero_grad()
        return loss

    def weight_step(self, train: Batch) -> tuple[float, Tensor]:
        """Move the weights by SGD, their gradient clipped in norm; the loss and the logits before the step."""
        return weight_step(self.space, self.weights, train, self.recipe.clip)

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        """Measure on the validation part, and write the genotype that the strengths say now."""
        figures = {"lr": self.weights.param_groups[0]["lr"], **figures, **self.validate()}
        self.found = derive_supernet(self.space)
        head = (
            f"# nasc search, {self.run.asked['started']}: {self.about}, epoch {epoch + 1} of {self.epochs}, "
            f"valid accuracy {figures['valid_top1']:.1%}\n"
        )
        self.run.write(f"epochs/{epoch + 1:04d}.nas", head + to_text(self.found))
        if epoch + 1 == self.epochs:
            self.run.write("genotype.nas", head + to_text(self.found))
        return figures

    @torch.no_grad()
    def validate(self) -> Figures:
        """Loss and accuracy of the shared weights on the validation part, at most as many batches as a training epoch.

        The pictures are augmented as in training: that is how the original reports its search accuracy.
        """
        self.space.eval()
        loss, right, count = 0.0, 0, 0
        for chosen in torch.split(torch.arange(len(self.valid)), self.recipe.batch)[: self.steps]:
            pictures, labels = self.batch(self.valid, chosen)
            logits = self.space(pictures)
            assert isinstance(logits, Tensor)
            loss += float(F.cross_entropy(logits, labels, reduction="sum"))
            right += correct(logits, labels, 1)
            count += len(labels)
        return {"valid_loss": loss / count, "valid_top1": right / count}

    def batch(self, data: Images, chosen: Tensor) -> Batch:
        """The chosen examples, augmented, on the device."""
        return self.transform(data.pixels[chosen]).to(self.device), data.labels[chosen].to(self.device)

    def state(self) -> dict[str, Any]:
        return {
            "model": self.space.state_dict(),
            "weights": self.weights.state_dict(),
            "strengths": self.strengths.state_dict(),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        self.space.load_state_dict(state["model"])
        self.weights.load_state_dict(state["weights"])
        self.strengths.load_state_dict(state["strengths"])

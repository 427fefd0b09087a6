"""What searches over pictures share: data in two parts, optimisers, schedule, batches, measuring."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from nasc.compiler.supernet import Supernet
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import fail, many
from nasc.runtime.data.images import ImageSet
from nasc.runtime.derive import derive_supernet
from nasc.runtime.loop import Figures
from nasc.runtime.metrics import correct, cosine
from nasc.runtime.randomness import order
from nasc.runtime.search.parts import parts
from nasc.runtime.search.setup import Setup
from nasc.runtime.search.steps import Batch
from nasc.runtime.search.task import AnySearch, adam
from nasc.runtime.settings import Search, Split
from nasc.runtime.world import here


class SearchTask(AnySearch):
    """One search over a shared-weight network; an algorithm is a subclass that says what a `step` is.

    The first part of the training data moves the weights, the rest the strengths. Whatever an algorithm draws, it draws
    from torch's generator within a step, which the loop seeds. `space` is built from the setup unless given.
    """

    def __init__(self, setup: Setup, space: Supernet | None = None) -> None:
        assert isinstance(setup.recipe, Split)
        self.setup, self.run, self.about, self.device = setup, setup.run, setup.about, setup.device
        self.settings: Split = setup.recipe
        self.space: Supernet = setup.supernet() if space is None else space
        first, second = parts(self.settings, setup.data.labels, setup.seed)
        if not len(first) or not len(second):
            count = len(setup.data)
            message = f"{many(count, 'example')} cannot be split into two parts"
            raise fail("E507", message, help="give the search more data")
        self.train, self.valid = setup.data.subset(first), setup.data.subset(second)
        self.epochs = self.settings.epochs
        needed = -(-len(self.train) // self.settings.batch)
        self.steps = min(needed, setup.limit or needed)
        self.weights = self.weight_optimizer()
        self.strengths = self.strength_optimizer()
        self.order: Tensor = torch.empty(0, dtype=torch.int64)

    # what algorithms change

    @property
    def nesterov(self) -> bool:
        """Whether the momentum of SGD is Nesterov's."""
        return False

    def rate(self, epoch: int) -> float:
        """The learning rate of the weights in an epoch, by the cosine schedule over all of them."""
        return cosine(self.settings.lr, self.settings.lr_min, epoch, self.epochs)

    def derive(self) -> n.Document:
        """The genotype that the search says now."""
        return derive_supernet(self.space)

    def forward(self, pictures: Tensor) -> Tensor:
        """The logits that are measured at the end of an epoch."""
        logits = self.space(pictures)
        assert isinstance(logits, Tensor)
        return logits

    def weight_optimizer(self) -> torch.optim.Optimizer:
        """SGD with momentum over all weights."""
        return torch.optim.SGD(
            self.space.weights(),
            self.settings.lr,
            momentum=self.settings.momentum,
            weight_decay=self.settings.weight_decay,
            nesterov=self.nesterov and self.settings.momentum > 0,
            foreach=True,
        )

    def strength_optimizer(self) -> torch.optim.Optimizer:
        """Adam over all strengths."""
        assert isinstance(self.settings, Search)
        return adam(self.space, self.settings)

    # what they share

    def begin_epoch(self, epoch: int) -> None:
        """The cosine schedule counts epochs from zero and is set before the first step (not stepped behind it)."""
        rate = self.rate(epoch)
        for group in self.weights.param_groups:
            group["lr"] = rate
        self.order = order(self.setup.seed, len(self.train), epoch)
        self.space.train()

    def train_batch(self, step: int) -> Batch:
        """The examples of one step of the epoch from the first part of the data."""
        size = self.settings.batch
        return self.batch(self.train, self.order[step * size :][:size])

    def valid_batch(self) -> Batch:
        """Random examples of the second part, all different."""
        return self.batch(self.valid, torch.randperm(len(self.valid))[: self.settings.batch])

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        """Measure on the validation part, and write the genotype that the strengths say now."""
        figures = {"lr": self.weights.param_groups[0]["lr"], **figures, **self.validate()}
        self.write(self.derive(), epoch, f"valid accuracy {figures['valid_top1']:.1%}")
        return figures

    @torch.no_grad()
    def validate(self) -> Figures:
        """Loss and accuracy of the shared weights on the validation part, at most as many batches as a training epoch.

        The pictures are augmented as in training: that is how the original reports its search accuracy.
        """
        self.space.eval()
        loss, right, count = 0.0, 0.0, 0.0
        for chosen in torch.split(torch.arange(len(self.valid)), self.settings.batch)[: self.steps]:
            pictures, labels = self.batch(self.valid, chosen)
            logits = self.forward(pictures)
            loss += float(F.cross_entropy(logits, labels, reduction="sum"))
            right += correct(logits, labels, 1)
            count += len(labels)
        loss, right, count = here().total(loss, right, count)
        return {"valid_loss": loss / count, "valid_top1": right / count}

    def batch(self, data: ImageSet, chosen: Tensor) -> Batch:
        """Of the chosen examples this rank's share, augmented, on the device."""
        pixels, labels = data.take(here().share(chosen))
        with here().apart():
            pictures = self.setup.transform(pixels)
        return pictures.to(self.device), labels.to(self.device)

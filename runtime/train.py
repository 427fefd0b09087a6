"""Training a network from scratch, as its recipe says: SGD, a schedule, clipping, auxiliary head, drop path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from nasc.compiler.build import Network
from nasc.runtime import weights_file
from nasc.runtime.averages import Averages
from nasc.runtime.data.augment import Transform
from nasc.runtime.data.images import ImageSet
from nasc.runtime.held_out import HeldOut
from nasc.runtime.loop import Figures
from nasc.runtime.metrics import correct
from nasc.runtime.randomness import order
from nasc.runtime.schedules import drop_path, learning_rate
from nasc.runtime.settings import Training
from nasc.runtime.world import here


class TrainTask:
    """One training on all of the data it is given; the test data is not looked at.

    `scaler` scales the loss where gradients are in float16, `held` says how good an epoch is and keeps the best.
    """

    def __init__(
        self,
        model: Network,
        recipe: Training,
        data: ImageSet,
        transform: Transform,
        seed: int,
        about: Mapping[str, Any],
        limit: int | None = None,
        device: torch.device = torch.device("cpu"),
        scaler: torch.amp.GradScaler | None = None,
        held: HeldOut | None = None,
    ) -> None:
        self.model, self.recipe, self.data = model.to(device), recipe, data
        self.transform, self.seed, self.about, self.device = transform, seed, dict(about), device
        self.scaler, self.held = scaler, held
        self.epochs = recipe.epochs
        whole = -(-len(data) // recipe.batch)
        self.steps = min(whole, limit or whole)
        self.optimizer = torch.optim.SGD(
            model.parameters(),
            recipe.lr,
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
            nesterov=recipe.nesterov,
        )
        self.averages = Averages(self.model, recipe.ema) if recipe.ema else None
        self.best: dict[str, float] = {}
        """The epoch, from 1, with the highest accuracy on what is held out, and that accuracy."""
        self.order: Tensor = torch.empty(0, dtype=torch.int64)

    def begin_epoch(self, epoch: int) -> None:
        """The rates of the epoch, and the order of its examples."""
        self.set_rate(epoch, 0)
        self.model.set_rates(drop_path(self.recipe, epoch))
        self.order = order(self.seed, len(self.data), epoch)
        self.model.train()

    def set_rate(self, epoch: int, step: int) -> None:
        """The learning rate of a step, which is that of its epoch but for a warm-up."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.recipe, epoch, step / self.steps)

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        """Gradients of a batch, part by part, and a step of the optimiser."""
        self.set_rate(epoch, step)
        chosen = self.batch(step)
        for examples in (chosen, self.batch(step + 1)):  # read while the network computes
            parts = examples.chunk(self.recipe.accumulate)
            self.data.expect(torch.cat([here().share(part) for part in parts]))
        loss, right, seen = 0.0, 0, 0
        for part in chosen.chunk(self.recipe.accumulate):
            share, own = len(part) / len(chosen), here().share(part)
            of_part, right_there = self.gradients(own, share)
            loss, right, seen = loss + share * of_part, right + right_there, seen + len(own)
        self.update()
        return {"train_loss": loss, "train_top1": right / seen}, seen

    def batch(self, step: int) -> Tensor:
        """The examples of a step, by index; the last one of an epoch may have fewer."""
        return self.order[step * self.recipe.batch :][: self.recipe.batch]

    def gradients(self, chosen: Tensor, share: float) -> tuple[float, int]:
        """Add the gradients of the mean loss of some examples times their share of the batch; the loss, and how many
        are right. The loss is cross-entropy, and that of the auxiliary head times its weight.

        Of several ranks each is given examples of its own; the mean is over those of all.
        """
        pixels, labels = self.data.take(chosen)
        with here().apart():
            pictures = self.transform(pixels)
        pictures, labels = pictures.to(self.device), labels.to(self.device)
        out = self.model(pictures)
        logits, aux = out if isinstance(out, tuple) else (out, None)
        loss = F.cross_entropy(logits, labels, label_smoothing=self.recipe.label_smoothing)
        if aux is not None:
            extra = F.cross_entropy(aux, labels, label_smoothing=self.recipe.label_smoothing)
            loss = loss + self.recipe.auxiliary * extra
        loss = here().pooled(loss, len(labels))
        torch.autograd.backward(self.scaler.scale(loss * share) if self.scaler else loss * share)
        return float(loss.detach()), correct(logits, labels, 1)

    def update(self) -> None:
        """One step of the optimiser with the gradients there are, clipped; the averages follow."""
        here().mean([parameter.grad for parameter in self.model.parameters()])
        if self.scaler:
            self.scaler.unscale_(self.optimizer)
        if self.recipe.clip:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        if self.scaler:
            self.scaler.step(self.optimizer)
            self.scaler.update()
        else:
            self.optimizer.step()
        self.optimizer.zero_grad()
        if self.averages:
            self.averages.update(self.model)

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        """Measure on what is held out, and write the weights if they are the best so far: the averages if there are."""
        figures = {"lr": self.optimizer.param_groups[0]["lr"], **figures}
        if self.held is None:
            return figures
        figures |= self.held.measure(self.model, self.device)
        value, model = figures["valid_top1"], self.model
        if self.averages:
            model = self.averages.network
            figures |= self.held.measure(model, self.device, "ema_")
            value = figures["ema_valid_top1"]
        if not self.best or value > self.best["valid_top1"]:
            self.best = {"epoch": epoch + 1, "valid_top1": value}
            weights_file.save(self.held.file, model, self.about)
        return figures

    def broken(self) -> str:
        return ""  # the loss says it

    def state(self) -> dict[str, Any]:
        state = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "about": self.about}
        if self.scaler:
            state["scaler"] = self.scaler.state_dict()
        if self.averages:
            state["averages"] = self.averages.state()
        return {**state, "best": self.best}

    def load_state(self, state: Mapping[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.scaler:
            self.scaler.load_state_dict(state["scaler"])
        if self.averages:
            self.averages.load_state(state["averages"])
        self.best = dict(state["best"])

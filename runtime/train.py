"""Training a network from scratch (DARTS, section A.2): SGD, cosine, clipping, auxiliary head, drop path, cutout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from nasc.compiler.build import Network
from nasc.runtime.data.augment import Transform
from nasc.runtime.data.images import Images
from nasc.runtime.loop import Figures
from nasc.runtime.metrics import correct, cosine
from nasc.runtime.randomness import order
from nasc.runtime.settings import Training


class TrainTask:
    """One training on all of the training data; the test data is not looked at."""

    def __init__(
        self,
        model: Network,
        recipe: Training,
        data: Images,
        transform: Transform,
        seed: int,
        about: Mapping[str, Any],
        limit: int | None = None,
        device: torch.device = torch.device("cpu"),
    ) -> None:
        self.model, self.recipe, self.data = model.to(device), recipe, data
        self.transform, self.seed, self.about, self.device = transform, seed, dict(about), device
        self.epochs = recipe.epochs
        whole = -(-len(data) // recipe.batch)
        self.steps = min(whole, limit or whole)
        self.optimizer = torch.optim.SGD(
            model.parameters(), recipe.lr, momentum=recipe.momentum, weight_decay=recipe.weight_decay
        )
        self.order: Tensor = torch.empty(0, dtype=torch.int64)

    def begin_epoch(self, epoch: int) -> None:
        """Learning rate by the cosine, drop path growing with the epochs: p * e / E, both with e from zero."""
        rate = cosine(self.recipe.lr, self.recipe.lr_min, epoch, self.recipe.epochs)
        self.optimizer.param_groups[0]["lr"] = rate
        self.model.set_rates(self.recipe.drop_path * epoch / self.recipe.epochs)
        self.order = order(self.seed, len(self.data), epoch)
        self.model.train()

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        """Cross-entropy, and that of the auxiliary head times its weight."""
        chosen = self.order[step * self.recipe.batch :][: self.recipe.batch]
        pixels, labels = self.data.take(chosen)
        pictures, labels = self.transform(pixels).to(self.device), labels.to(self.device)
        out = self.model(pictures)
        logits, aux = out if isinstance(out, tuple) else (out, None)
        loss = F.cross_entropy(logits, labels, label_smoothing=self.recipe.label_smoothing)
        if aux is not None:
            extra = F.cross_entropy(aux, labels, label_smoothing=self.recipe.label_smoothing)
            loss = loss + self.recipe.auxiliary * extra
        torch.autograd.backward(loss)
        if self.recipe.clip:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        self.optimizer.step()
        self.optimizer.zero_grad()
        count = len(labels)
        return {"train_loss": float(loss.detach()), "train_top1": correct(logits, labels, 1) / count}, count

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        return {"lr": self.optimizer.param_groups[0]["lr"], **figures}

    def broken(self) -> str:
        return ""  # the loss says it

    def state(self) -> dict[str, Any]:
        return {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "about": self.about}

    def load_state(self, state: Mapping[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])

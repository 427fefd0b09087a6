"""EDNAS (Lee, Kim and Han, 2019): a policy over structure and operations, and shared weights, by turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from nasc.compiler.choice import Choices, Rows
from nasc.compiler.language_supernet import LanguageSupernet
from nasc.compiler.sampled import Chosen
from nasc.compiler.space import zero_operations
from nasc.compiler.supernet import Supernet
from nasc.dsl import nodes as n
from nasc.runtime.language_settings import EdnasLanguageSearch
from nasc.runtime.loop import Figures
from nasc.runtime.metrics import correct
from nasc.runtime.randomness import order
from nasc.runtime.search.ednas_policy import Policy, policy_by
from nasc.runtime.search.explore import TRIES, Excess, excess_of, nearest
from nasc.runtime.search.loop import SearchTask
from nasc.runtime.search.setup import Setup
from nasc.runtime.search.steps import Batch, weight_step
from nasc.runtime.settings import EdnasSearch
from nasc.runtime.world import here


def open_policy(space: Supernet | LanguageSupernet, own: EdnasSearch | EdnasLanguageSearch) -> Policy:
    """The policy of a search, whose logits of operations are the strengths of its network."""
    return policy_by(own, space.dags, zero_operations(space.plan.program), space.alphas)


class EdnasTask(SearchTask):
    """Each epoch first trains the weights of sampled architectures, then the policy on what samples are worth.

    The first part of the data moves the weights, the second the policy: a sample's reward is its accuracy on one batch,
    with the running statistics of all. The strengths of the shared-weight network are the policy's logits.
    """

    policy: Policy

    def __init__(self, setup: Setup, space: Supernet | None = None) -> None:
        super().__init__(setup, space)
        needed = -(-len(self.valid) // self.own.policy_batch)
        self.weight_steps = self.steps
        self.steps += min(needed, setup.limit or needed)
        self.policy_order: Tensor = torch.empty(0, dtype=torch.int64)
        self.held: Chosen | None = None
        self.is_last = False
        self.ones = ones(self.space)

    @property
    def own(self) -> EdnasSearch:
        assert isinstance(self.settings, EdnasSearch)
        return self.settings

    @property
    def nesterov(self) -> bool:
        return self.own.nesterov

    def strength_optimizer(self) -> torch.optim.Optimizer:
        """The policy's own: Adam over the logits of structure and operations."""
        self.policy = open_policy(self.space, self.own).to(self.device)
        return self.policy.optimizer

    def rate(self, epoch: int) -> float:
        """By the cosine, or `lr` times the factor of the last milestone."""
        if self.own.schedule == "cosine":
            return super().rate(epoch)
        passed = sum(epoch >= milestone for milestone in self.own.milestones)
        return self.own.lr * (1.0, *self.own.factors)[passed]

    def warmed(self, epoch: int, step: int) -> float:
        """The rate in a step of the weights: that of the epoch times F + (1 - F) (e + done) / W while it warms up."""
        if epoch >= self.own.warm_up:
            return self.rate(epoch)
        first, done = self.own.warm_up_from, step / self.weight_steps
        return self.rate(epoch) * (first + (1 - first) * (epoch + done) / self.own.warm_up)

    def begin_epoch(self, epoch: int) -> None:
        super().begin_epoch(epoch)
        self.policy_order = order(self.setup.seed, len(self.valid), "policy", epoch)

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        if step < self.weight_steps:
            for group in self.weights.param_groups:
                group["lr"] = self.warmed(epoch, step)
            return self.weight_step(step)
        return self.policy_step(step - self.weight_steps)

    def weight_step(self, step: int) -> tuple[Figures, int]:
        """Move the weights of a sample, which is held for as many steps as the recipe says."""
        if self.held is None or step % self.own.hold == 0:
            self.held = self.policy.draw().chosen
        self.space.train()
        train = self.train_batch(step)
        loss, logits = weight_step(self.space, self.weights, train, self.own.clip, self.ones, self.held)
        count = len(train[1])
        return {"train_loss": loss, "train_top1": correct(logits, train[1], 1) / count}, count

    def policy_step(self, step: int) -> tuple[Figures, int]:
        """Tell the policy what a new sample is worth."""
        sample = self.policy.draw()
        size = self.own.policy_batch
        batch = self.batch(self.valid, self.policy_order[step * size :][:size])
        value = self.accuracy(sample.chosen, [batch])
        self.policy.reward(sample, value)
        return {"reward": value}, len(batch[1])

    @torch.no_grad()
    def accuracy(self, chosen: Chosen, batches: Sequence[Batch]) -> float:
        """The share of pictures that an architecture gets right with the shared weights."""
        self.space.eval()
        right = sum(correct(self.logits(pictures, chosen), labels, 1) for pictures, labels in batches)
        right_of_all, count = here().total(right, sum(len(labels) for _, labels in batches))
        return right_of_all / count

    def logits(self, pictures: Tensor, chosen: Chosen) -> Tensor:
        """What one architecture says."""
        logits = self.space(pictures, self.ones, chosen)
        assert isinstance(logits, Tensor)
        return logits

    def forward(self, pictures: Tensor) -> Tensor:
        """The logits of the most probable architecture."""
        return self.logits(pictures, self.policy.likeliest().chosen)

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        self.is_last = epoch + 1 == self.epochs
        return {**super().end_epoch(epoch, figures), "baseline": float(self.policy.baseline)}

    def derive(self) -> n.Document:
        """The best of some samples after the last epoch, all measured on the same batches; else the most probable.

        One that meets what the text requires goes before one that does not.
        """
        choices = Choices(self.space.plan.program, self.space.dags)
        excess = excess_of(choices)
        if not (self.is_last and self.own.samples):
            return choices.document(self.likeliest(excess))
        every = torch.split(torch.arange(len(self.valid)), self.own.policy_batch)
        batches = [self.batch(self.valid, some) for some in every[: self.own.score_batches]]
        drawn = [listed(self.policy.draw().chosen) for _ in range(self.own.samples)]
        # the first of equal ones
        best = max(drawn, key=lambda rows: (excess(rows) == 0, self.accuracy(rows, batches)))
        return choices.document(best)

    def likeliest(self, excess: Excess) -> Rows:
        """The most probable architecture; where it does not meet what is required, the most probable draw that does."""
        best = listed(self.policy.likeliest().chosen)
        if excess(best) == 0:
            return best
        drawn = sorted((self.policy.draw() for _ in range(TRIES)), key=lambda one: -float(one.log_probability.detach()))
        return nearest([best, *(listed(sample.chosen) for sample in drawn)], excess)

    def extra(self) -> dict[str, Any]:
        return {"policy": self.policy.state_dict(), "held": listed(self.held) if self.held is not None else None}

    def load_extra(self, state: Mapping[str, Any]) -> None:
        self.policy.load_state_dict(state["policy"])
        self.held = state["held"]


def listed(chosen: Chosen) -> Rows:
    """A sample in plain lists."""
    return {name: [list(row) for row in rows] for name, rows in chosen.items()}


def ones(space: Supernet) -> dict[str, list[Tensor]]:
    """What sampled operations count for: one each, as in the decided network."""
    like = next(space.parameters())
    return {name: [like.new_ones(len(edge.operations)) for edge in dag.open_edges] for name, dag in space.dags.items()}

"""EDNAS on recurrent cells (Lee, Kim and Han, 2019): a policy over sources and activations, and shared weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from nasc.compiler.choice import Choices, Rows
from nasc.compiler.sampled import Chosen
from nasc.dsl import nodes as n
from nasc.runtime.data.segments import Segment, regular
from nasc.runtime.language_settings import EdnasLanguageSearch
from nasc.runtime.loop import Figures
from nasc.runtime.perplexity import measure, perplexity
from nasc.runtime.search.ednas import listed, open_policy
from nasc.runtime.search.ednas_policy import Policy
from nasc.runtime.search.language import LanguageSearchTask, Passage


class EdnasLanguageTask(LanguageSearchTask):
    """Each epoch first trains the weights of sampled cells, then the policy on what samples are worth.

    A sample is worth `reward` / perplexity on one segment of the validation text, without dropout and with the running
    statistics of all samples; the state is what the sample before has left. The strengths are the policy's logits.
    """

    policy: Policy
    held: Chosen | None = None
    weight_steps = 0

    @property
    def own(self) -> EdnasLanguageSearch:
        """The settings."""
        assert isinstance(self.settings, EdnasLanguageSearch)
        return self.settings

    def strength_optimizer(self) -> torch.optim.Optimizer:
        """The policy's own: Adam over the logits of sources and activations."""
        self.policy = open_policy(self.space, self.own).to(self.device)
        return self.policy.optimizer

    def begin_epoch(self, epoch: int) -> None:
        super().begin_epoch(epoch)
        self.weight_steps = self.steps
        self.steps += len(self.policy_segments())

    def policy_segments(self) -> Sequence[Segment]:
        """Where the policy learns: once through the validation text."""
        return regular(len(self.valid_rows), self.settings.bptt)[: self.setup.limit]

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        if step < self.weight_steps:
            return self.child_step(step)
        return self.policy_step(step - self.weight_steps)

    def child_step(self, step: int) -> tuple[Figures, int]:
        """Move the weights of a sample, which is held for as many steps as the recipe says."""
        if self.held is None or step % self.own.hold == 0:
            self.held = self.policy.draw().chosen
        train = self.train_passage(self.begin_step(step))
        return {"train_loss": self.weight_step(train, chosen=self.held)}, train.targets.numel()

    def policy_step(self, step: int) -> tuple[Figures, int]:
        """Tell the policy what a new sample is worth."""
        sample = self.policy.draw()
        segment = self.policy_segments()[step]
        passage = Passage(*segment.of(self.valid_rows), self.valid_hidden)
        loss, self.valid_hidden = self.heard(sample.chosen, passage)
        value = self.own.reward / perplexity(loss)
        self.policy.reward(sample, value)
        return {"reward": value}, passage.targets.numel()

    @torch.no_grad()
    def heard(self, chosen: Chosen, passage: Passage) -> tuple[float, torch.Tensor]:
        """The loss of a sample with the shared weights, and the state behind it."""
        self.space.eval()
        found = self.space.loss(passage.tokens, passage.targets, passage.hidden, chosen=chosen)
        return float(found.nll), found.hidden

    def loss_of(self, chosen: Chosen) -> float:
        """The mean loss of a sample on the first segments of the validation text, in the columns it is measured in."""
        own, valid = self.own, self.setup.corpus.valid
        return measure(self.space, valid, own.eval_batch, own.bptt, self.device, own.score_batches, chosen=chosen)[0]

    def measured(self) -> dict[str, Any]:
        """The most probable cell."""
        return {"chosen": self.policy.likeliest().chosen}

    def derive(self, epoch: int) -> n.Document:
        """The best of some samples after the last epoch, all measured on the same words; else the most probable."""
        choices = Choices(self.space.plan.program, self.space.dags)
        best = listed(self.policy.likeliest().chosen)
        if epoch + 1 == self.epochs and self.own.samples:
            drawn: list[Rows] = [listed(self.policy.draw().chosen) for _ in range(self.own.samples)]
            best = min(drawn, key=self.loss_of)  # the first of equal ones
        return choices.document(best)

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        return {**super().end_epoch(epoch, figures), "baseline": float(self.policy.baseline)}

    def extra(self) -> dict[str, Any]:
        return {"policy": self.policy.state_dict(), "held": listed(self.held) if self.held is not None else None}

    def load_extra(self, state: Mapping[str, Any]) -> None:
        self.policy.load_state_dict(state["policy"])
        self.held = state["held"]

"""The shared-weight language model of a space of recurrent cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from nasc.compiler.language_model import LanguageModel
from nasc.compiler.language_plan import LanguagePlan
from nasc.compiler.strengths import Mixing, Strengths

LanguageWeights = Mapping[str, Sequence[Tensor] | Tensor]
"""For each open cell by name what every operation of every open edge counts for: rows are edges."""
LanguageChosen = Mapping[str, Sequence[Sequence[int]]]
"""For each open cell by name, for every open edge in textual order the operations that run; none: no edge."""


class LanguageSupernet(Strengths, LanguageModel):
    """A language model whose open cells run all that their edges may be, weighted by strengths.

    A state is the sum over its edges of what each activation but `none` makes, times its weight; `none` has a share of
    the softmax all the same. All edges of a state go through its one matrix, whatever is chosen. `forward` and `loss`
    take `weights`, else the strengths say them; with `chosen` only those operations run, times their `weights` if
    these are given too.
    """

    def __init__(self, plan: LanguagePlan, mixing: Mixing = "softmax", optimize: bool = True) -> None:
        super().__init__(plan, optimize)
        self.begin({c.placement.choice: c.dag for c in plan.cells if c.dag.open}, mixing)

    def features(
        self, tokens: Tensor, hidden: Tensor | None = None, masks: Any = None, **choice: Any
    ) -> tuple[Tensor, Tensor, Tensor]:
        """As in `LanguageModel`, the strengths made weights once for all layers and steps of time."""
        if choice.get("weights") is None and choice.get("chosen") is None:
            choice = {**choice, "weights": self.mixed()}
        return super().features(tokens, hidden, masks, **choice)

    def run(
        self,
        index: int,
        cell: nn.Module,
        x: Tensor,
        hidden: Tensor,
        x_mask: Tensor | None,
        h_mask: Tensor | None,
        weights: LanguageWeights | None = None,
        chosen: LanguageChosen | None = None,
    ) -> Tensor:
        """One recurrent layer."""
        name = self.plan.cells[index].placement.choice
        rows = weights.get(name) if weights is not None else None
        columns = chosen.get(name) if chosen is not None else None
        found: Tensor = cell(x, hidden, x_mask, h_mask, rows, columns)
        return found

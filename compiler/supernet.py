"""The shared-weight network of a space: every operation of every open edge, and a strength for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from nasc.compiler.build import Network, PlacedWeights, Weights
from nasc.compiler.expand import Plan
from nasc.compiler.graph import WEIGH
from nasc.compiler.language_plan import LanguagePlan
from nasc.compiler.passes.rewriting import Pass
from nasc.compiler.plan import AnyPlan
from nasc.compiler.sampled import Chosen, PlacedChosen
from nasc.compiler.strengths import MIXINGS, SPREAD, Mixing, Strengths, edge_shares, places, shapes

__all__ = ["MIXINGS", "SPREAD", "Mixing", "Supernet", "edge_shares", "places", "shapes", "weighed"]


class Supernet(Strengths, Network):
    """A network whose open cells run all their operations, weighted by strengths."""

    def __init__(
        self,
        plan: Plan,
        mixing: Mixing = "softmax",
        auxiliary: bool = False,
        changes: Sequence[Pass] = (),
        channels_last: bool = False,
    ) -> None:
        super().__init__(plan, auxiliary, changes, channels_last)
        self.begin({c.placement.choice: c.dag for c in plan.cells if c.dag.open}, mixing, weighed(plan))

    def forward(
        self,
        x: Tensor,
        weights: Weights | PlacedWeights | None = None,
        chosen: Chosen | PlacedChosen | None = None,
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Logits with the operations weighted by `weights`, else as the strengths say; `chosen` ones only, if given."""
        given = self.mixed() if weights is None else weights
        if shares := self.shares():
            if isinstance(given, Mapping):
                given = {name: _weighed(rows, shares.get(name)) for name, rows in given.items()}
            else:
                given = [_weighed(rows, shares.get(name or "")) for name, rows in zip(self.choices, given, strict=True)]
        return super().forward(x, given, chosen)


def _weighed(rows: Any, shares: Tensor | None) -> Any:
    """What the operations of a cell count for, and behind it what its edges do."""
    return rows if shares is None else [*rows, shares]


def weighed(plan: AnyPlan) -> list[str]:
    """The names of the open cells whose edges have strengths of their own; in language models none has."""
    if isinstance(plan, LanguagePlan):
        return []
    found = (c.placement.choice for c in plan.cells if any(step.kind == WEIGH for step in c.graph.steps))
    return list(dict.fromkeys(found))

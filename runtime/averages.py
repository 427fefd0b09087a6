"""A moving average of a network's weights, kept beside them: `ema` of a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from nasc.compiler.build import Network


class Averages:
    """After each step average = decay average + (1 - decay) weights; it begins with the weights after the first.

    What batch-norm gathers is averaged too, counts of batches rounded down: the averages are a network of their own.
    """

    def __init__(self, model: Network, decay: float) -> None:
        self.model = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)  # type: ignore[no-untyped-call]

    @property
    def network(self) -> Network:
        """The network with the averages as its weights."""
        found = self.model.module
        assert isinstance(found, Network)
        return found

    def update(self, model: Network) -> None:
        """Take in the weights after a step."""
        self.model.update_parameters(model)

    def state(self) -> dict[str, Any]:
        """The averages, and how many steps they are of."""
        return {"model": self.network.state_dict(), "steps": self.model.n_averaged}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `state` gave."""
        self.network.load_state_dict(state["model"])
        self.model.n_averaged.copy_(state["steps"])

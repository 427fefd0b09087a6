"""A moving average of a network's weights, kept beside them: `ema` of a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from nasc.compiler.build import Network

Tensors = tuple[Tensor, ...] | list[Tensor]


class Averages:
    """After step n average = d average + (1 - d) weights, d the decay, or (1 + n) / (10 + n) where that is smaller.

    It begins with the weights after step 0. Without the smaller d of the first steps short runs would average over
    weights that have learned nothing (TensorFlow's `ExponentialMovingAverage` has the same). What batch-norm gathers is
    averaged too, counts of batches rounded down: the averages are a network of their own.
    """

    def __init__(self, model: Network, decay: float) -> None:
        def average(averages: Tensors, weights: Tensors, steps: Tensor | int) -> None:
            done = int(steps)
            now = min(decay, (1 + done) / (10 + done))
            get_ema_multi_avg_fn(now)(averages, weights, steps)  # type: ignore[no-untyped-call]

        self.model = AveragedModel(model, multi_avg_fn=average, use_buffers=True)

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

"""What a network needs to run in a world of several ranks: chance of its own, and one set of statistics to measure by.

Dropout and drop path are drawn for each rank on its own, and leave what all ranks draw as it was. In evaluation every
rank takes the running statistics of rank 0, whose checkpoint holds them.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from torch import nn

from nasc.runtime.world import World


class Apart:
    """The two hooks around the forward pass of one network."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.entered: list[AbstractContextManager[None]] = []

    def before(self, network: nn.Module, given: Any) -> None:
        if not network.training:
            self.world.same(list(network.buffers()))
        self.entered.append(self.world.apart())
        self.entered[-1].__enter__()

    def after(self, network: nn.Module, given: Any, result: Any) -> None:
        self.entered.pop().__exit__(None, None, None)


def keep_apart(network: nn.Module, world: World) -> None:
    """Have a network run so; nothing is changed where there is one rank."""
    if world.size > 1:
        hooks = Apart(world)
        network.register_forward_pre_hook(hooks.before)
        network.register_forward_hook(hooks.after, always_call=True)

"""Cells whose values are computed again for the gradient and not kept: memory for time (Chen et al., 2016)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


def recomputed(cell: nn.Module, run: Callable[..., Tensor], *inputs: Any) -> Tensor:
    """`run(*inputs)`, of which only the inputs are kept; what it draws at random it draws again.

    `cell` holds the buffers that it moves: they move once, as running statistics have to.
    """

    def contexts() -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
        return nullcontext(), _Unmoved(cell)

    result: Tensor = checkpoint(run, *inputs, use_reentrant=False, context_fn=contexts)
    return result


class _Unmoved:
    """Puts the buffers back as they were. Entered once for each time that gradients go through the cell."""

    def __init__(self, cell: nn.Module) -> None:
        self.cell = cell
        self.before: list[Tensor] = []

    def __enter__(self) -> None:
        self.before = [buffer.clone() for buffer in self.cell.buffers()]

    def __exit__(self, *_: object) -> None:
        for buffer, saved in zip(self.cell.buffers(), self.before, strict=True):
            # past autograd, which otherwise takes it for a change of what it has kept
            buffer.data.copy_(saved)
        self.before = []

"""Cells whose values are computed again for the gradient and not kept: memory for time (Chen et al., 2016)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


def recomputed(cell: nn.Module, run: Callable[..., Tensor], *inputs: Any) -> Tensor:
    """`run(*inputs)`, of which only the inputs are kept; what it draws at random it draws again.

    `cell` holds the buffers that it moves: they move once, as running statistics have to.
    """

    def contexts() -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
        return nullcontext(), _unmoved(cell)

    result: Tensor = checkpoint(run, *inputs, use_reentrant=False, context_fn=contexts)
    return result


@contextmanager
def _unmoved(cell: nn.Module) -> Iterator[None]:
    """Put the buffers back as they were."""
    before = [buffer.clone() for buffer in cell.buffers()]
    try:
        yield
    finally:
        for buffer, saved in zip(cell.buffers(), before, strict=True):
            # past autograd, which otherwise takes it for a change of what it has kept
            buffer.data.copy_(saved)

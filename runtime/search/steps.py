"""The pieces that steps of searches are made of: losses, gradients of what is needed alone, moving the weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nasc.compiler.build import PlacedWeights, Weights
from nasc.compiler.sampled import Chosen, PlacedChosen
from nasc.compiler.supernet import Supernet
from nasc.runtime.world import here

Batch = tuple[Tensor, Tensor]
"""Pictures (N, channels, height, width) and labels (N,)."""


def loss_of(model: nn.Module, batch: Batch) -> Tensor:
    """Cross-entropy of one batch, of which every rank has a share."""
    return cross_entropy(model(batch[0]), batch[1])


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """The mean over the examples of all ranks."""
    return here().pooled(F.cross_entropy(logits, labels), len(labels))


def weight_step(
    space: Supernet,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    clip: float,
    weights: Weights | PlacedWeights | None = None,
    chosen: Chosen | PlacedChosen | None = None,
) -> tuple[float, Tensor]:
    """Move the weights, their gradient clipped in norm (0: not at all); the loss and the logits before the step.

    Operations are weighted by `weights`, else as the strengths say; with `chosen` only these run, and no others move.
    """
    parameters = space.weights()
    with frozen(space.strengths()):
        logits = space(batch[0], weights, chosen)
        assert isinstance(logits, Tensor)
        loss = cross_entropy(logits, batch[1])
        torch.autograd.backward(loss)
    here().mean([parameter.grad for parameter in parameters])
    if clip:
        torch.nn.utils.clip_grad_norm_(parameters, clip, foreach=True)
    optimizer.step()
    # to None and not to zeros: momentum must not move what was not sampled
    optimizer.zero_grad(set_to_none=True)
    return float(loss.detach()), logits.detach()


def clipped(found: Sequence[Tensor], clip: float) -> Sequence[Tensor]:
    """Gradients scaled so that their common norm is at most `clip` (0: as they are)."""
    if not clip:
        return found
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in found]))
    # the small number is that of `torch.nn.utils.clip_grad_norm_`
    return [g * (clip / (norm + 1e-6)).clamp(max=1.0) for g in found]


def move_strengths(space: Supernet, optimizer: torch.optim.Optimizer, found: Sequence[Tensor]) -> None:
    """Move the strengths along gradients, one for each of `space.strengths()`."""
    for strength, gradient in zip(space.strengths(), found, strict=True):
        strength.grad = gradient
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


@contextmanager
def frozen(parameters: Sequence[Tensor]) -> Iterator[None]:
    """Build no gradients for these: what a step does not move costs nothing but its forward pass.

    Holds the backward pass too, in which cells may be computed again.
    """
    needed = [p.requires_grad for p in parameters]
    for p in parameters:
        p.requires_grad_(False)
    try:
        yield
    finally:
        for p, before in zip(parameters, needed, strict=True):
            p.requires_grad_(before)


def gradients(loss: Tensor, parameters: Sequence[Tensor]) -> list[Tensor]:
    """The gradients of a loss, the same on every rank; zeros for what it does not depend on."""
    given = torch.autograd.grad(loss, list(parameters), allow_unused=True)
    found = [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, given, strict=True)]
    here().mean(found)
    return found

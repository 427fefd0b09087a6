"""The ablation loss of D-DARTS: what each cell contributes, measured by a network in which that cell is noise.

The marginal contribution of a cell is CE - CE without it, where every operation of the cell counts for a random number
instead of what its strength says. The loss of cell i is (MC_i - mean MC) / mean MC. The authors' code computes it as a
number, so that it moves nothing; `gradients` are those that it has when contributions are taken as functions of the
strengths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor

from nasc.compiler.supernet import Supernet
from nasc.runtime.search.steps import Batch, cross_entropy, frozen
from nasc.runtime.search.steps import gradients as gradients_of

Noise = Mapping[str, Tensor | Sequence[Tensor]]
"""For each open cell by name what its operations count for while it is ablated: rows are open edges."""


@dataclass(frozen=True)
class Contributions:
    """The marginal contribution of every open cell, in order of their names in `space.dags`: shape (cells,).

    `slopes` has for every ablated cell the gradients of that loss, one for each of `space.strengths()`; none if they
    were not asked for.
    """

    marginal: Tensor
    slopes: Sequence[Sequence[Tensor]] = ()

    def losses(self) -> Tensor:
        """The ablation loss of every cell, (cells,); zeros where contributions cancel out. Their mean is zero."""
        mean = self.marginal.mean()
        if mean == 0:
            return torch.zeros_like(self.marginal)
        return (self.marginal - mean) / mean

    def gradients(self, whole: Sequence[Tensor], owners: Sequence[int]) -> list[Tensor]:
        """The gradient of each cell's ablation loss by its own strengths, one tensor for each of `space.strengths()`.

        `whole` are the gradients of the cross-entropy of the whole network; `owners` says for each which cell it
        belongs to.
        """
        mean = self.marginal.mean()
        if mean == 0:
            return [torch.zeros_like(g) for g in whole]
        found = []
        for index, (gradient, cell) in enumerate(zip(whole, owners, strict=True)):
            ablated = [slopes[index] for slopes in self.slopes]
            of_mean = gradient - torch.stack(ablated).mean(0)
            # where a cell is ablated its strengths do nothing: ablated[cell] is zero
            found.append((gradient - ablated[cell]) / mean - self.marginal[cell] / mean**2 * of_mean)
        return found


def random_weights(space: Supernet) -> Noise:
    """A number drawn evenly from [0, 1) for every operation of every open cell."""
    found: dict[str, Tensor | Sequence[Tensor]] = {}
    with torch.no_grad():
        for name, given in space.mixed().items():
            found[name] = torch.rand_like(given) if isinstance(given, Tensor) else [torch.rand_like(g) for g in given]
    return found


def contributions(space: Supernet, batch: Batch, whole: float, noise: Noise, slopes: bool = False) -> Contributions:
    """The marginal contribution of every open cell on a batch; `whole` is the cross-entropy of the whole network.

    Cells that share their strengths are ablated together. Statistics of batch-norm stay as they are: what an ablated
    network computes is no part of what is measured in evaluation.
    """
    buffers = list(space.buffers())
    saved = [buffer.clone() for buffer in buffers]
    losses, found = [], []
    for name in space.dags:
        with frozen(space.weights()), torch.set_grad_enabled(slopes):
            logits = space(batch[0], {**space.mixed(), name: noise[name]})
            assert isinstance(logits, Tensor)
            loss = cross_entropy(logits, batch[1])
            if slopes and loss.requires_grad:
                found.append(gradients_of(loss, space.strengths()))
            elif slopes:  # the only open cell is the one ablated
                found.append([torch.zeros_like(strength) for strength in space.strengths()])
        losses.append(loss.detach())
    with torch.no_grad():
        for buffer, before in zip(buffers, saved, strict=True):
            buffer.copy_(before)
    return Contributions(whole - torch.stack(losses), found)


def owners(space: Supernet) -> list[int]:
    """For each of `space.strengths()` the cell that it belongs to, by its place in `space.dags`."""
    counts = (1 if isinstance(given, Tensor) else len(given) for given in space.alphas.values())
    return list(chain.from_iterable([cell] * count for cell, count in enumerate(counts)))

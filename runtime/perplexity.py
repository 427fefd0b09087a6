"""How well a language model foretells a text: the loss of every word, with the state carried through all of it."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from nasc.compiler.language_model import LanguageModel
from nasc.runtime.data.segments import columns, regular
from nasc.runtime.loop import Figures

LARGEST = 709.0
"""The largest loss whose exponential is a number."""


def perplexity(loss: float) -> float:
    """Of a mean loss in nats a word: e^loss, and infinity where that is too large."""
    return math.exp(loss) if loss <= LARGEST else math.inf


@torch.no_grad()
def measure(
    model: LanguageModel,
    text: Tensor,
    batch: int,
    bptt: int,
    device: torch.device,
    limit: int | None = None,
    **choice: Any,
) -> tuple[float, int]:
    """The mean loss of a text (tokens,) in nats a word, and of how many words it is, in `batch` columns.

    Nothing is dropped; the state begins with zeros and goes on from segment to segment. `limit` is the most segments.
    """
    model.eval()
    rows = columns(text, batch).to(device)
    hidden = model.start(rows.shape[1])
    total, count = 0.0, 0
    for segment in regular(len(rows), bptt)[:limit]:
        tokens, targets = segment.of(rows)
        found = model.loss(tokens, targets, hidden, **choice)
        hidden = found.hidden
        total += float(found.nll) * targets.numel()
        count += targets.numel()
    return total / count, count


def figures_of(name: str, loss: float) -> Figures:
    """A loss and its perplexity under their names in the metrics."""
    return {f"{name}_loss": loss, f"{name}_perplexity": perplexity(loss)}

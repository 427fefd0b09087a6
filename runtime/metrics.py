"""Accuracy and schedules: small formulas that searches, training and evaluation share."""

from __future__ import annotations

import math

from torch import Tensor


def correct(logits: Tensor, labels: Tensor, best: int) -> int:
    """How many labels (N,) are among the `best` highest logits (N, classes)."""
    top = logits.topk(min(best, logits.shape[1]), dim=1).indices
    return int((top == labels[:, None]).any(dim=1).sum())


def cosine(start: float, end: float, epoch: int, epochs: int) -> float:
    """The learning rate of an epoch counted from zero: end + (start - end) * (1 + cos(pi e / E)) / 2."""
    return end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * epoch / epochs))

"""Randomness as a function of (seed, what for, epoch, step): nothing has to be saved to go on in the middle."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor


def derived(seed: int, *what: int | str) -> int:
    """A seed of its own for one purpose.

    >>> derived(0, "order", 1) == derived(0, "order", 1) != derived(0, "order", 2)
    True
    """
    digest = hashlib.blake2b(repr((seed, *what)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def seed_step(seed: int, *what: int | str) -> None:
    """Seed all that a step draws: augmentation, drop path, dropout, sampled architectures."""
    torch.manual_seed(derived(seed, *what))
    _apart.clear()


def next_apart(rank: int) -> int:
    """A seed for what one of several ranks draws by itself, another one each time; it moves nothing that all draw."""
    _apart.append(rank)
    return derived(torch.initial_seed(), "rank", rank, len(_apart))


_apart: list[int] = []
"""One entry for each of these since the last seed."""


def order(seed: int, count: int, *what: int | str) -> Tensor:
    """A permutation of `count` examples."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(derived(seed, "order", *what)))

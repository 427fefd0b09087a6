"""Which examples of the training data train the weights of a search, and which say what to choose."""

from __future__ import annotations

import torch
from torch import Tensor

from nasc.runtime.randomness import order
from nasc.runtime.settings import EdnasSearch, GdasSearch, PcdartsSearch, Split


def parts(recipe: Split, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """The examples of both parts by index, of data with these labels, int64 (N,).

    The first examples and the rest, or, with `at_random`, that of an order drawn by the seed; those of PC-DARTS as
    its own recipe says.
    """
    count = len(labels)
    if isinstance(recipe, PcdartsSearch):
        return _shares(recipe, labels, seed)
    at_random = isinstance(recipe, GdasSearch | EdnasSearch) and recipe.at_random
    whole = order(seed, count, "parts") if at_random else torch.arange(count)
    cut = int(count * recipe.split)
    return whole[:cut], whole[cut:]


def unseen(count: int, first: Tensor, second: Tensor) -> Tensor:
    """Of so many examples those in neither part, in their order."""
    free = torch.ones(count, dtype=torch.bool)
    free[first] = free[second] = False
    return free.nonzero().flatten()


def _shares(recipe: PcdartsSearch, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """Two shares, by position or drawn of each class (PC-DARTS takes 10 % and 2.5 % of ImageNet)."""
    if not recipe.by_class:
        return _cut(recipe, torch.arange(len(labels)))
    found = []
    for label in sorted(set(labels.tolist())):
        of_class = (labels == label).nonzero().flatten()
        found.append(_cut(recipe, of_class[order(seed, len(of_class), "class", label)]))
    trains, valids = zip(*found, strict=True)
    return torch.cat(trains), torch.cat(valids)


def _cut(recipe: PcdartsSearch, examples: Tensor) -> tuple[Tensor, Tensor]:
    """The first `split` of some examples, and of what follows as much as the strengths get."""
    cut = int(len(examples) * recipe.split)
    share = recipe.strength_split
    end = cut + int(len(examples) * share) if share else len(examples)
    return examples[:cut], examples[cut:end]

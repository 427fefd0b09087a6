"""The settings of searches and trainings: names, types, meanings and limits, declared once.

Their published values stand in `genotypes/recipes/*.nas`. No torch is imported here, so that `nasc check` can
use it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def setting(meaning: str, least: float | None = None, below: float | None = None, choices: tuple[int, ...] = ()) -> Any:
    """A setting of a recipe: what it means, its smallest value, what it stays below, or all it may be."""
    return field(metadata={"meaning": meaning, "least": least, "below": below, "choices": choices})


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What every recipe says. `network` is the network it runs on; None leaves it to the document."""

    network: str | None = setting("the network of the text that is meant")
    epochs: int = setting("passes over the training data", least=1)
    batch: int = setting("examples in a step", least=1)
    lr: float = setting("learning rate of the weights at the first epoch", least=0)
    lr_min: float = setting("learning rate that the cosine ends at", least=0)
    momentum: float = setting("momentum of SGD", least=0, below=1)
    weight_decay: float = setting("weight decay of the weights", least=0)
    clip: float = setting("largest norm of the gradient of the weights; 0 does not clip", least=0)
    cutout: int = setting("side of the square cut out of every picture; 0 is none", least=0)


@dataclass(frozen=True, kw_only=True)
class Split(Recipe):
    """What every search says: one part of the data trains the weights, the rest says what to choose."""

    split: float = setting("share of the training data that trains the weights", least=0.01, below=1)


@dataclass(frozen=True, kw_only=True)
class Search(Split):
    """What every search by strengths says: Adam moves them on the part of the data that does not train the weights."""

    strength_lr: float = setting("learning rate of Adam for the strengths", least=0)
    strength_betas: tuple[float, float] = setting("betas of Adam for the strengths", least=0, below=1)
    strength_weight_decay: float = setting("weight decay of the strengths", least=0)


@dataclass(frozen=True, kw_only=True)
class DartsSearch(Search):
    """`search darts`: differentiable search, first or second order (DARTS, section 2.3)."""

    order: int = setting("1: strengths by the gradient alone; 2: through one step of the weights", choices=(1, 2))


@dataclass(frozen=True, kw_only=True)
class Training(Recipe):
    """`train`: a network from scratch."""

    auxiliary: float = setting("weight of the auxiliary head's loss; 0 trains without the head", least=0)
    drop_path: float = setting("probability of dropping a path in the last epoch, growing from 0", least=0, below=1)
    label_smoothing: float = setting("probability spread over all classes", least=0, below=1)


SEARCHES: dict[str, type[Recipe]] = {"darts": DartsSearch}
"""The algorithms that can be run, each with its settings."""
LATER = ("gdas", "ednas", "ddarts", "pcdarts", "pdarts", "fairdarts", "random", "evolution")
"""Algorithms whose recipes are read, but which this version does not run."""

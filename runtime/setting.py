"""What settings of recipes are made of. No torch is imported here, so that `nasc check` can use it."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field
from typing import Any

Place = str
"""A setting that takes a name or, in quotes, the path of a file."""


def setting(
    meaning: str,
    least: float | None = None,
    below: float | None = None,
    choices: tuple[int | str, ...] = (),
    default: Any = MISSING,
) -> Any:
    """A setting of a recipe: what it means, its smallest value, what it stays below, or all it may be.

    With a `default` a published recipe may leave it out.
    """
    metadata = {"meaning": meaning, "least": least, "below": below, "choices": choices}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What every recipe says. `network` is the network it runs on; None leaves it to the document."""

    network: str | None = setting("the network of the text that is meant")
    epochs: int = setting("passes over the training data", least=1)
    batch: int = setting("examples in a step", least=1)
    lr: float = setting("learning rate of the weights at the first epoch", least=0)
    weight_decay: float = setting("weight decay of the weights", least=0)
    clip: float = setting("largest norm of the gradient of the weights; 0 does not clip", least=0)

    def wrong(self) -> str:
        """What is wrong with settings that each by itself would do."""
        return ""

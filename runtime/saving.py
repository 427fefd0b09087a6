"""When a run saves what it has reached: after every epoch, and between as often as is asked."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Saving:
    """A checkpoint at least every so many `steps` or `seconds` (None: not by that), the last `keep` of them kept.

    How often is saved changes no bit of what a run finds. With `tensorboard` the figures of epochs go there too; None
    is where it is installed.
    """

    steps: int | None = None
    seconds: float | None = 300.0
    keep: int = 2
    tensorboard: bool | None = False


@dataclass
class Due:
    """Counts from one checkpoint to the next."""

    saving: Saving
    steps: int = 0
    since: float = field(default_factory=time.monotonic)

    def step(self) -> bool:
        """One step more is done; whether it is time to save."""
        self.steps += 1
        if self.saving.steps is not None and self.steps >= self.saving.steps:
            return True
        return self.saving.seconds is not None and time.monotonic() - self.since >= self.saving.seconds

    def saved(self) -> None:
        """Begin anew."""
        self.steps, self.since = 0, time.monotonic()

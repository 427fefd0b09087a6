"""What searches of pictures and of words share: optimisers, writing what is found, what a checkpoint holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from nasc.compiler.language_supernet import LanguageSupernet
from nasc.compiler.supernet import Supernet
from nasc.dsl import nodes as n
from nasc.dsl.printer import to_text
from nasc.runtime.derive_all import all_strengths
from nasc.runtime.language_settings import LanguageSearch
from nasc.runtime.loop import Figures
from nasc.runtime.run import Run
from nasc.runtime.settings import Search


class AnySearch(ABC):
    """One search over shared weights: those are moved by `weights`, the strengths by `strengths`.

    What an algorithm keeps besides these and the `space` goes through `extra` and `load_extra`.
    """

    run: Run
    about: str
    epochs: int
    space: Supernet | LanguageSupernet
    weights: torch.optim.Optimizer
    strengths: torch.optim.Optimizer
    found: n.Document | None = None

    @abstractmethod
    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        """One step of the search; figures and the number of examples or words they are means of."""

    def extra(self) -> dict[str, Any]:
        """What else has changed since the start: tensors and plain containers."""
        return {}

    def load_extra(self, state: Mapping[str, Any]) -> None:  # noqa: B027, most algorithms keep nothing
        """Take back what `extra` gave."""

    def write(self, found: n.Document, epoch: int, measured: str) -> None:
        """The genotype that the search says after an epoch, and what it was chosen from: all strengths.

        After the last epoch the genotype is the result of the run.
        """
        self.found = found
        when = f"epoch {epoch + 1} of {self.epochs}"
        every = signed(all_strengths(self.space), self.run, self.about, when, "what every operation counts for")
        self.run.write(f"strengths/{epoch + 1:04d}.nas", every)
        text = signed(found, self.run, self.about, when, measured)
        self.run.write(f"epochs/{epoch + 1:04d}.nas", text)
        if epoch + 1 == self.epochs:
            self.run.write("genotype.nas", text)

    def broken(self) -> str:
        """The strengths of the first cell of which one is no number."""
        for name, given in self.space.alphas.items():
            parts = [given] if isinstance(given, Tensor) else given
            if not all(bool(part.isfinite().all()) for part in parts):
                return f"the strengths of cell `{name}`"
        return ""

    def state(self) -> dict[str, Any]:
        return {
            "model": self.space.state_dict(),
            "weights": self.weights.state_dict(),
            "strengths": self.strengths.state_dict(),
            "extra": self.extra(),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        self.load_extra(state["extra"])
        self.space.load_state_dict(state["model"])
        self.weights.load_state_dict(state["weights"])
        self.strengths.load_state_dict(state["strengths"])


def signed(found: n.Document, run: Run, *facts: str) -> str:
    """The text of a genotype below a line that says which search it is from."""
    return f"# nasc search, {run.asked['started']}: {', '.join(facts)}\n{to_text(found)}"


def adam(space: Supernet | LanguageSupernet, settings: Search | LanguageSearch) -> torch.optim.Adam:
    """Adam over all strengths of a space."""
    return torch.optim.Adam(
        space.strengths(),
        settings.strength_lr,
        betas=settings.strength_betas,
        weight_decay=settings.strength_weight_decay,
    )

"""What a search is given: the space, the data, the recipe, and where to write."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.dsl import nodes as n
from nasc.runtime.data.augment import Transform
from nasc.runtime.data.images import Images
from nasc.runtime.device import Execution
from nasc.runtime.run import Run
from nasc.runtime.search import open_supernet
from nasc.runtime.settings import Recipe


@dataclass(frozen=True)
class Setup:
    """One search: a document, the network of it that is searched, its recipe and its data.

    `transform` augments a batch of pictures as bytes (N, C, H, W) into floats; `limit` is the largest number of steps
    of an epoch; `about` goes into the head of the genotypes that are written.
    """

    run: Run
    document: n.Document
    network: str | None
    options: Options
    recipe: Recipe
    data: Images
    transform: Transform
    seed: int = 0
    about: str = ""
    limit: int | None = None
    execution: Execution = Execution()

    def supernet(self, document: n.Document | None = None, options: Options | None = None) -> Supernet:
        """The shared-weight network of the document, or of another with other options, on the device."""
        document, options = document or self.document, options or self.options
        changes = self.execution.passes()
        space = open_supernet(document, self.network, options, changes=changes, channels_last=True)
        self.execution.prepare(space)
        return space

    @property
    def device(self) -> torch.device:
        """Where the network and its batches are."""
        return self.execution.device

"""What a search is given: the space, the data, the recipe, and where to write."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from nasc.compiler.passes import ONCE
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import fail
from nasc.runtime.data.augment import Transform
from nasc.runtime.data.images import ImageSet
from nasc.runtime.device import Execution
from nasc.runtime.run import Run
from nasc.runtime.search import open_supernet
from nasc.runtime.setting import Recipe
from nasc.runtime.settings import DartsSearch


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
    data: ImageSet
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


def differentiable(execution: Execution, recipe: Recipe) -> Execution:
    """How a search runs its network: one that differentiates twice does without the passes that do not allow it.

    Raises `NasError` (E403): `torch.compile` does not allow it either, nor does `--sync-bn`.
    """
    if not (isinstance(recipe, DartsSearch) and recipe.order == 2 and recipe.hessian == "exact"):
        return execution
    if execution.compile:
        help = "leave `--compile` out, or take `hessian: difference`"
        raise fail("E403", "`hessian: exact` differentiates twice, which compiled cells cannot", help=help)
    if execution.sync_bn:
        help = "leave `--sync-bn` out, or take `hessian: difference`"
        raise fail("E403", "`hessian: exact` differentiates twice, which batch-norm of all ranks cannot", help=help)
    return replace(execution, without=(*execution.without, *ONCE))

"""What each pass gives in a weight step of the search: alone, and left out of all."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import torch

from benchmarks.search import CLIP, open_ours, sgd
from benchmarks.timing import Ratio, compare
from nasc.compiler.passes import PASSES
from nasc.runtime.search.steps import weight_step


def measure(channels: int, layers: int, batch: int, turns: int) -> list[Ratio]:
    """Times faster than without any pass, of all and of each alone; and slower than with all, with each left out.

    Every network is channels-last, as in a search, and takes its turns with the one that it is compared with. Times
    are those of the processor, all threads together: single passes give less than wall time varies.
    """
    pictures = torch.randn(batch, 3, 32, 32), torch.randint(10, (batch,))

    def step(*without: str) -> Callable[[], object]:
        space = open_ours(channels, layers, without=without)
        return partial(weight_step, space, sgd(space), pictures, CLIP)

    def timed(name: str, plain: Callable[[], object], ours: Callable[[], object]) -> Ratio:
        return compare(name, plain, ours, turns, clock=time.process_time)

    none, every = step(*PASSES), step()
    rows = [timed("all", none, every)]
    for name in PASSES:
        rows.append(timed(f"{name} alone", none, step(*(other for other in PASSES if other != name))))
    for name in PASSES:
        rows.append(timed(f"without {name}", step(name), every))
    return rows

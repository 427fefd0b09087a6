"""A task with a known answer: data through which only one operation lets the label pass.

The brightness of the pixels in even rows and odd columns says the class; all others are noise. At stride 2 a dilated
convolution reads even rows and columns alone, and a strided identity besides these odd rows with odd columns: among
the four operations the separable convolution is the only one that sees the label.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

import nasc
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.runtime.data.images import Images
from nasc.runtime.loop import run_task
from nasc.runtime.progress import Silent
from nasc.runtime.recipe import read_recipe, search_kind
from nasc.runtime.run import Run
from nasc.runtime.search.algorithms import ALGORITHMS
from nasc.runtime.search.setup import Setup

PLANTED = "sep_conv_3x3"
SPACE = """nas 1
use std.darts
ops few = dil_conv_3x3 | skip_connect | sep_conv_3x3 | dil_conv_5x5
cell pick(s0) { s1 = few(s0)  return s1 }
network small: darts_search { channels: 4  cells: pick/2  stem: conv(1, out=3*C) -> bn }
"""
CLASSES = 3
KNOWN = {"lr": "0.05", "strength_lr": "0.05", "batch": "32", "epochs": "3", "split": "50%"}
"""Settings that suffice for the task; an algorithm may need others."""


def pictures(count: int, seed: int) -> Images:
    """Grey pictures of 8x8."""
    drawn = torch.Generator().manual_seed(seed)
    labels = torch.randint(CLASSES, (count,), generator=drawn)
    pixels = torch.randint(256, (count, 1, 8, 8), generator=drawn)
    told = labels * 80 + torch.randint(60, (4, 4, count), generator=drawn)
    pixels[:, 0, 0::2, 1::2] = told.permute(2, 0, 1)
    return Images(pixels.to(torch.uint8), labels)


def emitted(algorithm: str, seed: int, path: Path, text: str = SPACE, count: int = 512, **settings: str) -> list[str]:
    """The operations that the edge of the cell has got at the end of a search; `settings` go before `KNOWN`."""
    torch.set_num_threads(1)
    document = nasc.loads(f"{text}search {algorithm} {{ network: small }}\n")
    recipe = document.recipes("search")[0]
    kind, published = search_kind(recipe)
    known = {name: value for name, value in KNOWN.items() if name in kind.__dataclass_fields__}
    found = read_recipe(kind, published, recipe, known | settings)
    run = Run(path / f"{algorithm}-{seed}", {"started": "now"})
    run.path.mkdir(parents=True, exist_ok=True)
    options = Options(input=(1, 8, 8), classes=CLASSES)
    setup = Setup(run, document, "small", options, found, pictures(count, seed), floats, seed, "planted")
    torch.manual_seed(seed)
    task: Any = ALGORITHMS[algorithm](setup)
    run_task(run, task, seed, Silent(), resume=False)
    edges = task.found.cells["pick"].statements[0].terms
    return [edge.what.text for edge in edges if isinstance(edge, n.Edge) and isinstance(edge.what, n.Name)]


def hits(algorithm: str, seeds: int, path: Path, **settings: Any) -> int:
    """In how many of the first seeds the planted operation, and no other, is what is found."""
    return sum(emitted(algorithm, seed, path, **settings) == [PLANTED] for seed in range(seeds))


def floats(pixels: torch.Tensor) -> torch.Tensor:
    """Bytes as numbers around 0, not augmented: a flip would move the label elsewhere."""
    return pixels.float() / 128 - 1

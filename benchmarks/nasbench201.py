"""Searches of the table of NAS-Bench-201: what random, evolution and the policy of EDNAS reach after so many looks.

`python -m benchmarks nasbench201 TABLE FINAL` looks 200 genotypes up for each seed, in the accuracies of the short
training, and reports what the best of them reaches after 200 epochs. Every search that is done is a line in `--out`,
so that it goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import nasc
from benchmarks.curves import svg
from nasc.compiler.choice import Choices
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.runtime.randomness import seed_step
from nasc.runtime.recipe import read_recipe, search_kind
from nasc.runtime.run import Run
from nasc.runtime.search import open_plan
from nasc.runtime.search.ednas_policy import Policy
from nasc.runtime.search.explore import ByPolicy, Explorer
from nasc.runtime.search.tabled import TableTask, explorer_of
from nasc.runtime.table import Table, open_table

TEXT = """use std.nasbench201
cell normal(s0) { s1..s3 = nasbench201(*)  return s3 }
network cifar: nasbench201 { channels: 16  layers: 17 }
search NAME { network: cifar  samples: 200 }
"""
COLUMN = "cifar10-val"
FINAL = ("CIFAR10TestAccuracy200Epochs", "CIFAR100TestAccuracy200Epochs", "ImageNetTestAccuracy200Epochs")
POLICIES: Mapping[str, Mapping[str, Any]] = {
    "ednas, as published": {},
    "ednas, fast policy": {"lr": 0.1, "decay": 0.9, "weight_decay": 0.0},
}
"""Settings of the policy: those of the search of networks, and such as learn something in 200 looks."""
WAYS = ("random", "evolution", *POLICIES)


@dataclass(frozen=True)
class Found:
    """One search: the best value after each look, and the final test accuracies (%) of the best genotype."""

    way: str
    seed: int
    curve: list[float]
    test: dict[str, float]


def run(table: Path, final: Path, seeds: int, samples: int, out: Path) -> list[Found]:
    """All searches, those that `out` has and those that are still to do."""
    done = list(read(out)) if out.exists() else []
    known = {(one.way, one.seed) for one in done if len(one.curve) == samples}
    values = open_table(table, COLUMN)
    tests = {column: open_table(final, column) for column in FINAL}
    for way in WAYS:
        for seed in range(seeds):
            if (way, seed) not in known:
                found = search(way, seed, samples, values, tests)
                done.append(found)
                with out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(found)) + "\n")
    return [one for one in done if one.seed < seeds and len(one.curve) == samples]


def read(out: Path) -> Iterator[Found]:
    """The searches that a file holds; a line that was cut off when it was written is left aside."""
    for line in out.read_text(encoding="utf-8").splitlines():
        if line.endswith("}"):
            yield Found(**json.loads(line))


def search(way: str, seed: int, samples: int, table: Table, tests: Mapping[str, Table]) -> Found:
    """One search, with the same draws as `nasc search --table --seed` makes."""
    choices, explorer = start(way, seed)
    task = TableTask(Run(Path(), {}), table, choices, explorer, samples, "")
    for step in range(samples):
        seed_step(seed, "step", 0, step)
        task.step(0, step)
    assert task.best is not None
    document = choices.document(task.best[2])
    return Found(way, seed, task.curve, {name: one[one.key(document)] for name, one in tests.items()})


def start(way: str, seed: int) -> tuple[Choices, Explorer]:
    """The space, and a way through it."""
    algorithm = "random" if way in POLICIES else way
    document = nasc.loads(TEXT.replace("NAME", algorithm))
    found = open_plan(document, "cifar", Options())
    choices = Choices(found.program, {cell.placement.choice: cell.dag for cell in found.cells if cell.dag.open})
    seed_step(seed, "start")
    if way in POLICIES:
        return choices, ByPolicy(Policy(choices.dags, choices.none, **POLICIES[way]), lambda rows: 0.0)
    recipe: n.Recipe = document.recipes("search")[0]
    return choices, explorer_of(algorithm, read_recipe(*search_kind(recipe), recipe), choices)


def report(found: list[Found]) -> str:
    """A table in Markdown: means and standard deviations over the seeds."""
    lines = [
        f"| search | seeds | best `{COLUMN}` | CIFAR-10 | CIFAR-100 | ImageNet16-120 |",
        "|---|---|---|---|---|---|",
    ]
    for way in WAYS:
        mine = [one for one in found if one.way == way]
        if len(mine) < 2:
            continue
        columns = [[one.curve[-1] for one in mine], *([one.test[name] for one in mine] for name in FINAL)]
        cells = " | ".join(f"{fmean(values):.2f} ± {stdev(values):.2f}" for values in columns)
        lines.append(f"| {way} | {len(mine)} | {cells} |")
    return "\n".join(lines)


def figure(found: list[Found]) -> str:
    """The best value after each look as curves, SVG."""
    series = {way: [one.curve for one in found if one.way == way] for way in WAYS}
    mine = {way: runs for way, runs in series.items() if runs}
    return svg(mine, 82, 85, "genotypes looked up", f"best accuracy (%), {COLUMN} of the short training")

"""Every search on a small data set, each result trained by the same recipe: what a search is worth beside chance.

A cell of the table is one way to find a genotype, on one data set, with one seed: `nasc search`, `nasc train` and
`nasc evaluate` as a user runs them, in processes of one thread. Cells that are done are lines in OUT/cells.jsonl and
are not done again; one that was cut off is done from its beginning. What was written is in OUT/DATA/WAY/SEED.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import nasc
from benchmarks.results_ways import GROUPS, WAYS, Way
from nasc.runtime.data.registry import describe

TRAINING = {"batch": "64", "lr": "0.05", "auxiliary": "0", "drop_path": "0", "cutout": "0"}


@dataclass(frozen=True)
class Size:
    """What is done on one data set: epochs and batches of searches and trainings, and which ways are compared."""

    epochs: int
    batch: int
    train_epochs: int
    ways: tuple[str, ...]
    limit: int | None = None
    train_limit: int | None = None


SIZES: Mapping[str, Size] = {
    "digits": Size(epochs=6, batch=64, train_epochs=15, ways=tuple(WAYS)),
    "fashion_mnist": Size(
        epochs=3,
        batch=32,
        train_epochs=2,
        ways=("one draw", "random", "darts, order 1", "gdas"),
        limit=15,
        train_limit=60,
    ),
}


@dataclass(frozen=True)
class Cell:
    """One way with one seed: the genotype, its size, its accuracy on test data (0..1), seconds of processor time."""

    data: str
    way: str
    seed: int
    genotype: str
    identity: str
    params: int
    top1: float
    search_seconds: float
    train_seconds: float


def run(out: Path, data: tuple[str, ...], seeds: int, jobs: int) -> list[Cell]:
    """All cells, those that `out` has and those that are still to do, so many at a time."""
    done = list(read(out / "cells.jsonl"))
    known = {(cell.data, cell.way, cell.seed) for cell in done}
    asked = [(name, way, seed) for seed in range(seeds) for name in data for way in SIZES[name].ways]
    out.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(jobs) as pool:
        begun = [pool.submit(measure, out, *one) for one in asked if one not in known]
        for future in as_completed(begun):
            cell = future.result()
            done.append(cell)
            with (out / "cells.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(cell)) + "\n")
    return [cell for cell in done if (cell.data, cell.way, cell.seed) in asked]


def read(file: Path) -> Iterator[Cell]:
    """The cells that a file holds; a line that was cut off when it was written is left aside."""
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        if line.endswith("}"):
            yield Cell(**json.loads(line))


def measure(out: Path, data: str, name: str, seed: int) -> Cell:
    """Search, train and evaluate."""
    size, way = SIZES[data], WAYS[name]
    folder = out / data / "".join(c if c.isalnum() else "_" for c in name) / str(seed)
    shutil.rmtree(folder, ignore_errors=True)  # a cell that was cut off
    folder.mkdir(parents=True)
    space = folder / "space.nas"
    space.write_text(way.text(size.epochs, size.batch, {"epochs": str(size.train_epochs), **TRAINING}))
    common = ["--data", data, "--seed", str(seed), "--threads", "1", "--quiet"]
    found, searched = search(way, space, folder / "search", [*common, *limited(size.limit)], seed)
    trained, trains = folder / "train", limited(size.train_limit)
    _, seconds = nasc_command(
        folder, "train", str(found), "--out", str(trained), "--network", way.trained, *common, *trains
    )
    printed, _ = nasc_command(folder, "evaluate", str(trained), "--threads", "1", "--json")
    document, data_set = nasc.load(found), describe(data, None)
    stats = nasc.stats(document, way.trained, classes=data_set.classes, input=data_set.shape)
    return Cell(
        data,
        name,
        seed,
        str(found.relative_to(out)),
        nasc.identity(document, way.trained),
        stats.params,
        json.loads(printed)["top1"],
        searched,
        seconds,
    )


def search(way: Way, space: Path, folder: Path, common: list[str], seed: int) -> tuple[Path, float]:
    """The genotype that one way finds, and the seconds of processor time that it took."""
    if way.algorithm == "start":
        return space, 0.0
    if way.algorithm is None:
        printed, seconds = nasc_command(space.parent, "sample", str(space), "--seed", str(seed))
        found = space.with_name("drawn.nas")
        found.write_text(printed)
        return found, seconds
    _, seconds = nasc_command(space.parent, "search", str(space), "--out", str(folder), *common)
    return folder / "genotype.nas", seconds


def limited(steps: int | None) -> list[str]:
    """The option that limits the steps of an epoch."""
    return [] if steps is None else ["--limit-batches", str(steps)]


def nasc_command(log: Path, *words: str) -> tuple[str, float]:
    """Run `nasc` as a process of one thread; what it prints, and its seconds of processor time."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    with (log / f"{words[0]}.out").open("w+") as out, (log / f"{words[0]}.err").open("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "nasc", *words], env=environment, stdout=out, stderr=errors, text=True
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode:
            raise RuntimeError(f"nasc {' '.join(words)} ended with {process.returncode}:\n{errors.read()}")
        return out.read(), used.ru_utime + used.ru_stime


def report(cells: list[Cell]) -> str:
    """Tables in Markdown: means and standard deviations over the seeds, and the genotypes."""
    return "\n\n".join(
        table(data, [c for c in cells if c.data == data]) for data in dict.fromkeys(c.data for c in cells)
    )


def table(data: str, cells: list[Cell]) -> str:
    """The ways on one data set, each with how it stands to the random search of its space."""
    head = f"| {data} | seeds | params | test top-1 (%) | to random | search, s | training, s |"
    found = [head, "|---|---|---|---|---|---|---|"]
    for base, group in GROUPS.items():
        against = [cell for cell in cells if cell.way == base]
        for way in group:
            mine = [cell for cell in cells if cell.way == way]
            if mine:
                found.append(row(way, mine, against))
    return "\n".join(found)


def row(way: str, mine: list[Cell], against: list[Cell]) -> str:
    """One way: differences are those of the means over the same seeds."""
    top1 = {cell.seed: 100 * cell.top1 for cell in mine}
    other = {cell.seed: 100 * cell.top1 for cell in against}
    both = [top1[seed] - other[seed] for seed in top1 if seed in other]
    spread = f" ± {stdev(top1.values()):.2f}" if len(mine) > 1 else ""
    apart = f"{fmean(both):+.2f}" if both and mine != against else ""
    params, searched, trained = (
        fmean(values) for values in zip(*((c.params, c.search_seconds, c.train_seconds) for c in mine), strict=True)
    )
    figures = f"{params:,.0f} | {fmean(top1.values()):.2f}{spread} | {apart} | {searched:.0f} | {trained:.0f}"
    return f"| {way} | {len(mine)} | {figures} |"


def genotypes(cells: list[Cell]) -> str:
    """Which genotype every cell found: a line of JSON each, identities as `nasc hash` has them."""
    keep: tuple[str, ...] = ("data", "way", "seed", "identity", "top1", "genotype")
    rows: list[dict[str, Any]] = [{name: getattr(cell, name) for name in keep} for cell in cells]
    return "\n".join(json.dumps(one) for one in rows)

"""Every search on a small data set, each result trained by the same recipe: what a search is worth beside chance.

A cell of the table is one way to find a genotype, on one data set, with one seed: what `nasc search`, `nasc train` and
`nasc evaluate` do, on one thread. Cells that are done are lines in OUT/cells.jsonl and
are not done again; one that was cut off is done from its beginning. What was written is in OUT/DATA/WAY/SEED.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean, stdev
from time import process_time
from typing import Any

import torch

import nasc
from benchmarks.results_ways import GROUPS, WAYS, Way
from nasc.compiler.check import check
from nasc.compiler.sample import sample
from nasc.dsl.reader import read, read_path
from nasc.runtime import search_job
from nasc.runtime.data.registry import describe
from nasc.runtime.evaluate import evaluate, open_target
from nasc.runtime.job import Job
from nasc.runtime.text_file import write_text
from nasc.runtime.train_job import train

BEGIN, END = "<!-- python -m benchmarks results: begin -->", "<!-- python -m benchmarks results: end -->"
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
    "digits": Size(epochs=5, batch=64, train_epochs=6, ways=tuple(WAYS)),
    "fashion_mnist": Size(
        epochs=3,
        batch=32,
        train_epochs=2,
        ways=("random", "darts, order 1", "gdas"),
        limit=12,
        train_limit=50,
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
    done = list(cells_of(out / "cells.jsonl"))
    known = {(cell.data, cell.way, cell.seed) for cell in done}
    asked = [(name, way, seed) for seed in range(seeds) for name in data for way in SIZES[name].ways]
    out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        begun = [pool.submit(measure, out, *one) for one in asked if one not in known]
        for future in as_completed(begun):
            cell = future.result()
            done.append(cell)
            with (out / "cells.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(cell)) + "\n")
    return [cell for cell in done if (cell.data, cell.way, cell.seed) in asked]


def cells_of(file: Path) -> Iterator[Cell]:
    """The cells that a file holds; a line that was cut off when it was written is left aside."""
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        if line.endswith("}"):
            yield Cell(**json.loads(line))


def measure(out: Path, data: str, name: str, seed: int) -> Cell:
    """Search, train and evaluate, in this process and on one thread."""
    size, way = SIZES[data], WAYS[name]
    folder = out / data / "".join(c if c.isalnum() else "_" for c in name) / str(seed)
    shutil.rmtree(folder, ignore_errors=True)  # a cell that was cut off
    folder.mkdir(parents=True)
    text = way.text(size.epochs, size.batch, {"epochs": str(size.train_epochs), **TRAINING})
    write_text(folder / "space.nas", text)
    job = Job(read_path(folder / "space.nas"), data, folder / "search", seed=seed, threads=1, quiet=True)
    started = process_time()
    found = search(way, replace(job, limit=size.limit))
    searched = process_time()
    source, own = read_path(found), way.trained
    done = train(replace(job, source=source, out=folder / "train", network=own, limit=size.train_limit))
    seconds = process_time() - searched
    model, _ = open_target(done.run.path)
    top1 = evaluate(model, data, None, torch.device("cpu")).top1
    document, data_set = nasc.load(found), describe(data, None)
    stats = nasc.stats(document, own, classes=data_set.classes, input=data_set.shape)
    where, digest = str(found.relative_to(out)), nasc.identity(document, own)
    return Cell(data, name, seed, where, digest, stats.params, top1, searched - started, seconds)


def search(way: Way, job: Job) -> Path:
    """The genotype that one way finds."""
    folder = job.out.parent
    if way.algorithm == "start":
        return folder / "space.nas"
    if way.algorithm is None:
        program = check(read(job.source).document)
        write_text(folder / "drawn.nas", nasc.dumps(sample(program, job.seed)))
        return folder / "drawn.nas"
    return search_job.search(job).path


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
    apart = f"{round(fmean(both), 2) + 0.0:+.2f}" if both and mine != against else ""
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


def inserted(page: str, tables: str) -> str:
    """A page with these tables in the place of those between the two marks."""
    head, mark, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    assert mark, f"the page has no {BEGIN}"
    assert end, f"the page has no {END}"
    return f"{head}{BEGIN}\n\n{tables}\n\n{END}{tail}"

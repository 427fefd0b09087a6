"""Several searches that differ in their seed, each result trained briefly, the best kept (DARTS, section 3.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nasc.compiler.plan import plan, stats
from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.reader import read, read_path
from nasc.runtime.data.images import ImageSet
from nasc.runtime.data.registry import describe, fitted, load
from nasc.runtime.device import choose_device
from nasc.runtime.evaluate import open_target, score
from nasc.runtime.job import Finished, Job, read_job
from nasc.runtime.run import Run, open_run
from nasc.runtime.search.parts import parts, unseen
from nasc.runtime.search_job import search, searched_settings
from nasc.runtime.settings import Split
from nasc.runtime.train_job import train
from nasc.runtime.world import alone

EPOCHS = "100"
"""Of the short training, where nothing is said: DARTS, section 3.1."""


@dataclass(frozen=True)
class Row:
    """One search: its seed, the accuracy (0..1) of its genotype on the validation part, and what that costs."""

    seed: int
    valid_top1: float
    params: int
    genotype: Path


@dataclass(frozen=True)
class Best:
    """All searches, the place of the best genotype, and what there was to say about it."""

    path: Path
    run: Run
    rows: tuple[Row, ...]
    notes: tuple[Diagnostic, ...] = ()


def search_seeds(job: Job, seeds: int, retrain: Mapping[str, str] | None = None) -> Best:
    """Search with `seeds` seeds from that of the job on, and copy the best genotype to RUN/genotype.nas.

    Search K has the run directory RUN/seed-K, the training of what it found RUN/seed-K-trained. That trains on the
    part of the data that trained the weights of this very search, with the settings `retrain` besides those of the
    text. It is measured on what trained no weights: the examples in neither part of the search where the recipe
    leaves any, else the part that chose. The earlier of equals is kept. With `resume` everything that is done stays.
    """
    alone("`--seeds`")
    retrain = {"epochs": EPOCHS, **(retrain or {})}
    document, _ = read_job(job)
    settings = searched_settings(document, job)
    device = choose_device(job.device, job.threads)
    with open_run(job.out, asked_of_seeds(job, seeds, retrain), job.source.text, job.resume) as run:
        size, skip = job.options.input, job.skip_unreadable
        data_set = describe(job.data, job.data_dir, size, skip)
        data = load(job.data, job.data_dir, "train", size, [] if skip else None)
        rows: list[Row] = []
        notes: list[Diagnostic] = []
        for seed, found, trained in searched_and_trained(job, seeds, retrain, partial(_first, settings, data)):
            model, _ = open_target(trained.run.path)
            stack = model.plan.stack
            rest = data.subset(measured_on(settings, data, seed))
            top1 = score(model, rest, fitted(data_set, stack.input, stack.classes), "valid", device).top1
            params = stats(plan(read(read_path(found.path)).document)).params
            rows.append(Row(seed, top1, params, found.path))
            notes += [note for note in (*found.notes, *trained.notes) if note not in notes]
            run.write("seeds.csv", _csv(rows))
        best = max(rows, key=lambda row: row.valid_top1)
        path = run.write("genotype.nas", best.genotype.read_text(encoding="utf-8"))
        return Best(path, run, tuple(rows), tuple(notes))


def _first(settings: Split, data: ImageSet, seed: int) -> Tensor:
    """The examples that train the weights of a search, and of what it has found."""
    return parts(settings, data.labels, seed)[0]


def measured_on(settings: Split, data: ImageSet, seed: int) -> Tensor:
    """The examples that say what the result of a search is worth: none that has trained weights."""
    first, second = parts(settings, data.labels, seed)
    free = unseen(len(data), first, second)
    return free if len(free) else second


def asked_of_seeds(job: Job, seeds: int, retrain: Mapping[str, str]) -> dict[str, Any]:
    """What decides the bits of several searches and of the trainings of what they find."""
    return {
        "command": "seeds",
        "seeds": seeds,
        "seed": job.seed,
        "threads": torch.get_num_threads(),
        "data": job.data,
        "settings": dict(job.settings),
        "retrain": dict(retrain),
        "options": job.options.__dict__,
    }


def searched_and_trained(
    job: Job, seeds: int, retrain: Mapping[str, str], chosen: Callable[[int], Tensor | None] = lambda seed: None
) -> Iterator[tuple[int, Finished, Finished]]:
    """For each seed: its search, and the training of what that found on the examples that are `chosen` for it."""
    for number in range(seeds):
        own = replace(job, seed=job.seed + number)
        found = search(_within(own, job.out / f"seed-{number}"))
        text = read_path(found.path)
        given = replace(own, source=text, dialect=None, network=None, settings=retrain, chosen=chosen(own.seed))
        yield own.seed, found, train(_within(given, job.out / f"seed-{number}-trained"))


def _within(job: Job, out: Path) -> Job:
    """A job in a directory of its own, gone on with where it was begun."""
    return replace(job, out=out, resume=(out / "run.json").exists())


def _csv(rows: list[Row]) -> str:
    lines = [f"{row.seed},{row.valid_top1:.6f},{row.params}\n" for row in rows]
    return "seed,valid_top1,params\n" + "".join(lines)

"""Several searches of a recurrent cell that differ in their seed, each result trained briefly, the best kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nasc.compiler.plan import language_plan, stats
from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.reader import read, read_path
from nasc.runtime.device import choose_device
from nasc.runtime.job import Job
from nasc.runtime.perplexity import perplexity
from nasc.runtime.run import Run, open_run
from nasc.runtime.seeds import EPOCHS, asked_of_seeds, searched_and_trained


@dataclass(frozen=True)
class LanguageRow:
    """One search: its seed, the perplexity of its genotype on the validation part, and how much that learns."""

    seed: int
    valid_perplexity: float
    params: int
    genotype: Path


@dataclass(frozen=True)
class LanguageBest:
    """All searches, the place of the best genotype, and what there was to say about it."""

    path: Path
    run: Run
    rows: tuple[LanguageRow, ...]
    notes: tuple[Diagnostic, ...] = ()


def search_language_seeds(job: Job, seeds: int, retrain: Mapping[str, str] | None = None) -> LanguageBest:
    """Search with `seeds` seeds from that of the job on, and copy the best genotype to RUN/genotype.nas.

    As `search_seeds`. What each has found is trained on the training part of the text and has the best perplexity that
    any of its epochs has on the validation part.
    """
    retrain = {"epochs": EPOCHS, **(retrain or {})}
    choose_device(job.device, job.threads)
    with open_run(job.out, asked_of_seeds(job, seeds, retrain), job.source.text, job.resume) as run:
        rows: list[LanguageRow] = []
        notes: list[Diagnostic] = []
        for seed, found, trained in searched_and_trained(job, seeds, retrain):
            measured = [json.loads(line) for line in trained.run.metrics.read_text(encoding="utf-8").splitlines()]
            params = stats(language_plan(read(read_path(found.path)).document)).params
            rows.append(LanguageRow(seed, perplexity(measured[-1]["best_valid_loss"]), params, found.path))
            notes += [note for note in (*found.notes, *trained.notes) if note not in notes]
            run.write("seeds.csv", _csv(rows))
        best = min(rows, key=lambda row: row.valid_perplexity)
        path = run.write("genotype.nas", best.genotype.read_text(encoding="utf-8"))
        return LanguageBest(path, run, tuple(rows), tuple(notes))


def _csv(rows: list[LanguageRow]) -> str:
    lines = [f"{row.seed},{row.valid_perplexity:.6f},{row.params}\n" for row in rows]
    return "seed,valid_perplexity,params\n" + "".join(lines)

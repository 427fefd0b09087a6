"""What a run is asked to do: the text, the data, the settings; and what of it decides its bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from nasc.compiler.check import check
from nasc.compiler.decide import with_cells
from nasc.compiler.passes import PASSES
from nasc.compiler.resolve import Program
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.printer import to_text
from nasc.dsl.reader import read
from nasc.dsl.source import Source
from nasc.runtime.device import Execution, be_deterministic, choose_device, precision
from nasc.runtime.recipe import check_recipes
from nasc.runtime.run import Run, read_asked, sha256
from nasc.runtime.saving import Saving
from nasc.runtime.setting import Recipe
from nasc.runtime.world import here


@dataclass(frozen=True)
class Job:
    """What the command line says. `settings` are texts that go before the recipe's; None leaves the text's word."""

    source: Source
    data: str
    out: Path
    dialect: str | None = None
    network: str | None = None
    data_dir: Path | None = None
    resume: bool = False
    seed: int = 0
    threads: int | None = None
    device: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    options: Options = Options()
    limit: int | None = None
    without: tuple[str, ...] = ()
    recompute: bool = False
    amp: str | None = None
    deterministic: bool = False
    compile: bool = False
    quiet: bool = False
    saving: Saving = Saving()
    sync_bn: bool = False
    skip_unreadable: bool = False
    chosen: torch.Tensor | None = field(default=None, compare=False)
    """Indices into the training data, int64: what `train` trains on; None is all of it."""


@dataclass(frozen=True)
class Finished:
    """What a run has made, and what there was to say about it on the way."""

    path: Path
    run: Run
    notes: tuple[Diagnostic, ...] = ()


def resumed(job: Job, seed_given: bool) -> Job:
    """A job with the seed and the thread count of the run that it goes on with, where the caller said none."""
    asked = read_asked(job.out)
    seed = job.seed if seed_given else int(asked.get("seed", job.seed))
    return replace(job, seed=seed, threads=job.threads or asked.get("threads"))


def execution_of(job: Job) -> Execution:
    """How the networks of a job are run. Raises `NasError` (E508): the device, or its precision, cannot be used."""
    device = choose_device(job.device, job.threads)
    precision(job.amp, device)
    if job.deterministic:
        be_deterministic()
    return Execution(device, job.without, job.recompute, job.amp, job.compile, job.sync_bn)


def read_job(job: Job) -> tuple[n.Document, tuple[Diagnostic, ...]]:
    """The document, checked, and the warnings about it."""
    reading = read(job.source, job.dialect)
    checked = check(reading.document)
    check_recipes(checked.program, checked.findings)
    checked.findings.raise_errors()
    return reading.document, (*reading.warnings, *checked.findings.in_order())


def stand_alone(program: Program, text: str) -> str:
    """A text with what it uses of the user's own files written in line; as it is where it uses none of them."""
    if not any(isinstance(item, n.Use) and item.file for item in program.document.items):
        return text
    return to_text(with_cells(program, {}, {}))


def for_data(options: Options, shape: tuple[int, int, int] | None, classes: int) -> Options:
    """Input size and classes come from the data set unless given; pictures of any size leave it to the network."""
    return replace(options, input=options.input or shape, classes=options.classes or classes)


def asked_of(
    job: Job,
    command: str,
    network: str,
    recipe: Recipe,
    options: Options,
    data: str,
    text: str,
    execution: Execution,
) -> dict[str, Any]:
    """What decides the bits of a run; the same must be asked to go on with it."""
    return {
        "command": command,
        "network": network,
        "recipe": {**recipe.__dict__},
        "options": options.__dict__,
        "data": job.data,
        "data_fingerprint": data,
        "seed": job.seed,
        "threads": torch.get_num_threads(),
        "passes": [name for name, change in PASSES.items() if change in execution.passes()],
        "amp": execution.amp,
        "deterministic": job.deterministic,
        "compile": execution.compile,
        "ranks": here().size,
        "sync_bn": execution.sync_bn,
        "limit_batches": job.limit,
        "text_sha256": sha256(text),
    }

"""What `nasc search SPACE --table FILE` does: a search in which genotypes are looked up instead of trained."""

from __future__ import annotations

import hashlib
from pathlib import Path

from nasc.compiler.choice import Choices
from nasc.compiler.constraints import warnings_of
from nasc.dsl.diagnostic import fail
from nasc.runtime.device import Execution, choose_device
from nasc.runtime.job import Finished, Job, asked_of, read_job, stand_alone
from nasc.runtime.loop import run_task
from nasc.runtime.progress import showing
from nasc.runtime.randomness import seed_step
from nasc.runtime.recipe import read_recipe, search_kind
from nasc.runtime.run import open_run
from nasc.runtime.search import open_plan, searched_network
from nasc.runtime.search.tabled import TableTask, explorer_of
from nasc.runtime.table import open_table, word
from nasc.runtime.world import alone

SAMPLES = 200
"""Genotypes that are looked up where nothing is said."""


def search_table(job: Job, path: Path) -> Finished:
    """Run the `search` recipe of a text on a table; `path` of what it made is the genotype that it found.

    Raises `NasError`: the table cannot be used (E604), the algorithm needs more than a table (E605), or
    several ranks were started for it (E513).
    """
    alone("a search of a table")
    document, notes = read_job(job)
    recipe = next(iter(document.recipes("search")), None)
    if recipe is None or recipe.name is None:
        raise fail("E401", "the text has no `search`", help="write `search evolution { samples: 200 }`")
    kind, defaults = search_kind(recipe)
    known = set(kind.__dataclass_fields__)
    given = {name: word(value) if name == "column" else value for name, value in job.settings.items()}
    own = {name: given.pop(name) for name in ("samples", "column") if name in given and name not in known}
    settings = read_recipe(kind, defaults, recipe, given)
    if "samples" in own and not own["samples"].isdecimal():
        raise fail("E403", "`samples` takes a whole number", help="genotypes that are looked at")
    samples = int(own.get("samples", getattr(settings, "samples", 0))) or SAMPLES
    table = open_table(path, own.get("column", getattr(settings, "column", None)))
    choose_device("cpu", job.threads)
    found = open_plan(document, searched_network(document, job.network or settings.network), job.options)
    choices = Choices(found.program, {cell.placement.choice: cell.dag for cell in found.cells if cell.dag.open})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    text = stand_alone(found.program, job.source.text)
    asked = asked_of(job, "search", found.stack.name, settings, job.options, digest, text, Execution())
    asked |= {"table": {"column": table.column, "samples": samples}}
    with open_run(job.out, asked, job.source.text, job.resume) as run:
        seed_step(job.seed, "start")
        explorer = explorer_of(recipe.name.text, settings, choices, recipe.name.span)
        about = f"{recipe.name}, seed {job.seed}, {path.name}"
        task = TableTask(run, table, choices, explorer, samples, about)
        with showing("search", task.epochs, task.steps, quiet=job.quiet) as show:
            run_task(run, task, job.seed, show, job.resume, job.saving)
        return Finished(run.path / "genotype.nas", run, (*notes, *warnings_of(task.found)))

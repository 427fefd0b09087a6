"""What the command `search` does, from a space and a data set to a run directory with a genotype."""

from __future__ import annotations

import torch

from nasc.compiler.constraints import warnings_of
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import fail
from nasc.dsl.reader import read, read_path
from nasc.runtime.data.augment import training_transform
from nasc.runtime.data.images import fingerprint
from nasc.runtime.data.registry import describe, fitted, load
from nasc.runtime.data.unreadable import record_of, warnings_about
from nasc.runtime.failures import explained
from nasc.runtime.job import Finished, Job, asked_of, execution_of, for_data, read_job, stand_alone
from nasc.runtime.loop import run_task
from nasc.runtime.progress import showing
from nasc.runtime.recipe import is_language, read_recipe, search_kind
from nasc.runtime.run import open_run
from nasc.runtime.search import open_plan, searched_network
from nasc.runtime.search.algorithms import ALGORITHMS
from nasc.runtime.search.setup import Setup, differentiable
from nasc.runtime.search_language_job import search_language
from nasc.runtime.settings import Split


def search(job: Job) -> Finished:
    """Run the `search` recipe of a text; `path` is the genotype that it found."""
    document, notes = read_job(job)
    recipe = _search_recipe(document)
    if is_language(document, searched_network(document, job.network or job.settings.get("network"))):
        return search_language(job, document, recipe, notes)
    settings = read_recipe(*search_kind(recipe), recipe, job.settings)
    assert recipe.name is not None
    execution = differentiable(execution_of(job), settings)
    if execution.amp == "fp16":
        raise fail("E508", "a search does not scale its losses, as float16 needs it", help="say `--amp bf16`")
    data_set = describe(job.data, job.data_dir, job.options.input, job.skip_unreadable)
    options = for_data(job.options, data_set.input, data_set.classes)
    network = searched_network(document, job.network or settings.network)
    found = open_plan(document, network, options)
    data_set = fitted(data_set, found.stack.input, found.stack.classes)
    skipped: list[str] | None = [] if job.skip_unreadable else None
    data = load(job.data, job.data_dir, "train", job.options.input, skipped)
    text = stand_alone(found.program, job.source.text)
    asked = asked_of(job, "search", found.stack.name, settings, options, fingerprint(data), text, execution)
    asked |= record_of(skipped)
    with open_run(job.out, asked, job.source.text, job.resume) as run:
        about = f"{recipe.name}, seed {job.seed}, {job.data}"
        assert isinstance(settings, Split)
        transform = training_transform(data_set, settings.cutout, jitter=settings.jitter)
        setup = Setup(run, document, network, options, settings, data, transform, job.seed, about, job.limit, execution)
        torch.manual_seed(job.seed)
        with explained("when the network was built"):
            task = ALGORITHMS[recipe.name.text](setup)
        with showing("search", task.epochs, task.steps, quiet=job.quiet) as show:
            run_task(run, task, job.seed, show, job.resume, job.saving)
        genotype = run.path / "genotype.nas"
        found_notes = warnings_of(read(read_path(genotype)).document)
        return Finished(genotype, run, (*notes, *warnings_about(skipped), *found_notes))


def _search_recipe(document: n.Document) -> n.Recipe:
    """The `search` that is run: the first. Raises `NasError` (E401) where there is none."""
    recipe = next(iter(document.recipes("search")), None)
    if recipe is None:
        raise fail("E401", "the text has no `search`", help="write `search darts { network: search }`")
    return recipe


def searched_settings(document: n.Document, job: Job) -> Split:
    """The settings that the search of a text is run with."""
    recipe = _search_recipe(document)
    settings = read_recipe(*search_kind(recipe), recipe, job.settings)
    assert isinstance(settings, Split)
    return settings

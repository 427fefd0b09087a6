"""What the commands `search`, `train` and `evaluate` do, from a text and a data set to a run directory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from nasc.compiler.build import Network, decided
from nasc.compiler.check import check
from nasc.compiler.constraints import warnings_of
from nasc.compiler.decide import with_cells
from nasc.compiler.passes import PASSES
from nasc.compiler.plan import plan, recipe_network
from nasc.compiler.resolve import Program
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Diagnostic, fail
from nasc.dsl.printer import to_text
from nasc.dsl.reader import read, read_path
from nasc.dsl.source import Source
from nasc.runtime import weights_file
from nasc.runtime.data.augment import training_transform
from nasc.runtime.data.images import fingerprint
from nasc.runtime.data.registry import describe, load
from nasc.runtime.device import Execution, choose_device
from nasc.runtime.failures import explained
from nasc.runtime.loop import run_task
from nasc.runtime.progress import showing
from nasc.runtime.recipe import check_recipes, read_recipe, search_kind, training_defaults
from nasc.runtime.run import Run, open_run, read_asked, sha256
from nasc.runtime.search import open_plan, searched_network
from nasc.runtime.search.algorithms import ALGORITHMS
from nasc.runtime.search.setup import Setup
from nasc.runtime.settings import Recipe, Split, Training
from nasc.runtime.train import TrainTask


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
    compile: bool = False
    quiet: bool = False
    share: float = 1.0
    """Of the training data, from its beginning: what `train` trains on."""


@dataclass(frozen=True)
class Finished:
    """What a run has made, and what there was to say about it on the way."""

    path: Path
    run: Run
    notes: tuple[Diagnostic, ...] = ()


def search(job: Job) -> Finished:
    """Run the `search` recipe of a text; `path` is the genotype that it found."""
    document, notes = read_job(job)
    recipe = _search_recipe(document)
    settings = read_recipe(*search_kind(recipe), recipe, job.settings)
    assert recipe.name is not None
    execution = _execution(job)
    data_set = describe(job.data, job.data_dir)
    options = for_data(job.options, data_set.shape, data_set.classes)
    network = searched_network(document, job.network or settings.network)
    found = open_plan(document, network, options)
    data = load(job.data, job.data_dir, "train")
    text = stand_alone(found.program, job.source.text)
    asked = asked_of(job, "search", found.stack.name, settings, options, fingerprint(data), text, execution)
    run = open_run(job.out, asked, job.source.text, job.resume)
    about = f"{recipe.name}, seed {job.seed}, {job.data}"
    transform = training_transform(data_set, settings.cutout)
    setup = Setup(run, document, network, options, settings, data, transform, job.seed, about, job.limit, execution)
    torch.manual_seed(job.seed)
    with explained("when the network was built"):
        task = ALGORITHMS[recipe.name.text](setup)
    with showing("search", task.epochs, task.steps, quiet=job.quiet) as show:
        run_task(run, task, job.seed, show, job.resume)
    genotype = run.path / "genotype.nas"
    return Finished(genotype, run, (*notes, *warnings_of(read(read_path(genotype)).document)))


def train(job: Job) -> Finished:
    """Train a network from scratch on all of the training data; `path` is the file of its weights."""
    document, notes = read_job(job)
    recipe, name = _training(document, job.network or job.settings.get("network"))
    data_set = describe(job.data, job.data_dir)
    options = for_data(job.options, data_set.shape, data_set.classes)
    found = plan(document, name, options)
    settings = read_recipe(Training, training_defaults(recipe, found.stack.family), recipe, job.settings)
    execution = _execution(job)
    with_head = settings.auxiliary > 0
    if with_head and found.auxiliary is None and not _asks_for_head(recipe, job.settings):
        why = found.auxiliary_error.message if found.auxiliary_error else "the network has none"
        notes = (*notes, Diagnostic("W307", f"trained without the auxiliary head: {why}"))
        settings, with_head = replace(settings, auxiliary=0.0), False
    torch.manual_seed(job.seed)
    with explained("when the network was built"):
        model = decided(found, with_head, execution.passes(), channels_last=True)
    execution.prepare(model)
    data = load(job.data, job.data_dir, "train")
    if job.share < 1:
        data = data.subset(torch.arange(int(len(data) * job.share)))
    text = stand_alone(found.program, job.source.text)
    asked = asked_of(job, "train", found.stack.name, settings, options, fingerprint(data), text, execution)
    run = open_run(job.out, asked, job.source.text, job.resume)
    run.write("genotype.nas", text)
    about = _about(job, found.stack.name, options, with_head, text)
    transform = training_transform(data_set, settings.cutout)
    task = TrainTask(model, settings, data, transform, job.seed, about, job.limit, execution.device)
    with showing("train", task.epochs, task.steps, quiet=job.quiet) as show:
        run_task(run, task, job.seed, show, job.resume)
    weights_file.save(run.path / "weights.safetensors", model, about)
    return Finished(run.path / "weights.safetensors", run, notes)


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


def resumed(job: Job, seed_given: bool) -> Job:
    """A job with the seed and the thread count of the run that it goes on with, where the caller said none."""
    asked = read_asked(job.out)
    seed = job.seed if seed_given else int(asked.get("seed", job.seed))
    return replace(job, seed=seed, threads=job.threads or asked.get("threads"))


def _execution(job: Job) -> Execution:
    """How the networks of a job are run."""
    device = choose_device(job.device, job.threads)
    return Execution(device, job.without, job.recompute, job.amp, job.compile)


def read_job(job: Job) -> tuple[n.Document, tuple[Diagnostic, ...]]:
    """The document, checked, and the warnings about it."""
    reading = read(job.source, job.dialect)
    checked = check(reading.document)
    check_recipes(checked.program, checked.findings)
    checked.findings.raise_errors()
    return reading.document, (*reading.warnings, *checked.findings.in_order())


def _training(document: n.Document, network: str | None) -> tuple[n.Recipe | None, str | None]:
    """The `train` that serves a network, and that network: the first recipe where none is named."""
    recipes = document.recipes("train")
    if network is None:
        return (recipes[0], recipe_network(recipes[0])) if recipes else (None, None)
    return next((r for r in recipes if recipe_network(r) == network), None), network


def _asks_for_head(recipe: n.Recipe | None, settings: Mapping[str, str]) -> bool:
    return "auxiliary" in settings or (recipe is not None and recipe.setting("auxiliary") is not None)


def stand_alone(program: Program, text: str) -> str:
    """A text with what it uses of the user's own files written in line; as it is where it uses none of them."""
    if not any(isinstance(item, n.Use) and item.file for item in program.document.items):
        return text
    return to_text(with_cells(program, {}, {}))


def for_data(options: Options, shape: tuple[int, int, int], classes: int) -> Options:
    """Input size and classes come from the data set unless given."""
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
        "compile": execution.compile,
        "limit_batches": job.limit,
        "text_sha256": sha256(text),
    }


def _about(job: Job, network: str, options: Options, auxiliary: bool, text: str) -> dict[str, Any]:
    """What exported weights carry, so that they suffice: the text, the network and how it was built."""
    return {
        "text": text,
        "dialect": job.dialect,
        "name": Path(job.source.name).name,
        "network": network,
        "options": json.dumps(options.__dict__),
        "auxiliary": auxiliary,
        "data": job.data,
    }


def rebuild(about: Mapping[str, Any], name: str) -> tuple[Network, str]:
    """The network that the file `name` of weights says it belongs to, and the data that it was trained on."""
    try:
        options = json.loads(about["options"])
        options["input"] = tuple(options["input"]) if options["input"] else None
        document = read(Source(about["name"], about["text"]), about["dialect"]).document
        model = decided(plan(document, about["network"], Options(**options)), bool(about["auxiliary"]))
        return model, str(about["data"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"what {name} says of its network cannot be read: {type(error).__name__}: {error}"
        raise fail("E503", message) from None

"""What the command `train` does, from a text and a data set to a run directory with weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from nasc.compiler.build import decided
from nasc.compiler.plan import plan, recipe_network
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Diagnostic
from nasc.runtime import weights_file
from nasc.runtime.data.augment import training_transform
from nasc.runtime.data.images import fingerprint
from nasc.runtime.data.registry import describe, load
from nasc.runtime.failures import explained
from nasc.runtime.job import Finished, Job, asked_of, execution_of, for_data, read_job, stand_alone
from nasc.runtime.loop import run_task
from nasc.runtime.progress import showing
from nasc.runtime.recipe import read_recipe, training_defaults
from nasc.runtime.run import open_run
from nasc.runtime.settings import Training
from nasc.runtime.train import TrainTask


def train(job: Job) -> Finished:
    """Train a network from scratch on all of the training data; `path` is the file of its weights."""
    document, notes = read_job(job)
    recipe, name = _training(document, job.network or job.settings.get("network"))
    data_set = describe(job.data, job.data_dir)
    options = for_data(job.options, data_set.shape, data_set.classes)
    found = plan(document, name, options)
    settings = read_recipe(Training, training_defaults(recipe, found.stack.family), recipe, job.settings)
    execution = execution_of(job)
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
    with open_run(job.out, asked, job.source.text, job.resume) as run:
        run.write("genotype.nas", text)
        about = _about(job, found.stack.name, options, with_head, text)
        transform = training_transform(data_set, settings.cutout)
        task = TrainTask(model, settings, data, transform, job.seed, about, job.limit, execution.device)
        with showing("train", task.epochs, task.steps, quiet=job.quiet) as show:
            run_task(run, task, job.seed, show, job.resume, job.saving)
        weights_file.save(run.path / "weights.safetensors", model, about)
        return Finished(run.path / "weights.safetensors", run, notes)


def _training(document: n.Document, network: str | None) -> tuple[n.Recipe | None, str | None]:
    """The `train` that serves a network, and that network: the first recipe where none is named."""
    recipes = document.recipes("train")
    if network is None:
        return (recipes[0], recipe_network(recipes[0])) if recipes else (None, None)
    return next((r for r in recipes if recipe_network(r) == network), None), network


def _asks_for_head(recipe: n.Recipe | None, settings: Mapping[str, str]) -> bool:
    return "auxiliary" in settings or (recipe is not None and recipe.setting("auxiliary") is not None)


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

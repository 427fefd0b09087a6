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
from nasc.runtime.data.registry import describe, fitted, load
from nasc.runtime.data.unreadable import record_of, warnings_about
from nasc.runtime.failures import explained
from nasc.runtime.held_out import HeldOut, divide
from nasc.runtime.job import Finished, Job, asked_of, execution_of, for_data, read_job, stand_alone
from nasc.runtime.loop import run_task
from nasc.runtime.progress import showing
from nasc.runtime.recipe import is_language, read_recipe, training_defaults
from nasc.runtime.run import open_run
from nasc.runtime.settings import Training
from nasc.runtime.train import TrainTask
from nasc.runtime.train_language_job import train_language


def train(job: Job) -> Finished:
    """Train a network from scratch on the training data; `path` is the file of its weights.

    Of what the recipe holds out for `valid`, the weights of the best epoch go into `best.safetensors`; with `ema` the
    averages into `ema.safetensors`.
    """
    document, notes = read_job(job)
    recipe, name = _training(document, job.network or job.settings.get("network"))
    if is_language(document, name):
        return train_language(job, document, recipe, name, notes)
    data_set = describe(job.data, job.data_dir, job.options.input, job.skip_unreadable)
    options = for_data(job.options, data_set.input, data_set.classes)
    found = plan(document, name, options)
    data_set = fitted(data_set, found.stack.input, found.stack.classes)
    defaults = training_defaults(recipe, found.stack.family, job.settings)
    settings = read_recipe(Training, defaults, recipe, job.settings)
    execution = execution_of(job)
    with_head = settings.auxiliary > 0
    if with_head and found.auxiliary is None and not _asks_for_head(recipe, job.settings):
        why = found.auxiliary_error.message if found.auxiliary_error else "the network has none"
        help = "`--set auxiliary=0` asks for that"
        notes = (*notes, Diagnostic("W307", f"trained without the auxiliary head: {why}", help=help))
        settings, with_head = replace(settings, auxiliary=0.0), False
    torch.manual_seed(job.seed)
    with explained("when the network was built"):
        model = decided(found, with_head, execution.passes(), channels_last=True)
    execution.prepare(model)
    skipped: list[str] | None = [] if job.skip_unreadable else None
    data = load(job.data, job.data_dir, "train", job.options.input, skipped)
    if job.chosen is not None:
        data = data.subset(job.chosen)
    kept, rest = divide(data, settings.valid, job.seed)
    text = stand_alone(found.program, job.source.text)
    asked = asked_of(job, "train", found.stack.name, settings, options, fingerprint(data), text, execution)
    asked |= record_of(skipped)
    with open_run(job.out, asked, job.source.text, job.resume) as run:
        run.write("genotype.nas", text)
        about = _about(job, found.stack.name, options, with_head, text)
        transform = training_transform(data_set, settings.cutout, settings.crop, settings.jitter, settings.autoaugment)
        held = HeldOut(rest, data_set, run.path / "best.safetensors") if rest is not None else None
        scaler = torch.amp.GradScaler(execution.device.type) if execution.amp == "fp16" else None
        task = TrainTask(model, settings, kept, transform, job.seed, about, job.limit, execution.device, scaler, held)
        with showing("train", task.epochs, task.steps, quiet=job.quiet) as show:
            run_task(run, task, job.seed, show, job.resume, job.saving)
        weights_file.save(run.path / "weights.safetensors", model, about)
        if task.averages:
            weights_file.save(run.path / "ema.safetensors", task.averages.network, about)
        return Finished(run.path / "weights.safetensors", run, (*notes, *warnings_about(skipped)))


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

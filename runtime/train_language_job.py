"""What the command `train` does with a language model, from a text of words to a run directory with weights."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from nasc.compiler.language_model import decided_language
from nasc.compiler.plan import language_plan
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Diagnostic, fail, many
from nasc.runtime import weights_file
from nasc.runtime.data.corpus import Corpus
from nasc.runtime.data.texts import load_text
from nasc.runtime.failures import explained
from nasc.runtime.job import Finished, Job, asked_of, execution_of, stand_alone
from nasc.runtime.language_settings import LanguageTraining
from nasc.runtime.loop import run_task
from nasc.runtime.progress import Show, showing
from nasc.runtime.recipe import read_recipe, training_defaults
from nasc.runtime.run import open_run
from nasc.runtime.train_language import LanguageTask
from nasc.runtime.world import alone

WEIGHTS = "weights.safetensors"
"""The weights of the best epoch so far, by the loss on the validation part."""


def train_language(
    job: Job, document: n.Document, recipe: n.Recipe | None, name: str | None, notes: tuple[Diagnostic, ...]
) -> Finished:
    """Train a language model from scratch; `path` is the file of the weights of its best epoch."""
    refuse_for_words(job)
    corpus = load_text(job.data, job.data_dir, job.options.vocabulary)
    options = for_words(job.options, corpus)
    found = language_plan(document, name, options)
    defaults = training_defaults(recipe, found.stack.family, job.settings, words=True)
    settings = read_recipe(LanguageTraining, defaults, recipe, job.settings)
    long_enough(corpus, settings.batch, settings.eval_batch)
    execution = execution_of(job)
    torch.manual_seed(job.seed)
    with explained("when the network was built"):
        model = decided_language(found).to(execution.device)
    text = stand_alone(found.program, job.source.text)
    asked = asked_of(job, "train", found.stack.name, settings, options, corpus.fingerprint(), text, execution)
    asked |= {"vocabulary": len(corpus.words), "tokens": corpus.tokens()}
    with open_run(job.out, asked, job.source.text, job.resume) as run:
        run.write("genotype.nas", text)
        about = about_words(job, found.stack.name, options, corpus, text, settings.eval_batch)
        weights = run.path / WEIGHTS
        task = LanguageTask(
            model,
            settings,
            corpus,
            job.seed,
            about,
            lambda: weights_file.save(weights, model, about),
            job.limit,
            execution.device,
        )
        tell(job, corpus)
        with showing("train", task.epochs, task.steps, quiet=job.quiet) as show:
            run_task(run, task, job.seed, Speed(show, task), job.resume, job.saving)
        return Finished(weights, run, notes)


def for_words(options: Options, corpus: Corpus) -> Options:
    """The vocabulary comes from the text unless given; a larger one leaves words that never come.

    Raises `NasError` (E509) where a smaller one is asked for than the text has.
    """
    words = len(corpus.words)
    if options.vocabulary is not None and options.vocabulary < words:
        message = f"`{corpus.name}` has {many(words, 'word')}, more than the vocabulary of {options.vocabulary:,}"
        raise fail("E509", message, help="leave `--vocabulary` out: the text says it")
    return replace(options, vocabulary=options.vocabulary or words)


def refuse_for_words(job: Job) -> None:
    """Raise `NasError` where something is asked that only networks of pictures have (E311), or several ranks (E513)."""
    alone("a language model")
    of_pictures = {
        "--amp": job.amp,
        "--compile": job.compile,
        "--recompute": job.recompute,
        "--no-pass": job.without,
        "--sync-bn": job.sync_bn,
        "--skip-unreadable": job.skip_unreadable,
    }
    for option in (option for option, said in of_pictures.items() if said):
        message = f"`{option}` is made for networks of pictures, and this is a language model"
        raise fail("E311", message, help=f"leave `{option}` out")


def long_enough(corpus: Corpus, batch: int, eval_batch: int) -> None:
    """Raise `NasError` (E507) where a part of the text has less than three rows in so many columns."""
    for name, tokens, columns in (("training", corpus.train, batch), ("validation", corpus.valid, eval_batch)):
        if len(tokens) < 3 * columns:
            message = f"the {name} text has {many(len(tokens), 'token')}, too few for {many(columns, 'column')}"
            raise fail("E507", message, help="give it more text, or make `batch` and `eval_batch` smaller")


def tell(job: Job, corpus: Corpus) -> None:
    """Say on standard error how large a text is."""
    if not job.quiet:
        verbs = {"train": "train", "valid": "validate", "test": "test"}
        parts = ", ".join(f"{count:,} to {verbs[name]}" for name, count in corpus.tokens().items())
        print(f"{corpus.name}: {many(len(corpus.words), 'word')}; {parts}", file=sys.stderr)


def about_words(job: Job, network: str, options: Options, corpus: Corpus, text: str, eval_batch: int) -> dict[str, Any]:
    """What exported weights carry, so that they suffice: text, network, how it was built, and the words by number.

    With the columns that the validation part is measured in, as `eval_batch` says.
    """
    return {
        "text": text,
        "dialect": job.dialect,
        "name": Path(job.source.name).name,
        "network": network,
        "options": json.dumps(options.__dict__),
        "data": job.data,
        "words": list(corpus.words),
        "eval_batch": eval_batch,
    }


class Speed:
    """Shows what another does, and how many words are trained in a second. No figure of a run: it differs each time."""

    def __init__(self, show: Show, task: LanguageTask) -> None:
        self.show, self.task = show, task
        self.since, self.rate = time.monotonic(), 0.0

    def step(self, epoch: int, step: int, figures: Mapping[str, float]) -> None:
        self.rate = self.task.done / (time.monotonic() - self.since)
        self.show.step(epoch, step, {**figures, "tokens/s": self.rate})

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        self.show.epoch(epoch, {**figures, "tokens/s": self.rate})
        self.since, self.task.done = time.monotonic(), 0

"""What the command `search` does with a space of recurrent cells, from a text to a run directory with a genotype."""

from __future__ import annotations

import torch

from nasc.compiler.constraints import warnings_of
from nasc.compiler.plan import language_plan
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.reader import read, read_path
from nasc.runtime.data.texts import load_text
from nasc.runtime.failures import explained
from nasc.runtime.job import Finished, Job, asked_of, execution_of, stand_alone
from nasc.runtime.language_settings import LanguageSearch
from nasc.runtime.loop import run_task
from nasc.runtime.progress import showing
from nasc.runtime.recipe import read_recipe, search_kind
from nasc.runtime.run import open_run
from nasc.runtime.search import searched_network
from nasc.runtime.search.language import LanguageSetup
from nasc.runtime.search.language_algorithms import LANGUAGE_ALGORITHMS
from nasc.runtime.train_language_job import for_words, long_enough, refuse_for_words, tell
from nasc.runtime.world import alone


def search_language(job: Job, document: n.Document, recipe: n.Recipe, notes: tuple[Diagnostic, ...]) -> Finished:
    """Search a recurrent cell by the `search` recipe of a text; `path` is the genotype that it found."""
    alone("a search of recurrent cells")
    refuse_for_words(job)
    settings = read_recipe(*search_kind(recipe, words=True), recipe, job.settings)
    assert isinstance(settings, LanguageSearch)
    assert recipe.name is not None
    corpus = load_text(job.data, job.data_dir, job.options.vocabulary)
    long_enough(corpus, settings.batch, max(settings.batch, settings.eval_batch))
    options = for_words(job.options, corpus)
    network = searched_network(document, job.network or settings.network)
    found = language_plan(document, network, options)
    execution = execution_of(job)
    text = stand_alone(found.program, job.source.text)
    asked = asked_of(job, "search", found.stack.name, settings, options, corpus.fingerprint(), text, execution)
    asked |= {"vocabulary": len(corpus.words), "tokens": corpus.tokens()}
    about = f"{recipe.name}, seed {job.seed}, {job.data}"
    with open_run(job.out, asked, job.source.text, job.resume) as run:
        setup = LanguageSetup(
            run, document, network, options, settings, corpus, job.seed, about, job.limit, execution.device
        )
        torch.manual_seed(job.seed)
        with explained("when the network was built"):
            task = LANGUAGE_ALGORITHMS[recipe.name.text](setup)
        tell(job, corpus)
        with showing("search", task.epochs, task.steps, quiet=job.quiet) as show:
            run_task(run, task, job.seed, show, job.resume, job.saving)
        genotype = run.path / "genotype.nas"
        return Finished(genotype, run, (*notes, *warnings_of(read(read_path(genotype)).document)))

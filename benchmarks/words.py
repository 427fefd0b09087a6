"""A recurrent cell trained for two epochs on a text, beside torch's LSTM of equal size: equal epochs, equal time.

Each training is a run directory in OUT and goes on where it was stopped; what is done is not done again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from benchmarks.plain_lstm import PlainLstm, width_for
from nasc.compiler.language_model import LanguageModel, decided_language
from nasc.compiler.plan import language_plan
from nasc.compiler.stack import Options
from nasc.dsl.reader import read
from nasc.runtime import weights_file
from nasc.runtime.data.corpus import Corpus
from nasc.runtime.data.texts import load_text
from nasc.runtime.evaluate_language import BATCH, BPTT
from nasc.runtime.files import open_source
from nasc.runtime.language_settings import LanguageTraining
from nasc.runtime.loop import run_task
from nasc.runtime.perplexity import measure, perplexity
from nasc.runtime.progress import Lines
from nasc.runtime.recipe import published, read_recipe
from nasc.runtime.run import Run, open_run
from nasc.runtime.train_language import LanguageTask

SETTINGS = {
    "batch": "32",
    "bptt": "16",
    **{f"dropout_{name}": "0" for name in ("output", "hidden", "x", "input", "embedding")},
    "averaging": "off",
}
"""The published recipe but for these: in two epochs nothing is learned too well, and short segments make more steps."""


@dataclass(frozen=True)
class Row:
    """One training: numbers learned, epochs, seconds of the processor (all threads) in steps and validations."""

    name: str
    params: int
    epochs: int
    seconds: float
    valid: float
    test: float


def run(
    out: Path,
    data: str,
    channels: int,
    epochs: int,
    data_dir: Path | None,
    limit: int | None = None,
    changes: Mapping[str, str] | None = None,
) -> list[Row]:
    """Train and measure all three, with `changes` of the settings; those that OUT has are read from there."""
    corpus = load_text(data, data_dir)
    given = {**SETTINGS, **(changes or {})}
    torch.manual_seed(0)  # biases of the LSTM are drawn where it is built
    ours = trained(out, "rnn_darts_v2", compiled(channels, corpus), corpus, epochs, limit, given)
    width = width_for(ours.params, len(corpus.words))
    torch.manual_seed(0)
    alike = trained(out, "LSTM", PlainLstm(len(corpus.words), width), corpus, epochs, limit, given)
    many = max(1, round(ours.seconds / (alike.seconds / epochs)))
    torch.manual_seed(0)
    timed = trained(out, "LSTM, equal time", PlainLstm(len(corpus.words), width), corpus, many, limit, given)
    return [ours, alike, timed]


def compiled(channels: int, corpus: Corpus) -> LanguageModel:
    """The cell of DARTS, second order."""
    document = read(open_source("rnn_darts_v2")).document
    return decided_language(language_plan(document, "ptb", Options(channels=channels, vocabulary=len(corpus.words))))


def trained(
    out: Path,
    name: str,
    model: nn.Module,
    corpus: Corpus,
    epochs: int,
    limit: int | None,
    given: Mapping[str, str] = SETTINGS,
) -> Row:
    """One training, with the weights of its best epoch measured on the test text."""
    path = out / name.replace(", ", "-").replace(" ", "-")
    if (path / "row.json").is_file():
        return Row(**json.loads((path / "row.json").read_text(encoding="utf-8")))
    settings = read_recipe(LanguageTraining, published("train")["ptb_darts"], None, {**given, "epochs": str(epochs)})
    threads = torch.get_num_threads()
    asked: dict[str, Any] = {"command": "words", "model": name, "recipe": asdict(settings), "seed": 0}
    asked |= {"threads": threads, "limit": limit, "data": corpus.name, "data_fingerprint": corpus.fingerprint()}
    torch.manual_seed(0)
    for parameter in model.parameters():  # the weights of both begin alike
        if parameter.dim() > 1:
            nn.init.uniform_(parameter, -0.04, 0.04)
    with open_run(path, asked, name, resume=(path / "run.json").exists()) as own:
        weights = path / "weights.safetensors"
        spoken = cast(LanguageModel, model)
        task = LanguageTask(spoken, settings, corpus, 0, {}, lambda: weights_file.save(weights, model, {}), limit)
        run_task(own, task, 0, Timed(name, epochs, own), resume=own.checkpoint.exists())
        state, _ = weights_file.load(weights)
        model.load_state_dict(state)
        loss, _ = measure(spoken, corpus.test, BATCH, BPTT, torch.device("cpu"), limit)
        params = sum(p.numel() for p in model.parameters())
        row = Row(name, params, epochs, seconds_of(own), perplexity(task.best), perplexity(loss))
        own.write("row.json", json.dumps(asdict(row)) + "\n")
    return row


class Timed(Lines):
    """Shows a line for each epoch, and writes down what it took of the processor: other work makes clocks unfair."""

    def __init__(self, title: str, epochs: int, run: Run) -> None:
        super().__init__(title, epochs)
        self.run, self.since = run, time.process_time()

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        now = time.process_time()
        with (self.run.path / "seconds.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"epoch": epoch, "seconds": now - self.since}) + "\n")
        self.since = now
        super().epoch(epoch, figures)


def seconds_of(run: Run) -> float:
    """How long the epochs of a run took; of one that was begun twice, the last time counts."""
    lines = (run.path / "seconds.jsonl").read_text(encoding="utf-8").splitlines()
    return sum({row["epoch"]: float(row["seconds"]) for row in map(json.loads, lines)}.values())


def report(rows: list[Row]) -> str:
    """The table."""
    lines = [f"{'':18} {'params':>11} {'epochs':>7} {'CPU min':>8} {'valid':>8} {'test':>8}"]
    for row in rows:
        times = f"{row.params:>11,} {row.epochs:>7} {row.seconds / 60:>8.1f}"
        lines.append(f"{row.name:18} {times} {row.valid:>8.1f} {row.test:>8.1f}")
    return "\n".join(lines)

"""Perplexity of a trained language model on a text: of a run, a checkpoint, weights, or a genotype with weights."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nasc.compiler.language_model import LanguageModel, decided_language
from nasc.compiler.plan import language_plan
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import fail, many
from nasc.dsl.reader import read
from nasc.dsl.source import Source
from nasc.runtime import checkpoint, weights_file
from nasc.runtime.data.corpus import TextPart
from nasc.runtime.data.texts import load_text
from nasc.runtime.perplexity import measure, perplexity
from nasc.runtime.weights.command import imported_network

BATCH = 1
"""Columns that a text is measured in: one, as published, so that every word but the first is foretold."""
EVAL_BATCH = 10
"""Columns of the validation part where the weights do not say in how many training has measured it: the published."""
BPTT = 35
"""Words at a time; the figures depend on it in their last digits alone."""


@dataclass(frozen=True)
class LanguageScore:
    """Figures of a text: `tokens` words were foretold, with a mean `loss` in nats and a `perplexity` of e^loss."""

    dataset: str
    split: str
    tokens: int
    perplexity: float
    loss: float


@dataclass(frozen=True)
class Spoken:
    """A trained language model, its words by number (None: those of the text it is measured on), and its own text.

    `eval_batch` is the number of columns that its training has measured the validation part in.
    """

    model: LanguageModel
    words: Sequence[str] | None
    data: str
    eval_batch: int = EVAL_BATCH


def speaks(target: Path) -> bool:
    """Whether a run directory, a checkpoint or exported weights hold a language model; False where nothing is there."""
    if target.is_dir():
        try:
            return "vocabulary" in json.loads((target / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
    if not target.is_file():
        return False
    if target.suffix == ".safetensors":
        about = weights_file.about(target)
    else:
        about = checkpoint.load(target)["task"].get("about")
    return isinstance(about, dict) and "words" in about


def open_spoken(target: Path) -> Spoken:
    """The language model of a target that `speaks`. Raises `NasError` (E503) where it is damaged, or of a search."""
    if target.is_dir():
        file = target / "weights.safetensors"
        target = file if file.is_file() else target / "checkpoint.pt"
    state, about = _saved(target)
    if about is None:
        help = "train what it found first: nasc train RUN/genotype.nas"
        raise fail("E503", f"{target} belongs to no trained network", help=help)
    try:
        options = Options(**json.loads(about["options"]))
        document = read(Source(about["name"], about["text"]), about["dialect"]).document
        model = decided_language(language_plan(document, about["network"], options))
        spoken = Spoken(model, tuple(about["words"]), str(about["data"]), _columns(about))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"what {target} says of its network cannot be read: {type(error).__name__}: {error}"
        raise fail("E503", message, help="is it of another version of nasc? " + weights_file.ANEW) from None
    _put(model, state, target)
    return spoken


def open_with_weights(
    document: n.Document,
    network: str | None,
    options: Options,
    weights: Path,
    data: str,
    data_dir: Path | None,
    origin: str | None = None,
) -> Spoken:
    """The language model of a genotype with weights of ours, which say their words, or have those of the text.

    With an `origin` the weights are a checkpoint of the authors' code of that name; its words are those of the text.
    """
    if origin is not None:
        count = len(load_text(data, data_dir, options.vocabulary).words)
        options = replace(options, vocabulary=options.vocabulary or count)
        found = imported_network(weights, document, origin, network, options)[0]
        assert isinstance(found, LanguageModel)  # networks of pictures are opened elsewhere
        return Spoken(found, None, data)
    state, about = _saved(weights)
    words = tuple(about["words"]) if about is not None and "words" in about else None
    count = len(words) if words is not None else len(load_text(data, data_dir, options.vocabulary).words)
    options = replace(options, vocabulary=options.vocabulary or count)
    model = decided_language(language_plan(document, network, options))
    _put(model, state, weights)
    return Spoken(model, words, data, _columns(about or {}))


def evaluate_spoken(
    spoken: Spoken,
    data: str,
    data_dir: Path | None,
    split: TextPart,
    device: torch.device,
    batch: int | None = None,
) -> LanguageScore:
    """The figures of a language model on a part of a text.

    The validation part is measured in the columns of the training, so that the figure is the one that its best epoch
    has there; the others in one; all in `batch` where that is given. A part too short for so many is measured in as
    many as leave two words in each.
    Words that the model does not know are `<unk>`. Raises `NasError`: it has no `<unk>` for one, or knows less words
    than the text has (E509), and what reading the text raises.
    """
    corpus = load_text(data, data_dir, spoken.model.vocabulary, spoken.words)
    if len(corpus.words) > spoken.model.vocabulary:
        message = f"`{data}` has {many(len(corpus.words), 'word')}, the network {spoken.model.vocabulary:,}"
        raise fail("E509", message, help="it is measured on the text it was trained on, or on one of fewer words")
    text = corpus.part(split)
    if len(text) < 2:
        raise fail("E507", f"the {split} part of `{data}` has {many(len(text), 'token')}", help="it takes two at least")
    columns = min(batch or (spoken.eval_batch if split == "valid" else BATCH), len(text) // 2)
    loss, count = measure(spoken.model.to(device), text, columns, BPTT, device)
    return LanguageScore(data, split, count, perplexity(loss), loss)


def as_json(found: LanguageScore) -> str:
    """The row that `nasc evaluate --json` prints."""
    return json.dumps(found.__dict__)


def _saved(file: Path) -> tuple[dict[str, Tensor], Mapping[str, Any] | None]:
    """Weights, and what they belong to, from exported weights or a checkpoint."""
    if file.suffix == ".safetensors":
        return weights_file.load(file)
    task = checkpoint.load(file)["task"]
    return task["model"], task.get("about")


def _columns(about: Mapping[str, Any]) -> int:
    """The columns of the validation part, as weights say them."""
    found = about.get("eval_batch")
    return found if isinstance(found, int) and found > 0 else EVAL_BATCH


def _put(model: LanguageModel, state: Mapping[str, Tensor], name: Path) -> None:
    """Load weights. Raises `NasError` (E503) naming the first that does not fit."""
    own = model.state_dict()
    help = "is it another genotype's?"
    for key in [*own, *state]:
        if key not in state or key not in own:
            which = "the network needs" if key not in state else "the network does not have"
            raise fail("E503", f"`{key}` of {name}: {which} it", help=help)
        if state[key].shape != own[key].shape:
            shapes = f"{tuple(state[key].shape)}, the network's {tuple(own[key].shape)}"
            raise fail("E503", f"`{key}` of {name} has the shape {shapes}", help=help)
    model.load_state_dict(dict(state))

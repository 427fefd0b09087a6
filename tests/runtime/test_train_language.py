"""Training of language models: each step as the originals do it, the switch to averages, and going on bit for bit."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from torch.nn import functional as F

import nasc
from nasc.cli import group
from nasc.compiler.language_model import LanguageLoss
from nasc.compiler.plan import recipe_network
from nasc.compiler.resolve import shipped_document
from nasc.runtime import checkpoint, weights_file
from nasc.runtime.data.segments import columns
from nasc.runtime.data.texts import load_text
from nasc.runtime.language_settings import LanguageTraining
from nasc.runtime.perplexity import measure
from nasc.runtime.progress import Silent
from nasc.runtime.recipe import published, read_recipe, training_defaults
from nasc.runtime.run import Interrupted
from nasc.runtime.train_job import train
from nasc.runtime.train_language import LanguageTask, due, penalised
from tests.runtime.tiny import differences
from tests.runtime.words import SPACE, job, model

SHORT = {"averaging": "all", "patience": "1", "lr": "5"}
RECIPES = [name for name in published("train") if name.startswith(("ptb_", "wikitext2_"))]


def settings(**given: str) -> LanguageTraining:
    return read_recipe(LanguageTraining, published("train")["ptb_darts"], None, given)


def task(keep: Any = lambda: None, **given: str) -> LanguageTask:
    """A task on the embedded text with a model of 5 channels."""
    corpus = load_text("shakespeare", None, 60)
    torch.manual_seed(1)
    return LanguageTask(
        model(channels=5, vocabulary=60),
        settings(**{"batch": "8", "bptt": "12", **given}),
        corpus,
        2,
        {},
        keep,
        limit=3,
    )


@pytest.mark.parametrize("name", RECIPES)
def test_published_recipes(name: str) -> None:
    """Section e.3 of DARTS, C.3 of GDAS, b.4 of EDNAS: what they share, and in what they differ."""
    found = read_recipe(LanguageTraining, published("train")[name], None)
    text, paper = name.split("_")
    assert (found.lr, found.clip, found.batch, found.bptt, found.eval_batch) == (20, 0.25, 64, 35, 10)
    assert found.dropouts == {
        "output": 0.75,
        "hidden": 0.25 if text == "ptb" else 0.15,
        "x": 0.75,
        "input": 0.2,
        "embedding": 0.1,
    }
    assert (found.ar, found.tar, found.patience) == (0, 1e-3, 5)
    assert found.weight_decay == (8e-7 if text == "ptb" else 5e-7)
    assert found.epochs == {"darts": 8000, "gdas": 3000, "ednas": 1600}[paper]
    assert found.averaging == ("all" if paper == "gdas" else "recent")


@pytest.mark.parametrize(
    ("path", "ptb", "wikitext2"),
    [
        ("zoo/rnn_darts_v1", "ptb_darts", "wikitext2_darts"),
        ("zoo/rnn_darts_v2", "ptb_darts", "wikitext2_darts"),
        ("zoo/rnn_enas", "ptb_darts", "wikitext2_darts"),
        ("zoo/rnn_gdas", "ptb_gdas", "wikitext2_gdas"),
        ("zoo/rnn_ednas", "ptb_ednas", "wikitext2_darts"),
        ("spaces/rnn", "ptb_darts", "wikitext2_darts"),
        ("spaces/ednas_ptb", "ptb_ednas", "wikitext2_darts"),
    ],
)
def test_shipped_cells_train_as_they_were_published(path: str, ptb: str, wikitext2: str) -> None:
    """Each network by the values of its authors for its text; EDNAS has none for WikiText-2."""
    document = shipped_document(path)
    for network, wanted in (("ptb", ptb), ("wikitext2", wikitext2)):
        recipe = next(r for r in document.recipes("train") if recipe_network(r) == network)
        found = read_recipe(LanguageTraining, training_defaults(recipe, (), words=True), recipe)
        assert found == read_recipe(LanguageTraining, published("train")[wanted], None, {"network": network})


def test_a_step_is_that_of_the_originals() -> None:
    """SGD without momentum, clipped in norm, its rate times length / bptt; penalties; the state cut and carried on."""
    trained, other = task(tar="0.5", ar="0.1"), task(tar="0.5", ar="0.1")
    plain = other.model
    hidden = plain.start(8)
    for step in range(3):
        torch.manual_seed(100 + step)
        figures, count = trained.step(0, step)
        torch.manual_seed(100 + step)
        segment = trained.segments[step]
        rows = columns(trained.corpus.train, 8)
        tokens = rows[segment.start : segment.start + segment.length]
        targets = rows[segment.start + 1 : segment.start + segment.length + 1]
        plain.train()
        out = plain(tokens, hidden)
        nll = F.cross_entropy(out.logits.view(-1, 60), targets.reshape(-1))
        loss = nll + 0.1 * (out.dropped**2).mean() + 0.5 * ((out.raw[1:] - out.raw[:-1]) ** 2).mean()
        gradients = torch.autograd.grad(loss, list(plain.parameters()))
        norm = math.sqrt(sum(float((g**2).sum()) for g in gradients))
        rate = 20 * segment.wanted / 12
        with torch.no_grad():
            for p, g in zip(plain.parameters(), gradients, strict=True):
                p.sub_(rate * (g * min(1.0, 0.25 / (norm + 1e-6)) + 8e-7 * p))
        hidden = out.hidden.detach()
        assert count == targets.numel()
        assert figures["train_loss"] == pytest.approx(nll.item(), rel=1e-5)
        torch.testing.assert_close(trained.hidden, hidden)
        for ours, theirs in zip(trained.model.parameters(), plain.parameters(), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


def test_penalties_of_one_word() -> None:
    one = LanguageLoss(torch.tensor(2.0), torch.zeros(1, 2, 3), torch.ones(1, 2, 3), torch.ones(1, 2, 3))
    assert float(penalised(one, settings(tar="1", ar="0.5"))) == 2.5


def test_when_averaging_begins() -> None:
    """DARTS: above the least loss but those of the last five, of more than five. GDAS: above the least of all."""
    recent, every = settings(), settings(averaging="all")
    falling = [5.0, 4.0, 3.0, 2.0, 1.5]
    assert not due(recent, falling, 9.0)
    assert not due(every, falling, 9.0)
    assert due(recent, [1.0, *falling], 1.1)
    assert not due(recent, [6.0, *falling], 5.9)
    assert due(every, [6.0, *falling], 1.6)
    assert not due(every, [6.0, *falling], 1.4)
    assert not due(settings(averaging="off"), [1.0, *falling], 9.0)
    assert due(settings(patience="0"), [1.0], 1.1)


def test_averages_are_means_of_the_weights_since_the_switch() -> None:
    """Of all but the first step: torch's ASGD looks at its count before it counts, as in the originals."""
    own = task(averaging="all", patience="0")
    for step in range(2):
        own.step(0, step)
    own.average()
    seen = []
    for step in range(3):
        own.step(0, step)
        seen.append([p.detach().clone() for p in own.model.parameters()])
    means = [torch.stack(found).mean(0) for found in zip(*seen[1:], strict=True)]
    with own.averages():
        for p, mean in zip(own.model.parameters(), means, strict=True):
            torch.testing.assert_close(p, mean)
    for p, last in zip(own.model.parameters(), seen[-1], strict=True):
        assert torch.equal(p, last)
    state = own.state()
    assert torch.equal(state["moving"]["head.1.bias"], seen[-1][-1])
    torch.testing.assert_close(state["model"]["head.1.bias"], means[-1])


def test_loss_of_a_text_does_not_depend_on_the_segments() -> None:
    own = task()
    whole = measure(own.model, own.corpus.valid, 4, 10_000, torch.device("cpu"))
    parts = measure(own.model, own.corpus.valid, 4, 13, torch.device("cpu"))
    assert whole[1] == parts[1] == 4 * (len(own.corpus.valid) // 4 - 1)
    assert whole[0] == pytest.approx(parts[0], rel=1e-5)
    with torch.no_grad():
        rows = columns(own.corpus.valid, 4)
        logits = own.model.eval()(rows[:-1]).logits
    assert whole[0] == pytest.approx(float(F.cross_entropy(logits.flatten(0, 1), rows[1:].flatten())), rel=1e-5)


@pytest.fixture(scope="module")
def averaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny training whose SGD is averaged from some epoch on. Not to be written to."""
    path = tmp_path_factory.mktemp("averaged") / "run"
    train(job(path, settings={**SHORT, "epochs": "6"}))
    rows = [json.loads(line)["averaged"] for line in (path / "metrics.jsonl").read_text().splitlines()]
    assert 0 in rows
    assert 1 in rows
    return path


class Stopping(Silent):
    """Asks the loop to stop after some step, as a signal does."""

    def __init__(self, epoch: int, step: int) -> None:
        self.at = (epoch, step)

    def step(self, epoch: int, step: int, figures: Any) -> None:
        if (epoch, step) == self.at:
            import os
            import signal

            os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("at", [(1, 2), (3, 1), (4, 1), (5, 3), (6, 3)])
def test_a_run_goes_on_bit_for_bit(
    averaged: Path, at: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the middle of an epoch, before and after the switch to averages."""
    own = job(tmp_path / "run", settings={**SHORT, "epochs": "6"})
    own = replace(own, data=f"text:{averaged.parent / 'verse.txt'}")
    module = "nasc.runtime.train_language_job"
    with monkeypatch.context() as patch:
        patch.setattr(f"{module}.Speed", lambda show, task: Stopping(*at))
        with pytest.raises(Interrupted):
            train(own)
    assert checkpoint.load(own.out / "checkpoint.pt")["epoch"] < 6
    train(replace(own, resume=True))
    assert differences(averaged, own.out) == []


def test_the_best_epoch_is_kept(averaged: Path) -> None:
    rows = [json.loads(line) for line in (averaged / "metrics.jsonl").read_text().splitlines()]
    best = min(row["valid_loss"] for row in rows)
    assert rows[-1]["best_valid_loss"] == best
    assert all(row["valid_perplexity"] == pytest.approx(math.exp(row["valid_loss"])) for row in rows)
    state, about = weights_file.load(averaged / "weights.safetensors")
    assert about is not None
    corpus = load_text(about["data"], None, words=about["words"])
    own = model(about["text"], vocabulary=len(corpus.words))
    own.load_state_dict(state)
    assert measure(own, corpus.valid, 2, 7, torch.device("cpu"))[0] == pytest.approx(best, rel=1e-6)


def test_run_json_tells_words_and_tokens(averaged: Path) -> None:
    asked = json.loads((averaged / "run.json").read_text())
    assert asked["vocabulary"] == 13
    assert asked["tokens"] == {"train": 226, "valid": 13, "test": 13}


def test_evaluate_on_the_command_line(averaged: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    told = json.loads(run(group, ["evaluate", str(averaged), "--json"]).output)
    assert told.keys() == {"dataset", "split", "tokens", "perplexity", "loss"}
    assert (told["split"], told["tokens"]) == ("test", 12)
    assert told["perplexity"] == pytest.approx(math.exp(told["loss"]))
    assert json.loads(run(group, ["evaluate", str(averaged), "--layers", "1", "--json"]).output) == told
    assert run(group, ["evaluate", str(averaged), "--classes", "10"]).exit_code == 2
    weights = str(averaged / "weights.safetensors")
    best = json.loads((averaged / "metrics.jsonl").read_text().splitlines()[-1])["best_valid_loss"]
    for target in (str(averaged), weights):  # in the columns that the training has measured it in
        valid = json.loads(run(group, ["evaluate", target, "--split", "valid", "--json"]).output)
        assert (valid["split"], valid["tokens"]) == ("valid", 10)
        assert valid["loss"] == pytest.approx(best, rel=1e-6)
    given = ["evaluate", str(averaged / "genotype.nas"), "--weights", weights, "--data", told["dataset"], "--json"]
    assert json.loads(run(group, given).output) == told
    assert "perplexity" in run(group, ["evaluate", weights]).output
    (tmp_path / "other.txt").write_text("another rose is a rose\n" * 40)
    other = run(group, ["evaluate", weights, "--data", f"text:{tmp_path / 'other.txt'}", "--json"])
    assert json.loads(other.output)["tokens"] == 11
    saved = tmp_path / "checkpoint.pt"
    saved.write_bytes((averaged / "checkpoint.pt").read_bytes())
    last = json.loads(run(group, ["evaluate", str(saved), "--json"]).output)
    assert last["tokens"] == 12


def test_evaluate_takes_checkpoints_of_the_authors(averaged: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    state, _ = weights_file.load(averaged / "weights.safetensors")
    theirs = {
        "encoder.weight": state["stem.0.weight"],
        "decoder.weight": state["stem.0.weight"],
        "decoder.bias": state["head.1.bias"],
        "rnns.0._W0": state["cells.0.s0.weight"],
        "rnns.0._Ws.0": state["cells.0.s1.weight"],
        "rnns.0._Ws.1": state["cells.0.s2.weight"],
    }
    torch.save(theirs, tmp_path / "theirs.pt")
    told = json.loads(run(group, ["evaluate", str(averaged), "--json"]).output)
    given = ["evaluate", str(averaged / "genotype.nas"), "--weights", str(tmp_path / "theirs.pt"), "--from", "darts"]
    found = run(group, [*given, "--data", told["dataset"], "--json"])
    assert found.exit_code == 0, found.output
    assert json.loads(found.output) == told


def refused(own: Any) -> str:
    with pytest.raises(nasc.NasError) as caught:
        train(own)
    return caught.value.diagnostics[0].code


def test_what_is_refused(tmp_path: Path) -> None:
    own = job(tmp_path / "run")
    assert refused(replace(own, amp="bf16")) == "E311"
    assert refused(replace(own, data="digits")) == "E509"
    assert refused(replace(own, settings={"recipe": "cifar10_darts"})) == "E401"
    assert refused(replace(own, settings={"momentum": "0.9"})) == "E402"
    assert refused(replace(own, settings={"batch": "200"})) == "E507"
    assert refused(replace(own, source=job(tmp_path / "a", SPACE).source)) == "E310"
    assert not own.out.exists()

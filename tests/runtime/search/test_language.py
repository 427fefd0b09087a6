"""Searches of recurrent cells: what a step is, runs that go on bit for bit, and genotypes that can be trained."""

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
from nasc.compiler.stack import Options
from nasc.dsl.source import Source
from nasc.genotypes import shipped
from nasc.runtime.data.segments import columns
from nasc.runtime.data.texts import load_text
from nasc.runtime.files import open_source
from nasc.runtime.language_settings import LANGUAGE_SEARCHES
from nasc.runtime.recipe import is_language, read_recipe, search_kind
from nasc.runtime.run import Interrupted, Run
from nasc.runtime.search.language import LanguageSearchTask, LanguageSetup, Passage
from nasc.runtime.search.language_algorithms import LANGUAGE_ALGORITHMS
from nasc.runtime.search.language_darts import DartsLanguageTask, Unrolled
from nasc.runtime.search.language_ednas import EdnasLanguageTask
from nasc.runtime.search.language_gdas import GdasLanguageTask, noisy
from nasc.runtime.search.steps import frozen, gradients
from nasc.runtime.search_job import search
from nasc.runtime.train_job import train
from tests.runtime.test_train_language import Stopping
from tests.runtime.tiny import differences
from tests.runtime.words import SPACE, job, text

ALGORITHMS = ("darts", "darts order 1", "gdas", "ednas")


def space(algorithm: str) -> str:
    """The space of the tests with another algorithm."""
    name, _, order = algorithm.partition(" order ")
    return SPACE.replace("search darts {", f"search {name} {{" + (f" order: {order} " if order else ""))


def task(algorithm: str, folder: Path, **given: str) -> LanguageSearchTask:
    """A search of five channels on the embedded text, not begun."""
    torch.set_num_threads(1)
    document = nasc.loads(space(algorithm))
    recipe = document.recipes("search")[0]
    settings: Any = read_recipe(*search_kind(recipe, words=True), recipe, {"batch": "8", **given})
    torch.manual_seed(0)
    options = Options(channels=5, vocabulary=60)
    corpus = load_text("shakespeare", None, 60)
    setup = LanguageSetup(Run(folder, {"started": "today"}), document, "search", options, settings, corpus, 0, "", 2)
    assert recipe.name is not None
    return LANGUAGE_ALGORITHMS[recipe.name.text](setup)


def test_the_tables_agree() -> None:
    assert LANGUAGE_ALGORITHMS.keys() == LANGUAGE_SEARCHES.keys()


def test_spaces_of_words_take_the_settings_of_words() -> None:
    """Section e.4 of DARTS, C.4 of GDAS, b.4 of EDNAS."""
    for file, algorithm in (("rnn", "darts"), ("rnn", "gdas"), ("ednas_ptb", "ednas")):
        document = nasc.loads(open_source(file).text.replace("search darts", f"search {algorithm}"))
        recipe = document.recipes("search")[0]
        assert is_language(document, "search")
        found: Any = read_recipe(*search_kind(recipe, words=True), recipe)
        assert (found.batch, found.bptt, found.lr, found.clip, found.weight_decay) == (256, 35, 20, 0.25, 5e-7)
        assert found.dropouts == {"output": 0.75, "hidden": 0.25, "x": 0.75, "input": 0.2, "embedding": 0}
        assert (found.ar, found.tar) == (0, 1e-3)
        assert (found.strength_lr, found.strength_weight_decay) == (3e-3, 1e-3)
        assert found.strength_betas == (0.9, 0.999)
        assert found.epochs == {"darts": 50, "gdas": 200, "ednas": 150}[algorithm]
        extra: dict[str, dict[str, Any]] = {
            "darts": {"order": 2},
            "gdas": {"tau": (10.0, 1.0)},
            "ednas": {"reward": 80.0, "samples": 100},
        }
        assert all(getattr(found, name) == value for name, value in extra[algorithm].items())
    assert not is_language(nasc.loads(open_source("darts").text), "search")


@pytest.mark.parametrize("algorithm", ["fairdarts", "random"])
def test_other_algorithms_are_refused(algorithm: str) -> None:
    with pytest.raises(nasc.NasError, match="does not search language models"):
        search_kind(nasc.loads(space(algorithm)).recipes("search")[0], words=True)


def test_weights_move_as_in_training_and_strengths_stay(tmp_path: Path) -> None:
    own = task("darts", tmp_path, tar="0.5")
    passage = own.train_passage(own.begin_step(0))
    before = [p.detach().clone() for p in own.space.weights()]
    alphas = [p.detach().clone() for p in own.space.strengths()]
    torch.manual_seed(5)
    found = own.space.loss(passage.tokens, passage.targets, passage.hidden)
    loss = found.nll + 0.5 * (found.raw[1:] - found.raw[:-1]).pow(2).mean()
    slopes = torch.autograd.grad(loss, own.space.weights())
    norm = torch.sqrt(torch.stack([(g**2).sum() for g in slopes]).sum())
    torch.manual_seed(5)
    assert own.weight_step(passage) == pytest.approx(found.nll.item(), rel=1e-5)
    rate = own.settings.lr * own.segments[0].wanted / 7
    for p, was, g in zip(own.space.weights(), before, slopes, strict=True):
        move = g * (0.25 / (norm + 1e-6)).clamp(max=1) + 5e-7 * was
        torch.testing.assert_close(p, was - rate * move, rtol=1e-4, atol=1e-5)
    assert all(torch.equal(p, was) for p, was in zip(own.space.strengths(), alphas, strict=True))
    torch.testing.assert_close(own.hidden, found.hidden.detach())


def test_validation_text_is_gone_through_beside_the_training_text(tmp_path: Path) -> None:
    own = task("darts", tmp_path)
    rows = len(own.valid_rows)
    for start in (0, 7, rows - 3, rows - 2, rows - 1, 3 * rows):
        segment = replace(own.segments[0], start=start)
        passage = own.valid_passage(segment)
        at = start % (rows - 1)
        assert len(passage.tokens) == min(7, rows - 1 - at)
        assert torch.equal(passage.tokens, own.valid_rows[at : at + 7][: len(passage.tokens)])
        assert torch.equal(passage.targets, own.valid_rows[at + 1 : at + 8])


def test_second_order_is_the_finite_difference_it_says(tmp_path: Path) -> None:
    """Where nothing is clipped and nothing decays, against a plain computation in float64."""
    own = task("darts", tmp_path)
    own.space.double()
    own.space.set_dropouts()
    words = own.segments[0].of(own.train_rows), own.segments[1].of(own.valid_rows)
    train, valid = (Passage(*pair, own.space.start(8)) for pair in words)
    found, loss, _ = Unrolled(own.space, 0.3, 0.0, 0.0).gradients(train, valid)
    weights, strengths = own.space.weights(), own.space.strengths()

    def slopes(passage: Passage, of: Any) -> Any:
        return gradients(own.space.loss(passage.tokens, passage.targets, passage.hidden).nll, of)

    at = [p.detach().clone() for p in weights]
    moves = slopes(train, weights)
    with torch.no_grad():
        for p, move in zip(weights, moves, strict=True):
            p.sub_(0.3 * move)
    direct = slopes(valid, [*strengths, *weights])
    vector = direct[len(strengths) :]
    radius = 0.01 / math.sqrt(sum(float((v**2).sum()) for v in vector))
    sides = []
    for sign in (1, -1):
        with torch.no_grad():
            for p, was, v in zip(weights, at, vector, strict=True):
                p.copy_(was + sign * radius * v)
        sides.append(slopes(train, strengths))
    for slope, d, plus, minus in zip(found, direct, *sides, strict=False):
        torch.testing.assert_close(slope, d - 0.3 * (plus - minus) / (2 * radius))
    assert loss > 0


def test_noise_makes_mixtures_that_are_colder_at_lower_temperatures() -> None:
    torch.manual_seed(0)
    strengths = torch.zeros(2000, 5, requires_grad=True)
    warm, cold = noisy(strengths, 10.0), noisy(strengths, 0.1)
    torch.testing.assert_close(warm.sum(-1), torch.ones(2000))
    assert warm.max(-1).values.mean() < 0.3
    assert cold.max(-1).values.mean() > 0.9
    # by symmetry every operation is the largest equally often
    assert (torch.bincount(cold.argmax(-1), minlength=5) / 2000 - 0.2).abs().max() < 0.04
    assert torch.autograd.grad(warm[:, 0].sum(), strengths)[0].abs().sum() > 0
    with pytest.raises(nasc.NasError, match="no probabilities"):
        noisy(torch.full((2, 2), math.nan), 1.0)


def test_gdas_moves_strengths_under_noise_alone(tmp_path: Path) -> None:
    """One draw for a segment; the weights' step leaves the strengths without a gradient."""
    own = task("gdas", tmp_path)
    assert isinstance(own, GdasLanguageTask)
    before = [p.detach().clone() for p in own.space.strengths()]
    own.weight_step(own.train_passage(own.begin_step(0)), **own.measured())
    assert all(p.grad is None for p in own.space.strengths())
    own.step(0, 0)
    assert any(not torch.equal(p, was) for p, was in zip(own.space.strengths(), before, strict=True))
    own.begin_epoch(2)
    assert own.tau == 1.0


def test_ednas_rewards_by_perplexity(tmp_path: Path) -> None:
    """Reward: 80 / perplexity of the sample on one segment, without dropout; the weights stay."""
    own = task("ednas", tmp_path)
    assert isinstance(own, EdnasLanguageTask)
    assert own.steps == 4
    for step in range(2):
        own.step(0, step)
    weights = [p.detach().clone() for p in own.space.weights()]
    torch.manual_seed(9)
    chosen = own.policy.draw().chosen
    tokens, targets = own.policy_segments()[0].of(own.valid_rows)
    own.space.eval()
    with torch.no_grad():
        logits = own.space(tokens, own.valid_hidden, chosen=chosen).logits
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()
    torch.manual_seed(9)
    figures, count = own.step(0, 2)
    assert figures["reward"] == pytest.approx(80 / math.exp(loss), rel=1e-5)
    assert count == targets.numel()
    assert float(own.policy.baseline) == pytest.approx(0.01 * figures["reward"])
    assert all(torch.equal(p, was) for p, was in zip(own.space.weights(), weights, strict=True))


def test_ednas_scores_in_the_columns_that_are_measured(tmp_path: Path) -> None:
    """As published, where they are 128 and those of training 256; from zeros, on the same segments for all."""
    own = task("ednas", tmp_path, eval_batch="3", score_batches="2", bptt="6")
    assert isinstance(own, EdnasLanguageTask)
    own.step(0, 0)
    own.valid_hidden = torch.ones_like(own.valid_hidden)
    chosen = own.policy.likeliest().chosen
    rows = columns(own.setup.corpus.valid, 3)
    own.space.eval()
    with torch.no_grad():
        logits = own.space(rows[:12], chosen=chosen).logits
    loss = F.cross_entropy(logits.flatten(0, 1), rows[1:13].flatten()).item()
    assert own.loss_of(chosen) == pytest.approx(loss, rel=1e-5)


def test_the_weights_of_a_sample_move_without_the_policy(tmp_path: Path) -> None:
    own = task("ednas", tmp_path)
    strengths = [p.detach().clone() for p in own.space.strengths()]
    own.step(0, 0)
    assert all(torch.equal(p, was) for p, was in zip(own.space.strengths(), strengths, strict=True))


@pytest.fixture(scope="module", params=ALGORITHMS)
def searched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A tiny search that nothing has interrupted. Not to be written to."""
    path = tmp_path_factory.mktemp("words") / "run"
    search(job(path, space(request.param), settings={"epochs": "2"}, limit=2))
    return request.param, path


def test_a_search_goes_on_bit_for_bit(
    searched: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    algorithm, path = searched
    own = job(tmp_path / "run", space(algorithm), settings={"epochs": "2"}, limit=2)
    own = replace(own, data=f"text:{path.parent / 'verse.txt'}")

    from contextlib import contextmanager

    @contextmanager
    def stopping(*_: Any, **__: Any) -> Any:
        yield Stopping(1, 1)

    with monkeypatch.context() as patch:
        patch.setattr("nasc.runtime.search_language_job.showing", stopping)
        with pytest.raises(Interrupted):
            search(own)
    search(replace(own, resume=True))
    assert differences(path, own.out) == []


def test_what_is_found_trains_on_another_text(searched: tuple[str, Path], tmp_path: Path) -> None:
    _, path = searched
    assert sorted(file.name for file in (path / "epochs").iterdir()) == ["0001.nas", "0002.nas"]
    found = (path / "genotype.nas").read_text()
    assert found.startswith("# nasc search, ")
    assert "valid perplexity" in found
    rows = [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]
    assert all(row["valid_perplexity"] == pytest.approx(math.exp(row["valid_loss"])) for row in rows)
    (tmp_path / "other.txt").write_text("a b c d e f g\n" * 60)
    own = replace(job(tmp_path / "run", found, limit=2), source=Source("genotype.nas", found))
    done = train(replace(own, data=f"text:{tmp_path / 'other.txt'}", settings={"epochs": "1"}))
    assert done.path.is_file()


def test_first_order_freezes_the_weights(tmp_path: Path) -> None:
    own = task("darts order 1", tmp_path)
    assert isinstance(own, DartsLanguageTask)
    valid = own.valid_passage(own.begin_step(0))
    torch.manual_seed(1)
    (found,), loss = own.first_order(valid)
    torch.manual_seed(1)
    with frozen([]):
        nll = own.space.loss(valid.tokens, valid.targets, own.space.start(8)).nll
    torch.testing.assert_close(found, torch.autograd.grad(nll, own.space.strengths())[0])
    assert loss == pytest.approx(nll.item(), rel=1e-5)
    assert all(p.grad is None for p in own.space.weights())


def test_the_best_of_several_seeds(tmp_path: Path) -> None:
    (tmp_path / "space.nas").write_text(SPACE)
    given = ["search", str(tmp_path / "space.nas"), "--data", f"text:{text(tmp_path)}", "--out", str(tmp_path / "run")]
    given += ["--seeds", "2", "--set", "epochs=1", "--retrain", "epochs=2", "--limit-batches", "2", "--quiet"]
    told = CliRunner().invoke(group, [*given, "--threads", "1"])
    assert told.exit_code == 0, told.output
    rows = [line.split(",") for line in (tmp_path / "run" / "seeds.csv").read_text().splitlines()]
    assert rows[0] == ["seed", "valid_perplexity", "params"]
    values = {number: float(value) for number, value, _ in rows[1:]}
    assert values.keys() == {"0", "1"}
    best = min(values, key=lambda number: values[number])
    assert (tmp_path / "run" / "genotype.nas").read_text() == (
        tmp_path / "run" / f"seed-{best}" / "genotype.nas"
    ).read_text()
    weights = tmp_path / "run" / f"seed-{best}-trained"
    metrics = [json.loads(line) for line in (weights / "metrics.jsonl").read_text().splitlines()]
    assert values[best] == pytest.approx(min(row["valid_perplexity"] for row in metrics), rel=1e-6)
    assert "<- best" in told.output


def test_the_shipped_starting_point_runs(tmp_path: Path) -> None:
    source = shipped("new/rnn").read_text(encoding="utf-8")
    settings = {"epochs": "1", "batch": "4", "bptt": "7", "eval_batch": "2"}
    own = job(tmp_path / "run", source, settings=settings, options=Options(channels=4), limit=1)
    found = search(own).path.read_text()
    given = replace(own, source=Source("genotype.nas", found), out=tmp_path / "trained")
    assert train(given).path.is_file()

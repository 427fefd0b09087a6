"""Searches by EDNAS: what each phase moves, what is held, what is chosen at the end, and searches of a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import nasc
from nasc.compiler.choice import Choices
from nasc.compiler.stack import Options
from nasc.dsl.nodes import Statement
from nasc.runtime.data.images import Images
from nasc.runtime.recipe import published, read_recipe
from nasc.runtime.run import Run
from nasc.runtime.search.ednas import EdnasTask, listed
from nasc.runtime.search.setup import Setup
from nasc.runtime.search_job import search
from nasc.runtime.settings import EdnasSearch
from tests.runtime.search import planted
from tests.runtime.tiny import SPACE, job

PLANTED = {"policy_batch": "16", "baseline_decay": "0.8", "samples": "0"}
"""Some hundred rewards have to do; the published baseline takes longer to get where rewards are."""


def task(path: Path, **settings: str) -> EdnasTask:
    """A search of the tiny space, on 40 pictures: 4 steps of the weights and 2 of the policy."""
    torch.manual_seed(0)
    document = nasc.loads(SPACE.replace("search darts", "search ednas"))
    drawn = torch.Generator().manual_seed(1)
    pixels = torch.randint(256, (40, 1, 8, 8), generator=drawn).to(torch.uint8)
    data = Images(pixels, torch.randint(10, (40,), generator=drawn))
    given = {"policy_batch": "4", "samples": "3"} | settings
    recipe = read_recipe(EdnasSearch, published("search")["ednas"], document.recipes("search")[0], given)
    run = Run(path, {"started": "now"})
    return EdnasTask(Setup(run, document, "small", Options(input=(1, 8, 8)), recipe, data, torch.Tensor.float))


def copied(given: Any) -> list[torch.Tensor]:
    return [p.detach().clone() for p in given]


def same(given: Any, before: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(given, before, strict=True))


def test_an_epoch_trains_the_weights_and_then_the_policy(tmp_path: Path) -> None:
    own = task(tmp_path)
    assert (own.weight_steps, own.steps) == (4, 6)
    assert len(own.train) == 32
    own.begin_epoch(0)
    seen: list[int] = []
    for step in range(own.steps):
        weights, logits = copied(own.space.weights()), copied(own.policy.parameters())
        figures, count = own.step(0, step)
        seen.append(count)
        assert same(own.space.weights(), weights) is (step >= 4)
        assert same(own.policy.parameters(), logits) is (step < 4)
        assert own.space.training is (step < 4)
        assert set(figures) == ({"train_loss", "train_top1"} if step < 4 else {"reward"})
        assert all(p.grad is None for p in own.space.parameters())
    assert seen == [8] * 4 + [4] * 2


def test_the_policy_step_leaves_the_running_statistics(tmp_path: Path) -> None:
    own = task(tmp_path)
    own.begin_epoch(0)
    own.step(0, 0)
    before = copied(own.space.buffers())
    own.step(0, 4)
    assert same(own.space.buffers(), before)


@pytest.mark.parametrize(("hold", "expected"), [("1", 4), ("2", 2), ("20", 1)])
def test_a_sample_is_held(hold: str, expected: int, tmp_path: Path) -> None:
    own = task(tmp_path, hold=hold)
    own.begin_epoch(0)
    held: list[str] = []
    for step in range(4):
        own.step(0, step)
        held.append(str(own.held))
    assert len(dict.fromkeys(held)) == expected


def test_the_recipe_says_what_the_optimisers_are(tmp_path: Path) -> None:
    for nesterov in ("on", "off"):
        own = task(tmp_path, nesterov=nesterov)
        assert own.weights.param_groups[0]["nesterov"] is (nesterov == "on")
        assert {id(p) for p in own.space.strengths()} < {id(p) for p in own.strengths.param_groups[0]["params"]}
    task(tmp_path, momentum="0")
    own = task(tmp_path, softmax_twice="on", baseline_decay="0.5", strength_lr="0.1")
    assert own.policy.twice
    assert own.policy.decay == 0.5
    assert own.strengths.param_groups[0]["lr"] == 0.1


def test_the_best_of_some_samples_is_written_after_the_last_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are measured on the same batches; before the last epoch the most probable one is written."""
    own = task(tmp_path, samples="5", score_batches="2")
    choices = Choices(own.space.plan.program, own.space.dags)
    seen: list[tuple[dict[str, Any], float, list[Any]]] = []
    original = EdnasTask.accuracy

    def spy(self: EdnasTask, chosen: Any, batches: Any) -> float:
        value = original(self, chosen, batches)
        seen.append((listed(chosen), value, [pictures for pictures, _ in batches]))
        return value

    monkeypatch.setattr(EdnasTask, "accuracy", spy)
    for epoch in range(own.epochs):
        own.begin_epoch(epoch)
        own.step(epoch, 0)
        seen.clear()
        own.end_epoch(epoch, {})
        expected = listed(own.policy.likeliest().chosen)
        if epoch + 1 == own.epochs:
            assert len(seen) == 5
            assert all(len(pictures) == 2 for _, _, pictures in seen)
            assert all(a is b for _, _, pictures in seen for a, b in zip(pictures, seen[0][2], strict=True))
            expected = max(seen, key=lambda one: one[1])[0]
        else:
            assert not seen
        assert own.found is not None
        assert nasc.dumps(own.found) == nasc.dumps(choices.document(expected))


def test_the_published_space_is_searched(tmp_path: Path) -> None:
    settings = {"epochs": "1", "batch": "4", "policy_batch": "4", "samples": "2", "score_batches": "1"}
    options = Options(channels=2, layers=4)
    text = nasc.dumps(nasc.load("spaces/ednas"))
    done = search(job(tmp_path / "run", text, settings=settings, options=options, limit=2))
    genotype = nasc.load(done.path)
    assert nasc.build(genotype, channels=2, layers=4, input=(1, 8, 8)) is not None
    edges = [
        len(item.terms) for cell in genotype.cells.values() for item in cell.statements if isinstance(item, Statement)
    ]
    assert edges == [2] * 8


@pytest.mark.parametrize("space", ["ednas_on_imagenet", "ednas_as_shipped"])
def test_the_spaces_for_imagenet_are_searched(space: str, tmp_path: Path) -> None:
    document = nasc.load(f"spaces/{space}")
    given = read_recipe(EdnasSearch, published("search")["ednas"], document.recipes("search")[0])
    assert (given.epochs, given.batch, given.policy_batch, given.hold, given.nesterov) == (50, 200, 50, 20, False)
    options = Options(channels=4, layers=3, input=(3, 64, 64), classes=10)
    recipe = read_recipe(
        EdnasSearch, published("search")["ednas"], document.recipes("search")[0], {"batch": "4", "policy_batch": "4"}
    )
    drawn = torch.Generator().manual_seed(1)
    pixels = torch.randint(256, (20, 3, 64, 64), generator=drawn).to(torch.uint8)
    data = Images(pixels, torch.randint(10, (20,), generator=drawn))
    own = EdnasTask(Setup(Run(tmp_path, {}), document, "search", options, recipe, data, torch.Tensor.float))
    own.begin_epoch(0)
    first = [own.step(0, step)[0] for step in (0, 1, own.weight_steps)]
    assert set(first[0]) == {"train_loss", "train_top1"}
    assert set(first[2]) == {"reward"}


@pytest.mark.slow
def test_the_planted_operation_is_found(tmp_path: Path) -> None:
    assert planted.hits("ednas", 10, tmp_path / "a", epochs="10", **PLANTED) >= 9
    assert planted.hits("ednas", 10, tmp_path / "b", epochs="1", strength_lr="0", **PLANTED) <= 5


def test_the_planted_operation_is_found_by_one_seed(tmp_path: Path) -> None:
    assert planted.hits("ednas", 1, tmp_path / "a", epochs="10", **PLANTED) == 1

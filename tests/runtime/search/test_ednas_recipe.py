"""The recipe of EDNAS for ImageNet: rates in steps, parts at random, samples that are held; and what is required."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import nasc
from nasc import genotypes
from nasc.compiler.constraints import unmet
from nasc.dsl.diagnostic import NasError
from nasc.runtime.recipe import published, read_recipe, search_kind
from nasc.runtime.search.ednas import EdnasTask
from nasc.runtime.search.parts import parts
from nasc.runtime.search_job import search
from nasc.runtime.settings import EdnasSearch
from tests.runtime.search.test_ednas import task
from tests.runtime.tiny import SPACE, job

STEPS = {"schedule": "steps", "milestones": "(10, 20, 30, 40)", "factors": "(0.5, 0.1, 0.01, 0.001)", "epochs": "50"}


def on_imagenet(space: str = "ednas_on_imagenet") -> EdnasSearch:
    recipe = nasc.loads(genotypes.shipped(f"spaces/{space}").read_text(encoding="utf-8")).recipes("search")[0]
    found = read_recipe(*search_kind(recipe), recipe)
    assert isinstance(found, EdnasSearch)
    return found


def test_the_shipped_values() -> None:
    """EDNAS, main_search.py for ImageNet."""
    found = on_imagenet()
    assert (found.hold, found.at_random, found.nesterov, found.clip) == (20, True, False, 0)
    assert found.milestones == (10, 20, 30, 40)
    assert found.factors == (0.5, 0.1, 0.01, 0.001)
    assert found.jitter == (0.4, 0.4, 0.4, 0.2)
    assert (found.batch, found.policy_batch, found.lr, found.weight_decay) == (200, 50, 0.05, 3e-5)
    assert on_imagenet("ednas_as_shipped") == found
    cifar = read_recipe(EdnasSearch, published("search")["ednas"], None)
    assert (cifar.schedule, cifar.at_random, cifar.warm_up, cifar.jitter) == ("cosine", False, 0, ())


def test_rates_fall_in_steps(tmp_path: Path) -> None:
    own = task(tmp_path, lr="0.05", **STEPS)
    rates = []
    for epoch in range(50):
        own.begin_epoch(epoch)
        rates.append(own.weights.param_groups[0]["lr"])
    assert rates == pytest.approx([0.05] * 10 + [0.025] * 10 + [0.005] * 10 + [0.0005] * 10 + [0.00005] * 10)


def test_rates_grow_from_step_to_step(tmp_path: Path) -> None:
    """On 4 GPUs: f = 1/G (e (G - 1) / 5 + 1) in the first 5 epochs, e with its fraction."""
    own = task(tmp_path, lr="1", warm_up="5", warm_up_from="0.25", **STEPS)
    assert own.weight_steps == 4
    for epoch in (0, 2, 4, 5, 10):
        own.begin_epoch(epoch)
        for step in range(4):
            own.step(epoch, step)
            at = epoch + step / 4
            expected = (at * 3 / 5 + 1) / 4 if epoch < 5 else 1.0 if epoch < 10 else 0.5
            assert own.weights.param_groups[0]["lr"] == pytest.approx(expected)


def test_parts_at_random(tmp_path: Path) -> None:
    labels = torch.zeros(40, dtype=torch.int64)
    first, second = parts(task(tmp_path).settings, labels, 1)
    assert first.tolist() == list(range(32))
    own = task(tmp_path, at_random="on")
    drawn, rest = parts(own.settings, labels, 1)
    assert (len(drawn), len(rest)) == (len(first), len(second))
    assert sorted([*drawn.tolist(), *rest.tolist()]) == list(range(40))
    assert drawn.tolist() != sorted(drawn.tolist())
    assert torch.equal(drawn, parts(own.settings, labels, 1)[0])
    assert not torch.equal(drawn, parts(own.settings, labels, 2)[0])
    at = parts(own.settings, own.setup.data.labels, own.setup.seed)[0]
    assert own.train.fingerprint() == own.setup.data.subset(at).fingerprint()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"schedule": "steps"}, "needs `milestones`"),
        ({"milestones": "(4, 2)", "factors": "(1, 1)"}, "in their order"),
        ({"milestones": "(2, 4)", "factors": "1"}, "as many"),
        ({"jitter": "(1, 1)"}, "hue"),
    ],
)
def test_values_that_do_not_fit(given: dict[str, str], said: str) -> None:
    with pytest.raises(NasError) as caught:
        read_recipe(EdnasSearch, published("search")["ednas"], None, given)
    assert caught.value.diagnostics[0].code == "E403"
    assert said in caught.value.diagnostics[0].message


def test_jitter_changes_what_is_trained_on(tmp_path: Path) -> None:
    text = SPACE.replace("search darts", "search gdas")
    found = []
    for name, given in (("plain", {}), ("jitter", {"jitter": "(0.4, 0.4, 0, 0)"})):
        path = search(job(tmp_path / name, text, settings={"epochs": "1", **given})).run.path
        found.append((path / "metrics.jsonl").read_text())
    assert found[0] != found[1]


def test_what_every_epoch_writes_meets_what_is_required(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The most probable genotype has four `dil_conv_3x3` here: it is passed over."""
    text = SPACE.replace("search darts", "search ednas")
    bound = text.replace(
        "network cifar: darts_cifar {", "network cifar: darts_cifar { require count(dil_conv_3x3, normal) <= 1 "
    )

    def convolutions(own: EdnasTask, epoch: int, step: int) -> tuple[dict[str, float], int]:
        with torch.no_grad():
            for strength in own.space.strengths():
                strength[:, 3] = 0.5
        return {"reward": 0.0}, 1

    monkeypatch.setattr(EdnasTask, "step", convolutions)
    settings = {"epochs": "2", "policy_batch": "8", "samples": "0"}
    written = {}
    for name, given in (("free", text), ("bound", bound)):
        path = search(job(tmp_path / name, given, settings=settings)).run.path
        written[name] = [nasc.load(file) for file in [*sorted(path.glob("epochs/*.nas")), path / "genotype.nas"]]
    assert len(written["bound"]) == 3
    assert all(nasc.dumps(one).count("dil_conv_3x3(") > 1 for one in written["free"])
    assert all(not list(unmet(one)) for one in written["bound"])

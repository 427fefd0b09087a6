"""FairDARTS: the steps with the zero-one loss by autograd, what is derived before and at the threshold, resuming."""

import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import nasc
from nasc.compiler.membership import contains
from nasc.compiler.resolve import shipped_document
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.dsl.printer import to_text
from nasc.runtime.data.images import Images
from nasc.runtime.derive_saved import derive_any
from nasc.runtime.recipe import read_recipe, search_kind
from nasc.runtime.run import Interrupted, Run
from nasc.runtime.search.ddarts import DDartsTask
from nasc.runtime.search.fairdarts import FairDartsTask, zero_one
from nasc.runtime.search.setup import Setup
from nasc.runtime.search.thresholds import derive_all
from nasc.runtime.search_job import search
from tests.runtime.search.planted import hits
from tests.runtime.test_derive import edges
from tests.runtime.test_resume import Killed, around, dying
from tests.runtime.tiny import EPOCHS, NETWORKS, STEPS, differences, job

FEW = "max_pool_3x3 | skip_connect | dil_conv_3x3"
BODY = f"""nas 1
use std.darts
cell normal(s0, s1) {{ s2..s3 = keep 0..2 of {{{FEW}}}(*)  return concat(s2..s3) }}
cell reduce(s0, s1) {{ s2 = {{keep 0..2 of {FEW}}}(*)  return concat(s2) }}
{NETWORKS}"""
TEXTS = {name: BODY.replace("search darts {", f"search {name} {{") for name in ("fairdarts", "ddarts")}
TASKS: dict[str, Any] = {"fairdarts": FairDartsTask, "ddarts": DDartsTask}
both = pytest.mark.parametrize("algorithm", TEXTS)


def task_of(algorithm: str, path: Path, space: Supernet | None = None, **changed: str) -> FairDartsTask:
    """A search that has not begun; its data does not matter."""
    nothing = Images(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), torch.zeros(4, dtype=torch.int64))
    document = nasc.loads(TEXTS[algorithm])
    recipe = document.recipes("search")[0]
    settings = read_recipe(*search_kind(recipe), recipe, changed)
    options = Options(input=(1, 8, 8))
    task: FairDartsTask = TASKS[algorithm](
        Setup(Run(path, {}), document, None, options, settings, nothing, torch.Tensor.float), space
    )
    return task


# ---------------------------------------------------------------- losses and steps


def test_zero_one_loss_is_least_at_zero_and_one() -> None:
    undecided, decided = [torch.zeros(2, 3), torch.zeros(1, 2)], [torch.tensor([[40.0, -40.0]])]
    for norm, least in ((1, -0.5), (2, -0.25)):
        assert float(zero_one(undecided, norm)) == 0.0
        assert float(zero_one(decided, norm)) == pytest.approx(least)
    # the mean goes over all strengths, however they are cut
    parts = [torch.tensor([[0.3, -2.0]]), torch.tensor([[1.0]])]
    assert float(zero_one(parts)) == pytest.approx(float(zero_one([torch.tensor([0.3, -2.0, 1.0])])))


@both
@pytest.mark.parametrize("norm", [1, 2])
def test_a_step_follows_the_whole_loss(algorithm: str, norm: int, tmp_path: Path) -> None:
    """Adam's first step goes by the sign of the gradient: that of the whole loss, by autograd and written out."""
    torch.manual_seed(2)
    space = nasc.supernet(nasc.loads(TEXTS[algorithm]), "small", input=(1, 8, 8)).double().train()
    with torch.no_grad():
        for strength in space.strengths():
            strength.normal_()
    task = task_of(algorithm, tmp_path, space, zero_one_norm=str(norm), zero_one="3", strength_weight_decay="0")
    task.begin_epoch(0)
    batch = torch.randn(6, 1, 8, 8, dtype=torch.float64), torch.randint(10, (6,))
    logits = space(batch[0])
    assert isinstance(logits, Tensor)
    away = [strength.sigmoid() - 0.5 for strength in space.strengths()]
    size = [a.abs() if norm == 1 else a**2 for a in away]
    pushed = sum(s.sum() for s in size) / sum(s.numel() for s in size)
    if algorithm == "ddarts":  # every cell by itself
        pushed = sum((s.mean() for s in size), torch.zeros(()))
    loss = F.cross_entropy(logits, batch[1]) - 3 * pushed
    expected = torch.autograd.grad(loss, space.strengths())
    before = [strength.detach().clone() for strength in space.strengths()]
    task.strength_step(batch, batch)
    for strength, old, gradient in zip(space.strengths(), before, expected, strict=True):
        step = 3e-3 * gradient / (gradient.abs() + 1e-8)
        assert torch.allclose(strength.detach(), old - step, rtol=0, atol=1e-9)


@both
def test_strengths_begin_with_zero(algorithm: str, tmp_path: Path) -> None:
    assert all(not strength.any() for strength in task_of(algorithm, tmp_path).space.strengths())


# ---------------------------------------------------------------- what is derived


def test_a_cell_that_reaches_nothing_has_its_strongest_edges_and_says_so(tmp_path: Path) -> None:
    task = task_of("fairdarts", tmp_path)
    (normal, reduce) = task.space.strengths()
    with torch.no_grad():
        normal[0, 2], normal[3, 1] = 2.0, 1.8  # above 0.85 are 1.735 and more
        reduce[1, 0] = 1.7
    found = task.derive()
    assert edges(found, "normal") == [("dil_conv_3x3", "s0"), ("skip_connect", "s1")]
    assert edges(found, "reduce") == [("max_pool_3x3", "s1"), ("max_pool_3x3", "s0")]
    head = to_text(found).splitlines()[0]
    assert head == "# cell reduce: nothing reaches 0.85, so that the strongest 2 edges of each state stand here"
    assert nasc.loads(to_text(found)) == found
    assert "#" not in to_text(derive_all(task.space, None, 0.5))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("sparse", [("dil_conv_3x3", "s0"), ("dil_conv_3x3", "s2"), ("skip_connect", "s1")]),
        ("edge", [("skip_connect", "s0"), ("dil_conv_3x3", "s0"), ("skip_connect", "s1"), ("dil_conv_3x3", "s2")]),
        (
            "complete",
            [
                *(("max_pool_3x3", "s0"), ("skip_connect", "s0"), ("dil_conv_3x3", "s0")),
                *(("skip_connect", "s1"), ("dil_conv_3x3", "s2")),
            ],
        ),
        ("darts", [("dil_conv_3x3", "s0"), ("max_pool_3x3", "s1"), ("dil_conv_3x3", "s2"), ("skip_connect", "s1")]),
    ],
)
def test_rules_by_name(rule: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    task = task_of("ddarts", tmp_path, rule=rule)
    normal, _ = task.space.strengths()
    with torch.no_grad():
        normal[0] = torch.tensor([2.0, 2.5, 3.0])  # s0 -> s2
        normal[3, 1] = 2.0  # s1 -> s3
        normal[4, 2] = 4.0  # s2 -> s3
    assert edges(task.derive(), "normal") == expected


def test_the_rule_of_the_text_is_that_of_nasc_derive(never_stopped: dict[str, Path], tmp_path: Path) -> None:
    text = TEXTS["ddarts"].replace("search ddarts {", "search ddarts { rule: complete  threshold: 0.1 ")
    search(job(tmp_path / "run", text, limit=1))
    found = derive_any(tmp_path / "run", threshold=0.1)
    assert found == nasc.load(tmp_path / "run" / "genotype.nas")
    assert len(edges(found, "normal")) == 5 * 3


def test_what_is_required_goes_before_the_threshold() -> None:
    def found(text: str) -> int:
        space = nasc.supernet(nasc.loads(text), "small", input=(1, 8, 8))
        with torch.no_grad():
            for strength in space.strengths():
                strength.zero_()
                strength[:, 2] = 0.1  # the convolution, which costs most
        return nasc.stats(derive_all(space, None, 0.85), "cifar").params

    head = "network cifar: darts_cifar {"
    assert head in TEXTS["fairdarts"]
    free = found(TEXTS["fairdarts"])
    assert found(TEXTS["fairdarts"].replace(head, f"{head} require params <= {free - 1} ")) < free


def test_cells_that_would_not_be_searched_are_refused(tmp_path: Path) -> None:
    text = shipped_document("spaces/ddarts").source.text
    with pytest.raises(nasc.NasError, match="with 3 layers, `normal_3`, `normal_4`") as caught:
        search(job(tmp_path / "run", text, options=Options(channels=2, layers=3)))
    assert caught.value.diagnostics[0].code == "E306"


def test_an_unknown_rule_is_refused(tmp_path: Path) -> None:
    with pytest.raises(nasc.NasError, match="`rule` takes sparse or edge or complete or darts"):
        task_of("fairdarts", tmp_path, rule="argmax")


# ---------------------------------------------------------------- whole runs


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    torch.set_num_threads(1)
    found = {}
    for algorithm, text in TEXTS.items():
        found[algorithm] = tmp_path_factory.mktemp(algorithm) / "run"
        search(job(found[algorithm], text))
    return found


@both
def test_it_emits_a_genotype_of_the_space(algorithm: str, never_stopped: dict[str, Path]) -> None:
    text = (never_stopped[algorithm] / "genotype.nas").read_text()
    assert contains(nasc.check(nasc.loads(TEXTS[algorithm])), nasc.check(nasc.loads(text))) == []
    assert "nothing reaches 0.85" in text
    nasc.build(nasc.loads(text), "cifar", input=(1, 8, 8))


@both
@pytest.mark.parametrize("chance", range(2))
def test_killed_at_random_steps(
    algorithm: str, chance: int, never_stopped: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rolled = random.Random(chance)
    calls = sorted(rolled.sample(range(12), 3))
    around(monkeypatch, TASKS[algorithm], "step", **{rolled.choice(["before", "after"]): dying(calls)})
    stops = 0
    for _ in range(10):
        try:
            search(job(tmp_path / "run", TEXTS[algorithm], resume=(tmp_path / "run" / "run.json").exists()))
        except Killed:
            stops += 1
        else:
            break
    assert stops == 3
    assert differences(tmp_path / "run", never_stopped[algorithm]) == []


@both
def test_interrupted_after_every_step(
    algorithm: str, never_stopped: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    around(monkeypatch, TASKS[algorithm], "step", after=lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    for _ in range(EPOCHS * STEPS):
        with pytest.raises(Interrupted):
            search(job(tmp_path / "run", TEXTS[algorithm], resume=(tmp_path / "run" / "run.json").exists()))
    search(job(tmp_path / "run", TEXTS[algorithm], resume=True))
    assert differences(tmp_path / "run", never_stopped[algorithm]) == []


# ---------------------------------------------------------------- the planted task


PUSHED = {"zero_one": "0.2"}
"""The published 10 on the mean of 196 strengths pushes each of them as this does on the mean of 4."""


@both
def test_it_finds_what_was_planted(algorithm: str, tmp_path: Path) -> None:
    assert hits(algorithm, 3, tmp_path, **PUSHED) >= 2
    assert hits(algorithm, 3, tmp_path / "still", strength_lr="0", epochs="1") <= 1


@pytest.mark.slow
@both
def test_it_finds_what_was_planted_in_nine_of_ten(algorithm: str, tmp_path: Path) -> None:
    assert hits(algorithm, 10, tmp_path, **PUSHED) >= 9
    assert hits(algorithm, 10, tmp_path / "still", strength_lr="0", epochs="1") <= 5

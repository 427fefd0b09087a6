"""PC-DARTS: shares of the data, weights alone at first, the clipped gradient; one step against the recording."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

import nasc
from nasc.compiler.plan import cell_dag, plan
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.dsl.diagnostic import NasError
from nasc.runtime import checkpoint
from nasc.runtime.data.images import Images
from nasc.runtime.derive_saved import derive_any
from nasc.runtime.recipe import published, read_recipe
from nasc.runtime.run import Run
from nasc.runtime.search.darts import first_order
from nasc.runtime.search.pcdarts import PcdartsTask
from nasc.runtime.search.setup import Setup
from nasc.runtime.search.steps import clipped
from nasc.runtime.search_job import search
from nasc.runtime.settings import PcdartsSearch
from tests.goldens.folder import whole
from tests.goldens.search import KINDS, network
from tests.goldens.texts import space_text
from tests.runtime.search.planted import hits
from tests.runtime.test_resume import Killed, around, dying
from tests.runtime.tiny import SPACE, differences, job

TEXT = SPACE.replace("search darts {", "search pcdarts { weights_alone: 1 ").replace(
    "small: darts_search { channels: 2", "small: pcdarts_search { channels: 8"
)


def task(path: Path, data: Images | None = None, space: Supernet | None = None, **settings: str) -> PcdartsTask:
    """The task of the small text, with the published settings but for these."""
    document = nasc.loads(TEXT) if space is None else space.plan.program.document
    recipe = read_recipe(PcdartsSearch, published("search")["pcdarts"], None, settings)
    if data is None:
        data = Images(torch.zeros(8, 3, 16, 16, dtype=torch.uint8), torch.arange(8) % 2)
    options = Options(input=(3, 16, 16)) if space is None else Options()
    setup = Setup(Run(path, {}), document, None, options, recipe, data, lambda pixels: pixels.double())
    return PcdartsTask(setup, space)


# ---------------------------------------------------------------- against the recording


def test_a_step_of_adam_moves_strengths_of_operations_and_of_edges(tmp_path: Path) -> None:
    """The first step of Adam goes by the recorded gradients, both kinds of strengths in one optimiser."""
    golden = whole("darts/golden_search_pcdarts_f64.pt")
    made = golden["constructor"]
    text = space_text("darts", network("pcdarts_search", made["C"], made["layers"]))
    space = Supernet(plan(nasc.loads(text))).double().train()
    names = [f"{what}_{kind}" for what in ("alphas", "betas") for kind in KINDS]
    nasc.import_weights(space, golden["state_dict"] | dict(zip(names, golden["arch"], strict=True)), origin="pcdarts")
    own = task(tmp_path, space=space, strength_clip="0")
    before = [p.detach().clone() for p in space.strengths()]
    found, loss = first_order(space, (golden["input"], golden["target"]))
    assert loss == pytest.approx(golden["loss"], abs=1e-10)
    for p, gradient in zip(space.strengths(), found, strict=True):
        p.grad = gradient
    own.strengths.step()
    for p, old, recorded in zip(space.strengths(), before, golden["arch_grads"], strict=True):
        gradient = recorded + 1e-3 * old
        assert torch.allclose(p.detach(), old - 6e-4 * gradient / (gradient.abs() + 1e-8), atol=1e-10)


# ---------------------------------------------------------------- its own settings


def test_the_shares_are_the_first_examples(tmp_path: Path) -> None:
    data = Images(torch.zeros(20, 3, 16, 16, dtype=torch.uint8), torch.arange(20))
    found = task(tmp_path, data, split="20%", strength_split="10%")
    assert (found.train.labels.tolist(), found.valid.labels.tolist()) == ([0, 1, 2, 3], [4, 5])
    assert len(task(tmp_path, data, split="20%").valid) == 16


def test_the_shares_are_drawn_of_each_class(tmp_path: Path) -> None:
    """10% and 2.5% of each class, as for ImageNet: never the same example twice, others by another seed."""
    number = torch.arange(400)
    pixels = torch.stack([number // 256, number % 256, number * 0], 1).to(torch.uint8)
    data = Images(pixels.reshape(-1, 3, 1, 1).expand(-1, 3, 16, 16), number % 3)
    found, again = (task(tmp_path, data, split="10%", strength_split="2.5%", by_class="on") for _ in range(2))
    assert torch.bincount(found.train.labels).tolist() == [13, 13, 13]
    assert torch.bincount(found.valid.labels).tolist() == [3, 3, 3]
    assert isinstance(found.train, Images)
    assert isinstance(found.valid, Images)
    assert isinstance(again.train, Images)
    drawn = torch.cat([found.train.pixels, found.valid.pixels])[:, :, 0, 0].long()
    taken = (drawn[:, 0] * 256 + drawn[:, 1]).tolist()
    assert len(set(taken)) == len(taken)
    assert taken != sorted(taken)
    assert torch.equal(again.train.pixels, found.train.pixels)


def test_shares_of_more_than_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NasError, match=r"`split` and `strength_split` are more than all data"):
        task(tmp_path, split="60%", strength_split="50%")
    with pytest.raises(NasError, match=r"examples cannot be split into two parts"):
        task(tmp_path, split="50%", strength_split="1%")


def test_the_learning_rate_grows_and_then_falls(tmp_path: Path) -> None:
    plain, warm = task(tmp_path), task(tmp_path, lr_warm_up="5")
    assert plain.rate(0) == pytest.approx(0.1)
    assert [warm.rate(e) / plain.rate(e) for e in range(6)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0])
    warm.begin_epoch(1)
    assert warm.weights.param_groups[0]["lr"] == warm.rate(1)


def test_gradients_of_strengths_are_clipped_together() -> None:
    found = [torch.tensor([3.0, 0.0]), torch.tensor([4.0])]
    assert clipped(found, 0.0) is found
    assert clipped(found, 10.0)[0].tolist() == [3.0, 0.0]
    a, b = clipped(found, 1.0)
    assert torch.allclose(torch.cat([a, b]), torch.tensor([0.6, 0.0, 0.8]), atol=1e-5)


# ---------------------------------------------------------------- whole runs


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return search(job(tmp_path_factory.mktemp("pcdarts") / "run", TEXT)).run.path


def test_strengths_stay_while_the_weights_train_alone(tmp_path: Path) -> None:
    own = task(tmp_path, weights_alone="1", batch="2")
    own.space.double()
    own.begin_epoch(0)
    before = [p.detach().clone() for p in own.space.strengths()]
    figures, _ = own.step(0, 0)
    assert "strength_loss" not in figures
    assert all(torch.equal(p, q) for p, q in zip(own.space.strengths(), before, strict=True))
    own.begin_epoch(1)
    figures, _ = own.step(1, 0)
    assert "strength_loss" in figures
    assert not any(torch.equal(p, q) for p, q in zip(own.space.strengths(), before, strict=True))


def test_a_run(finished: Path) -> None:
    rows = [json.loads(line) for line in (finished / "metrics.jsonl").read_text().splitlines()]
    assert ["strength_loss" in row for row in rows] == [False, True, True]
    model = checkpoint.load(finished / "checkpoint.pt")["task"]["model"]
    assert model["_betas.cell_normal"].shape == (5,)
    found = nasc.load(finished / "genotype.nas")
    again = derive_any(finished)
    for kind in KINDS:
        ours, derived = cell_dag(found, kind).edges, cell_dag(again, kind).edges
        assert [(e.operations, e.source) for e in ours] == [(e.operations, e.source) for e in derived]
        assert [e.strength for e in ours] == pytest.approx([e.strength for e in derived], abs=1e-4)
    # the text carries the products, so that it can be derived from by another rule
    assert derive_any(found, "darts") == found


def test_a_checkpoint_without_edge_weights_is_refused(finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    state: dict[str, Any] = checkpoint.load(tmp_path / "run" / "checkpoint.pt")
    state["task"]["model"].pop("_betas.cell_reduce")
    state.pop("format")
    checkpoint.save(tmp_path / "run" / "checkpoint.pt", state)
    with pytest.raises(NasError, match=r"does not hold the edge weights of cell `reduce`"):
        derive_any(tmp_path / "run")


@pytest.mark.parametrize("call", [1, 4, 8])
def test_killed_at_a_step(call: int, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    around(monkeypatch, PcdartsTask, "step", before=dying([call]))
    with pytest.raises(Killed):
        search(job(tmp_path / "run", TEXT))
    search(job(tmp_path / "run", TEXT, resume=True))
    assert differences(tmp_path / "run", finished) == []


QUICK = {"weights_alone": "1", "strength_betas": "(0.5, 0.999)"}


def test_it_finds_the_planted_operation(tmp_path: Path) -> None:
    assert hits("pcdarts", 2, tmp_path, **QUICK) == 2


@pytest.mark.slow
def test_it_finds_the_planted_operation_in_ten_seeds(tmp_path: Path) -> None:
    assert hits("pcdarts", 10, tmp_path, **QUICK) >= 9
    assert hits("pcdarts", 10, tmp_path / "still", **QUICK, strength_lr="0") <= 5

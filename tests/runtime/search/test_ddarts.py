"""D-DARTS: recordings of the authors' network and of clean steps; the ablation loss by autograd of the whole."""

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import nasc
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.runtime.data.images import Images
from nasc.runtime.metrics import cosine
from nasc.runtime.recipe import published, read_recipe
from nasc.runtime.run import Run
from nasc.runtime.search.ablation import Contributions, contributions, owners, random_weights
from nasc.runtime.search.darts import first_order
from nasc.runtime.search.ddarts import DDartsTask
from nasc.runtime.search.fairdarts import zero_one
from nasc.runtime.search.setup import Setup
from nasc.runtime.search.steps import gradients
from nasc.runtime.settings import DDartsSearch
from tests.goldens.folder import whole
from tests.goldens.search import strengths
from tests.goldens.texts import space_text

CELLS = [f"normal_{index}" for index in range(3)]
TEXT = """nas 1
use std.ddarts
cell normal(s0, s1) { s2..s3 = keep 0..2 of {max_pool_3x3 | skip_connect | dil_conv_3x3}(*)  return concat(s2..s3) }
network search: darts_search { channels: 2  cells: normal[0], normal[1]/2, normal[2] }
search ddarts { network: search }
"""


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    return whole("ddarts/golden_search_nested_C4_L3.pt")


@pytest.fixture
def space(golden: dict[str, Any]) -> Supernet:
    """The network with the authors' weights and strengths, in float64."""
    cells = "cells: normal[0], normal[1]/2, normal[2]/2"
    text = space_text("ddarts", f"network golden: darts_search {{ channels: 4  {cells} }}", "std.ddarts")
    model = nasc.supernet(nasc.loads(text + "search ddarts {}\n"), "golden").double()
    assert model.mixing == "sigmoid"
    nasc.import_weights(model, golden["state_dict"], origin="ddarts")
    with torch.no_grad():
        for name, alphas in zip(CELLS, golden["alphas"], strict=True):
            strengths(model, name).copy_(alphas)
    return model.train()


def task_of(space: Supernet, path: Path, **changed: str) -> DDartsTask:
    """The search itself, with the published settings; its data does not matter here."""
    nothing = Images(torch.zeros(4, 3, 16, 16, dtype=torch.uint8), torch.zeros(4, dtype=torch.int64))
    settings = read_recipe(DDartsSearch, published("search")["ddarts"], None, changed)
    document = space.plan.program.document
    setup = Setup(Run(path, {}), document, None, Options(), settings, nothing, lambda pixels: pixels.double())
    return DDartsTask(setup, space)


def small(seed: int = 0, text: str = TEXT) -> Supernet:
    """A tiny network in float64 with strengths of all sizes."""
    torch.manual_seed(seed)
    space = nasc.supernet(nasc.loads(text), input=(1, 8, 8)).double().train()
    with torch.no_grad():
        for strength in space.strengths():
            strength.normal_()
    return space


def batch_of(seed: int = 1) -> tuple[Tensor, Tensor]:
    drawn = torch.Generator().manual_seed(seed)
    pictures = torch.randn(6, 1, 8, 8, generator=drawn, dtype=torch.float64)
    return pictures, torch.randint(10, (6,), generator=drawn)


# ---------------------------------------------------------------- recordings of the original


@pytest.mark.parametrize(("norm", "name"), [(1, "l1"), (2, "l2")])
def test_zero_one_loss_of_the_original(golden: dict[str, Any], norm: int, name: str) -> None:
    alphas = [alpha.double() for alpha in golden["alphas"]]
    for alpha, recorded in zip(alphas, golden[f"L01_{name}_per_cell"], strict=True):
        assert float(zero_one([alpha], norm)) == pytest.approx(recorded, abs=1e-12)
    assert float(zero_one(alphas, norm)) == pytest.approx(golden[f"L01_{name}_all"], abs=1e-12)


def test_losses_of_cells_of_the_original(golden: dict[str, Any]) -> None:
    assert len(golden["ablation"]) == 3
    alphas = [alpha.double().requires_grad_() for alpha in golden["alphas"]]
    for case in golden["ablation"]:
        given = Contributions(torch.tensor(case["mc"], dtype=torch.float64))
        for cell, recorded in enumerate(case["per_cell"]):
            pushed = zero_one([alphas[cell]])
            reached = float(pushed.detach())
            term = -float(given.losses()[cell])
            assert term == pytest.approx(recorded["l_ablation_term"], abs=1e-6)
            assert golden["ce"] + 9 * reached + 0.7 * term == pytest.approx(recorded["total"], abs=1e-6)
            own = golden["dCE_dalpha"][cell] + 9 * gradients(pushed, [alphas[cell]])[0]
            assert float(own.norm()) == pytest.approx(recorded["grad_norm_alpha"], abs=1e-9)


def test_marginal_contributions_of_the_original(golden: dict[str, Any], space: Supernet) -> None:
    random.seed(0)  # the authors' code draws with it, one number for each operation as it comes
    noise = {}
    for name in CELLS:
        drawn = [[torch.tensor(random.random()) for _ in range(7)] for _ in range(14)]
        noise[name] = torch.stack([torch.stack(row) for row in drawn]).double()
    batch = golden["input"].double(), golden["target"]
    _, loss = first_order(space, batch)
    found = contributions(space, batch, loss, noise)
    assert found.marginal.tolist() == pytest.approx(golden["marginal_contributions_seed0"], abs=1e-6)


def test_clean_steps_of_the_original(golden: dict[str, Any], space: Supernet, tmp_path: Path) -> None:
    task = task_of(space, tmp_path, ablation="constant")
    task.begin_epoch(0)
    task.train_batch = lambda step: (golden["input_train"].double(), golden["target_train"])  # type: ignore[method-assign]
    task.valid_batch = lambda: (golden["input"].double(), golden["target"])  # type: ignore[method-assign]
    assert len(golden["trace_clean"]) == 3
    for number, recorded in enumerate(golden["trace_clean"]):
        pushed = float(torch.stack([zero_one(parts) for parts in task.by_cell()]).detach().mean())
        figures, _ = task.step(0, number)
        for name, alphas in zip(CELLS, recorded["alphas"], strict=True):
            assert torch.allclose(strengths(space, name).detach(), alphas, rtol=0, atol=1e-9), number
        assert figures["strength_loss"] - 9 * pushed == pytest.approx(recorded["val_ce"], abs=1e-9)
        assert figures["train_loss"] == pytest.approx(recorded["train_ce"], abs=1e-9)
        norm = torch.cat([p.detach().flatten() for p in space.weights()]).norm()
        assert float(norm) == pytest.approx(recorded["w_norm"], abs=1e-9)


# ---------------------------------------------------------------- the ablation loss


def test_gradient_of_the_ablation_loss_is_that_of_autograd() -> None:
    space, batch = small(), batch_of()
    noise = random_weights(space)
    logits = space(batch[0])
    assert isinstance(logits, Tensor)
    loss = F.cross_entropy(logits, batch[1])
    marginal = []
    for name in space.dags:
        ablated = space(batch[0], {**space.mixed(), name: noise[name]})
        assert isinstance(ablated, Tensor)
        marginal.append(loss - F.cross_entropy(ablated, batch[1]))
    mean = torch.stack(marginal).mean()
    expected = []
    for cell, strength in enumerate(space.strengths()):
        (own,) = torch.autograd.grad((marginal[cell] - mean) / mean, [strength], retain_graph=True)
        expected.append(own)
    found, value = first_order(space, batch)
    given = contributions(space, batch, value, noise, slopes=True)
    assert torch.allclose(given.marginal, torch.stack(marginal).detach(), atol=1e-12)
    for ours, theirs in zip(given.gradients(found, owners(space)), expected, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-8, atol=1e-10)
        assert bool(theirs.any())


def test_a_single_cell_has_no_ablation_loss() -> None:
    text = TEXT.replace("normal[0], normal[1]/2, normal[2]", "normal, normal/2, normal")
    space, batch = small(text=text), batch_of()
    found, value = first_order(space, batch)
    given = contributions(space, batch, value, random_weights(space), slopes=True)
    assert given.losses().tolist() == [0.0]
    (only,) = given.gradients(found, owners(space))
    assert torch.allclose(only, torch.zeros_like(only), atol=1e-12)


def test_contributions_that_cancel_out() -> None:
    given = Contributions(torch.tensor([0.5, -0.5]), [[torch.ones(1)] * 2] * 2)
    assert given.losses().tolist() == [0.0, 0.0]
    assert [g.tolist() for g in given.gradients([torch.ones(1)] * 2, [0, 1])] == [[0.0], [0.0]]


def test_a_constant_ablation_loss_moves_nothing_and_a_gradient_does(tmp_path: Path) -> None:
    found = {}
    for how in ("off", "constant", "gradient"):
        space = small()
        task = task_of(space, tmp_path, ablation=how)
        task.begin_epoch(0)
        task.train_batch = lambda step: batch_of(2)  # type: ignore[method-assign]
        task.valid_batch = lambda: batch_of(3)  # type: ignore[method-assign]
        torch.manual_seed(7)
        figures, _ = task.step(0, 0)
        assert ("contribution" in figures) == (how != "off")
        found[how] = {name: value.clone() for name, value in space.state_dict().items()}
    same = [name for name, value in found["off"].items() if torch.equal(value, found["constant"][name])]
    assert len(same) == len(found["off"])
    assert any(not torch.equal(value, found["gradient"][name]) for name, value in found["off"].items())


def test_rates_of_weights_and_strengths(tmp_path: Path) -> None:
    task = task_of(small(), tmp_path)
    for epoch in range(50):
        task.begin_epoch(epoch)
        assert task.weights.param_groups[0]["lr"] == cosine(0.005, 0.001, epoch, 50)
        assert task.strengths.param_groups[0]["lr"] == cosine(0.003, 0.001, epoch, 50)

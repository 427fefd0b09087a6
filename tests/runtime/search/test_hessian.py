"""The second order by differentiating twice: against recordings, and against a step ahead written out in autograd."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional as F

from nasc.compiler.supernet import Supernet
from nasc.dsl.diagnostic import NasError
from nasc.runtime.recipe import published, read_recipe
from nasc.runtime.run import read_asked
from nasc.runtime.search.darts import Unrolled, second_order
from nasc.runtime.search.steps import Batch
from nasc.runtime.search_job import search
from nasc.runtime.settings import DartsSearch
from nasc.runtime.weights import import_weights
from tests.goldens.folder import whole
from tests.goldens.search import KINDS, PTDARTS, network, strengths, supernet
from tests.goldens.texts import space_text
from tests.runtime.search.test_darts import DECAY, MOMENTUM, RATE, apart, batches, originals, remember, small_space
from tests.runtime.tiny import job

EXACT = {"order": "2", "hessian": "exact"}


def test_the_recipe_takes_the_published_way() -> None:
    assert read_recipe(DartsSearch, published("search")["darts"], None).hessian == "difference"


@pytest.mark.parametrize("optimize", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["optimized", "plain"])
def test_the_exact_gradients_recorded(optimize: bool) -> None:
    golden = whole("darts/golden_search_darts_f64.pt")
    space = originals(golden, optimize)
    optimizer = torch.optim.SGD(space.weights(), RATE, momentum=MOMENTUM, weight_decay=DECAY)
    remember(golden, space, optimizer)
    found, loss = second_order(space, optimizer, *batches(golden), exact=True)
    assert apart(found, golden["exact_second_order_alpha_grads"]) <= 1e-10
    assert loss == pytest.approx(golden["unrolled_val_loss"], abs=1e-10)


def test_ptdarts_as_it_was_meant() -> None:
    """Its code divides where it should multiply (pt.darts, issue 34); the recording has both."""
    golden = whole("darts/golden_ptdarts_search_f64.pt")
    made = golden["constructor"]
    space = supernet(space_text(PTDARTS, network("darts_search", made["C"], made["n_layers"])), True)
    import_weights(space, golden["state_dict"], "ptdarts")
    optimizer = torch.optim.SGD(
        space.weights(), golden["eta"], momentum=golden["momentum"], weight_decay=golden["weight_decay"]
    )
    train, valid = (golden["x_train"], golden["y_train"]), (golden["x_val"], golden["y_val"])
    found, _ = second_order(space.train(), optimizer, train, valid)
    places = {id(p): gradient for p, gradient in zip(space.strengths(), found, strict=True)}
    rows = [part for kind in KINDS for part in torch.split(places[id(strengths(space, kind))], [2, 3, 4, 5])]
    assert apart(rows, golden["second_order_fixed"]) <= 1e-10
    assert apart(rows, golden["second_order_as_shipped_buggy"]) > 1e-6


def ahead(space: Supernet, optimizer: torch.optim.SGD, train: Batch, valid: Batch) -> list[Tensor]:
    """dL_val(w'(alpha), alpha)/dalpha, with w' a part of the graph: no product of a Hessian anywhere."""
    names = {id(p): name for name, p in space.named_parameters()}
    logits = space(train[0])
    assert isinstance(logits, Tensor)
    slopes = torch.autograd.grad(F.cross_entropy(logits, train[1]), space.weights(), create_graph=True)
    moved = {
        names[id(p)]: p - RATE * (MOMENTUM * optimizer.state[p]["momentum_buffer"] + slope + DECAY * p)
        for p, slope in zip(space.weights(), slopes, strict=True)
    }
    loss = F.cross_entropy(functional_call(space, moved, (valid[0],)), valid[1])
    return list(torch.autograd.grad(loss, space.strengths()))


@pytest.mark.parametrize("recompute", [False, True])
def test_a_step_ahead_differentiated_as_a_whole(recompute: bool) -> None:
    space, optimizer, train, valid = small_space()
    expected = ahead(space, optimizer, train, valid)
    space.checkpoint = recompute
    before = [p.detach().clone() for p in space.weights()]
    found, _ = second_order(space, optimizer, train, valid, exact=True)
    assert apart(found, expected) <= 1e-12
    assert all(torch.equal(p, saved) for p, saved in zip(space.weights(), before, strict=True))
    assert all(p.grad is None for p in space.parameters())


def test_the_difference_comes_near_where_it_is_small() -> None:
    """So near that no ReLU and no pool changes its mind."""
    space, optimizer, train, valid = small_space()
    exact, _ = second_order(space, optimizer, train, valid, exact=True)
    near, _ = second_order(space, optimizer, train, valid, epsilon=1e-7)
    far, _ = second_order(space, optimizer, train, valid)
    assert apart(near, exact) <= 1e-7
    assert apart(far, exact) > apart(near, exact)


def test_a_loss_that_is_linear_in_the_weights_has_no_product() -> None:
    w, a = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    own = Unrolled([w], [a], [], torch.optim.SGD([w], 0.5), exact=True)
    found, _ = own.gradients(lambda: (3 * w).sum(), lambda: (a * w).sum())
    assert found[0].tolist() == [1 - 0.5 * 3]


def test_a_search_does_without_passes_that_differentiate_once(tmp_path: Path) -> None:
    path = search(job(tmp_path / "run", settings={**EXACT, "epochs": "1"})).run.path
    assert read_asked(path)["passes"] == ["drop_zeros", "undilate", "share"]
    again = search(job(tmp_path / "again", settings={**EXACT, "epochs": "1", "hessian": "difference"})).run.path
    assert "fold_strengths" in read_asked(again)["passes"]


def test_compiled_cells_cannot(tmp_path: Path) -> None:
    given: dict[str, Any] = {"settings": EXACT, "compile": True}
    with pytest.raises(NasError) as caught:
        search(job(tmp_path / "run", **given))
    assert caught.value.diagnostics[0].code == "E403"

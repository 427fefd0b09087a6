"""Gradients of the strengths of recurrent cells against those recorded from the code of DARTS."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch

import nasc
from nasc.compiler.language_supernet import LanguageSupernet
from nasc.compiler.stack import Options
from nasc.runtime.files import open_source
from nasc.runtime.search import open_language
from nasc.runtime.search.language import Passage
from nasc.runtime.search.language_darts import Unrolled
from nasc.runtime.search.steps import frozen, gradients

GOLDENS = os.environ.get("NASC_GOLDENS")
FILE = Path(GOLDENS or ".") / "darts" / "golden_rnn_search_f64.pt"
pytestmark = pytest.mark.skipif(GOLDENS is None or not FILE.is_file(), reason="needs NASC_GOLDENS")


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    found: dict[str, Any] = torch.load(FILE, weights_only=True)
    return found


@pytest.fixture(params=[True, False], ids=["fast", "plain"])
def space(golden: dict[str, Any], request: pytest.FixtureRequest) -> LanguageSupernet:
    """The recorded shared-weight network."""
    size = Options(channels=8, vocabulary=20)
    found = open_language(nasc.loads(open_source("rnn").text), "search", size, optimize=request.param).double()
    theirs = golden["state_dict"]
    ours = {
        "stem.0.weight": theirs["encoder.weight"],
        "head.1.bias": theirs["decoder.bias"],
        "cells.0.s0.weight": theirs["rnns.0._W0"],
        **{f"cells.0.s{i + 1}.weight": theirs[f"rnns.0._Ws.{i}"] for i in range(8)},
        **{f"cells.0.sum.0.{name}": theirs[f"rnns.0.bn.{name}"] for name in ("running_mean", "running_var")},
        "_alphas.cell_rnn.0": golden["alphas"],
    }
    missing, surplus = found.load_state_dict(ours, strict=False)
    assert not surplus
    assert all(name.endswith("num_batches_tracked") for name in missing)
    return found.train()


def passages(golden: dict[str, Any]) -> tuple[Passage, Passage]:
    train = Passage(golden["input"], golden["target"], golden["hidden0"])
    return train, Passage(golden["input_val"], golden["target_val"], golden["hidden0_val"])


def test_first_order(space: LanguageSupernet, golden: dict[str, Any]) -> None:
    _, valid = passages(golden)
    with frozen(space.weights()):
        loss = space.loss(valid.tokens, valid.targets, valid.hidden).nll
        (found,) = gradients(loss, space.strengths())
    torch.testing.assert_close(found, golden["lr20.0"]["first_order"], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("case", ["lr20.0", "lr1.0", "lr0.1_clip50"])
def test_second_order_as_shipped(space: LanguageSupernet, golden: dict[str, Any], case: str) -> None:
    recorded = golden[case]
    decay = golden["lr20.0"]["wdecay"]
    before = {name: tensor.clone() for name, tensor in space.state_dict().items() if "sum.0" not in name}
    unrolled = Unrolled(space, recorded["eta"], decay, recorded["clip"], as_shipped=True)
    (found,), _, hidden = unrolled.gradients(*passages(golden))
    torch.testing.assert_close(found, recorded["second_order"], rtol=1e-6, atol=1e-8)
    assert hidden.shape == (1, 3, 8)
    for name, tensor in before.items():
        assert torch.equal(space.state_dict()[name], tensor), name


def test_the_two_mistakes_of_the_published_code_matter(space: LanguageSupernet, golden: dict[str, Any]) -> None:
    recorded = golden["lr0.1_clip50"]
    right = Unrolled(space, recorded["eta"], 5e-7, recorded["clip"])
    (found,), _, _ = right.gradients(*passages(golden))
    assert float((found - recorded["second_order"]).abs().max()) > 1e-6

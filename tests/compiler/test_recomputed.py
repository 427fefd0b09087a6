"""Cells computed again for the gradient: the same bits, statistics moved once, the same chance."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import nasc
from nasc.compiler.build import Network
from nasc.compiler.passes import passes
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from tests.compiler.test_sampled import choose


@pytest.mark.parametrize("name", ["darts_v2", "spaces/darts", "spaces/nasbench201"])
@pytest.mark.parametrize("sample", [False, True])
@pytest.mark.parametrize("rounding", [False, True])
def test_it_changes_nothing(name: str, sample: bool, rounding: bool) -> None:
    found = plan(nasc.load(name), None, Options(channels=4, layers=3, input=(3, 8, 8)))
    if sample and not found.open:
        pytest.skip("a genotype is not sampled")
    results = []
    for checkpoint in (False, True):
        torch.manual_seed(0)
        changes = passes(rounding=rounding)
        model = Supernet(found, changes=changes) if found.open else Network(found, False, changes)
        model.set_rates(0.4, {"skip": 0.3})
        model.checkpoint = checkpoint
        chosen = {"chosen": choose(model)} if sample and isinstance(model, Supernet) else {}
        out = model.train()(torch.randn(4, 3, 8, 8), **chosen)
        assert isinstance(out, Tensor)
        torch.autograd.backward(out.square().sum())
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        results.append([out.detach(), *gradients, *model.buffers()])
    plain, again = results
    assert len(plain) == len(again)
    assert all(map(torch.equal, plain, again))


def test_nothing_is_computed_twice_where_there_is_no_gradient() -> None:
    model = nasc.build(nasc.load("darts_v2"), channels=4, layers=3)
    model.checkpoint = True
    model.train()
    calls = []
    for cell in model.cells:
        cell.register_forward_pre_hook(lambda *_: calls.append(1))
    with torch.no_grad():
        model(torch.randn(2, 3, 32, 32))
    assert len(calls) == 3
    torch.autograd.backward(model(torch.randn(2, 3, 32, 32)).sum())
    assert len(calls) == 3 + 2 * 3

"""The profile names every cell and operation, and counts the bytes that autograd keeps."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import nasc
from nasc.compiler.plan import plan
from nasc.compiler.profile import measure, profile
from nasc.compiler.stack import Options


def test_bytes_kept_are_those_that_backward_needs() -> None:
    x = torch.randn(2, 4, 8, 8, requires_grad=True)
    size = x.numel() * 4
    assert measure(nn.Identity(), [x]).kept == 0
    assert measure(nn.Tanh(), [x]).kept == size  # its output
    assert measure(nn.Conv2d(4, 4, 3, padding=1), [x]).kept == size  # its input; parameters are not counted
    assert measure(nn.Sequential(nn.Tanh(), nn.Tanh()), [x]).kept == 2 * size
    assert x.grad is None


def test_every_cell_and_operation_is_measured_once() -> None:
    found = profile(plan(nasc.load("darts_v2"), None, Options(channels=4, layers=6)), 2, torch.device("cpu"))
    assert sorted(index for cell in found.cells for index in cell.indexes) == list(range(6))
    assert [(cell.name, cell.stride) for cell in found.cells[:3]] == [("normal", 1), ("normal", 1), ("reduce", 2)]
    texts = [f"{operation.state} = {operation.text}" for operation in found.cells[0].operations]
    assert texts[:4] == ["s0 = preprocess", "s1 = preprocess", "s2 = sep_conv_3x3(s0)", "s2 = sep_conv_3x3(s1)"]
    assert len(texts) == 10
    for cell in found.cells:
        assert cell.cost.forward > 0
        assert cell.cost.backward > 0
        assert cell.cost.kept > 0
    assert found.network.kept > found.cells[0].cost.kept


def test_an_open_network_is_refused() -> None:
    with pytest.raises(nasc.NasError, match="E310"):
        profile(plan(nasc.load("darts"), None, Options(channels=4, layers=3)), 1, torch.device("cpu"))

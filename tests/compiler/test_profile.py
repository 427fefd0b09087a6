"""The profile names every cell and operation, and counts the bytes that autograd keeps."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import nasc
from nasc.compiler.plan import plan
from nasc.compiler.profile import measure, profile
from nasc.compiler.stack import Options

OPERATIONS = (
    "none", "max_pool_3x3", "avg_pool_3x3", "skip_connect",
    "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5",
)  # fmt: skip


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


@pytest.mark.parametrize("skeleton", ["darts_search", "pcdarts_search"])
def test_every_operation_of_a_space_is_measured(skeleton: str) -> None:
    """In the skeleton of PC-DARTS they stand within branches of `edge:`, and edges are weighed."""
    cell = "cell c(s0, s1) { s2 = keep 2 of darts(*) + max_pool_3x3(s0)  return s2 }"
    text = f"use std.darts\n{cell}\nnetwork n: {skeleton} {{ channels: 4  cells: c*2 }}\n"
    found = profile(plan(nasc.loads(text)), 1, torch.device("cpu"))
    assert [cell.indexes for cell in found.cells] == [(0,), (1,)]
    for cost in found.cells:
        rows = [(f"{row.state} = {row.text}", len(row.choices)) for row in cost.operations]
        assert rows[-3:] == [("s2 = darts(s0)", 8), ("s2 = darts(s1)", 8), ("s2 = max_pool_3x3(s0)", 0)]
        for edge in cost.operations[-3:-1]:
            assert [choice.text for choice in edge.choices] == [f"{name}({edge.text[-3:-1]})" for name in OPERATIONS]
            kept = [choice.cost.kept for choice in edge.choices]
            assert edge.cost.kept > max(kept)
            assert min(min(choice.cost.forward, choice.cost.backward) for choice in edge.choices) > 0
            assert kept[OPERATIONS.index("sep_conv_5x5")] > kept[OPERATIONS.index("max_pool_3x3")] > 0
        assert cost.cost.kept > max(edge.cost.kept for edge in cost.operations)
    assert found.network.kept > sum(cost.cost.kept for cost in found.cells)

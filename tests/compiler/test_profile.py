"""The profile names every cell and operation, and counts the bytes that autograd keeps."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

import nasc
from nasc.compiler import profile as profile_module
from nasc.compiler.plan import plan
from nasc.compiler.profile import Cost, measure, profile
from nasc.compiler.stack import Options

CPU = torch.device("cpu")
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


@pytest.mark.parametrize(("size", "layout"), [(32, torch.channels_last), (64, torch.contiguous_format)])
def test_parts_run_in_the_layout_of_training(
    size: int, layout: torch.memory_format, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Narrow networks on larger pictures are not laid out channels-last: torch would write past its memory."""
    seen: list[Tensor] = []

    def looked_at(module: nn.Module, inputs: list[Tensor], weights: Sequence[Tensor] = ()) -> Cost:
        seen.extend(tensor for tensor in (*inputs, *module.parameters()) if tensor.dim() == 4 and tensor.shape[1] > 1)
        return Cost(0, 0, 0)

    monkeypatch.setattr(profile_module, "measure", looked_at)
    profile(plan(nasc.load("darts_v2"), None, Options(channels=4, layers=3, input=(3, size, size))), 2, CPU)
    several = [tensor for tensor in seen if tensor.shape[2] > 1]  # one pixel is laid out either way
    assert len(several) > 10
    assert all(tensor.is_contiguous(memory_format=layout) for tensor in several)


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

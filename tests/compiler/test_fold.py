"""A network for inference gives the logits of the network that it is made from, with fewer layers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import nasc
from nasc.compiler.fold import for_inference
from tests.compiler.emit.shipped import ZOO, network, pictures


@pytest.mark.parametrize("name", ZOO)
@pytest.mark.parametrize("channels_last", [True, False])
@torch.no_grad()
def test_folding_keeps_the_logits(name: str, channels_last: bool) -> None:
    model = network(name, torch.float64)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    x = pictures(model, 3)
    expected = model(x)
    assert expected.std() > 1e-3
    folded = for_inference(model, channels_last)
    for _ in range(2):  # layers that overwrite their input must not overwrite what is kept
        torch.testing.assert_close(folded(x), expected, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(model(x), expected, rtol=0, atol=0)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


@torch.no_grad()
def test_in_float32_it_differs_by_rounding() -> None:
    model = network("darts_v2")
    x = pictures(model, 3)
    torch.testing.assert_close(for_inference(model)(x), model(x), rtol=1e-5, atol=1e-5)


def norms(model: nn.Module) -> int:
    return sum(isinstance(module, nn.BatchNorm2d) for module in model.modules())


def test_every_batch_norm_behind_convolutions_is_gone() -> None:
    model = network("darts_v2")
    assert norms(model) > 30
    assert norms(for_inference(model)) == 0
    assert norms(for_inference(network("gdas_f1"))) > 0  # those behind pools stay


def test_a_relu_that_two_cells_begin_with_is_computed_once() -> None:
    text = """use std.darts
    cell a(s0, s1) { relu = sep_conv_3x3(s0, s1)  return concat(relu) }
    network n: darts_cifar { channels: 4  input: 3x8x8  cells: a*4 }"""
    torch.manual_seed(0)
    model = nasc.build(nasc.loads(text)).double().eval()
    folded = for_inference(model)
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    torch.testing.assert_close(folded(x), model(x).detach(), rtol=1e-10, atol=1e-10)
    ends = [isinstance(dict(cell.named_children()).get("relu_"), nn.ReLU) for cell in folded.cells]
    assert ends == [True, True, False, False]  # the third is read by the fourth alone, that by the head


def test_a_network_with_an_auxiliary_head_and_drop_path_gives_plain_logits() -> None:
    model = nasc.build(nasc.load("darts_v2"), channels=8, layers=4, auxiliary=True)
    model.set_rates(0.5)
    x = torch.randn(2, 3, 32, 32)
    folded = for_inference(model)
    assert not folded.training
    torch.testing.assert_close(folded(x), model.eval()(x).detach(), rtol=1e-5, atol=1e-5)

"""Convolutions with a bias: counted, built, kept by every pass, folded, written as Python, told apart."""

import runpy
from pathlib import Path

import pytest
import torch
from torch import nn

import nasc
from nasc.compiler.build import Network
from nasc.compiler.emit.python import python
from nasc.compiler.plan import plan

OPS = """use std.darts
op plain = relu -> conv(1) -> bn
op shifted = relu -> conv(1, bias=on) -> bn
op crossed = relu -> conv((1, 3), bias=on) -> conv((3, 1), groups=2, bias=on) -> bn(affine=off)
op only = conv(3, stride, bias=on)
"""
TEXT = (
    OPS
    + """cell normal(s0, s1) { s2 = shifted(s0) + crossed(s1)  s3 = only(s0) + shifted(s2)  return concat(s2, s3) }
network n: darts_cifar { channels: 4  cells: normal*2  input: 3x8x8 }
"""
)
SPACE = (
    OPS
    + """ops mine = none | shifted | plain | crossed
cell normal(s0, s1) { s2..s3 = keep 2 of mine(*)  return concat(s2, s3) }
network n: darts_search { channels: 4  cells: normal*2  input: 3x8x8 }
"""
)


def randomised(model: Network) -> Network:
    generator = torch.Generator().manual_seed(0)
    for value in model.state_dict().values():
        if value.is_floating_point():
            value.copy_(torch.rand(value.shape, generator=generator, dtype=value.dtype) + 0.1)
    return model


def test_params_and_macs() -> None:
    cell = nasc.stats(nasc.loads(TEXT)).cells[0]
    without = nasc.stats(nasc.loads(TEXT.replace(", bias=on", ""))).cells[0]
    assert cell.params - without.params == 4 + 2 * 4 + 4 + 4
    assert cell.macs == without.macs
    assert sum(p.numel() for p in nasc.build(nasc.loads(TEXT)).cells[0].parameters()) == cell.params


@pytest.mark.parametrize("train", [True, False])
def test_passes_keep_it(train: bool) -> None:
    torch.manual_seed(0)
    document = nasc.loads(SPACE)
    plain = randomised(nasc.supernet(document, optimize=False).double()).train(train)
    fast = nasc.supernet(document).double().train(train)
    fast.load_state_dict(plain.state_dict())
    x = torch.randn(3, 3, 8, 8, dtype=torch.float64)
    slopes = []
    for model in (plain, fast):
        logits = model(x)
        names = [name for name, _ in model.named_parameters()]
        found = torch.autograd.grad(logits.square().sum(), list(model.parameters()), allow_unused=True)
        slopes.append((logits, dict(zip(names, found, strict=True))))
    (one, first), (other, second) = slopes
    assert torch.allclose(one, other, rtol=1e-10)
    assert any(name.endswith("shifted.1.bias") for name in first)
    for name, gradient in first.items():
        assert gradient is None or torch.allclose(gradient, second[name], rtol=1e-8, atol=1e-8), name


def test_inference_and_python_are_the_same(tmp_path: Path) -> None:
    document = nasc.loads(TEXT)
    model = randomised(nasc.build(document))
    x = torch.randn(2, 3, 8, 8)
    expected = model.eval()(x)
    assert torch.allclose(nasc.for_inference(model)(x), expected, rtol=1e-4)
    (tmp_path / "net.py").write_text(python(document, plan(document)), encoding="utf-8")
    written: nn.Module = runpy.run_path(str(tmp_path / "net.py"))["Network"]()
    written.load_state_dict(model.state_dict())
    assert torch.equal(written.eval()(x), expected)


def test_it_is_another_genotype() -> None:
    texts = [TEXT, TEXT.replace("op only = conv(3, stride, bias=on)", "op only = conv(3, stride)")]
    assert len({nasc.identity(nasc.loads(text)) for text in texts}) == 2
    # written down in tables: as it was before there were biases
    assert nasc.identity(nasc.load("darts_v2")) == "arch:dff628675c5af442fc44d058c5d09e90"

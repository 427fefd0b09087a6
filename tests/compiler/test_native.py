"""The kernel in C against torch in float64: values, both gradients, every shape with its tails; ways round it."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from nasc.compiler.native import library
from nasc.compiler.native.depthwise import NativeDepthwise, serves
from nasc.compiler.passes import passes
from nasc.dsl.diagnostic import NasError, show

needs_kernel = pytest.mark.skipif(library() is None, reason="no compiler to build the kernel with")
Case = tuple[NativeDepthwise, Tensor]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    kernel = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    stride, dilation = (
        draw(st.tuples(st.integers(1, 3), st.integers(1, 3))),
        draw(st.tuples(st.integers(1, 3), st.integers(1, 2))),
    )
    pad = draw(st.tuples(st.integers(0, 5), st.integers(0, 5)))
    reach = [d * (k - 1) + 1 - 2 * p for k, d, p in zip(kernel, dilation, pad, strict=True)]
    height, width = (max(1, least) + draw(st.integers(0, 20)) for least in reach)
    channels, count = draw(st.sampled_from([1, 3, 16, 17, 32, 40])), draw(st.integers(1, 3))
    layer = NativeDepthwise(channels, kernel, stride, pad, dilation, draw(st.booleans()))
    torch.manual_seed(draw(st.integers(0, 9)))
    return layer, torch.randn(count, channels, height, width).contiguous(memory_format=torch.channels_last)


def reference(layer: NativeDepthwise, x: Tensor, weight: Tensor) -> Tensor:
    x = x.relu() if layer.relu else x
    return F.conv2d(x, weight, None, layer.stride, layer.padding, layer.dilation, layer.groups)


@needs_kernel
@settings(max_examples=150, deadline=None)
@given(cases())
def test_values_and_gradients_are_those_of_float64(case: Case) -> None:
    layer, x = case
    x.requires_grad_()
    assert serves(x, layer.weight)
    out = layer(x)
    wide, weight = x.detach().double().requires_grad_(), layer.weight.detach().double().requires_grad_()
    expected = reference(layer, wide, weight)
    gradient = torch.randn(expected.shape)
    found = torch.autograd.grad(out, (x, layer.weight), gradient)
    right = torch.autograd.grad(expected, (wide, weight), gradient.double())
    torch.testing.assert_close(out.double(), expected, rtol=1e-4, atol=1e-4)
    for a, b in zip(found, right, strict=True):
        torch.testing.assert_close(a.double(), b, rtol=1e-4, atol=1e-4 * max(1.0, float(b.abs().max())))


@needs_kernel
def test_the_same_bits_twice_and_any_layout_in_memory() -> None:
    torch.manual_seed(0)
    layer = NativeDepthwise(20, (5, 5), (1, 1), (2, 2), (1, 1), True)
    x = torch.randn(3, 20, 9, 11)
    first = layer(x)
    assert torch.equal(first, layer(x.contiguous(memory_format=torch.channels_last)))
    gradients = [torch.autograd.grad(layer(x).square().sum(), layer.weight)[0] for _ in range(2)]
    assert torch.equal(*gradients)
    assert layer(x.double().to(torch.float64).float()).is_contiguous(memory_format=torch.channels_last)


def test_other_types_go_round_it() -> None:
    layer = NativeDepthwise(4, (3, 3), (2, 2), (1, 1), (1, 1), True).double()
    x = torch.randn(2, 4, 7, 7, dtype=torch.float64)
    assert not serves(x, layer.weight)
    torch.testing.assert_close(layer(x), reference(layer, x, layer.weight))


def test_it_can_be_switched_off() -> None:
    code = (
        "from nasc.compiler.native import library; from nasc.compiler.passes import passes; "
        "print(library(), [p.__name__ for p in passes(True, rounding=True)])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"NASC_NATIVE": "0", "PYTHONPATH": ":".join(sys.path)},
        text=True,
        capture_output=True,
        check=True,
    )
    assert run.stdout.startswith("None ")
    assert "native" not in run.stdout
    assert "undilate" in run.stdout


def test_a_pass_that_does_not_exist_is_named() -> None:
    with pytest.raises(NasError) as caught:
        passes(True, without=["shar"])
    (text,) = show(caught.value.diagnostics)
    assert text.splitlines() == ["error[E313]: there is no pass `shar`", "  = help: did you mean `share`?"]

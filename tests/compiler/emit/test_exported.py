"""Exported files give the logits of the network, for batches of any size."""

from __future__ import annotations

from io import BytesIO

import pytest
import torch

import nasc
from nasc.compiler.emit import exported
from nasc.compiler.emit.exported import to_onnx, to_pt2
from tests.compiler.emit.shipped import FEW, ZOO, network, pictures

ONE = [pytest.param(p.values[0], marks=() if p.values[0] in FEW[:1] else pytest.mark.slow) for p in ZOO]
"""Exporting takes seconds a network."""


def close(found: torch.Tensor, expected: torch.Tensor) -> None:
    """Within 1e-5 of the largest logit: those of networks with drawn weights reach hundreds."""
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5 * max(1.0, float(expected.abs().max())))


@pytest.mark.parametrize("name", ONE)
@torch.no_grad()
def test_a_pt2_file_gives_the_logits(name: str) -> None:
    model = network(name)
    program = torch.export.load(BytesIO(to_pt2(model))).module()
    for count in (1, 5):
        x = pictures(model, count)
        close(program(x), model(x))


@pytest.mark.parametrize("name", ONE)
@torch.no_grad()
def test_onnx_runtime_gives_the_logits(name: str) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxscript")
    runtime = pytest.importorskip("onnxruntime")
    model = network(name)
    session = runtime.InferenceSession(to_onnx(model), providers=["CPUExecutionProvider"])
    (given,), (made,) = session.get_inputs(), session.get_outputs()
    assert (given.name, made.name) == ("pictures", "logits")
    assert given.shape == ["N", *model.plan.stack.input]
    assert made.shape == ["N", 7]
    for count in (1, 5):
        x = pictures(model, count)
        found = torch.from_numpy(session.run(None, {"pictures": x.numpy()})[0])
        close(found, model(x))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exported, "ONNX_PACKAGES", ("onnx_that_nobody_has",))
    model = nasc.build(nasc.load("darts_v2"), channels=4, layers=3)
    with pytest.raises(nasc.NasError, match=r"E901.*`onnx_that_nobody_has`") as raised:
        to_onnx(model)
    assert "nasc[onnx]" in raised.value.diagnostics[0].help

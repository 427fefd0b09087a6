"""Inference of the network of DARTS, second order, against a straightforward implementation."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec

import torch
from torch import nn

import nasc
from benchmarks.darts_v2 import plain_and_ours
from benchmarks.timing import Ratio, compare
from nasc.compiler.emit.exported import INPUT, to_onnx

NEAR = 1e-3
"""How far logits may be apart: 20 cells with weights as they are drawn make rounding errors larger."""


@torch.inference_mode()
def measure(channels: int, layers: int, batch: int, turns: int) -> list[Ratio]:
    """`nasc.for_inference` in torch, and the .onnx file in ONNX Runtime where that is installed."""
    plain, ours = plain_and_ours(channels, layers, auxiliary=False)
    x = torch.randn(batch, 3, 32, 32)
    for norm in plain.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.momentum = 1.0
    plain.train()(x)
    nasc.import_weights(ours, plain.state_dict(), "darts")
    plain.eval()
    fast = nasc.for_inference(ours)
    expected = plain(x)[0]
    torch.testing.assert_close(fast(x), expected, rtol=NEAR, atol=NEAR)
    rows = [compare("torch", lambda: plain(x), lambda: fast(x), turns)]
    if find_spec("onnxruntime") is None or find_spec("onnxscript") is None:
        return rows
    onnxruntime = import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    if os.environ.get("OMP_WAIT_POLICY") == "PASSIVE":
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    with torch.inference_mode(False):
        data = to_onnx(ours)
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    given = {INPUT: x.numpy()}
    torch.testing.assert_close(torch.from_numpy(session.run(None, given)[0]), expected, rtol=NEAR, atol=NEAR)
    return [*rows, compare("onnx runtime", lambda: plain(x), lambda: session.run(None, given), turns)]

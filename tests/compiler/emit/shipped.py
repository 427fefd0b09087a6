"""The shipped networks that tests of files walk, and networks with statistics that keep signals alive."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import nasc
from nasc import genotypes
from nasc.compiler.build import Network, decided
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options

FEW = ("darts_v2", "gdas_f1", "ddarts_cifar10_edge", "nb201_best_c10", "xception", "nasnet")
"""One of each kind; `make test-all` takes all that are shipped."""
ZOO = [
    pytest.param(name, marks=() if name in FEW else pytest.mark.slow)
    for name in genotypes.names("zoo")
    if "recurrent" not in genotypes.shipped(f"zoo/{name}").read_text(encoding="utf-8")
]


def calibrate(*models: nn.Module) -> None:
    """Let batch-norm take the statistics of the next batch, so that signals do not fade away in evaluation."""
    for model in models:
        for norm in model.modules():
            if isinstance(norm, nn.BatchNorm2d):
                norm.momentum = 1.0


def network(name: str, dtype: torch.dtype = torch.float32) -> Network:
    """The network of a shipped genotype that is trained, narrow, and with 6 cells where it can be laid out anew."""
    document = nasc.load(name)
    try:
        found = plan(document, None, Options(channels=16, layers=6, classes=7))
    except nasc.NasError:
        found = plan(document, None, Options(channels=16, classes=7))
    torch.manual_seed(3)
    model = decided(found, changes=()).to(dtype)
    calibrate(model)
    with torch.no_grad():
        model.train()(pictures(model, 4))
        for norm in model.modules():
            if isinstance(norm, nn.BatchNorm2d) and norm.affine:
                norm.weight.uniform_(0.5, 1.5)
                norm.bias.uniform_(-0.2, 0.2)
    return model.eval()


def pictures(model: Network, count: int) -> torch.Tensor:
    """Pictures of the size that a network takes."""
    assert not isinstance(model.plan.stack.input, str)
    return torch.randn(count, *model.plan.stack.input, dtype=next(model.parameters()).dtype)

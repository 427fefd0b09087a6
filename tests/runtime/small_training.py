"""A training of a small network in float64, step by step."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

import nasc
from nasc.compiler.build import Network
from nasc.runtime.data.images import Images
from nasc.runtime.recipe import published, read_recipe
from nasc.runtime.settings import Training
from nasc.runtime.train import TrainTask

PLAIN = """nas 1
op relu_conv_bn(k) = relu -> conv(k, stride)
op step = conv(3, stride)
cell normal(s0) { s1 = step(s0)  return s1 }
network plain {
  input: 3x8x8  channels: 4  classes: 10
  stem: conv(3)  head: global_avg_pool -> linear  cells: normal*2
}
"""
"""Without batch-norm, so that a batch may be taken in parts."""


def settings_of(recipe: str = "cifar10_darts", **overrides: Any) -> Training:
    return read_recipe(Training, published("train")[recipe], None, {k: str(v) for k, v in overrides.items()})


def task_of(text: str = PLAIN, scaler: torch.amp.GradScaler | None = None, **overrides: Any) -> TrainTask:
    torch.manual_seed(1)
    model = nasc.build(nasc.loads(text), input=(3, 8, 8)).double()
    assert isinstance(model, Network)
    torch.manual_seed(2)
    data = Images(torch.randint(256, (20, 3, 8, 8), dtype=torch.uint8), torch.randint(10, (20,)))
    settings = settings_of(**{"batch": 10, "epochs": 4, "auxiliary": 0, "lr": 0.1, "clip": 1, **overrides})

    def transform(pixels: Any) -> Tensor:
        return torch.as_tensor(pixels).double() / 255

    return TrainTask(model, settings, data, transform, 7, {}, scaler=scaler)


def go(task: TrainTask, steps: Iterator[tuple[int, int]] | None = None) -> list[float]:
    """Losses of steps, by default those of two epochs."""
    losses = []
    for epoch, step in steps or [(0, 0), (0, 1), (1, 0), (1, 1)]:
        torch.manual_seed(epoch * 10 + step)
        task.begin_epoch(epoch)
        losses.append(task.step(epoch, step)[0]["train_loss"])
    return losses


def weights(task: TrainTask) -> Tensor:
    return torch.cat([p.detach().flatten() for p in task.model.parameters()])

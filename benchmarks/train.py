"""A training step of the network of DARTS, second order, against a straightforward implementation."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.darts_v2 import plain_and_ours
from benchmarks.plain_steps import weight_optimizer, weight_step
from benchmarks.timing import Ratio, compare
from nasc.compiler.build import Network

RATE, MOMENTUM, DECAY, CLIP = 0.025, 0.9, 3e-4, 5.0
DROP_PATH, AUXILIARY = 0.2, 0.4


def measure(channels: int, layers: int, batch: int, turns: int) -> list[Ratio]:
    """Forward, backward, clipping and SGD, with auxiliary head and drop path, by turns with the plain one."""
    plain, ours = plain_and_ours(channels, layers, auxiliary=True)
    plain.train().drop_path = DROP_PATH
    ours.train().set_rates(DROP_PATH)
    theirs = weight_optimizer(plain, RATE)
    weights = torch.optim.SGD(ours.parameters(), RATE, momentum=MOMENTUM, weight_decay=DECAY)
    examples = torch.randn(batch, 3, 32, 32), torch.randint(10, (batch,))
    return [compare("step", lambda: weight_step(plain, theirs, examples), lambda: step(ours, weights, examples), turns)]


def step(model: Network, weights: torch.optim.SGD, batch: tuple[torch.Tensor, torch.Tensor]) -> None:
    """What `nasc train` does in a step."""
    logits, aux = model(batch[0])
    loss = F.cross_entropy(logits, batch[1]) + AUXILIARY * F.cross_entropy(aux, batch[1])
    weights.zero_grad()
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    weights.step()

"""The steps of a DARTS search against a straightforward implementation of the same search."""

from __future__ import annotations

import torch

import nasc
from benchmarks import plain_steps
from benchmarks.plain_darts import PlainSupernet
from benchmarks.timing import Ratio, compare
from nasc.compiler.passes import passes
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.runtime.search import open_supernet
from nasc.runtime.search.darts import first_order, second_order
from nasc.runtime.search.steps import weight_step

CLIP, RATE, MOMENTUM, DECAY = 5.0, 0.025, 0.9, 3e-4


def open_ours(channels: int, layers: int, checkpoint: bool = False, without: tuple[str, ...] = ()) -> Supernet:
    """The shared-weight network as `nasc search` builds it."""
    options, changes = Options(channels=channels, layers=layers), passes(rounding=True, without=without)
    space = open_supernet(nasc.load("darts"), "search", options, changes=changes, channels_last=True).train()
    space.checkpoint = checkpoint
    return space


def sgd(space: Supernet) -> torch.optim.SGD:
    """The optimiser of its weights."""
    return torch.optim.SGD(space.weights(), RATE, momentum=MOMENTUM, weight_decay=DECAY, foreach=True)


def measure(channels: int, layers: int, batch: int, turns: int) -> list[Ratio]:
    """Weight step, strength step and second-order strength step, each by turns with the plain one."""
    ours = open_ours(channels, layers)
    plain = PlainSupernet(channels, layers).train()
    weights = sgd(ours)
    plain_weights, plain_strengths = plain_steps.weight_optimizer(plain), plain_steps.strength_optimizer(plain)
    train = torch.randn(batch, 3, 32, 32), torch.randint(10, (batch,))
    valid = torch.randn(batch, 3, 32, 32), torch.randint(10, (batch,))

    return [
        compare(
            "weight_step",
            lambda: plain_steps.weight_step(plain, plain_weights, train),
            lambda: weight_step(ours, weights, train, CLIP),
            turns,
        ),
        compare(
            "strength_step",
            lambda: plain_steps.first_order_step(plain, plain_strengths, valid),
            lambda: first_order(ours, valid),
            turns,
        ),
        compare(
            "second_order",
            lambda: plain_steps.second_order_step(plain, plain_weights, plain_strengths, train, valid),
            lambda: second_order(ours, weights, train, valid),
            max(1, turns // 2),
        ),
    ]

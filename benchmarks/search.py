"""The steps of searches by DARTS and GDAS against a straightforward implementation of the same."""

from __future__ import annotations

from itertools import count

import torch
from torch.optim import SGD

import nasc
from benchmarks import plain_gdas, plain_steps
from benchmarks.plain_darts import PlainSupernet
from benchmarks.plain_gdas import PlainGdas
from benchmarks.timing import Ratio, compare
from nasc.compiler.passes import passes
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.runtime.search import open_supernet
from nasc.runtime.search.darts import first_order, second_order
from nasc.runtime.search.gdas import sample, strength_gradients, without_gradient
from nasc.runtime.search.steps import Batch, move_strengths, weight_step

CLIP, RATE, MOMENTUM, DECAY = 5.0, 0.025, 0.9, 3e-4


def open_ours(
    channels: int, layers: int, checkpoint: bool = False, without: tuple[str, ...] = (), optimize: bool = True
) -> Supernet:
    """The shared-weight network as `nasc search` builds it; with `optimize=False` as the text has it."""
    options, changes = Options(channels=channels, layers=layers), passes(optimize, rounding=True, without=without)
    space = open_supernet(nasc.load("darts"), "search", options, changes=changes, channels_last=optimize).train()
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
    train, valid = pictures(batch), pictures(batch)
    return [
        *measure_first_order((plain, plain_weights), (ours, weights), train, valid, turns),
        compare(
            "second_order",
            lambda: plain_steps.second_order_step(plain, plain_weights, plain_strengths, train, valid),
            lambda: second_order(ours, weights, train, valid),
            max(1, turns // 2),
        ),
        measure_gdas(channels, layers, train, valid, turns),
    ]


def measure_unchanged(channels: int, layers: int, batch: int, turns: int) -> list[Ratio]:
    """Weight step and strength step of the network as the text has it: what the compiler costs, its passes aside."""
    ours = open_ours(channels, layers, optimize=False)
    plain = PlainSupernet(channels, layers).train()
    both = (plain, plain_steps.weight_optimizer(plain)), (ours, sgd(ours))
    return measure_first_order(*both, pictures(batch), pictures(batch), turns, ", optimize=False")


def measure_first_order(
    theirs: tuple[PlainSupernet, SGD],
    mine: tuple[Supernet, SGD],
    train: Batch,
    valid: Batch,
    turns: int,
    how: str = "",
) -> list[Ratio]:
    """A step of the weights, and one of the strengths by the gradient alone. Networks come with their optimisers."""
    (plain, plain_weights), (ours, weights) = theirs, mine
    plain_strengths = plain_steps.strength_optimizer(plain)
    return [
        compare(
            f"weight_step{how}",
            lambda: plain_steps.weight_step(plain, plain_weights, train),
            lambda: weight_step(ours, weights, train, CLIP),
            turns,
        ),
        compare(
            f"strength_step{how}",
            lambda: plain_steps.first_order_step(plain, plain_strengths, valid),
            lambda: first_order(ours, valid),
            turns,
        ),
    ]


def pictures(batch: int) -> Batch:
    """So many pictures with labels, drawn anew."""
    return torch.randn(batch, 3, 32, 32), torch.randint(10, (batch,))


def measure_gdas(channels: int, layers: int, train: Batch, valid: Batch, turns: int) -> Ratio:
    """A whole step of GDAS, weights and strengths; both draw the same operations for every cell, anew in each turn."""
    ours = open_ours(channels, layers)
    plain = PlainGdas(channels, layers).train()
    weights, strengths = sgd(ours), torch.optim.Adam(ours.strengths(), 3e-4, betas=(0.5, 0.999), weight_decay=1e-3)
    plain_weights, plain_strengths = plain_steps.weight_optimizer(plain), plain_steps.strength_optimizer(plain)
    for mine, theirs in zip(ours.strengths(), plain.strengths(), strict=True):
        mine.data.copy_(theirs.data)
    seeds, plain_seeds = count(), count()

    def plain_step() -> None:
        torch.manual_seed(next(plain_seeds))
        plain_gdas.gdas_step(plain, plain_weights, plain_strengths, train, valid)

    def step() -> None:
        torch.manual_seed(next(seeds))
        weight_step(ours, weights, train, CLIP, *without_gradient(sample(ours, plain.tau, per_cell=True)))
        found, _ = strength_gradients(ours, valid, sample(ours, plain.tau, per_cell=True))
        move_strengths(ours, strengths, found)

    return compare("gdas_step", plain_step, step, turns)

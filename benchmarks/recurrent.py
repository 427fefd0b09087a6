"""Language models: recurrent cells and the loss of words, edge by edge and as the compiler computes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from re import sub
from typing import Any

import torch

import nasc
from benchmarks.timing import Ratio, compare

VOCABULARY = 10_000
STEPS = 35


def measure(channels: int, layers: int, batch: int, turns: int) -> list[Ratio]:
    """A training step of DARTS's cell, a step of the shared-weight network, and both without the decoder.

    Processor time, since a step is a thousand small calls; `plain` is `optimize=False` with `cross_entropy`. The cell
    stands in the network `layers` times.
    """
    return [
        *_rows("training", "rnn_darts_v2", nasc.build, channels, layers, batch, turns),
        *_rows("search", "rnn", nasc.supernet, channels, layers, batch, turns),
    ]


def _rows(
    name: str, text: str, make: Callable[..., Any], channels: int, layers: int, batch: int, turns: int
) -> Iterator[Ratio]:
    tokens, targets = torch.randint(VOCABULARY, (2, STEPS, batch))
    document = nasc.loads(sub(r"cells: (\w+)", rf"cells: \1*{layers}", nasc.dumps(nasc.load(text))))
    models: list[Any] = []
    for optimize in (False, True):
        torch.manual_seed(0)
        models.append(make(document, channels=channels, vocabulary=VOCABULARY, optimize=optimize).train())
        models[-1].set_dropouts(input=0.2, hidden=0.25, x=0.75, output=0.75)
    plain, ours = models

    def step(model: Any) -> None:
        model.zero_grad()
        torch.autograd.backward(model.loss(tokens, targets).nll)

    def cell(model: Any) -> None:
        model.zero_grad()
        torch.autograd.backward(model.features(tokens)[1].sum())

    yield compare(f"step of a {name}", lambda: step(plain), lambda: step(ours), turns, clock=time.process_time)
    yield compare("  without decoder", lambda: cell(plain), lambda: cell(ours), turns, clock=time.process_time)

"""A language plan as a torch module: words in, scores of every next word out, and the state that goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nasc.compiler.build import refuse_open
from nasc.compiler.graph import LayerGraph, Step
from nasc.compiler.language_plan import LanguagePlan
from nasc.compiler.recurrent_cell import POINTWISE, RecurrentCell
from nasc.compiler.word_loss import word_loss

SPREAD = 0.04
"""The first weights are uniform between minus and plus this (DARTS, GDAS and EDNAS)."""


class Masks(NamedTuple):
    """What one run through the text drops: every tensor holds 0 or 1 / (1 - rate). None drops nothing there.

    `embedding` is (vocabulary, 1): whole words. The others are the same in every step of time: `input` (1, batch,
    width) behind the embedding, `output` (1, batch, channels) before the last layer; `x` (batch, width) and `hidden`
    (batch, channels) for every recurrent layer, `hidden` on what comes from the step before and on every state alike.
    """

    embedding: Tensor | None = None
    input: Tensor | None = None
    x: Sequence[Tensor | None] | None = None
    hidden: Sequence[Tensor | None] | None = None
    output: Tensor | None = None


class LanguageOutput(NamedTuple):
    """`logits` (time, batch, vocabulary); `hidden` (layers, batch, channels), where the next call goes on.

    `raw` is the output of the last recurrent layer (time, batch, channels), `dropped` what the decoder reads of it:
    the penalties on activations are of these two (AR and TAR).
    """

    logits: Tensor
    hidden: Tensor
    raw: Tensor
    dropped: Tensor


class LanguageLoss(NamedTuple):
    """The mean negative log-likelihood of the words that follow, and the other fields as in `LanguageOutput`."""

    nll: Tensor
    hidden: Tensor
    raw: Tensor
    dropped: Tensor


class LanguageModel(nn.Module):
    """A compiled language model.

    `forward` takes words (time, batch), whole numbers below the vocabulary, and the state to start from; it gives a
    `LanguageOutput`. The names of the parameters follow the text: `cells.0.s3.weight` is the matrix of state `s3` of
    the first recurrent layer, (channels, 2 * channels), the gate in its first half. A tied decoder has no matrix of
    its own. `optimize=False` computes edge by edge as the text says; the default is the same function, faster.
    """

    def __init__(self, plan: LanguagePlan, optimize: bool = True) -> None:
        super().__init__()
        self.plan = plan
        self.vocabulary = plan.vocabulary
        self.optimize = optimize
        self.stem = _placed(plan.stem)
        self.cells = nn.ModuleList(RecurrentCell(cell, optimize) for cell in plan.cells)
        self.head = _placed(plan.head)
        self.tied = bool(plan.head.steps[-1].settings["tied"])
        self.rates = dict.fromkeys(("embedding", "input", "hidden", "x", "output"), 0.0)
        self.reset()

    def reset(self) -> None:
        """Draw the weights anew, as the published models begin: uniform, and no bias."""
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.uniform_(parameter, -SPREAD, SPREAD)
        for name, parameter in self.named_parameters():
            if name.endswith(".bias"):
                nn.init.zeros_(parameter)

    def forward(
        self, tokens: Tensor, hidden: Tensor | None = None, masks: Masks | None = None, **choice: Any
    ) -> LanguageOutput:
        last, raw, dropped = self.features(tokens, hidden, masks, **choice)
        return LanguageOutput(self.decode(dropped), last, raw, dropped)

    def loss(
        self, tokens: Tensor, targets: Tensor, hidden: Tensor | None = None, masks: Masks | None = None, **choice: Any
    ) -> LanguageLoss:
        """The loss of the words `targets` (time, batch), in nats a word: what `forward` and cross-entropy give."""
        last, raw, dropped = self.features(tokens, hidden, masks, **choice)
        if self.optimize and not torch.is_autocast_enabled(dropped.device.type):
            nll = word_loss(dropped.flatten(0, 1), *self.decoder, targets.flatten())
        else:
            nll = F.cross_entropy(self.decode(dropped).flatten(0, 1), targets.flatten())
        return LanguageLoss(nll, last, raw, dropped)

    def features(
        self, tokens: Tensor, hidden: Tensor | None = None, masks: Masks | None = None, **choice: Any
    ) -> tuple[Tensor, Tensor, Tensor]:
        """All but the decoder: the states to go on from, the output of the last layer, and what is left of it."""
        batch = tokens.shape[1]
        if masks is None:
            masks = self.draw(batch) if self.training else Masks()
        hidden = self.start(batch) if hidden is None else hidden
        x = self.embed(tokens, masks.embedding)
        x = around(list(self.stem)[1:], x, masks.input)
        last = []
        for index, cell in enumerate(self.cells):
            x_mask = masks.x[index] if masks.x is not None else None
            h_mask = masks.hidden[index] if masks.hidden is not None else None
            x = self.run(index, cell, x, hidden[index], x_mask, h_mask, **choice)
            last.append(x[-1])
        return torch.stack(last), x, around(list(self.head)[:-1], x, masks.output)

    def run(
        self, index: int, cell: nn.Module, x: Tensor, hidden: Tensor, x_mask: Tensor | None, h_mask: Tensor | None
    ) -> Tensor:
        """One recurrent layer."""
        found: Tensor = cell(x, hidden, x_mask, h_mask)
        return found

    def embed(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """The vectors of words, (time, batch, width); `mask` (vocabulary, 1) drops whole words."""
        table: Any = self.stem[0]
        found: Tensor = F.embedding(tokens, table.weight)
        return found if mask is None else found * F.embedding(tokens, mask)

    def decode(self, dropped: Tensor) -> Tensor:
        """The scores of all words, (..., vocabulary)."""
        return F.linear(dropped, *self.decoder)

    @property
    def decoder(self) -> tuple[Tensor, Tensor]:
        """The matrix that scores words, (vocabulary, width), and the bias."""
        table: Any = self.stem[0]
        last: Any = self.head[-1]
        return table.weight if self.tied else last.weight, last.bias

    def names(self, index: int) -> dict[str, str]:
        """Under which name each state of a recurrent layer has its matrix."""
        cell = self.cells[index]
        assert isinstance(cell, RecurrentCell)
        return cell.names

    def start(self, batch: int) -> Tensor:
        """The state at the beginning of a text: zeros (layers, batch, channels)."""
        like = next(self.parameters())
        return like.new_zeros(len(self.cells), batch, self.plan.stack.channels)

    def set_dropouts(
        self, *, embedding: float = 0.0, input: float = 0.0, hidden: float = 0.0, x: float = 0.0, output: float = 0.0
    ) -> None:
        """Set the rates of all that is dropped in training; `Masks` says what is what.

        They are `dropoute`, `dropouti`, `dropouth`, `dropoutx` and `dropout` of the published code. Where the text
        says a number, such as `dropout(0.2)`, that counts.
        """
        self.rates = {"embedding": embedding, "input": input, "hidden": hidden, "x": x, "output": output}

    def draw(self, batch: int) -> Masks:
        """Masks for one run, by torch's generator, in the order of the fields; a layer's `x` before its `hidden`."""
        like = next(self.parameters())
        words = mask(like, self.rates["embedding"], self.vocabulary, 1)
        before = self.locked(like, self.plan.stem, "input", batch)
        pairs = [
            (mask(like, self.rates["x"], batch, cell.inputs), mask(like, self.rates["hidden"], batch, cell.width))
            for cell in self.plan.cells
        ]
        after = self.locked(like, self.plan.head, "output", batch)
        return Masks(words, before, [x for x, _ in pairs], [hidden for _, hidden in pairs], after)

    def locked(self, like: Tensor, chain: LayerGraph, name: str, batch: int) -> Tensor | None:
        """The mask of the dropout in a chain, (1, batch, width): its rate is a number, or what was set."""
        for step in chain.steps:
            if step.kind == "dropout":
                rate = step.settings["rate"]
                return mask(like, self.rates[name] if isinstance(rate, str) else rate, 1, batch, step.shape[0])
        return None


class LockedDropout(nn.Module):
    """Where a dropout stands: what it drops is the same in every step of time, and given from outside."""

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        return x if mask is None else x * mask


class TiedLinear(nn.Module):
    """The decoder where it reads the matrix of the embedding: a bias is all it has of its own."""

    def __init__(self, out: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(out))


def around(layers: Sequence[nn.Module], x: Tensor, mask: Tensor | None) -> Tensor:
    """The layers before or behind the recurrent ones; `mask` is that of their dropout."""
    for layer in layers:
        x = layer(x, mask) if isinstance(layer, LockedDropout) else layer(x)
    return x


def mask(like: Tensor, rate: float, *shape: int) -> Tensor | None:
    """A mask: 0 with probability `rate`, else 1 / (1 - rate); nothing where nothing is dropped."""
    if rate == 0.0:
        return None
    return like.new_empty(shape).bernoulli_(1.0 - rate).div_(1.0 - rate)


def decided_language(plan: LanguagePlan, optimize: bool = True) -> LanguageModel:
    """The model of a plan without open cells. Raises `NasError` (E310) where something is left to choose."""
    refuse_open([cell.dag for cell in plan.cells])
    return LanguageModel(plan, optimize)


def _placed(graph: LayerGraph) -> nn.ModuleList:
    """The layers of a chain, by their numbers."""
    return nn.ModuleList(_layer(step, graph.steps[step.inputs[0]].shape[0]) for step in graph.steps if step.is_layer)


def _layer(step: Step, inputs: int) -> nn.Module:
    match step.kind:
        case "embedding":
            return nn.Embedding(inputs, step.shape[0])
        case "linear":
            return TiedLinear(step.shape[0]) if step.settings["tied"] else nn.Linear(inputs, step.shape[0])
        case "dropout":
            return LockedDropout()
    return POINTWISE[step.kind]()

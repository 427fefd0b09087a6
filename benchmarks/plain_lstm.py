"""A language model of torch's own LSTM, to be trained by the same task as a compiled one."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nasc.compiler.language_model import SPREAD, LanguageLoss, mask


class PlainLstm(nn.Module):
    """Embedding, one LSTM, and a decoder that has the embedding's matrix and a bias; dropouts as `LanguageModel`.

    What is dropped of the states within (`x`, `hidden`) is left out: torch's LSTM has no place for it.
    """

    def __init__(self, vocabulary: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.cell = nn.LSTM(width, width)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.rates = {"embedding": 0.0, "input": 0.0, "output": 0.0}
        nn.init.uniform_(self.embedding.weight, -SPREAD, SPREAD)

    def start(self, batch: int) -> Tensor:
        """Zeros (2, batch, width): the state and the memory."""
        return self.bias.new_zeros(2, batch, self.embedding.embedding_dim)

    def set_dropouts(self, *, embedding: float, input: float, output: float, hidden: float, x: float) -> None:
        """Set what is dropped in training."""
        self.rates = {"embedding": embedding, "input": input, "output": output}

    def loss(self, tokens: Tensor, targets: Tensor, hidden: Tensor | None = None) -> LanguageLoss:
        """As `LanguageModel.loss`: the mean loss in nats a word, and what is behind it."""
        batch, width = tokens.shape[1], self.embedding.embedding_dim
        hidden = self.start(batch) if hidden is None else hidden
        x = F.embedding(tokens, self._dropped(self.embedding.weight, "embedding", self.embedding.num_embeddings, 1))
        raw, (state, memory) = self.cell(
            self._dropped(x, "input", 1, batch, width), (hidden[:1].contiguous(), hidden[1:].contiguous())
        )
        dropped = self._dropped(raw, "output", 1, batch, width)
        logits = F.linear(dropped.flatten(0, 1), self.embedding.weight, self.bias)
        return LanguageLoss(F.cross_entropy(logits, targets.flatten()), torch.cat([state, memory]), raw, dropped)

    def _dropped(self, x: Tensor, name: str, *shape: int) -> Tensor:
        """What is left of `x`: the same for all words of a segment."""
        left = mask(x, self.rates[name], *shape) if self.training else None
        return x if left is None else x * left


def width_for(params: int, vocabulary: int) -> int:
    """The widest such model that learns no more than so many numbers."""
    width = 1
    while size(vocabulary, width + 1) <= params:
        width += 1
    return width


def size(vocabulary: int, width: int) -> int:
    """What it learns: the embedding, four gates with two biases each, the bias of the decoder."""
    return vocabulary * width + 8 * width**2 + 8 * width + vocabulary

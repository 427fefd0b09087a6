"""A text as numbers: its words, and the three parts that a language model is trained, chosen and tested on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

TextPart = Literal["train", "valid", "test"]
PARTS: tuple[TextPart, ...] = ("train", "valid", "test")
END, UNKNOWN = "<eos>", "<unk>"
"""What stands at the end of every line, and for every word that is not in the vocabulary."""
SHARES = (0.90, 0.95)
"""Where a text without parts of its own is cut: the first 90 % of its tokens train, the next 5 % validate."""
MOST = 10_000
"""Words of a vocabulary, unless another number is asked for: as many as the Penn Treebank has."""


@dataclass(frozen=True, eq=False)
class Corpus:
    """A text of three parts, each int64 (tokens,): numbers of `words`, from 0, in the order of the text."""

    name: str
    words: tuple[str, ...]
    train: Tensor
    valid: Tensor
    test: Tensor

    def part(self, name: TextPart) -> Tensor:
        """One of the three."""
        return {"train": self.train, "valid": self.valid, "test": self.test}[name]

    def tokens(self) -> dict[str, int]:
        """How many tokens each part has."""
        return {name: len(self.part(name)) for name in PARTS}

    def fingerprint(self) -> str:
        """16 hexadecimal digits by which the words and all parts are known again."""
        digest = hashlib.sha256("\n".join(self.words).encode())
        for name in PARTS:
            digest.update(repr(len(self.part(name))).encode())
            digest.update(self.part(name).numpy().data)
        return digest.hexdigest()[:16]


def words_of(text: str) -> list[str]:
    """The words of a text by white space, with `<eos>` behind every line, empty ones too.

    A line ends with `\\n` alone, as where the originals read files; what else Unicode ends lines with is white space.

    >>> words_of("a rose\\nis a\\n")
    ['a', 'rose', '<eos>', 'is', 'a', '<eos>']
    """
    lines = text.removesuffix("\n").split("\n") if text else []
    return [word for line in lines for word in (*line.split(), END)]


def characters_of(text: str) -> list[str]:
    """The characters of a text, ends of lines among them."""
    return list(text)


def closed(name: str, parts: Mapping[TextPart, Sequence[str]]) -> Corpus:
    """A corpus whose vocabulary is every word of all parts, numbered as they first appear: train, valid, test.

    So do the originals: their numbers decide which row of a checkpoint belongs to which word.
    """
    numbers: dict[str, int] = {}
    coded = {
        part: torch.tensor([numbers.setdefault(word, len(numbers)) for word in parts[part]], dtype=torch.int64)
        for part in PARTS
    }
    return Corpus(name, tuple(numbers), **coded)


def opened(name: str, parts: Mapping[TextPart, Sequence[str]], most: int = MOST) -> Corpus:
    """A corpus whose vocabulary is made of the training part alone; all other words are `<unk>`, number 0.

    Kept are words that occur at least twice, the most frequent `most` (with `<unk>`; the earlier of equal ones),
    numbered as they first appear.
    """
    counts = Counter(parts["train"])
    counts.pop(UNKNOWN, None)
    frequent = {word for word, count in counts.most_common(max(most - 1, 0)) if count > 1}
    words = (UNKNOWN, *(word for word in counts if word in frequent))
    return coded(name, parts, words)


def coded(name: str, parts: Mapping[TextPart, Sequence[str]], words: Sequence[str]) -> Corpus:
    """A corpus in the words of another, `<unk>` for those that it has not. Raises `KeyError` where there is none."""
    return Corpus(name, tuple(words), **{part: numbers_of(parts[part], words) for part in PARTS})


def numbers_of(text: Iterable[str], words: Sequence[str]) -> Tensor:
    """The numbers of words, int64 (tokens,). Raises `KeyError`: an unknown word, and no `<unk>` in the vocabulary."""
    numbers = {word: number for number, word in enumerate(words)}
    unknown = numbers.get(UNKNOWN)
    if unknown is None:
        return torch.tensor([numbers[word] for word in text], dtype=torch.int64)
    return torch.tensor([numbers.get(word, unknown) for word in text], dtype=torch.int64)


def cut(tokens: Sequence[str]) -> dict[TextPart, Sequence[str]]:
    """One text in three parts, in order: 90 %, 5 % and 5 % of its tokens."""
    first, second = (int(len(tokens) * share) for share in SHARES)
    return {"train": tokens[:first], "valid": tokens[first:second], "test": tokens[second:]}

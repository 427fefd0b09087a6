"""A text in columns, and the segments of it that a language model goes through (DARTS, GDAS and EDNAS, as AWD-LSTM)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from nasc.runtime.randomness import derived

SHORT = 0.05
"""How often the length of a segment is drawn around half of the usual one."""
LEAST, SPREAD, LONGER = 5, 5.0, 20
"""A segment's least length, the deviation of its length, and by how much it may exceed the usual one."""


def columns(tokens: Tensor, batch: int) -> Tensor:
    """A text (tokens,) in `batch` columns of equal length, one after the other: (rows, batch). The rest is left out."""
    rows = len(tokens) // batch
    return tokens[: rows * batch].view(batch, rows).t().contiguous()


@dataclass(frozen=True)
class Segment:
    """Rows of a text in columns: `start` up to `start + length`; what is to be said are the rows one further.

    `wanted` is the length that was drawn, which the learning rate follows; at the end of the text `length` is less.
    """

    start: int
    length: int
    wanted: int

    def of(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens (length, batch) and what follows each of them, both int64."""
        return rows[self.start : self.start + self.length], rows[self.start + 1 : self.start + 1 + self.length]


def drawn(rows: int, bptt: int, seed: int, epoch: int) -> list[Segment]:
    """The segments of an epoch, their lengths drawn: N(bptt, 5), of 5 at least and `bptt` + 20 at most.

    One in twenty is drawn around bptt / 2. A function of the seed and the epoch, so that a run that goes on in the
    middle of an epoch has the same. The last segment ends with the text; what is left with one row is left out, as
    in the originals.
    """
    draw = torch.Generator().manual_seed(derived(seed, "segments", epoch))
    found, start = [], 0
    while start < rows - 2:
        usual = bptt if torch.rand((), generator=draw, dtype=torch.float64) >= SHORT else bptt / 2
        length = int(usual + SPREAD * torch.randn((), generator=draw, dtype=torch.float64))
        found.append(_segment(start, min(max(LEAST, length), bptt + LONGER), rows))
        start += found[-1].length
    return found


def halved(rows: int, bptt: int, seed: int, epoch: int) -> list[Segment]:
    """The segments of an epoch of a search: `bptt` rows, one in twenty half of that. No more is drawn."""
    draw = torch.Generator().manual_seed(derived(seed, "segments", epoch))
    found, start = [], 0
    while start < rows - 2:
        usual = bptt if torch.rand((), generator=draw, dtype=torch.float64) >= SHORT else bptt // 2
        found.append(_segment(start, max(usual, 1), rows))
        start += found[-1].length
    return found


def regular(rows: int, bptt: int) -> list[Segment]:
    """The segments that a text is measured in: each of `bptt` rows, the last as long as it may be."""
    return [_segment(start, bptt, rows) for start in range(0, rows - 1, bptt)]


def _segment(start: int, wanted: int, rows: int) -> Segment:
    return Segment(start, min(wanted, rows - 1 - start), wanted)

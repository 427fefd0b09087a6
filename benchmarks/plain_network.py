"""The network of a genotype, with auxiliary head and drop path, of the operations of `plain_darts` and as plain."""

from collections.abc import Sequence
from functools import partial, reduce
from operator import add
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.plain_darts import align, operation, stack, stem

Pairs = Sequence[tuple[str, int]]


class Genotype(NamedTuple):
    """Two decided cells: pairs 2i and 2i+1, each (operation, source), feed node i+2; inputs are 0 and 1."""

    normal: Pairs
    reduce: Pairs
    normal_concat: Sequence[int] = (2, 3, 4, 5)
    reduce_concat: Sequence[int] = (2, 3, 4, 5)


def drop_path(x: Tensor, probability: float) -> Tensor:
    """Zeroes each sample of `x` with this probability and scales the others up, in place."""
    keep = 1.0 - probability
    mask = x.new_empty(x.shape[0], 1, 1, 1).bernoulli_(keep)
    return x.div_(keep).mul_(mask)


class DecidedCell(nn.Module):
    """A cell of a genotype: two in-edges a node, one operation an edge; output channels len(concat) * c."""

    def __init__(self, genotype: Genotype, c_pp: int, c_p: int, c: int, reduces: bool, after_reduction: bool) -> None:
        super().__init__()
        pairs = genotype.reduce if reduces else genotype.normal
        self.concat = list(genotype.reduce_concat if reduces else genotype.normal_concat)
        self.sources = [source for _, source in pairs]
        self.preprocess0 = align(c_pp, c, after_reduction, affine=True)
        self.preprocess1 = align(c_p, c, False, affine=True)
        self._ops = nn.ModuleList(
            operation(name, c, 2 if reduces and source < 2 else 1, affine=True) for name, source in pairs
        )

    def forward(self, s0: Tensor, s1: Tensor, probability: float) -> Tensor:
        """`probability` is that of dropping an edge, 0 to 1; a plain identity is never dropped."""
        states = [self.preprocess0(s0), self.preprocess1(s1)]
        for i in range(0, len(self.sources), 2):
            terms = []
            for source, op in zip(self.sources[i : i + 2], self._ops[i : i + 2], strict=True):
                y = op(states[source])
                if self.training and probability > 0.0 and not isinstance(op, nn.Identity):
                    y = drop_path(y, probability)
                terms.append(y)
            states.append(reduce(add, terms))
        return torch.cat([states[i] for i in self.concat], dim=1)


class AuxiliaryHead(nn.Module):
    """Logits (N, classes) from the (N, C, 8, 8) state two thirds of the way up; training only."""

    def __init__(self, c: int, classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.ReLU(),
            nn.AvgPool2d(5, stride=3, count_include_pad=False),
            nn.Conv2d(c, 128, 1, bias=False),
            nn.BatchNorm2d(128),
            nn.ReLU(),
            nn.Conv2d(128, 768, 2, bias=False),
            nn.BatchNorm2d(768),
            nn.ReLU(),
        )
        self.classifier = nn.Linear(768, classes)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.classifier(self.features(x).flatten(1))
        return y


class PlainNetwork(nn.Module):
    """The network of a genotype, (N, 3, H, W) to logits (N, classes) and the auxiliary head's, or None: they
    exist in training mode with `auxiliary`, for 32x32 images. Set `drop_path` (0 to 1) before each epoch."""

    def __init__(
        self, genotype: Genotype, channels: int, layers: int, classes: int = 10, auxiliary: bool = False
    ) -> None:
        super().__init__()
        self.drop_path = 0.0
        self.auxiliary_at = 2 * layers // 3
        self.stem = stem(channels)
        widths = len(genotype.normal_concat), len(genotype.reduce_concat)
        self.cells, outputs = stack(partial(DecidedCell, genotype), channels, layers, widths)
        self.auxiliary_head = AuxiliaryHead(outputs[self.auxiliary_at], classes) if auxiliary else None
        self.classifier = nn.Linear(outputs[-1], classes)

    def weights(self) -> list[nn.Parameter]:
        """Every parameter."""
        return list(self.parameters())

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        s0 = s1 = self.stem(x)
        auxiliary = None
        for k, cell in enumerate(self.cells):
            s0, s1 = s1, cell(s0, s1, self.drop_path)
            if k == self.auxiliary_at and self.training and self.auxiliary_head is not None:
                auxiliary = self.auxiliary_head(s1)
        return self.classifier(s1.mean((2, 3))), auxiliary

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Cross-entropy of a batch, plus 0.4 times the auxiliary head's where there is one."""
        logits, auxiliary = self(x)
        loss = F.cross_entropy(logits, y)
        return loss if auxiliary is None else loss + 0.4 * F.cross_entropy(auxiliary, y)

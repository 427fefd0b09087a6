"""The yardstick: the search network of DARTS (Liu, Simonyan, Yang, ICLR 2019) as plain PyTorch, a module an operation.

Nothing is shared, fused, reordered or left out: NCHW, every operation of every edge evaluated, `none` too. It
imports nothing from `nasc`, so that a mistake there cannot hide here. Parameters are named as in the published
checkpoints, which load as they are. Tensors are (N, C, H, W), H and W even where a stride of two is met.
"""

from collections.abc import Callable, Iterator
from functools import reduce
from operator import add

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PRIMITIVES = (
    *("none", "max_pool_3x3", "avg_pool_3x3", "skip_connect"),
    *("sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"),
)
NODES = 4
EDGES = tuple((node, source) for node in range(2, 2 + NODES) for source in range(node))


class Chain(nn.Module):
    """Layers in a row under the name `op`."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.op = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.op(x)
        return y


class Zero(nn.Module):
    """`none`: (N, C, H, W) to zeros of (N, C, H/stride, W/stride)."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :, :: self.stride, :: self.stride] * 0.0


class FactorizedReduce(nn.Module):
    """Two strided 1x1 convolutions, the second one pixel off: (N, I, H, W) to (N, O, H/2, W/2)."""

    def __init__(self, c_in: int, c_out: int, affine: bool) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(c_in, c_out // 2, 1, stride=2, bias=False)
        self.conv_2 = nn.Conv2d(c_in, c_out // 2, 1, stride=2, bias=False)
        self.bn = nn.BatchNorm2d(c_out, affine=affine)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(x)
        y: Tensor = self.bn(torch.cat([self.conv_1(x), self.conv_2(x[:, :, 1:, 1:])], dim=1))
        return y


def conv_block(c: int, kernel: int, stride: int, affine: bool, dilation: int = 1) -> list[nn.Module]:
    """ReLU, depthwise kxk, pointwise, batch-norm: what separable and dilated convolutions consist of."""
    pad = dilation * (kernel // 2)
    return [
        nn.ReLU(),
        nn.Conv2d(c, c, kernel, stride, pad, dilation, groups=c, bias=False),
        nn.Conv2d(c, c, 1, bias=False),
        nn.BatchNorm2d(c, affine=affine),
    ]


def operation(name: str, c: int, stride: int, affine: bool) -> nn.Module:
    """One operation of section 3.1.1 on `c` channels; `ValueError` for a name DARTS has not."""
    match name:
        case "none":
            return Zero(stride)
        case "max_pool_3x3":
            return nn.MaxPool2d(3, stride, padding=1)
        case "avg_pool_3x3":
            return nn.AvgPool2d(3, stride, padding=1, count_include_pad=False)
        case "skip_connect":
            return nn.Identity() if stride == 1 else FactorizedReduce(c, c, affine)
        case "sep_conv_3x3" | "sep_conv_5x5" | "sep_conv_7x7":
            k = int(name[-1])
            return Chain(*conv_block(c, k, stride, affine), *conv_block(c, k, 1, affine))
        case "dil_conv_3x3" | "dil_conv_5x5":
            return Chain(*conv_block(c, int(name[-1]), stride, affine, dilation=2))
        case _:
            raise ValueError(f"no such operation: {name}")


def align(c_in: int, c: int, halve: bool, affine: bool) -> nn.Module:
    """Brings a cell's input to `c` channels, and to half the map when the cell before it reduced."""
    if halve:
        return FactorizedReduce(c_in, c, affine)
    return Chain(nn.ReLU(), nn.Conv2d(c_in, c, 1, bias=False), nn.BatchNorm2d(c, affine=affine))


class MixedEdge(nn.Module):
    """Eq. 2: all eight operations on one edge, weighted; at search a batch-norm follows each pool."""

    def __init__(self, c: int, stride: int) -> None:
        super().__init__()
        self._ops = nn.ModuleList()
        for name in PRIMITIVES:
            op = operation(name, c, stride, affine=False)
            self._ops.append(nn.Sequential(op, nn.BatchNorm2d(c, affine=False)) if "pool" in name else op)

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        """`weights` is (8,), in the order of `PRIMITIVES`."""
        terms: Iterator[Tensor] = (w * op(x) for w, op in zip(weights, self._ops, strict=True))
        return reduce(add, terms)


class SearchCell(nn.Module):
    """Four nodes, each the sum over all states before it (section 2.1); `c` channels in, 4c out."""

    def __init__(self, c_pp: int, c_p: int, c: int, reduces: bool, after_reduction: bool) -> None:
        super().__init__()
        self.reduces = reduces
        self.preprocess0 = align(c_pp, c, after_reduction, affine=False)
        self.preprocess1 = align(c_p, c, False, affine=False)
        self._ops = nn.ModuleList(MixedEdge(c, 2 if reduces and source < 2 else 1) for _, source in EDGES)

    def forward(self, s0: Tensor, s1: Tensor, weights: Tensor) -> Tensor:
        """`weights` is (14, 8), rows in the order of `EDGES`."""
        states = [self.preprocess0(s0), self.preprocess1(s1)]
        for (node, source), edge, row in zip(EDGES, self._ops, weights, strict=True):
            term = edge(states[source], row)
            if source == 0:
                states.append(term)
            else:
                states[node] = states[node] + term
        return torch.cat(states[2:], dim=1)


def stem(c: int) -> nn.Sequential:
    """3x3 convolution of the image and an affine batch-norm, (N, 3, H, W) to (N, 3c, H, W)."""
    return nn.Sequential(nn.Conv2d(3, 3 * c, 3, padding=1, bias=False), nn.BatchNorm2d(3 * c))


def stack(
    cell: Callable[[int, int, int, bool, bool], nn.Module], c: int, layers: int, widths: tuple[int, int]
) -> tuple[nn.ModuleList, list[int]]:
    """The cells in order, and each one's output channels. Cells L//3 and 2L//3 reduce and double `c` (3.1.1);
    `widths` is the number of nodes that a normal and a reduction cell concatenate."""
    cells, outputs = nn.ModuleList(), [3 * c, 3 * c]
    for k in range(layers):
        reduces, after_reduction = (i in (layers // 3, 2 * layers // 3) for i in (k, k - 1))
        c = 2 * c if reduces else c
        cells.append(cell(outputs[-2], outputs[-1], c, reduces, after_reduction))
        outputs.append(widths[reduces] * c)
    return cells, outputs[2:]


class PlainSupernet(nn.Module):
    """The search network, (N, 3, H, W) to (N, classes): normal cells share one (14, 8) tensor of strengths,
    reduction cells another. `channels` is C of the first cell, `layers` the number of cells, at least 3."""

    def __init__(self, channels: int, layers: int, classes: int = 10) -> None:
        super().__init__()
        self.stem = stem(channels)
        self.cells, outputs = stack(SearchCell, channels, layers, (NODES, NODES))
        self.classifier = nn.Linear(outputs[-1], classes)
        self.alphas_normal = nn.Parameter(1e-3 * torch.randn(len(EDGES), len(PRIMITIVES)))
        self.alphas_reduce = nn.Parameter(1e-3 * torch.randn(len(EDGES), len(PRIMITIVES)))

    @property
    def alphas(self) -> tuple[nn.Parameter, nn.Parameter]:
        """Strengths of the normal and the reduction cells, each (14, 8), before the softmax."""
        return self.alphas_normal, self.alphas_reduce

    def strengths(self) -> list[nn.Parameter]:
        """What the architecture step trains: the two alphas."""
        return list(self.alphas)

    def weights(self) -> list[nn.Parameter]:
        """What the weight step trains: every parameter but the alphas."""
        return [p for name, p in self.named_parameters() if not name.startswith("alphas_")]

    def forward(self, x: Tensor) -> Tensor:
        s0 = s1 = self.stem(x)
        for cell in self.cells:
            alphas = self.alphas_reduce if cell.reduces else self.alphas_normal
            s0, s1 = s1, cell(s0, s1, F.softmax(alphas, dim=-1))
        logits: Tensor = self.classifier(s1.mean((2, 3)))
        return logits

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Cross-entropy of a batch."""
        return F.cross_entropy(self(x), y)

"""The shared-weight networks of GDAS in AutoDL-Projects, their names and arithmetic, small, to save weights from.

Cells are searched with one operation an edge; `fixed` puts the fixed reduction cell in the place of every other. Where
a batch-norm follows that has no weights, convolutions have biases, depthwise ones excepted.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

OPERATIONS = (
    *("none", "skip_connect", "sep_conv_3x3", "sep_conv_5x5"),
    *("dil_conv_3x3", "dil_conv_5x5", "avg_pool_3x3", "max_pool_3x3"),
)
EDGES = tuple((node, source) for node in range(4) for source in range(node + 2))
Drawn = tuple[Tensor, Sequence[int]]
"""What the operations of every edge count for, and which one runs."""


class Row(nn.Module):
    """Layers below the name `op`."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.op = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.op(x)
        return out


def plain(inputs: int, channels: int) -> Row:
    return Row(nn.ReLU(), nn.Conv2d(inputs, channels, 1), nn.BatchNorm2d(channels, affine=False))


def depthwise(channels: int, k: int, stride: int, dilation: int) -> Row:
    pad = dilation * (k - 1) // 2
    first = nn.Conv2d(channels, channels, k, stride, pad, dilation, channels, bias=False)
    return Row(nn.ReLU(), first, nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels, affine=False))


class Dual(nn.Module):
    def __init__(self, channels: int, k: int, stride: int) -> None:
        super().__init__()
        self.op_a, self.op_b = depthwise(channels, k, stride, 1), depthwise(channels, k, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.op_b(self.op_a(x))
        return out


class Reduce(nn.Module):
    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(inputs, channels // 2, 1, 2) for _ in range(2))
        self.bn = nn.BatchNorm2d(channels, affine=False)

    def forward(self, x: Tensor) -> Tensor:
        x = x.relu()
        moved = nn.functional.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
        out: Tensor = self.bn(torch.cat([self.convs[0](x), self.convs[1](moved)], 1))
        return out


class Zero(nn.Module):
    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :, :: self.stride, :: self.stride] * 0


def operation(name: str, channels: int, stride: int) -> nn.Module:
    match name.split("_"):
        case ["none"]:
            return Zero(stride)
        case ["skip", _]:
            return nn.Identity() if stride == 1 else Reduce(channels, channels)
        case ["avg", *_]:
            return nn.AvgPool2d(3, stride, 1, count_include_pad=False)
        case ["max", *_]:
            return nn.MaxPool2d(3, stride, 1)
        case [kind, _, size]:
            k = int(size[0])
            return Dual(channels, k, stride) if kind == "sep" else depthwise(channels, k, stride, 2)
    raise ValueError(name)


class Mixed(nn.Module):
    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self._ops = nn.ModuleList(operation(name, channels, stride) for name in OPERATIONS)


class Searched(nn.Module):
    def __init__(self, older: int, newer: int, channels: int, stride: int, reduced: bool) -> None:
        super().__init__()
        self.preprocess0 = Reduce(older, channels) if reduced else plain(older, channels)
        self.preprocess1 = plain(newer, channels)
        made = {f"{node}<-{source}": Mixed(channels, stride if source < 2 else 1) for node, source in EDGES}
        self.edges = nn.ModuleDict(made)

    def forward(self, older: Tensor, newer: Tensor, drawn: Drawn) -> Tensor:
        states = [self.preprocess0(older), self.preprocess1(newer), *[torch.zeros(())] * 4]
        weights, chosen = drawn
        for row, ((node, source), edge) in enumerate(zip(EDGES, self.edges.values(), strict=True)):
            out = edge.get_submodule(f"_ops.{chosen[row]}")(states[source])
            states[node + 2] = states[node + 2] + weights[row, chosen[row]] * out
        return torch.cat(states[2:], 1)


class Fixed(nn.Module):
    def __init__(self, older: int, newer: int, channels: int, reduced: bool) -> None:
        super().__init__()
        self.preprocess0 = Reduce(older, channels) if reduced else plain(older, channels)
        self.preprocess1 = plain(newer, channels)
        norm = nn.BatchNorm2d
        self.ops1 = nn.ModuleList(
            nn.Sequential(
                nn.ReLU(),
                nn.Conv2d(channels, channels, (1, 3), (1, 2), (0, 1), groups=8),
                nn.Conv2d(channels, channels, (3, 1), (2, 1), (1, 0), groups=8),
                norm(channels, affine=False),
                nn.ReLU(),
                nn.Conv2d(channels, channels, 1),
                norm(channels, affine=False),
            )
            for _ in range(2)
        )
        self.ops2 = nn.ModuleList(nn.Sequential(nn.MaxPool2d(3, 2, 1), norm(channels, affine=False)) for _ in range(2))

    def forward(self, older: Tensor, newer: Tensor, drawn: Drawn) -> Tensor:
        states = self.preprocess0(older), self.preprocess1(newer)
        both = zip((*self.ops1, *self.ops2), states * 2, strict=True)
        return torch.cat([op(state) for op, state in both], 1)


class AutodlNetwork(nn.Module):
    """Logits of one sample: a draw for the normal cells, another for the reduction cells."""

    def __init__(self, channels: int, depth: int, fixed: bool) -> None:
        super().__init__()
        older = newer = 3 * channels
        self.stem = nn.Sequential(nn.Conv2d(3, newer, 3, padding=1, bias=False), nn.BatchNorm2d(newer))
        self.cells = nn.ModuleList()
        self.strides, reduced = [1 + (index in (depth // 3, 2 * depth // 3)) for index in range(depth)], False
        for stride in self.strides:
            channels *= stride
            whole = fixed and stride == 2
            made = (
                Fixed(older, newer, channels, reduced) if whole else Searched(older, newer, channels, stride, reduced)
            )
            self.cells.append(made)
            older, newer, reduced = newer, 4 * channels, stride == 2
        self.lastact = nn.Sequential(nn.BatchNorm2d(newer), nn.ReLU())
        self.classifier = nn.Linear(newer, 10)
        for name in ("arch_parameters",) if fixed else ("arch_normal_parameters", "arch_reduce_parameters"):
            self.register_parameter(name, nn.Parameter(torch.randn(len(EDGES), len(OPERATIONS))))

    def forward(self, x: Tensor, drawn: Sequence[Drawn]) -> Tensor:
        older = newer = self.stem(x)
        for cell, stride in zip(self.cells, self.strides, strict=True):
            older, newer = newer, cell(older, newer, drawn[stride - 1])
        out: Tensor = self.classifier(self.lastact(newer).mean((2, 3)))
        return out

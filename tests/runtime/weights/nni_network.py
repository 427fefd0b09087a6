"""A network with the module names of NNI's DARTS example and its arithmetic, small, to save weights from.

An operation stands on every edge, as in a network built under a fixed architecture; `chosen` says which sources each
node adds up.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

Node = tuple[Sequence[str], Sequence[int]]
"""The operation of every source of a node, and the sources that it adds up."""


def layers(*modules: nn.Module) -> nn.Module:
    """Modules in a row below the name `net`."""
    found = nn.Module()
    found.net = nn.Sequential(*modules)
    return found


def separable(channels: int, k: int, stride: int, dilation: int) -> nn.Module:
    pad = dilation * (k - 1) // 2
    depthwise = nn.Conv2d(channels, channels, k, stride, pad, dilation, channels, bias=False)
    pointwise = nn.Conv2d(channels, channels, 1, bias=False)
    return layers(nn.ReLU(), depthwise, pointwise, nn.BatchNorm2d(channels, affine=False))


def operation(name: str, channels: int, stride: int) -> nn.Module:
    """One candidate by the name of its layer choice."""
    if name.endswith("pool"):
        pool = nn.AvgPool2d(3, stride, 1, count_include_pad=False) if name == "avgpool" else nn.MaxPool2d(3, stride, 1)
        return Pool(pool, channels)
    if name == "skipconnect":
        return nn.Identity() if stride == 1 else Reduce(channels, channels)
    k = int(name[-1])
    if name.startswith("dil"):
        return separable(channels, k, stride, 2)
    return layers(separable(channels, k, stride, 1), separable(channels, k, 1, 1))


def run(module: nn.Module, x: Tensor) -> Tensor:
    """A module, those of `layers` and what is in them included."""
    if isinstance(module, nn.Sequential):
        for inner in module:
            x = run(inner, x)
        return x
    net = getattr(module, "net", None)
    out: Tensor = module(x) if net is None else run(net, x)
    return out


class Pool(nn.Module):
    def __init__(self, pool: nn.Module, channels: int) -> None:
        super().__init__()
        self.pool, self.bn = pool, nn.BatchNorm2d(channels, affine=False)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.bn(self.pool(x))
        return out


class Reduce(nn.Module):
    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels // 2, 1, 2, bias=False)
        self.conv2 = nn.Conv2d(inputs, channels // 2, 1, 2, bias=False)
        self.bn = nn.BatchNorm2d(channels, affine=False)

    def forward(self, x: Tensor) -> Tensor:
        x = x.relu()
        out: Tensor = self.bn(torch.cat([self.conv1(x), self.conv2(x[:, :, 1:, 1:])], 1))
        return out


class Cell(nn.Module):
    def __init__(
        self, nodes: Sequence[Node], older: int, newer: int, channels: int, stride: int, reduced: bool
    ) -> None:
        super().__init__()
        norm = [nn.BatchNorm2d(channels, affine=False) for _ in range(2)]
        before = layers(nn.ReLU(), nn.Conv2d(older, channels, 1, bias=False), norm[0])
        self.preproc0 = Reduce(older, channels) if reduced else before
        self.preproc1 = layers(nn.ReLU(), nn.Conv2d(newer, channels, 1, bias=False), norm[1])
        self.mutable_ops = nn.ModuleList()
        self.chosen = [chosen for _, chosen in nodes]
        for names, _ in nodes:
            node = nn.Module()
            made = (operation(name, channels, stride if i < 2 else 1) for i, name in enumerate(names))
            node.ops = nn.ModuleList(made)
            self.mutable_ops.append(node)

    def forward(self, older: Tensor, newer: Tensor) -> Tensor:
        states = [run(self.preproc0, older), run(self.preproc1, newer)]
        for node, chosen in zip(self.mutable_ops, self.chosen, strict=True):
            ops = node.get_submodule("ops")
            outs = [run(op, state) for op, state in zip(ops.children(), states, strict=True)]
            states.append(torch.stack([outs[source] for source in chosen]).sum(0))
        return torch.cat(states[2:], 1)


class NniNetwork(nn.Module):
    """Logits; in training with the auxiliary head's."""

    def __init__(self, cells: Mapping[str, Sequence[Node]], channels: int, depth: int) -> None:
        super().__init__()
        older = newer = 3 * channels
        self.stem = nn.Sequential(nn.Conv2d(3, newer, 3, 1, 1, bias=False), nn.BatchNorm2d(newer))
        self.cells = nn.ModuleList()
        reduced = False
        for index in range(depth):
            reduces = index in (depth // 3, 2 * depth // 3)
            channels *= 2 if reduces else 1
            nodes = cells["reduce" if reduces else "normal"]
            self.cells.append(Cell(nodes, older, newer, channels, 2 if reduces else 1, reduced))
            older, newer, reduced = newer, len(nodes) * channels, reduces
            if index == 2 * depth // 3:
                self.after = index
                self.aux_head = layers(
                    *(nn.ReLU(), nn.AvgPool2d(5, 3, 0, count_include_pad=False)),
                    *(nn.Conv2d(newer, 128, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU()),
                    *(nn.Conv2d(128, 768, 2, bias=False), nn.BatchNorm2d(768), nn.ReLU()),
                )
                self.aux_head.linear = nn.Linear(768, 10)
        self.linear = nn.Linear(newer, 10)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        older = newer = self.stem(x)
        for index, cell in enumerate(self.cells):
            older, newer = newer, cell(older, newer)
            if index == self.after:
                aux = self.aux_head.get_submodule("linear")(run(self.aux_head, newer).flatten(1))
        return self.linear(newer.mean((2, 3))), aux

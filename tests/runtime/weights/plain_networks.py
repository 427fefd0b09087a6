"""Networks of the published code, written from its description in plain torch under its names, to save weights from.

DARTS, EDNAS, GDAS and pt.darts build cells of pairs (operation, source), GDAS also a fixed reduction cell; D-DARTS
builds cells of triples (operation, state, source). Nothing of `nasc` is used.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

Make = Callable[[int, int, int, bool, bool], nn.Module]
"""Makes a cell of the widths of its inputs, its own, whether it reduces, and whether the one before it does."""


class Row(nn.Module):
    """Layers below a name."""

    def __init__(self, name: str, *layers: nn.Module) -> None:
        super().__init__()
        self.name = name
        self.add_module(name, nn.Sequential(*layers))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.get_submodule(self.name)(x)
        return out


class Reduce(nn.Module):
    def __init__(self, inputs: int, channels: int, names: Sequence[str]) -> None:
        super().__init__()
        self.names = names
        for name in names:
            self.add_module(name, nn.Conv2d(inputs, channels // 2, 1, 2, bias=False))
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        first, second = map(self.get_submodule, self.names)
        x = x.relu()
        out: Tensor = self.bn(torch.cat([first(x), second(x[:, :, 1:, 1:])], 1))
        return out


class Pool(nn.Module):
    """A pool of pt.darts, behind which a batch-norm with weights stands."""

    def __init__(self, pool: nn.Module, channels: int) -> None:
        super().__init__()
        self.pool, self.bn = pool, nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.bn(self.pool(x))
        return out


def plain(inputs: int, channels: int, k: int = 1, stride: int = 1, name: str = "op") -> Row:
    return Row(name, nn.ReLU(), nn.Conv2d(inputs, channels, k, stride, k // 2, bias=False), nn.BatchNorm2d(channels))


def depthwise(c: int, k: int, stride: int, dilation: int) -> list[nn.Module]:
    first = nn.Conv2d(c, c, k, stride, dilation * (k - 1) // 2, dilation, c, bias=False)
    return [nn.ReLU(), first, nn.Conv2d(c, c, 1, bias=False), nn.BatchNorm2d(c)]


def operation(name: str, c: int, stride: int, code: str) -> nn.Module:
    """An operation as `code` builds it: darts (and FairDARTS, D-DARTS, EDNAS), gdas or ptdarts."""
    below = "net" if code == "ptdarts" else "op"
    match name.split("_"):
        case [("max" | "avg") as kind, "pool", _]:
            pool = nn.MaxPool2d(3, stride, 1) if kind == "max" else nn.AvgPool2d(3, stride, 1, count_include_pad=False)
            if code == "ptdarts":
                return Pool(pool, c)
            return pool if code == "darts" else nn.Sequential(pool, nn.BatchNorm2d(c, affine=False))
        case ["skip", _]:
            names = ("conv1", "conv2") if code == "ptdarts" else ("conv_1", "conv_2")
            return nn.Identity() if stride == 1 else Reduce(c, c, names)
        case ["sep", _, size]:
            halves = [depthwise(c, int(size[0]), s, 1) for s in (stride, 1)]
            if code == "ptdarts":
                return Row(below, *(Row(below, *half) for half in halves))
            return Row(below, *halves[0], *halves[1])
        case ["dil", _, size]:
            return Row(below, *depthwise(c, int(size[0]), stride, 2))
        case ["conv", size, _]:
            k = int(size[0])
            first = nn.Conv2d(c, c, (1, k), (1, stride), (0, k // 2), bias=False)
            second = nn.Conv2d(c, c, (k, 1), (stride, 1), (k // 2, 0), bias=False)
            layers = nn.ReLU(), first, second, nn.BatchNorm2d(c)
            return nn.Sequential(*layers) if k == 7 else Row(below, *layers)
        case ["bottleneck", _]:
            one, three, wide = ((1, 1, c, c), (3, stride, c, c), (1, 1, c, 4 * c))
            made = [(nn.Conv2d(a, b, k, s, k // 2, bias=False), nn.BatchNorm2d(b)) for k, s, a, b in (one, three, wide)]
            narrow = plain(4 * c, c).op
            return Row(below, nn.ReLU(), *(layer for pair in made for layer in pair), *narrow)  # type: ignore[misc]
        case ["simple", _, size]:
            return plain(c, c, int(size[0]), stride)
    raise ValueError(name)


class Cell(nn.Module):
    """What all cells share: the layers before the states."""

    width: int

    def __init__(self, older: int, newer: int, c: int, reduced: bool, code: str) -> None:
        super().__init__()
        word, names = ("preproc", ("conv1", "conv2")) if code == "ptdarts" else ("preprocess", ("conv_1", "conv_2"))
        below = "net" if code == "ptdarts" else "op"
        self.before = [f"{word}0", f"{word}1"]
        self.add_module(self.before[0], Reduce(older, c, names) if reduced else plain(older, c, name=below))
        self.add_module(self.before[1], plain(newer, c, name=below))

    def inputs(self, older: Tensor, newer: Tensor) -> list[Tensor]:
        return [self.get_submodule(name)(x) for name, x in zip(self.before, (older, newer), strict=True)]


class Pairs(Cell):
    """Two edges for each state, and the states that are joined."""

    def __init__(self, edges: Sequence[Any], joined: Sequence[int], code: str, *made: Any) -> None:
        older, newer, c, reduces, reduced = made
        super().__init__(older, newer, c, reduced, code)
        self.edges, self.joined, self.width = edges, joined, len(joined) * c
        ops = [operation(name, c, 2 if reduces and source < 2 else 1, code) for name, source in edges]
        if code == "ptdarts":  # a row for each state, each operation with its drop path
            kept = [op if isinstance(op, nn.Identity) else nn.Sequential(op) for op in ops]
            self.dag = nn.ModuleList(nn.ModuleList(kept[at : at + 2]) for at in range(0, len(kept), 2))
        else:
            self._ops = nn.ModuleList(ops)

    def forward(self, older: Tensor, newer: Tensor) -> Tensor:
        states = self.inputs(older, newer)
        ops = [op for row in self.dag for op in row.children()] if hasattr(self, "dag") else list(self._ops)
        for at in range(0, len(ops), 2):
            one, other = (
                op(states[source]) for op, (_, source) in zip(ops[at:], self.edges[at : at + 2], strict=False)
            )
            states.append(one + other)
        return torch.cat([states[state] for state in self.joined], 1)


class Fixed(Cell):
    """The fixed reduction cell of GDAS."""

    def __init__(self, older: int, newer: int, c: int, reduces: bool, reduced: bool) -> None:
        super().__init__(older, newer, c, reduced, "gdas")
        assert reduces
        self.width = 4 * c
        self.ops1 = nn.ModuleList(
            nn.Sequential(
                nn.ReLU(),
                nn.Conv2d(c, c, (1, 3), (1, 2), (0, 1), groups=8, bias=False),
                nn.Conv2d(c, c, (3, 1), (2, 1), (1, 0), groups=8, bias=False),
                nn.BatchNorm2d(c),
                nn.ReLU(),
                nn.Conv2d(c, c, 1, bias=False),
                nn.BatchNorm2d(c),
            )
            for _ in range(2)
        )
        self.ops2 = nn.ModuleList(nn.Sequential(nn.MaxPool2d(3, 2, 1), nn.BatchNorm2d(c)) for _ in range(2))

    def forward(self, older: Tensor, newer: Tensor) -> Tensor:
        states = self.inputs(older, newer)
        return torch.cat([op(s) for op, s in zip((*self.ops1, *self.ops2), states * 2, strict=True)], 1)


class Triples(Cell):
    """One operation for each state and source, all states joined."""

    def __init__(self, edges: Sequence[tuple[str, int, int]], *made: Any) -> None:
        older, newer, c, reduces, reduced = made
        super().__init__(older, newer, c, reduced, "darts")
        self.edges, states = edges, list(dict.fromkeys(state for _, state, _ in edges))
        self.width = len(states) * c
        self._ops = nn.ModuleDict({str(state): nn.ModuleDict() for state in states})
        for name, state, source in edges:
            op = operation(name, c, 2 if reduces and source < 2 else 1, "darts")
            self._ops[str(state)].add_module(str(source), nn.ModuleList([op]))

    def forward(self, older: Tensor, newer: Tensor) -> Tensor:
        states = dict(enumerate(self.inputs(older, newer)))
        for _, state, source in self.edges:
            out = self._ops.get_submodule(f"{state}.{source}.0")(states[source])
            states[state] = states[state] + out if state in states else out
        return torch.cat(list(states.values())[2:], 1)


class Head(nn.Module):
    """The auxiliary head: `last` says whether a batch-norm stands behind its last convolution."""

    def __init__(self, inputs: int, names: tuple[str, str], stride: int, last: bool) -> None:
        super().__init__()
        norm = [nn.BatchNorm2d(768)] if last else []
        layers = [
            *(nn.ReLU(), nn.AvgPool2d(5, stride, 0, count_include_pad=False)),
            *(nn.Conv2d(inputs, 128, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU()),
            *(nn.Conv2d(128, 768, 2, bias=False), *norm, nn.ReLU()),
        ]
        self.names = names
        self.add_module(names[0], nn.Sequential(*layers))
        self.add_module(names[1], nn.Linear(768, 10))

    def forward(self, x: Tensor) -> Tensor:
        layers, classifier = map(self.get_submodule, self.names)
        out: Tensor = classifier(layers(x).flatten(1))
        return out


class PlainNetwork(nn.Module):
    """Cells at `c` channels; logits, in training with those of the auxiliary head if there is one.

    `stems` is None for CIFAR; else the strides of the convolutions before the first cell on ImageNet. `auxiliary` is
    the stride of the pool of the head and whether it has its last batch-norm.
    """

    def __init__(
        self,
        cells: Sequence[Make],
        c: int,
        reductions: Sequence[int],
        code: str = "darts",
        pictures: int = 3,
        stems: tuple[int, int, int] | None = None,
        auxiliary: tuple[int, bool] | None = None,
    ) -> None:
        super().__init__()
        self.after, reduced, older, newer = max(reductions), stems is not None, 3 * c, 3 * c
        if stems is None:
            self.stem = nn.Sequential(nn.Conv2d(pictures, newer, 3, 1, 1, bias=False), nn.BatchNorm2d(newer))
        else:
            older = newer = c
            a, b, d = stems
            first = nn.Conv2d(pictures, c // 2, 3, a, 1, bias=False), nn.BatchNorm2d(c // 2)
            second = nn.Conv2d(c // 2, c, 3, b, 1, bias=False), nn.BatchNorm2d(c)
            self.stem0 = nn.Sequential(*first, nn.ReLU(), *second)
            self.stem1 = nn.Sequential(nn.ReLU(), nn.Conv2d(c, c, 3, d, 1, bias=False), nn.BatchNorm2d(c))
        self.cells = nn.ModuleList()
        self.last, self.side = ("linear", "aux_head") if code == "ptdarts" else ("classifier", "auxiliary_head")
        for index, make in enumerate(cells):
            reduces = index in reductions
            c *= 2 if reduces else 1
            cell = make(older, newer, c, reduces, reduced)
            self.cells.append(cell)
            older, newer, reduced = newer, int(cell.width), reduces  # type: ignore[arg-type]
            if index == self.after and auxiliary is not None:
                names = ("net", "linear") if code == "ptdarts" else ("features", "classifier")
                self.add_module(self.side, Head(newer, names, *auxiliary))
        self.add_module(self.last, nn.Linear(newer, 10))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        stem = getattr(self, "stem", None)
        older = self.stem0(x) if stem is None else stem(x)
        newer = self.stem1(older) if stem is None else older
        extra = None
        for index, cell in enumerate(self.cells):
            older, newer = newer, cell(older, newer)
            if index == self.after and self.training and hasattr(self, self.side):
                extra = self.get_submodule(self.side)(newer)
        return self.get_submodule(self.last)(newer.mean((2, 3))), extra

"""A layer graph taken apart again into the chains it was written from: preprocessing, edges, what follows a sum.

`expand` writes chains out one behind the other; their layers are numbered by path, so that they can be read back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.graph import CONCAT, INPUT, MIX, SCALE, SUM, LayerGraph, Step, state_path
from nasc.compiler.layer_rules import Shape


@dataclass(frozen=True)
class Layer:
    """One layer and the shape of its input."""

    step: Step
    shape: Shape


@dataclass(frozen=True)
class Branches:
    """Chains from one value, their ends summed or joined."""

    kind: Literal["sum", "concat"]
    chains: tuple[Chain, ...]


@dataclass(frozen=True)
class Mixture:
    """The operations of an open edge, each times its strength."""

    names: tuple[str, ...]
    chains: tuple[Chain, ...]


Item = Layer | Branches | Mixture


@dataclass(frozen=True)
class Chain:
    """Layers in a row; the N-th item is numbered N. `start` to `stop` are its steps, `source` the step it reads."""

    items: tuple[Item, ...]
    source: int
    start: int
    stop: int
    inner: Shape
    outer: Shape


@dataclass(frozen=True)
class EdgePart:
    """One edge of a state: what is written between its source and the sum."""

    edge: Edge
    chain: Chain


@dataclass(frozen=True)
class StatePart:
    """A state: its edges in order of summation, and the chain behind their sum (empty where there is none)."""

    name: str
    edges: tuple[EdgePart, ...]
    after: Chain


@dataclass(frozen=True)
class CellParts:
    """A cell: a chain for each input (empty where it is taken as it is) and its states."""

    preprocess: tuple[Chain, ...]
    states: tuple[StatePart, ...]


def block_chain(graph: LayerGraph) -> Chain:
    """The chain of a stem or a head."""
    return _Reader(graph).chain("", graph.inputs[0])


def cell_parts(dag: CellDag, graph: LayerGraph) -> CellParts:
    """The chains of a cell, from its graph as `expand` wrote it, before any pass."""
    return _Reader(graph).cell(dag)


class _Reader:
    """Reads the steps once, in order."""

    def __init__(self, graph: LayerGraph) -> None:
        self.graph = graph
        self.at = 0
        while self.at < len(graph.steps) and graph.steps[self.at].kind == INPUT:
            self.at += 1

    @property
    def next(self) -> Step | None:
        return self.graph.steps[self.at] if self.at < len(self.graph.steps) else None

    def cell(self, dag: CellDag) -> CellParts:
        preprocess = tuple(
            self.chain(f"preprocess.{position}.", given) for position, given in enumerate(self.graph.inputs)
        )
        return CellParts(preprocess, tuple(self.state(dag, state) for state in dag.states))

    def state(self, dag: CellDag, name: str) -> StatePart:
        edges, ends = [], []
        for position, edge in enumerate(dag.into[name]):
            chain = self.chain(f"{state_path(name)}.{position}.", self.graph.states[edge.source])
            if edge.factor is not None:
                assert self.graph.steps[self.at].kind == SCALE, name
                self.at += 1
            edges.append(EdgePart(edge, chain))
            ends.append(self.at - 1)
        if len(ends) > 1:
            assert self.graph.steps[self.at].inputs == tuple(ends), name
            self.at += 1
        return StatePart(name, tuple(edges), self.chain(f"{state_path(name)}.sum.", self.at - 1))

    def chain(self, prefix: str, source: int) -> Chain:
        """The steps whose path is the prefix and a number, as long as they follow each other."""
        start, end = self.at, source
        items: list[Item] = []
        while (step := self.next) is not None:
            if step.path and step.path.startswith(prefix):
                first, _, rest = step.path[len(prefix) :].partition(".")
                if not first.isdigit():
                    items.append(self.mixture(prefix, end))
                elif rest:
                    items.append(self.branches(f"{prefix}{first}.", end))
                else:
                    items.append(Layer(step, self.graph.steps[end].shape))
                    self.at += 1
            elif _joins(step) and len(step.inputs) > 1 and all(given == end for given in step.inputs):
                nothing = self.nothing(end)  # `[sum, sum]`: branches without a layer leave no path
                items.append(Branches("sum" if step.kind == SUM else "concat", (nothing,) * len(step.inputs)))
                self.at += 1
            else:
                break
            end = self.at - 1
        return Chain(tuple(items), source, start, self.at, self.graph.steps[source].shape, self.graph.steps[end].shape)

    def nothing(self, source: int) -> Chain:
        shape = self.graph.steps[source].shape
        return Chain((), source, self.at, self.at, shape, shape)

    def branches(self, prefix: str, source: int) -> Item:
        found: dict[int, Chain] = {}
        while (step := self.next) is not None and step.path.startswith(prefix):
            number = int(step.path[len(prefix) :].partition(".")[0])
            found[number] = self.chain(f"{prefix}{number}.", source)
        step = self.next
        ends = {number: chain.stop - 1 for number, chain in found.items()}
        if step is None or not _joins(step) or not _ends_at(step.inputs, ends):
            assert list(found) == [0]
            return Branches("sum", tuple(found.values()))
        self.at += 1
        chains = tuple(found.get(number) or self.nothing(source) for number in range(len(step.inputs)))
        return Branches("sum" if step.kind == SUM else "concat", chains)

    def mixture(self, prefix: str, source: int) -> Mixture:
        names, chains = [], []
        while (step := self.next) is not None and step.kind != MIX:
            name = step.path[len(prefix) :].partition(".")[0]
            names.append(name)
            chains.append(self.chain(f"{prefix}{name}.", source))
        self.at += 1
        return Mixture(tuple(names), tuple(chains))


def _joins(step: Step) -> bool:
    return not step.path and step.kind in (SUM, CONCAT)


def _ends_at(inputs: Sequence[int], ends: dict[int, int]) -> bool:
    return all(number < len(inputs) and inputs[number] == end for number, end in ends.items())

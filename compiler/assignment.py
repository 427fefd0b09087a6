"""Which choice of a space the edges of one state are: every edge is given to an edge of the space that may be it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.decide import Chosen
from nasc.dsl.diagnostic import fail
from nasc.dsl.source import Span

MAX_STEPS = 100_000
"""So many ways are tried at most; one edge a source, as in every published space, takes one."""


@dataclass(frozen=True, slots=True)
class Item:
    """A decided edge: from `sources`, by `operation`, times `factor`."""

    sources: tuple[str, ...]
    operation: str
    factor: float
    span: Span = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.operation}({', '.join(self.sources)})"


def offers(dag: CellDag, state: str, none: Collection[str]) -> list[Item]:
    """Every edge that a state of the space can have, once; `none` are the operations that are no edge."""
    found = [
        Item(edge.sources, name, edge.factor or 1.0, edge.span)
        for edge in dag.into[state]
        for name in edge.operations
        if name not in none
    ]
    return list(dict.fromkeys(found))


def assign(
    dag: CellDag, state: str, items: Sequence[Item], none: Collection[str], gone: Collection[str]
) -> list[Chosen] | None:
    """What is chosen for a state of the space where its edges are these; None where they are no choice of it.

    A choice that is `none` is no edge; outside of any `keep` it is written all the same, as a search emits it. From
    states that are `gone` nothing leads here, whatever was chosen. Raises `NasError` (E105) where trying takes long.
    """
    return _Assignment(dag, state, items, none, gone).run()


class _Assignment:
    def __init__(
        self, dag: CellDag, state: str, items: Sequence[Item], none: Collection[str], gone: Collection[str]
    ) -> None:
        self.dag = dag
        self.state = state
        self.none = none
        self.gone = gone
        self.items = sorted(items, key=lambda item: (item.sources, item.operation, item.factor))
        self.edges = [edge for edge in dag.into[state] if not any(source in gone for source in edge.sources)]
        self.taken: list[list[str]] = [[] for _ in self.edges]
        self.steps = 0

    def run(self) -> list[Chosen] | None:
        if not self.place(0):
            return None
        chosen: list[Chosen] = []
        for edge, names in zip(self.edges, self.taken, strict=True):
            chosen += [Chosen(edge, name) for name in edge.operations if name in names]
            if not names and edge.group is None and edge.kept is None:
                # of several operations that are zero the first stands for all
                chosen += [Chosen(edge, name) for name in edge.operations if name in self.none][:1]
        return chosen

    def place(self, at: int) -> bool:
        """Give the items from `at` on to edges; whether there is a way."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            message = f"the edges of `{self.state}` can be chosen in too many ways to say which they are"
            raise fail("E105", message, self.dag.span)
        if at == len(self.items):
            return self.complete()
        item = self.items[at]
        tried: list[tuple[Edge, list[str]]] = []
        for edge, names in zip(self.edges, self.taken, strict=True):
            if not self.fits(item, edge, names) or any(_alike(edge, e) and names == before for e, before in tried):
                continue
            tried.append((edge, list(names)))
            names.append(item.operation)
            if self.place(at + 1):
                return True
            names.pop()
        return False

    def fits(self, item: Item, edge: Edge, names: list[str]) -> bool:
        """Whether an edge of the space can take an item beside those it has."""
        most = edge.kept[1] if edge.kept is not None else 1
        return (
            item.sources == edge.sources
            and item.operation in edge.operations
            and item.factor == (edge.factor or 1.0)
            and item.operation not in names
            and len(names) < most
        )

    def complete(self) -> bool:
        """Whether what was given out is as much as the space asks for."""
        least: dict[int, int] = {}
        most: dict[int, int] = {}
        for edge, names in zip(self.edges, self.taken, strict=True):
            low, high = edge.kept if edge.kept is not None else (1, 1)
            if edge.group is None:
                zero = edge.kept is None and any(name in self.none for name in edge.operations)
                if not names and zero:
                    continue
                if not low <= len(names) <= high:
                    return False
                continue
            if names and not low <= len(names):
                return False
            least[edge.group] = least.get(edge.group, 0) + bool(names)
            most[edge.group] = most.get(edge.group, 0) + (bool(names) or low == 0)
        for number, group in enumerate(self.dag.groups):
            if group.state == self.state:
                hidden = sum(any(s in self.gone for s in self.dag.edges[i].sources) for i in group.members)
                if least.get(number, 0) > group.high or most.get(number, 0) + hidden < group.low:
                    return False
        return True


def _alike(a: Edge, b: Edge) -> bool:
    return (a.operations, a.kept, a.group, a.sources, a.factor) == (b.operations, b.kept, b.group, b.sources, b.factor)

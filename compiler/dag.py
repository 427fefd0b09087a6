"""A cell written out: its states, edges and choices, and itself as a networkx DAG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Literal

from nasc.dsl.source import Span

if TYPE_CHECKING:
    import networkx as nx


MAX_DIGITS = 18
"""Numbers of states beyond it are no numbers: nobody counts so far."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge: from `sources` (one, but two for a gate) into `state`, by one of `operations`, written as `what`.

    `kept` counts the operations of `{keep 0..2 of ...}` that stay; `group` is the `keep` the edge itself stands
    under, by its number in the cell. `strength` is what a search gave the edge, `factor` multiplies its value.
    """

    state: str
    sources: tuple[str, ...]
    operations: tuple[str, ...]
    what: str
    kept: tuple[int, int] | None
    group: int | None
    factor: float | None
    strength: float | None
    span: Span = field(compare=False, repr=False)

    @property
    def open(self) -> bool:
        """Whether something is left to choose here."""
        return len(self.operations) > 1 or self.kept is not None or self.group is not None

    @property
    def source(self) -> str:
        return self.sources[0]


@dataclass(frozen=True, slots=True)
class Group:
    """A `keep`: from `low` to `high` of the edges `members` (indexes into the cell's edges) stay."""

    state: str
    low: int
    high: int
    members: tuple[int, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True)
class CellDag:
    """A cell written out. `states` are those computed, each behind what it reads; `edges` stand in textual order."""

    name: str
    kind: Literal["cell", "recurrent"]
    inputs: tuple[str, ...]
    states: tuple[str, ...]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...]
    how: Literal["concat", "sum", "mean"] | None
    returned: tuple[str, ...]
    span: Span = field(compare=False, repr=False)

    @cached_property
    def open(self) -> bool:
        """Whether any edge is open."""
        return any(edge.open for edge in self.edges)

    @cached_property
    def open_edges(self) -> tuple[Edge, ...]:
        """The open edges, in textual order: the rows of the strengths."""
        return tuple(edge for edge in self.edges if edge.open)

    @cached_property
    def into(self) -> dict[str, tuple[Edge, ...]]:
        """The edges of each state, in order of summation."""
        found: dict[str, list[Edge]] = {state: [] for state in self.states}
        for edge in self.edges:
            found[edge.state].append(edge)
        return {state: tuple(edges) for state, edges in found.items()}

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The cell as a DAG. Nodes: inputs and states (`kind`); edges carry `edge` (an `Edge`) and their `index`."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=self.name, how=self.how, returned=self.returned)
        graph.add_nodes_from(self.inputs, kind="input")
        graph.add_nodes_from(self.states, kind="state")
        for index, edge in enumerate(self.edges):
            for source in edge.sources:
                graph.add_edge(source, edge.state, index=index, edge=edge)
        return graph

    @cached_property
    def live(self) -> frozenset[str]:
        """The inputs and states that what is returned depends on."""
        found = set(self.returned)
        for state in reversed(self.states):  # an edge reads what is defined before the state that it leads into
            if state in found:
                found.update(source for edge in self.into[state] for source in edge.sources)
        return frozenset(found)

    @property
    def depth(self) -> int:
        """Edges on the longest path from an input to what is returned."""
        longest = dict.fromkeys(self.inputs, 0)
        for state in self.states:
            longest[state] = max((1 + longest[name] for edge in self.into[state] for name in edge.sources), default=0)
        return max(longest[name] for name in self.returned)


def in_order(states: Iterable[str], edges: Iterable[Edge]) -> list[str]:
    """The states, each behind those it reads, else in the order given; those that wait for a cycle are left out.

    >>> edge = Edge("s3", ("s2",), ("none",), "none", None, None, None, None, None)
    >>> in_order(["s3", "s4", "s2"], [edge])
    ['s4', 's2', 's3']
    """
    place = {state: index for index, state in enumerate(states)}
    waits, readers = dict.fromkeys(place, 0), {state: list[str]() for state in place}
    for edge in edges:
        for source in edge.sources:
            if source in place:
                waits[edge.state] += 1
                readers[source].append(edge.state)
    ready = [(place[state], state) for state in place if not waits[state]]
    found = []
    while ready:
        _, state = heappop(ready)
        found.append(state)
        for reader in readers[state]:
            waits[reader] -= 1
            if not waits[reader]:
                heappush(ready, (place[reader], reader))
    return found


def numbered(name: str) -> tuple[str, int] | None:
    """The word and the number of a state's name; None where there is no number, or one with leading zeros.

    >>> numbered("s12")
    ('s', 12)
    """
    word = name.rstrip("0123456789")
    digits = name[len(word) :]
    if not digits or len(digits) > MAX_DIGITS or (digits[0] == "0" and digits != "0"):
        return None
    return word, int(digits)


def runs(states: Sequence[str]) -> list[list[str]]:
    """States in stretches that count up, as they are written: `s2..s5`.

    >>> runs(["s2", "s3", "s5"])
    [['s2', 's3'], ['s5']]
    """
    found: list[list[str]] = []
    for state in states:
        last, now = (numbered(found[-1][-1]) if found else None), numbered(state)
        if last and now and last[0] == now[0] and now[1] == last[1] + 1:
            found[-1].append(state)
        else:
            found.append([state])
    return found

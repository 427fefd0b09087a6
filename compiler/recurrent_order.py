"""In which order a decided recurrent cell is computed, so that all states that read one state share a product."""

from __future__ import annotations

from dataclasses import dataclass

from nasc.compiler.language_plan import PlannedRecurrent

HIDDEN = -1
"""The place of the state before, which the gates read."""


@dataclass(frozen=True)
class Readers:
    """The states that read one state, `source`, at the places `first` to `last`; `runs` are stretches of these with
    one activation. Places count the states of the cell in the order in which they are computed."""

    source: int
    first: int
    last: int
    runs: tuple[tuple[str, int, int], ...]

    @property
    def count(self) -> int:
        return self.last - self.first


@dataclass(frozen=True)
class Order:
    """The order of computation: `states` by place, each a name; `returned` are the places whose mean goes on."""

    states: tuple[str, ...]
    groups: tuple[Readers, ...]
    returned: tuple[int, ...]
    inputs: int
    width: int
    share: float

    @property
    def stretch(self) -> tuple[int, int] | None:
        """The places that are returned, where they follow each other."""
        places = sorted(self.returned)
        return (places[0], places[-1] + 1) if places == list(range(places[0], places[-1] + 1)) else None


def order_of(planned: PlannedRecurrent) -> Order | None:
    """The order of a cell whose states have one edge each, without factors; None for any other."""
    if planned.behind or planned.dag.open or len(set(planned.dag.returned)) < len(planned.dag.returned):
        return None
    reads: dict[str | None, list[tuple[str, str]]] = {}
    for state in planned.states:
        edges = [e for e in planned.dag.into[state.name] if e.operations != ("none",)]
        if len(edges) != 1 or edges[0].factor is not None:
            return None
        if state.gate:
            reads.setdefault(None, []).append((state.name, "tanh"))
        else:
            reads.setdefault(edges[0].source, []).append((state.name, edges[0].operations[0]))
    at: dict[str | None, int] = {None: HIDDEN}
    groups: list[Readers] = []
    waiting: list[str | None] = [None]
    while waiting:
        source = waiting.pop(0)
        units = sorted(reads.get(source, []), key=lambda unit: unit[1])
        if not units:
            continue
        first = len(at) - 1
        at |= {name: first + place for place, (name, _) in enumerate(units)}
        waiting += [name for name, _ in units]
        names = [name for _, name in units]
        runs = tuple((name, names.index(name), names.index(name) + names.count(name)) for name in dict.fromkeys(names))
        groups.append(Readers(at[source], first, first + len(units), runs))
    states = tuple(name for name in at if name is not None)
    returned = tuple(at[name] for name in planned.dag.returned)
    share = 1.0 / len(returned) if planned.dag.how == "mean" else 1.0
    return Order(states, tuple(groups), returned, planned.inputs, planned.width, share)

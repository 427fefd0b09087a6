"""Of the genotypes that a rule of derivation may say, the strongest that meets what the text requires."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from itertools import count

from nasc.compiler.bounds import operation_costs
from nasc.compiler.constraints import Unmet, unmet
from nasc.compiler.dag import CellDag
from nasc.compiler.resolve import Program
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import NasError
from nasc.runtime.derive_kept import Kept, weight

LOOKS = 100
"""So many genotypes are looked at in the order of their strength; then what they cost decides too."""
Item = tuple[str, int, str]
"""An operation of an edge: cell, index of the edge in it, operation."""
Bans = frozenset[Item]
"""Operations that are ruled out."""
Prices = Mapping[Item, float]
"""What is taken from what operations count for."""
FIRST_PRICE, DEARER, ROUNDS = 1e-3, 1.5, 80
"""How much strength the whole of a bound is worth: at first, times this whenever it is not met, and how often."""


@dataclass(frozen=True)
class Made:
    """What a rule says where some operations are ruled out or priced: the genotype, and what it keeps of each cell."""

    write: Callable[[], n.Document] = field(repr=False)
    kept: Mapping[str, Kept]
    indexes: Mapping[str, Mapping[int, int]] = field(repr=False)
    """For each cell the index of an edge by its `id`."""

    @cached_property
    def document(self) -> n.Document:
        """The genotype as a text. Raises `NasError` (E405): nothing is left to return."""
        return self.write()

    @cached_property
    def items(self) -> list[Item]:
        """What was chosen of open edges."""
        return [
            (name, self.indexes[name][id(one.edge)], one.operation)
            for name, kept in self.kept.items()
            for edges in kept.values()
            for one in edges
            if one.edge.open
        ]

    @cached_property
    def strength(self) -> float:
        """The sum of the strengths that are kept."""
        return sum(weight(one) for kept in self.kept.values() for edges in kept.values() for one in edges)

    @cached_property
    def unmet(self) -> list[Unmet]:
        """What it does not meet."""
        return unmet(self.document)


Make = Callable[[Bans, Prices], Made | None]
"""What the rule says with these operations ruled out, and others priced; None where they do not leave enough."""
Costs = Callable[[Unmet], Prices]
"""What operations have of a requirement, as shares of its bound."""


def strongest_that_meets(make: Make, costs: Costs) -> Made:
    """The genotype of the largest sum of strengths that meets what is required.

    Whatever meets it lacks one of the operations of each that does not: so the strongest with one of these ruled out
    are looked at next, in order. Where that takes too long, `costs` says what operations have of what is required,
    and their price rises until it is met. What the rule says in the first place, where nothing is found.
    """
    first = make(frozenset(), {})
    assert first is not None
    number = count()
    waiting: list[tuple[float, int, Bans, Made]] = [(-first.strength, next(number), frozenset(), first)]
    seen: set[Bans] = {frozenset()}
    for _ in range(LOOKS):
        if not waiting:
            return first
        _, _, bans, made = heappop(waiting)
        if _good(made):
            return made
        for item in made.items:
            more = bans | {item}
            if more in seen or not _matters(item, made):
                continue
            seen.add(more)
            other = make(more, {})
            if other is not None:
                heappush(waiting, (-other.strength, next(number), more, other))
    return _priced(make, costs) or first


def _good(made: Made) -> bool:
    """Whether it meets everything; what cannot be written or built does not."""
    try:
        return not made.unmet
    except NasError:
        return False


def _matters(item: Item, made: Made) -> bool:
    """Whether a requirement can be met by another operation here: of those counted too often one has to go."""
    try:
        off = made.unmet
    except NasError:
        return True
    for one in off:
        call = one.item.quantity
        words = [a.value.name.text for a in call.arguments if isinstance(a.value, n.Call)]
        if call.name.text == "count" and one.item.comparison == "<=":
            return item[2] == words[0]
    return True


def _priced(make: Make, costs: Costs) -> Made | None:
    """The first that meets everything while what it does not meet gets dearer and dearer."""
    rising: dict[int, tuple[float, Prices]] = {}
    for _ in range(ROUNDS):
        prices: dict[Item, float] = {}
        for price, shares in rising.values():
            for item, share in shares.items():
                prices[item] = prices.get(item, 0.0) + price * share
        made = make(frozenset(), prices)
        try:
            off = made.unmet if made is not None else []
        except NasError:
            return None
        if made is None or not off:
            return made
        for one in off:
            price, shares = rising.get(id(one.item)) or (FIRST_PRICE / DEARER, costs(one))
            rising[id(one.item)] = price * DEARER, shares
        if not any(shares for _, shares in rising.values()):
            return None  # no operation is known to have anything of it
    return None


def costs_of(program: Program, dags: Mapping[str, CellDag]) -> Costs:
    """What each operation of open cells has of what is required, as shares of the bounds; below 0 where that lacks.

    Widths are those of the space, so that it is near the truth where a state may lose all its edges.
    """

    def costs(one: Unmet) -> Prices:
        share = (-1.0 if one.item.comparison == ">=" else 1.0) / max(abs(one.item.bound.value), 1)
        return {item: share * cost for item, cost in _operation_costs(one, program, dags).items()}

    return costs


def _operation_costs(one: Unmet, program: Program, dags: Mapping[str, CellDag]) -> dict[Item, float]:
    """What every operation has of the quantity of one requirement."""
    call = one.item.quantity
    places = {name: [index for index, edge in enumerate(dag.edges) if edge.open] for name, dag in dags.items()}
    if call.name.text in ("params", "params_aux", "macs"):
        rows = operation_costs(program, one.network, "macs" if call.name.text == "macs" else "params")
        return {(name, places[name][row], op): cost for (name, row, op), cost in rows.items() if name in places}
    words = [a.value.name.text for a in call.arguments if isinstance(a.value, n.Call)]
    if call.name.text != "count":
        return {}
    return {
        (name, index, words[0]): 1.0
        for name, dag in dags.items()
        for index in places[name]
        if words[1] in (name, dag.name) and words[0] in dag.edges[index].operations
    }

"""What rules of derivation are given and what they answer with, and the steps that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nasc.compiler.dag import CellDag, Edge, Group
from nasc.compiler.decide import Chosen
from nasc.compiler.space import candidates

THRESHOLD = 0.85
"""From this on an operation stays by the threshold rules (FairDARTS, section 4.4; D-DARTS)."""
Kept = dict[str, list[Chosen]]
"""The edges that stay, by state."""


@dataclass(frozen=True)
class Strengths:
    """What a search says of one cell.

    `rows` has for each open edge, by its index in the cell, what each of its operations counts for. `zero` are the
    operations that are zero; `threshold` is for the rules that have one; of the operations in `limits` at most so
    many may stay (`require count(skip_connect, normal) <= 2`).
    """

    rows: Mapping[int, Sequence[float]]
    zero: frozenset[str] = frozenset()
    threshold: float = THRESHOLD
    limits: Mapping[str, int] = field(default_factory=dict)


def terms(dag: CellDag, state: str) -> list[int | Group]:
    """What a state sums, in textual order: single edges by index, and whole `keep`s."""
    found: list[int | Group] = []
    for index, edge in enumerate(dag.edges):
        if edge.state != state:
            continue
        if edge.group is None:
            found.append(index)
        elif dag.groups[edge.group] not in found:
            found.append(dag.groups[edge.group])
    return found


def decided(edge: Edge) -> Chosen:
    """An edge with nothing to choose."""
    return Chosen(edge, edge.operations[0], edge.strength)


def strongest(edge: Edge, given: Strengths, index: int, count: int | None = None) -> list[Chosen]:
    """The operations that count most, the strongest first; the earlier one where two count the same.

    As many as are asked for, else as `{keep ... of ...}` lets stay, else one. Nothing where the edge may only be zero
    under a `keep`.
    """
    strength = dict(zip(edge.operations, given.rows[index], strict=True))
    order = sorted(candidates(edge, given.zero), key=lambda name: -strength[name])
    return [Chosen(edge, name, strength[name]) for name in order[: count or (edge.kept[1] if edge.kept else 1)]]


def weight(one: Chosen) -> float:
    return one.strength if one.strength is not None else 0.0

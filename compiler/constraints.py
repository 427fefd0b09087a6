"""The `require` lines of a decided text that do not hold, and by how much: what a search has to keep to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nasc.compiler.dag import CellDag
from nasc.compiler.plan import any_plan, stats
from nasc.compiler.requirements import holds, quantity
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Diagnostic, Findings


@dataclass(frozen=True)
class Unmet:
    """A requirement that a genotype does not meet: what it asks of `network`, and the genotype's `value`."""

    network: str
    item: n.Require
    value: int

    @property
    def excess(self) -> float:
        """How far the value is off, as a share of the bound."""
        return abs(self.value - self.item.bound.value) / max(abs(self.item.bound.value), 1)

    def __str__(self) -> str:
        return f"`{self.item.span.text}` of network `{self.network}`: it has {self.value:,}"


def unmet(document: n.Document) -> list[Unmet]:
    """What a genotype does not meet of the requirements of its networks, as they are written.

    Raises `NasError`: a network cannot be built.
    """
    found = []
    for network in document.networks.values():
        items = requirements(network)
        if not items:
            continue
        built = any_plan(document, network.name.text)
        counts = stats(built)
        dags: Mapping[str, CellDag] = {
            **{cell.placement.choice: cell.dag for cell in built.cells},
            **{cell.dag.name: cell.dag for cell in built.cells},
        }
        for item in items:
            value = quantity(item, built, counts, dags, Findings())
            if value is not None and not holds(item, value):
                found.append(Unmet(network.name.text, item, value))
    return found


def warnings_of(found: n.Document) -> list[Diagnostic]:
    """A warning for each requirement that what a search has found does not meet (W402)."""
    help = "nothing that the search came across meets it; the genotype is written all the same"
    return [Diagnostic("W402", f"the genotype does not meet {one}", help=help) for one in unmet(found)]


def requirements(network: n.Network) -> list[n.Require]:
    """What a network asks for."""
    return [item for item in network.body if isinstance(item, n.Require)]


def constrained(document: n.Document) -> bool:
    """Whether the networks of a space ask for anything of its genotypes."""
    return any(requirements(network) for network in document.networks.values())

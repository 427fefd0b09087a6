"""The size of a space: how many genotypes its open edges leave, exactly; and what the smallest and largest cost."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, prod

from nasc.compiler.check import Checked
from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.plan import recipe_network
from nasc.compiler.resolve import Program
from nasc.dsl import nodes as n


@dataclass(frozen=True)
class Space:
    """`size` counts choices, not distinct functions.

    `params` and `macs` are the smallest and largest of the evaluation network `network`; None where there is none,
    or where a state may lose all its edges, so that widths depend on what is chosen.
    """

    size: int
    network: str | None
    params: tuple[int, int] | None
    macs: tuple[int, int] | None


def space_of(found: Checked) -> Space:
    """The space of a checked document: every name under which an open cell is placed is chosen for on its own."""
    from nasc.compiler.bounds import bounds

    none = zero_operations(found.program)
    size = prod(cell_size(found.dags[cell], none) for cell in open_choices(found).values())
    network = evaluation_network(found.program.document, found)
    if network is None:
        return Space(size, None, None, None)
    limits = bounds(found, network, none)
    return Space(size, network, limits and limits[0], limits and limits[1])


def open_choices(found: Checked) -> dict[str, str]:
    """Every name that is chosen for on its own, with the open cell behind it; placed ones, else all of the text."""
    open_cells = {name for name, dag in found.dags.items() if dag.open}
    choices: dict[str, str] = {}
    for plan in found.plans.values():
        choices |= {choice: cell for choice, cell in plan.stack.choices.items() if cell in open_cells}
    return choices or {name: name for name in open_cells if name in found.program.document.cells}


def evaluation_network(document: n.Document, found: Checked) -> str | None:
    """The network that a genotype of the space is trained in.

    The one that `train` names, else the last open one that `search` does not name; a single one serves for both.
    """
    for recipe in document.recipes("train"):
        name = recipe_network(recipe)
        if name in found.plans and found.plans[name].open:
            return name
    searched = {recipe_network(recipe) for recipe in document.recipes("search")}
    is_open = [name for name, plan in found.plans.items() if plan.open]
    return next((name for name in reversed(is_open) if name not in searched), is_open[-1] if is_open else None)


def zero_operations(program: Program) -> frozenset[str]:
    """The operations that are zero whatever they read: `none`, by what it is; in recurrent cells by its name."""
    activation = frozenset() if "none" in program.ops else frozenset({"none"})
    return activation | frozenset(
        op.name.text
        for op in program.ops.values()
        if op.stride is None and [link.name.text for link in op.body.links if isinstance(link, n.Call)] == ["zero"]
    )


def cell_size(dag: CellDag, none: frozenset[str]) -> int:
    """In how many ways a cell can be decided.

    A `keep` chooses some of its edges and one operation other than `none` for each (a dropped edge takes the place of
    `none`); an open edge outside any `keep` takes any operation of its set.
    """
    size = prod(ways(edge, none) for edge in dag.edges if edge.open and edge.group is None)
    for group in dag.groups:
        sums = [1] + [0] * min(group.high, len(group.members))
        for index in group.members:
            options = ways(dag.edges[index], none)
            for taken in range(len(sums) - 1, 0, -1):
                sums[taken] += sums[taken - 1] * options
        size *= sum(sums[group.low :])
    return size


def candidates(edge: Edge, none: frozenset[str]) -> list[str]:
    """The operations that an edge may get, in order. Under a `keep`, around it or within, `none` is never one."""
    kept = edge.group is not None or edge.kept is not None
    return [name for name in edge.operations if not (kept and name in none)]


def ways(edge: Edge, none: frozenset[str]) -> int:
    """In how many ways the operations of an edge can be chosen."""
    count = len(candidates(edge, none))
    if edge.kept is None:
        return count
    return sum(comb(count, kept) for kept in range(edge.kept[0], min(edge.kept[1], count) + 1))

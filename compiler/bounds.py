"""The smallest and largest genotype of a space, in parameters and in MACs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from nasc.compiler.check import Checked
from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.expand import Plan, expand
from nasc.compiler.graph import LayerGraph, Step, state_path
from nasc.compiler.language_bounds import language_bounds, language_costs
from nasc.compiler.language_plan import LanguagePlan, expand_language
from nasc.compiler.layer_rules import Shape
from nasc.compiler.layers import LAYERS
from nasc.compiler.plan import any_plan
from nasc.compiler.resolve import Program
from nasc.compiler.scope import ExpandError
from nasc.compiler.write_out import write_out
from nasc.dsl.diagnostic import Findings

Cost = Callable[[Step, Shape], int]
Range = tuple[int, int]


def bounds(found: Checked, network: str, none: frozenset[str]) -> tuple[Range, Range] | None:
    """Smallest and largest params and MACs of a network over the genotypes of its space; both bounds are reached.

    What a genotype costs is a sum over its edges, so that every `keep` can be taken on its own: its cheapest edges
    with their cheapest operations, its dearest with their dearest. None where that does not hold, since a state may
    lose all its edges and the cell its width, or where the decided network cannot be built.
    """
    open_plan = found.plans[network]
    if isinstance(open_plan, LanguagePlan):
        return language_bounds(expand_language(open_plan.stack, found.dags, found.program, affine=True), none)
    if any(group.low == 0 for cell in open_plan.cells for group in cell.dag.groups):
        return None
    if any(edge.kept is not None for cell in open_plan.cells for edge in cell.dag.edges):
        return None
    try:
        decided = expand(open_plan.stack, found.dags, found.program, affine=True)
    except ExpandError:
        return None
    return _range(decided, none, _params), _range(decided, none, _macs)


def operation_costs(program: Program, network: str, what: Literal["params", "macs"]) -> dict[tuple[str, int, str], int]:
    """What every operation of every open edge costs, decided, in a network of a space, over all cells that share it.

    By the name of the choice, the row of the edge and the operation. Raises `NasError`: it cannot be built.
    """
    built = any_plan(program.document, network)
    if isinstance(built, LanguagePlan):
        return language_costs(built, what)
    stack = built.stack
    findings = Findings()
    written = {cell: write_out(program.cells[cell], program, findings) for cell in {p.cell for p in stack.placements}}
    dags = {name: dag for name, dag in written.items() if dag is not None}
    found: dict[tuple[str, int, str], int] = {}
    for cell in expand(stack, dags, program, affine=True).cells:
        _, chosen = _split(cell.graph, cell.dag, _params if what == "params" else _macs)
        for (row, name), cost in chosen.items():
            key = (cell.placement.choice, row, name)
            found[key] = found.get(key, 0) + cost
    return found


def _params(step: Step, shape: Shape) -> int:
    return LAYERS[step.kind].params(shape, step.settings)


def _macs(step: Step, shape: Shape) -> int:
    return LAYERS[step.kind].macs(shape, step.shape, step.settings)


def _range(plan: Plan, none: frozenset[str], cost: Cost) -> Range:
    """Costs of the fixed parts, and for every choice those of all cells that share it, since they choose together."""
    low = high = sum(_total(graph, cost) for graph in plan.trunk)
    shared: dict[str, list[dict[tuple[int, str], int]]] = {}
    dags: dict[str, CellDag] = {}
    known: dict[int, tuple[int, dict[tuple[int, str], int]]] = {}
    for cell in plan.cells:
        if id(cell.graph) not in known:
            known[id(cell.graph)] = _split(cell.graph, cell.dag, cost)
        fixed, chosen = known[id(cell.graph)]
        low, high = low + fixed, high + fixed
        shared.setdefault(cell.placement.choice, []).append(chosen)
        dags[cell.placement.choice] = cell.dag
    for choice, costs in shared.items():
        least, most = _choice(dags[choice], costs, none)
        low, high = low + least, high + most
    return low, high


def _total(graph: LayerGraph, cost: Cost) -> int:
    return sum(cost(step, shape) for step, shape in graph.layers())


def _split(graph: LayerGraph, dag: CellDag, cost: Cost) -> tuple[int, dict[tuple[int, str], int]]:
    """The cost of what is fixed, and of every operation of every open edge (by its row)."""
    paths = _open_paths(dag)
    fixed, chosen = 0, dict.fromkeys(paths.values(), 0)
    for step, shape in graph.layers():
        key = next((paths[prefix] for prefix in _prefixes(step.path) if prefix in paths), None)
        if key is None:
            fixed += cost(step, shape)
        else:
            chosen[key] += cost(step, shape)
    return fixed, chosen


def _open_paths(dag: CellDag) -> dict[tuple[str, str, str], tuple[int, str]]:
    """Which layers belong to which operation of which row: state, position of the edge, operation."""
    rows = {id(edge): row for row, edge in enumerate(dag.open_edges)}
    return {
        (state_path(state), str(position), name): (rows[id(edge)], name)
        for state, edges in dag.into.items()
        for position, edge in enumerate(edges)
        if edge.open
        for name in edge.operations
    }


def _prefixes(path: str) -> list[tuple[str, str, str]]:
    """`s2.0.1.0.sep_conv_3x3.4` may belong to any name behind the state and the position of the edge."""
    parts = path.split(".")
    return [(parts[0], parts[1], part) for part in parts[2:]] if len(parts) > 2 else []


def _choice(dag: CellDag, costs: list[dict[tuple[int, str], int]], none: frozenset[str]) -> Range:
    """The cheapest and the dearest way to decide a cell, summed over all places where it stands."""
    rows = {id(edge): row for row, edge in enumerate(dag.open_edges)}

    def of(edge: Edge, leave: frozenset[str]) -> Range:
        row = rows[id(edge)]
        sums = [sum(cost[row, name] for cost in costs) for name in edge.operations if name not in leave]
        return (min(sums), max(sums)) if sums else (0, 0)

    low = high = 0
    for edge in dag.open_edges:
        if edge.group is None:
            least, most = of(edge, frozenset())
            low, high = low + least, high + most
    for group in dag.groups:
        ranges = [of(dag.edges[index], none) for index in group.members]
        low += sum(sorted(least for least, _ in ranges)[: group.low])
        high += sum(sorted((most for _, most in ranges), reverse=True)[: group.high])
    return low, high

"""Strengths → document: the genotype that a search has found, in the language it was described in.

By which rule is said in `derive_rules`. Ties go as in the original of each rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nasc.compiler.dag import CellDag
from nasc.compiler.decide import decided_cell, with_cells
from nasc.compiler.resolve import Program
from nasc.compiler.space import zero_operations
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import fail, nearest
from nasc.runtime.derive_kept import THRESHOLD, Strengths
from nasc.runtime.derive_rules import RULES, Rule

if TYPE_CHECKING:
    from nasc.compiler.supernet import Supernet

ALGORITHMS = {"pdarts": "pdarts", "gdas": "gdas"}
"""The rule of an algorithm, where it is not that of DARTS."""
WITH_THRESHOLD = ("fairdarts", "ddarts")
"""Algorithms whose rule is `sparse`, or `edge` where the text keeps operations of an edge."""
Rows = Sequence[Sequence[float]]


def derive_supernet(
    space: Supernet,
    rule: str | None = None,
    *,
    betas: Mapping[str, Sequence[float]] | None = None,
    threshold: float = THRESHOLD,
    program: Program | None = None,
) -> n.Document:
    """The genotype that a shared-weight network's strengths say, in its document or in that of another `program`.

    `betas` is what edges count for, as `derive` takes it; without it what the network's own edge weights say.
    """
    program = program or space.plan.program
    found = rule_of(program, space.dags, rule)
    if found.raw:
        weights: dict[str, Rows] = {name: space.rows(name) for name in space.dags}
    else:
        weights = {name: [row.tolist() for row in rows] for name, rows in space.mixed().items()}
    if betas is None:
        betas = {name: share.tolist() for name, share in space.shares().items()}
    return derive(program, space.dags, weights, found.name, betas=betas, threshold=threshold)


def derive(
    program: Program,
    dags: Mapping[str, CellDag],
    weights: Mapping[str, Rows],
    rule: str | None = None,
    *,
    betas: Mapping[str, Sequence[float]] | None = None,
    threshold: float = THRESHOLD,
) -> n.Document:
    """The document with every open cell of `dags` (by the name it is chosen under) replaced by its decided form.

    `weights` holds for every cell a row for each open edge, in textual order, with what each operation counts for.
    `betas` holds for every cell what each open edge counts for among those of its state (PC-DARTS, section 3.2: an
    operation then counts for the product). Without a name the rule is that of the algorithm that `search` names.
    Raises `NasError`: there is no such rule (E404), or it leaves nothing (E405).
    """
    chosen, zero = rule_of(program, dags, rule), zero_operations(program)
    cells = {}
    for name, dag in dags.items():
        rows: Rows = weights[name]
        if betas is not None and name in betas:
            rows = [[value * beta for value in row] for row, beta in zip(rows, betas[name], strict=True)]
        places = [index for index, edge in enumerate(dag.edges) if edge.open]
        given = Strengths(dict(zip(places, rows, strict=True)), zero, threshold, limits(program, dag.name, name))
        cells[name] = decided_cell(dag, name, chosen.keep(dag, given))
    return with_cells(program, {name: dag.name for name, dag in dags.items()}, cells)


def rule_of(program: Program, dags: Mapping[str, CellDag], name: str | None) -> Rule:
    """The rule of a name; without one that of the algorithm. Raises `NasError` (E404)."""
    if name is None:
        recipe = next(iter(program.document.recipes("search")), None)
        algorithm = recipe.name.text if recipe is not None and recipe.name is not None else ""
        name = ALGORITHMS.get(algorithm, "darts")
        if algorithm in WITH_THRESHOLD:
            within = any(edge.kept is not None for dag in dags.values() for edge in dag.edges)
            name = "edge" if within else "sparse"
    if name not in RULES:
        raise fail("E404", f"there is no rule `{name}`", help=nearest(name, RULES) or f"rules: {', '.join(RULES)}")
    return RULES[name]


def limits(program: Program, *cells: str) -> dict[str, int]:
    """How often an operation may stand in a cell: what `require count(OPERATION, CELL) <= N` of any network says."""
    found: dict[str, int] = {}
    for network in program.document.networks.values():
        for item in network.body:
            if not isinstance(item, n.Require) or item.comparison != "<=" or item.quantity.name.text != "count":
                continue
            words = [a.value.name.text for a in item.quantity.arguments if isinstance(a.value, n.Call)]
            if len(words) == 2 and words[1] in cells:
                found[words[0]] = min(int(item.bound.value), found.get(words[0], int(item.bound.value)))
    return found

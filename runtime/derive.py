"""Strengths → document: the genotype that a search has found, in the language it was described in.

By which rule is said in `derive_rules`. Ties go as in the original of each rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nasc.compiler.constraints import constrained
from nasc.compiler.dag import CellDag
from nasc.compiler.decide import decided_cell, with_cells
from nasc.compiler.resolve import Program
from nasc.compiler.space import zero_operations
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import fail, nearest
from nasc.runtime.derive_kept import THRESHOLD, Kept, Strengths
from nasc.runtime.derive_require import Bans, Made, Prices, costs_of, strongest_that_meets
from nasc.runtime.derive_rules import RULES, Rule

if TYPE_CHECKING:
    from nasc.compiler.language_supernet import LanguageSupernet
    from nasc.compiler.supernet import Supernet

ALGORITHMS = {"pdarts": "pdarts", "gdas": "gdas"}
"""The rule of an algorithm, where it is not that of DARTS."""
WITH_THRESHOLD = ("fairdarts", "ddarts")
"""Algorithms whose rule is `sparse`, or `edge` where the text keeps operations of an edge."""
Rows = Sequence[Sequence[float]]


def derive_supernet(
    space: Supernet | LanguageSupernet,
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
    What the networks require holds for it, if any genotype that the rule may say has all of it.
    Raises `NasError`: there is no such rule (E404), or it leaves nothing (E405).
    """
    chosen, zero = rule_of(program, dags, rule), zero_operations(program)
    indexes = {name: {id(edge): index for index, edge in enumerate(dag.edges)} for name, dag in dags.items()}

    def made(banned: Bans, prices: Prices) -> Made | None:
        kept: dict[str, Kept] = {}
        for name, dag in dags.items():
            rows: Rows = weights[name]
            if betas is not None and name in betas:
                rows = [[value * beta for value in row] for row, beta in zip(rows, betas[name], strict=True)]
            places = [index for index, edge in enumerate(dag.edges) if edge.open]
            own = dict(zip(places, rows, strict=True))
            at = indexes[name]
            counted = {
                index: [
                    float("-inf") if (name, index, op) in banned else value - prices.get((name, index, op), 0.0)
                    for op, value in zip(dag.edges[index].operations, row, strict=True)
                ]
                for index, row in own.items()
            }
            found = chosen.keep(dag, Strengths(counted, zero, threshold, limits(program, dag.name, name)))
            chosen_items = {(name, at[id(one.edge)], one.operation) for edges in found.values() for one in edges}
            if chosen_items & banned:
                return None
            kept[name] = found if not prices else _without_prices(found, own, at)
        return Made(lambda: _written(program, dags, kept), kept, indexes)

    if not constrained(program.document):
        found = made(frozenset(), {})
        assert found is not None
        return found.document
    return strongest_that_meets(made, costs_of(program, dags)).document


def _written(program: Program, dags: Mapping[str, CellDag], kept: Mapping[str, Kept]) -> n.Document:
    cells = {name: decided_cell(dag, name, kept[name]) for name, dag in dags.items()}
    return with_cells(program, {name: dag.name for name, dag in dags.items()}, cells)


def _without_prices(kept: Kept, rows: Mapping[int, Sequence[float]], indexes: Mapping[int, int]) -> Kept:
    """What is kept, each with the strength that the search found."""
    return {
        state: [
            replace(one, strength=rows[indexes[id(one.edge)]][one.edge.operations.index(one.operation)])
            if one.edge.open
            else one
            for one in edges
        ]
        for state, edges in kept.items()
    }


def rule_of(program: Program, dags: Mapping[str, CellDag], name: str | None) -> Rule:
    """The rule of a name; without one what `search` says, else that of its algorithm. Raises `NasError` (E404)."""
    recipe = next(iter(program.document.recipes("search")), None)
    said = recipe.setting("rule") if recipe is not None else None
    if name is None and said is not None and isinstance(said.value, n.Chain):
        name = said.value.word
    if name is None:
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

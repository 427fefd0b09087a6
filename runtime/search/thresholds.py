"""Strengths → document by rules with a threshold, in the middle of a search: when some cell may have nothing yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nasc.compiler.constraints import constrained
from nasc.compiler.dag import CellDag
from nasc.compiler.decide import decided_cell, with_cells
from nasc.compiler.space import zero_operations
from nasc.compiler.supernet import Supernet
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import NasError
from nasc.dsl.source import Source, Span
from nasc.runtime.derive import derive_supernet, limits, rule_of
from nasc.runtime.derive_kept import Strengths
from nasc.runtime.derive_thresholds import KEPT, by_edge, by_sparse


def derive_all(space: Supernet, rule: str | None, threshold: float) -> n.Document:
    """The genotype by a rule, else by that of the text; a cell of which nothing is left has its strongest edges.

    The original writes such a cell without edges, and cannot build it. A comment at the top names these cells.
    """
    try:
        return derive_supernet(space, rule, threshold=threshold)
    except NasError as error:
        if any(found.code != "E405" for found in error.diagnostics):
            raise
    program = space.plan.program
    chosen = rule_of(program, space.dags, rule)
    cells, weak = {}, []
    for name, dag in space.dags.items():
        given = strengths_of(space, name, threshold)
        try:
            cells[name] = decided_cell(dag, name, chosen.keep(dag, given))
        except NasError:
            cells[name] = decided_cell(dag, name, by_sparse(dag, replace(given, threshold=0.0)))
            weak.append(name)
    if constrained(program.document):  # what is required goes before what the other cells have reached
        found = derive_supernet(space, "sparse", threshold=0.0)
    else:
        found = with_cells(program, {name: dag.name for name, dag in space.dags.items()}, cells)
    named = "cell " + weak[0] if len(weak) == 1 else "cells " + ", ".join(weak)
    text = f"# {named}: nothing reaches {threshold:g}, so that the strongest {KEPT} edges of each state stand here"
    return replace(found, comments=(n.Comment(text, Span(Source("<nasc>", ""), 0, 0)),))


def decided_edges(space: Supernet, threshold: float) -> list[CellDag]:
    """Every open cell with the edges that the rule `edge` leaves it, which may be none."""
    found = []
    for name, dag in space.dags.items():
        kept = by_edge(dag, strengths_of(space, name, threshold))
        edges = [
            replace(one.edge, operations=(one.operation,), what=one.operation, kept=None, group=None)
            for state in dag.states
            for one in kept[state]
        ]
        found.append(replace(dag, edges=tuple(edges), groups=()))
    return found


def strengths_of(space: Supernet, name: str, threshold: float) -> Strengths:
    """What the operations of one cell count for, as rules take it."""
    program, dag = space.plan.program, space.dags[name]
    rows: Mapping[int, list[float]] = dict(
        zip(
            (index for index, edge in enumerate(dag.edges) if edge.open),
            (row.tolist() for row in space.mixed()[name]),
            strict=True,
        )
    )
    return Strengths(rows, zero_operations(program), threshold, limits(program, dag.name, name))

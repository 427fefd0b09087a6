"""The genotypes of the golden files as `.nas` text."""

from collections.abc import Mapping, Sequence
from typing import Any


def pairs_text(genotype: dict[str, Any], network: str, library: str = "std.darts") -> str:
    """Cells of (operation, source): entries 2i and 2i+1 feed state i+2."""
    cells = []
    for name in ("normal", "reduce"):
        entries = genotype[name]
        triples = [(op, 2 + position // 2, source) for position, (op, source) in enumerate(entries)]
        cells.append(_cell(name, triples, genotype[f"{name}_concat"]))
    return _text(library, cells, network)


def rows_text(genotype: dict[str, Any], network: str) -> str:
    """Cells of rows, one for every state, of (operation, source): pt.darts."""
    cells = []
    for name in ("normal", "reduce"):
        triples = [(op, 2 + state, source) for state, row in enumerate(genotype[name]) for op, source in row]
        cells.append(_cell(name, triples, genotype[f"{name}_concat"]))
    return _text("std.darts", cells, network)


def triples_text(genotype: dict[str, Any], network: str) -> str:
    """Cells of (operation, state, source); all states are returned, as FairDARTS has it."""
    cells = []
    for name in ("normal", "reduce"):
        states = list(dict.fromkeys(state for _, state, _ in genotype[name]))
        there = [edge for edge in genotype[name] if edge[2] < 2 or edge[2] in states]
        cells.append(_cell(name, there, states))
    return _text("std.darts", cells, network)


def space_text(operations: str, network: str, library: str = "std.darts") -> str:
    """Both cells with all edges between four states open."""
    body = f"{{ s2..s5 = keep 2 of {operations}(*)  return concat(s2..s5) }}"
    cells = [f"cell {name}(s0, s1) {body}" for name in ("normal", "reduce")]
    return _text(library, cells, network)


def arch_text(arch: str, network: str) -> str:
    """The cell of an architecture string of NAS-Bench-201, `|op~source|+|op~source|op~source|`, `none` included."""
    lines = ["cell normal(s0) {"]
    nodes = arch.split("+")
    for state, node in enumerate(nodes, 1):
        pairs = [part.split("~") for part in node.split("|") if part]
        lines.append(f"  s{state} = {' + '.join(f'{op}(s{source})' for op, source in pairs)}")
    cell = "\n".join([*lines, f"  return s{len(nodes)}", "}"])
    return _text("std.nasbench201", [cell], network)


def sets_text(sets: Mapping[str, Sequence[Sequence[str]]], network: str) -> str:
    """Both cells with all edges open, each with operations of its own."""
    cells = []
    for name, edges in sets.items():
        given = iter(edges)
        lines = [f"cell {name}(s0, s1) {{"]
        for state in range(2, 6):
            terms = [f"{{{' | '.join(next(given))}}}(s{source})" for source in range(state)]
            lines.append(f"  s{state} = {' + '.join(terms)}")
        cells.append("\n".join([*lines, "  return concat(s2..s5)", "}"]))
    return _text("std.darts", cells, network)


def _cell(name: str, triples: Sequence[Sequence[Any]], returned: Sequence[int]) -> str:
    lines = [f"cell {name}(s0, s1) {{"]
    for state in dict.fromkeys(edge[1] for edge in triples):
        terms = [f"{op}(s{source})" for op, to, source in triples if to == state]
        lines.append(f"  s{state} = {' + '.join(terms)}")
    return "\n".join([*lines, f"  return concat({', '.join(f's{state}' for state in returned)})", "}"])


def _text(library: str, cells: list[str], network: str) -> str:
    return "\n".join(["nas 1", f"use {library}", *cells, network, ""])

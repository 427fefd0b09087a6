"""In what two genotypes differ: edges cell by cell, what they cost, and how far apart D-DARTS finds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from nasc.compiler.dag import CellDag, Edge, runs
from nasc.compiler.distance import distance, placed_order
from nasc.compiler.identity import identity
from nasc.compiler.plan import Stats, any_plan, stats
from nasc.compiler.resolve import Program, resolve
from nasc.compiler.write_out import write_out
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, NasError

Change = Literal["removed", "added", "changed", "moved", "strength"]
"""`removed`: only the first has the edge; `added`: only the second; `changed`: another operation between the same
states; `moved`: the same operation from another source; `strength`: the same edge, which a search found differently
strong."""


@dataclass(frozen=True)
class EdgeChange:
    """One edge that differs. `before` is that of the first genotype, `after` that of the second."""

    kind: Change
    before: Edge | None
    after: Edge | None

    @property
    def edge(self) -> Edge:
        found = self.before or self.after
        assert found is not None
        return found


@dataclass(frozen=True)
class CellDifference:
    """Two cells that stand for each other, or one that has no counterpart.

    `edges` is what differs, state by state. States are compared by name, else, where all names differ and there are
    as many, in order. `returns` are the two `return` where they differ. `alike` counts the edges that are the same.
    """

    before: CellDag | None
    after: CellDag | None
    edges: tuple[EdgeChange, ...]
    alike: int
    returns: tuple[str, str] | None

    @property
    def name(self) -> str:
        cells = [cell.name for cell in (self.before, self.after) if cell is not None]
        return " / ".join(dict.fromkeys(cells))

    @property
    def same(self) -> bool:
        """Whether the two are written the same, up to order and names."""
        written = all(change.kind == "strength" for change in self.edges)
        return self.before is not None and self.after is not None and written and self.returns is None


@dataclass(frozen=True)
class Difference:
    """Two genotypes side by side.

    `same` says whether they are one genotype (see `identity`), however differently they are written. `stats` are what
    the two cost as networks, None where one cannot be built; `distance` is None where it is not defined.
    """

    same: bool
    cells: tuple[CellDifference, ...]
    stats: tuple[Stats | None, Stats | None]
    distance: float | None


def difference(a: n.Document, b: n.Document, network: str | None = None) -> Difference:
    """What differs between two genotypes; cells are matched by name, else in the order in which they are placed.

    Raises `NasError`: one of them has errors.
    """
    cells_a, cells_b = _cells(a), _cells(b)
    found = tuple(cell_difference(one, other) for one, other in _matched(cells_a, cells_b))
    same = identity(a, network) == identity(b, network)
    return Difference(same, found, (_stats(a, network), _stats(b, network)), distance(a, b))


def _cells(document: n.Document) -> dict[str, CellDag]:
    """The cells of a text, in the order in which they are placed."""
    findings = Findings()
    program: Program = resolve(document, findings)
    found = {name: write_out(document.cells[name], program, findings) for name in placed_order(document, program)}
    findings.raise_errors()
    return {name: dag for name, dag in found.items() if dag is not None}


def _matched(a: Mapping[str, CellDag], b: Mapping[str, CellDag]) -> list[tuple[CellDag | None, CellDag | None]]:
    """Cells of one name, then the others in order, then those that are left alone."""
    others_a, others_b = [name for name in a if name not in b], [name for name in b if name not in a]
    partner = {name: name for name in a if name in b} | dict(zip(others_a, others_b, strict=False))
    pairs: list[tuple[CellDag | None, CellDag | None]] = [
        (dag, b.get(partner.get(name, ""))) for name, dag in a.items()
    ]
    return [*pairs, *((None, b[name]) for name in others_b[len(others_a) :])]


def _stats(document: n.Document, network: str | None) -> Stats | None:
    try:
        return stats(any_plan(document, network))
    except NasError:
        return None


def cell_difference(a: CellDag | None, b: CellDag | None) -> CellDifference:
    """What differs between two cells that stand for each other, of which one may be missing."""
    if a is None or b is None:
        edges = [EdgeChange("removed", edge, None) for edge in a.edges] if a is not None else []
        edges += [EdgeChange("added", None, edge) for edge in b.edges] if b is not None else []
        return CellDifference(a, b, tuple(edges), 0, None)
    names = _names(a, b)
    left = list(b.edges)
    changes: list[EdgeChange] = []
    rest: list[Edge] = []
    alike = 0
    for edge in a.edges:
        # of equal edges one of the same strength first
        equal = [other for other in left if _what(edge, {}) == _what(other, names)]
        other = next((o for o in equal if o.strength == edge.strength), equal[0] if equal else None)
        if other is None:
            rest.append(edge)
            continue
        left.remove(other)
        alike += 1
        if edge.strength != other.strength:
            changes.append(EdgeChange("strength", edge, other))
    pairs: tuple[tuple[Change, Callable[[Edge, Mapping[str, str]], object]], ...]
    pairs = ("changed", _where), ("moved", _which)
    for kind, key in pairs:
        for edge in list(rest):
            other = next((o for o in left if key(edge, {}) == key(o, names)), None)
            if other is not None:
                rest.remove(edge)
                left.remove(other)
                changes.append(EdgeChange(kind, edge, other))
    changes += [EdgeChange("removed", edge, None) for edge in rest]
    changes += [EdgeChange("added", None, edge) for edge in left]
    order = {state: place for place, state in enumerate(dict.fromkeys([*a.states, *b.states]))}
    changes.sort(key=lambda change: order[names.get(change.edge.state, change.edge.state)])
    return CellDifference(a, b, tuple(changes), alike, _returns(a, b, names))


def _names(a: CellDag, b: CellDag) -> dict[str, str]:
    """What the first cell calls the inputs and states of the second."""
    names = dict(zip(b.states, a.states, strict=True)) if len(a.states) == len(b.states) else {}
    if set(a.states) & set(b.states):
        names = {}
    return names | (dict(zip(b.inputs, a.inputs, strict=True)) if len(a.inputs) == len(b.inputs) else {})


def _where(edge: Edge, names: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    return names.get(edge.state, edge.state), tuple(names.get(source, source) for source in edge.sources)


def _which(edge: Edge, names: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    return names.get(edge.state, edge.state), edge.operations


def _what(edge: Edge, names: Mapping[str, str]) -> object:
    kept = edge.kept, edge.group is not None
    return _where(edge, names), tuple(sorted(edge.operations)), kept, edge.factor or 1.0


def _returns(a: CellDag, b: CellDag, names: Mapping[str, str]) -> tuple[str, str] | None:
    again = tuple(names.get(state, state) for state in b.returned)
    if again == a.returned and (a.how == b.how or len(again) == 1):
        return None
    return _written(a.how, a.returned), _written(b.how, b.returned)


def _written(how: str | None, states: Sequence[str]) -> str:
    """`concat(s2..s5)`"""
    listed = ", ".join(run[0] if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs(states))
    return f"{how}({listed})" if how else listed


def shown(edge: Edge) -> str:
    """An edge as it is written: `s2 + 0.5*sep_conv_3x3(s0) @0.31` without its state.

    A `keep` that an edge stands under is not its own and not shown.
    """
    factor = f"{edge.factor:g}*" if edge.factor is not None else ""
    strength = f" @{edge.strength:g}" if edge.strength is not None else ""
    return f"{factor}{edge.what}({', '.join(edge.sources)}){strength}"

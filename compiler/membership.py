"""Whether a genotype is a point of a space, and which points of the space lie next to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from nasc.compiler.assignment import Item, assign, offers
from nasc.compiler.check import Checked
from nasc.compiler.dag import CellDag
from nasc.compiler.decide import Chosen, decided_cell, with_cells
from nasc.compiler.distance import placed_order
from nasc.compiler.space import open_choices, zero_operations
from nasc.dsl.diagnostic import Diagnostic, NasError
from nasc.dsl.nodes import Document
from nasc.dsl.source import Span

Edges = Mapping[str, Sequence[Item]]
"""The edges of a genotype's cell by state, in the names that the space gives to states and inputs."""


def contains(space: Checked, genotype: Checked) -> list[Diagnostic]:
    """What keeps a genotype from being a point of a space (E312), at its places; nothing where it is one.

    Cells are matched by name (`normal_3` also with the `normal` it is a copy of), else, where there are as many, in
    the order in which they are placed; states likewise. Operations compare by name. Edges that are `none` may be left
    out. What the space has decided must be the same; networks and recipes do not count.
    """
    pairs, findings = _pairs(space, genotype)
    return [*findings, *(found for pair in pairs for found in pair.problems())]


def neighbours(space: Checked, genotype: Checked) -> Iterator[Document]:
    """All points of a space that differ from a genotype in one choice, as documents, each once.

    One edge has another operation, or another source, or is there besides, or is there no more; everything else is
    the same. Raises `NasError` (E312) where the genotype is no point of the space.
    """
    problems = contains(space, genotype)
    if problems:
        raise NasError(problems)
    pairs, _ = _pairs(space, genotype)
    choices = open_choices(space)
    here = {pair.name: pair.decided(pair.edges) for pair in pairs if pair.name in choices}
    cells = {p.name: decided_cell(p.space, p.name, here[p.name] or {}) for p in pairs if p.name in choices}
    for pair in pairs:
        if pair.name not in choices:
            continue
        seen = {_key(here[pair.name] or {})}
        for edges in _changes(pair):
            chosen = pair.decided(edges)
            if chosen is not None and _key(chosen) not in seen:
                seen.add(_key(chosen))
                changed = {**cells, pair.name: decided_cell(pair.space, pair.name, chosen)}
                yield with_cells(space.program, choices, changed)


def mutations(
    dags: Mapping[str, CellDag], none: frozenset[str], picked: Mapping[str, Mapping[str, Sequence[Chosen]]]
) -> Iterator[dict[str, Mapping[str, Sequence[Chosen]]]]:
    """As `neighbours`, of what was picked for the open cells of a space: what is picked for all cells, one changed."""
    for name, dag in dags.items():
        edges = tuple(
            replace(one.edge, operations=(one.operation,), kept=None, group=None)
            for state in dag.states
            for one in picked[name][state]
        )
        pair = _Pair(name, dag, replace(dag, edges=edges, groups=()), none | _NONE, none | _NONE)
        seen = {_key(pair.decided(pair.edges) or {})}
        for changed in _changes(pair):
            chosen = pair.decided(changed)
            if chosen is not None and _key(chosen) not in seen:
                seen.add(_key(chosen))
                yield {**picked, name: chosen}


def _key(chosen: Mapping[str, Sequence[Chosen]]) -> frozenset[tuple[str, tuple[str, ...], str, float | None, int]]:
    """What was chosen, apart from which of two like edges of the space it was chosen for."""
    counts = Counter((c.edge.state, c.edge.sources, c.operation, c.edge.factor) for all in chosen.values() for c in all)
    return frozenset((*edge, count) for edge, count in counts.items())


def _changes(pair: _Pair) -> Iterator[Edges]:
    """The edges with one of them changed, points of the space or not."""
    for state in pair.space.states:
        own = list(pair.edges.get(state, ()))
        offered = offers(pair.space, state, pair.none)
        for place, item in enumerate(own):
            rest = own[:place] + own[place + 1 :]
            yield {**pair.edges, state: rest}
            for other in offered:
                if (other.sources == item.sources) != (other.operation == item.operation):
                    yield {**pair.edges, state: [*rest, other]}
        for other in offered:
            yield {**pair.edges, state: [*own, other]}


# ---------------------------------------------------------------- cells


def _pairs(space: Checked, genotype: Checked) -> tuple[list[_Pair], list[Diagnostic]]:
    """The cells of a space with those of the genotype, and a report of each that has none."""
    wanted = _wanted(space)
    own = [name for name in placed_order(genotype.program.document, genotype.program) if name in genotype.dags]
    matched = {name: name if name in own else cell for name, cell in wanted.items() if {name, cell} & {*own}}
    if len(matched) < len(wanted) == len(own):
        matched = dict(zip(wanted, own, strict=True))
    start = Span(genotype.program.document.source, 0, 0)
    missing = [
        Diagnostic("E312", f"the genotype has no cell `{name}`", start, help=f"cells: {', '.join(own) or 'none'}")
        for name in wanted
        if name not in matched
    ]
    none = zero_operations(space.program), zero_operations(genotype.program)
    pairs = [
        _Pair(name, space.dags[wanted[name]], genotype.dags[cell], none[0] | _NONE, none[1] | _NONE)
        for name, cell in matched.items()
    ]
    return pairs, missing


_NONE = frozenset({"none"})
"""In recurrent cells `none` has no definition."""


def _wanted(space: Checked) -> dict[str, str]:
    """The cells that a genotype must have: the open ones, and the decided ones that are placed beside them."""
    choices = open_choices(space)
    beside = {
        choice: cell
        for plan in space.plans.values()
        if plan.open or not choices
        for choice, cell in plan.stack.choices.items()
        if cell in space.program.document.cells
    }
    return {**choices, **{choice: cell for choice, cell in beside.items() if choice not in choices}}


@dataclass(frozen=True)
class _Pair:
    """A cell of the space and the genotype's cell that stands for it. `none` are the operations that are zero."""

    name: str
    space: CellDag
    genotype: CellDag
    none: frozenset[str]
    genotype_none: frozenset[str]

    @cached_property
    def names(self) -> dict[str, str]:
        """What the space calls the inputs and states of the genotype's cell."""
        ours, theirs = self.space, self.genotype
        names = {state: state for state in theirs.states}
        if not set(theirs.states) <= set(ours.states) and len(theirs.states) == len(ours.states):
            names = dict(zip(theirs.states, ours.states, strict=True))
        return names | dict(zip(theirs.inputs, ours.inputs, strict=False))

    @cached_property
    def edges(self) -> dict[str, list[Item]]:
        """The genotype's edges, those that are `none` left out."""
        found: dict[str, list[Item]] = {}
        for edge in self.genotype.edges:
            if edge.operations[0] not in self.genotype_none:
                sources = tuple(self.names.get(source, source) for source in edge.sources)
                item = Item(sources, edge.operations[0], edge.factor or 1.0, edge.span)
                found.setdefault(self.names[edge.state], []).append(item)
        return found

    def decided(self, edges: Edges) -> dict[str, list[Chosen]] | None:
        """What is chosen for every state where the edges are these; None where they are no choice of the space.

        Where nothing is left to return there is no genotype either.
        """
        chosen: dict[str, list[Chosen]] = {}
        gone: set[str] = set()
        for state in self.space.states:
            items = [item for item in edges.get(state, ()) if not gone & set(item.sources)]
            found = assign(self.space, state, items, self.none, gone)
            if found is None:
                return None
            chosen[state] = found
            if not found:
                gone.add(state)
        return None if gone.issuperset(self.space.returned) else chosen

    def problems(self) -> Iterator[Diagnostic]:
        """Where the genotype's cell leaves the space."""
        ours, theirs = self.space, self.genotype
        where = f"cell `{theirs.name}`"
        if theirs.open:
            help = "a genotype has one operation on each edge: `nasc sample` and `nasc search` write such"
            yield Diagnostic("E312", f"{where} still has choices", theirs.open_edges[0].span, help=help)
            return
        if (ours.kind, len(ours.inputs)) != (theirs.kind, len(theirs.inputs)):
            count = f"a {ours.kind} of {len(ours.inputs)} input" + "s" * (len(ours.inputs) > 1)
            yield Diagnostic("E312", f"{where} stands for {count}", theirs.span)
            return
        unknown = [state for state in theirs.states if self.names[state] not in ours.states]
        if unknown:
            label = f"the space has {len(ours.states)}: {', '.join(ours.states[:12])}"
            yield Diagnostic("E312", f"{where} has the state `{unknown[0]}`, the space has not", theirs.span, label)
            return
        yield from self.states()

    def states(self) -> Iterator[Diagnostic]:
        """The states whose edges leave the space, and what is returned."""
        gone: set[str] = set()
        bad = False
        for state in self.space.states:
            items = self.edges.get(state, [])
            offered = {(o.sources, o.operation, o.factor) for o in offers(self.space, state, self.none)}
            outside = [item for item in items if (item.sources, item.operation, item.factor) not in offered]
            yield from (self.outside(state, item) for item in outside)
            found = [] if outside else assign(self.space, state, items, self.none, gone)
            if found is None:
                yield self.wrong(state, items)
            elif not found and not outside:
                gone.add(state)
            bad |= bool(outside) or found is None
        expected = tuple(state for state in self.space.returned if state not in gone)
        returned = tuple(self.names.get(state, state) for state in self.genotype.returned)
        same = self.genotype.how == self.space.how or len(returned) == 1
        if not bad and (returned != expected or not same):
            message = f"cell `{self.genotype.name}` returns {_call(self.genotype.how, returned)}"
            label = f"the space returns {_call(self.space.how, expected)}"
            yield Diagnostic("E312", message, self.genotype.span, label)

    def outside(self, state: str, item: Item) -> Diagnostic:
        """An edge that the space does not have."""
        message = f"`{item}` into `{state}` of cell `{self.genotype.name}` is outside of the space"
        there = [edge for edge in self.space.into[state] if edge.sources == item.sources]
        names = dict.fromkeys(name for edge in there for name in edge.operations if name not in self.none)
        sources = ", ".join(f"`{source}`" for source in item.sources)
        label = f"from {sources} it has {' | '.join(names)}" if names else f"it has no edge from {sources} there"
        return Diagnostic("E312", message, item.span, label)

    def wrong(self, state: str, items: list[Item]) -> Diagnostic:
        """Edges that the space has, each for itself, but not so many or not together."""
        many = f"{len(items)} edges, which are" if len(items) > 1 else f"{len(items) or 'no'} edge, which is"
        message = f"`{state}` of cell `{self.genotype.name}` has {many} no choice of the space"
        parts = [f"{edge.what}({', '.join(edge.sources)})" for edge in self.space.into[state] if edge.group is None] + [
            f"keep {g.low if g.low == g.high else f'{g.low}..{g.high}'} of {len(g.members)} edges"
            for g in self.space.groups
            if g.state == state
        ]
        place = items[0].span if items else self.genotype.span
        return Diagnostic("E312", message, place, help=f"the space has `{state} = {' + '.join(parts)}`")


def _call(how: str | None, states: Sequence[str]) -> str:
    return f"`{how}({', '.join(states)})`" if how else f"`{', '.join(states)}`"

"""Cells written out: every range, star and set resolved, and the cell as a networkx DAG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from nasc.compiler.resolve import Program
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, nearest
from nasc.dsl.source import Span

if TYPE_CHECKING:
    import networkx as nx

MAX_STATES = 10_000
MAX_EDGES = 1_000_000
RETURNS = ("concat", "sum", "mean")


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge: from `sources` (one, but two for a gate) into `state`, by one of `operations`, written as `what`.

    `kept` counts the operations of `{keep 0..2 of ...}` that stay; `group` is the `keep` the edge itself stands
    under, by its number in the cell. `strength` is what a search gave the edge, `factor` multiplies its value.
    """

    state: str
    sources: tuple[str, ...]
    operations: tuple[str, ...]
    what: str
    kept: tuple[int, int] | None
    group: int | None
    factor: float | None
    strength: float | None
    span: Span = field(compare=False, repr=False)

    @property
    def open(self) -> bool:
        """Whether something is left to choose here."""
        return len(self.operations) > 1 or self.kept is not None or self.group is not None

    @property
    def source(self) -> str:
        return self.sources[0]


@dataclass(frozen=True, slots=True)
class Group:
    """A `keep`: from `low` to `high` of the edges `members` (indexes into the cell's edges) stay."""

    state: str
    low: int
    high: int
    members: tuple[int, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True)
class CellDag:
    """A cell written out. `states` are those computed, in order of definition; `edges` stand in textual order."""

    name: str
    kind: Literal["cell", "recurrent"]
    inputs: tuple[str, ...]
    states: tuple[str, ...]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...]
    how: Literal["concat", "sum", "mean"] | None
    returned: tuple[str, ...]
    span: Span = field(compare=False, repr=False)

    @cached_property
    def open(self) -> bool:
        """Whether any edge is open."""
        return any(edge.open for edge in self.edges)

    @cached_property
    def open_edges(self) -> tuple[Edge, ...]:
        """The open edges, in textual order: the rows of the strengths."""
        return tuple(edge for edge in self.edges if edge.open)

    @cached_property
    def into(self) -> dict[str, tuple[Edge, ...]]:
        """The edges of each state, in order of summation."""
        found: dict[str, list[Edge]] = {state: [] for state in self.states}
        for edge in self.edges:
            found[edge.state].append(edge)
        return {state: tuple(edges) for state, edges in found.items()}

    @cached_property
    def graph(self) -> nx.MultiDiGraph:
        """The cell as a DAG. Nodes: inputs and states (`kind`); edges carry `edge` (an `Edge`) and their `index`."""
        import networkx as nx

        graph = nx.MultiDiGraph(name=self.name, how=self.how, returned=self.returned)
        graph.add_nodes_from(self.inputs, kind="input")
        graph.add_nodes_from(self.states, kind="state")
        for index, edge in enumerate(self.edges):
            for source in edge.sources:
                graph.add_edge(source, edge.state, index=index, edge=edge)
        return graph

    @cached_property
    def live(self) -> frozenset[str]:
        """The inputs and states that what is returned depends on."""
        import networkx as nx

        found = set(self.returned)
        for state in self.returned:
            found |= nx.ancestors(self.graph, state)
        return frozenset(found)

    @property
    def depth(self) -> int:
        """Edges on the longest path from an input to what is returned."""
        import networkx as nx

        return int(
            nx.dag_longest_path_length(self.graph.subgraph(self.live), weight="none of them has one", default_weight=1)
        )


def write_out(cell: n.Cell, program: Program, findings: Findings) -> CellDag | None:
    """The cell written out, or None with everything wrong in it reported."""
    writer = _Writer(cell, program, findings)
    return writer.run()


def numbered(name: str) -> tuple[str, int] | None:
    """The word and the number of a state's name; None where there is no number, or one with leading zeros.

    >>> numbered("s12")
    ('s', 12)
    """
    word = name.rstrip("0123456789")
    digits = name[len(word) :]
    if not digits or len(digits) > 9 or (digits[0] == "0" and digits != "0"):
        return None
    return word, int(digits)


def runs(states: Sequence[str]) -> list[list[str]]:
    """States in stretches that count up, as they are written: `s2..s5`.

    >>> runs(["s2", "s3", "s5"])
    [['s2', 's3'], ['s5']]
    """
    found: list[list[str]] = []
    for state in states:
        last, now = (numbered(found[-1][-1]) if found else None), numbered(state)
        if last and now and last[0] == now[0] and now[1] == last[1] + 1:
            found[-1].append(state)
        else:
            found.append([state])
    return found


class _Writer:
    """Writes one cell out, statement by statement."""

    def __init__(self, cell: n.Cell, program: Program, findings: Findings) -> None:
        self.cell = cell
        self.program = program
        self.findings = findings
        self.before = len(findings.found)
        self.inputs: list[str] = []
        self.states: dict[str, Span] = {}
        self.edges: list[Edge] = []
        self.groups: list[Group] = []
        self.later = _later_states(cell)
        self.named = program.operation_names

    def run(self) -> CellDag | None:
        for name in self.cell.inputs:
            if name.text in self.inputs:
                self.error("E201", f"input `{name}` is named twice", name.span)
            self.inputs.append(name.text)
        allowed = (1, 2) if self.cell.kind == "cell" else (2,)
        if len(self.inputs) not in allowed:
            wanted = "one or two inputs" if self.cell.kind == "cell" else "the two inputs `x` and `h`"
            found = f"{len(self.inputs)} given"
            self.error("E219", f"a {self.cell.kind} takes {wanted}, {found}", self.cell.inputs[0].span)
        for statement in self.cell.statements:
            if isinstance(statement, n.Triple):
                self.triple(statement)
            elif not self.statement(statement):
                break
        how, returned = self.returned()
        if any(d.severity == "error" for d in self.findings.found[self.before :]):
            return None
        return CellDag(
            self.cell.name.text,
            self.cell.kind,
            tuple(self.inputs),
            tuple(self.states),
            tuple(self.edges),
            tuple(self.groups),
            how,
            returned,
            self.cell.name.span,
        )

    def error(self, code: str, message: str, span: Span, help: str = "", label: str = "") -> None:
        self.findings.add(code, message, span, label, help)

    # statements

    def statement(self, statement: n.Statement) -> bool:
        """Write out one statement; False when a limit is passed and the rest of the cell is left alone."""
        names = self.stretch(statement.state, statement.last)
        if len(self.states) + len(names) > MAX_STATES:
            message = f"cell `{self.cell.name}` has more than {MAX_STATES} states"
            self.error("E105", message, statement.span)
            return False
        for name in names:
            if name in self.inputs or name in self.states:
                line = "an input" if name in self.inputs else "already defined"
                message = f"`{name}` is defined twice in {self.cell.kind} `{self.cell.name}`"
                self.error("E201", message, statement.state.span, label=line)
                continue
            edges = 0
            for term in statement.terms:
                edges += self.term(name, term)
            self.states[name] = statement.state.span
            if len(self.edges) > MAX_EDGES:
                message = f"cell `{self.cell.name}` has more than {MAX_EDGES} edges"
                self.error("E105", message, statement.span)
                return False
        return True

    def term(self, state: str, term: n.Edge | n.Keep) -> int:
        if isinstance(term, n.Edge):
            found = self.written(state, term, None)
            self.edges += found
            return len(found)
        start = len(self.edges)
        for edge in term.edges:
            self.edges += self.written(state, edge, len(self.groups))
        count = len(self.edges) - start
        low, high = term.count.low, term.count.high
        if low > high or high < 1:
            self.error("E206", f"`keep {term.count.span.text} of` keeps nothing", term.count.span)
        elif low > count and count:
            edges = f"{count} edge" + "s" * (count != 1)
            message = f"`keep {term.count.span.text} of` stands before {edges} in `{state}`"
            self.error("E206", message, term.span)
        self.groups.append(Group(state, low, high, tuple(range(start, start + count)), term.span))
        return count

    def written(self, state: str, edge: n.Edge, group: int | None) -> list[Edge]:
        """The edges that one written edge stands for."""
        operations, kept = self.operations(edge.what)
        what = edge.what.text if isinstance(edge.what, n.Name) else _in_place(edge.what)
        factor = float(edge.factor.value) if edge.factor else None
        strength = float(edge.strength.value) if edge.strength else None

        def made(sources: tuple[str, ...], span: Span) -> Edge:
            return Edge(state, sources, operations, what, kept, group, factor, strength, span)

        if edge.sources is None:
            before = [] if self.cell.kind == "recurrent" else self.inputs
            return [made((source,), edge.span) for source in (*before, *self.states)]
        if operations == ("gate",):
            if tuple(s.text for s in edge.sources) != tuple(self.inputs):
                self.error("E219", f"`gate` reads the inputs: gate({', '.join(self.inputs)})", edge.span)
            return [made(tuple(s.text for s in edge.sources), edge.span)]
        found = []
        for source in edge.sources:
            if self.known(source, state):
                span = source.span if len(edge.sources) > 1 else edge.span
                found.append(made((source.text,), span))
        return found

    def known(self, source: n.Name, state: str) -> bool:
        """Whether a source is defined before the state that reads it; reported if not."""
        if source.text in self.inputs:
            if self.cell.kind == "recurrent":
                self.error("E219", f"input `{source}` is read by `gate` only", source.span)
            return self.cell.kind == "cell"
        if source.text in self.states:
            return True
        here = [*self.inputs, *self.states] if self.cell.kind == "cell" else [*self.states]
        label = f"states defined here: {_listed(here)}"
        if source.text == state:
            self.error("E204", f"`{source}` reads itself", source.span, label=label)
        elif source.text in self.later:
            message = f"`{source}` is defined later than `{state}`, which reads it"
            help = "a cell has no cycles: define a state before it is read"
            self.error("E204", message, source.span, help, label)
        else:
            message = f"`{source}` is not defined in {self.cell.kind} `{self.cell.name}`"
            self.error("E203", message, source.span, nearest(source.text, here), label)
        return False

    def triple(self, triple: n.Triple) -> None:
        """`('sep_conv_3x3', 2, 1)` adds an edge to `s2`, which it defines if nothing did."""
        state, source = f"s{triple.state.text}", f"s{triple.source.text}"
        if state in self.inputs:
            self.error("E201", f"`{state}` is an input; a triple names the state it adds to first", triple.state.span)
            return
        if len(self.states) >= MAX_STATES:
            self.error("E105", f"cell `{self.cell.name}` has more than {MAX_STATES} states", triple.span)
            return
        operations, kept = self.operations(triple.operation)
        if self.known(n.Name(source, triple.source.span), state):
            self.edges.append(
                Edge(state, (source,), operations, triple.operation.text, kept, None, None, None, triple.span)
            )
        self.states.setdefault(state, triple.state.span)

    # operations

    def operations(self, what: n.Name | n.Choice) -> tuple[tuple[str, ...], tuple[int, int] | None]:
        """The operations an edge may take, sets opened, in order."""
        if isinstance(what, n.Name):
            return self.members(what), None
        found = tuple(name for member in what.members for name in self.members(member))
        for position, name in enumerate(found):
            if name in found[:position]:
                self.error("E218", f"`{name}` stands twice in the set", what.span)
        if what.keep is None:
            return found, None
        low, high = what.keep.low, what.keep.high
        if low > high or high < 1 or low > len(found):
            message = f"`keep {what.keep.span.text} of` stands before {len(found)} operations"
            self.error("E206", message, what.keep.span)
        return found, (low, high)

    def members(self, name: n.Name) -> tuple[str, ...]:
        if name.text in self.program.sets:
            return tuple(member.text for member in self.program.sets[name.text].members)
        if name.text == "gate" and self.cell.kind == "recurrent":
            return ("gate",)
        if self.cell.kind == "recurrent" and name.text in ACTIVATIONS:
            return (name.text,)
        if name.text not in self.named:
            help = (
                nearest(name.text, self.named) or "operations come from `op` lines and `use`, such as `use std.darts`"
            )
            self.error("E202", f"there is no operation `{name}`", name.span, help)
        return (name.text,)

    # what is returned

    def returned(self) -> tuple[Literal["concat", "sum", "mean"] | None, tuple[str, ...]]:
        how = self.cell.returned.how
        if how is not None and how.text not in RETURNS:
            help = nearest(how.text, RETURNS) or "write `concat`, `sum` or `mean`"
            self.error("E205", f"`return {how}(...)` is not known", how.span, help)
        found: list[str] = []
        for stretch in self.cell.returned.states:
            for name in self.stretch(stretch.first, stretch.last):
                if name in self.states or name in self.inputs:
                    found.append(name)
                    continue
                label = f"states defined here: {_listed([*self.inputs, *self.states])}"
                message = f"`{name}` is not defined in {self.cell.kind} `{self.cell.name}`"
                self.error("E205", message, stretch.span, nearest(name, self.states), label)
                break
        return how.text if how else None, tuple(found)  # type: ignore[return-value]

    def stretch(self, first: n.Name, last: n.Name | None) -> list[str]:
        """The names of `s2..s5`."""
        if last is None:
            return [first.text]
        a, b = numbered(first.text), numbered(last.text)
        span = first.span.to(last.span)
        if a is None or b is None or a[0] != b[0] or a[1] > b[1]:
            help = "a range counts up, such as `s2..s5`"
            self.error("E207", f"`{first}..{last}` is not a range of states", span, help)
            return []
        if b[1] - a[1] >= MAX_STATES:
            self.error("E105", f"`{first}..{last}` is more than {MAX_STATES} states", span)
            return []
        return [f"{a[0]}{number}" for number in range(a[1], b[1] + 1)]


ACTIVATIONS = ("none", "tanh", "relu", "sigmoid", "identity")
"""What an edge of a recurrent cell can be: an activation within the highway update of DARTS (section 2.1)."""


def _later_states(cell: n.Cell) -> set[str]:
    """The states that some statement defines, as far as they can be told without writing the cell out."""
    found: set[str] = set()
    for statement in cell.statements:
        if isinstance(statement, n.Triple):
            found.add(f"s{statement.state.text}")
            continue
        found.add(statement.state.text)
        first, last = numbered(statement.state.text), numbered(statement.last.text) if statement.last else None
        if first and last and first[0] == last[0] and 0 <= last[1] - first[1] < MAX_STATES:
            found |= {f"{first[0]}{number}" for number in range(first[1], last[1] + 1)}
    return found


def _in_place(choice: n.Choice) -> str:
    """A set written in place, as it reads."""
    keep = f"keep {choice.keep.span.text} of " if choice.keep else ""
    return "{" + keep + " | ".join(name.text for name in choice.members) + "}"


def _listed(names: list[str]) -> str:
    return ", ".join(names if len(names) <= 12 else [*names[:11], "..."]) or "none"

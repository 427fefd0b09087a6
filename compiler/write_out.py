"""Cells written out: every range, star and set of a cell's text resolved, and what is wrong in it reported."""

from __future__ import annotations

from typing import Literal

from nasc.compiler.dag import CellDag, Edge, Group, in_order
from nasc.compiler.offered import Offered, counted, keeps
from nasc.compiler.resolve import Program
from nasc.compiler.state_names import MAX_STATES, later_states, listed, nearest_state, stretch
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, nearest
from nasc.dsl.source import Span

MAX_EDGES = 1_000_000
RETURNS = ("concat", "sum", "mean")


def write_out(cell: n.Cell, program: Program, findings: Findings) -> CellDag | None:
    """The cell written out, or None with everything wrong in it reported."""
    writer = _Writer(cell, program, findings)
    return writer.run()


class _Writer:
    """Writes one cell out, statement by statement."""

    def __init__(self, cell: n.Cell, program: Program, findings: Findings) -> None:
        self.cell = cell
        self.program = program
        self.findings = findings
        self.before = len(findings.found)
        self.inputs: list[str] = []
        self.states: dict[str, Span] = {}
        self.added: list[n.Triple] = []
        self.edges: list[Edge] = []
        self.groups: list[Group] = []
        self.later = later_states(cell)
        self.offered = Offered(cell, program, self.error)
        self.places: set[Span] = set()
        # set where a statement could not be written out: what is unknown from there on may be its fault
        self.unsure = False

    def run(self) -> CellDag | None:
        for name in self.cell.inputs:
            if name.text in self.inputs:
                self.error("E201", f"input `{name}` is named twice", name.span, help="give each input its own name")
            self.inputs.append(name.text)
        allowed = (1, 2) if self.cell.kind == "cell" else (2,)
        if len(self.inputs) not in allowed:
            wanted = "one or two inputs" if self.cell.kind == "cell" else "the two inputs `x` and `h`"
            found = f"{len(self.inputs)} given"
            kind = "cell" if self.cell.kind == "cell" else "recurrent cell"
            self.unsure = True
            span = self.cell.inputs[0].span.to(self.cell.inputs[-1].span)
            form = "cell {}(s0, s1)" if self.cell.kind == "cell" else "recurrent {}(x, h)"
            help = f"write `{form.format(self.cell.name)}`"
            self.error("E219", f"a {kind} takes {wanted}, {found}", span, help)
        for statement in self.cell.statements:
            if isinstance(statement, n.Triple):
                self.triple(statement)
            elif not self.statement(statement):
                self.unsure = True
                break
        how, returned = self.returned()
        states = self.ordered()
        if any(d.severity == "error" for d in self.findings.found[self.before :]):
            return None
        return CellDag(
            self.cell.name.text,
            self.cell.kind,
            tuple(self.inputs),
            states,
            tuple(self.edges),
            tuple(self.groups),
            how,
            returned,
            self.cell.name.span,
        )

    def error(self, code: str, message: str, span: Span, help: str = "", label: str = "") -> None:
        """Report an error; what a range writes several times has its error once."""
        if span not in self.places:
            self.findings.add(code, message, span, label, help)
        self.places.add(span)

    # statements

    def statement(self, statement: n.Statement) -> bool:
        """Write out one statement; False when a limit is passed and the rest of the cell is left alone."""
        names = stretch(statement.state, statement.last, self.error)
        self.unsure |= not names
        if len(self.states) + len(names) > MAX_STATES:
            message = f"cell `{self.cell.name}` has more than {MAX_STATES} states"
            self.error("E105", message, statement.state.span)
            return False
        if len(self.edges) + self.amount(statement, len(names)) > MAX_EDGES:
            message = f"cell `{self.cell.name}` has more than {MAX_EDGES} edges"
            self.error("E105", message, statement.state.span)
            return False
        for name in names:
            if name in self.inputs or name in self.states:
                message = f"`{name}` is defined twice in {self.cell.kind} `{self.cell.name}`"
                help = "write all edges of a state in one equation, joined by `+`"
                label = f"first in line {_line(self.states[name])}" if name in self.states else ""
                if name in self.inputs:
                    message, help = f"`{name}` is an input of {self.cell.kind} `{self.cell.name}`", ""
                self.error("E201", message, statement.state.span, help, label)
                continue
            for term in statement.terms:
                self.term(name, term)
            self.states[name] = statement.state.span
        return True

    def amount(self, statement: n.Statement, count: int) -> int:
        """How many edges a statement stands for when it is written once for each of `count` states."""
        written = [e for term in statement.terms for e in (term.edges if isinstance(term, n.Keep) else (term,))]
        named = sum(len(edge.sources) for edge in written if edge.sources is not None)
        stars = sum(edge.sources is None for edge in written)
        before = len(self.inputs) + len(self.states)
        return named * count + stars * (before * count + count * (count - 1) // 2)

    def term(self, state: str, term: n.Edge | n.Keep) -> None:
        if isinstance(term, n.Edge):
            self.edges += self.written(state, term, None)
            return
        start = len(self.edges)
        for edge in term.edges:
            self.edges += self.written(state, edge, len(self.groups))
        count = len(self.edges) - start
        low, high = term.count.low, term.count.high
        written = sum(1 if edge.sources is None else len(edge.sources) for edge in term.edges)
        if keeps(term.count, self.error) and low > count >= written:
            edges = f"{count} edge" + "s" * (count != 1)
            message = f"`keep {counted(term.count)} of` stands before {edges} in `{state}`"
            help = "`*` stands for the states defined before" if term.edges[0].sources is None else ""
            self.error("E206", message, term.count.span, help)
        self.groups.append(Group(state, low, high, tuple(range(start, start + count)), term.span))

    def written(self, state: str, edge: n.Edge, group: int | None) -> list[Edge]:
        """The edges that one written edge stands for."""
        operations, kept = self.offered.of(edge.what)
        what = edge.what.text if isinstance(edge.what, n.Name) else _in_place(edge.what)
        factor = float(edge.factor.value) if edge.factor else None
        strength = float(edge.strength.value) if edge.strength else None

        def made(sources: tuple[str, ...], span: Span) -> Edge:
            return Edge(state, sources, operations, what, kept, group, factor, strength, span)

        if "gate" in operations and (len(operations) > 1 or kept or isinstance(edge.what, n.Choice)):
            self.error("E219", "`gate` stands in no set", edge.what.span, "it is the first state: `s0 = gate(x, h)`")
            return []
        if operations == ("gate",):
            sources = tuple(s.text for s in edge.sources or ())
            if sources != tuple(self.inputs) and not self.unsure:
                help = f"write `gate({', '.join(self.inputs)})`"
                self.error("E219", "`gate` reads the two inputs, in their order", edge.span, help)
            return [made(sources, edge.span)]
        if edge.sources is None:
            before = [] if self.cell.kind == "recurrent" else self.inputs
            if not before and not self.states and not self.unsure:
                help = "begin with `s0 = gate(x, h)`"
                self.error("E203", f"there is no state before `{state}` that `*` could stand for", edge.span, help)
            return [made((source,), edge.span) for source in (*before, *self.states)]
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
                help = f"write `s0 = gate({', '.join(self.inputs)})`, and read `s0`"
                self.error("E219", f"input `{source}` is read by `gate` only", source.span, help)
            return self.cell.kind == "cell"
        if source.text in self.states:
            return True
        if self.unsure:
            return False
        here = [*self.inputs, *self.states] if self.cell.kind == "cell" else [*self.states]
        label = f"states defined here: {listed(here)}"
        if source.text == state:
            self.error("E204", f"`{source}` reads itself", source.span, "read a state that stands before it", label)
        elif source.text in self.later:
            message = f"`{source}` is defined later than `{state}`, which reads it"
            help = "a cell has no cycles: define a state before it is read"
            self.error("E204", message, source.span, help, label)
        else:
            message = f"`{source}` is not defined in {self.cell.kind} `{self.cell.name}`"
            self.error("E203", message, source.span, nearest_state(source.text, here), label)
        return False

    def triple(self, triple: n.Triple) -> None:
        """`('sep_conv_3x3', 2, 1)` adds an edge to `s2`, which it defines if nothing did."""
        state, source = f"s{triple.state.text}", f"s{triple.source.text}"
        if state in self.inputs:
            message = f"`{state}` is an input of {self.cell.kind} `{self.cell.name}`"
            help = "a triple says the operation, the state it adds to, and the state it reads"
            self.error("E201", message, triple.state.span, help)
            return
        if len(self.states) >= MAX_STATES:
            self.error("E105", f"cell `{self.cell.name}` has more than {MAX_STATES} states", triple.span)
            return
        operations, kept = self.offered.of(triple.operation)
        if source == state and state in self.states:
            help = "the third part of a triple is a state that stands before it"
            self.error("E204", f"`{source}` reads itself", triple.source.span, help)
        elif self.known(n.Name(source, triple.source.span), state):
            if state in self.states and source in self.states:
                self.added.append(triple)
            self.edges.append(
                Edge(state, (source,), operations, triple.operation.text, kept, None, None, None, triple.span)
            )
        self.states.setdefault(state, triple.state.span)

    def ordered(self) -> tuple[str, ...]:
        """The states in order of definition, but behind what triples have them read; reported if that is a cycle."""
        if not self.added:
            return tuple(self.states)
        found = in_order(self.states, self.edges)
        for triple in self.added:
            state, source = f"s{triple.state.text}", f"s{triple.source.text}"
            if state not in found and source not in found:
                help = "a cell has no cycles: no state may read what is made of it"
                self.error("E204", f"`{source}` is made of `{state}`, which reads it", triple.source.span, help)
        return tuple(found)

    # what is returned

    def returned(self) -> tuple[Literal["concat", "sum", "mean"] | None, tuple[str, ...]]:
        how = self.cell.returned.how
        if how is not None and how.text not in RETURNS:
            help = nearest(how.text, RETURNS) or "write `concat`, `sum` or `mean`"
            self.error("E205", f"`return {how}(...)` is not known", how.span, help)
        found: list[str] = []
        for part in self.cell.returned.states:
            for name in stretch(part.first, part.last, self.error):
                if name in self.inputs and self.cell.kind == "recurrent":
                    help = "return states that are made of it"
                    self.error("E219", f"input `{name}` is read by `gate` only", part.span, help)
                if name in self.states or name in self.inputs:
                    found.append(name)
                    continue
                if self.unsure:
                    break
                label = f"states defined here: {listed([*self.inputs, *self.states])}"
                message = f"`{name}` is not defined in {self.cell.kind} `{self.cell.name}`"
                help = nearest_state(name, self.states) if part.last is None else ""
                self.error("E205", message, part.span, help, label)
                break
        return how.text if how else None, tuple(found)  # type: ignore[return-value]


def _line(span: Span) -> int:
    return span.source.place(span.start)[0]


def _in_place(choice: n.Choice) -> str:
    """A set written in place, as it reads."""
    keep = f"keep {choice.keep.span.text} of " if choice.keep else ""
    return "{" + keep + " | ".join(name.text for name in choice.members) + "}"

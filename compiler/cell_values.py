"""Cells and chains of a network as canonical texts: equal exactly where they are one function with the same weights."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.graph import MIX, WEIGH, GraphBuilder, Step
from nasc.compiler.layer_rules import Shape
from nasc.compiler.operations import ChainWriter, write_chain
from nasc.compiler.scope import ExpandError, Placeholder, Scope
from nasc.compiler.stack import Stack
from nasc.compiler.values import IN_TRAINING, ONE, Value, Values, exact
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import NasError


class CellValues:
    """The values of the cells of one network, at a width `scope.width` that stands for any."""

    def __init__(self, stack: Stack | None, scope: Scope, shape: Shape) -> None:
        self.chains = stack.chains if stack is not None else {}
        self.scope = scope
        self.shape = shape
        self.written: dict[object, tuple[tuple[Step, ...], int]] = {}

    def text(self, dag: CellDag, stride: int) -> str:
        """The canonical text of a cell placed with a stride. Raises `NasError`."""
        values = Values()
        try:
            root = (_Recurrent if dag.kind == "recurrent" else _Cell)(self, values, dag, stride).root()
        except ExpandError as error:
            raise NasError([error.diagnostic]) from None
        return values.text(root)

    def chain(self, name: str, affine: bool) -> str:
        """The canonical text of what a chain of the skeleton makes of its input."""
        if name not in self.chains:
            return ""
        values = Values()
        try:
            steps, output = self.steps(name, self.chains[name], replace(self.scope, affine=affine))
        except ExpandError as error:
            raise NasError([error.diagnostic]) from None
        return values.text(values.behind(steps, output, values.like("input")))

    def steps(self, key: object, chain: n.Chain, scope: Scope) -> tuple[tuple[Step, ...], int]:
        """A chain written out, once for all places where it comes out the same."""
        key = (key, scope.stride, scope.affine)
        if key not in self.written:
            builder = GraphBuilder()
            at = builder.input((scope.width, *self.shape[1:]))
            output = write_chain(builder, chain, at, scope, "")
            self.written[key] = tuple(builder.steps), output
        return self.written[key]


class _Cell:
    """One cell. Inputs are told apart by how far before the cell they come from, states have no names."""

    def __init__(self, cells: CellValues, values: Values, dag: CellDag, stride: int) -> None:
        self.cells = cells
        self.values = values
        self.dag = dag
        self.stride = stride
        self.scope = replace(cells.scope, affine=not dag.open)
        count = len(dag.inputs)
        self.at: dict[str, Value] = {s: values.like(f"input {count - i}") for i, s in enumerate(dag.inputs)}

    def root(self) -> Value:
        """The value that the cell returns."""
        for state in self.dag.states:
            self.at[state] = self.state(state)
        returned = [self.at[name] for name in self.dag.returned]
        if self.dag.how == "concat":
            return self.values.concat([(value, self.scope.width) for value in returned])
        weight = Fraction(1, len(returned)) if self.dag.how == "mean" else ONE
        return self.values.total((weight, value) for value in returned)

    def state(self, state: str) -> Value:
        """The sum of the edges of a state, within the skeleton's `state:`."""
        parts: list[tuple[Fraction, Value]] = []
        kept: dict[int, list[tuple[str, Value]]] = {}
        for edge in self.dag.into[state]:
            value, weight = self.edge(edge), exact(edge.factor)
            if edge.group is None:
                parts.append((weight, value))
            else:
                kept.setdefault(edge.group, []).append((str(weight), value))
        parts += [(ONE, self.keep(group, members)) for group, members in kept.items()]
        total = self.values.total(parts)
        chain = self.cells.chains.get("state")
        if total is None or chain is None:
            return total
        placeholders: dict[str, Placeholder] = {"sum": lambda writer, at, scope: at}
        steps, output = self.cells.steps("state", chain, replace(self.scope, placeholders=placeholders))
        return self.values.behind(steps, output, total)

    def keep(self, group: int, members: list[tuple[str, Value]]) -> Value:
        """A `keep` that is still open."""
        found = self.dag.groups[group]
        return self.values.new(f"keep {found.low}..{found.high}", members)

    def edge(self, edge: Edge) -> Value:
        """One edge: its operation, or the mixture of all it may be, within the skeleton's `edge:`."""
        source = self.at[edge.source]
        if source is None:
            return None
        stride = self.stride if edge.source in self.dag.inputs else 1
        bare = n.Chain((n.Call(n.Name("operation", edge.span), (), edge.span),), edge.span)
        placeholders: dict[str, Placeholder] = {
            "operation": lambda writer, at, inner: _operation(edge, writer, at, inner),
            "edge_weight": lambda writer, at, inner: _weight(edge, writer, at),
        }
        scope = replace(self.scope, stride=stride, placeholders=placeholders)
        chain = self.cells.chains.get("edge", bare)
        steps, output = self.cells.steps((edge.operations, edge.open, edge.kept), chain, scope)
        return self.values.behind(steps, output, source)


def _operation(edge: Edge, writer: ChainWriter, at: int, scope: Scope) -> int:
    """The operation of an edge, or all that it may be."""
    ends = []
    for name in edge.operations:
        if scope.find(name) is None:
            raise ExpandError("E202", f"`{name}` has no form for stride {scope.stride}", edge.span)
        ends.append(writer.call(n.Call(n.Name(name, edge.span), (), edge.span), at, scope))
    if not edge.open:
        return ends[0]
    low, high = edge.kept or (1, 1)
    shape = writer.builder.shape(ends[0])
    return writer.builder.add(Step(MIX, tuple(ends), shape, {"label": f"choose {low}..{high}"}))


def _weight(edge: Edge, writer: ChainWriter, at: int) -> int:
    """An open edge times its weight."""
    return writer.builder.add(Step(WEIGH, (at,), writer.builder.shape(at))) if edge.open else at


class _Recurrent(_Cell):
    """One recurrent cell. Each state has a matrix of its own, whatever its edges: nothing is merged, sums included."""

    def state(self, state: str) -> Value:
        edges = [e for e in self.dag.into[state] if self.alive(e)]
        if not edges:
            return None
        parts: list[tuple[str, Value]] = []
        kept: dict[int, list[tuple[str, Value]]] = {}
        for edge in edges:
            what = "|".join(sorted(edge.operations)) + (f" {edge.kept[0]}..{edge.kept[1]}" if edge.kept else "")
            weight = exact(edge.factor)
            into = parts if edge.group is None else kept.setdefault(edge.group, [])
            into += [(f"{weight} {what} {place}", self.at[source]) for place, source in enumerate(edge.sources)]
        parts += [("", self.keep(group, members)) for group, members in kept.items()]
        return self.values.new(f"state {self.behind}", parts)

    def alive(self, edge: Edge) -> bool:
        return edge.operations != ("none",) and edge.factor != 0 and self.at[edge.source] is not None

    @property
    def behind(self) -> str:
        """The layers of the skeleton behind the sum of a state."""
        if "state" not in self.cells.chains:
            return ""
        placeholders: dict[str, Placeholder] = {"sum": lambda writer, at, scope: at}
        scope = replace(self.scope, placeholders=placeholders)
        steps, _ = self.cells.steps("state", self.cells.chains["state"], scope)
        return " -> ".join(f"{s.kind} {sorted(s.settings.items())}" for s in steps[1:] if s.kind not in IN_TRAINING)

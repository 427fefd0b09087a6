"""A cell written out as layers: its inputs, its edges within the skeleton's `edge:`, its sums within `state:`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.graph import MEAN, MIX, SCALE, SUM, WEIGH, GraphBuilder, Step, state_path
from nasc.compiler.layer_rules import Shape, show
from nasc.compiler.operations import ChainWriter, Written, write_chain
from nasc.compiler.resolve import told_at
from nasc.compiler.scope import ExpandError, Placeholder, Scope
from nasc.dsl import nodes as n


@dataclass(frozen=True)
class Feature:
    """What a cell can read: a shape, and how many stems and `/2` lie behind it."""

    shape: Shape
    level: int


@dataclass(frozen=True)
class CellSteps:
    """A cell as it was written out: all steps, those of its inputs, of what is returned and of its states."""

    builder: GraphBuilder
    inputs: tuple[int, ...]
    output: int
    states: dict[str, int]


class CellExpander:
    """Writes the cells of one network out; what was written once is copied where it is met again.

    `chains` are those of the skeleton; `affine` gives batch-norm weights in open cells too.
    """

    def __init__(self, chains: Mapping[str, n.Chain], scope: Scope, affine: bool) -> None:
        self.chains = chains
        self.scope = scope
        self.affine = affine
        self.identities: dict[tuple[str, int], bool] = {}
        self.written: dict[object, Written] = {}

    def cell(self, dag: CellDag, stride: int, inputs: tuple[Feature, ...], newest: int, width: int) -> CellSteps:
        """The steps of one cell. `newest` is the level of the cell before it. Raises `ExpandError`."""
        builder = GraphBuilder()
        scope = replace(self.scope, width=width, affine=self.affine or not dag.open)
        given = tuple(builder.input(feature.shape) for feature in inputs)
        at: dict[str, int] = {}
        for position, (name, feature) in enumerate(zip(dag.inputs, inputs, strict=True)):
            which = "align" if feature.level < newest and "align" in self.chains else "preprocess"
            at[name] = given[position]
            if (chain := self.chains.get(which)) is not None:
                writer = ChainWriter(builder, f"preprocess.{position}")
                key = which, scope.width, scope.affine, feature.shape
                write = partial(writer.chain, chain, given[position], scope)
                at[name] = self.once(key, writer, given[position], scope, write)
        rows = {id(edge): row for row, edge in enumerate(dag.open_edges)}
        from_inputs, from_states = replace(scope, stride=stride), replace(scope, stride=1)
        for state in dag.states:
            parts = []
            for position, edge in enumerate(dag.into[state]):
                inner = from_inputs if edge.source in dag.inputs else from_states
                path = f"{state_path(state)}.{position}"
                try:
                    parts.append(self.edge(builder, edge, rows.get(id(edge)), at[edge.source], inner, path))
                except ExpandError as error:
                    error.diagnostic = told_at(error.diagnostic, edge.span)
                    raise
            at[state] = self.state(builder, dag, state, parts, scope)
        out = self.returned(builder, dag, [at[name] for name in dag.returned])
        return CellSteps(builder, given, out, at)

    def edge(self, builder: GraphBuilder, edge: Edge, row: int | None, at: int, scope: Scope, path: str) -> int:
        """One edge: its operation, or the mixture of all it may be, within the skeleton's `edge:`."""
        if edge.open:
            return self.new_edge(builder, edge, row, at, scope, path)
        writer = ChainWriter(builder, path)
        key = "edge", edge.operations[0], edge.factor, scope.stride, scope.width, scope.affine, builder.shape(at)
        return self.once(key, writer, at, scope, lambda: self.new_edge(builder, edge, row, at, scope, path))

    def once(self, key: object, writer: ChainWriter, at: int, scope: Scope, write: Callable[[], int]) -> int:
        """Write something out, or what it was under this key before at another place."""
        builder = writer.builder
        known = self.written.get(key)
        if known is not None and len(builder.steps) + len(known.steps) < scope.limit:
            return known.again(writer, at)
        first = len(builder.steps)
        end = write()
        self.written[key] = Written(tuple(builder.steps[first:]), first, at, end, writer.path, writer.number)
        return end

    def new_edge(self, builder: GraphBuilder, edge: Edge, row: int | None, at: int, scope: Scope, path: str) -> int:
        def operation(writer: ChainWriter, at: int, inner: Scope) -> int:
            if not edge.open:
                return self.operation(writer, edge, edge.operations[0], at, inner)
            ends = [
                self.operation(ChainWriter(builder, f"{writer.path}.{name}"), edge, name, at, inner)
                for name in edge.operations
            ]
            shapes = {builder.shape(end) for end in ends}
            if len(shapes) > 1:
                named = ", ".join(
                    f"{name}: {show(builder.shape(end))}" for name, end in zip(edge.operations, ends, strict=True)
                )
                raise ExpandError("E303", f"the operations of one edge differ in shape ({named})", edge.span)
            settings = {"row": row, "operations": edge.operations, "columns": tuple(range(len(ends)))}
            path = f"{writer.path}.mix"
            return builder.add(Step(MIX, tuple(ends), builder.shape(ends[0]), settings, path, edge.span))

        def weight(writer: ChainWriter, at: int, inner: Scope) -> int:
            if not edge.open:
                return at  # decided: it is summed as it is
            return builder.add(Step(WEIGH, (at,), builder.shape(at), {"row": row}, writer.next_path(), edge.span))

        chain = self.chains.get("edge")
        writer = ChainWriter(builder, path)
        if chain is None:
            out = operation(writer, at, scope)
        else:
            if self.is_identity(edge, scope):
                chain = _without_drop_path(chain)
            placeholders: dict[str, Placeholder] = {"operation": operation, "edge_weight": weight}
            out = writer.chain(chain, at, replace(scope, placeholders=placeholders))
        if edge.factor is not None:
            out = builder.add(Step(SCALE, (out,), builder.shape(out), {"factor": edge.factor}, "", edge.span))
        return out

    def operation(self, writer: ChainWriter, edge: Edge, name: str, at: int, scope: Scope) -> int:
        call = n.Call(n.Name(name, edge.span), (), edge.span)
        if scope.find(name) is None:
            help = f"write `op {name} = ...`; `op {name}/2 = ...` serves stride 2 only"
            raise ExpandError("E202", f"`{name}` has no form for stride {scope.stride}", edge.span, help)
        key = name, scope.stride, scope.width, scope.affine, writer.builder.shape(at), writer.number
        return self.once(key, writer, at, scope, lambda: writer.call(call, at, scope))

    def is_identity(self, edge: Edge, scope: Scope) -> bool:
        """Whether the operation is nothing but an identity; `drop_path` in `edge:` leaves those alone (DARTS)."""
        if edge.open:
            return False
        key = edge.operations[0], scope.stride
        if key not in self.identities:
            self.identities[key] = self.expands_to_identity(edge, scope)
        return self.identities[key]

    def expands_to_identity(self, edge: Edge, scope: Scope) -> bool:
        """Write the operation out on a trial input and look."""
        builder = GraphBuilder()
        at = builder.input((scope.width, 64, 64))
        try:
            self.operation(ChainWriter(builder, ""), edge, edge.operations[0], at, scope)
        except ExpandError:
            return False
        return all(step.kind == "identity" for step in builder.steps if step.is_layer)

    def state(self, builder: GraphBuilder, dag: CellDag, state: str, parts: list[int], scope: Scope) -> int:
        """The sum of a state's edges, within the skeleton's `state:`."""
        if not parts:
            raise ExpandError("E303", f"`{state}` has no edges", dag.span)
        shapes = [builder.shape(part) for part in parts]
        if len(set(shapes)) > 1:
            edges = dag.into[state]
            odd = next(i for i, shape in enumerate(shapes) if shape != shapes[0])
            message = f"the edges of `{state}` differ in shape: {show(shapes[0])} and {show(shapes[odd])}"
            raise ExpandError("E303", message, edges[odd].span)
        total = builder.total(parts, SUM)
        chain = self.chains.get("state")
        if chain is None:
            return total
        placeholders: dict[str, Placeholder] = {"sum": lambda writer, at, inner: at}
        inner = replace(scope, placeholders=placeholders)
        return write_chain(builder, chain, total, inner, f"{state_path(state)}.sum")

    def returned(self, builder: GraphBuilder, dag: CellDag, parts: list[int]) -> int:
        shapes = [builder.shape(part) for part in parts]
        if len({shape[1:] if dag.how == "concat" else shape for shape in shapes}) > 1:
            message = f"{' and '.join(map(show, dict.fromkeys(shapes)))} cannot be returned together"
            raise ExpandError("E303", message, dag.span)
        if dag.how == "concat":
            return builder.concat(parts)
        return builder.total(parts, MEAN if dag.how == "mean" else SUM)


def _without_drop_path(chain: n.Chain) -> n.Chain:
    links = tuple(link for link in chain.links if not (isinstance(link, n.Call) and link.name.text == "drop_path"))
    return replace(chain, links=links)

"""A stack of cells written out as layer graphs: stem, every cell, head and auxiliary head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.graph import MEAN, MIX, SCALE, SUM, WEIGH, GraphBuilder, LayerGraph, Step, state_path
from nasc.compiler.layers import Shape, show
from nasc.compiler.operations import ChainWriter, Written, write_chain
from nasc.compiler.placing import Placement
from nasc.compiler.resolve import Program, told_at
from nasc.compiler.scope import ExpandError, Placeholder, Scope
from nasc.compiler.stack import Stack
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Diagnostic

MAX_LAYERS = 1_000_000


@dataclass(frozen=True)
class PlannedCell:
    """One cell of the network: where it stands, what it is, and its layers. `rows` counts its open edges."""

    placement: Placement
    dag: CellDag
    graph: LayerGraph
    width: int

    @property
    def shape(self) -> Shape:
        return self.graph.shape


@dataclass(frozen=True)
class Plan:
    """A network as layer graphs. `stem2` continues from `stem`; the auxiliary head reads cell `auxiliary_after`.

    Where the auxiliary head is asked for by the text but does not fit, `auxiliary` is None and `auxiliary_error`
    says why.
    """

    program: Program
    stack: Stack
    stem: LayerGraph
    stem2: LayerGraph | None
    cells: tuple[PlannedCell, ...]
    head: LayerGraph
    auxiliary: LayerGraph | None
    auxiliary_after: int | None
    auxiliary_error: Diagnostic | None

    @property
    def trunk(self) -> tuple[LayerGraph, ...]:
        """The blocks of the network that are no cells, without the auxiliary head."""
        return tuple(g for g in (self.stem, self.stem2, self.head) if g is not None)

    @property
    def open(self) -> bool:
        """Whether any cell placed here is open: a shared-weight network."""
        return any(cell.dag.open for cell in self.cells)


def expand(stack: Stack, dags: dict[str, CellDag], program: Program, affine: bool = False) -> Plan:
    """The plan of a stack. Raises `ExpandError` at the first thing that cannot be built.

    `affine` gives batch-norm weights in open cells too, as it has them once the cell is decided.
    """
    return _Expander(stack, dags, program, affine).run()


@dataclass(frozen=True)
class _Feature:
    """What a cell can read: a shape, and how many stems and `/2` lie behind it."""

    shape: Shape
    level: int


class _Expander:
    def __init__(self, stack: Stack, dags: dict[str, CellDag], program: Program, affine: bool) -> None:
        assert not isinstance(stack.input, str)
        self.program = program
        self.affine = affine
        self.stack = stack
        self.dags = dags
        self.input: Shape = tuple(stack.input)
        self.scope = Scope(program.ops, stack.overrides, stack.channels, stack.classes, limit=MAX_LAYERS)
        self.layers = 0
        self.known: dict[object, LayerGraph] = {}
        self.identities: dict[tuple[str, int], bool] = {}
        self.written: dict[object, Written] = {}

    def run(self) -> Plan:
        try:
            return self.plan()
        except ExpandError as error:
            error.diagnostic = told_at(error.diagnostic, self.stack.span)
            raise

    def plan(self) -> Plan:
        stack = self.stack
        stem = self.block("stem", self.input, stack.channels)
        stem2 = self.block("stem2", stem.shape, stack.channels) if "stem2" in stack.chains else None
        older = _Feature(stem.shape, 0)
        newer = _Feature(stem2.shape, 1) if stem2 else older
        width, cells = stack.channels, []
        auxiliary_after = None
        for index, placement in enumerate(stack.placements):
            dag = self.dags[placement.cell]
            width *= placement.stride
            inputs = (older, newer)[-len(dag.inputs) :]
            graph = self.cell(dag, placement, inputs, newer.level, width)
            cells.append(PlannedCell(placement, dag, graph, width))
            older, newer = newer, _Feature(graph.shape, newer.level + (placement.stride == 2))
            if placement.stride == 2:
                auxiliary_after = index
        head = self.block("head", newer.shape, width)
        auxiliary, error = None, None
        if "auxiliary" in stack.chains:
            after = auxiliary_after
            try:
                if after is None:
                    span = stack.chains["auxiliary"].span
                    raise ExpandError("E307", "an auxiliary head follows the last `/2` cell, and there is none", span)
                auxiliary = self.block("auxiliary", cells[after].shape, cells[after].width)
            except ExpandError as problem:
                found = problem.diagnostic
                where = f"the auxiliary head does not fit behind cell {after}: " if after is not None else ""
                error = told_at(replace(found, code="E307", message=where + found.message), stack.span)
        return Plan(self.program, stack, stem, stem2, tuple(cells), head, auxiliary, auxiliary_after, error)

    def block(self, name: str, shape: Shape, width: int) -> LayerGraph:
        """The layers of one chain of the skeleton; nothing where the skeleton does not have it."""
        builder = GraphBuilder()
        at = builder.input(shape)
        chain = self.stack.chains.get(name)
        try:
            out = at if chain is None else write_chain(builder, chain, at, replace(self.scope, width=width), name)
        except ExpandError as error:
            if error.diagnostic.code.startswith("E3") and name != "auxiliary":
                message = f"`{name}` of network `{self.stack.name}`: {error.diagnostic.message}"
                error.diagnostic = replace(error.diagnostic, message=message)
            raise
        return self.graph(builder, (at,), out, {}, f"{name}.")

    def graph(
        self, builder: GraphBuilder, inputs: tuple[int, ...], out: int, states: dict[str, int], prefix: str
    ) -> LayerGraph:
        self.layers += len(builder.steps)
        if self.layers > MAX_LAYERS:
            raise ExpandError("E105", f"the network has more than {MAX_LAYERS} layers", self.stack.span)
        for step in builder.steps:
            if step.settings.get("tied") or step.settings.get("shared"):
                message = f"`{'tied' if step.settings.get('tied') else 'shared'}` belongs to language models"
                raise ExpandError("E219", message, step.span)
        steps = tuple(
            replace(s, path=s.path[len(prefix) :]) if prefix and s.path.startswith(prefix) else s for s in builder.steps
        )
        return LayerGraph(steps, inputs, out, states)

    # cells

    def cell(
        self, dag: CellDag, placement: Placement, inputs: tuple[_Feature, ...], newest: int, width: int
    ) -> LayerGraph:
        """The layers of one cell. Cells that are alike share one graph, so that a stack of 10,000 is cheap."""
        key = (dag.name, placement.stride, inputs, newest, width)
        if key in self.known:
            graph = self.known[key]
            self.layers += len(graph.steps)
            if self.layers > MAX_LAYERS:
                raise ExpandError("E105", f"the network has more than {MAX_LAYERS} layers", self.stack.span)
            return graph
        try:
            graph = self.new_cell(dag, placement.stride, inputs, newest, width)
        except ExpandError as error:
            found = error.diagnostic
            where = f"cell `{dag.name}` at width {width} in network `{self.stack.name}`: "
            found = replace(found, message=where + found.message) if found.code.startswith("E3") else found
            error.diagnostic = told_at(found, placement.span)
            raise
        self.known[key] = graph
        return graph

    def new_cell(self, dag: CellDag, stride: int, inputs: tuple[_Feature, ...], newest: int, width: int) -> LayerGraph:
        builder = GraphBuilder()
        scope = replace(self.scope, width=width, affine=self.affine or not dag.open)
        given = tuple(builder.input(feature.shape) for feature in inputs)
        at: dict[str, int] = {}
        for position, (name, feature) in enumerate(zip(dag.inputs, inputs, strict=True)):
            which = "align" if feature.level < newest and "align" in self.stack.chains else "preprocess"
            at[name] = given[position]
            if (chain := self.stack.chains.get(which)) is not None:
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
        return self.graph(builder, given, out, at, "")

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

        chain = self.stack.chains.get("edge")
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
        chain = self.stack.chains.get("state")
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

"""A stack of cells written out as layer graphs: stem, every cell, head and auxiliary head."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nasc.compiler.dag import CellDag
from nasc.compiler.expand_cell import CellExpander, Feature
from nasc.compiler.graph import GraphBuilder, LayerGraph
from nasc.compiler.layer_rules import Shape
from nasc.compiler.operations import write_chain
from nasc.compiler.placing import Placement
from nasc.compiler.resolve import Program, told_at
from nasc.compiler.scope import ExpandError, Scope
from nasc.compiler.stack import Stack
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


class _Expander:
    def __init__(self, stack: Stack, dags: dict[str, CellDag], program: Program, affine: bool) -> None:
        assert not isinstance(stack.input, str)
        self.program = program
        self.stack = stack
        self.dags = dags
        self.input: Shape = tuple(stack.input)
        self.scope = Scope(program.ops, stack.overrides, stack.channels, stack.classes, limit=MAX_LAYERS)
        self.layers = 0
        self.known: dict[object, LayerGraph] = {}
        self.cells = CellExpander(stack.chains, self.scope, affine)

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
        older = Feature(stem.shape, 0)
        newer = Feature(stem2.shape, 1) if stem2 else older
        width, cells = stack.channels, []
        auxiliary_after = None
        for index, placement in enumerate(stack.placements):
            dag = self.dags[placement.cell]
            width *= placement.stride
            inputs = (older, newer)[-len(dag.inputs) :]
            graph = self.cell(dag, placement, inputs, newer.level, width)
            cells.append(PlannedCell(placement, dag, graph, width))
            older, newer = newer, Feature(graph.shape, newer.level + (placement.stride == 2))
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
        self, dag: CellDag, placement: Placement, inputs: tuple[Feature, ...], newest: int, width: int
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
            steps = self.cells.cell(dag, placement.stride, inputs, newest, width)
            graph = self.graph(steps.builder, steps.inputs, steps.output, steps.states, "")
        except ExpandError as error:
            found = error.diagnostic
            where = f"cell `{dag.name}` at width {width} in network `{self.stack.name}`: "
            found = replace(found, message=where + found.message) if found.code.startswith("E3") else found
            error.diagnostic = told_at(found, placement.span)
            raise
        self.known[key] = graph
        return graph

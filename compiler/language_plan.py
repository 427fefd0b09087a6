"""A language model written out: the layers around its recurrent cells, and what every state of these costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.graph import GraphBuilder, LayerGraph, Step, state_path
from nasc.compiler.layer_rules import Shape
from nasc.compiler.layers import LAYERS
from nasc.compiler.operations import write_chain
from nasc.compiler.placing import Placement
from nasc.compiler.resolve import Program, told_at
from nasc.compiler.scope import ExpandError, Placeholder, Scope
from nasc.compiler.stack import CHAINS, Stack
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import many

AROUND = ("dropout", "linear", "relu", "tanh", "sigmoid", "identity")
"""Layers that may stand before and behind the recurrent cells, beside `embedding` at the beginning."""
BEHIND = ("bn", "relu", "tanh", "sigmoid", "identity")
"""Layers that may stand behind the sum of a state."""
PICTURES = tuple(name for name in CHAINS if name not in ("stem", "state", "head"))
"""Settings that speak of pictures."""
MAX_LAYERS = 100_000
"""States in a language model at most: each of them is a matrix product in every step of time."""


@dataclass(frozen=True)
class PlannedState:
    """One state of a recurrent cell: its matrix has the shape (`rows`, 2 * width).

    `sources` are the states that go through the matrix, each once, however many edges read it; for the gate the two
    inputs, which go through it together.
    """

    name: str
    gate: bool
    rows: int
    sources: tuple[str, ...]
    width: int

    @property
    def params(self) -> int:
        """The numbers of its matrix."""
        return self.rows * 2 * self.width

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one word."""
        return self.params if self.gate else self.params * len(self.sources)


@dataclass(frozen=True)
class PlannedRecurrent:
    """One recurrent layer: `inputs` numbers come in, `width` go out. `behind` is what follows every sum (`state:`)."""

    placement: Placement
    dag: CellDag
    inputs: int
    width: int
    states: tuple[PlannedState, ...]
    behind: tuple[Step, ...]

    @property
    def shape(self) -> Shape:
        """The shape of the output, for one word."""
        return (self.width,)

    @cached_property
    def params(self) -> int:
        """How many numbers the layer learns."""
        return self.params_shared + sum(state.params + self.params_behind for state in self.states)

    @cached_property
    def params_shared(self) -> int:
        """Those behind the sums that all states share."""
        shared = [step for step in self.behind if step.settings.get("shared")]
        return sum(LAYERS[step.kind].params(self.shape, step.settings) for step in shared)

    @cached_property
    def params_behind(self) -> int:
        """Those behind the sum of each state."""
        own = [step for step in self.behind if not step.settings.get("shared")]
        return sum(LAYERS[step.kind].params(self.shape, step.settings) for step in own)

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates for one word."""
        return sum(state.macs for state in self.states)


@dataclass(frozen=True)
class LanguagePlan:
    """A language model: `stem` makes vectors of words, every cell reads the one before it, `head` scores words."""

    program: Program
    stack: Stack
    stem: LayerGraph
    cells: tuple[PlannedRecurrent, ...]
    head: LayerGraph

    @property
    def open(self) -> bool:
        """Whether any cell placed here is open: a shared-weight network."""
        return any(cell.dag.open for cell in self.cells)

    @property
    def vocabulary(self) -> int:
        """How many words there are."""
        assert self.stack.vocabulary is not None
        return self.stack.vocabulary

    @property
    def trunk(self) -> tuple[LayerGraph, ...]:
        """The blocks that are no cells."""
        return self.stem, self.head


def expand_language(stack: Stack, dags: dict[str, CellDag], program: Program, affine: bool = False) -> LanguagePlan:
    """The plan of a language model. Raises `ExpandError` at the first thing that cannot be built.

    `affine` gives batch-norm weights in open cells too, as it has them once the cell is decided.
    """
    try:
        return _Expander(stack, dags, program, affine).plan()
    except ExpandError as error:
        error.diagnostic = told_at(error.diagnostic, stack.span)
        raise


class _Expander:
    def __init__(self, stack: Stack, dags: dict[str, CellDag], program: Program, affine: bool) -> None:
        assert stack.vocabulary is not None
        self.stack, self.dags, self.program, self.affine = stack, dags, program, affine
        self.scope = Scope(program.ops, stack.overrides, stack.channels, stack.vocabulary)
        self.known: dict[tuple[str, int], PlannedRecurrent] = {}

    def plan(self) -> LanguagePlan:
        for name in PICTURES:
            if name in self.stack.chains:
                message = f"`{name}` belongs to networks of pictures"
                raise ExpandError("E219", message, self.stack.chains[name].span, "a language model does without it")
        stem = self.chain("stem", (self.scope.classes,), "embedding")
        width, total, cells = stem.shape[0], 0, []
        for placement in self.stack.placements:
            cell = self.cell(placement, width)
            cells.append(cell)
            width, total = cell.width, total + len(cell.states)
            if total > MAX_LAYERS:
                raise ExpandError("E105", f"the network has more than {MAX_LAYERS} states", self.stack.span)
        head = self.chain("head", (width,), "linear")
        self.check_head(stem, head)
        return LanguagePlan(self.program, self.stack, stem, tuple(cells), head)

    def chain(self, name: str, shape: Shape, needed: str) -> LayerGraph:
        """The stem, which begins with `embedding`, or the head, which ends in `linear`."""
        chain = self.stack.chains.get(name)
        where = "begins with" if name == "stem" else "ends in"
        help = "such as `stem: embedding -> dropout(input)`"
        if name == "head":
            help = "such as `head: dropout(output) -> linear(tied=on)`"
        message = f"the {name} of a language model {where} `{needed}`"
        if chain is None:
            raise ExpandError("E305", f"network `{self.stack.name}` has no `{name}`: {message}", self.stack.span, help)
        builder = GraphBuilder()
        at = builder.input(shape)
        try:
            out = write_chain(builder, chain, at, self.scope, name)
        except ExpandError as error:
            found = error.diagnostic
            if found.code.startswith("E3"):
                text = f"`{name}` of network `{self.stack.name}`: {found.message}"
                error.diagnostic = replace(found, message=text)
            raise
        steps = builder.steps
        self.straight(steps, name, (*AROUND, "embedding"))
        self.dropouts(steps, name)
        place = 1 if name == "stem" else len(steps) - 1
        if len(steps) < 2 or steps[place].kind != needed:
            raise ExpandError("E305", message, chain.span, help)
        placed = tuple(replace(s, path=s.path.removeprefix(f"{name}.")) for s in steps)
        return LayerGraph(placed, (at,), out)

    def straight(self, steps: list[Step], name: str, allowed: tuple[str, ...]) -> None:
        """Refuse what cannot stand in a chain of a language model: branches, and layers of pictures."""
        for index, step in enumerate(steps[1:]):
            if not step.is_layer or step.inputs != (index,):
                span = step.span or self.stack.chains[name].span
                raise ExpandError("E219", f"`{name}` of a language model has no branches", span)
            if step.kind not in allowed:
                help = f"layers that can: {', '.join(allowed)}"
                message = f"`{step.kind}` cannot stand in `{name}` of a language model"
                raise ExpandError("E219", message, step.span, help)

    def check_head(self, stem: LayerGraph, head: LayerGraph) -> None:
        """The last layer scores every word; tied, it does so by the vectors of the embedding."""
        *before, last = head.steps
        for step in (*stem.steps, *before):
            if step.settings.get("tied"):
                raise ExpandError("E219", "only the last `linear` of a language model is tied", step.span)
        if last.shape != (self.scope.classes,):
            message = f"the head gives {many(last.shape[0], 'number')} for {many(self.scope.classes, 'word')}"
            raise ExpandError("E303", message, last.span, "leave `out=` out")
        width, embedded = before[-1].shape[0], stem.steps[1].shape[0]
        if last.settings["tied"] and width != embedded:
            message = f"`linear(tied=on)` reads {many(width, 'number')}, but the vectors of words have {embedded}"
            raise ExpandError("E303", message, last.span, "write `linear`, or give both the same width")

    def dropouts(self, steps: list[Step], name: str) -> None:
        """A stem and a head have one dropout each, which is locked; named, it has the name of its place."""
        found = [step for step in steps if step.kind == "dropout"]
        if len(found) > 1:
            raise ExpandError("E219", f"`{name}` of a language model has more than one `dropout`", found[1].span)
        word = "input" if name == "stem" else "output"
        for step in found:
            if isinstance(step.settings["rate"], str) and step.settings["rate"] != word:
                help = f"write `dropout({word})`, or a number"
                raise ExpandError("E219", f"the dropout in `{name}` of a language model is `{word}`", step.span, help)

    # cells

    def cell(self, placement: Placement, inputs: int) -> PlannedRecurrent:
        """One recurrent layer; alike ones are planned once."""
        key = placement.cell, inputs
        if key not in self.known:
            dag, width = self.dags[placement.cell], self.stack.channels
            if dag.how == "concat" and len(dag.returned) > 1:
                returned = f"returns its next state, of {many(width, 'number')}"
                message = f"recurrent cell `{dag.name}` {returned}; `concat` makes more"
                raise ExpandError("E303", message, dag.span, "write `return mean(...)`")
            states = tuple(self.state(dag, name, inputs, width) for name in dag.states)
            self.known[key] = PlannedRecurrent(placement, dag, inputs, width, states, self.behind(dag, width))
        return replace(self.known[key], placement=placement)

    def state(self, dag: CellDag, name: str, inputs: int, width: int) -> PlannedState:
        edges = dag.into[name]
        if not edges:
            raise ExpandError("E303", f"`{name}` has no edges", dag.span)
        if edges[0].operations != ("gate",) and all(edge.operations != ("gate",) for edge in edges):
            return PlannedState(name, False, width, read(edges), width)
        if len(edges) > 1:
            help = "give `gate` a state of its own"
            raise ExpandError("E219", f"`{name}` has edges beside `gate`", edges[1].span, help)
        return PlannedState(name, True, inputs + width, edges[0].sources, width)

    def behind(self, dag: CellDag, width: int) -> tuple[Step, ...]:
        """The layers of `state:` behind the sum."""
        chain = self.stack.chains.get("state")
        if chain is None:
            return ()
        placeholders: dict[str, Placeholder] = {"sum": lambda writer, at, inner: at}
        scope = replace(self.scope, width=width, affine=self.affine or not dag.open, placeholders=placeholders)
        builder = GraphBuilder()
        at = builder.input((width,))
        write_chain(builder, chain, at, scope, "")
        self.straight(builder.steps, "state", BEHIND)
        before = next((link for link in chain.links if isinstance(link, n.Call)), None)
        if before is None or before.name.text != "sum":
            raise ExpandError("E219", "`state` of a language model begins with `sum`", chain.span)
        return tuple(replace(step, path=step.path.removeprefix(".")) for step in builder.steps[1:])


def read(edges: tuple[Edge, ...]) -> tuple[str, ...]:
    """The states that edges may read, each once; an edge that is `none` or times 0 reads nothing."""
    alive = (edge for edge in edges if edge.factor != 0 and edge.operations != ("none",))
    return tuple(dict.fromkeys(edge.source for edge in alive))


def cell_path(state: str) -> str:
    """Where the matrix of a state lives in its cell; `sum` is taken by the layers that all states share."""
    return f"{state}_" if state.rstrip("_") == "sum" else state_path(state)

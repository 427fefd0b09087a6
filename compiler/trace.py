"""What a network does, line by line: every block, cell and state with its shape and cost. `nasc explain` prints it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from nasc.compiler.dag import CellDag, Edge, runs
from nasc.compiler.expand import Plan, PlannedCell
from nasc.compiler.graph import LayerGraph, state_path
from nasc.compiler.language_plan import LanguagePlan, PlannedRecurrent
from nasc.compiler.layer_rules import Shape
from nasc.compiler.layers import LAYERS
from nasc.compiler.plan import AnyPlan


@dataclass(frozen=True)
class Line:
    """One line of the trace: how deep it stands, what it says, output shape, parameters and MACs."""

    depth: int
    text: str
    shape: Shape
    params: int
    macs: int


def trace(plan: AnyPlan) -> Iterator[Line]:
    """The lines of a network from input to output; cells in a row that are alike are written once."""
    return _of_words(plan) if isinstance(plan, LanguagePlan) else _of_pictures(plan)


def _of_pictures(plan: Plan) -> Iterator[Line]:
    yield Line(0, "input", tuple(plan.stack.input), 0, 0)  # type: ignore[arg-type]
    yield _block("stem", plan.stem)
    if plan.stem2:
        yield _block("stem2", plan.stem2)
    for first, cells in _runs(plan):
        yield from _cell(plan, first, cells)
        if plan.auxiliary and plan.auxiliary_after is not None and first <= plan.auxiliary_after < first + len(cells):
            yield _block("auxiliary head, in training", plan.auxiliary)
    yield _block("head", plan.head)


def _block(name: str, graph: LayerGraph) -> Line:
    return Line(0, name, graph.shape, graph.params, graph.macs)


def _runs(plan: Plan) -> Iterator[tuple[int, list[PlannedCell]]]:
    run: list[PlannedCell] = []
    for index, cell in enumerate(plan.cells):
        if run and (run[-1].graph is not cell.graph or run[-1].placement.choice != cell.placement.choice):
            yield index - len(run), run
            run = []
        run.append(cell)
    if run:
        yield len(plan.cells) - len(run), run


def _cell(plan: Plan, first: int, cells: list[PlannedCell]) -> Iterator[Line]:
    cell = cells[0]
    form = "/2" if cell.placement.stride == 2 else ""
    yield Line(
        0,
        f"{_places(first, len(cells))}: {cell.placement.choice}{form}",
        cell.shape,
        cell.graph.params,
        cell.graph.macs,
    )
    for position, name in enumerate(cell.dag.inputs):
        chain = _preprocess(plan, cell, position)
        back = len(cell.dag.inputs) - position
        text = f"{name} = {chain}(cell k-{back})" if chain else f"{name} = cell k-{back}"
        yield _part(cell.graph, f"preprocess.{position}.", text, name)
    for state in cell.dag.states:
        yield _part(cell.graph, f"{state_path(state)}.", f"{state} = {equation(cell.dag, state)}", state)
    yield Line(1, f"return {returned(cell.dag)}", cell.shape, 0, 0)


def _of_words(plan: LanguagePlan) -> Iterator[Line]:
    """A language model: what a line costs is for one word, the numbers of its shape too."""
    yield Line(0, "words", (plan.vocabulary,), 0, 0)
    yield _block("stem", plan.stem)
    for first, cells in _alike(plan.cells):
        cell = cells[0]
        yield Line(0, f"{_places(first, len(cells))}: {cell.placement.choice}", cell.shape, cell.params, cell.macs)
        for state in cell.states:
            text = f"{state.name} = {equation(cell.dag, state.name)}"
            yield Line(1, text, cell.shape, state.params + cell.params_behind, state.macs)
        if cell.params_shared:
            yield Line(1, "behind the sums of all states", cell.shape, cell.params_shared, 0)
        yield Line(1, f"return {returned(cell.dag)}", cell.shape, 0, 0)
    yield _block("head", plan.head)


def _alike(cells: Sequence[PlannedRecurrent]) -> Iterator[tuple[int, list[PlannedRecurrent]]]:
    """Recurrent layers in a row that are one cell."""
    first = 0
    for _, group in groupby(cells, key=lambda cell: (cell.placement.choice, cell.inputs)):
        run = list(group)
        yield first, run
        first += len(run)


def _places(first: int, count: int) -> str:
    return f"cell {first}" if count == 1 else f"cells {first} to {first + count - 1}, each"


def _preprocess(plan: Plan, cell: PlannedCell, position: int) -> str:
    """The name of what brings an input to the cell's width: `align` where it halves the picture."""
    if "preprocess" not in plan.stack.chains:
        return ""
    graph = cell.graph
    before = graph.steps[graph.inputs[position]].shape[1:]
    after = graph.steps[graph.states[cell.dag.inputs[position]]].shape[1:]
    chain = plan.stack.chains["align" if before != after and "align" in plan.stack.chains else "preprocess"]
    return chain.span.text if len(chain.links) == 1 else "preprocess"


def _part(graph: LayerGraph, prefix: str, text: str, state: str) -> Line:
    layers = [(step, shape) for step, shape in graph.layers() if step.path.startswith(prefix)]
    params = sum(LAYERS[step.kind].params(shape, step.settings) for step, shape in layers)
    macs = sum(LAYERS[step.kind].macs(shape, step.shape, step.settings) for step, shape in layers)
    return Line(1, text, graph.steps[graph.states[state]].shape, params, macs)


def equation(dag: CellDag, state: str) -> str:
    """What a state is, written out: `sep_conv_3x3(s0) + skip_connect(s1)`."""
    terms: list[str] = []
    for number, edges in groupby(dag.into[state], key=lambda edge: edge.group):
        inner = list(_calls(list(edges)))
        if number is None:
            terms += inner
            continue
        group = dag.groups[number]
        keep = str(group.low) if group.low == group.high else f"{group.low}..{group.high}"
        terms.append(f"keep {keep} of " + (inner[0] if len(inner) == 1 else f"({' + '.join(inner)})"))
    return " + ".join(terms)


def _calls(edges: list[Edge]) -> Iterator[str]:
    """Edges of one operation from several sources are one call: `darts(s0, s1)`."""
    for (factor, what), same in groupby(edges, key=lambda edge: (edge.factor, edge.what)):
        sources = ", ".join(", ".join(edge.sources) for edge in same)
        yield (f"{factor:g}*" if factor is not None else "") + f"{what}({sources})"


def returned(dag: CellDag) -> str:
    """What a cell returns: `concat(s2..s5)`."""
    listed = ", ".join(run[0] if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs(dag.returned))
    return f"{dag.how}({listed})" if dag.how else listed

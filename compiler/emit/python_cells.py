"""The cells of the emitted Python file: a class for each shape of a cell, whose `forward` reads like the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nasc.compiler.dag import CellDag
from nasc.compiler.emit.python_calls import LIST, Value, call, lines
from nasc.compiler.emit.python_classes import Names, Settled, Template, Templates, Use
from nasc.compiler.emit.python_operations import Made, Operations, without_drop_path
from nasc.compiler.emit.python_style import docstring, joined, signature
from nasc.compiler.expand import Plan, PlannedCell
from nasc.compiler.graph import state_path
from nasc.compiler.parts import CellParts, StatePart, cell_parts
from nasc.compiler.targets import safe_path

IN_FORWARD = ("self", "torch", "nn", "F", "Tensor", "older")
"""Words that no state may have for its name in a `forward`."""


@dataclass(frozen=True)
class State:
    """One state: its edges, what follows their sum, and which of them drop examples at random."""

    part: StatePart
    edges: tuple[Made, ...]
    drops: tuple[bool, ...]
    after: Made | None
    drop_after: bool


@dataclass(frozen=True)
class Written:
    """One cell of the network, its operations collected."""

    cell: PlannedCell
    preprocess: tuple[Made, ...]
    states: tuple[State, ...]

    @property
    def draws(self) -> bool:
        """Whether it has drop path."""
        return any(any(state.drops) or state.drop_after for state in self.states)


class Cells:
    """Collects the classes of cells. `mixed` says that the network has cells of one and of two inputs."""

    def __init__(self, plan: Plan, operations: Operations, names: Names) -> None:
        self.plan = plan
        self.operations = operations
        self.templates = Templates(names)
        self.settled: dict[Template, Settled] = {}
        self.first: dict[Template, Written] = {}
        self.uses: dict[int, tuple[Template, int]] = {}
        self.mixed = len({len(cell.dag.inputs) for cell in plan.cells}) > 1
        self.known: dict[int, Written] = {}

    def collect(self, cell: PlannedCell) -> Written:
        """The operations of a cell; cells that are alike share one graph, and are read once."""
        if id(cell.graph) not in self.known:
            parts = cell_parts(cell.dag, cell.graph)
            states = tuple(self.state(cell, part) for part in parts.states)
            self.known[id(cell.graph)] = Written(cell, self.preprocess(cell, parts), states)
        return self.known[id(cell.graph)]

    def preprocess(self, cell: PlannedCell, parts: CellParts) -> tuple[Made, ...]:
        if not any(chain.items for chain in parts.preprocess):
            return ()
        chains = self.plan.stack.chains
        found = []
        for chain in parts.preprocess:
            halves = chain.inner[1:] != chain.outer[1:] and "align" in chains
            name = "align" if halves or "preprocess" not in chains else "preprocess"
            found.append(self.operations.of_chain(chain, chains[name], name))
        return tuple(found)

    def state(self, cell: PlannedCell, part: StatePart) -> State:
        edges, drops = [], []
        for edge in part.edges:
            chain, drop = without_drop_path(edge.chain)
            stride = cell.placement.stride if edge.edge.source in cell.dag.inputs else 1
            edges.append(self.operations.made(chain, edge.edge.operations[0], stride))
            drops.append(drop)
        after, drop_after = without_drop_path(part.after)
        chains = self.plan.stack.chains
        made = self.operations.of_chain(after, chains["state"], "state_sum") if after.items else None
        return State(part, tuple(edges), tuple(drops), made, drop_after)

    def use(self, written: Written) -> None:
        """Count one use of a cell's class; the operations must be settled."""
        cell = written.cell
        if id(cell.graph) in self.uses:
            return
        values: list[Value] = []
        for state in written.states:
            values.append(call("nn.ModuleList", call(LIST, *map(self.operations.value, state.edges))))
            values += [self.operations.value(state.after)] if state.after is not None else []
        form = "/2" if cell.placement.stride == 2 else ""
        about = f"cell {cell.dag.name}{form}"
        more = tuple((state.drops, state.drop_after) for state in written.states), len(written.preprocess)
        template, number = self.templates.use(cell.dag.name, about, Use(tuple(values), {"c": cell.width}), more)
        self.first.setdefault(template, written)
        self.uses[id(cell.graph)] = template, number

    def settle(self) -> None:
        """Decide on the arguments of every class."""
        self.settled = {template: template.settle() for template in self.templates.found.values()}

    def value(self, cell: PlannedCell) -> Value:
        """The call that constructs a cell of the network."""
        template, number = self.uses[id(cell.graph)]
        preprocess = map(self.operations.value, self.known[id(cell.graph)].preprocess)
        return self.settled[template].call(number, *preprocess)

    def classes(self) -> Iterator[str]:
        """The text of every class."""
        for template, settled in self.settled.items():
            yield "\n".join(_class(settled, self.first[template], self.mixed))


def _class(settled: Settled, written: Written, mixed: bool) -> Iterator[str]:
    dag = written.cell.dag
    yield f"class {settled.template.name}(nn.Module):"
    yield docstring(settled.template.about)
    yield ""
    taken = signature(settled.parameters, *(["*preprocess: nn.Module"] if written.preprocess else []))
    yield f"    def __init__({taken}) -> None:"
    yield "        super().__init__()"
    if written.preprocess:
        yield "        self.preprocess = nn.ModuleList(preprocess)"
    attributes = {state.part.name: safe_path(state_path(state.part.name)) for state in written.states}
    values = iter(settled.values)
    for state in written.states:
        yield from lines(next(values), f"self.{attributes[state.part.name]} = ", indent=8)
        if state.after is not None:
            yield from lines(next(values), f"self.{attributes[state.part.name]}.sum = ", indent=8)
    drop = Names(tuple(attributes.values())).new("drop_path")
    if written.draws:
        yield f"        self.{drop} = DropPath()"
    names = Names(IN_FORWARD)
    local = {name: names.new(name) for name in (*dag.inputs, *dag.states)}
    given = [f"{local[name]}: Tensor" for name in dag.inputs]
    given = ["older: Tensor", *given] if mixed and len(given) == 1 else given
    yield ""
    yield f"    def forward({', '.join(['self', *given])}) -> Tensor:"
    if written.preprocess:
        inputs = [local[name] for name in dag.inputs]
        called = (f"self.preprocess[{i}]({name})" for i, name in enumerate(inputs))
        yield f"        {', '.join(inputs)} = {', '.join(called)}"
    read = {*dag.returned, *(edge.source for edge in dag.edges)}
    for state in written.states:
        lead = f"{local[state.part.name]} = " if state.part.name in read else ""
        yield from _equation(lead, state, attributes[state.part.name], local, f"self.{drop}")
    yield from _return(dag, local)


def _equation(lead: str, state: State, attribute: str, local: dict[str, str], drop: str) -> list[str]:
    """The line of one state: `s2 = self.s2[0](s0) + self.s2[1](s1)`."""
    terms = []
    for index, (part, drops) in enumerate(zip(state.part.edges, state.drops, strict=True)):
        term = f"self.{attribute}[{index}]({local[part.edge.source]})"
        term = f"{drop}({term})" if drops else term
        terms.append(term if part.edge.factor is None else f"{part.edge.factor!r} * {term}")
    opening = (f"{drop}(" if state.drop_after else "") + (f"self.{attribute}.sum(" if state.after else "")
    closing = ")" * opening.count("(")
    return joined(f"{lead}{opening}", terms, "+", closing)


def _return(dag: CellDag, local: dict[str, str]) -> list[str]:
    names = [local[name] for name in dag.returned]
    if len(names) == 1:
        return [f"        return {names[0]}"]
    if dag.how == "concat":
        return lines(call("torch.cat", call(LIST, *names), "1"), "return ", indent=8)
    return joined("return ", names, "+") if dag.how == "sum" else joined("return (", names, "+", f") / {len(names)}")

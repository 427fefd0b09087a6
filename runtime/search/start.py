"""The network that DARTOpti starts a search from, laid over the space: which operation stands on which open edge.

No torch is imported here, so that `nasc check` can use it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nasc.compiler.dag import CellDag, Edge
from nasc.compiler.placing import Placement
from nasc.compiler.plan import choose
from nasc.compiler.resolve import Program, resolve
from nasc.compiler.space import zero_operations
from nasc.compiler.stack import lay_out
from nasc.compiler.write_out import write_out
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, NasError, fail, many, nearest
from nasc.dsl.reader import read
from nasc.dsl.source import Span
from nasc.runtime.files import open_source
from nasc.runtime.search import searched_network

Marks = list[list[bool]]
"""For every open edge of a cell in textual order, which of its operations the start has there."""


def start_cells(own: n.Document, start: str, places: Sequence[Placement], dags: Mapping[str, CellDag]) -> list[CellDag]:
    """The cells of the start, written out, one for each open cell of `dags` (by the name it is chosen under).

    `start` is a network of the text, a shipped text or a file. Cells of another text that have the names of the space's
    are these; otherwise cell K of the start's stack stands for cell K of the space's, `places`.
    Raises `NasError`: there is no such text (E108), it has errors, or does not fit (E407).
    """
    span = _span(own, start)
    document = own if start in own.networks else _read(own, start, span)
    findings = Findings()
    program = resolve(document, findings)
    if document is not own and all(name in program.cells for name in dags):
        names = {name: name for name in dags}
    else:
        names = _by_place(document, program, start if document is own else None, places, dags, span)
    found = []
    for name in dags:
        dag = write_out(program.cells[names[name]], program, findings)
        findings.raise_errors()
        assert dag is not None
        if dag.open:
            help = "start from a genotype; a space has no operations to begin with"
            raise fail("E407", f"cell `{dag.name}` of `{start}` still has choices", span, help=help)
        found.append(dag)
    return found


def marks(space: CellDag, start: CellDag, program: Program, span: Span) -> Marks:
    """Which operations of the open edges the start has. States are the same by name, else by order.

    Raises `NasError` (E407): the start has an edge that the space does not offer.
    """
    zero = zero_operations(program)
    by_name = start.inputs == space.inputs and set(start.states) <= set(space.states)
    if not by_name and (len(start.inputs) != len(space.inputs) or len(start.states) > len(space.states)):
        message = f"the states of cell `{start.name}` do not fit those of cell `{space.name}` of the space"
        raise fail("E407", message, span, help="the space needs the same inputs, and a state for each of the start's")
    ours = [*start.inputs, *start.states] if by_name else [*space.inputs, *space.states]
    named = dict(zip([*start.inputs, *start.states], ours, strict=False))
    wanted = {_key(edge, named) for edge in start.edges if edge.operations[0] not in zero}
    offered = {(edge.state, edge.sources, operation) for edge in space.edges for operation in edge.operations}
    for state, sources, operation in sorted(wanted - offered):
        message = f"the space has no `{operation}({', '.join(sources)})` in `{state}` of cell `{space.name}`"
        raise fail("E407", message, span, help=f"cell `{start.name}` of the start has it")
    return [[(edge.state, edge.sources, o) in wanted for o in edge.operations] for edge in space.open_edges]


def check_start(program: Program, recipe: n.Recipe) -> None:
    """What a search would say of its `start`, before it runs. Raises `NasError` (E108, E407)."""
    setting = recipe.setting("start")
    given = _word(setting)
    if setting is None or given is None:
        return
    quiet = Findings()
    try:
        network = choose(program.document, program, searched_network(program.document, None))
        stack = lay_out(network, program, quiet)
    except NasError:
        return  # said elsewhere
    if stack is None:
        return
    dags = {choice: write_out(program.cells[cell], program, quiet) for choice, cell in stack.choices.items()}
    opened = {choice: dag for choice, dag in dags.items() if dag is not None and dag.open}
    for dag, begun in zip(opened.values(), start_cells(program.document, given, stack.placements, opened), strict=True):
        marks(dag, begun, program, setting.value.span)


def _by_place(
    document: n.Document,
    program: Program,
    network: str | None,
    places: Sequence[Placement],
    dags: Mapping[str, CellDag],
    span: Span,
) -> dict[str, str]:
    """The cell of the start for each open cell, by their places in both stacks."""
    findings = Findings()
    stack = lay_out(choose(document, program, network), program, findings)
    findings.raise_errors()
    assert stack is not None
    if len(stack.placements) != len(places):
        message = (
            f"network `{stack.name}` of the start has {many(len(stack.placements), 'cell')}, the space {len(places)}"
        )
        raise fail("E407", message, span, help="give them as many, or the cells the same names")
    found: dict[str, str] = {}
    for place, other in zip(places, stack.placements, strict=True):
        if place.choice in dags and found.setdefault(place.choice, other.cell) != other.cell:
            message = f"`{found[place.choice]}` and `{other.cell}` of the start both stand where the space has one cell"
            raise fail("E407", message, span, help=f"number the cells `{place.cell}` that are to differ")
    return found


def _key(edge: Edge, named: Mapping[str, str]) -> tuple[str, tuple[str, ...], str]:
    return named[edge.state], tuple(named[source] for source in edge.sources), edge.operations[0]


def _read(own: n.Document, start: str, span: Span) -> n.Document:
    """The document that a name stands for; a file beside the text goes before one where the command runs."""
    beside = Path(own.source.name).parent / start
    try:
        return read(open_source(str(beside) if beside.is_file() else start)).document
    except NasError as error:
        help = nearest(start, own.networks)
        found = [d if d.span else replace(d, span=span, help=help or d.help) for d in error.diagnostics]
        raise NasError(found) from None


def _span(document: n.Document, start: str) -> Span:
    """Where a text names its start; its begin where the command line does."""
    for recipe in document.recipes("search"):
        setting = recipe.setting("start")
        if setting is not None and _word(setting) == start:
            return setting.value.span
    return Span(document.source, 0, 0)


def _word(setting: n.Setting | None) -> str | None:
    match setting.value if setting is not None else None:
        case n.Chain() as chain:
            return chain.word
        case n.Text() as text:
            return text.value
    return None

"""One network of a document, chosen, laid out and written out: what `build`, `stats` and `explain` start from."""

from __future__ import annotations

from dataclasses import dataclass

from nasc.compiler.dag import CellDag
from nasc.compiler.expand import Plan, expand
from nasc.compiler.graph import LayerGraph
from nasc.compiler.layers import Shape
from nasc.compiler.operations import ExpandError
from nasc.compiler.resolve import Program, resolve, uses
from nasc.compiler.stack import Options, Stack, lay_out
from nasc.compiler.write_out import write_out
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, NasError, fail, nearest
from nasc.dsl.source import Span


def plan(document: n.Document, network: str | None = None, options: Options = Options()) -> Plan:
    """The plan of one network; without a name the one that `train` names, else the first.

    Raises `NasError` with everything wrong on the way to it.
    """
    program, chosen, stack, dags, findings = laid_out(document, network, options)
    refuse_language_model(stack.input, chosen.name.span)
    try:
        return expand(stack, dags, program)
    except ExpandError as error:
        findings.report(error.diagnostic)
        raise NasError(findings.in_order()) from None


def laid_out(
    document: n.Document, network: str | None = None, options: Options = Options()
) -> tuple[Program, n.Network, Stack, dict[str, CellDag], Findings]:
    """One network, of pictures or of words, as far as its stack and its cells written out. Raises as `plan` does."""
    findings = Findings()
    program = resolve(document, findings)
    chosen = choose(document, program, network)
    stack = lay_out(chosen, program, findings, options)
    if stack is None:
        raise NasError(findings.in_order())
    dags: dict[str, CellDag] = {}
    for name in dict.fromkeys(p.cell for p in stack.placements):
        dag = write_out(program.cells[name], program, findings)
        if dag is not None:
            dags[name] = dag
    findings.raise_errors()
    return program, chosen, stack, dags, findings


def refuse_language_model(shape: object, span: Span) -> None:
    """Raise E311 for a network of words: only networks of pictures are built."""
    if shape == "tokens":
        message = "this network is a language model, and only networks of pictures can be built"
        raise fail("E311", message, span, help="recurrent cells can be checked, formatted and converted")


def choose(document: n.Document, program: Program, name: str | None) -> n.Network:
    """The network a caller means. Raises `NasError` (E309) where there is none."""
    networks = dict(document.networks)
    if not networks:
        given = family_network(document, program)
        if given is not None:
            networks[given.name.text] = given
    if not networks:
        help = "write `network cifar: darts_cifar {}`"
        raise fail("E309", "the text has no network", _start(document), help=help)
    if name is None:
        named = [word for recipe in document.recipes("train") if (word := recipe_network(recipe)) in networks]
        return networks[named[0]] if named and named[0] is not None else next(iter(networks.values()))
    if name not in networks:
        help = nearest(name, networks) or f"networks here: {', '.join(networks)}"
        raise fail("E309", f"there is no network `{name}`", _start(document), help=help)
    return networks[name]


def recipe_network(recipe: n.Recipe) -> str | None:
    """The network that a recipe names."""
    setting = recipe.setting("network")
    return setting.value.word if setting is not None and isinstance(setting.value, n.Chain) else None


def family_network(document: n.Document, program: Program) -> n.Network | None:
    """The CIFAR network of the family that a text without networks uses: `X_cifar`, else `X`, of its `use std.X`."""
    for use in uses(document):
        word = use.path.rpartition(".")[2]
        for skeleton in (f"{word}_cifar", word):
            if not use.file and skeleton in program.networks:
                name = n.Name("cifar", use.span)
                return n.Network("network", name, n.Name(skeleton, use.span), (), use.span)
    return None


def _start(document: n.Document) -> Span:
    return Span(document.source, 0, 0)


def cell_dag(document: n.Document, name: str) -> CellDag:
    """One cell written out. Raises `NasError`: no such cell (E210), or what is wrong in it."""
    findings = Findings()
    program = resolve(document, findings)
    if name not in program.cells:
        help = nearest(name, program.cells) or f"cells: {', '.join(program.cells)}"
        raise fail("E210", f"there is no cell `{name}`", _start(document), help=help)
    dag = write_out(program.cells[name], program, findings)
    findings.raise_errors()
    assert dag is not None
    return dag


@dataclass(frozen=True)
class CellStats:
    """One cell of the stack: its place, output shape (channels, height, width), parameters and MACs."""

    index: int
    name: str
    stride: int
    shape: Shape
    params: int
    macs: int


@dataclass(frozen=True)
class Stats:
    """What a network costs.

    `params` is without the auxiliary head, `params_aux` with it (None where there is none or it does not fit),
    `macs` are multiply-accumulates of convolutions and linear layers for one input, the auxiliary head not counted.
    """

    network: str
    params: int
    params_aux: int | None
    macs: int
    input_shape: Shape
    output_shape: Shape
    cells: tuple[CellStats, ...]


def stats(plan: Plan) -> Stats:
    """The counts of a plan, by its shape rules; torch is not needed."""
    counts: dict[int, tuple[int, int]] = {}

    def count(graph: LayerGraph) -> tuple[int, int]:
        if id(graph) not in counts:
            counts[id(graph)] = graph.params, graph.macs
        return counts[id(graph)]

    cells = tuple(
        CellStats(index, cell.placement.choice, cell.placement.stride, cell.shape, *count(cell.graph))
        for index, cell in enumerate(plan.cells)
    )
    trunk = [count(graph) for graph in plan.trunk]
    params = sum(p for p, _ in trunk) + sum(cell.params for cell in cells)
    macs = sum(m for _, m in trunk) + sum(cell.macs for cell in cells)
    with_aux = None if plan.auxiliary is None else params + plan.auxiliary.params
    shape = tuple(plan.stack.input)
    return Stats(plan.stack.name, params, with_aux, macs, shape, plan.head.shape, cells)  # type: ignore[arg-type]

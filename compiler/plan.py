"""One network of a document, chosen, laid out and written out: what `build`, `stats` and `explain` start from."""

from __future__ import annotations

from dataclasses import dataclass

from nasc.compiler.dag import CellDag
from nasc.compiler.expand import Plan, expand
from nasc.compiler.graph import LayerGraph
from nasc.compiler.language_plan import LanguagePlan, expand_language
from nasc.compiler.layer_rules import Shape
from nasc.compiler.resolve import Program, resolve, uses
from nasc.compiler.scope import ExpandError
from nasc.compiler.stack import Options, Stack, lay_out
from nasc.compiler.write_out import write_out
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, NasError, fail, nearest
from nasc.dsl.source import Span

AnyPlan = Plan | LanguagePlan
"""A network of pictures, or a language model."""


def any_plan(document: n.Document, network: str | None = None, options: Options = Options()) -> AnyPlan:
    """The plan of one network; without a name the one that `train` names, else the first.

    Raises `NasError` with everything wrong on the way to it.
    """
    program, stack, dags, findings = _laid_out(document, network, options)
    try:
        return expand_any(stack, dags, program)
    except ExpandError as error:
        findings.report(error.diagnostic)
        raise NasError(findings.in_order()) from None


def expand_any(stack: Stack, dags: dict[str, CellDag], program: Program, affine: bool = False) -> AnyPlan:
    """The plan of a stack, as `expand` and `expand_language` make it; they say what is raised."""
    return (expand_language if stack.input == "tokens" else expand)(stack, dags, program, affine)


def plan(document: n.Document, network: str | None = None, options: Options = Options()) -> Plan:
    """The plan of a network of pictures. Raises as `any_plan` does, and E311 for a language model."""
    found = any_plan(document, network, options)
    if isinstance(found, LanguagePlan):
        message = f"network `{found.stack.name}` is a language model; this is made for networks of pictures"
        help = "`nasc explain`, `compile`, `search`, `train` and `evaluate` take language models; `nasc explain E311`"
        raise fail("E311", message, found.stack.span, help=help)
    return found


def language_plan(document: n.Document, network: str | None = None, options: Options = Options()) -> LanguagePlan:
    """The plan of a language model. Raises as `any_plan` does, and E311 for a network of pictures."""
    found = any_plan(document, network, options)
    if isinstance(found, Plan):
        message = f"network `{found.stack.name}` takes pictures; this is made for language models"
        raise fail("E311", message, found.stack.span, help="a language model says `input: tokens`")
    return found


def _laid_out(
    document: n.Document, network: str | None, options: Options
) -> tuple[Program, Stack, dict[str, CellDag], Findings]:
    """One network as far as its stack and its cells written out."""
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
    return program, stack, dags, findings


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
    The input of a language model is one word: `input_shape` is None, `output_shape` has a score for every word.
    """

    network: str
    params: int
    params_aux: int | None
    macs: int
    input_shape: Shape | None
    output_shape: Shape
    cells: tuple[CellStats, ...]


def stats(plan: AnyPlan) -> Stats:
    """The counts of a plan, by its shape rules; torch is not needed."""
    cells = _recurrent(plan) if isinstance(plan, LanguagePlan) else _cells(plan)
    params = sum(graph.params for graph in plan.trunk) + sum(cell.params for cell in cells)
    macs = sum(graph.macs for graph in plan.trunk) + sum(cell.macs for cell in cells)
    if isinstance(plan, LanguagePlan):
        return Stats(plan.stack.name, params, None, macs, None, plan.head.shape, cells)
    with_aux = None if plan.auxiliary is None else params + plan.auxiliary.params
    shape = tuple(plan.stack.input)
    return Stats(plan.stack.name, params, with_aux, macs, shape, plan.head.shape, cells)  # type: ignore[arg-type]


def _cells(plan: Plan) -> tuple[CellStats, ...]:
    counts: dict[int, tuple[int, int]] = {}

    def count(graph: LayerGraph) -> tuple[int, int]:
        if id(graph) not in counts:
            counts[id(graph)] = graph.params, graph.macs
        return counts[id(graph)]

    return tuple(
        CellStats(index, cell.placement.choice, cell.placement.stride, cell.shape, *count(cell.graph))
        for index, cell in enumerate(plan.cells)
    )


def _recurrent(plan: LanguagePlan) -> tuple[CellStats, ...]:
    return tuple(
        CellStats(index, cell.placement.choice, 1, cell.shape, cell.params, cell.macs)
        for index, cell in enumerate(plan.cells)
    )

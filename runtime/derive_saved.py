"""Saved strengths → document: another derivation from the checkpoint of a search, or from the strengths in a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasc.compiler.constraints import requirements
from nasc.compiler.dag import CellDag, Edge, Group
from nasc.compiler.decide import decided_cell, with_cells
from nasc.compiler.plan import any_plan, cell_dag
from nasc.compiler.resolve import resolve
from nasc.compiler.space import zero_operations
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, NasError, fail
from nasc.dsl.parser import parse
from nasc.dsl.reader import read, read_path
from nasc.dsl.source import Source, Span
from nasc.runtime.derive import derive, derive_supernet, limits, rule_of
from nasc.runtime.derive_depth import derive_depth
from nasc.runtime.derive_kept import THRESHOLD, Strengths
from nasc.runtime.derive_thresholds import KEPT
from nasc.runtime.files import open_source

if TYPE_CHECKING:
    from nasc.compiler.language_supernet import LanguageSupernet
    from nasc.compiler.supernet import Supernet


def derive_any(
    source: Supernet | LanguageSupernet | n.Document | str | PathLike[str],
    rule: str | None = None,
    threshold: float = THRESHOLD,
    options: Options = Options(),
    network: str | None = None,
) -> n.Document:
    """What the strengths of a shared-weight network, a run directory or a text say, at the depth that is asked for.

    A text stays as it is where a depth is asked for and no rule.
    """
    if isinstance(source, str | PathLike):
        path = Path(source)
        source = path if is_run(path) else read(open_source(fspath(source))).document
    if isinstance(source, Path):
        found = derive_run(source, rule, threshold=threshold)
    elif not isinstance(source, n.Document):
        found = derive_supernet(source, rule, threshold=threshold)
    elif rule is None and options.layers is not None:
        found = source
    else:
        found = derive_document(source, rule, threshold=threshold)
    return derive_depth(found, options, network) if options.layers is not None else found


def derive_run(path: Path, rule: str | None = None, *, threshold: float = THRESHOLD) -> n.Document:
    """The genotype that the last checkpoint of a search says by a rule; without one by that of its algorithm.

    Raises `NasError`: there is no search in the directory (E504, E406), or its checkpoint is damaged (E503).
    """
    from nasc.compiler.supernet import MIXINGS, edge_shares, places, shapes, weighed
    from nasc.runtime import checkpoint
    from nasc.runtime.run import read_asked
    from nasc.runtime.search import mixing_of

    asked = read_asked(path)
    if asked.get("command") != "search":
        message = f"{path} is the run of `nasc {asked.get('command')}`, which learns no strengths"
        raise fail("E406", message, help="name the directory of a search")
    document = read(read_path(path / "space.nas")).document
    saved = checkpoint.load(path / "checkpoint.pt")["task"]
    program, options, given = resolve(document, Findings()), _options(path, asked), document
    if stage := saved.get("extra", {}).get("document"):
        # a later stage of P-DARTS: its text says what was still to choose, and how deep the network was
        given, options = parse(Source(str(path / "checkpoint.pt"), stage)), replace(options, layers=None)
    found = any_plan(given, asked["network"], options)
    dags = {cell.placement.choice: cell.dag for cell in found.cells if cell.dag.open}
    chosen, mix = rule_of(program, dags, rule), MIXINGS[mixing_of(document)]
    model = saved.get("model", {})
    weights = {}
    for name, dag in dags.items():
        parts = [model.get(f"_alphas.cell_{name}.{group}") for group in range(len(shapes(dag)))]
        if [getattr(part, "shape", None) for part in parts] != shapes(dag):
            raise _foreign(path, f"the strengths of cell `{name}`")
        numbers = [(part if chosen.raw else mix(part)).tolist() for part in parts]
        weights[name] = [numbers[group][row] for group, row in places(dag)]
    betas = {}
    for name in weighed(found):
        beta = model.get(f"_betas.cell_{name}")
        if getattr(beta, "shape", None) != (len(dags[name].open_edges),):
            raise _foreign(path, f"the edge weights of cell `{name}`")
        betas[name] = edge_shares(dags[name], beta).tolist()
    return derive(program, dags, weights, chosen.name, betas=betas, threshold=threshold)


def _foreign(path: Path, what: str) -> NasError:
    """E503: the checkpoint of a run lacks something."""
    help = "it belongs to another text, or to another version of nasc"
    return fail("E503", f"{path / 'checkpoint.pt'} does not hold {what}", help=help)


def _options(path: Path, asked: Mapping[str, Any]) -> Options:
    """The options that a run was started with."""
    from nasc.runtime.run import DAMAGED

    try:
        given = dict(asked["options"])
        return Options(**{**given, "input": tuple(given["input"]) if given["input"] else None})
    except (KeyError, TypeError, ValueError):
        raise fail("E504", f"{path / 'run.json'} is damaged", help=DAMAGED) from None


def derive_document(document: n.Document, rule: str | None = None, *, threshold: float = THRESHOLD) -> n.Document:
    """The genotype that the strengths in a text say by a rule: of what stands there, the edges that it keeps.

    A state is derived anew where all its edges have strengths, and no two are alike; others stay. Of its edges two
    stay by rules that keep a number of them, one in a recurrent cell. What the text does not have cannot come back.
    Bounds of its networks hold for what is derived, as in `derive`; `require ... ==` speaks of the text as it was.
    Raises `NasError`: there is no such rule (E404), there are no strengths (E406).
    """
    program = resolve(document, Findings())
    chosen, zero = rule_of(program, {}, rule), zero_operations(program)
    dags: dict[str, CellDag] = {}
    weights: dict[str, dict[int, list[float]]] = {}
    for name in document.cells:
        dag, rows = reopened(cell_dag(document, name))
        if rows:
            dags[name], weights[name] = dag, rows
    if not dags:
        help = "a search writes them behind edges, such as `sep_conv_3x3(s0) @0.31`; or name the directory of its run"
        start = Span(document.source, 0, 0)
        raise fail("E406", "no state of the text has strengths on all its edges", start, help=help)
    if bounded(document) and all(len(weights[name]) == len(dag.open_edges) for name, dag in dags.items()):
        found = {name: [rows[index] for index in sorted(rows)] for name, rows in weights.items()}
        return derive(program, dags, found, chosen.name, threshold=threshold)
    cells = {
        name: decided_cell(
            dag, name, chosen.keep(dag, Strengths(weights[name], zero, threshold, limits(program, name)))
        )
        for name, dag in dags.items()
    }
    return with_cells(program, {name: name for name in cells}, cells)


def bounded(document: n.Document) -> bool:
    """Whether the networks of a text ask for bounds and for nothing that only one genotype has."""
    items = [item for network in document.networks.values() for item in requirements(network)]
    return bool(items) and all(item.comparison != "==" for item in items)


def reopened(dag: CellDag) -> tuple[CellDag, dict[int, list[float]]]:
    """A decided cell as the space of what stands in it, and the strengths of its open edges by their index.

    Operations between the same two states become one edge, sources in the order of their definition.
    """
    edges: list[Edge] = []
    groups: list[Group] = []
    rows: dict[int, list[float]] = {}
    kept = 1 if dag.kind == "recurrent" else KEPT
    order = {state: at for at, state in enumerate((*dag.inputs, *dag.states))}
    for state, into in dag.into.items():
        known = all(edge.strength is not None and edge.factor is None and not edge.open for edge in into)
        if not known or len({(edge.source, edge.operations) for edge in into}) < len(into):
            edges += into
            continue
        first = len(edges)
        for source in sorted({edge.source for edge in into}, key=order.__getitem__):
            named = {edge.operations[0]: edge for edge in into if edge.source == source}
            rows[len(edges)] = [edge.strength or 0.0 for edge in named.values()]
            like = next(iter(named.values()))
            edges.append(replace(like, operations=tuple(named), what=" | ".join(named), group=len(groups)))
        groups.append(Group(state, 0, kept, tuple(range(first, len(edges))), dag.span))
    return replace(dag, edges=tuple(edges), groups=tuple(groups)), rows


def is_run(path: Path) -> bool:
    """Whether a path is a run directory."""
    return (path / "run.json").is_file()

"""`Genotype_nested(genes=[[(op, state, source), ...], ...], concat=..., reductions=...)` of D-DARTS and DARTOpti.

`Genotype_opt` has `seq` besides: the gene of each cell. What the reference makes of a gene is said in `appearance`.
Heuillet et al., D-DARTS: Distributed Differentiable Architecture Search, 2021; code aheuillet/D-DARTS.
"""

from collections.abc import Sequence
from itertools import groupby

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build
from nasc.dsl.dialects.appearance import grow, ignored_concat
from nasc.dsl.dialects.fields import Numbers, bind, members, numbers
from nasc.dsl.dialects.literal import Literal, parse_literal
from nasc.dsl.dialects.plain import Lost, Plain, as_literal, plain_cells, stack
from nasc.dsl.source import Source, Span

FORMS = {
    "Genotype_nested": ("genes", "concat", "reductions"),
    "Genotype_opt": ("genes", "seq", "concat", "reductions"),
}
_DARTS_OPS = frozenset(
    "max_pool_3x3 avg_pool_3x3 skip_connect sep_conv_3x3 sep_conv_5x5 dil_conv_3x3 dil_conv_5x5".split()
)


def read(source: Source) -> Reading:
    """The document of a nested genotype. Raises `NasError`: E105, E109, E203."""
    call = parse_literal(source)
    findings = Findings()
    fields = bind(call, FORMS, findings)
    genes = members(fields["genes"], "genes", "cells", findings)
    concat = numbers(fields["concat"], "concat", findings)
    reductions = numbers(fields["reductions"], "reductions", findings)
    if not genes and not findings.failed:
        findings.add("E109", "the genotype has no cells", fields["genes"].span)
    sequence = _sequence(fields["seq"], len(genes), findings) if "seq" in fields else range(len(genes))
    cells = [grow(f"normal_{i}", gene, findings) for i, gene in enumerate(genes)]
    if not findings.failed:
        ignored_concat(cells, concat, "concat", findings)
    _beyond(reductions, len(sequence), findings)
    findings.raise_errors()

    made = [cell for cell in cells if cell is not None]
    span = call.name.span
    strides = [2 if place in reductions.values else 1 for place in range(len(sequence))]
    layout = n.Cells(tuple(_layout(sequence, strides, fields["genes"].span)), fields["genes"].span)
    channels = 64 if _is_dartopti(made, strides) else 36
    networks = (
        build.network("cifar", "ddarts_cifar", span, layout, channels=channels),
        build.network("imagenet", "dartopti_imagenet", span, layout, channels=64),
    )
    document = build.document(source, "std.ddarts", span, *made, *networks)
    return Reading(document, tuple(findings.in_order()))


def _sequence(value: Literal, genes: int, findings: Findings) -> Sequence[int]:
    """`seq`: the gene of each cell."""
    listed = numbers(value, "seq", findings)
    for place, gene in enumerate(listed.values):
        if not 0 <= gene < genes:
            findings.add("E109", f"there is no gene {gene}", listed.span_of(place), f"genes are 0 to {genes - 1}")
            return ()
    if not listed.values and not findings.failed:
        findings.add("E109", "the genotype has no cells", listed.span)
    return listed.values


def _beyond(reductions: Numbers, cells: int, findings: Findings) -> None:
    """W205 for the reductions that no cell of the text can be."""
    values = reductions.values
    ends = sorted({0, len(values) - 1} & set(range(len(values)))) if isinstance(values, range) else range(len(values))
    beyond = [place for place in ends if not 0 <= values[place] < cells]
    if beyond:
        span = reductions.span_of(beyond[0]).to(reductions.span_of(beyond[-1]))
        message = f"`reductions` names cells beyond the {cells} of the genotype"
        findings.add("W205", message, span, f"cells are 0 to {cells - 1}", "they are left out: nothing stands there")


def _is_dartopti(cells: list[n.Cell], strides: list[int]) -> bool:
    """DARTOpti is told by an operation that DARTS does not have, or by more reductions than the two of D-DARTS."""
    terms = (t for c in cells for s in c.statements if isinstance(s, n.Statement) for t in s.terms)
    others = (t for t in terms if isinstance(t, n.Edge) and str(t.what) not in _DARTS_OPS)
    return strides.count(2) > 2 or any(True for _ in others)


def _layout(sequence: Sequence[int], strides: list[int], span: Span) -> list[n.Placed]:
    """`normal[0..1], normal[2]/2*3`: repeats and ranges, as long as they go."""
    steps = list(zip(sequence, strides, strict=True))
    placed: list[n.Placed] = []
    at = 0
    while at < len(steps):
        gene, stride = steps[at]
        end = at + 1
        while end < len(steps) and steps[end] == steps[at]:
            end += 1
        repeat, last = end - at, gene
        if repeat == 1:
            # A range stops before a cell that repeats: `normal[0], normal[1]*8`.
            while end < len(steps) and steps[end] == (last + 1, stride) and steps[end] not in steps[end + 1 : end + 2]:
                end, last = end + 1, last + 1
        placed.append(build.placed("normal", span, (gene, last), stride, repeat))
        at = end
    return placed


# ---------------------------------------------------------------- writing


def write(document: n.Document) -> str:
    """The text of the genotype, as `str()` prints the named tuple: nested if each cell stands once and in its order.

    The stack is that of the network that `train` names, else of the first. Raises `NasError` (E110).
    """
    lost = Lost("ddarts")
    cells = plain_cells(document, lost)
    for cell in cells.values():
        if cell.how != "concat" and (cell.how or len(cell.returned) > 1):
            lost.lose(f"`return {cell.how}(...)`", cell.returned_span)
        if cell.returned != list(cell.edges):
            states = ", ".join(f"s{number}" for number in list(cell.edges)[:12])
            lost.lose("a return of other states than all, in their order,", cell.returned_span, f"all states: {states}")
        for state, edges in cell.edges.items():
            sources = [source for source, _ in groupby(e.source for e in edges)]
            if len(sources) > len(set(sources)):
                lost.lose(f"the order of the edges of `s{state}`", edges[0].span, "put edges from one state together")
    placed = stack(document, cells, lost)
    lost.raise_errors()

    order = list(cells)
    sequence = [order.index(name) for name, _ in placed]
    fields = {"genes": "[" + ", ".join(_gene(cell) for cell in cells.values()) + "]"}
    name = "Genotype_nested"
    if sequence != list(range(len(order))):
        name = "Genotype_opt"
        fields["seq"] = str(sequence)
    fields["concat"] = _concat(list(cells.values()))
    fields["reductions"] = _reductions([place for place, (_, stride) in enumerate(placed) if stride == 2])
    return as_literal(name, fields)


def _gene(cell: Plain) -> str:
    triples = (f"('{e.operation}', {state}, {e.source})" for state, edges in cell.edges.items() for e in edges)
    return "[" + ", ".join(triples) + "]"


def _concat(cells: list[Plain]) -> str:
    """All states where every cell has the same, else what reaches to the last of all, as the reference writes it."""
    states = cells[0].returned
    if any(cell.returned != states for cell in cells):
        states = list(range(2, max(max(cell.returned) for cell in cells) + 1))
    counted = range(states[0], states[0] + len(states))
    return f"range({counted.start}, {counted.stop})" if states == list(counted) else str(states)


def _reductions(places: list[int]) -> str:
    """A list; from three on a range where they count up, as the baselines of DARTOpti have it."""
    if len(places) > 2 and places == list(range(places[0], places[-1] + 1)):
        return f"range({places[0]}, {places[-1] + 1})"
    return str(places)

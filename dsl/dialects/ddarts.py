"""`Genotype_nested(genes=[[(op, state, source), ...], ...], concat=..., reductions=...)`: D-DARTS, DARTOpti.

`Genotype_opt` has `seq` besides: the gene of each cell. What the reference makes of a gene is said in
`appearance`. Heuillet et al., D-DARTS, 2021; code aheuillet/D-DARTS.
"""

from collections.abc import Sequence

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build
from nasc.dsl.dialects.appearance import grow, ignored_concat, lose_what_triples_lose, triples
from nasc.dsl.dialects.fields import Numbers, bind, members, numbers
from nasc.dsl.dialects.literal import Literal, parse_literal
from nasc.dsl.dialects.plain import Lost, Plain, as_literal, listed, plain_cells
from nasc.dsl.dialects.stack import stack
from nasc.dsl.source import Source, Span

FORMS = {
    "Genotype_nested": ("genes", "concat", "reductions"),
    "Genotype_opt": ("genes", "seq", "concat", "reductions"),
}
_POOLS = {"max_pool_3x3", "avg_pool_3x3", "skip_connect"}
_DARTS_OPS = _POOLS | {"sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"}


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
    reduced = reductions.values if isinstance(reductions.values, range) else frozenset(reductions.values)
    strides = [2 if place in reduced else 1 for place in range(len(sequence))]
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
            label = f"genes are 0 to {genes - 1}"
            findings.add("E109", f"there is no gene {gene}", listed.span_of(place), label)
            return ()
    if not listed.values and not findings.failed:
        findings.add("E109", "the genotype has no cells", listed.span)
    return listed.values


def _beyond(reductions: Numbers, cells: int, findings: Findings) -> None:
    """W205 for the reductions that no cell of the text can be."""
    values = reductions.values
    places = range(len(values))
    if isinstance(values, range):
        places = places[:: max(1, len(values) - 1)]  # its ends: it may be long
    beyond = [place for place in places if not 0 <= values[place] < cells]
    if beyond:
        span = reductions.span_of(beyond[0]).to(reductions.span_of(beyond[-1]))
        message = f"`reductions` names cells beyond the {cells} of the genotype"
        help = "they are left out: nothing stands there"
        findings.add("W205", message, span, f"cells are 0 to {cells - 1}", help)


def _is_dartopti(cells: list[n.Cell], strides: list[int]) -> bool:
    """DARTOpti shows in an operation that DARTS does not have, or in more reductions than D-DARTS's two."""
    terms = (t for c in cells for s in c.statements if isinstance(s, n.Statement) for t in s.terms)
    ops = {str(t.what) for t in terms if isinstance(t, n.Edge)}
    return strides.count(2) > 2 or not ops <= _DARTS_OPS


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
            while steps[end : end + 1] == [(last + 1, stride)] and steps[end] not in steps[end + 1 : end + 2]:
                end, last = end + 1, last + 1
        placed.append(build.placed("normal", span, (gene, last), stride, repeat))
        at = end
    return placed


# ---------------------------------------------------------------- writing


def write(document: n.Document) -> str:
    """The text as `str()` prints the named tuple: `Genotype_nested` where each cell stands once, in order.

    The stack is that of the network that `train` names, else of the first. Raises `NasError` (E110).
    """
    lost = Lost("ddarts")
    cells = plain_cells(document, lost)
    for cell in cells.values():
        lose_what_triples_lose(cell, lost)
    lost.raise_errors()
    placed = stack(document, cells, lost)
    lost.raise_errors()

    order = {name: gene for gene, name in enumerate(cells)}
    sequence = [order[name] for name, _ in placed]
    fields = {"genes": "[" + ", ".join(map(triples, cells.values())) + "]"}
    name = "Genotype_nested"
    if sequence != list(order.values()):
        name = "Genotype_opt"
        fields["seq"] = str(sequence)
    fields["concat"] = _concat(list(cells.values()))
    fields["reductions"] = _reductions([place for place, (_, stride) in enumerate(placed) if stride == 2])
    return as_literal(name, fields)


def _concat(cells: list[Plain]) -> str:
    """All states where every cell has the same, else up to the last of any, as the reference writes it."""
    states = cells[0].returned
    if all(cell.returned == states for cell in cells):
        return listed(states)
    return f"range(2, {max(max(cell.returned) for cell in cells) + 1})"


def _reductions(places: list[int]) -> str:
    """A list; from three on a range where they count up, as the baselines of DARTOpti have it."""
    return listed(places) if len(places) > 2 else str(places)

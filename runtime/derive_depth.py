"""Decided network → the same at another depth, written as text.

D-DARTS derives a deeper network by repeating the cells that it has found, between two reductions; a stack of unnumbered
cells is laid out anew as its family does it. Both rules are those of `--layers` (`compiler/depth.py`); here they become
the `cells:` of a text, which then can be read, edited and trained.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nasc.compiler.decide import with_cells, without_counts
from nasc.compiler.placing import Placement
from nasc.compiler.plan import choose
from nasc.compiler.resolve import Program, resolve
from nasc.compiler.stack import Options, Stack, lay_out
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, fail, many
from nasc.dsl.source import Source, Span

MOST_REDUCTIONS = 2
"""A written stack with more, such as those of DARTOpti, is searched at its depth and has no rule for another."""


def derive_depth(document: n.Document, options: Options, network: str | None = None) -> n.Document:
    """The document with the `cells:` of one network written out at `options.layers`; without a name the one that
    `train` names, else the first. What the network said it costs goes; its other settings and all else stay.

    Raises `NasError` (E306): the network cannot be laid out at this depth; (E309): there is no such network.
    """
    assert options.layers is not None
    findings = Findings()
    program = resolve(document, findings)
    found = choose(document, program, network)
    before = lay_out(found, program, findings)
    findings.raise_errors()
    placed = _placed(found, program)
    assert before is not None
    _refuse(before, placed, options.layers, found)
    stack = lay_out(found, program, findings, Options(layers=options.layers, reductions=options.reductions))
    findings.raise_errors()
    assert stack is not None

    numbered = {entry.cell.text for entry in placed if entry.first is not None}
    cells = n.Cells(tuple(_entries(stack.placements, numbered, found.span)), _made(found.span))
    body = [item for item in without_counts(found).body if not isinstance(item, n.Cells)]
    body = [item for item in body if not (isinstance(item, n.Setting) and item.name.text == "layers")]
    end = next((i for i, item in enumerate(body) if isinstance(item, n.Require)), len(body))
    changed = replace(found, body=(*body[:end], cells, *body[end:]))
    alone = with_cells(program, {}, {})
    items = [changed if _is(item, found) else item for item in alone.items]
    if not document.networks:
        items.append(changed)
    return n.Document(alone.version, tuple(items), (), Source("<nasc>", ""))


def _is(item: n.Item, network: n.Network) -> bool:
    return isinstance(item, n.Network) and (item.kind, item.name.text) == (network.kind, network.name.text)


def _placed(network: n.Network, program: Program) -> tuple[n.Placed, ...]:
    """The entries of `cells:`, the network's own or inherited."""
    at: n.Network | None = network
    while at is not None:
        for item in at.body:
            if isinstance(item, n.Cells):
                return item.placed
        at = program.networks.get(at.base.text) if at.base is not None else None
    return ()


def _refuse(stack: Stack, placed: Sequence[n.Placed], layers: int, network: n.Network) -> None:
    """Raise E306 for a deeper form of what has only the one that was searched."""
    reductions = sum(p.stride == 2 for p in stack.placements)
    written = all(entry.repeat for entry in placed)
    if layers > len(stack.placements) and written and reductions > MOST_REDUCTIONS:
        found = f"{many(len(stack.placements), 'cell')} with {many(reductions, 'reduction')}"
        message = f"{many(layers, 'layer')} cannot be derived from {found}"
        help = "D-DARTS derives networks with at most two; a stack of DARTOpti stays as it was searched"
        raise fail("E306", message, network.name.span, help=help)


def _entries(placements: Sequence[Placement], numbered: set[str], span: Span) -> Iterator[n.Placed]:
    """`normal[0]*3, normal[1], normal[2]/2`: cells that repeat in a row once."""
    made = _made(span)
    at = 0
    while at < len(placements):
        first = placements[at]
        end = at
        while end < len(placements) and _like(placements[end], first):
            end += 1
        word, _, digits = first.choice.rpartition("_")
        is_numbered = word in numbered and digits.isdecimal()
        number = int(digits) if is_numbered else None
        name = n.Name(word if is_numbered else first.cell, made)
        yield n.Placed(name, number, number, first.stride, end - at, made)
        at = end


def _like(one: Placement, other: Placement) -> bool:
    return (one.choice, one.stride) == (other.choice, other.stride)


def _made(span: Span) -> Span:
    """The place of what no text has: nothing wide, where the network stands."""
    return Span(span.source, span.start, span.start)

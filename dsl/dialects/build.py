"""The nodes that foreign texts become: states, cells, networks. A node stands where its literal stands."""

from collections.abc import Sequence

from nasc.dsl import nodes as n
from nasc.dsl.dialects.fields import Drawn
from nasc.dsl.source import Source, Span

SHOWN = 12
"""How many states a message names."""


def state(number: int, span: Span) -> n.Name:
    """`s2`"""
    return n.Name(f"s{number}", span)


def names(numbers: Sequence[int]) -> str:
    """States in words: `s2, s3`."""
    shown = ", ".join(f"s{number}" for number in numbers[:SHOWN])
    return shown if len(numbers) <= SHOWN else f"{shown}, ..."


def edge(drawn: Drawn) -> n.Edge:
    """`sep_conv_3x3(s0) @0.31`"""
    source = state(drawn.source.value, drawn.source.span)
    return n.Edge(None, drawn.operation, (source,), drawn.strength, drawn.span)


def statement(number: int, span: Span, edges: Sequence[Drawn]) -> n.Statement:
    """`s2 = a(s0) + b(s1)`"""
    start, end = min(e.span.start for e in edges), max(e.span.end for e in edges)
    return n.Statement(state(number, span), None, tuple(map(edge, edges)), Span(span.source, start, end))


def returned(how: str, states: Sequence[tuple[int, Span]], span: Span) -> n.Return:
    """`return concat(s2..s5)`: three or more states that count up are written as a stretch."""
    stretches: list[n.Stretch] = []
    at = 0
    while at < len(states):
        first, place = states[at]
        end = at + 1
        while end < len(states) and states[end][0] == first + end - at:
            end += 1
        if end - at < 3:
            stretches.append(n.Stretch(state(first, place), None, place))
            at += 1
        else:
            last, last_place = states[end - 1]
            stretches.append(n.Stretch(state(first, place), state(last, last_place), place.to(last_place)))
            at = end
    return n.Return(n.Name(how, span), tuple(stretches), span)


def cell(name: str, statements: Sequence[n.Statement], result: n.Return, span: Span) -> n.Cell:
    """A cell of two inputs."""
    inputs = (state(0, span), state(1, span))
    return n.Cell("cell", n.Name(name, span), inputs, tuple(statements), result, span)


def placed(name: str, span: Span, index: tuple[int, int] | None = None, stride: int = 1, repeat: int = 1) -> n.Placed:
    """`normal[0..1]/2*3`; `repeat` is 0 for a star without a number."""
    first, last = index or (None, None)
    return n.Placed(n.Name(name, span), first, last, stride, repeat, span)


def network(name: str, base: str, span: Span, *body: n.Setting | n.Cells, **settings: int) -> n.Network:
    """`network cifar: darts_cifar { channels: 36 layers: 20 }`"""
    given = tuple(n.Setting(n.Name(key, span), n.Number(str(value), span), span) for key, value in settings.items())
    return n.Network("network", n.Name(name, span), n.Name(base, span), given + body, span)


def chain(setting: str, words: Sequence[str], span: Span) -> n.Setting:
    """`state: sum -> drop_path`"""
    links = tuple(n.Call(n.Name(word, span), (), span) for word in words)
    return n.Setting(n.Name(setting, span), n.Chain(links, span), span)


def document(source: Source, use: str, span: Span, *items: n.Cell | n.Network) -> n.Document:
    """A document over one file of the standard library."""
    # The printer lays out what stands in the document's own source as it stands there: this is another one.
    return n.Document(n.VERSION, (n.Use(use, False, span), *items), (), Source(source.name, ""))

"""Nodes as rules end: one method for every rule of the grammar, so that no tree is ever built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from lark import Token

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.source import Source, Span


class Methods:
    """The methods of a builder as lark calls them, with one list of what a rule is made of."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder

    def __getattr__(self, name: str) -> Callable[[list[Any]], object]:
        method = getattr(self.builder, name)
        return lambda parts: method(*parts)


class Builder:
    """Makes the nodes as rules end, so that no tree is ever built. One method per rule of the grammar."""

    source: Source
    found: list[Diagnostic]

    def _span(self, first: Token, last: Token | None = None) -> Span:
        return Span(self.source, first.start_pos or 0, (last or first).end_pos or 0)

    def _name(self, token: Token) -> n.Name:
        return n.Name(str(token), self._span(token))

    def _quoted(self, token: Token) -> n.Name:
        return n.Name(str(token).strip("'"), self._span(token))

    # text and uses

    def start(self, version: int | None, *items: n.Item) -> tuple[int | None, tuple[n.Item, ...]]:
        return version, items

    def version(self, keyword: Token, number: Token) -> int:
        if int(number) != n.VERSION:
            message, help = f"language version {number} is not known", f"this package reads `nas {n.VERSION}`"
            self.found.append(Diagnostic("E106", message, self._span(keyword, number), help=help))
        return int(number)

    def _count(self, token: Token, least: int = 0) -> int:
        """A number of things: how many, or which."""
        if int(token) < least:
            message = f"a whole number of at least {least} belongs here, not {token}"
            self.found.append(Diagnostic("E103", message, self._span(token)))
        return int(token)

    def use(self, keyword: Token, path: Token | n.Name) -> n.Use:
        if isinstance(path, n.Name):
            return n.Use(path.text, False, self._span(keyword).to(path.span))
        return n.Use(str(path)[1:-1], True, self._span(keyword, path))

    def path(self, *names: Token) -> n.Name:
        return n.Name(".".join(names), self._span(names[0], names[-1]))

    # operations

    def op(
        self,
        keyword: Token,
        name: Token,
        params: tuple[n.Name, ...] | None,
        form: Token | None,
        body: n.Chain,
    ) -> n.Op:
        span = self._span(keyword).to(body.span)
        return n.Op(self._name(name), params or (), int(form) if form is not None else None, body, span)

    def params(self, *names: Token) -> tuple[n.Name, ...]:
        return tuple(map(self._name, names))

    def form(self, number: Token) -> Token:
        self._count(number, 1)
        return number

    def ops(self, keyword: Token, name: Token, members: tuple[n.Name, ...]) -> n.Ops:
        return n.Ops(self._name(name), members, self._span(keyword).to(members[-1].span))

    def choice(self, *names: Token) -> tuple[n.Name, ...]:
        return tuple(map(self._name, names))

    def chain(self, *links: n.Link) -> n.Chain:
        return n.Chain(links, links[0].span.to(links[-1].span))

    def both(self, left: Token, *rest: n.Chain | Token) -> n.Both:
        return n.Both(tuple(c for c in rest if isinstance(c, n.Chain)), self._around(left, rest[-1]))

    def joined(self, left: Token, *rest: n.Chain | Token) -> n.Joined:
        return n.Joined(tuple(c for c in rest if isinstance(c, n.Chain)), self._around(left, rest[-1]))

    def _around(self, left: Token, right: object) -> Span:
        assert isinstance(right, Token)
        return self._span(left, right)

    def call(self, name: Token, args: tuple[tuple[n.Argument, ...], Token] | None) -> n.Call:
        if args is None:
            return n.Call(self._name(name), (), self._span(name))
        return n.Call(self._name(name), args[0], self._span(name, args[1]))

    def args(self, *args: n.Argument | Token) -> tuple[tuple[n.Argument, ...], Token]:
        *given, right = args
        assert isinstance(right, Token)
        return tuple(a for a in given if isinstance(a, n.Argument)), right

    def arg(self, name: Token | None, value: n.Expression) -> n.Argument:
        span = value.span if name is None else self._span(name).to(value.span)
        return n.Argument(self._name(name) if name is not None else None, value, span)

    def plus(self, *terms: n.Expression) -> n.Plus:
        return n.Plus(terms, terms[0].span.to(terms[-1].span))

    def times(self, first: n.Expression, *rest: n.Expression | Token) -> n.Times:
        pairs = tuple((str(sign), factor) for sign, factor in zip(rest[::2], rest[1::2], strict=True))
        return n.Times(first, pairs, first.span.to(rest[-1].span))  # type: ignore[arg-type, union-attr]

    def group(self, left: Token, *rest: n.Expression | Token) -> n.Tuple:
        members = tuple(m for m in rest if not isinstance(m, Token))
        return n.Tuple(members, self._around(left, rest[-1]))

    def number(self, token: Token) -> n.Number:
        return n.Number(str(token), self._span(token))

    def size(self, token: Token) -> n.Size:
        return n.Size(str(token), self._span(token))

    def text(self, token: Token) -> n.Text:
        return n.Text(str(token)[1:-1], self._span(token))

    def word(self, token: Token) -> n.Call:
        return n.Call(self._name(token), (), self._span(token))

    # cells

    def cell(self, kind: Token, name: Token, *rest: Token | n.Statement | n.Triple | n.Return) -> n.Cell:
        inputs = tuple(self._name(t) for t in rest[:-1] if isinstance(t, Token))
        statements = tuple(s for s in rest if isinstance(s, n.Statement | n.Triple))
        returned = rest[-2]
        assert isinstance(returned, n.Return)
        word: Literal["cell", "recurrent"] = "cell" if kind == "cell" else "recurrent"
        return n.Cell(word, self._name(name), inputs, statements, returned, self._around(kind, rest[-1]))

    def statement(self, first: Token, *rest: Token | n.Edge | n.Keep) -> n.Statement:
        last = self._name(rest[0]) if isinstance(rest[0], Token) else None
        terms = tuple(t for t in rest if not isinstance(t, Token))
        return n.Statement(self._name(first), last, terms, self._span(first).to(terms[-1].span))

    def keep(self, keyword: Token, count: n.Count, *edges: n.Edge) -> n.Keep:
        return n.Keep(count, edges, self._span(keyword).to(edges[-1].span))

    def count(self, low: Token, high: Token | None) -> n.Count:
        return n.Count(self._count(low), self._count(low if high is None else high), self._span(low, high))

    def edge(
        self,
        factor: n.Number | None,
        what: n.Name | n.Choice,
        sources: tuple[n.Name, ...] | None,
        right: Token,
        strength: n.Number | None,
    ) -> n.Edge:
        start = factor.span if factor else what.span
        span = start.to(strength.span if strength else self._span(right))
        return n.Edge(factor, what, sources, strength, span)

    def star(self, _star: Token) -> None:
        return None

    def sources(self, *names: Token) -> tuple[n.Name, ...]:
        return tuple(map(self._name, names))

    def what(self, *parts: object) -> n.Name | n.Choice:
        match parts:
            case (Token() as name,):
                return self._name(name)
            case (Token() as left, _, count, tuple() as members, Token() as right):
                assert count is None or isinstance(count, n.Count)
                return n.Choice(count, members, self._span(left, right))
        raise AssertionError(parts)

    def factor(self, number: Token, _star: Token) -> n.Number:
        return self.number(number)

    def strength(self, number: n.Number) -> n.Number:
        return number

    def triple(self, left: Token, name: Token, state: Token, source: Token, right: Token) -> n.Triple:
        operation = self._quoted(name) if name.type == "QUOTED" else self._name(name)
        return n.Triple(operation, self.number(state), self.number(source), self._span(left, right))

    def ret_state(self, keyword: Token, name: Token) -> n.Return:
        stretch = n.Stretch(self._name(name), None, self._span(name))
        return n.Return(None, (stretch,), self._span(keyword, name))

    def ret_states(self, keyword: Token, how: Token, *rest: n.Stretch | Token) -> n.Return:
        states = tuple(s for s in rest if isinstance(s, n.Stretch))
        return n.Return(self._name(how), states, self._around(keyword, rest[-1]))

    def stretch(self, first: Token, last: Token | None) -> n.Stretch:
        return n.Stretch(self._name(first), self._name(last) if last is not None else None, self._span(first, last))

    # networks and recipes

    def network(self, kind: Token, *rest: Token | n.Op | n.Cells | n.Require | n.Setting | None) -> n.Network:
        names = [self._name(t) for t in rest[:-1] if isinstance(t, Token)]
        body = tuple(b for b in rest if b is not None and not isinstance(b, Token))
        word: Literal["network", "skeleton"] = "network" if kind == "network" else "skeleton"
        base = names[1] if len(names) > 1 else None
        return n.Network(word, names[0], base, body, self._around(kind, rest[-1]))

    def cells(self, keyword: Token, *placed: n.Placed) -> n.Cells:
        return n.Cells(placed, self._span(keyword).to(placed[-1].span))

    def placed(
        self,
        name: Token,
        index: tuple[int, int, Token] | None,
        form: Token | None,
        repeat: tuple[int, Token] | None,
    ) -> n.Placed:
        first, last = (index[0], index[1]) if index else (None, None)
        end = repeat[1] if repeat else form if form is not None else index[2] if index else name
        stride = int(form) if form is not None else 1
        return n.Placed(self._name(name), first, last, stride, repeat[0] if repeat else 1, self._span(name, end))

    def index(self, first: Token, last: Token | None, right: Token) -> tuple[int, int, Token]:
        return self._count(first), self._count(first if last is None else last), right

    def repeat(self, star: Token, times: Token | None) -> tuple[int, Token]:
        return (0, star) if times is None else (self._count(times, 1), times)

    def require(self, keyword: Token, quantity: n.Call | Token, sign: Token, bound: n.Number) -> n.Require | None:
        span = self._span(keyword).to(bound.span)
        if sign == "=" or isinstance(quantity, Token):
            self.found.append(Diagnostic("E103", "`=` does not compare", self._span(sign), help="write `==`"))
            return None
        return n.Require(quantity, sign.value, bound, span)

    def recipe(self, kind: Token, name: Token | None, *rest: n.Setting | Token) -> n.Recipe:
        settings = tuple(s for s in rest if isinstance(s, n.Setting))
        word: Literal["search", "train"] = "search" if kind == "search" else "train"
        span = self._around(kind, rest[-1])
        return n.Recipe(word, self._name(name) if name is not None else None, settings, span)

    def setting(self, key: Token, value: n.Value) -> n.Setting:
        return n.Setting(self._name(key), value, self._span(key).to(value.span))

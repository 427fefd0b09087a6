"""Operations written out as layers: chains of the language become steps of a layer graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nasc.compiler.graph import GraphBuilder, Step
from nasc.compiler.layers import LAYERS, LayerKind, Parameter, ShapeError, complete, show
from nasc.compiler.resolve import brought_by
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Diagnostic, nearest
from nasc.dsl.source import Span

MAX_DEPTH = 64
"""How deep operations may call each other."""
PLACEHOLDERS = {"operation": "edge", "edge_weight": "edge", "sum": "state"}
"""The words that stand for something in one chain of a skeleton only."""


class ExpandError(Exception):
    """Something cannot be written out; carries the diagnostic. Raised at the first problem of a chain.

    `circle` holds the operations that use each other in a circle, if that is the problem.
    """

    circle: frozenset[str] = frozenset()

    def __init__(self, code: str, message: str, span: Span | None, help: str = "") -> None:
        self.diagnostic = Diagnostic(code, message, span, help=help)
        super().__init__(message)


Placeholder = Callable[["ChainWriter", int, "Scope"], int]
"""Writes out what `operation` or `sum` stands for: behind a step, in a scope; answers with the output step."""


@dataclass(frozen=True)
class Scope:
    """What the names in a chain mean.

    `width` is `C`, `stride` that of the edge, `affine` whether batch-norm has weights, `parameters` those of the
    operation being written out, `overrides` the operations that the network replaces, `placeholders` what
    `operation` and `edge_weight` (in `edge:`) and `sum` (in `state:`) stand for, `limit` how many layers may be
    written out.
    """

    operations: Mapping[str, n.Op]
    overrides: Mapping[str, n.Op]
    width: int
    classes: int
    stride: int = 1
    affine: bool = True
    parameters: Mapping[str, Any] | None = None
    placeholders: Mapping[str, Placeholder] | None = None
    trail: tuple[str, ...] = ()
    limit: int = 1_000_000

    def find(self, name: str) -> n.Op | None:
        """The form of an operation that serves at this stride; what the network replaces goes before the rest."""
        for key in (f"{name}/{self.stride}", name):
            if key in self.overrides or key in self.operations:
                return self.overrides.get(key) or self.operations[key]
        return None


def write_chain(builder: GraphBuilder, chain: n.Chain, at: int, scope: Scope, path: str) -> int:
    """Append the layers of a chain behind the step `at`. Layers are numbered in order below `path`.

    Raises `ExpandError` at the first thing that cannot be.
    """
    return ChainWriter(builder, path).chain(chain, at, scope)


class ChainWriter:
    """Numbers the layers of one chain; operations within it are written in line, branches below their own number."""

    def __init__(self, builder: GraphBuilder, path: str) -> None:
        self.builder = builder
        self.path = path
        self.number = 0

    def next_path(self) -> str:
        self.number += 1
        return f"{self.path}.{self.number - 1}"

    def chain(self, chain: n.Chain, at: int, scope: Scope) -> int:
        for link in chain.links:
            match link:
                case n.Call():
                    at = self.call(link, at, scope)
                case n.Both() | n.Joined():
                    at = self.branches(link, at, scope)
        return at

    def branches(self, link: n.Both | n.Joined, at: int, scope: Scope) -> int:
        path = self.next_path()
        ends = [
            ChainWriter(self.builder, f"{path}.{i}").chain(branch, at, scope) for i, branch in enumerate(link.branches)
        ]
        shapes = [self.builder.shape(end) for end in ends]
        joined = isinstance(link, n.Joined)
        if len({shape[1:] if joined else shape for shape in shapes}) > 1:
            what = "joined" if joined else "summed"
            raise ExpandError("E303", f"{' and '.join(map(show, shapes))} cannot be {what}", link.span)
        return self.builder.concat(ends) if joined else self.builder.total(ends)

    def call(self, call: n.Call, at: int, scope: Scope) -> int:
        name = call.name.text
        if scope.placeholders and name in scope.placeholders:
            inner, _ = self.for_operation(call, scope, None)
            return scope.placeholders[name](self, at, replace(inner, placeholders=None))
        if name in LAYERS:
            return self.layer(LAYERS[name], call, at, scope)
        op = scope.find(name)
        if op is None:
            raise _unknown(call.name, scope)
        if op.key in scope.trail:
            raise _circle(op.key, scope.trail[scope.trail.index(op.key) :], call.name.span)
        if len(scope.trail) >= MAX_DEPTH:
            raise ExpandError("E105", f"operations call each other more than {MAX_DEPTH} deep", call.name.span)
        inner, given = self.for_operation(call, scope, op)
        inner = replace(inner, parameters=given, trail=(*scope.trail, op.key), placeholders=None)
        return self.chain(op.body, at, inner)

    def for_operation(self, call: n.Call, scope: Scope, op: n.Op | None) -> tuple[Scope, dict[str, Any]]:
        """The scope inside an operation, `out=` being its `C`, and the values of its parameters."""
        names = [p.text for p in op.parameters] if op else []
        given: dict[str, Any] = {}
        inner = scope
        for position, argument in enumerate(call.arguments):
            name = argument.name.text if argument.name else None
            if name is None and position < len(names):
                name = names[position]
            if name in given:
                raise ExpandError("E216", f"`{name}` is given twice", argument.span)
            if name in names:
                assert name is not None
                given[name] = evaluate(argument.value, scope)
            elif name == "out":
                inner = replace(inner, width=_whole(argument.value, scope))
            elif name == "stride":
                inner = replace(inner, stride=_whole(argument.value, scope))
            else:
                takes = ", ".join([*names, "out=", "stride="])
                raise ExpandError("E216", f"`{call.name}` takes no such argument", argument.span, f"it takes: {takes}")
        missing = [name for name in names if name not in given]
        if missing:
            takes = ", ".join([*names, "out=", "stride="])
            raise ExpandError("E216", f"`{call.name}` needs `{missing[0]}`", call.span, f"it takes: {takes}")
        return inner, given

    def layer(self, kind: LayerKind, call: n.Call, at: int, scope: Scope) -> int:
        given = layer_arguments(kind, call, scope)
        if len(self.builder.steps) > scope.limit:
            raise ExpandError("E105", f"this becomes more than {scope.limit} layers", call.span)
        shape = self.builder.shape(at)
        try:
            settings = complete(kind, given, scope.width, scope.classes, scope.affine)
            out = kind.shape(shape, settings)
        except ShapeError as error:
            raise ExpandError("E301", str(error), call.span) from None
        return self.builder.add(Step(kind.name, (at,), out, settings, self.next_path(), call.span))


@dataclass(frozen=True)
class Written:
    """An operation as it was written out once: its steps, which stood from `first` on behind the step `at` below
    `path`, the step `end` that it gave, and the `number` that the writer came to."""

    steps: tuple[Step, ...]
    first: int
    at: int
    end: int
    path: str
    number: int

    def again(self, writer: ChainWriter, at: int) -> int:
        """Write the same at another place; a hundred thousand edges name few operations."""
        steps, first, known = writer.builder.steps, self.first, len(self.path)
        moved = len(steps) - first
        for step in self.steps:
            inputs = tuple([source + moved if source >= first else at for source in step.inputs])
            path = writer.path + step.path[known:] if step.path else ""
            steps.append(Step(step.kind, inputs, step.shape, step.settings, path, step.span))
        writer.number = self.number
        return self.end + moved if self.end >= first else at


def layer_arguments(kind: LayerKind, call: n.Call, scope: Scope) -> dict[str, Any]:
    """The arguments of a layer as values, each of the kind that its parameter takes. Raises `ExpandError`."""
    given: dict[str, Any] = {}
    by_name = {p.name: p for p in kind.parameters}
    for position, argument in enumerate(call.arguments):
        if argument.name is not None:
            parameter = by_name.get(argument.name.text)
        else:
            parameter = kind.parameters[position] if position < len(kind.parameters) else None
        if parameter is None:
            takes = ", ".join(by_name) or "nothing"
            help = (nearest(argument.name.text, by_name) if argument.name else "") or f"it takes: {takes}"
            raise ExpandError("E216", f"`{kind.name}` takes no such argument", argument.span, help)
        if parameter.name in given:
            raise ExpandError("E216", f"`{parameter.name}` is given twice", argument.span)
        given[parameter.name] = _as_kind(argument.value, parameter, scope)
    for parameter in kind.parameters:
        if parameter.required and parameter.name not in given:
            help = f"it takes: {', '.join(by_name)}"
            raise ExpandError("E216", f"`{kind.name}` needs `{parameter.name}`", call.span, help)
    return given


def _as_kind(value: n.Expression, parameter: Parameter, scope: Scope) -> Any:
    """The value of an argument, checked against what its parameter takes."""
    word = value.name.text if isinstance(value, n.Call) and not value.arguments else None
    if parameter.kind == "flag":
        if word not in ("on", "off"):
            raise ExpandError("E216", f"`{parameter.name}` is `on` or `off`", value.span)
        return word == "on"
    if parameter.kind == "rate":
        if word is not None and word not in (scope.parameters or {}):
            return word
        rate = evaluate(value, scope)
        if not isinstance(rate, int | float) or not 0 <= rate < 1:
            raise ExpandError("E216", f"`{parameter.name}` is at least 0 and below 1, or a name", value.span)
        return float(rate)
    found = evaluate(value, scope)
    least = 1 if parameter.name in ("k", "stride", "dilation", "groups", "out") else 0
    if parameter.kind == "pair" and isinstance(found, tuple):
        if len(found) != 2:
            raise ExpandError("E216", f"`{parameter.name}` is a number or a pair such as `1x7`", value.span)
        return tuple(_as_whole(part, value, scope, least) for part in found)
    number = _as_whole(found, value, scope, least)
    return (number, number) if parameter.kind == "pair" else number


def _whole(value: n.Expression, scope: Scope) -> int:
    return _as_whole(evaluate(value, scope), value, scope, 1)


def _as_whole(found: Any, value: n.Expression, scope: Scope, least: int) -> int:
    """A value as the whole number that belongs in its place."""
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, int) and least <= found < 2**31:
        return found
    if isinstance(found, float) and isinstance(value, n.Plus | n.Times):
        raise ExpandError("E302", f"{found:g} is not a whole number", value.span, f"`C` is {scope.width} here")
    shown = "x".join(map(str, found)) if isinstance(found, tuple) else found
    raise ExpandError("E216", f"a whole number of at least {least} belongs here, not {shown}", value.span)


def _unknown(name: n.Name, scope: Scope) -> ExpandError:
    """What to say of a word in a chain that is neither an operation nor a layer."""
    if name.text in PLACEHOLDERS:
        return ExpandError("E202", f"`{name}` stands in `{PLACEHOLDERS[name.text]}:` only", name.span)
    known = {*LAYERS, *(key.partition("/")[0] for key in (*scope.operations, *scope.overrides))}
    help = brought_by(n.Op, name.text) or nearest(name.text, {*known, *(scope.placeholders or {})})
    return ExpandError("E202", f"there is no operation or layer `{name}`", name.span, help)


def _circle(key: str, circle: tuple[str, ...], span: Span) -> ExpandError:
    through = f" through {', '.join(f'`{name}`' for name in circle[1:])}" if len(circle) > 1 else ""
    error = ExpandError("E214", f"operation `{key}` uses itself{through}", span)
    error.circle = frozenset(circle)
    return error


def evaluate(value: n.Expression, scope: Scope) -> Any:
    """The value of an expression: a number, or a tuple of numbers. Raises `ExpandError`."""
    match value:
        case n.Number():
            return value.value
        case n.Size():
            return value.values
        case n.Tuple():
            return tuple(evaluate(member, scope) for member in value.members)
        case n.Plus():
            return sum(_number(term, scope) for term in value.terms)
        case n.Times():
            return _times(value, scope)
        case n.Call():
            return _word(value, scope)
        case n.Text():
            raise ExpandError("E216", "a number belongs here, not a text", value.span)


def _times(value: n.Times, scope: Scope) -> int | float:
    """Products from left to right; a division must be exact, since it counts channels."""
    found = _number(value.first, scope)
    for sign, factor in value.rest:
        by = _number(factor, scope)
        if sign == "*":
            found *= by
        elif by == 0 or (found % by and isinstance(found, int) and isinstance(by, int)):
            raise ExpandError("E302", f"{found} does not divide by {by}", value.span, f"`C` is {scope.width} here")
        else:
            found = found // by if isinstance(found, int) and isinstance(by, int) else found / by
    return found


def _number(value: n.Expression, scope: Scope) -> int | float:
    found = evaluate(value, scope)
    if isinstance(found, int | float):
        return found
    raise ExpandError("E216", "a single number belongs here", value.span)


def _word(value: n.Call, scope: Scope) -> Any:
    name = value.name.text
    known: dict[str, Any] = {"C": scope.width, "stride": scope.stride, "classes": scope.classes}
    known |= scope.parameters or {}
    if name in known and not value.arguments:
        return known[name]
    help = nearest(name, known) or f"known here: {', '.join(known)}"
    raise ExpandError("E216", f"`{name}` is not a number here", value.span, help)

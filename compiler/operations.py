"""Operations written out as layers: chains of the language become steps of a layer graph."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nasc.compiler.arguments import evaluate, layer_arguments, whole
from nasc.compiler.graph import GraphBuilder, Step
from nasc.compiler.layer_rules import ShapeError, show
from nasc.compiler.layers import LAYERS, LayerKind, complete
from nasc.compiler.resolve import brought_by
from nasc.compiler.scope import ExpandError, Scope
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import nearest
from nasc.dsl.source import Span

MAX_DEPTH = 64
"""How deep operations may call each other."""
PLACEHOLDERS = {"operation": "edge", "edge_weight": "edge", "sum": "state"}
"""The words that stand for something in one chain of a skeleton only."""


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
                inner = replace(inner, width=whole(argument.value, scope))
            elif name == "stride":
                inner = replace(inner, stride=whole(argument.value, scope))
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

"""Arguments of layers and operations as values: numbers, pairs, flags, and what is computed of `C`."""

from __future__ import annotations

from typing import Any

from nasc.compiler.layers import LayerKind, Parameter
from nasc.compiler.scope import ExpandError, Scope
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import nearest


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


def whole(value: n.Expression, scope: Scope) -> int:
    """The value of an argument that counts something: at least 1. Raises `ExpandError`."""
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

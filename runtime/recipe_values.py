"""The values of a recipe: settings of the text and of the command line, each checked and typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, NasError, fail, nearest
from nasc.dsl.parser import parse
from nasc.dsl.source import Source
from nasc.runtime.setting import Recipe


def optional(setting: Field[Any]) -> bool:
    """Whether a setting may be left out by everyone: a name that has no published value, or one with a default."""
    return str(setting.type).endswith("| None") or setting.default is not MISSING


def overridden(recipe: n.Recipe, overrides: Mapping[str, str]) -> n.Recipe | None:
    """What `--set name=value` says, read as the language reads it."""
    settings: list[n.Setting] = []
    for name, value in overrides.items():
        text = f"train {{ {name}: {value} }}"
        try:
            document = parse(Source(f"--set {name}={value}", text))
        except NasError:
            document = None
        found = document.recipes("train")[0].settings if document and len(document.items) == 1 else ()
        if len(found) != 1:
            raise fail(
                "E403", f"--set {name}={value} is not a setting", help="one setting, as in a text: --set epochs=5"
            )
        settings += found
    return n.Recipe(recipe.kind, recipe.name, tuple(settings), recipe.span) if settings else None


def values_of(kind: type[Recipe], recipe: n.Recipe, findings: Findings) -> dict[str, Any]:
    """The settings that one text gives, each checked against what it takes."""
    known = {f.name: f for f in fields(kind)}
    values: dict[str, Any] = {}
    for item in recipe.settings:
        name = item.name.text
        if name not in known:
            what = f"`{recipe.kind} {recipe.name}`" if recipe.name else f"`{recipe.kind}`"
            help = nearest(name, known) or f"settings: {', '.join(known)}"
            findings.add("E402", f"{what} has no setting `{name}`", item.name.span, help=help)
            continue
        if name in values:
            first = next(s.name.span for s in recipe.settings if s.name.text == name)
            label = f"first in line {first.source.place(first.start)[0]}"
            findings.add("E208", f"`{name}` is set twice", item.name.span, label=label, help="leave one out")
        value = _typed(item.value, str(known[name].type))
        problem = _problem(value, str(known[name].type), known[name].metadata)
        if problem:
            findings.add("E403", f"`{name}` takes {problem}", item.value.span, help=known[name].metadata["meaning"])
        values[name] = value
    return values


def _typed(value: n.Value | n.Expression, kind: str) -> Any:
    """The value as its setting's type has it, or None where it is of another kind."""
    match kind, value:
        case "int", n.Number() as number if isinstance(number.value, int):
            return number.value
        case "float", n.Number() as number:
            return float(number.value)
        case "bool", n.Chain() as chain:
            return {"on": True, "off": False}.get(chain.word or "")
        case "str | None" | "str" | "Place | None", n.Chain() as chain:
            return chain.word
        case "Place | None", n.Text() as text:
            return text.value
        case "tuple[int, ...]" | "tuple[float, ...]", n.Tuple(members=members) if _numbers(members, kind):
            given = [part.value for part in members if isinstance(part, n.Number)]
            return tuple(given) if kind == "tuple[int, ...]" else tuple(map(float, given))
        case "tuple[int, ...]" | "tuple[float, ...]", n.Chain(word="off"):
            return ()
        case "tuple[int, ...]" | "tuple[float, ...]", n.Number() as alone if _numbers((alone,), kind):
            return (alone.value if kind == "tuple[int, ...]" else float(alone.value),)
        case "tuple[float, float]", n.Tuple(members=(n.Number() as first, n.Number() as second)):
            return float(first.value), float(second.value)
    return None


def _numbers(members: Sequence[n.Expression], kind: str) -> bool:
    """Whether all are numbers, whole ones where the setting takes such."""
    whole = kind == "tuple[int, ...]"
    return all(isinstance(part, n.Number) and (isinstance(part.value, int) or not whole) for part in members)


def _problem(value: Any, kind: str, limits: Mapping[str, Any]) -> str:
    """What a setting takes, if the value is not that."""
    names = {"int": "a whole number", "float": "a number", "str | None": "a name", "bool": "`on` or `off`"}
    names |= {"str": "a name", "Place | None": "a name, or a file in quotes"}
    names |= {"tuple[int, ...]": "whole numbers in brackets", "tuple[float, ...]": "numbers in brackets"}
    what = names.get(kind, "a pair of numbers")
    if value is None:
        return what
    if limits["choices"]:
        return "" if value in limits["choices"] else " or ".join(map(str, limits["choices"]))
    for part in value if isinstance(value, tuple) else (value,):
        if limits["least"] is not None and part < limits["least"]:
            return f"{what} of at least {limits['least']:g}"
        if limits["below"] is not None and part >= limits["below"]:
            return f"{what} below {limits['below']:g}"
    return ""

"""What may follow, in the language's words."""

from collections.abc import Iterator, Set

from nasc.dsl.syntax_repairs import BLOCKS, ITEMS, block_of
from nasc.dsl.syntax_tables import END, Stack, Word

SIGNS = (")", "]", "}", "->", "+", ",", "|", "_OF", "=", ":", "(", "{", "[", "..", "*", "/", ".", "@")
"""Signs as they are told, the most useful first."""


def shown(word: Word) -> str:
    """A word in a message."""
    text = word.text if len(word.text) <= 40 else word.text[:36] + "..."
    return f"`{text}`"


def block_kind(stack: Stack) -> str:
    """The open block: `cell`, `network` (or a skeleton), `recipe`, or nothing."""
    kind = next((e.symbol for e in stack if e.symbol in BLOCKS), "") if block_of(stack) is not None else ""
    return {"": "", "KIND": "cell", "RECIPE": "recipe"}.get(kind, "network")


def expected(accepted: Set[str], stack: Stack) -> str:
    """The kinds of words that fit, the most useful first and at most four.

    >>> expected({"+", "@", "DEF", "FROM", "RETURN", "("}, [])
    '`+` or the next statement'
    """
    said = list(dict.fromkeys(_expected(set(accepted), stack)))[:4]
    return " or ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def _expected(kinds: set[str], stack: Stack) -> Iterator[str]:
    next_one = _next_one(kinds, stack)
    if "->" in kinds or "COMPARE" in kinds:
        kinds -= {"("}
    operand = _operand(kinds, stack)
    if operand:
        yield operand
    yield from (f"`{'of' if sign == '_OF' else sign}`" for sign in SIGNS if sign in kinds)
    if "COMPARE" in kinds:
        yield "a comparison as `==`"
    if "MUL" in kinds:
        yield "`*`"
    yield from (f"`{kind.lower()}`" for kind in ("NAS", "KEEP") if kind in kinds)
    if kinds & {"DEF", "KEY"}:
        yield "a name"
    if next_one:
        yield next_one


def _next_one(kinds: set[str], stack: Stack) -> str:
    """What a new statement, setting or item is called here. Removes the kinds it covers."""
    if "RETURN" in kinds:
        several = bool(kinds & {"DEF", "+"})
        kinds -= {"DEF", "FROM", "RETURN", "(", "@"}
        return "the next statement" if several else "`return`"
    if "KEY" in kinds and block_kind(stack) in ("network", "recipe") and "NAME" not in kinds:
        kinds -= {"KEY", "REQUIRE", "CELLS", "OP"}
        return "the next setting"
    if {"USE", "OP", "KIND"} <= kinds:
        kinds -= ITEMS | {END, "NAS", "."}
        return "the next item" if len(stack) > 1 else "`use`, `op`, `ops`, `cell`, `network` or another item"
    return ""


def _operand(kinds: set[str], stack: Stack) -> str:
    """What a name or a number stands for here. Removes the kinds it covers."""
    if {"NAME", "STRING", "SIZE"} <= kinds:
        kinds -= {"NAME", "DEF", "KEY", "INT", "NUMBER", "SIZE", "STRING", "(", "["}
        return "a value"
    if "QUOTED" in kinds:
        kinds -= {"NAME", "QUOTED"}
        return "the name of an operation"
    if {"NAME", "{"} <= kinds and block_kind(stack) == "cell":
        kinds -= {"NAME", "{", "KEEP", "INT", "NUMBER", "("}
        return "an operation"
    if {"NAME", "["} <= kinds:
        kinds -= {"NAME", "[", "("}
        return "an operation"
    if "INT" in kinds:
        kind = "a number" if "NUMBER" in kinds else "a whole number"
        kinds -= {"INT", "NUMBER"}
        return kind
    if "NAME" in kinds or kinds == {"DEF"}:
        role = _role([entry.symbol for entry in stack[-8:]])
        kinds -= {"NAME", "DEF", "KEY"}
        if "STRING" in kinds:
            kinds -= {"STRING"}
            return "a name as `std.darts` or a quoted file name"
        return role
    return ""


def _role(symbols: list[str]) -> str:
    match symbols:
        case [*_, "KIND"]:
            return "the name of the cell"
        case [*_, "NETWORK" | "SKELETON"]:
            return "the name of the network"
        case [*_, "KIND", "NAME", "("]:
            return "the name of an input"
        case [*_, "OP" | "OPS"]:
            return "the name of what is defined"
        case [*_, "OP", "DEF" | "NAME", "("]:
            return "the name of a parameter"
        case [*_, "RETURN"]:
            return "`concat(...)` or a state"
        case [*_, ":" | ","] if "CELLS" in symbols:
            return "a cell"
        case [*_, ":"]:
            return "a skeleton"
        case [*_, "," | "(" | ".."] if "OP" not in symbols:
            return "a state"
        case [*_, "|"]:
            return "an operation"
    return "a name"

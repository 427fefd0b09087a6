"""What is wrong with a literal, in words, where lark stopped."""

import re
from collections.abc import Iterable

from lark import Token, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.dialects.literal import clipped
from nasc.dsl.source import Source, Span

_SHOWN = {"COMMA": "`,`", "COLON": "`:`", "EQUAL": "`=`", "NAME": "a name", "STRING": "a string"}
_SHOWN |= {"LPAR": "`(`", "RPAR": "`)`", "LSQB": "`[`", "RSQB": "`]`", "LBRACE": "`{`", "RBRACE": "`}`"}
_VALUES = {"LPAR", "LSQB", "STRING", "INT", "FLOAT", "NAME"}


def explain(source: Source, error: UnexpectedInput) -> Diagnostic:
    """What stands where it cannot, and what could."""
    match error:
        case UnexpectedToken(token=Token(type="$END")):
            end = len(source.text.rstrip())
            label = _expected(error.accepts or error.expected)
            return Diagnostic("E109", "the genotype ends too early", Span(source, end, end), label)
        case UnexpectedToken(token=token):
            span = Span(source, token.start_pos, token.end_pos)
            label = _expected(error.accepts or error.expected)
            return Diagnostic("E109", f"`{clipped(token)}` cannot stand here", span, label)
        case UnexpectedCharacters():
            return _unreadable(source, error.pos_in_stream or 0)
    raise error


def _unreadable(source: Source, at: int) -> Diagnostic:
    number = re.compile(r"[+-]?[\d.][\w.]*").match(source.text, at)
    if number:
        span = Span(source, *number.span())
        if re.search(r"\d{19}", number[0]):
            return Diagnostic("E105", "the number is too long", span, help="at most 18 digits are read")
        return Diagnostic("E109", "this is not a number", span)
    character = source.text[at]
    span = Span(source, at, at + 1)
    if character in "'\"":
        return Diagnostic("E109", "the string does not end on its line", span, help="a backslash cannot stand in it")
    shown = f"`{character}`" if character.isprintable() else f"the character U+{ord(character):04X}"
    return Diagnostic("E109", f"{shown} cannot stand here", span)


def _expected(terminals: Iterable[str]) -> str:
    """The tokens that could stand there, in words."""
    left = set(terminals)
    words = []
    if left >= _VALUES:
        words.append("a value")
        left -= _VALUES | {"LBRACE"}
    words += sorted(_SHOWN.get(name, "the end of the text") for name in left)
    return "expected " + " or ".join(words)

"""parse_literal(text) -> Call, parse_data(text) -> Mapping | Items: trees with spans. Nothing is evaluated, ever."""

import threading
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from lark import Lark, Token, UnexpectedInput
from lark.visitors import Transformer, v_args

from nasc.dsl.diagnostic import NasError, fail
from nasc.dsl.nesting import Nesting
from nasc.dsl.parser import MAX_BYTES
from nasc.dsl.source import Source, Span

MAX_VALUES = 200_000
"""How many values a text may hold: its commas are counted, which is fast. The largest published has 1,400."""


@dataclass(frozen=True, slots=True)
class Whole:
    """`36`"""

    value: int
    span: Span


@dataclass(frozen=True, slots=True)
class Real:
    """`0.25`, as written."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class String:
    """`'sep_conv_3x3'`; the span is that between the quotes."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Word:
    """`None`"""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Items:
    """A list or a tuple: the formats mix them freely."""

    members: tuple["Literal", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """One argument of a call, by position or by name."""

    name: Word | None
    value: "Literal"
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`Genotype(...)`, `range(2, 6)`"""

    name: Word
    fields: tuple[Field, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Pair:
    """`"normal_n2_p0": "maxpool"`"""

    key: String
    value: "Literal"
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """`{"normal_n2_p0": "maxpool"}`: a JSON object or a Python dictionary."""

    pairs: tuple[Pair, ...]
    span: Span


Literal: TypeAlias = Whole | Real | String | Word | Items | Call | Mapping


def parse_literal(source: Source) -> Call:
    """The call a text consists of. Raises `NasError`: E109 where it is malformed, E105 over a limit."""
    call = _parsed(source, "start")
    assert isinstance(call, Call)
    return call


def parse_data(source: Source) -> Mapping | Items:
    """The object, list or tuple a text consists of, in JSON or Python. Raises as `parse_literal` does."""
    data = _parsed(source, "data")
    assert isinstance(data, Mapping | Items)
    return data


def _parsed(source: Source, start: str) -> Literal:
    if len(source.text) > MAX_BYTES:
        size = f"{len(source.text) / 2**20:.1f} MiB"
        raise fail("E105", f"the text is {size} long", Span(source, 0, 0), help="at most 16 MiB are read")
    if source.text.count(",") > MAX_VALUES:
        help = f"at most {MAX_VALUES:,} are read from a genotype in this format"
        raise fail("E105", f"the text holds {source.text.count(','):,} values", Span(source, 0, 0), help=help)
    try:
        return _this_thread(start).parse(source)
    except UnexpectedInput as error:
        from nasc.dsl.dialects.literal_errors import explain

        raise NasError([explain(source, error)]) from None


def clipped(text: str) -> str:
    """A word of the user's as a message shows it."""
    return text if len(text) <= 60 else f"{text[:60]}..."


@cache
def grammar() -> str:
    """The text of the grammar."""
    return files("nasc.dsl").joinpath("legacy.lark").read_text(encoding="utf-8")


class _Parser:
    """Lark with a builder. One per thread and start, since the builder knows the source at hand."""

    def __init__(self, start: str) -> None:
        self.builder = _Builder()
        self.nesting = Nesting()
        self.lark = Lark(
            grammar(),
            start=start,
            parser="lalr",
            maybe_placeholders=False,
            transformer=self.builder,
            lexer_callbacks=self.nesting.callbacks,
        )

    def parse(self, source: Source) -> Literal:
        self.builder.source = source
        self.nesting.begin(source)
        return self.lark.parse(source.text)  # type: ignore[return-value]  # the builder makes no trees


_local = threading.local()


def _this_thread(start: str) -> _Parser:
    if not hasattr(_local, "parsers"):
        _local.parsers = {}
    parsers: dict[str, _Parser] = _local.parsers
    if start not in parsers:
        parsers[start] = _Parser(start)
    return parsers[start]


@v_args(inline=True)
class _Builder(Transformer[Token, Literal]):
    """Makes the tree while lark reduces. One method per rule of the grammar."""

    source: Source

    def span(self, first: Token, last: Token | None = None) -> Span:
        return Span(self.source, first.start_pos or 0, (last or first).end_pos or 0)

    def start(self, *parts: Token | Literal) -> Literal:
        whole = parts[-1]
        assert not isinstance(whole, Token)
        return whole

    data = start

    def call(self, name: Token, left: Token, *rest: Literal | Field | Token) -> Call:
        *fields, right = rest
        assert isinstance(right, Token)
        given = (f for f in fields if not isinstance(f, Token))
        made = tuple(f if isinstance(f, Field) else Field(None, f, f.span) for f in given)
        return Call(self.word(name), made, self.span(name, right))

    def named(self, name: Token, value: Literal) -> Field:
        word = self.word(name)
        return Field(word, value, word.span.to(value.span))

    def sequence(self, left: Token, *rest: Literal | Token) -> Literal:
        right = rest[-1]
        assert isinstance(right, Token)
        return Items(tuple(m for m in rest if not isinstance(m, Token)), self.span(left, right))

    listing = sequence

    def mapping(self, left: Token, *rest: Pair | Token) -> Mapping:
        right = rest[-1]
        assert isinstance(right, Token)
        return Mapping(tuple(p for p in rest if isinstance(p, Pair)), self.span(left, right))

    def pair(self, key: String, value: Literal) -> Pair:
        return Pair(key, value, key.span.to(value.span))

    def whole(self, token: Token) -> Whole:
        return Whole(int(token), self.span(token))

    def real(self, token: Token) -> Real:
        return Real(str(token), self.span(token))

    def string(self, token: Token) -> String:
        around = self.span(token)
        return String(str(token)[1:-1], Span(self.source, around.start + 1, around.end - 1))

    def word(self, token: Token) -> Word:
        return Word(str(token), self.span(token))

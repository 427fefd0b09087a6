"""parse(text) -> Document. The only user of lark for `.nas`; what is wrong with a text is found in `syntax_errors`."""

from __future__ import annotations

import threading
from functools import cache
from importlib.resources import files
from typing import Any, cast

from lark import Lark, Token

from nasc.dsl import nodes as n
from nasc.dsl.builder import Builder, Methods
from nasc.dsl.collector import uncollected
from nasc.dsl.diagnostic import NasError, fail
from nasc.dsl.lalr import Lalr, Unfit
from nasc.dsl.nesting import Nesting
from nasc.dsl.source import Source, Span

MAX_BYTES = 16 * 2**20


@uncollected
def parse(source: Source) -> n.Document:
    """The document of a `.nas` text. Raises `NasError` with every syntax error of it."""
    if len(source.text) > MAX_BYTES:
        size = f"{len(source.text) / 2**20:.1f} MiB"
        raise fail("E105", f"the text is {size} long", Span(source, 0, 0), help="at most 16 MiB are read")
    parser = _this_thread()
    try:
        document = parser.parse(source)
    except Unfit:
        from nasc.dsl.syntax_errors import find

        raise NasError(find(source)) from None
    return document


@cache
def grammar() -> str:
    """The text of the grammar."""
    return files("nasc.dsl").joinpath("nas.lark").read_text(encoding="utf-8")


class _Parser:
    """Lark with a builder. One per thread, since the builder knows the source at hand."""

    def __init__(self) -> None:
        self.builder = Builder()
        self.comments: list[Token] = []
        self.nesting = Nesting()
        methods = cast(Any, Methods(self.builder))
        lark = Lark(grammar(), parser="lalr", maybe_placeholders=True, transformer=methods)
        self.tables = Lalr(lark, {"COMMENT": self.comments.append, **self.nesting.callbacks})

    def parse(self, source: Source) -> n.Document:
        self.builder.source = source
        self.builder.found = []
        self.comments.clear()
        self.nesting.begin(source)
        parsed = self.tables.run(source.text)
        # the builder turns `start` into this pair
        version, items = cast(tuple[int | None, tuple[n.Item, ...]], parsed)
        if self.builder.found:
            raise NasError(dict.fromkeys(self.builder.found))
        comments = tuple(
            n.Comment(str(c).rstrip(), Span(source, c.start_pos or 0, c.end_pos or 0)) for c in self.comments
        )
        return n.Document(version, items, comments, source)


_local = threading.local()


def _this_thread() -> _Parser:
    if not hasattr(_local, "parser"):
        _local.parser = _Parser()
    parser: _Parser = _local.parser
    return parser

"""How deep brackets may stand within brackets, counted while the lexer meets them, before anything is built."""

from __future__ import annotations

from collections.abc import Callable

from lark import Token

from nasc.dsl.diagnostic import Diagnostic, NasError
from nasc.dsl.source import Source, Span

MAX_NESTING = 64


class Nesting:
    """Callbacks for a lexer that raise `NasError` (E105) at the bracket that is one too deep."""

    def __init__(self) -> None:
        self.source = Source("", "")
        self.depth = 0
        self.callbacks: dict[str, Callable[[Token], Token]] = {
            **dict.fromkeys(("LPAR", "LSQB", "LBRACE"), self._open),
            **dict.fromkeys(("RPAR", "RSQB", "RBRACE"), self._close),
        }

    def begin(self, source: Source) -> None:
        """A new text is read."""
        self.source, self.depth = source, 0

    def _open(self, token: Token) -> Token:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise NasError([too_deep(self.source, token)])
        return token

    def _close(self, token: Token) -> Token:
        self.depth -= 1
        return token


def too_deep(source: Source, token: Token) -> Diagnostic:
    """The diagnostic for brackets nested beyond the limit."""
    span = Span(source, token.start_pos or 0, token.end_pos or 0)
    return Diagnostic("E105", f"brackets are nested more than {MAX_NESTING} deep", span)

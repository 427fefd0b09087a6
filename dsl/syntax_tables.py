"""The tables of the grammar, driven by hand: how the search for syntax errors reads words and tries moves.

Lark's own parser keeps values and stops at the first error; here a stack is a plain list that is never
changed, so that a repair can be tried and forgotten.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from lark import Lark, Token, UnexpectedCharacters
from lark.lexer import BasicLexer, ContextualLexer, LexerState, PatternStr
from lark.utils import TextSlice

from nasc.dsl.parser import grammar

END = "$END"
UNREADABLE = ""
KEYWORDS = {
    "use": "USE",
    "op": "OP",
    "ops": "OPS",
    "cell": "KIND",
    "recurrent": "KIND",
    "skeleton": "SKELETON",
    "network": "NETWORK",
    "search": "RECIPE",
    "train": "RECIPE",
    "return": "RETURN",
    "require": "REQUIRE",
    "cells": "CELLS",
    "keep": "KEEP",
    "of": "_OF",
    "nas": "NAS",
}
_NAME = re.compile(r"[A-Za-z_]\w*")


class Word(NamedTuple):
    """A token. `kind` is its terminal; for punctuation the text itself (`->`), for no token `UNREADABLE`."""

    kind: str
    text: str
    start: int
    end: int


class Entry(NamedTuple):
    """What the parser has read at one level: a word, or a finished rule that starts at `start`."""

    state: int
    symbol: str
    start: int
    text: str


Stack: TypeAlias = Sequence[Entry]


class Tables:
    """The LALR tables and the contextual lexer of `nas.lark`."""

    def __init__(self) -> None:
        lark = Lark(grammar(), parser="lalr", maybe_placeholders=True)
        driver = lark.parse_interactive("")
        conf, lexer = driver.parser_state.parse_conf, driver.lexer_thread.lexer
        assert isinstance(lexer, ContextualLexer)
        self.plain = {t.name: t.pattern.value for t in lark.terminals if isinstance(t.pattern, PatternStr)}
        self.moves = {
            state: {self.plain.get(symbol, symbol): move for symbol, (_, move) in row.items()}
            for state, row in conf.states.items()
        }
        self.terminals = {self.plain.get(t.name, t.name) for t in lark.terminals} | {END}
        self.end = conf.end_state
        self.start: Stack = [Entry(conf.start_state, "", 0, "")]
        self.lexers, self.root = lexer.lexers, lexer.root_lexer
        ignored = [t.pattern.to_regexp() for t in lark.terminals if t.name in lark.ignore_tokens]
        self.ignored = re.compile(f"(?:{'|'.join(ignored)})*+")

    def feed(self, stack: Stack, word: Word) -> Stack | None:
        """The stack after the word, or None where it does not fit."""
        if word.kind not in self.moves[stack[-1].state]:
            return None
        new = list(stack)
        while (move := self.moves[new[-1].state].get(word.kind)) is not None:
            if isinstance(move, int):  # a state: the word is taken
                new.append(Entry(move, word.kind, word.start, word.text))
                return new
            start = word.start
            if size := len(move.expansion):  # a rule: what it is made of becomes one
                start = new[-size].start
                del new[-size:]
            origin = str(move.origin.name)
            new.append(Entry(self.moves[new[-1].state][origin], origin, start, ""))
            if word.kind == END and new[-1].state == self.end:
                return new
        return None

    def put(self, stack: Stack, kinds: Sequence[str], at: int) -> Stack | None:
        """The stack after words that are not in the text."""
        new: Stack | None = stack
        for kind in kinds:
            if new is None:
                return None
            new = self.feed(new, Word(kind, "", at, at))
        return new

    def accepted(self, stack: Stack) -> frozenset[str]:
        """The kinds of words that fit next."""
        kinds = self.moves[stack[-1].state].keys() & self.terminals
        return frozenset(k for k in kinds if self.feed(stack, Word(k, "", 0, 0)) is not None)


class Reader:
    """Reads words of a text wherever and in whatever state it is asked to."""

    def __init__(self, tables: Tables, text: str) -> None:
        self.tables, self.text = tables, text
        self._lexing = LexerState(TextSlice(text, 0, len(text)))
        self._begin: dict[int, int] = {}
        self._read: dict[tuple[int, int], Word] = {}

    def read(self, at: int, state: int) -> Word:
        """The next word from an offset on, as the state understands it, else as any state would."""
        lexer = self.tables.lexers[state]
        if at not in self._begin:  # found once, since every lexer would skip blanks and comments anew
            match = self.tables.ignored.match(self.text, at)
            self._begin[at] = match.end() if match else at
        at = self._begin[at]
        key = at, id(lexer)
        if key not in self._read:
            if len(self._read) > 5000:
                self._read.clear()
                self._begin.clear()
            assert isinstance(lexer, BasicLexer)
            word = self._next(lexer, at)
            if word.kind == UNREADABLE:
                assert isinstance(self.tables.root, BasicLexer)
                word = self._next(self.tables.root, at)
            self._read[key] = word
        return self._read[key]

    def _next(self, lexer: BasicLexer, at: int) -> Word:
        self._lexing.line_ctr.char_pos = at
        try:
            token: Token = lexer.next_token(self._lexing)
        except EOFError:
            return Word(END, "", len(self.text), len(self.text))
        except UnexpectedCharacters:
            at = self._lexing.line_ctr.char_pos
            name = _NAME.match(self.text, at)
            if name and name[0] in KEYWORDS:  # a keyword that the grammar knows in some places only, as `keep 2`
                return Word(KEYWORDS[name[0]], name[0], at, name.end())
            return Word(UNREADABLE, self.text[at], at, at + 1)
        kind = self.tables.plain.get(token.type, token.type)
        start = token.start_pos or 0
        return Word(kind, str(token), start, start + len(token))


@cache
def tables() -> Tables:
    """Made once: lark takes 80 ms for it, which only a text with an error pays."""
    return Tables()

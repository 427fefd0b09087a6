"""Runs the tables that lark makes of a grammar, in one loop.

Lark's own loop counts lines, tells errors and serves other lexers; a text is read twice as fast without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lark import Lark, Token
from lark.lexer import BasicLexer, ContextualLexer

Hook: TypeAlias = Callable[[Token], object]
_END = "AT_END"
"""The end of the text as a word; lark calls it `$END`, which no group of a pattern can be called."""


class Unfit(Exception):
    """A word that does not fit where it stands, or none at all; what is wrong there is for others to find."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that ends before a word: of how many values it makes one, how, and as what it goes on."""

    size: int
    build: Callable[[list[object]], object]
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A place in the grammar: a pattern of the words that fit, and what each of them means there.

    A word leads on to another place, or ends a rule first; `after` says where it goes on behind a rule that began here.
    """

    match: Callable[[str, int], re.Match[str] | None]
    moves: dict[str, State | Rule]
    after: dict[str, State]


class Lalr:
    """The tables of a grammar whose rules build values.

    `hooks` are called with words of their kinds as they are met; those that the grammar ignores are met too.
    """

    def __init__(self, lark: Lark, hooks: Mapping[str, Hook]) -> None:
        session = lark.parse_interactive("")
        conf, lexer = session.parser_state.parse_conf, session.lexer_thread.lexer
        assert isinstance(lexer, ContextualLexer)
        self.hooks, self.ignored = hooks, frozenset(lark.ignore_tokens)
        states = {}
        for at in conf.states:
            words = lexer.lexers[at]
            assert isinstance(words, BasicLexer)
            states[at] = State(re.compile(self._pattern(words)).match, {}, {})
        for at, row in conf.states.items():
            for name, (_, move) in row.items():
                kind = _END if name == "$END" else str(name)
                if not isinstance(move, int):
                    rule = Rule(len(move.expansion), conf.callbacks[move], str(move.origin.name))
                    states[at].moves[kind] = rule
                elif kind.isupper():  # as lark tells words from rules
                    states[at].moves[kind] = states[move]
                else:
                    states[at].after[kind] = states[move]
        self.start, self.end = states[conf.start_state], states[conf.end_state]

    def _pattern(self, words: BasicLexer) -> str:
        """Blanks, then one word in a group of its name: lark has put the words so that the first that fits is meant."""
        silent = [t for t in words.terminals if t.name in self.ignored and t.name not in self.hooks]
        blanks = "|".join(t.pattern.to_regexp() for t in silent)
        groups = [f"(?P<{t.name}>{t.pattern.to_regexp()})" for t in words.terminals if t not in silent]
        return rf"(?:{blanks})*+(?:{'|'.join(groups)}|(?P<{_END}>\Z))"

    def run(self, text: str) -> object:
        """What the rules build of a text. Raises `Unfit` where the grammar has no such text, and what hooks raise."""
        hooks, ignored, new = self.hooks, self.ignored, str.__new__
        state, at = self.start, 0
        states: list[State] = [state]
        values: list[object] = []
        while True:
            found = state.match(text, at)
            if found is None:
                raise Unfit
            kind, at = found.lastgroup, found.end()
            assert kind is not None
            word = new(Token, found[kind])  # its own constructor takes three times as long
            word.type, word.value, word.start_pos, word.end_pos = kind, found[kind], at - len(word), at
            if kind in hooks:
                hooks[kind](word)
            if kind in ignored:
                continue
            while isinstance(move := state.moves.get(kind), Rule):
                made = move.build(values[-move.size :] if move.size else [])
                if move.size:
                    del values[-move.size :], states[-move.size :]
                state = states[-1].after[move.name]
                states.append(state)
                values.append(made)
                if kind == _END and state is self.end:
                    return made
            if move is None:
                raise Unfit
            state = move
            states.append(state)
            values.append(word)

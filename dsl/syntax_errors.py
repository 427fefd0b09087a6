"""find(source): every syntax error of a text that the parser refused, where a person would look for it.

The text is read once, word by word. Where a word does not fit, repairs are tried (put a word in, leave one out, put
another in its place, take a name in another role, go up to the next statement) and the one after which most of the
following words fit is reported and taken. Each turn consumes a word or spends a recovery, and both are bounded.
"""

from collections.abc import Iterator
from itertools import chain

from lark import Token

from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.parser import MAX_NESTING, too_deep
from nasc.dsl.source import Source, Span
from nasc.dsl.syntax_characters import Fix, spelling, unreadable
from nasc.dsl.syntax_hints import PRECEDENCE, Repair, explain, explain_end, readings
from nasc.dsl.syntax_tables import END, UNREADABLE, Reader, Stack, Word, tables

MAX_ERRORS = 30
_RECOVERIES = 120
_SKIPPED = 20_000
"""How many words are skipped in search of the next statement, in one text."""
_AHEAD = 6
"""After how many words that fit a repair is as good as it can be."""
_QUIET = 2
"""How many words must have fitted since the last repair for an error to be one of its own."""

_ITEMS = frozenset({"USE", "OP", "OPS", "KIND", "SKELETON", "NETWORK", "RECIPE"})
_STARTS = _ITEMS | {"DEF", "FROM", "RETURN", "KEY", "CELLS", "REQUIRE"}
_OUTERMOST = _ITEMS - {"OP"}
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_MACROS = (
    ("(", "NAME", ")"),
    ("NAME", "(", "NAME", ")"),
    ("RETURN", "NAME"),
    ("=", "NAME"),
    ("=", "NAME", "(", "NAME", ")"),
    (":", "NAME"),
    (":", "NAME", "{"),
)


def find(source: Source) -> list[Diagnostic]:
    """The syntax errors of a text that is not valid, in order; at least one, at most `MAX_ERRORS`."""
    search = _Search(source)
    search.run()
    assert search.found, "the parser refused a text in which nothing is wrong"
    return sorted(search.found, key=lambda d: d.span.start if d.span else 0)


class _Search:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.tables = tables()
        self.reader = Reader(self.tables, source.text)
        self.found: list[Diagnostic] = []
        self.stack = self.tables.start
        self.at = 0
        self.previous: tuple[Stack, Word] | None = None  # the last word, and the stack before it
        self.behind = 0  # where the last word ends
        self.fitted = _QUIET
        self.recoveries = self.skipped = self.depth = 0
        self.statement = 0  # where the last statement, setting or item began
        self.said: set[tuple[str, int]] = set()
        self.assumed: set[int] = set()  # where a block is taken for opened without `{`
        self.done = False

    def run(self) -> None:
        while not self.done and len(self.found) < MAX_ERRORS and self.recoveries < _RECOVERIES:
            word = self.reader.read(self.at, self.stack[-1].state)
            if word.kind == UNREADABLE:
                accepted = self.tables.accepted(self.stack)
                self._rewrite(unreadable(self.reader.text, word.start, accepted), word.start)
            elif (after := self.tables.feed(self.stack, word)) is None:
                self._ends(word) if word.kind == END else self._recover(word)
            elif word.kind == END:
                self.done = True
            else:
                self._take(word, after)

    def _take(self, word: Word, after: Stack) -> None:
        if word.kind == "COMPARE" and word.text == "=":  # read by the grammar, so that it can be said here
            self._report(Diagnostic("E103", "`=` does not compare", self._span(word), help="write `==`"), word)
        if word.kind in _STARTS and len(word.text) and self._new_statement(word):
            self.statement = word.start
        self.previous = self.stack, word
        self.stack, self.at = after, word.end
        self.fitted += 1
        self._passed(word)

    def _new_statement(self, word: Word) -> bool:
        return word.kind != "DEF" or all(entry.symbol not in ("(", "[") for entry in self.stack[-3:])

    def _passed(self, word: Word) -> None:
        """A word is behind, taken or not: its end and the depth of brackets."""
        self.behind = word.end
        if word.kind in _PAIRS:
            self.depth += 1
            if self.depth > MAX_NESTING:
                token = Token("LPAR", word.text, start_pos=word.start, end_pos=word.end)
                self.found.append(too_deep(self.source, token))
                self.done = True
        elif word.kind in _PAIRS.values():
            self.depth = max(0, self.depth - 1)

    # what cannot be read, and signs of other languages

    def _rewrite(self, fix: Fix, at: int) -> None:
        self.recoveries += 1
        help = fix.help
        self._report(Diagnostic(fix.code, fix.message, Span(self.source, fix.start, fix.end), help=help))
        self.reader = Reader(self.tables, fix.apply(self.reader.text))
        self.at, self.fitted = at, 0

    # words that do not fit

    def _recover(self, word: Word) -> None:
        accepted = self.tables.accepted(self.stack)
        if fix := spelling(self.reader.text, word, accepted):
            self._rewrite(fix, word.start)
            return
        self.recoveries += 1
        repair = max(self._repairs(word), key=lambda r: r.score, default=None)
        if repair is None or repair.score <= 0:
            repair = Repair("skip", (), self.stack, word.end, word, self.stack, self._last)
        culprit, before = repair.culprit, repair.before
        accepted = self.tables.accepted(before)
        if self.fitted >= _QUIET:
            quiet = explain(self.source, self.reader.text, repair, accepted, self.assumed)
            if quiet is not None:
                self._report(quiet, word)
        self._repair_text(repair)
        self.fitted = 1 if repair.relabelled else 0
        for passed in repair.passed:
            self._passed(passed)
        self.stack, self.at, self.previous = repair.stack, repair.at, None
        if repair.kind == "skip":
            self._passed(culprit)
            self._skip()

    @property
    def _last(self) -> Word | None:
        return self.previous[1] if self.previous else None

    def _repair_text(self, repair: Repair) -> None:
        """An opening bracket that is changed or left out takes its partner along."""

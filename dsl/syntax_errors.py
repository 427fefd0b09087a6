"""find(source): every syntax error of a text that the parser refused, where a person would look for it.

The text is read once, word by word. Where a word does not fit, the best small repair is taken and the search
goes on; where none helps, words are skipped to the next statement, setting or item. Each turn consumes a word
or spends one of a bounded number of recoveries, so that it ends whatever the text.
"""

from collections.abc import Set

from lark import Token

from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.nesting import MAX_NESTING, too_deep
from nasc.dsl.source import Source, Span
from nasc.dsl.syntax_characters import Fix, spelling, unreadable
from nasc.dsl.syntax_hints import explain, explain_end
from nasc.dsl.syntax_repairs import (
    CLOSING,
    PAIRS,
    RESERVED,
    ROLES,
    STARTS,
    Repair,
    Stop,
    begins_line,
    best,
    open_brackets,
    up,
)
from nasc.dsl.syntax_tables import END, UNREADABLE, Reader, Stack, Word, tables

MAX_ERRORS = 30
_RECOVERIES = 120
_SKIPPED = 20_000
"""How many words are skipped in search of the next statement, in one text."""
_QUIET = 2
"""How many words must have fitted since the last repair for an error to be one of its own."""


def find(source: Source) -> list[Diagnostic]:
    """The syntax errors of a text that is not valid, in order; at least one, at most `MAX_ERRORS`."""
    search = _Search(source)
    search.run()
    assert search.found, "the parser refused a text in which nothing is wrong"
    return sorted(search.found, key=lambda d: d.span.start if d.span else 0)


class _Search:
    """The state of the search. `run` leaves what is wrong in `found`."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tables = tables()
        self.reader = Reader(self.tables, source.text)
        self.found: list[Diagnostic] = []
        self.said: set[tuple[str, int]] = set()
        self.stack = self.tables.start
        self.at = 0
        self.last: Word | None = None
        self.before_last: Stack | None = None  # None where the last word was not read as it stands
        self.reread: Repair | None = None  # the first name that was taken in another role than it seemed to have
        self.statement = 0  # where the last statement, setting or item began
        self.said_at = 0  # how far the text was read when something was said last
        self.fitted = _QUIET  # how many words since the last repair
        self.recoveries = self.skipped = self.depth = 0
        self.assumed: set[int] = set()  # where blocks are taken for opened although no `{` stands there
        self.returned: set[int] = set()  # where blocks begin whose `return` was met, though not at the end
        self.done = False

    def run(self) -> None:
        while not self.done and len(self.found) < MAX_ERRORS and self.recoveries < _RECOVERIES:
            word = self.reader.read(self.at, self.stack[-1].state)
            if word.kind == UNREADABLE:
                accepted = self.tables.accepted(self.stack)
                self._rewrite(unreadable(self.reader.text, word.start, accepted))
            elif (after := self.tables.feed(self.stack, word)) is None:
                self._ends() if word.kind == END else self._recover(word)
            elif word.kind == END:
                self.done = True
            else:
                self._take(word, after)
        if not self.found and self.reread:
            accepted = self.tables.accepted(self.reread.stop.stack)
            self._report(explain(self.source, self.source.text, self.reread, accepted))

    def _take(self, word: Word, after: Stack) -> None:
        if word.text == "=" and word.kind == "COMPARE":  # the grammar reads it, for the builder to refuse
            if fix := spelling(self.reader.text, word, {"COMPARE"}):
                self._rewrite(fix)
                return
            span = Span(self.source, word.start, word.end)
            self._report(Diagnostic("E103", "`=` does not compare", span, help="write `==`"))
        if word.kind in STARTS and self.stack[-1].symbol not in ("(", ","):
            self.statement = word.start
        self.before_last, self.stack = self.stack, after
        self._pass(word)

    def _pass(self, word: Word) -> None:
        """A word is behind, whether it fitted or not."""
        self.last, self.at = word, word.end
        self.fitted += 1
        if word.kind in PAIRS:
            self.depth += 1
            if self.depth > MAX_NESTING:
                token = Token("LPAR", word.text, start_pos=word.start, end_pos=word.end)
                self.found.append(too_deep(self.source, token))
                self.done = True
        elif word.kind in CLOSING:
            self.depth = max(0, self.depth - 1)

    def _report(self, diagnostic: Diagnostic) -> None:
        """What is said of a statement or a line is said once."""
        line = self.source.text.rfind("\n", 0, diagnostic.span.start) if diagnostic.span else 0
        keys = {(diagnostic.help or diagnostic.message, line)}
        if diagnostic.code == "E103":
            keys.add((diagnostic.message, self.statement))
        if not keys & self.said:
            self.found.append(diagnostic)
            self.said_at = self.at
        self.said |= keys

    def _rewrite(self, fix: Fix) -> None:
        """What cannot be read, or is a sign of another language, is said and read as what it stands for."""
        self.recoveries += 1
        span = Span(self.source, fix.start, fix.end)
        self._report(Diagnostic(fix.code, fix.message, span, help=fix.help))
        self.reader = Reader(self.tables, fix.apply(self.reader.text))
        self.fitted = 0
        self.said_at = fix.end

    def _ends(self) -> None:
        self.done = True
        opened = open_brackets(self.stack)
        assumed = bool(opened) and all(entry.start in self.assumed for entry in opened)
        if not self.found or (not assumed and (opened or self.fitted >= _QUIET)):
            accepted = self.tables.accepted(self.stack)
            self._report(explain_end(self.source, self.stack, accepted, self.last))

    def _recover(self, word: Word) -> None:
        text, accepted = self.reader.text, self.tables.accepted(self.stack)
        if fix := spelling(text, word, accepted) or self._unreadable_behind(word, accepted):
            self._rewrite(fix)
            return
        self.recoveries += 1
        repair = best(self.tables, self.reader, Stop(self.stack, word, self.last, self.before_last))
        if repair.kind == "read" and repair.put[0] in ROLES and repair.stop.word.text not in RESERVED:
            self.reread = self.reread or repair  # nothing to say yet: what is wrong stands behind the name
        else:
            if self._worth_saying(repair, accepted):
                there = self.tables.accepted(repair.stop.stack)
                self._report(explain(self.source, text, repair, there))
            self.fitted = 0
        for passed in repair.passed:
            self._pass(passed)
        if repair.kind in ("replace", "delete", "skip"):
            self.fitted = 0
        self.stack, self.at, self.before_last = repair.stack, repair.at, None
        if repair.text is not None:
            self.reader = Reader(self.tables, repair.text)
        if repair.kind == "up" and "RETURN" in {entry.symbol for entry in repair.stop.stack}:
            self.returned |= {entry.start for entry in repair.stack if entry.symbol == "{"}
        if repair.put and repair.put[-1] in PAIRS and repair.stop.word.kind not in PAIRS:
            self.assumed.add(repair.stop.word.start)
        if repair.kind == "skip":
            self._skip()
            self.fitted = 0

    def _unreadable_behind(self, word: Word, accepted: Set[str]) -> Fix | None:
        """The character that keeps a name from being what the statement needs, as in `s2-s5 = ...`."""
        behind = self.reader.read(word.end, self.tables.start[-1].state)
        if word.kind != "NAME" or behind.kind != UNREADABLE or "\n" in self.reader.text[word.end : behind.start]:
            return None
        return unreadable(self.reader.text, behind.start, accepted | ({".."} if "FROM" in accepted else set()))

    def _worth_saying(self, repair: Repair, accepted: Set[str]) -> bool:
        """Whether an error is one of its own and does not follow from one that was said.

        It is one if enough words have fitted since, or if it begins a line where a statement may begin.
        """
        word = self.reader.read(self.at, self.stack[-1].state)
        text = self.reader.text
        begins = begins_line(text, word) and not STARTS.isdisjoint(accepted)
        if self.fitted < _QUIET and not (begins and "\n" in text[self.said_at : word.start]):
            return False
        stack = repair.stop.stack
        opened = open_brackets(stack)
        if repair.put == ("RETURN", "NAME"):
            return opened[-1].start not in self.returned
        closes = repair.kind == "up" or (len(repair.put) == 1 and repair.put[0] in CLOSING)
        return not (closes and opened and opened[-1].start in self.assumed)

    def _skip(self) -> None:
        """Go on to a word that begins a statement, a setting or an item, or ends a block."""
        depth = 0
        while self.skipped < _SKIPPED and not self.done:
            word = self.reader.read(self.at, self.tables.start[-1].state)
            if word.kind == END:
                return
            text = self.reader.text
            if depth <= 0 or (word.kind in STARTS - {"OP"} and begins_line(text, word)):
                above = up(self.tables, text, self.stack, word)
                if above is not None:
                    self.stack = above
                    return
            depth += (word.kind in PAIRS) - (word.kind in CLOSING)
            self.skipped += 1
            self._pass(word)
        self.done = True

"""Repairs of a word that does not fit: the small changes worth trying, and how well the text goes on then.

A name has a role by what stands behind it: `s2` is a DEF before `=`, a KEY before `:`, and a NAME else. So a
sign that is missing shows at the name before it, and one of the changes is to read a name in another role.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from nasc.dsl.syntax_tables import END, KEYWORDS, UNREADABLE, Entry, Reader, Stack, Tables, Word

AHEAD = 6
"""After how many words that fit a repair is as good as it can be."""
_WIDEST = 1000
"""How far a line is looked at."""
_LARGE = 2**20
"""Longer texts are not copied for a trial."""
PAIRS = {"(": ")", "[": "]", "{": "}"}
CLOSING = frozenset(PAIRS.values())
RESERVED = KEYWORDS.keys() - {"search", "train", "cells", "nas"}
_NOT_NAMES = KEYWORDS.keys() - {"cells"}
"""Words that are rarely meant as names, though not all of them are reserved."""
ROLES = ("NAME", "DEF", "KEY", "FROM")
"""What a name may be, by what stands behind it."""
ITEMS = frozenset({"USE", "OP", "OPS", "KIND", "SKELETON", "NETWORK", "RECIPE"})
STARTS = ITEMS | {"DEF", "FROM", "RETURN", "KEY", "CELLS", "REQUIRE"}
_OUTERMOST = ITEMS - {"OP"}
_ASSUMED = {"NAME": ("KIND", "NETWORK"), "KEY": ("NETWORK",), ":": ("KEY",), "=": ("DEF",)}
"""The words among `STARTS` that are put in, and before which kinds."""
BLOCKS = frozenset({"KIND", "SKELETON", "NETWORK", "RECIPE"})
_LITERALS = frozenset({"INT", "NUMBER", "SIZE", "STRING", "QUOTED", "NAME"})
_SEPARATORS = frozenset({",", "+", "->", "|", "..", "*", "@", "MUL"})
_PREFERRED = (")", "}", "]", "+", ",", "->", "=", ":", "(", "{", "_OF", "|", "..", "*", "COMPARE")
"""What is rather put in than another where both would do."""
_SEQUENCES = (
    ("(", "NAME", ")"),
    ("NAME", "(", "NAME", ")"),
    ("RETURN", "NAME"),
    ("=", "NAME"),
    ("=", "NAME", "(", "NAME", ")"),
    (":", "NAME"),
    (":", "NAME", "{"),
    ("+", "NAME"),
    (",", "NAME"),
)
"""What is put in together where one word alone does not help."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the parser stands: a word does not fit behind the stack.

    `last` is the word before it and `before_last` the stack without that, where it was read as it stands.
    """

    stack: Stack
    word: Word
    last: Word | None
    before_last: Stack | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """A change of the text after which reading goes on at `at` with `stack`.

    `stop` is where it sets in, which may be one word later than the parser saw it: `s2 a(s0)` fails at `s2`,
    a name without `=`, and is repaired before `a`. `put` are the kinds put in; `passed` the words that are
    behind then; `text` the text to go on with, where it is another one.
    """

    kind: Literal["read", "insert", "replace", "delete", "delete last", "wrap", "up", "skip"]
    put: tuple[str, ...]
    stop: Stop
    stack: Stack
    at: int
    passed: tuple[Word, ...] = ()
    cost: float = 0.0
    fits: int = 0
    text: str | None = None

    @property
    def score(self) -> float:
        return self.fits - self.cost


def best(tables: Tables, reader: Reader, stop: Stop) -> Repair:
    """The repair after which most of the next words fit; where none helps, to skip the word."""
    found = Repair("skip", (), stop, stop.stack, stop.word.end, (stop.word,))
    for repair in _repairs(tables, reader, stop):
        ahead, tried = reader, repair
        large = len(reader.text) > _LARGE
        if not large and repair.kind in ("replace", "delete") and (opening := repair.passed[-1]).kind in PAIRS:
            text = _with_partner(reader.text, opening, repair.put)
            ahead, tried = Reader(tables, text), replace(repair, text=text)
        tried = replace(tried, fits=fitting(tables, ahead, tried.stack, tried.at))
        if tried.score > found.score:
            found = tried
    return found


def _with_partner(text: str, opening: Word, put: tuple[str, ...]) -> str:
    """The text for a bracket that is read as another, or not at all: its partner on the line goes along."""
    depth = 0
    line_end = text.find("\n", opening.end)
    for at in range(opening.end, min(len(text) if line_end < 0 else line_end, opening.end + _WIDEST)):
        depth += (text[at] in PAIRS) - (text[at] in CLOSING)
        if depth < 0:
            closing = PAIRS.get(put[0], " ") if put else " "
            return text[:at] + closing + text[at + 1 :] if text[at] == PAIRS[opening.kind] else text
    return text


def fitting(tables: Tables, reader: Reader, stack: Stack, at: int) -> int:
    """How many of the next words fit; `AHEAD` where the text ends well before that.

    A word that begins a line where a statement may begin counts, whatever is wrong with the statement.
    """
    for count in range(AHEAD):
        word = reader.read(at, stack[-1].state)
        after = tables.feed(stack, word)
        if after is None:
            begins = word.kind == "NAME" and begins_line(reader.text, word)
            return count + (begins and not STARTS.isdisjoint(tables.accepted(stack)))
        if word.kind == END:
            break
        stack, at = after, word.end
    return AHEAD


def readings(word: Word) -> Iterator[tuple[str, float]]:
    """The other roles a word can have been meant in, and how far-fetched they are."""
    if not word.text[:1].isidentifier():
        return
    text = word.text.lower()
    exact = word.text in _NOT_NAMES
    for kind in ROLES:
        if kind != word.kind:
            yield kind, 0.5 if exact else 0.2
    for keyword, kind in KEYWORDS.items():
        if kind != word.kind and keyword == misspelt(text):
            yield kind, 0.1 if keyword == word.text else 0.4


def misspelt(text: str) -> str:
    """The keyword that a word looks like; the word itself where it is one.

    >>> misspelt("netwrok"), misspelt("Cell"), misspelt("normal")
    ('network', 'cell', '')
    """
    text = text.lower()
    if text in KEYWORDS or len(text) > 12:
        return text if text in KEYWORDS else ""
    ratio, keyword = max((SequenceMatcher(None, text, k).ratio(), k) for k in KEYWORDS)
    return keyword if ratio >= (0.7 if len(keyword) > 3 else 0.8) else ""


def block_of(stack: Stack) -> int | None:
    """Where in the stack the `{` of the open cell, network or recipe is."""
    if any(entry.symbol in BLOCKS for entry in stack):
        return next((i for i, entry in enumerate(stack) if entry.symbol == "{"), None)
    return None


def open_brackets(stack: Stack) -> list[Entry]:
    """The opening brackets that wait for their partner, the outermost first."""
    opened: list[Entry] = []
    for entry in stack:
        if entry.symbol in PAIRS:
            opened.append(entry)
        elif entry.symbol in CLOSING and opened:
            opened.pop()
    return opened


def begins_line(text: str, word: Word) -> bool:
    """Whether nothing but blanks stands before a word on its line."""
    before = text[max(0, word.start - _WIDEST) : word.start]
    return not before.rpartition("\n")[2].strip() and ("\n" in before or word.start < _WIDEST)


def up(tables: Tables, text: str, stack: Stack, word: Word) -> Stack | None:
    """The stack with as little as possible taken off for the word to begin a statement, a setting or an item.

    A block is left only for an item that begins a line, or for its `}`.
    """
    if word.kind not in STARTS and word.kind != "}":
        return None
    block = block_of(stack)
    leaves = word.kind in _OUTERMOST and begins_line(text, word)
    inside = word.kind not in ITEMS  # at the outermost level `x:` would be taken for the name of a network
    for size in range(len(stack), 0, -1):
        if (block is None and inside) or (block is not None and size <= block and not leaves):
            break
        if tables.feed(stack[:size], word) is not None:
            return stack[:size]
    if word.kind == "}" and block is not None:  # of a cell whose `return` is what is wrong
        return tables.put(stack[: block + 1], ("RETURN", "NAME"), word.start)
    return None


def _repairs(tables: Tables, reader: Reader, stop: Stop) -> Iterator[Repair]:
    yield from _edits(tables, reader.text, Repair("read", (), stop, stop.stack, stop.word.start))
    for reread in _reread(tables, reader, stop):
        yield reread
        if reread.put[0] in ROLES and reread.stop.word.text in _NOT_NAMES:  # unless all is well then
            continue
        follows = reader.read(reread.at, reread.stack[-1].state)
        behind = reread.passed[-1] if reread.passed else reread.stop.word
        yield from _edits(tables, reader.text, replace(reread, stop=Stop(reread.stack, follows, behind)))
    if stop.last and stop.before_last and stop.last.kind in _SEPARATORS:
        yield Repair("delete last", (), stop, stop.before_last, stop.word.start, cost=0.9)
    if (above := up(tables, reader.text, stop.stack, stop.word)) is not None:
        cost = 1.5 if block_of(above) == block_of(stop.stack) else 2.0
        yield Repair("up", (), stop, above, stop.word.start, cost=cost)


def _reread(tables: Tables, reader: Reader, stop: Stop) -> Iterator[Repair]:
    """The word, or the one before it, taken in another role."""
    for kind, cost in readings(stop.word):
        word = stop.word._replace(kind=kind)
        if kind == "NAME" and stop.word.kind in ("KEY", "DEF") and begins_line(reader.text, word):
            cost += 1.2  # it rather begins a statement than it continues one
        if (after := tables.feed(stop.stack, word)) is not None:
            yield Repair("read", (kind,), stop, after, word.end, (word,), cost)
    if stop.last and stop.before_last:
        for kind, cost in readings(stop.last):
            word = stop.last._replace(kind=kind)
            if (after := tables.feed(stop.before_last, word)) is not None:
                earlier = Stop(stop.before_last, word, None)
                yield Repair("read", (kind,), earlier, after, word.end, (), cost + 0.2)


def _edits(tables: Tables, text: str, base: Repair) -> Iterator[Repair]:
    """Something put in before the word that does not fit, another word in its place, or the word left out."""
    word, stack = base.stop.word, base.stop.stack
    if word.kind in (END, UNREADABLE):
        return
    accepted = tables.accepted(stack)
    here = replace(base, at=word.start)
    beyond = replace(base, at=word.end, passed=(*base.passed, word))
    first = begins_line(text, word)  # it rather begins a statement than it continues one
    last = not text[word.end : word.end + _WIDEST].partition("\n")[0].partition("#")[0].strip()
    putable = (accepted - STARTS - {END, "NAS"}) | (accepted & {"RETURN", *_ASSUMED.get(word.kind, ())})
    for kind in sorted(putable):
        after = tables.put(stack, (kind,), word.start)
        assert after is not None
        late = _PREFERRED.index(kind) / 100 if kind in _PREFERRED else 0.4
        cost = 0.8 + late + 1.2 * (first and kind in _SEPARATORS) + 2.0 * (kind == "RETURN" and not first)
        if kind in ("KEY", "DEF"):
            cost = 0.6
        elif kind in ITEMS:
            cost = 2.0
            if word.kind == "NAME":
                yield replace(beyond, kind="replace", put=(kind,), stack=after, cost=base.cost + cost)
        yield replace(here, kind="insert", put=(kind,), stack=after, cost=base.cost + cost)
        if _alike(word.kind, kind):
            entry: Entry = after[-1]
            shown = [*after[:-1], entry._replace(text=word.text)]
            cost = 0.75 + late / 10 + 0.4 * (last and kind in ("+", "->"))
            yield replace(beyond, kind="replace", put=(kind,), stack=shown, cost=base.cost + cost)
    for sequence in _SEQUENCES:
        if sequence[0] in accepted and (after := tables.put(stack, sequence, word.start)) is not None:
            cost = base.cost + (2.2 if sequence[0] == "=" else 1.4)
            yield replace(here, kind="insert", put=sequence, stack=after, cost=cost)
    if word.kind == "NAME" and (after := tables.put(stack, ("(", "NAME", ")"), word.start)) is not None:
        yield replace(beyond, kind="wrap", put=("(", "NAME", ")"), stack=after, cost=base.cost + 1.2)
    yield replace(beyond, kind="delete", stack=stack, cost=base.cost + 0.95 + 1.2 * (first and word.kind == "NAME"))


def _alike(found: str, wanted: str) -> bool:
    """Whether a word may have been written for another: a value, a bracket or a sign for another."""
    if found in _LITERALS:
        return wanted in _LITERALS
    if wanted in PAIRS:
        return found in PAIRS or (found, wanted) == (":", "{")
    if wanted in CLOSING:
        return found in CLOSING
    return _is_sign(found) and _is_sign(wanted)


def _is_sign(kind: str) -> bool:
    return kind in ("COMPARE", "MUL") or not (kind[0].isalpha() or kind[0] == "_")

"""A word that does not fit with all that a rule may ask about it, and what a rule has to say."""

from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property

from nasc.dsl.source import Source
from nasc.dsl.syntax_repairs import (
    ITEMS,
    Repair,
    open_brackets,
)
from nasc.dsl.syntax_tables import KEYWORDS, Stack, Word
from nasc.dsl.syntax_words import block_kind

_KEYWORD = {kind: word for word, kind in reversed(KEYWORDS.items())}


@dataclass(frozen=True)
class Case:
    """A word that does not fit, and what the rules ask about it."""

    source: Source
    text: str
    repair: Repair
    accepted: Set[str]

    @property
    def found(self) -> Word:
        return self.repair.stop.word

    @property
    def last(self) -> Word:
        return self.repair.stop.last or Word("", "", 0, 0)

    @property
    def stack(self) -> Stack:
        return self.repair.stop.stack

    @cached_property
    def symbols(self) -> list[str]:
        return [entry.symbol for entry in self.stack]

    @cached_property
    def block(self) -> str:
        return block_kind(self.stack)

    @cached_property
    def item(self) -> tuple[str, str]:
        """Keyword and name of the item that is being read."""
        at = next((i for i, symbol in enumerate(self.symbols) if symbol in ITEMS), None)
        if at is None:
            return "", ""
        name = self.stack[at + 1].text if at + 1 < len(self.stack) else ""
        keyword = self.stack[at].text  # what is written, which may be no keyword
        return keyword if keyword in KEYWORDS else _KEYWORD[self.stack[at].symbol], name

    @cached_property
    def inside(self) -> str:
        """The innermost bracket that is open."""
        return next((entry.symbol for entry in reversed(open_brackets(self.stack))), "")

    def line(self, offset: int) -> int:
        return self.source.place(offset)[0]


@dataclass(frozen=True, slots=True)
class Advice:
    """What a rule has to say; what is empty stays as it is without the rule."""

    help: str = ""
    message: str = ""
    place: Word | None = None

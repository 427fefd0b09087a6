"""Where a character stands: `Source` is a text with a name, `Span` a stretch of it."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate


@dataclass(frozen=True, eq=False)
class Source:
    """A text and the name it is reported under. Two sources are the same only if they are one object."""

    name: str
    text: str

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of the first character of every line."""
        return [0, *accumulate(len(part) + 1 for part in self.text.split("\n"))][:-1]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from one.

        >>> Source("x", "ab\\ncd").place(4)
        (2, 2)
        """
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of one line, counted from one, without its line end."""
        start = self.line_starts[number - 1]
        end = self.text.find("\n", start)
        return (self.text[start:] if end < 0 else self.text[start:end]).rstrip("\r")


@dataclass(frozen=True, slots=True)
class Span:
    """The characters `start` to `end` (exclusive) of a source."""

    source: Source
    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        """The span from the start of this one to the end of `other`."""
        return Span(self.source, self.start, max(self.end, other.end))

    @property
    def text(self) -> str:
        """What stands there."""
        return self.source.text[self.start : self.end]

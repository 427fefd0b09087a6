"""Files and foreign texts: whatever a user names becomes a document."""

from dataclasses import dataclass
from pathlib import Path

from nasc.dsl import dialects
from nasc.dsl.diagnostic import Diagnostic, fail, nearest
from nasc.dsl.nodes import Document
from nasc.dsl.parser import MAX_BYTES, parse
from nasc.dsl.source import Source, Span


@dataclass(frozen=True)
class Reading:
    """A document, and what the reader of a foreign format had to say about it."""

    document: Document
    warnings: tuple[Diagnostic, ...] = ()


def read(source: Source, dialect: str | None = None) -> Reading:
    """The document of a text in any known format; `dialect` names it where the text alone cannot tell.

    Raises `NasError`: the text has errors, or no such dialect is known (E107).
    """
    if dialect is not None and dialect != "nas" and dialect not in dialects.DIALECTS:
        known = ", ".join(["nas", *dialects.DIALECTS])
        help = nearest(dialect, dialects.DIALECTS) or f"known formats: {known}"
        raise fail("E107", f"`{dialect}` is not a known format", help=help)
    found = dialect or dialects.recognise(source.text) or "nas"
    if found == "nas":
        return Reading(parse(source))
    reading = dialects.DIALECTS[found].read(source)
    return Reading(reading.document, reading.warnings)


def read_bytes(name: str, data: bytes) -> Source:
    """Bytes as a source: UTF-8, with or without a byte-order mark. Raises `NasError` (E101, E105)."""
    if len(data) > MAX_BYTES:
        raise fail("E105", f"{name} is longer than 16 MiB", help="at most 16 MiB are read")
    try:
        return Source(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8-sig")
        shown = Source(name, good + data[error.start :].decode("utf-8", errors="replace"))
        message = f"byte 0x{data[error.start]:02X} is not UTF-8"
        raise fail("E101", message, Span(shown, len(good), len(good) + 1), help="save the file as UTF-8") from None


def read_path(path: Path) -> Source:
    """The text of a file. Raises `NasError`: E108 naming the reason it cannot be read, E101 and E105."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)  # never all of it: a device may have no end
    except OSError as error:
        help = "name a file in it, or the directory of a run" if path.is_dir() else "see who may read it"
        raise fail("E108", f"{path} cannot be read: {error.strerror or error}", help=help) from None
    return read_bytes(str(path), data)

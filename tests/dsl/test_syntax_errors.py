"""Syntax errors as a user sees them.

Each `errors/syntax/NAME.nas` is a text with typical mistakes, `NAME.txt` beside it what is shown for it. The
last line of the text says where a person would look for each mistake: `# 5:12 7:3`. With `NASC_REGENERATE=1` the
shown texts are written anew; their diff is what a reviewer reads.
"""

import os
import re
import time
from pathlib import Path

import pytest

from nasc.dsl.diagnostic import Diagnostic, NasError, show
from nasc.dsl.parser import MAX_BYTES, parse
from nasc.dsl.source import Source
from nasc.dsl.syntax_characters import LOOK_ALIKE
from nasc.dsl.syntax_errors import MAX_ERRORS, find
from nasc.dsl.syntax_tables import tables
from nasc.dsl.syntax_words import expected

FOLDER = Path(__file__).parent / "errors" / "syntax"
CASES = sorted(path.stem for path in FOLDER.glob("*.nas"))


def errors(text: str, name: str = "x.nas") -> list[Diagnostic]:
    with pytest.raises(NasError) as caught:
        parse(Source(name, text))
    return list(caught.value.diagnostics)


def case(name: str) -> tuple[str, list[Diagnostic]]:
    text = (FOLDER / f"{name}.nas").read_bytes().decode()
    return text, errors(text, f"{name}.nas")


def places(text: str) -> list[int]:
    """The offsets of the mistakes, from the last line."""
    starts = Source("", text).line_starts
    *_, last = text.splitlines()
    return [starts[int(line) - 1] + int(column) - 1 for line, column in re.findall(r"(\d+):(\d+)", last)]


def is_near(text: str, place: int, diagnostic: Diagnostic) -> bool:
    """Whether a diagnostic is on the line of a mistake and at most one word away from it."""
    span = diagnostic.span
    assert span is not None
    between = text[min(place, span.start) : max(place, span.start)]
    return "\n" not in between and len(re.findall(r"\w+|[^\w\s]+", between)) <= 1


@pytest.mark.parametrize("name", CASES)
def test_shown(name: str) -> None:
    _, found = case(name)
    shown = "\n\n".join(show(found)) + "\n"
    golden = FOLDER / f"{name}.txt"
    if os.environ.get("NASC_REGENERATE"):
        golden.write_bytes(shown.encode())
    assert shown == golden.read_bytes().decode()


@pytest.mark.parametrize("name", CASES)
def test_one_report_where_each_mistake_is(name: str) -> None:
    text, found = case(name)
    mistakes = places(text)
    assert mistakes, "the last line says where the mistakes are"
    assert len(found) == len(mistakes)
    for place, diagnostic in zip(mistakes, found, strict=True):
        assert is_near(text, place, diagnostic), show([diagnostic])[0]


def test_the_folder_is_complete() -> None:
    assert len(CASES) >= 35
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(CASES)


def test_messages_speak_the_language_of_the_user() -> None:
    names = {name for name in tables().terminals if name.isupper() or name.startswith("_")}
    for name in CASES:
        _, found = case(name)
        for diagnostic in found:
            assert diagnostic.code in ("E102", "E103", "E104", "E105")
            words = set(re.findall(r"\w+", f"{diagnostic.message} {diagnostic.help}"))
            assert not words & (names - {"NAME", "OP"}), diagnostic
            assert diagnostic.message.count("`") % 2 == 0 or "```" in diagnostic.message


def test_something_is_expected_in_every_state() -> None:
    machine = tables()
    for state, moves in machine.moves.items():
        if kinds := moves.keys() & machine.terminals:
            said = expected(kinds, [machine.start[0]._replace(state=state)] * 2)
            assert said, kinds
            assert said.count(",") + said.count(" or ") <= 8, said


@pytest.mark.parametrize("character", sorted(LOOK_ALIKE), ids=lambda c: f"U+{ord(c):04X}")
def test_look_alike(character: str) -> None:
    """Each is named with its code point, once, and only what it stands for can be wrong besides."""
    first, *rest = errors(f"op a = b {character} c\nop d = e {character} f\n")
    assert first.code == "E102"
    assert f"U+{ord(character):04X}" in first.message
    assert first.help.startswith("write")
    assert all(f"U+{ord(character):04X}" not in d.message for d in rest)


def test_at_most_thirty_errors_are_reported() -> None:
    text = "cell a(s0, s1) {\n" + "".join(f"  s{n} = b(s0) + c[s1]\n" for n in range(2, 100)) + "  return s2\n}\n"
    found = errors(text)
    assert len(found) == MAX_ERRORS
    assert [d.span.source.place(d.span.start)[0] for d in found if d.span] == list(range(2, 2 + MAX_ERRORS))


def test_a_wrong_statement_does_not_hide_the_next_one() -> None:
    lines = [
        "s2 b(s0)",
        "s3 = b(s0",
        "s4 = b s0",
        "s5 = keep 2 c(*)",
        "s6 := b(s0)",
        "s7 = b(s0),",
        "retrun s7",
    ]
    found = errors("cell a(s0, s1) {\n" + "\n".join(lines) + "\n}\n")
    assert [d.span.source.place(d.span.start)[0] for d in found if d.span] == list(range(2, 2 + len(lines)))


HOSTILE = {
    "round": "(",
    "braces": "{",
    "quotes": '"',
    "open quotes": '"\n',
    "apostrophes": "'",
    "stretches": "a..b..",
    "equations": "a = ",
    "at": "@",
    "digits": "1",
    "name": "a",
    "accents": "é",
    "mixed": "éa",
    "names": "a ",
    "chains": "op a = b -> ",
    "cells": "cell a(s0) { ",
    "edges": "s1 = a(s0) b(s0) ",
    "settings": "a: 1 b 2 ",
    "slashes": "/",
    "dashes": "-",
    "closing": "}",
}


@pytest.mark.parametrize("size", [2**16, pytest.param(MAX_BYTES, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_ends_soon(name: str, size: int) -> None:
    start = {"edges": "cell a(s0) { ", "settings": "network a { "}.get(name, "")
    text = (start + HOSTILE[name] * (size // len(HOSTILE[name])))[:size]
    begun = time.perf_counter()
    assert find(Source("x.nas", text))
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("inside", ["{}", "cell a(s0) {{ s1 = {}", "op a = {}", "network a {{ b: {}"])
def test_nesting_is_limited(inside: str) -> None:
    for size in (65, 1000, 2**20):
        *_, last = errors(inside.format("(" * size))
        assert last.code == "E105"

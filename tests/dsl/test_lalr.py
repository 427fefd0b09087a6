"""Our loop over lark's tables against lark's own, and the collector that waits meanwhile."""

import gc
from collections.abc import Iterator

import pytest
from lark import Lark, UnexpectedInput

from nasc import genotypes
from nasc.dsl.collector import uncollected
from nasc.dsl.diagnostic import NasError
from nasc.dsl.lalr import Lalr, Unfit
from nasc.dsl.parser import grammar, parse
from nasc.dsl.source import Source

LARK = Lark(grammar(), parser="lalr", maybe_placeholders=True)
FOLDERS = ("new", "recipes", "spaces", "std", "zoo")
TEXT = "nas 1\nuse std.darts  # ours\ncell c(s0, s1) { s2 = darts(*)  return s2 }\nsearch darts { lr: 1e-3 }\n"


@pytest.mark.parametrize("folder", FOLDERS)
def test_shipped_texts_are_read_as_lark_reads_them(folder: str) -> None:
    ours = Lalr(LARK, {})
    for name in genotypes.names(folder):
        text = genotypes.shipped(f"{folder}/{name}").read_text(encoding="utf-8")
        assert ours.run(text) == LARK.parse(text), name


def test_what_lark_refuses_is_refused() -> None:
    """Wherever a text ends, or a character of it is another one."""
    ours = Lalr(LARK, {})
    for text in (*_cut(), *_changed()):
        try:
            expected = LARK.parse(text)
        except UnexpectedInput:
            with pytest.raises(Unfit):
                ours.run(text)
        else:
            assert ours.run(text) == expected


def _cut() -> Iterator[str]:
    return (TEXT[:end] for end in range(len(TEXT)))


def _changed() -> Iterator[str]:
    return (TEXT[:at] + other + TEXT[at + 1 :] for at in range(len(TEXT)) for other in "} ?=")


def test_hooks_meet_words_in_order_ignored_ones_too() -> None:
    met: list[str] = []
    Lalr(LARK, {"COMMENT": met.append, "LBRACE": met.append}).run(TEXT)
    assert met == ["# ours", "{", "{"]


@pytest.mark.parametrize("before", [True, False])
def test_the_collector_is_left_as_it_was(before: bool) -> None:
    seen: list[bool] = []
    try:
        (gc.enable if before else gc.disable)()
        uncollected(lambda: seen.append(gc.isenabled()))()
        with pytest.raises(NasError):
            parse(Source("x.nas", TEXT[:-3]))
        assert (seen, gc.isenabled()) == ([False], before)
    finally:
        gc.enable()

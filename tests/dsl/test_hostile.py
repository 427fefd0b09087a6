"""Whatever the text: a document, or diagnostics that can be shown. Never another exception, and soon."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import NasError, show
from nasc.dsl.parser import parse
from nasc.dsl.source import Source
from nasc.dsl.syntax_tables import tables

VALID = """\
nas 1                                   # language version
use std.darts
use "my_ops.nas"

op sep_conv(k) = relu -> dwconv(k, stride=2, dilation=2) -> conv(1, out=C/2 + 1) -> bn
op skip_connect/2 = relu -> [conv(1, out=C*2), shift(1, 1) -> (conv((1, k)) + identity)] -> bn(affine=off)
ops few = sep_conv | skip_connect

cell normal(s0, s1) {
  ('sep_conv_3x3', 2, 1), (skip_connect, 2, 0)
  s3 = sep_conv(s0, s1) @0.31 + 0.5*{sep_conv | skip_connect}(s2)
  s4..s6 = keep 0..2 of few(*) + keep 2 of (few(s0) + {keep 1 of few}(s1))
  return concat(s2..s4, s6)
}
recurrent cell0(x, h) { s0 = gate(x, h)  s1 = tanh(s0)  return s1 }

skeleton small: darts_cifar { op max_pool_3x3 = max_pool(3, stride) -> bn  input: 3x32x32  edge: operation }
network cifar: small {
  channels: 36
  cells: normal*6, normal[0..1]/2*2, normal*
  require params <= 3.3M
  require count(skip_connect, normal) == 2
}
search gdas { network: cifar  tau: (10, 1)  rate: 3e-4  dropout: 50% }
train { network: cifar }
"""
REPOSITORY = Path(__file__).parents[2]
TEXTS = [VALID, *(path.read_text("utf-8") for path in sorted(REPOSITORY.glob("genotypes/std/*.nas"))[:2])]
PARTS = re.compile(r"\s+|#[^\n]*|\w+|->|\.\.|[=<>~]=|.")
WORDS = [*sorted(set(PARTS.findall(VALID))), "//", '"', "'", "é", "5s", "\0"]


def check(text: str) -> None:
    """The promise of this file."""
    try:
        document = parse(Source("x.nas", text))
    except NasError as error:
        found = error.diagnostics
    else:
        assert isinstance(document, n.Document)
        return
    assert found
    for diagnostic in found:
        assert diagnostic.span is not None
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
        assert diagnostic.message
        assert "\n" not in diagnostic.message
        assert diagnostic.as_json()
    assert all(show(found))


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Making the tables is not to count against the first example."""
    check(VALID)
    tables()


soon = settings(deadline=1000, max_examples=100)


def test_the_texts_are_valid() -> None:
    for text in TEXTS:
        assert parse(Source("x.nas", text)).items


@soon
@given(st.text(st.characters(exclude_categories=())))
def test_any_text(text: str) -> None:
    check(text)


@soon
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    check(data.decode("utf-8", "replace"))
    check(data.decode("latin-1"))


@soon
@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_words_in_any_order(text: str) -> None:
    check(text)
    check("cell a(s0) { " + text)
    check("network a { " + text)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A valid text, some words of it deleted, doubled, swapped, changed or put in."""
    words = PARTS.findall(draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 4))):
        at, other = (draw(st.integers(0, len(words) - 1)) for _ in range(2))
        match draw(st.integers(0, 4)):
            case 0:
                words[at] = ""
            case 1:
                words[at] *= 2
            case 2:
                words[at], words[other] = words[other], words[at]
            case 3:
                words[at] = draw(st.sampled_from(WORDS))
            case _:
                words[at] += draw(st.sampled_from(WORDS) | st.characters())
    return "".join(words)


@soon
@given(mutated())
def test_mutated_texts(text: str) -> None:
    check(text)


@soon
@given(st.data())
def test_characters_exchanged(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)))
    check(text[:start] + data.draw(st.text(max_size=3)) + text[end:])


def test_a_text_cut_off_anywhere() -> None:
    for end in range(len(VALID)):
        check(VALID[:end])


def test_a_text_that_lacks_one_character() -> None:
    for at in range(0, len(VALID), 3):
        check(VALID[:at] + VALID[at + 1 :])


@pytest.mark.parametrize("separator", ["\r\n", "\r", "\f", "\ufeff"])
def test_other_line_ends(separator: str) -> None:
    check(VALID.replace("\n", separator))
    check(VALID.replace("}", "").replace("\n", separator))

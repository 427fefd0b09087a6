"""The Python literals of published genotypes: what is read, where errors stand, what hostile texts cost."""

import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasc.dsl.diagnostic import NasError
from nasc.dsl.dialects.literal import (
    Call,
    Items,
    Literal,
    Mapping,
    Real,
    String,
    Whole,
    Word,
    parse_data,
    parse_literal,
)
from nasc.dsl.source import Source


def plain(value: Literal) -> object:
    """A literal as Python has it; calls and words as tuples."""
    match value:
        case Whole(value=number):
            return number
        case Real(text=text):
            return float(text)
        case String(value=text):
            return text
        case Word(text=text):
            return (text,)
        case Items(members=members):
            return [plain(m) for m in members]
        case Call(name=name, fields=fields):
            return name.text, [(f.name.text if f.name else None, plain(f.value)) for f in fields]
        case Mapping(pairs=pairs):
            return {pair.key.value: plain(pair.value) for pair in pairs}


def test_everything_a_genotype_holds() -> None:
    text = """\ufeff# a comment, with ( in it
    NAME = Genotype(\r
        [('a', 2, 0), ("b",), (),],  # another
        range(-1, +2), None, x=-0.5, y=1e-05, z=.5, w=2.,
    )"""
    call = parse_literal(Source("f.txt", text))
    edges = [["a", 2, 0], ["b"], []]
    fields: list[tuple[str | None, object]] = [
        (None, edges),
        (None, ("range", [(None, -1), (None, 2)])),
        (None, ("None",)),
    ]
    fields += [("x", -0.5), ("y", 1e-05), ("z", 0.5), ("w", 2.0)]
    assert plain(call) == ("Genotype", fields)
    assert call.span.text.startswith("Genotype(")
    assert call.span.text.endswith(")")


def test_spans_are_those_of_the_text() -> None:
    call = parse_literal(Source("f.txt", "G(x=[('a', 2)])"))
    (field,) = call.fields
    assert field.span.text == "x=[('a', 2)]"
    assert isinstance(field.value, Items)
    (edge,) = field.value.members
    assert isinstance(edge, Items)
    assert [edge.span.text, *(m.span.text for m in edge.members)] == ["('a', 2)", "a", "2"]


SCALARS = (
    st.integers(-(10**18) + 1, 10**18 - 1)
    | st.floats(-1e9, 1e9)
    | st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="\\\"'"), max_size=9)
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("ab_:/", max_size=9), inner))
"""What JSON and Python write alike, without backslashes."""


@settings(max_examples=100, deadline=None)
@given(st.lists(VALUES) | st.dictionaries(st.text("ab_:/", max_size=9), VALUES))
def test_data_is_read_as_json_and_python_write_it(value: object) -> None:
    for text in (json.dumps(value, ensure_ascii=False), json.dumps(value, ensure_ascii=False, indent=2), repr(value)):
        assert plain(parse_data(Source("f.json", text))) == value


def test_spans_of_data() -> None:
    data = parse_data(Source("f.json", 'x = {"a": [true], "b": -1}'))
    assert isinstance(data, Mapping)
    assert [p.span.text for p in data.pairs] == ['a": [true]', 'b": -1']
    assert [(p.key.span.text, p.value.span.text) for p in data.pairs] == [("a", "[true]"), ("b", "-1")]


def outcome(text: str) -> tuple[Call | None, NasError | None]:
    """The call of a text, or its error; any other exception goes through."""
    try:
        return parse_literal(Source("f.txt", text)), None
    except NasError as error:
        return None, error


MALFORMED = {
    "": "error[E109]: the genotype ends too early\n --> f.txt:1:1\n  |\n1 |\n  | ^ expected a name",
    "G([1)": ("error[E109]: `)` cannot stand here\n --> f.txt:1:5\n  |\n1 | G([1)\n  |     ^ expected `,` or `]`"),
    "G(x=": ("error[E109]: the genotype ends too early\n --> f.txt:1:5\n  |\n1 | G(x=\n  |     ^ expected a value"),
    "G(1 2)": ("error[E109]: `2` cannot stand here\n --> f.txt:1:5\n  |\n1 | G(1 2)\n  |     ^ expected `)` or `,`"),
    "G(1) G": (
        "error[E109]: `G` cannot stand here\n --> f.txt:1:6\n  |\n1 | G(1) G\n  |      ^ expected the end of the text"
    ),
    "G('a)": (
        "error[E109]: the string does not end on its line\n --> f.txt:1:3\n  |\n1 | G('a)\n  |   ^\n"
        "  = help: a backslash cannot stand in it"
    ),
    "G(12ab)": "error[E109]: this is not a number\n --> f.txt:1:3\n  |\n1 | G(12ab)\n  |   ^^^^",
    "G(x: 1)": (
        "error[E109]: `:` cannot stand here\n --> f.txt:1:4\n  |\n1 | G(x: 1)\n"
        "  |    ^ expected `(` or `)` or `,` or `=`"
    ),
    "G(1234567890123456789)": (
        "error[E105]: the number is too long\n --> f.txt:1:3\n  |\n1 | G(1234567890123456789)\n"
        "  |   ^^^^^^^^^^^^^^^^^^^\n  = help: at most 18 digits are read"
    ),
}


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_texts_are_reported_at_their_place(text: str) -> None:
    with pytest.raises(NasError) as caught:
        parse_literal(Source("f.txt", text))
    assert str(caught.value) == MALFORMED[text]


HOSTILE = {
    "values": "G(" + "1," * 8_000_000,
    "brackets": "G(" + "[" * 16_000_000,
    "calls": "G(" * 8_000_000,
    "comments": "#\n" * 8_000_000,
    "blanks": " " * 16_000_000,
    "digits": "G(" + "1" * 16_000_000,
    "points": "G(" + "1." * 8_000_000,
    "a string": "G('" + "a" * 16_000_000,
    "quotes": "G(" + "'" * 16_000_000,
    "a name": "G(" + "a" * 16_000_000,
    "names": "G(" + "a " * 8_000_000,
    "too long": " " * (16 * 2**20 + 1),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_end_quickly(kind: str) -> None:
    start = time.perf_counter()
    with pytest.raises(NasError) as caught:
        parse_literal(Source("f.txt", HOSTILE[kind]))
    assert len(str(caught.value)) < 1000
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize("text", ["{" * 16_000_000, '{"a":' * 3_000_000, '{"a": [' + '"b" ' * 4_000_000, "[1," * 9_000])
def test_hostile_data_ends_quickly(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(NasError) as caught:
        parse_data(Source("f.json", text))
    assert len(str(caught.value)) < 1000
    assert time.perf_counter() - start < 20


def test_time_grows_with_the_length_only() -> None:
    def seconds(count: int) -> float:
        start = time.perf_counter()
        parse_literal(Source("f.txt", "G([" + "('sep_conv_3x3', 2, 0), " * count + "])"))
        return time.perf_counter() - start

    seconds(10)
    assert seconds(8000) < 40 * max(seconds(1000), 0.01)


TOKENS = [
    "Genotype",
    "(",
    ")",
    "[",
    "]",
    ",",
    "=",
    "'a'",
    "1",
    "-2",
    "0.5",
    "range",
    "None",
    "#x\n",
    " ",
    "$",
    "'",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=30).map("".join) | st.text(max_size=50))
def test_any_text_is_a_call_or_an_error(text: str) -> None:
    call, error = outcome(text)
    assert call is not None or error is not None
    assert error is None or all(d.code in ("E105", "E109") and d.span for d in error.diagnostics)


def test_truncated_texts_are_errors() -> None:
    text = "Genotype_nested(genes=[[('a', 2, 0), ('b', 2, 1)]], concat=range(2, 3), reductions=[0])"
    for end in range(len(text)):
        with pytest.raises(NasError):
            parse_literal(Source("f.txt", text[:end]))


def test_damaged_texts_never_break_the_reader() -> None:
    text = "Genotype_nested(genes=[[('a', 2, 0), ('b', 2, 1)]], concat=range(2, 3), reductions=[0])"
    choose = random.Random(0)
    for _ in range(300):
        at = choose.randrange(len(text))
        damaged = text[:at] + choose.choice(["", "(", ")", "'", "9", "\x00", "é"]) + text[at + 1 :]
        call, error = outcome(damaged)
        assert call or str(error)

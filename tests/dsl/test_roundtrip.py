"""What is printed is read back, formatting twice is formatting once, and comments stay: for any document."""

import re
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasc.dsl import nodes as n
from nasc.dsl.parser import parse
from nasc.dsl.printer import WIDTH, format_text, to_text
from nasc.dsl.source import Source
from tests.dsl.strategies import documents, genotypes, spaces

brief = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

TOKEN = re.compile(
    r""""[^"\n]*" | '[^'\n]*' | -> | \.\. | [=<>~]= | \w+x[\dx]+
    | -?\d+(\.\d+)?([eE][+-]?\d+|[KMG%])? | \w+ | \S""",
    re.VERBOSE,
)


def read(text: str) -> n.Document:
    return parse(Source("test.nas", text))


@brief
@given(documents())
def test_what_is_printed_is_read_back(document: n.Document) -> None:
    text = to_text(document)
    again = read(text)
    assert again == document
    assert to_text(again) == text
    assert format_text(Source("test.nas", text)) == text


@brief
@given(genotypes() | spaces())
def test_documents_that_make_sense(document: n.Document) -> None:
    text = to_text(document)
    assert read(text) == document
    assert max(map(len, text.split("\n"))) <= WIDTH


@brief
@given(documents(), st.data())
def test_comments_survive_wherever_they_stand(document: n.Document, data: st.DataObject) -> None:
    text = scatter(to_text(document), data)
    given_ = read(text)
    assert given_ == document
    formatted = format_text(Source("test.nas", text))  # compares the comments itself
    assert [c.text for c in read(formatted).comments] == re.findall(r"#\d+", text)
    assert format_text(Source("test.nas", formatted)) == formatted
    bare = to_text(given_, comments=False)
    assert read(bare) == replace(document, comments=())
    assert not read(bare).comments
    assert to_text(read(bare)) == bare


@brief
@given(documents(), st.data())
def test_white_space_only_separates(document: n.Document, data: st.DataObject) -> None:
    spaces_ = st.sampled_from([" ", "\n", "\n\n\n", "\t", "\r\n", "\f", " \r\n \r\n"])
    text = "".join(token + data.draw(spaces_) for token in tokens(to_text(document)))
    formatted = format_text(Source("test.nas", "\ufeff" + text))
    assert read(formatted) == document
    assert format_text(Source("test.nas", formatted)) == formatted
    assert "\n\n\n" not in formatted


@brief
@given(documents(), st.data())
def test_upgrading_keeps_edges_states_and_comments(document: n.Document, data: st.DataObject) -> None:
    text = scatter(to_text(document), data)
    upgraded = format_text(Source("test.nas", text), upgrade=True)
    assert format_text(Source("test.nas", upgraded), upgrade=True) == upgraded
    assert re.findall(r"#\d+", upgraded) == re.findall(r"#\d+", text)
    for before, after in zip(document.cells.values(), read(upgraded).cells.values(), strict=True):
        assert list(states(after).items()) == list(states(before).items())


@given(documents())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_line_ends_and_marks_of_other_systems(document: n.Document) -> None:
    text = to_text(document)
    assert format_text(Source("test.nas", "\ufeff" + text.replace("\n", "\r\n"))) == text


def test_nesting_up_to_the_limit() -> None:
    text = "op a = " + "(b -> [c, " * 32 + "d" + "] + e)" * 32 + "\n"
    formatted = format_text(Source("test.nas", text))
    assert read(formatted) == read(text)
    assert format_text(Source("test.nas", formatted)) == formatted


def test_a_long_text() -> None:
    lines = 5_000
    body = "".join(f"  s{i} = sep_conv_3x3(s{i - 1})  # {i}\n" for i in range(2, lines))
    text = f"cell a(s0, s1) {{\n{body}  return s2\n}}\nnetwork n: a {{\n  cells: {'a, ' * lines}a\n}}\n"
    assert format_text(Source("test.nas", text)).count("#") == lines - 2


def states(cell: n.Cell) -> dict[str, list[n.Edge | n.Keep]]:
    """The terms of every state, in the order of the text, triples among them."""
    found: dict[str, list[n.Edge | n.Keep]] = {}
    for part in cell.statements:
        if isinstance(part, n.Triple):
            source = n.Name(f"s{int(part.source.text)}", part.span)
            edge = n.Edge(None, part.operation, (source,), None, part.span)
            found.setdefault(f"s{int(part.state.text)}", []).append(edge)
        else:
            state = f"{part.state}..{part.last}" if part.last else part.state.text
            found.setdefault(state, []).extend(part.terms)
    return found


def tokens(text: str) -> list[str]:
    return [match.group() for match in TOKEN.finditer(text)]


def scatter(text: str, data: st.DataObject) -> str:
    """The text with comments behind some of its tokens, numbered in order."""
    every = ["", *tokens(text)]
    places = data.draw(st.sets(st.integers(0, len(every) - 1), max_size=8))
    parts, number = [], 0
    for i, token in enumerate(every):
        parts.append(token)
        if i in places:
            number += 1
            parts.append(f" #{number}\n" + data.draw(st.sampled_from(["", "\n", "\n\n"])))
        parts.append(data.draw(st.sampled_from([" ", " ", " ", "\n", "\n\n"])))
    return "".join(parts)

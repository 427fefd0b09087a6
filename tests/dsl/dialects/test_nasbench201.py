"""Strings of NAS-Bench-201: read, diagnosed, written; every cell of its table comes out as it went in."""

import csv
import gzip
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nasc
from nasc.compiler.resolve import shipped_document
from nasc.dsl.diagnostic import NasError
from nasc.dsl.dialects import read, recognise, write
from nasc.dsl.dialects.nasbench201 import OPERATIONS
from nasc.dsl.nodes import Document
from nasc.dsl.parser import parse
from nasc.dsl.printer import to_text
from nasc.dsl.source import Source
from nasc.genotypes import names

EXAMPLE = "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|"
NAS = """nas 1
use std.nasbench201

cell normal(s0) {
  s1 = nor_conv_3x3(s0)
  s2 = nor_conv_3x3(s0) + avg_pool_3x3(s1)
  s3 = skip_connect(s0) + nor_conv_3x3(s1) + skip_connect(s2)
  return s3
}

network cifar: nasbench201 { channels: 16  layers: 17 }
"""


def document(text: str) -> Document:
    return read(Source("small.txt", text), "nasbench201").document


def test_the_example_of_the_authors() -> None:
    assert to_text(document(EXAMPLE)) == NAS
    assert write(parse(Source("small.nas", NAS)), "nasbench201") == EXAMPLE
    assert nasc.stats(nasc.loads(EXAMPLE)).params == nasc.stats(nasc.load("nb201_doc_example")).params == 802426


@pytest.mark.parametrize("name", [name for name in names("zoo") if name.startswith("nb201_")])
def test_shipped_genotypes(name: str) -> None:
    shipped = shipped_document(f"zoo/{name}")
    text = write(shipped, "nasbench201")
    assert f"# {text}\n" in shipped.source.text
    assert nasc.identity(nasc.loads(text)) == nasc.identity(shipped)
    assert nasc.stats(nasc.loads(text)).params == nasc.stats(shipped).params


def test_blanks_and_comments() -> None:
    spread = "\ufeff# as pasted\n | nor_conv_3x3 ~ 0 |\n+ |nor_conv_3x3~0 |avg_pool_3x3~1|  # node 2\n"
    spread += "+\n|skip_connect~0|nor_conv_3x3~1|\n|skip_connect~2|\n"
    assert recognise(spread) == "nasbench201"
    assert nasc.loads(spread) == document(EXAMPLE)


def test_several_edges_from_one_node_and_none() -> None:
    text = "|nor_conv_3x3~0|skip_connect~0|+|avg_pool_3x3~1|+|none~2|none~2|+|nor_conv_1x1~0|"
    found = document(text)
    assert write(found, "nasbench201") == text
    assert nasc.stats(nasc.loads(text)).params > 0


@st.composite
def cells(draw: st.DrawFn) -> str:
    operation = st.sampled_from(OPERATIONS)
    nodes = []
    for node in range(1, 1 + draw(st.integers(1, 6))):
        edges = draw(st.lists(st.tuples(operation, st.integers(0, node - 1)), min_size=1, max_size=5))
        nodes.append("|" + "".join(f"{name}~{source}|" for name, source in edges))
    return "+".join(nodes)


@settings(max_examples=100, deadline=None)
@given(cells())
def test_round_trips(text: str) -> None:
    assert recognise(text) == "nasbench201"
    found = document(text)
    assert write(found, "nasbench201") == text
    printed = parse(Source("out.nas", to_text(found)))
    assert printed == found
    assert write(printed, "nasbench201") == text


DIAGNOSED = {
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|skip_connect~2|": [
        ("E203", "`s2` is not defined in cell `normal`", "2"),
    ],
    "|nor_conv_3x3~0|+|none~0|none~1": [("E109", "a node begins and ends with `|`", "1")],
    "|nor_conv_3x3~0|+|": [("E109", "a node begins and ends with `|`", "|")],
    "|nor_conv_3x3~0|+": [("E109", "a node is missing here", "")],
    "|nor_conv_3x3~0|++|none~0|": [("E109", "a node is missing here", "")],
    "|nor_conv_3x3~0|+||": [("E109", "a node has no edges", "||")],
    "|nor_conv_3x3~0|+|none|a~b|~1|x~1~2|": [
        ("E109", "`none` is not an edge", "none"),
        ("E109", "`a~b` is not an edge", "a~b"),
        ("E109", "`~1` is not an edge", "~1"),
        ("E109", "`x~1~2` is not an edge", "x~1~2"),
    ],
    "|nor_conv_3x3~0|+|3x3~0|": [("E109", "`3x3` cannot name an operation", "3x3")],
    "|nor_conv_3x3~0| and more": [("E109", "a node begins and ends with `|`", "e")],
    "|nor_conv_3x3~0|\n# no plus\n|none~0|": [("E109", "the genotype ends before this", "|none~0|")],
    "|none~" + "9" * 19 + "|": [("E109", "`none~" + "9" * 19 + "` is not an edge", "none~" + "9" * 19)],
}


@pytest.mark.parametrize("text", DIAGNOSED)
def test_damaged(text: str) -> None:
    with pytest.raises(NasError) as caught:
        document(text)
    shown = [(d.code, d.message, d.span.text if d.span else None) for d in caught.value.diagnostics]
    assert shown == DIAGNOSED[text]


def test_an_unknown_operation_is_an_error_of_the_text() -> None:
    with pytest.raises(NasError) as caught:
        nasc.loads("|nor_conv_3x4~0|")
    assert [d.code for d in caught.value.diagnostics] == ["E202"]
    assert "nor_conv_3x3" in caught.value.diagnostics[0].help


def test_hostile_texts_are_read_at_once() -> None:
    start = time.process_time()
    for piece in ("|", "|a~0", "|a~0|+", " ", "|a ", "~", "#\n", "|a~0|" + " " * 50):
        with pytest.raises(NasError):
            document("|a~0|" + piece * (2**22 // len(piece)) + "!")
    assert time.process_time() - start < 10


CELL = "cell normal(s0) { s1 = none(s0)  s2 = skip_connect(s1) + nor_conv_1x1(s0)  return s2 }"
LOST = [
    (CELL.replace("return s2", "return sum(s2)"), "`return sum(...)`", "return sum(s2)"),
    (CELL.replace("return s2", "return s1"), "a return of another state than the last", "return s1"),
    (CELL.replace("s0", "x"), "`cell normal(x)`", "normal"),
    (CELL.replace("(s0) {", "(s0, s1) {").replace("s1 =", "s3 ="), "`cell normal(s0, s1)`", "normal"),
    (CELL.replace("normal", "mine"), "the cell `mine`", "mine"),
    (CELL.replace("s2", "s3"), "the state `s3` in the place of `s2`", "skip_connect(s1)"),
    (CELL.replace("none", "0.5*none"), "a factor on an edge", "0.5"),
    (CELL.replace("none", "nasbench201"), "the operation `nasbench201`", "nasbench201(s0)"),
    (CELL.replace("none(s0)", "{none | skip_connect}(s0)"), "an open edge", "{none | skip_connect}(s0)"),
    (CELL.replace("none(s0)", "none(*)"), "an open edge", "none(*)"),
    (CELL.replace("nor_conv_1x1", "sep_conv_3x3"), "the operation `sep_conv_3x3`", "sep_conv_3x3(s0)"),
    (CELL + " op none = zero", "the operation `none`, which this text defines,", "none"),
    (CELL + ' use "mine.nas"', '`use "mine.nas"`', 'use "mine.nas"'),
    ("", "a text without the cell `normal`", None),
]


@pytest.mark.parametrize(("text", "what", "where"), LOST)
def test_what_would_be_lost(text: str, what: str, where: str | None) -> None:
    with pytest.raises(NasError) as caught:
        write(parse(Source("some.nas", f"use std.nasbench201 {text}")), "nasbench201")
    first = caught.value.diagnostics[0]
    assert (first.code, first.message) == ("E110", f"{what} cannot be said in the format `nasbench201`")
    assert (first.span.text if first.span else None) == where


def test_every_cell_of_the_table_is_written_as_it_was_read() -> None:
    path = Path(os.environ.get("NASC_DATA", ""), "nb201_c10_c100_in16.csv.gz")
    if not os.environ.get("NASC_DATA") or not path.exists():
        pytest.skip("NASC_DATA does not name a folder with the tables of NAS-Bench-201")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        table = [row["ArchitectureString"] for row in csv.DictReader(file)]
    assert len(set(table)) == len(table) == 15_625
    for text in table:
        found = document(text)
        assert write(found, "nasbench201") == text

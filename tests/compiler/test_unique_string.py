"""NAS-Bench-201 as a whole: its unique strings, and identity held against all ways to number the instances."""

import csv
import gzip
import itertools
import os
from collections import defaultdict
from pathlib import Path

import pytest

import nasc
from nasc.compiler.identity import identity
from nasc.compiler.unique_string import unique_string
from nasc.dsl.diagnostic import NasError
from nasc.dsl.dialects import read
from nasc.dsl.dialects.nasbench201 import OPERATIONS
from nasc.dsl.nodes import Document
from nasc.dsl.source import Source
from tests.compiler.test_identity import function


def document(text: str) -> Document:
    return read(Source("cell", text), "nasbench201").document


def text_of(operations: tuple[str, ...]) -> str:
    """The string of a cell from the operations of its six edges."""
    a, b, c, d, e, f = operations
    return f"|{a}~0|+|{b}~0|{c}~1|+|{d}~0|{e}~1|{f}~2|"


EVERY = list(itertools.product(OPERATIONS, repeat=6))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|", "#+#+#"),
        ("|none~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|none~2|", "#+#+0"),
        ("|nor_conv_3x3~0|+|nor_conv_3x3~1|+|skip_connect~0|skip_connect~2|", "((0)@nor_conv_3x3)@nor_conv_3x3+0"),
        ("|avg_pool_3x3~0|+|skip_connect~1|nor_conv_1x1~1|", "((0)@avg_pool_3x3)@nor_conv_1x1+(0)@avg_pool_3x3"),
        ("|none~0|+|nor_conv_1x1~1|", "#"),
    ],
)
def test_unique_strings(text: str, wanted: str) -> None:
    assert unique_string(document(text)) == wanted


def test_only_cells_of_nasbench201_have_one() -> None:
    with pytest.raises(NasError) as caught:
        unique_string(nasc.load("darts_v2"))
    assert {d.code for d in caught.value.diagnostics} == {"E110"}


@pytest.mark.parametrize(
    ("one", "other", "strings", "identities"),
    [
        # one convolution that is read twice, and two that are read once each: told apart by identity alone
        (
            "|nor_conv_1x1~0|+|avg_pool_3x3~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|avg_pool_3x3~2|",
            "|skip_connect~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|nor_conv_1x1~0|nor_conv_1x1~1|avg_pool_3x3~2|",
            "equal",
            "different",
        ),
        # a node of two zeros, a sum within a sum: told apart by the strings alone
        ("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|", "|none~0|+|none~1|+|none~2|", "different", "equal"),
        (
            "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|",
            "|nor_conv_3x3~0|+|skip_connect~0|nor_conv_3x3~1|+|nor_conv_3x3~0|avg_pool_3x3~1|skip_connect~2|",
            "different",
            "equal",
        ),
    ],
)
def test_where_strings_and_identity_differ(one: str, other: str, strings: str, identities: str) -> None:
    first, second = document(one), document(other)
    assert (unique_string(first) == unique_string(second)) == (strings == "equal")
    assert (identity(first) == identity(second)) == (identities == "equal")


def test_identity_of_a_sample_is_the_function() -> None:
    """Every 61st cell; their neighbours of one operation changed are among the whole walk below."""
    sample = EVERY[::61]
    identities = [identity(document(text_of(operations))) for operations in sample]
    functions = [function(operations) for operations in sample]
    assert len(set(identities)) == len(set(functions)) == len(set(zip(identities, functions, strict=True)))
    assert len(set(functions)) < len(sample)


def test_number_of_unique_strings() -> None:
    assert len(EVERY) == 15_625
    assert len({unique_string(document(text_of(operations))) for operations in EVERY}) == 6_466


@pytest.mark.slow
def test_the_whole_of_nasbench201() -> None:
    """Two cells have one identity exactly if they are one function, whichever convolution is called the first."""
    strings: dict[str, set[str]] = defaultdict(set)
    pairs = set()
    for operations in EVERY:
        found = document(text_of(operations))
        digest = identity(found)
        pairs.add((digest, function(operations)))
        strings[unique_string(found)].add(digest)
    identities, functions = ({pair[i] for pair in pairs} for i in (0, 1))
    assert len(identities) == len(functions) == len(pairs) == 5_260
    # neither question decides the other
    assert len(strings) == 6_466
    assert any(len(digests) > 1 for digests in strings.values())


def test_the_table_holds_every_cell() -> None:
    path = Path(os.environ.get("NASC_DATA", ""), "nb201_c10_c100_in16.csv.gz")
    if not os.environ.get("NASC_DATA") or not path.exists():
        pytest.skip("NASC_DATA does not name a folder with the tables of NAS-Bench-201")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        assert {row["ArchitectureString"] for row in csv.DictReader(file)} == set(map(text_of, EVERY))

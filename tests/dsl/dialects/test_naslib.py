"""Architectures in the numbers of NASLib: compact cells of DARTS, six operations of NAS-Bench-201."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasc.compiler.plan import plan, stats
from nasc.compiler.resolve import shipped_document
from nasc.dsl.diagnostic import NasError
from nasc.dsl.dialects import DIALECTS, read, recognise, write
from nasc.dsl.nodes import Document
from nasc.dsl.parser import parse
from nasc.dsl.source import Source
from tests.dsl.dialects.cells import Row, damaged, nas, outcome, two_cells

NETWORK = "network cifar: darts_cifar { channels: 32 layers: 8 }"
V2 = DIALECTS["naslib"].example


def document(text: str) -> Document:
    return read(Source("small.txt", text), "naslib").document


def test_darts_v2() -> None:
    assert document(V2).cells == shipped_document("zoo/darts_v2").cells
    assert write(shipped_document("zoo/darts_v2"), "naslib") == V2
    lists = V2.replace("(", "[").replace(")", "]")
    assert recognise(lists) == "naslib"
    assert document(f"compact = {lists}  # as a list").cells == document(V2).cells


@pytest.mark.parametrize(
    ("six", "string"),
    [
        ((2, 2, 0, 4, 2, 0), DIALECTS["nasbench201"].example),
        ((0, 1, 2, 3, 4, 0), "|skip_connect~0|+|none~0|nor_conv_1x1~1|+|nor_conv_3x3~0|avg_pool_3x3~1|skip_connect~2|"),
        ((3, 3, 3, 3, 3, 3), "|nor_conv_1x1~0|+|nor_conv_1x1~0|nor_conv_1x1~1|+" + "|nor_conv_1x1~{}" * 3 + "|"),
    ],
)
def test_six_numbers_are_a_string_of_nasbench201(six: tuple[int, ...], string: str) -> None:
    """The pairs that NASLib's `convert_op_indices_to_str` and `convert_str_to_op_indices` give."""
    string = string.format(0, 1, 2)
    assert recognise(str(six)) == "naslib"
    assert document(str(six)) == read(Source("small.txt", string), "nasbench201").document
    assert write(document(str(list(six))), "nasbench201") == string
    assert write(document(str(six)), "naslib") == str(six)


def test_every_cell_of_nasbench201() -> None:
    strings = set()
    for six in product(range(5), repeat=6):
        if sum(six) % 25 == 0:  # one in nine of the 15,625
            read_as = document(str(six))
            assert write(read_as, "naslib") == str(six)
            strings.add(write(read_as, "nasbench201"))
    assert len(strings) == sum(sum(six) % 25 == 0 for six in product(range(5), repeat=6))


def test_costs_of_nasbench201() -> None:
    found = stats(plan(document("(3, 3, 3, 3, 3, 3)"), "cifar"))
    assert found.params == 241_306  # as its table has it: 0.241306 M


@settings(max_examples=60, deadline=None)
@given(two_cells(states=4, distinct=False))
def test_read_write_read_is_the_identity(cells: dict[str, list[Row]]) -> None:
    made = nas(cells, NETWORK)
    text = write(made, "naslib")
    assert recognise(text) == "naslib"
    assert document(text) == made
    assert write(document(text), "naslib") == text


DIAGNOSED = {
    "(((0, 3), (1, 3), (0, 3), (1, 3), (1, 3), (0, 2), (0, 2), (5, 5)),\n"
    " ((0, 0), (1, 9), (2, 2, 1), (1, 0), (0, 0), (2, 2)))": """error[E203]: `s5` is not defined in cell `normal`
 --> small.txt:1:60
  |
1 | (((0, 3), (1, 3), (0, 3), (1, 3), (1, 3), (0, 2), (0, 2), (5, 5)),
  |                                                            ^ states defined here: s0, s1, s2, s3, s4
  = help: `s5` can only read states before it

error[E109]: cell `reduce` has 6 pairs
 --> small.txt:2:2
  |
2 |  ((0, 0), (1, 9), (2, 2, 1), (1, 0), (0, 0), (2, 2)))
  |  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = help: 8: two for each of 4 states

error[E109]: this is not the number of an operation
 --> small.txt:2:15
  |
2 |  ((0, 0), (1, 9), (2, 2, 1), (1, 0), (0, 0), (2, 2)))
  |               ^
  = help: operations: 0 max_pool_3x3, 1 avg_pool_3x3, 2 skip_connect, 3 sep_conv_3x3, 4 sep_conv_5x5, \
5 dil_conv_3x3, 6 dil_conv_5x5

error[E109]: this is not an edge
 --> small.txt:2:19
  |
2 |  ((0, 0), (1, 9), (2, 2, 1), (1, 0), (0, 0), (2, 2)))
  |                   ^^^^^^^^^ expected `(source, operation)`, two numbers""",
    V2.replace("(2, 5)", "(5, 5)").replace(", ((", ",\n(("): """error[E203]: `s5` is not defined in cell `normal`
 --> small.txt:1:60
  |
1 | (((0, 3), (1, 3), (0, 3), (1, 3), (1, 3), (0, 2), (0, 2), (5, 5)),
  |                                                            ^ states defined here: s0, s1, s2, s3, s4
  = help: `s5` can only read states before it""",
    "(0, 1, 2, 5, -1, 'none')": """error[E109]: this is not the number of an operation
 --> small.txt:1:11
  |
1 | (0, 1, 2, 5, -1, 'none')
  |           ^
  = help: operations: 0 skip_connect, 1 none, 2 nor_conv_3x3, 3 nor_conv_1x1, 4 avg_pool_3x3

error[E109]: this is not the number of an operation
 --> small.txt:1:14
  |
1 | (0, 1, 2, 5, -1, 'none')
  |              ^^
  = help: operations: 0 skip_connect, 1 none, 2 nor_conv_3x3, 3 nor_conv_1x1, 4 avg_pool_3x3

error[E109]: this is not the number of an operation
 --> small.txt:1:19
  |
1 | (0, 1, 2, 5, -1, 'none')
  |                   ^^^^
  = help: operations: 0 skip_connect, 1 none, 2 nor_conv_3x3, 3 nor_conv_1x1, 4 avg_pool_3x3""",
    "(0, 1, 2, 3)": """error[E109]: this is no architecture of NASLib
 --> small.txt:1:1
  |
1 | (0, 1, 2, 3)
  | ^^^^^^^^^^^^
  = help: two cells of eight pairs each, or six numbers of operations""",
    '{"a": 1}': """error[E109]: this is no architecture of NASLib
 --> small.txt:1:1
  |
1 | {"a": 1}
  | ^^^^^^^^
  = help: two cells of eight pairs each, or six numbers of operations""",
    "(0, 1, 2": """error[E109]: the genotype ends too early
 --> small.txt:1:9
  |
1 | (0, 1, 2
  |         ^ expected `)` or `,`""",
}


@pytest.mark.parametrize("text", DIAGNOSED)
def test_diagnosed(text: str) -> None:
    with pytest.raises(NasError) as caught:
        document(text)
    assert str(caught.value) == DIAGNOSED[text]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([V2, "(2, 2, 0, 4, 2, 0)"]).flatmap(damaged))
def test_damaged_texts_never_break_the_reader(text: str) -> None:
    found, errors = outcome(text, "naslib")
    assert (found is None) == bool(errors)
    assert all(d.code in ("E105", "E109", "E203") and d.span for d in errors)
    assert found is None or document(write(found, "naslib")) == found


LOST = {
    "a cell of one state": "cell {}(s0, s1) {{ s2 = skip_connect(s0, s1) return concat(s2) }}",
    "the operation `none`": "cell {}(s0, s1) {{ s2..s5 = none(s0) + skip_connect(s1) return concat(s2..s5) }}",
}


@pytest.mark.parametrize("what", LOST)
def test_what_a_compact_form_loses(what: str) -> None:
    text = "\n".join(LOST[what].format(name) for name in ("normal", "reduce"))
    with pytest.raises(NasError) as caught:
        write(parse(Source("small.nas", f"use std.darts\n{text}")), "naslib")
    assert caught.value.diagnostics[0].message == f"{what} cannot be said in the format `naslib`"
    assert {d.code for d in caught.value.diagnostics} == {"E110"}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("s1 = none(s0) return s1", "a cell of the edges 0-1"),
        (
            "s1 = none(s0) s2 = none(s1) + none(s0) s3 = none(s0) + none(s1) + none(s2) return s3",
            "the order of the edges",
        ),
        (
            "s1 = none(s0) s2 = none(s0, s1) s3 = none(s0) + none(s2) + none(s2) return s3",
            "a cell of the edges 0-1, 0-2, 1-2, 0-3, 2-3, 2-3",
        ),
    ],
)
def test_what_six_numbers_lose(body: str, what: str) -> None:
    with pytest.raises(NasError) as caught:
        write(parse(Source("small.nas", f"use std.nasbench201 cell normal(s0) {{ {body} }}")), "naslib")
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == ("E110", f"{what} cannot be said in the format `naslib`")

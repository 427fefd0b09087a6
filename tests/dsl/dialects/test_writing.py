"""What a format cannot say is an error that names it; nothing is lost silently."""

import pytest

from nasc.dsl.diagnostic import NasError
from nasc.dsl.dialects import DIALECTS, write
from nasc.dsl.parser import parse
from nasc.dsl.source import Source

GOOD = "s2 = a(s0) + b(s1) s3 = a(s2) + b(s0) return concat(s2, s3)"
CIFAR = "network n: darts_cifar { cells: normal*2, reduce/2, normal }"


def text(body: str = GOOD, rest: str = CIFAR, inputs: str = "s0, s1") -> str:
    return f"use std.darts cell normal({inputs}) {{ {body} }} cell reduce(s0, s1) {{ {GOOD} }} {rest}"


def written(source: str, dialect: str) -> str:
    return write(parse(Source("some.nas", source)), dialect)


def test_every_spelling_of_decided_edges() -> None:
    same = [
        "s2 = a(s0) + b(s1) s3 = a(s2) + b(s0) return concat(s2..s3)",
        "('a', 2, 0), (b, 2, 1) s3 = a(s2) @0.5 + b(s0) return concat(s2, s3)",
    ]
    for dialect in ("ddarts", "darts", "gdas", "ptdarts", "autodl", "fairdarts"):
        first = written(text(), dialect).replace(", 0.5)", ")")
        for body in same:
            assert written(text(body), dialect).replace(", 0.5)", ")") == first
    assert written(text("s2 = a(s0, s1) s3 = a(s0, s1) return concat(s2..s3)"), "darts") == written(
        text("s2..s3 = a(s0, s1) return concat(s2..s3)"), "darts"
    )


def test_a_stack_is_written_as_the_genes_of_the_cells() -> None:
    gene = "[('a', 2, 0), ('b', 2, 1), ('a', 3, 2), ('b', 3, 0)]"
    genes = f"[{gene}, {gene}]"
    assert written(text(), "ddarts") == (
        f"Genotype_opt(genes={genes}, seq=[0, 0, 1, 0], concat=range(2, 4), reductions=[2])"
    )
    stacked = "network m: darts_cifar { cells: normal*9 } network n: m { cells: normal[7], reduce/2 }"
    stacked += " train { network: n }"
    assert written(text(rest=stacked), "ddarts") == (
        f"Genotype_nested(genes={genes}, concat=range(2, 4), reductions=[1])"
    )
    inherited = "skeleton s: darts_cifar { cells: normal, reduce/2 } network n: s { channels: 8 }"
    assert written(text(rest=inherited), "ddarts") == written(text(rest=stacked), "ddarts")


LOST = [
    ("ddarts darts", text(f"{GOOD[:4]} 0.5*{GOOD[5:]}"), "a factor on an edge", "0.5"),
    ("ddarts darts", text("s2 = a(s0) + {a | b}(s1) return concat(s2)"), "an open edge", "{a | b}(s1)"),
    ("ddarts darts", text("s2 = keep 2 of a(*) return concat(s2)"), "an open edge", "keep 2 of a(*)"),
    ("ddarts darts", text("s2 = a(*) return concat(s2)"), "an open edge", "a(*)"),
    ("ddarts darts", text(rest=f"ops a = b | c {CIFAR}"), "an open edge", "a(s0)"),
    ("ddarts darts", text(rest=f"op a = relu {CIFAR}"), "the operation `a`, which this text defines,", "a"),
    ("ddarts darts", text("s2 = a(s0, s1) return sum(s2)"), "`return sum(...)`", "return sum(s2)"),
    ("ddarts darts", text("s2 = a(s0, s1) return mean(s2)"), "`return mean(...)`", "return mean(s2)"),
    ("darts", text("s2 = a(s0, s1) return s2"), "a return of one state", "return s2"),
    (
        "ddarts fairdarts",
        text("s2 = a(s0) s3 = a(s1) return concat(s3)"),
        "a return of other states than all, in their order,",
        "return concat(s3)",
    ),
    (
        "ddarts",
        text("s2 = a(s0) + a(s1) + b(s0) return concat(s2)"),
        "the order of the edges of `s2`",
        "a(s0)",
    ),
    ("ddarts darts", text("first = a(s0, s1) return concat(first)"), "the name `first` of a state", "first"),
    (
        "ddarts darts",
        text("s2 = a(s0, s1) return concat(s2)", inputs="x, s1"),
        "`cell normal(x, s1)`",
        "normal",
    ),
    ("ddarts darts", text("s2 = a(s0) return concat(s2)", inputs="s0"), "`cell normal(s0)`", "normal"),
    (
        "ddarts darts",
        text("s2 = a(s0) + a(s3) s3 = a(s0, s1) return concat(s2, s3)"),
        "an edge from `s3`, which is not defined before,",
        "a(s3)",
    ),
    ("ddarts darts", text("s1 = a(s0, s0) return concat(s1)"), "an edge into the input `s1`", "a(s0, s0)"),
    ("ddarts darts", text("s2..s99999 = a(s0, s1) return concat(s2)"), "more than 10,000 states", "s2"),
    ("ddarts darts", text(rest='use "mine.nas"'), '`use "mine.nas"`', 'use "mine.nas"'),
    ("darts gdas", text("s2 = a(s0) return concat(s2)"), "`s2` with one edge", "a(s0)"),
    ("darts gdas", text("s2 = a(s0, s1) + b(s0) return concat(s2)"), "`s2` with 3 edges", "a(s0, s1)"),
    (
        "darts ptdarts",
        text("s3 = a(s0, s1) return concat(s3)"),
        "the state `s3` in the place of `s2`",
        "a(s0, s1)",
    ),
    (
        "darts",
        text(rest="cell other(s0, s1) { s2 = a(s0, s1) return concat(s2) }"),
        "the cell `other`",
        "other",
    ),
    ("darts", f"cell normal(s0, s1) {{ {GOOD} }}", "a text without the cell `reduce`", None),
    ("darts ddarts", "use std.darts", "a text without cells", None),
    ("ddarts", text(rest=""), "a network that does not say its `cells:`", None),
    (
        "ddarts",
        text(rest="network n: darts_cifar { layers: 9 }"),
        "a network that does not say its `cells:`",
        None,
    ),
    (
        "ddarts",
        text(rest="network n: darts_cifar { cells: normal*, reduce/2 }"),
        "a number of cells that `layers` sets",
        "normal*",
    ),
    ("ddarts", text(rest="network n: darts_cifar { cells: normal/3 }"), "another stride than 2", "normal/3"),
    (
        "ddarts",
        text(rest="network n: darts_cifar { cells: normal*999999999 }"),
        "more than 100,000 cells",
        "normal*999999999",
    ),
    (
        "ddarts",
        text(rest="network n: darts_cifar { cells: normal[0..999999999] }"),
        "more than 100,000 cells",
        "normal[0..999999999]",
    ),
    (
        "ddarts",
        text(rest="network n: darts_cifar { cells: normal, frc/2 }"),
        "the cell `frc`, which this text does not define,",
        "frc",
    ),
    ("ddarts darts", "recurrent r(x, h) { s0 = gate(x, h) return mean(s0) }", "`recurrent r(x, h)`", "r"),
    ("rnn", text(), "`cell normal`", "normal"),
    ("rnn", "use std.darts_rnn", "a text with no cells", None),
    (
        "rnn",
        "recurrent r(x, h) { s1 = gate(x, h) return mean(s1) }",
        "a cell that does not begin with the state `s0 = gate(x, h)`",
        "r",
    ),
    (
        "rnn",
        "recurrent r(x, h) { s0 = gate(x, h) s1 = tanh(s0, s0) return mean(s1) }",
        "`s1` with 2 edges",
        "tanh(s0, s0)",
    ),
    (
        "rnn",
        "recurrent r(x, h) { s0 = gate(x, h) s1 = tanh(s0) return s1 }",
        "a return of one state",
        "return s1",
    ),
]


@pytest.mark.parametrize(("dialects", "source", "what", "where"), LOST)
def test_what_would_be_lost(dialects: str, source: str, what: str, where: str | None) -> None:
    for dialect in dialects.split():
        with pytest.raises(NasError) as caught:
            written(source, dialect)
        first = caught.value.diagnostics[0]
        assert (first.code, first.message) == ("E110", f"{what} cannot be said in the format `{dialect}`")
        assert (first.span.text if first.span else None) == where


def test_all_losses_are_reported_at_their_place() -> None:
    source = text("s2 = 0.5*a(s0) + b(s1)\n  s3 = keep 2 of (a(s0) + b(s1))\n  return concat(s2, s3)")
    with pytest.raises(NasError) as caught:
        written(source.replace("{ s2", "{\n  s2", 1), "darts")
    assert (
        str(caught.value)
        == """error[E110]: a factor on an edge cannot be said in the format `darts`
 --> some.nas:2:8
  |
2 |   s2 = 0.5*a(s0) + b(s1)
  |        ^^^
  = help: choose another format with `--to`, or leave out what cannot be said; `nasc explain E110` says more

error[E110]: an open edge cannot be said in the format `darts`
 --> some.nas:3:8
  |
3 |   s3 = keep 2 of (a(s0) + b(s1))
  |        ^^^^^^^^^^^^^^^^^^^^^^^^
  = help: `nasc search` or `nasc sample` decides it"""
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_space_cannot_be_written(dialect: str) -> None:
    with pytest.raises(NasError):
        written("use std.darts cell normal(s0, s1) { s2..s5 = keep 2 of darts(*) return concat(s2..s5) }", dialect)

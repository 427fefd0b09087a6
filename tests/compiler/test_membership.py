"""Points of a space and their neighbours, against enumeration."""

from __future__ import annotations

from collections import Counter

import pytest

import nasc
from nasc.compiler.check import Checked, check
from nasc.compiler.membership import contains, neighbours
from nasc.compiler.sample import sample
from nasc.compiler.space import space_of
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import NasError
from tests.compiler.test_space import every_genotype

USE = "use std.darts ops few = none | skip_connect | sep_conv_3x3\n"
NETWORK = " network n: darts_cifar { cells: normal*2, normal/2 }"
SPACES = {
    "keep": "cell normal(s0, s1) { s2..s3 = keep 2 of few(*)  return concat(s2..s3) }",
    "between": "cell normal(s0, s1) { s2 = keep 1..2 of few(*)  s3 = few(s2)  return concat(s2..s3) }",
    "fixed": "cell normal(s0, s1) { s2 = skip_connect(s0) + keep 1 of few(*)  s3 = max_pool_3x3(s2) + few(s0)"
    "  return s3 }",
    "twice": "cell normal(s0, s1) { s2 = keep 1 of few(*) + keep 1 of few(*) + 0.5*few(s1)  return s2 }",
    "factors": "cell normal(s0, s1) { s2 = keep 1 of (0.5*few(s0) + 0.25*few(s0) + few(s1))  return concat(s2) }",
    "decided": "cell normal(s0, s1) { s2 = few(s0)  return s2 }"
    " cell reduce(s0, s1) { s2 = max_pool_3x3(s0)  return s2 } network m: darts_cifar { cells: normal, reduce/2 }",
    "copies": "cell normal(s0, s1) { s2 = few(s0) + keep 1 of few(s0, s1)  return s2 }"
    " network m: darts_cifar { cells: normal[0], normal[1]/2 }",
}


def checked(text: str) -> Checked:
    found = check(nasc.loads(text))
    assert not found.findings.failed
    return found


def space(name: str) -> Checked:
    return checked(USE + SPACES[name] + (NETWORK if "network" not in SPACES[name] else ""))


Edge = tuple[str, tuple[str, ...], str, str]


def edges(document: nasc.Document) -> Counter[tuple[str, *Edge]]:
    """The edges of all cells that are not `none`."""
    found: Counter[tuple[str, *Edge]] = Counter()
    for cell in document.cells.values():
        for statement in cell.statements:
            assert isinstance(statement, n.Statement)
            for edge in statement.terms:
                assert isinstance(edge, n.Edge)
                assert isinstance(edge.what, n.Name)
                if edge.what.text != "none":
                    sources = tuple(source.text for source in edge.sources or ())
                    factor = edge.factor.text if edge.factor else ""
                    found[cell.name.text, statement.state.text, sources, edge.what.text, factor] += 1
    return found


def next_to_each_other(one: Counter[tuple[str, *Edge]], other: Counter[tuple[str, *Edge]]) -> bool:
    """Whether one edge differs, in its operation or in its source, or is there in one of the two alone."""
    left, right = list((one - other).elements()), list((other - one).elements())
    if len(left) + len(right) == 1:
        return True
    if len(left) != 1 or len(right) != 1:
        return False
    (cell, state, sources, operation, _), (cell2, state2, sources2, operation2, _) = left[0], right[0]
    return (cell, state) == (cell2, state2) and (sources == sources2) != (operation == operation2)


@pytest.mark.parametrize("name", SPACES)
def test_against_all_genotypes(name: str) -> None:
    """Every genotype of a space is a point of it; its neighbours are those of all that differ in one edge."""
    around = space(name)
    points = {frozenset(edges(document).items()): document for document in every_genotype(around)}
    for key, document in list(points.items())[::7]:
        point = check(document)
        assert contains(around, point) == []
        found = list(neighbours(around, point))
        keys = [frozenset(edges(other).items()) for other in found]
        assert len(keys) == len(set(keys))
        expected = {other for other in points if next_to_each_other(Counter(dict(key)), Counter(dict(other)))}
        assert set(keys) == expected
        for other in found[::5]:
            assert not check(other).findings.failed
            assert nasc.loads(nasc.dumps(other)) == other


@pytest.mark.parametrize("name", SPACES)
def test_genotypes_of_other_spaces_are_not_points(name: str) -> None:
    """Of all genotypes of a larger space those are points that are among the genotypes of the smaller one."""
    around = space(name)
    inner = {frozenset(edges(document).items()) for document in every_genotype(around)}
    wider = SPACES[name].replace("keep 2 of", "keep 1..3 of").replace("keep 1 of", "keep 1..2 of")
    wider = wider.replace("few", "{none | skip_connect | max_pool_3x3 | sep_conv_3x3}")
    wide = checked(USE + wider + (NETWORK if "network" not in wider else ""))
    outside = 0
    for seed in range(60):
        document = sample(wide, seed)
        found = check(document)
        if found.findings.failed:
            continue
        inside = frozenset(edges(document).items()) in inner
        outside += not inside
        assert (contains(around, found) == []) == inside
    assert outside


def outside(around: Checked, equations: str, network: str = NETWORK, inputs: str = "s0, s1") -> list[str]:
    """What is said of a cell that leaves a space."""
    found = contains(around, checked(f"{USE}cell normal({inputs}) {{ {equations} }}{network}"))
    assert {d.code for d in found} <= {"E312"}
    assert all(d.span is not None for d in found)
    return [f"{d.message}; {d.label or d.help}" for d in found]


def test_what_is_said() -> None:
    around = space("keep")
    good = "s2 = sep_conv_3x3(s0, s1)  s3 = skip_connect(s0) + sep_conv_3x3(s2)  return concat(s2..s3)"
    assert outside(around, good) == []
    assert outside(around, good.replace("skip_connect", "max_pool_3x3")) == [
        "`max_pool_3x3(s0)` into `s3` of cell `normal` is outside of the space; "
        "from `s0` it has skip_connect | sep_conv_3x3"
    ]
    assert outside(around, good.replace("skip_connect(s0) + ", "")) == [
        "`s3` of cell `normal` has 1 edge, which is no choice of the space; the space has `s3 = keep 2 of 3 edges`"
    ]
    assert outside(around, good.replace("skip_connect(s0)", "skip_connect(s0, s0)")) == [
        "`s3` of cell `normal` has 3 edges, which are no choice of the space; the space has `s3 = keep 2 of 3 edges`"
    ]
    assert outside(around, good.replace("concat", "sum")) == [
        "cell `normal` returns `sum(s2, s3)`; the space returns `concat(s2, s3)`"
    ]
    assert outside(around, good.replace("return concat(s2..s3)", "s4 = skip_connect(s2)  return concat(s2..s3)")) == [
        "cell `normal` has the state `s4`, the space has not; the space has 2: s2, s3"
    ]
    assert outside(around, "s2 = few(s0)  return s2") == [
        "cell `normal` still has choices; "
        "a genotype has one operation on each edge: `nasc sample` and `nasc search` write such"
    ]
    one = outside(around, "s2 = skip_connect(s1)  return s2", inputs="s1")
    assert one == ["cell `normal` stands for a cell of 2 inputs; "]
    assert outside(space("twice"), "s2 = skip_connect(s0)  return s2") == [
        "`s2` of cell `normal` has 1 edge, which is no choice of the space; "
        "the space has `s2 = few(s1) + keep 1 of 2 edges + keep 1 of 2 edges`"
    ]


def test_a_cell_that_is_not_there() -> None:
    around = space("decided")
    found = contains(around, checked(f"{USE}cell normal(s0, s1) {{ s2 = skip_connect(s0)  return s2 }}{NETWORK}"))
    assert [d.message for d in found] == ["the genotype has no cell `reduce`"]


def test_names_and_order_do_not_count() -> None:
    around = space("keep")
    assert outside(around, "x = skip_connect(b) + skip_connect(a)  y = sep_conv_3x3(a, x)  return concat(x, y)",
                   inputs="a, b") == []  # fmt: skip
    other = "cell mine(s0, s1) { s2..s3 = skip_connect(s0, s1)  return concat(s2..s3) }"
    assert contains(around, checked(f"{USE}{other} network n: darts_cifar {{ cells: mine }}")) == []


def test_a_copy_stands_for_numbered_cells() -> None:
    text = "cell normal(s0, s1) { s2 = skip_connect(s0, s1)  return s2 }"
    assert contains(space("copies"), checked(USE + text + NETWORK)) == []


def test_a_state_without_edges_goes() -> None:
    """`s2` has no edges: its place in `return` goes, and what was chosen from it cannot be seen."""
    cell = "cell normal(s0, s1) { s2 = keep 0..1 of few(*)  s3 = keep 2 of few(*)  return concat(s2..s3) }"
    around = checked(USE + cell + NETWORK)
    gone = "s3 = skip_connect(s0)  return concat(s3)"
    assert outside(around, gone) == []
    assert outside(around, gone.replace("(s0)", "(s0, s1)")) == []
    assert len(outside(around, gone.replace("concat(s3)", "concat(s3, s3)"))) == 1
    text = "s2 = sep_conv_3x3(s1)  s3 = skip_connect(s0, s2)  return concat(s2..s3)"
    point = checked(f"{USE}cell normal(s0, s1) {{ {text} }}{NETWORK}")
    without = {frozenset(edges(other).items()) for other in neighbours(around, point)}
    assert frozenset({(("normal", "s3", ("s0",), "skip_connect", ""), 1)}) in without


@pytest.mark.parametrize(
    ("around", "genotype", "inside"),
    [
        ("darts", "darts_v2", True),
        ("darts", "gdas_v1", True),
        ("darts", "fairdarts_a", False),
        ("ddarts_edge", "ddarts_cifar10_edge", True),
        ("ddarts", "ddarts_cifar10_edge", False),
        ("nasbench201", "nb201_resnet", True),
        ("rnn", "rnn_darts_v2", True),
    ],
)
def test_published_genotypes_in_published_spaces(around: str, genotype: str, inside: bool) -> None:
    assert (contains(check(nasc.load(around)), check(nasc.load(genotype))) == []) is inside


def test_neighbours_of_darts_v2() -> None:
    """Each of 16 edges has 6 other operations, or another of 0, 1, 2, 3 free sources for the two edges of a state."""
    around = check(nasc.load("darts"))
    assert sum(1 for _ in neighbours(around, check(nasc.load("darts_v2")))) == 2 * (8 * 6 + 2 * (0 + 1 + 2 + 3))


def test_neighbours_of_what_is_outside() -> None:
    with pytest.raises(NasError) as raised:
        list(neighbours(check(nasc.load("darts")), check(nasc.load("fairdarts_a"))))
    assert {d.code for d in raised.value.diagnostics} == {"E312"}


def test_the_sizes_of_the_small_spaces() -> None:
    assert {name: space_of(space(name)).size for name in SPACES} == {
        "keep": 4 * 12, "between": 8 * 3, "fixed": 4 * 3, "twice": 4 * 4 * 3, "factors": 6, "decided": 3, "copies": 144,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["ddarts_edge", "do_resnet50", "fairdarts", "gdas_frc", "pcdarts", "ednas_ptb", "rnn"])
def test_samples_are_points(name: str) -> None:
    around = check(nasc.load(name))
    for seed in range(2):
        assert contains(around, check(sample(around, seed))) == []


def test_several_operations_of_one_edge() -> None:
    around = checked(USE + "cell normal(s0, s1) { s2 = {keep 1..2 of few}(*)  return s2 }" + NETWORK)
    both = "s2 = skip_connect(s0) + sep_conv_3x3(s0) + skip_connect(s1)  return s2"
    assert outside(around, both) == []
    assert len(outside(around, both.replace(" + skip_connect(s1)", ""))) == 1
    assert len(outside(around, both.replace("sep_conv_3x3(s0)", "skip_connect(s0)"))) == 1
    point = checked(f"{USE}cell normal(s0, s1) {{ {both} }}{NETWORK}")
    # s0 loses one of two; s1 has the other operation, or both; the second operation moves from s0 to s1
    assert sum(1 for _ in neighbours(around, point)) == 5

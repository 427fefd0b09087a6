"""What differs between two genotypes, and how `nasc diff`, `nasc hash` and `nasc check --in` say it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import nasc
from nasc.cli import group
from nasc.compiler.difference import CellDifference, Difference, difference, shown
from nasc.compiler.distance import WEIGHTS
from nasc.compiler.draw_difference import MARK, difference_drawing

USE = "use std.darts\n"
BASE = (
    "cell normal(s0, s1) { s2 = sep_conv_3x3(s0) + skip_connect(s1)  s3 = max_pool_3x3(s2) + skip_connect(s0)"
    "  return concat(s2..s3) }"
)
NETWORK = " network n: darts_cifar { channels: 4  cells: normal*2, normal/2 }"


def between(one: str, other: str) -> Difference:
    return difference(nasc.loads(USE + one), nasc.loads(USE + other))


def rows(cell: CellDifference) -> list[tuple[str, str, str, str]]:
    """Every change: its kind, the state, the edge before and after."""
    return [
        (c.kind, c.edge.state, shown(c.before) if c.before else "-", shown(c.after) if c.after else "-")
        for c in cell.edges
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("sep_conv_3x3(s0)", "sep_conv_5x5(s0)"), [("changed", "s2", "sep_conv_3x3(s0)", "sep_conv_5x5(s0)")]),
        (("max_pool_3x3(s2)", "max_pool_3x3(s1)"), [("moved", "s3", "max_pool_3x3(s2)", "max_pool_3x3(s1)")]),
        ((" + skip_connect(s1)", ""), [("removed", "s2", "skip_connect(s1)", "-")]),
        (("s3 = ", "s3 = avg_pool_3x3(s0) + "), [("added", "s3", "-", "avg_pool_3x3(s0)")]),
        (("sep_conv_3x3(s0)", "sep_conv_5x5(s1)"),
         [("removed", "s2", "sep_conv_3x3(s0)", "-"), ("added", "s2", "-", "sep_conv_5x5(s1)")]),
        (("sep_conv_3x3(s0)", "0.5*sep_conv_3x3(s0)"),
         [("changed", "s2", "sep_conv_3x3(s0)", "0.5*sep_conv_3x3(s0)")]),
        (("sep_conv_3x3(s0)", "sep_conv_3x3(s0) @0.31"),
         [("strength", "s2", "sep_conv_3x3(s0)", "sep_conv_3x3(s0) @0.31")]),
        (("sep_conv_3x3(s0) + skip_connect(s1)", "skip_connect(s1) + sep_conv_3x3(s0)"), []),
    ],
)  # fmt: skip
def test_edges(change: tuple[str, str], expected: list[tuple[str, str, str, str]]) -> None:
    found = between(BASE + NETWORK, BASE.replace(*change) + NETWORK)
    (cell,) = found.cells
    assert rows(cell) == expected
    assert cell.alike == sum(kind == "strength" for kind, *_ in expected) + 4 - sum(
        before != "-" for _, _, before, _ in expected
    )
    assert found.same == cell.same == all(kind == "strength" for kind, *_ in expected)


def test_states_of_other_names_are_taken_in_order() -> None:
    renamed = BASE.replace("s2", "x").replace("x..s3", "x, y").replace("s3", "y").replace("s1", "b").replace("s0", "a")
    (cell,) = between(BASE, renamed).cells
    assert cell.same
    (cell,) = between(BASE, renamed.replace("max_pool_3x3(x)", "avg_pool_3x3(x)")).cells
    assert rows(cell) == [("changed", "s3", "max_pool_3x3(s2)", "avg_pool_3x3(x)")]


def test_returns() -> None:
    (cell,) = between(BASE, BASE.replace("concat(s2..s3)", "sum(s3, s2)")).cells
    assert cell.returns == ("concat(s2..s3)", "sum(s3, s2)")
    assert not cell.same
    (cell,) = between(BASE.replace("concat(s2..s3)", "s3"), BASE.replace("concat(s2..s3)", "concat(s3)")).cells
    assert cell.returns is None


def test_cells_by_name_else_in_order() -> None:
    other = BASE.replace("normal", "reduce")
    found = between(BASE + other, other + BASE.replace("max_pool", "avg_pool"))
    assert [(c.name, len(c.edges)) for c in found.cells] == [("normal", 1), ("reduce", 0)]
    found = between(BASE + other, BASE.replace("normal", "mine"))
    assert [(c.name, len(c.edges)) for c in found.cells] == [("normal / mine", 0), ("reduce", 4)]
    assert found.cells[1].after is None
    found = between(BASE, BASE + other)
    assert [(c.name, c.before is None) for c in found.cells] == [("normal", False), ("reduce", True)]


def test_one_genotype_in_two_texts() -> None:
    """What is written differently may be the same all the same."""
    found = between(BASE + NETWORK, BASE.replace("s3 = ", "s3 = none(s1) + ") + NETWORK)
    assert found.same
    assert [kind for kind, *_ in rows(found.cells[0])] == ["added"]


def test_costs_and_distance() -> None:
    found = difference(nasc.load("darts_v1"), nasc.load("darts_v2"))
    assert [(s.params, s.macs) for s in found.stats if s] == [(3_169_414, 500_987_520), (3_349_342, 528_359_040)]
    assert found.distance == pytest.approx(
        (WEIGHTS["dil_conv_3x3"] + WEIGHTS["avg_pool_3x3"]) / 2 / sum(WEIGHTS.values())
    )
    assert [(cell.name, len(cell.edges)) for cell in found.cells] == [("normal", 3), ("reduce", 3)]
    words = difference(nasc.load("rnn_darts_v1"), nasc.load("rnn_darts_v2"))
    assert [s.params for s in words.stats if s] == [22_960_000, 22_960_000]
    assert words.distance is None


def test_drawing() -> None:
    found = difference(nasc.load("darts_v1"), nasc.load("darts_v2"))
    source = difference_drawing(found.cells, ("A", "B")).source
    assert source.count(MARK) == 2 * 3 + 2 * 2
    assert {f"cluster_{i}" for i in range(4)} <= {line.split()[1] for line in source.splitlines() if "cluster_" in line}
    alone = between(BASE, BASE + BASE.replace("normal", "reduce"))
    assert difference_drawing(alone.cells, ("A", "B")).source.count(MARK) == 4


# ---------------------------------------------------------------- the commands


def run(*arguments: str) -> str:
    done = CliRunner().invoke(group, arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_diff_command(tmp_path: Path) -> None:
    out = run("diff", "darts_v1", "darts_v2", "--svg", str(tmp_path / "both.dot"))
    assert out.splitlines()[:5] == [
        "normal: 5 edges the same",
        "        A                 B",
        "  s3 =  skip_connect(s0)  sep_conv_3x3(s0)",
        "  s5 =  sep_conv_3x3(s0)  skip_connect(s0)",
        "  s5 =  skip_connect(s2)  dil_conv_3x3(s2)",
    ]
    assert "params                 3,169,414    3,349,342     +179,928" in out.splitlines()
    assert out.endswith("A and B are different genotypes\n")
    assert MARK in (tmp_path / "both.dot").read_text(encoding="utf-8")
    assert run("diff", "darts_v2", "darts_v2").endswith("A and B are the same genotype\n")


def test_diff_command_as_json() -> None:
    found = json.loads(run("diff", "darts_v1", "darts_v2", "--json"))
    assert found["same"] is False
    assert found["params"] == [3_169_414, 3_349_342]
    assert found["cells"][0]["edges"][0] == {
        "kind": "changed", "state": "s3", "a": "skip_connect(s0)", "b": "sep_conv_3x3(s0)",
    }  # fmt: skip


def test_hash_command() -> None:
    lines = run("hash", "darts_v1", "darts_v2").splitlines()
    assert lines == [f"{nasc.identity(nasc.load(name))}  {name}" for name in ("darts_v1", "darts_v2")]
    assert json.loads(run("hash", "darts_v2", "--json")) == [
        {"file": "darts_v2", "identity": nasc.identity(nasc.load("darts_v2"))}
    ]


def test_check_in() -> None:
    assert run("check", "darts_v2", "--in", "darts") == "darts_v2: a point of darts\n"
    done = CliRunner().invoke(group, ["check", "fairdarts_a", "--in", "darts", "--json"])
    assert done.exit_code == 1
    assert {d["code"] for d in json.loads(done.stdout)["diagnostics"]} >= {"E312"}

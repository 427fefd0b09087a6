"""From strengths to a genotype: the rule of DARTS, its ties, and the document around it."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

import nasc
from nasc.compiler.plan import plan
from nasc.dsl import nodes as n
from nasc.runtime.derive import derive, derive_supernet
from tests.goldens.texts import space_text
from tests.runtime.tiny import SPACE

OPERATIONS = (
    *("none", "max_pool_3x3", "avg_pool_3x3", "skip_connect"),
    *("sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"),
)
NETWORK = "network golden: darts_search { channels: 4  layers: 3 }"
Rows = Sequence[Sequence[float]]


def derived(alphas: Mapping[str, Rows], dtype: torch.dtype = torch.float64) -> n.Document:
    """What the whole space of DARTS becomes under these strengths, a softmax of them in this precision."""
    found = plan(nasc.loads(space_text("darts", NETWORK)))
    dags = {cell.placement.choice: cell.dag for cell in found.cells}
    weights = {kind: torch.tensor(rows, dtype=dtype).softmax(-1).tolist() for kind, rows in alphas.items()}
    return derive(found.program, dags, weights)


def edges(document: n.Document, cell: str) -> list[tuple[str, str]]:
    """Operations and sources in the order in which they stand."""
    found = []
    for statement in document.cells[cell].statements:
        assert isinstance(statement, n.Statement)
        for edge in statement.terms:
            assert isinstance(edge, n.Edge)
            assert isinstance(edge.what, n.Name)
            assert edge.sources is not None
            found.append((edge.what.text, edge.sources[0].text))
    return found


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_recorded_cases(dtype: torch.dtype) -> None:
    folder = os.environ.get("NASC_GOLDENS")
    if not folder:
        pytest.skip("NASC_GOLDENS does not name the folder of the golden files")
    cases: list[dict[str, Any]] = json.loads(Path(folder, "darts/parse_darts.json").read_text())
    assert {case["note"] for case in cases} >= {"none dominates", "all-zero (ties)", "integer alphas (ties)"}
    for case in cases:
        found = derived({kind: case[f"alphas_{kind}"] for kind in ("normal", "reduce")}, dtype)
        for kind in ("normal", "reduce"):
            expected = [(op, f"s{source}") for op, source in case["genotype"][kind]]
            assert edges(found, kind) == expected, (case["note"], kind)


def rows(changes: Mapping[tuple[int, str], float], base: float = 0.0) -> list[list[float]]:
    """Strengths of 14 edges that are all the same but for some: (edge, operation) -> strength."""
    found = [[base] * len(OPERATIONS) for _ in range(14)]
    for (edge, operation), value in changes.items():
        found[edge][OPERATIONS.index(operation)] = value
    return found


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("value", [0.0, 1e-3, -7.0])
def test_all_equal(value: float, dtype: torch.dtype) -> None:
    """Ties go to the earlier edge and the earlier operation."""
    found = derived({kind: rows({}, value) for kind in ("normal", "reduce")}, dtype)
    for kind in ("normal", "reduce"):
        assert edges(found, kind) == [("max_pool_3x3", "s0"), ("max_pool_3x3", "s1")] * 4


def test_none_takes_its_share_but_is_never_chosen() -> None:
    """`none` on an edge makes it weak, however its other operations stand to each other."""
    none_everywhere = {(edge, "none"): 9.0 for edge in range(14)}
    second = {(edge, "dil_conv_5x5"): 1.0 for edge in range(14)}
    found = derived({kind: rows(none_everywhere | second) for kind in ("normal", "reduce")})
    assert edges(found, "normal") == [("dil_conv_5x5", "s0"), ("dil_conv_5x5", "s1")] * 4
    # State s3 has the edges 2, 3, 4: the strongest strength stands on edge 2, but `none` takes all of its weight.
    found = derived({"normal": rows({(2, "sep_conv_3x3"): 5.0, (2, "none"): 9.0}), "reduce": rows({})})
    assert edges(found, "normal")[2:4] == [("max_pool_3x3", "s1"), ("max_pool_3x3", "s2")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # two strong edges of s5 (9..13), the stronger one first
        ({(11, "skip_connect"): 1.0, (13, "sep_conv_5x5"): 2.0}, [("sep_conv_5x5", "s4"), ("skip_connect", "s2")]),
        # the same strength: the lower source first
        ({(11, "skip_connect"): 1.0, (13, "sep_conv_5x5"): 1.0}, [("skip_connect", "s2"), ("sep_conv_5x5", "s4")]),
        # a third that ties with the second: the lower source stays
        (
            {(10, "avg_pool_3x3"): 1.0, (12, "avg_pool_3x3"): 1.0, (13, "sep_conv_5x5"): 2.0},
            [("sep_conv_5x5", "s4"), ("avg_pool_3x3", "s1")],
        ),
        # two operations of one edge with the same strength: the earlier of the set
        (
            {(9, "dil_conv_3x3"): 3.0, (9, "sep_conv_5x5"): 3.0, (10, "dil_conv_5x5"): 3.0},
            [("dil_conv_5x5", "s1"), ("sep_conv_5x5", "s0")],
        ),
    ],
)
def test_ties_of_one_state(changes: dict[tuple[int, str], float], expected: list[tuple[str, str]]) -> None:
    found = derived({"normal": rows({}), "reduce": rows(changes)})
    assert edges(found, "reduce")[-2:] == expected
    assert edges(found, "normal") == [("max_pool_3x3", "s0"), ("max_pool_3x3", "s1")] * 4


def test_strengths_are_written_as_they_count() -> None:
    found = nasc.dumps(derived({"normal": rows({(0, "skip_connect"): 2.0}), "reduce": rows({})}))
    share = float(torch.tensor([0.0] * 7 + [2.0]).softmax(-1)[-1])
    assert f"s2 = skip_connect(s0) @{share:.4f} + max_pool_3x3(s1) @0.1250" in found


def test_what_is_derived_is_a_decided_document_of_the_same_networks() -> None:
    space = nasc.supernet(nasc.loads(SPACE), input=(1, 8, 8))
    found = nasc.derive(space)
    again = nasc.loads(nasc.dumps(found))
    assert again == found
    assert nasc.build(again, "cifar", input=(1, 8, 8))
    assert list(again.networks) == ["small", "cifar"]
    assert derive_supernet(space, "darts") == found


def test_cells_of_their_own_each_become_a_cell() -> None:
    text = SPACE.replace(
        "network small: darts_search { channels: 2  layers: 3 }",
        "network small: darts_search { channels: 2  cells: normal[0], normal[1]/2, normal[2]/2 }",
    )
    space = nasc.supernet(nasc.loads(text), "small", input=(1, 8, 8))
    with torch.no_grad():
        for at, parameter in enumerate(space.strengths()):
            parameter.zero_()
            parameter[:, 1 + at] = 1.0
    found = nasc.derive(space)
    chosen = ("max_pool_3x3", "skip_connect", "dil_conv_3x3")
    assert [edges(found, name) for name in space.alphas] == [[(op, "s0"), (op, "s1")] * 2 for op in chosen]


def test_unknown_rule() -> None:
    space = nasc.supernet(nasc.loads(SPACE), input=(1, 8, 8))
    with pytest.raises(nasc.NasError, match="did you mean `darts`") as caught:
        nasc.derive(space, "dart")
    assert caught.value.diagnostics[0].code == "E404"


def test_an_edge_that_may_be_nothing_but_none() -> None:
    text = SPACE.replace("ops few = none | max_pool_3x3 | skip_connect | dil_conv_3x3", "ops few = none")
    found = plan(nasc.loads(text), "small")
    dags = {cell.placement.choice: cell.dag for cell in found.cells if cell.dag.open}
    weights = {name: [[1.0]] * len(dag.open_edges) for name, dag in dags.items()}
    with pytest.raises(nasc.NasError, match="may be nothing but zero") as caught:
        derive(found.program, dags, weights)
    assert caught.value.diagnostics[0].code == "E405"

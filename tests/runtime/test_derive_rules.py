"""Every rule of derivation against what the original code has kept, ties included."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nasc
from nasc.compiler.dag import CellDag
from nasc.compiler.plan import cell_dag
from nasc.compiler.resolve import resolve
from nasc.dsl.diagnostic import Findings
from nasc.runtime.derive import derive
from nasc.runtime.derive_kept import Kept, Strengths
from nasc.runtime.derive_rules import RULES
from tests.goldens.texts import sets_text

Rows = Sequence[Sequence[float]]
OFFICIAL = (
    *("none", "max_pool_3x3", "avg_pool_3x3", "skip_connect"),
    *("sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"),
)
"""The order of operations in DARTS and P-DARTS."""
ZERO = frozenset({"none"})


def recorded(name: str) -> Any:
    folder = os.environ.get("NASC_GOLDENS")
    if not folder:
        pytest.skip("NASC_GOLDENS does not name the folder of the golden files")
    return json.loads(Path(folder, name).read_text())


def cell(operations: str, states: int = 4, keep: str = "keep 0..2 of ") -> CellDag:
    """A cell whose edges are all open."""
    last = f"s{states + 1}"
    text = f"use std.ddarts\ncell c(s0, s1) {{ s2..{last} = {keep}{operations}(*)  return concat(s2..{last}) }}"
    return cell_dag(nasc.loads(text), "c")


def kept(rule: str, dag: CellDag, rows: Rows, **given: Any) -> list[list[Any]]:
    """What a rule keeps, as the originals write it: operation, state, source."""
    strengths = Strengths(dict(enumerate(rows)), **{"zero": ZERO, **given})
    return triples(RULES[rule].keep(dag, strengths))


def triples(found: Kept) -> list[list[Any]]:
    return [
        [one.operation, int(state[1:]), int(one.edge.source[1:])] for state, edges in found.items() for one in edges
    ]


def pairs(found: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [[operation, source] for operation, _, source in found]


def softmax(rows: Rows) -> Rows:
    values = np.exp(np.array(rows) - np.max(rows, axis=1, keepdims=True))
    found: Rows = (values / values.sum(1, keepdims=True)).tolist()
    return found


# ---------------------------------------------------------------- D-DARTS and FairDARTS


def test_ddarts() -> None:
    """20 matrices of strengths, uniform, high, full of ties and at the threshold, by all four rules."""
    golden = recorded("ddarts/golden_parse.json")
    assert {case["kind"] for case in golden["cases"]} >= {"uniform", "high", "ties", "exactly 0.85", "all 0.5"}
    for case in golden["cases"]:
        dag = cell({"darts": "ddarts", "dartopti": "dartopti"}[case["op_set"]], case["steps"])
        assert list(dag.edges[0].operations) == golden[f"primitives_{case['op_set']}"]
        for rule in ("sparse", "edge", "complete"):
            found = kept(rule, dag, case["weights"], threshold=case["threshold"])
            assert found == case[f"threshold_{rule}"], (case["kind"], rule)
        assert pairs(kept("darts", dag, case["weights"])) == case["darts"], case["kind"]


@pytest.mark.parametrize("braces", [False, True])
def test_fairdarts(braces: bool) -> None:
    """Also where the text keeps operations of an edge: all edges of a state are chosen among then."""
    dag = cell("{keep 0..2 of darts_without_none}", keep="") if braces else cell("darts_without_none")
    for case in recorded("darts/parse_fairdarts.json"):
        for kind in ("", "_normal", "_reduce"):
            if f"threshold_sparse{kind}" not in case:
                continue
            rows = case[kind.removeprefix("_") or "weights"]
            for rule in ("sparse", "edge"):
                assert kept(rule, dag, rows, threshold=case["threshold"]) == case[f"threshold_{rule}{kind}"]
            if not kind and not braces:
                assert pairs(kept("darts", dag, rows)) == case["darts"]


def test_the_threshold_itself_is_enough() -> None:
    dag = cell("darts_without_none", 1)
    rows = [[0.85] * 7, [0.85 - 1e-12] * 7]
    assert kept("sparse", dag, rows) == [["max_pool_3x3", 2, 0]]
    assert kept("edge", dag, rows) == [["dil_conv_3x3", 2, 0], ["dil_conv_5x5", 2, 0]]
    assert [op for op, _, source in kept("complete", dag, rows)] == list(dag.edges[0].operations)
    assert kept("sparse", dag, rows, threshold=0.8) == [["max_pool_3x3", 2, 0], ["max_pool_3x3", 2, 1]]


# ---------------------------------------------------------------- DARTS and its kin


def test_ptdarts() -> None:
    """Its code compares strengths before the softmax, unlike the one it was made from."""
    for case in recorded("darts/parse_ptdarts.json"):
        set_text = f"{{{' | '.join(case['primitives'])}}}"
        dag = cell(set_text, keep="keep 2 of ")
        raw = [row for state in case["alphas"] for row in state]
        flat = [[op, source] for state in case["gene_raw_alpha_as_shipped"] for op, source in state]
        assert RULES["ptdarts"].raw
        assert pairs(kept("ptdarts", dag, raw)) == flat
        softmaxed = [[op, source] for state in case["gene_if_softmaxed_first"] for op, source in state]
        assert pairs(kept("darts", dag, softmax(raw))) == softmaxed


def test_pdarts() -> None:
    """The last stage, and every number of identities that the original has restricted its result to."""
    cases = recorded("darts/parse_pdarts.json")
    assert any(case["restricted"] for case in cases)
    for case in cases:
        stage = case["stages"][-1]
        sets, weights = {}, {}
        for kind in ("normal", "reduce"):
            sets[kind] = [
                [op for op, on in zip(OFFICIAL, row, strict=True) if on] for row in stage[f"switches_{kind}_before"]
            ]
            weights[kind] = np.array(softmax(stage[f"alphas_{kind}"]), np.float32).tolist()
        for limit, wanted in {"none": case["genotype_unrestricted"], **case["restricted"]}.items():
            require = "" if limit == "none" else f"require count(skip_connect, normal) <= {limit}"
            text = sets_text(sets, f"network n: darts_search {{ channels: 4  layers: 3  {require} }}")
            text = keeping(text)
            found = derived(text, weights, "pdarts")
            for kind in ("normal", "reduce"):
                assert found[kind] == wanted[kind], (limit, kind)


def keeping(text: str) -> str:
    """A text whose states keep two of their edges."""
    lines = []
    for line in text.splitlines():
        head, sign, terms = line.partition(" = ")
        lines.append(f"{head} = keep 2 of ({terms})" if sign and head.startswith("  s") else line)
    return "\n".join(lines)


def derived(text: str, weights: Mapping[str, Rows], rule: str | None, **given: Any) -> dict[str, list[list[Any]]]:
    """Operations and sources of each cell that a rule makes of a text."""
    program = resolve(nasc.loads(text), Findings())
    dags = {name: cell_dag(program.document, name) for name in weights}
    document = derive(program, dags, weights, rule, **given)
    return {
        name: [[edge.operations[0], int(edge.source[1:])] for edge in cell_dag(document, name).edges]
        for name in weights
    }


def test_pdarts_keeps_the_later_of_equal_ones() -> None:
    dag = cell("darts", 2, keep="keep 2 of ")
    rows = [[0.125] * 8] * 5
    assert kept("pdarts", dag, rows) == [
        [op, s, i] for s, i in ((2, 0), (2, 1), (3, 1), (3, 2)) for op in OFFICIAL[-1:]
    ]


def test_a_limit_that_cannot_be_met() -> None:
    """Identities that are the only choice stay."""
    dag = cell("{none | skip_connect}", 1, keep="keep 2 of ")
    found = kept("pdarts", dag, [[0.3, 0.7], [0.4, 0.6]], limits={"skip_connect": 0})
    assert [source for _, _, source in found] == [0, 1]


# ---------------------------------------------------------------- the other rules


def test_gdas_is_darts_on_probabilities() -> None:
    for case in recorded("darts/parse_darts.json"):
        dag = cell("darts", keep="keep 2 of ")
        for kind in ("normal", "reduce"):
            assert pairs(kept("gdas", dag, softmax(case[f"alphas_{kind}"]))) == case["genotype"][kind]


def test_nasbench201() -> None:
    text = "use std.nasbench201\ncell c(s0) { s1..s3 = nasbench201(*)  return s3 }"
    dag = cell_dag(nasc.loads(text), "c")
    rows = np.eye(5)[[2, 0, 1, 4, 0, 3]].tolist()
    wanted = ["nor_conv_1x1", "none", "skip_connect", "avg_pool_3x3", "none", "nor_conv_3x3"]
    assert [op for op, _, _ in kept("nasbench201", dag, rows)] == wanted
    assert kept("nasbench201", dag, [[0.2] * 5] * 6) == [
        ["none", int(e.state[1:]), int(e.source[1:])] for e in dag.edges
    ]
    # under a `keep` an edge of `none` is one that is dropped
    assert kept("nasbench201", cell("darts", 1), [[0.2] + [0.1] * 7, [0.1] * 7 + [0.3]]) == [["dil_conv_5x5", 2, 1]]


def test_betas_weigh_the_edges() -> None:
    """PC-DARTS: the edge that counts little goes, however sure it is of its operation."""
    text = "use std.darts\ncell c(s0, s1) { s2..s3 = keep 2 of darts(*)  return concat(s2..s3) }"
    text += "\nnetwork n: darts_search { cells: c, c/2, c }"
    rows = [[0.0] * 8 for _ in range(5)]
    for index, best in enumerate((0.5, 0.5, 0.9, 0.8, 0.7)):
        rows[index][4] = best
    plain = derived(text, {"c": rows}, "darts")["c"]
    assert plain[2:] == [["sep_conv_3x3", 0], ["sep_conv_3x3", 1]]
    weighed = derived(text, {"c": rows}, "darts", betas={"c": [0.4, 0.6, 0.1, 0.4, 0.5]})["c"]
    assert weighed == [["sep_conv_3x3", source] for source in (1, 0, 2, 1)]


def test_what_is_decided_stays() -> None:
    """In every rule: edges with nothing to choose, and open ones that no `keep` lets go."""
    statement = "s2 = skip_connect(s0) + {sep_conv_3x3 | max_pool_3x3}(s1) + keep 0..1 of ddarts(s0, s1)"
    dag = cell_dag(nasc.loads(f"use std.ddarts\ncell c(s0, s1) {{ {statement}  return s2 }}"), "c")
    weights = Strengths({1: [0.2, 0.3], 2: [0.1] * 7, 3: [0.2] * 7}, ZERO)
    for rule in RULES.values():
        found = triples(rule.keep(dag, weights))
        assert found[:2] == [["skip_connect", 2, 0], ["max_pool_3x3", 2, 1]], rule.name
        assert len(found) == (
            2 if rule.name in ("sparse", "edge", "complete") else 4 if rule.name == "nasbench201" else 3
        )


@pytest.mark.parametrize(
    ("algorithm", "keep", "wanted"),
    [
        ("darts", "keep 0..2 of ddarts", "darts"),
        ("pcdarts", "keep 0..2 of ddarts", "darts"),
        ("gdas", "keep 0..2 of ddarts", "gdas"),
        ("pdarts", "keep 0..2 of ddarts", "pdarts"),
        ("fairdarts", "keep 0..2 of ddarts", "sparse"),
        ("ddarts", "keep 0..2 of ddarts", "sparse"),
        ("ddarts", "{keep 0..2 of ddarts}", "edge"),
    ],
)
def test_the_rule_of_an_algorithm(algorithm: str, keep: str, wanted: str) -> None:
    text = f"use std.ddarts\ncell c(s0, s1) {{ s2..s4 = {keep}(*)  return concat(s2..s4) }}\n"
    text += f"network n: darts_search {{ cells: c, c/2, c }}\nsearch {algorithm} {{ network: n }}"
    weights = {"c": np.random.default_rng(2).uniform(0.7, 1.0, (9, 7)).tolist()}
    assert derived(text, weights, None) == derived(text, weights, wanted)
    different = [rule for rule in RULES if derived(text, weights, rule) != derived(text, weights, wanted)]
    assert different


def test_every_rule_is_documented() -> None:
    page = Path(__file__).parents[2] / "docs" / "language.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("| rule | of |"))
    rows = [line.split("|")[1].strip(" `") for line in lines[at + 2 : at + 2 + len(RULES)]]
    assert rows == list(RULES)
    assert not lines[at + 2 + len(RULES)].startswith("|")

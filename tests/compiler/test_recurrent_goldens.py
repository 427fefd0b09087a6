"""Language models against the original code: cells of DARTS, GDAS and EDNAS, and their shared-weight networks."""

import json
import os
from pathlib import Path

import pytest
import torch

import nasc
from nasc.compiler.plan import cell_dag
from nasc.compiler.resolve import resolve
from nasc.dsl.diagnostic import Findings
from nasc.runtime.derive import derive
from tests.goldens import words
from tests.goldens.folder import small, whole

FLOAT, DOUBLE = 1e-5, 1e-12
both = pytest.mark.parametrize("optimize", [True, False], ids=["optimized", "plain"])


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@both
def test_darts(optimize: bool) -> None:
    assert max((found := words.measure_darts(small("rnn_darts_v2"), optimize)).values()) <= DOUBLE, found


@both
def test_search(optimize: bool) -> None:
    assert max((found := words.measure_search(small("rnn_search"), optimize)).values()) <= DOUBLE * 10, found


@both
def test_gdas(optimize: bool) -> None:
    assert max((found := words.measure_gdas(small("rnn_gdas"), "GDAS", optimize)).values()) <= FLOAT, found


@both
def test_ednas(optimize: bool) -> None:
    assert max((found := words.measure_ednas(small("rnn_ednas"), optimize)).values()) <= FLOAT, found


@both
@pytest.mark.parametrize("chosen", [True, False], ids=["chosen", "all"])
def test_ednas_search(optimize: bool, chosen: bool) -> None:
    found = words.measure_ednas_search(small("rnn_ednas_search"), optimize, chosen)
    assert max(found.values()) <= FLOAT, found


@both
@pytest.mark.parametrize("name", ["DARTS_V1", "ENAS"])
def test_more_of_darts(name: str, optimize: bool) -> None:
    golden = whole("darts/golden_rnn_cells_f64.pt")[name]
    assert max((found := words.measure_darts(golden, optimize)).values()) <= DOUBLE, found


@both
@pytest.mark.parametrize("name", ["DARTS_V1", "DARTS_V2", "ENAS"])
def test_more_of_gdas(name: str, optimize: bool) -> None:
    found = words.measure_gdas(whole("gdas/golden_rnn.pt"), name, optimize)
    assert max(found.values()) <= FLOAT, found


def test_derivation() -> None:
    folder = os.environ.get("NASC_GOLDENS")
    path = Path(folder or "") / "darts" / "parse_rnn.json"
    if not folder or not path.is_file():
        pytest.skip("NASC_GOLDENS does not name the folder of the golden files")
    cases = json.loads(path.read_text(encoding="utf-8"))
    program = resolve(nasc.load("rnn"), Findings())
    dag = cell_dag(program.document, "rnn")
    assert cases
    for case in cases:
        # the recording is of the probabilities, in which ties of the strengths may break by rounding
        weights = torch.tensor(case["alphas"], dtype=torch.float64).softmax(-1).tolist()
        gate, *edges = cell_dag(derive(program, {"rnn": dag}, {"rnn": weights}), "rnn").edges
        assert gate.operations == ("gate",)
        wanted = [tuple(edge) for edge in case["recurrent"]]
        assert [(edge.operations[0], int(edge.source[1:])) for edge in edges] == wanted

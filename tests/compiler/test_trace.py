"""What `nasc explain` prints."""

from __future__ import annotations

import nasc
from nasc.compiler.layer_rules import show
from nasc.compiler.plan import any_plan, plan
from nasc.compiler.stack import Options
from nasc.compiler.trace import trace


def test_the_shapes_of_the_darts_search_network() -> None:
    lines = list(trace(plan(nasc.load("darts"), "search", Options(channels=16, layers=8))))
    shapes = {line.text.partition(":")[0]: show(line.shape) for line in lines if line.depth == 0}
    assert shapes["stem"] == "48x32x32"
    assert [show(c.shape) for c in plan(nasc.load("darts"), "search").cells] == [
        "64x32x32", "64x32x32", "128x16x16", "128x16x16", "128x16x16", "256x8x8", "256x8x8", "256x8x8",
    ]  # fmt: skip
    assert shapes["head"] == "10"


def test_the_lines_add_up_to_the_network() -> None:
    document = nasc.load("darts_v2")
    found, counts = plan(document), nasc.stats(document)
    lines = [line for line in trace(found) if line.depth == 0 and "auxiliary" not in line.text]
    # cells that are alike stand in one line
    assert sum(line.params for line in lines) < counts.params
    cells = {(first, len(run)) for first, run in _runs(found)}
    assert sum(length for _, length in cells) == 20
    for first, length in cells:
        inside = [cell.graph.params for cell in found.cells[first : first + length]]
        assert len(set(inside)) == 1


def _runs(found: object) -> list[tuple[int, list[object]]]:
    from nasc.compiler.trace import _runs as runs

    return list(runs(found))  # type: ignore[arg-type]


def test_equations_read_like_the_text() -> None:
    lines = [line.text for line in trace(plan(nasc.load("darts"), "search"))]
    assert "s4 = keep 2 of darts(s0, s1, s2, s3)" in lines
    assert "s0 = factorized_reduce(cell k-2)" in lines
    assert "return concat(s2..s5)" in lines


def test_a_language_model() -> None:
    found = any_plan(nasc.load("rnn_darts_v2"))
    lines = [(line.text, line.shape, line.params, line.macs) for line in trace(found)]
    assert lines[:3] == [
        ("words", (10_000,), 0, 0),
        ("stem", (850,), 8_500_000, 0),
        ("cell 0: darts_v2", (850,), 14_450_000, 14_450_000),
    ]
    assert lines[3] == ("s0 = gate(x, h)", (850,), 2_890_000, 2_890_000)
    assert lines[7] == ("s4 = identity(s1)", (850,), 1_445_000, 1_445_000)
    assert lines[-2:] == [("return mean(s1..s8)", (850,), 0, 0), ("head", (10_000,), 10_000, 8_500_000)]

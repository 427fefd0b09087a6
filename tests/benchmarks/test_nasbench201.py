"""The searches of tables: they go on where they stopped, and their curves are drawn."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.nasbench201 import COLUMN, FINAL, WAYS, figure, report, run
from nasc.dsl.dialects.nasbench201 import OPERATIONS


def test_searches_go_on_where_they_stopped(tmp_path: Path) -> None:
    table, final, out = tmp_path / "t.csv", tmp_path / "f.csv", tmp_path / "out.jsonl"
    strings = [f"|{a}~0|+|{b}~0|{c}~1|+|{d}~0|{e}~1|{f}~2|" for a, b, c, d, e, f in product(OPERATIONS, repeat=6)]
    rows = [(s, 80 + s.count("nor_conv_3x3")) for s in strings]
    table.write_text(f"cell,{COLUMN}\n" + "".join(f"{s},{value}\n" for s, value in rows))
    final.write_text(f"cell,{','.join(FINAL)}\n" + "".join(f"{s},{value},{value},{value}\n" for s, value in rows))
    found = run(table, final, seeds=2, samples=30, out=out)
    whole = out.read_text()
    assert len(found) == 2 * len(WAYS)
    for one in found:
        assert one.curve == sorted(one.curve)
        assert set(one.test.values()) == {one.curve[-1]}
    lines = whole.splitlines(keepends=True)
    out.write_text("".join(lines[:3]) + lines[3][:20] + "\n")  # it was killed in the middle of a line
    again = run(table, final, seeds=2, samples=30, out=out)
    key = lambda one: (one.way, one.seed)  # noqa: E731
    assert sorted(again, key=key) == sorted(found, key=key)
    assert len(report(found).splitlines()) == 2 + len(WAYS)
    drawn = ElementTree.fromstring(figure(found))
    assert sum(element.tag.endswith("polyline") for element in drawn) == len(WAYS)
    assert json.loads(lines[0])["way"] == "random"

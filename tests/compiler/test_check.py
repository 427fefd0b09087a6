"""What checking reports, as a user sees it.

Each `errors/NAME.nas` is a text with mistakes, `NAME.txt` beside it all that is shown for it. With
`NASC_REGENERATE=1` the shown texts are written anew; their diff is what a reviewer reads.
"""

import os
import re
import time
from functools import cache
from pathlib import Path

import pytest

from nasc.compiler.check import Checked, check
from nasc.compiler.expand import Plan
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options, lay_out
from nasc.dsl.codes import CODES
from nasc.dsl.diagnostic import Diagnostic, Findings, NasError, show
from nasc.dsl.reader import read
from nasc.dsl.source import Source
from nasc.runtime.recipe import check_recipes

FOLDER = Path(__file__).parent / "errors"
CASES = sorted(path.stem for path in FOLDER.glob("*.nas"))
PRELUDE = re.compile(r"(std/\w+\.nas):\d+")
"""A line of the prelude, which changes more often than what is said of it."""
ELSEWHERE = {"E310", "E311", "E312", "E313", "E404", "E405", "E406", "W205", "W307", "W402"}
"""Codes of these groups that checking a text cannot give."""


def checked(text: str, name: str = "x.nas") -> Checked:
    found = check(read(Source(name, text), "nas").document)
    check_recipes(found.program, found.findings)
    return found


def codes(text: str) -> list[str]:
    return [d.code for d in checked("use std.darts\n" + text).findings.in_order()]


@cache
def case(name: str) -> list[Diagnostic]:
    return checked((FOLDER / f"{name}.nas").read_text(encoding="utf-8"), f"{name}.nas").findings.in_order()


@pytest.fixture(autouse=True)
def _in_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts name other files relative to themselves, and are shown by their names alone."""
    monkeypatch.chdir(FOLDER)


@pytest.mark.parametrize("name", CASES)
def test_shown(name: str) -> None:
    shown = PRELUDE.sub(r"\1:N", "\n\n".join(show(case(name))) + "\n")
    golden = FOLDER / f"{name}.txt"
    if os.environ.get("NASC_REGENERATE"):
        golden.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == golden.read_text(encoding="utf-8")


def test_every_golden_has_its_text() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == CASES


def test_every_code_has_a_golden() -> None:
    given = {d.code for name in CASES for d in case(name)}
    wanted = {code for code in CODES if code.startswith(("E2", "E3", "E4", "W2", "W3", "W4"))} - ELSEWHERE
    assert wanted <= given


@pytest.mark.parametrize("name", CASES)
def test_one_mistake_is_reported_once(name: str) -> None:
    """No two reports stand at one place, but for those a different word is to blame for."""
    places = [(d.code, d.span.source.name, d.span.start, d.message) for d in case(name) if d.span is not None]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith(("huge", "deep"))])
def test_limits_are_found_at_once(name: str) -> None:
    start = time.process_time()
    assert case.__wrapped__(name)
    assert time.process_time() - start < 5


NORMAL = "cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }\n"
REDUCE = "cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }\n"
BOTH = NORMAL + REDUCE


@pytest.mark.parametrize(
    "text",
    [
        BOTH,
        BOTH + "network n: darts_cifar {}",
        BOTH + "network n: darts_cifar { cells: normal[0..1], normal, reduce[7]/2, normal[1]*2 }",
        BOTH + "network n: darts_cifar { layers: 5  cells: normal[0]*, reduce/2 }",
        BOTH + "network n: darts_cifar { layers: 2 }\nnetwork m: darts_cifar { cells: normal/1, reduce/2*2 }",
        BOTH + "network n: darts_cifar { require params >= 100K  require macs <= 1G  require depth(normal) == 1 }",
        BOTH + "network n: darts_cifar { op mine = relu  op skip_connect = mine -> bn }",
        BOTH + "network n: darts_cifar { edge: [take(0, C/4) -> operation(out=C/4), take(C/4, C) -> bypass] }",
        BOTH + "skeleton s: darts_cifar { cells: mine*, yours/2  layers: 4 }",
        BOTH + "op normal = relu  ops reduce = normal | none\nnetwork normal: darts_cifar { layers: 3 }",
        BOTH + "op odd = conv(3, out=C*1.5) -> conv(1)",
        "cell c(s0, s1) { s2..s3 = keep 0..9 of darts(*)  return concat(s2..s3) }",
        "cell c(s0, s1) { s2 = {keep 0..9 of darts}(*)  return s2 }",
        "cell c(s0, s1) { s2 = keep 1 of darts(*) + sep_conv_3x3(s0, s1, s0)  return sum(s2, s2, s0) }",
        "cell c(s0) { return s0 }",
        "cell c(s0, s1) { ('none', 3, 0) ('none', 2, 1) (none, 3, 2) return concat(s2..s3) }",
    ],
)
def test_good_texts(text: str) -> None:
    assert codes(text) == []


def test_triples_may_read_what_stands_further_down() -> None:
    triples = "('sep_conv_3x3', 3, 0) ('skip_connect', 2, 1) ('skip_connect', 3, 2)"
    equations = "s2 = skip_connect(s1)  s3 = sep_conv_3x3(s0) + skip_connect(s2)"
    own, other = (
        checked(f"use std.darts\ncell c(s0, s1) {{ {body}  return s3 }}\nnetwork n: darts_cifar {{ cells: c }}")
        for body in (triples, equations)
    )
    assert [d.code for d in own.findings] == []
    assert own.dags["c"].states == ("s2", "s3")
    assert own.dags["c"].depth == other.dags["c"].depth == 2
    graphs = [made.cells[0].graph for found in (own, other) if isinstance(made := found.plans["n"], Plan)]
    assert len(graphs) == 2
    assert graphs[0] == graphs[1]


def test_a_file_name_that_no_system_allows() -> None:
    assert codes(f'use "{"x" * 5000}"') == ["E213"]


def test_cells_of_a_text_that_cannot_be_read() -> None:
    text = BOTH + 'use "nowhere.nas"\nnetwork n: darts_cifar { channels: 4  cells: theirs, reduce/2 }'
    assert codes(text) == ["E213"]
    with pytest.raises(NasError):
        plan(read(Source("x.nas", "use std.darts\n" + text), "nas").document)


def test_a_star_repeats_a_numbered_cell() -> None:
    found = checked("use std.darts\n" + BOTH + "network n: darts_cifar { layers: 5  cells: normal[3]*, reduce/2 }")
    assert [p.choice for p in found.plans["n"].stack.placements] == ["normal_3"] * 4 + ["reduce"]


@pytest.mark.parametrize(("layers", "count"), [(None, 4), (2, 2)])
def test_numbered_cells_at_another_depth(layers: int | None, count: int) -> None:
    text = "use std.darts\n" + NORMAL + "network n: darts_cifar { cells: normal[0..1]*2 }"
    found = checked(text)
    stack = lay_out(found.program.document.networks["n"], found.program, Findings(), Options(layers=layers))
    assert stack is not None
    assert [p.choice for p in stack.placements] == ["normal_0", "normal_1", "normal_0", "normal_1"][:count]


def test_errors_of_one_network_do_not_hide_those_of_another() -> None:
    text = BOTH + "network a: darts_cifar { chanels: 3 }\nnetwork b: darts_cifar { require params == 1 }"
    assert codes(text) == ["E211", "E304"]


def test_a_mistake_in_a_shared_skeleton_is_reported_once() -> None:
    text = BOTH + "skeleton s: darts_cifar { classes: none }\nnetwork a: s {}\nnetwork b: s {}"
    assert codes(text) == ["E212"]


def test_a_file_that_cannot_be_read_hides_what_may_come_from_it() -> None:
    text = 'use "nowhere.nas"\ncell c(s0, s1) { s2 = mine(s0, s1)  return s2 }\nnetwork n: theirs { cells: c, other }'
    assert codes(text) == ["E213"]


def test_operations_that_grow_exponentially() -> None:
    text = "op a0 = relu\n" + "".join(f"op a{i} = a{i - 1} -> a{i - 1}\n" for i in range(1, 60))
    start = time.process_time()
    assert codes(text) == ["E105"]
    assert time.process_time() - start < 5

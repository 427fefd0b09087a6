"""Tables of known accuracies: how they are read, searched, and gone on with."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import nasc
from nasc.runtime.job import Finished, Job
from nasc.runtime.search.tabled import TableTask
from nasc.runtime.table import open_table
from nasc.runtime.table_job import search_table
from tests.nasc.test_cli import nasc as command
from tests.runtime.test_resume import Killed, around, dying
from tests.runtime.tiny import differences, job

OPERATIONS = ("none", "skip_connect", "nor_conv_3x3")
TEXT = """use std.nasbench201
cell normal(s0) { s1..s2 = {none | skip_connect | nor_conv_3x3}(*)  return s2 }
network cifar: nasbench201 { channels: 4  layers: 5 }
search NAME { samples: 12 }
"""
STRINGS = [f"|{a}~0|+|{b}~0|{c}~1|" for a, b, c in product(OPERATIONS, repeat=3)]
FIRST = {"evolution": "evolution { population: 3  tournament: 2  "}


def text(algorithm: str = "random") -> str:
    return TEXT.replace("NAME {", FIRST.get(algorithm, f"{algorithm} {{ "))


def worth(string: str) -> float:
    """More convolutions are better, the one on the longest way most."""
    return string.count("nor_conv_3x3") + 0.25 * string.endswith("nor_conv_3x3~1|")


def write(path: Path, key: Callable[[str], str] = str, strings: Sequence[str] = STRINGS) -> Path:
    lines = ["number,cell,a-b,other", *(f"{i},{key(s)},{worth(s)},{-worth(s)}" for i, s in enumerate(strings))]
    content = "\n".join(lines).encode() + b"\n"
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def run(out: Path, table: Path, algorithm: str = "random", column: str = "a-b", **given: Any) -> Finished:
    own: Job = job(out, text(algorithm), settings={"column": column}, **given)
    return search_table(own, table)


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
@pytest.mark.parametrize("by", ["string", "reversed", "identity"])
def test_rows_are_found_by_string_and_by_identity(name: str, by: str, tmp_path: Path) -> None:
    """A string may have the edges of a node in any order."""

    def key(string: str) -> str:
        if by == "identity":
            return nasc.identity(nasc.loads(string), "cifar")
        first, second = string.split("+")
        parts = second.strip("|").split("|")
        return f"{first}+|{'|'.join(parts[::-1])}|" if by == "reversed" else string

    # genotypes that are the same stand there once
    strings = list({key(s): s for s in STRINGS}.values()) if by == "identity" else STRINGS
    table = open_table(write(tmp_path / name, key, strings), "a_b")
    assert table.by_identity == (by == "identity")
    for string in strings:
        assert table[table.key(nasc.loads(string))] == worth(string)


@pytest.mark.parametrize("algorithm", ["random", "evolution", "ednas"])
def test_the_best_that_was_looked_at_is_written(algorithm: str, tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv")
    done = run(tmp_path / "run", table, algorithm)
    curve = [float(line.split(",")[1]) for line in (tmp_path / "run" / "curve.csv").read_text().splitlines()[1:]]
    assert len(curve) == 12
    assert curve == sorted(curve)
    found = open_table(table, "a-b")
    assert found[found.key(nasc.load(done.path))] == curve[-1]
    assert f"a-b {curve[-1]:g}\n" in done.path.read_text()


def test_the_column_says_what_counts(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv")
    best = open_table(table, "a-b")
    for column, sign in (("a-b", 1), ("other", -1)):
        done = run(tmp_path / column, table, column=column, limit=None)
        value = sign * best[best.key(nasc.load(done.path))]
        assert value >= (2 if sign == 1 else -1)


@pytest.mark.parametrize("algorithm", ["random", "evolution", "ednas"])
@pytest.mark.parametrize("calls", [[0, 5], [3, 11]])
def test_killed_it_ends_with_the_same_bits(
    algorithm: str, calls: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write(tmp_path / "t.csv")
    run(tmp_path / "never", table, algorithm)
    around(monkeypatch, TableTask, "step", after=dying(calls))
    for _ in range(2):
        with pytest.raises(Killed):
            run(tmp_path / "run", table, algorithm, resume=(tmp_path / "run" / "run.json").exists())
    run(tmp_path / "run", table, algorithm, resume=True)
    assert differences(tmp_path / "run", tmp_path / "never") == []


def test_the_policy_learns_what_is_worth_most(tmp_path: Path) -> None:
    """With a large learning rate the last genotypes looked up are better than the first."""
    table = write(tmp_path / "t.csv")
    seen: list[float] = []
    original = TableTask.step

    def step(self: TableTask, epoch: int, step: int) -> Any:
        figures, count = original(self, epoch, step)
        seen.append(figures["candidate"])
        return figures, count

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TableTask, "step", step)
        given = {"column": "a_b", "strength_lr": "0.1", "baseline_decay": "0.9", "samples": "150"}
        search_table(job(tmp_path / "run", text("ednas"), settings=given), table)
    assert sum(seen[-30:]) / 30 > sum(seen[:30]) / 30 + 0.5


def test_what_the_text_requires_is_kept_to(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv")
    asked = text().replace("layers: 5", "layers: 5  require count(nor_conv_3x3, normal) <= 1")
    done = search_table(job(tmp_path / "run", asked, settings={"column": "a_b"}), table)
    found = open_table(table, "a-b")
    assert found[found.key(nasc.load(done.path))] <= 1.25
    assert done.notes == ()


def test_what_cannot_be_met_is_said_and_the_best_written(tmp_path: Path) -> None:
    asked = text().replace("layers: 5", "layers: 5  require count(nor_conv_3x3, normal) >= 4")
    done = search_table(job(tmp_path / "run", asked, settings={"column": "a_b"}), write(tmp_path / "t.csv"))
    assert [note.code for note in done.notes] == ["W402"]
    assert done.notes[0].message == (
        "the genotype does not meet `require count(nor_conv_3x3, normal) >= 4` of network `cifar`: it has 3"
    )
    assert done.path.exists()


@pytest.mark.parametrize(
    ("content", "column", "said"),
    [
        (None, "a", "t.csv cannot be read: No such file or directory"),
        (b"", "a", "t.csv has no rows"),
        (b"cell,a\n", "a", "t.csv has no rows"),
        (b"cell,a\nx,1\n", "a", "no column of T says which genotype a row is of"),
        (b"cell,a,b\n|x~0|,1,2\n", "c", "there is no column `c` of numbers in T"),
        (b"cell,a,b\n|x~0|,1,2\n", None, "T has several columns"),
        (b"cell,a\n|x~0|,much\n", None, "there is no column of numbers in T"),
        (b"cell,a\n|x~0|,1\n|y~0|,x\n", "a", "line 3 of T has no number in column `a`"),
        (b"cell,a\n|x~0|,1\n|y~0|\n", "a", "line 3 of T has no number in column `a`"),
        (b"\xff\xfe", "a", "cannot be read"),
    ],
)
def test_tables_that_cannot_be_used(content: bytes | None, column: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(nasc.NasError) as caught:
        open_table(path, column)
    error = caught.value.diagnostics[0]
    assert error.code == "E604"
    assert said.replace("T ", f"{path} ").replace(" T", f" {path}") in f"{error.message} "


def test_a_table_of_one_column_needs_no_name(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("cell,valid\n|x~0|,0.5\n")
    assert open_table(tmp_path / "t.csv", None).column == "valid"


def test_a_genotype_that_is_missing(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", strings=["|skip_connect~0|+|skip_connect~0|skip_connect~1|"])
    with pytest.raises(nasc.NasError, match="has no row for") as caught:
        run(tmp_path / "run", table)
    assert caught.value.diagnostics[0].code == "E604"


def test_searches_by_gradients_have_none(tmp_path: Path) -> None:
    table, own = write(tmp_path / "t.csv"), text().replace("search random {", "search darts {}\ntrain { epochs: 1 ")
    given = job(tmp_path / "run", own.replace("samples: 12", ""), settings={"column": "a_b"})
    with pytest.raises(nasc.NasError) as caught:
        search_table(given, table)
    assert str(caught.value).startswith("error[E605]: `darts` cannot search a table\n --> tiny.nas:4:8")


def test_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "space.nas").write_text(text("evolution"))
    table = write(tmp_path / "t.csv.gz")
    given = ["search", str(tmp_path / "space.nas"), "--out", str(tmp_path / "run")]
    done = command(*given, "--table", str(table), "--set", "column=a-b", "--quiet")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'run' / 'genotype.nas'}\n")
    assert command(*given).returncode == 2


@pytest.mark.skipif("NASC_DATA" not in os.environ, reason="NASC_DATA does not name the folder of the tables")
def test_evolution_beats_chance_on_nasbench201() -> None:
    from benchmarks.nasbench201 import COLUMN, search

    path = Path(os.environ["NASC_DATA"], "nb201_val_test.csv.gz")
    if not path.exists():
        pytest.skip("no table of NAS-Bench-201 there")
    table = open_table(path, COLUMN)
    best = {way: [search(way, seed, 200, table, {}).curve[-1] for seed in range(3)] for way in ("random", "evolution")}
    assert min(best["evolution"]) > 84.6
    assert 83 < sum(best["random"]) / 3 < 84.6

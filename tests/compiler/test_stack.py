"""How stacks of cells are laid out."""

from __future__ import annotations

import pytest

import nasc
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options

CELLS = """use std.darts
cell a(s0, s1) { s2 = skip_connect(s0) + sep_conv_3x3(s1)  return concat(s2) }
cell b(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }
cell a_1(s0, s1) { s2 = sep_conv_5x5(s0, s1)  return concat(s2) }
"""


def stack(cells: str, options: Options = Options()) -> str:
    """The stack as a short text: a name for each cell, `/` behind those of stride 2."""
    document = nasc.loads(f"{CELLS} network n: darts_cifar {{ {cells} }}")
    placed = plan(document, "n", options).stack.placements
    return " ".join(p.choice + ("/" if p.stride == 2 else "") for p in placed)


@pytest.mark.parametrize(
    ("cells", "laid_out"),
    [
        ("cells: a*2, b/2, a", "a a b/ a"),
        ("cells: b/2*2, a", "b/ b/ a"),
        ("layers: 8 cells: a*, b/2, a*, b/2, a*", "a a b/ a a b/ a a"),
        ("layers: 3 cells: a*, b/2, a*, b/2, a*", "a b/ b/"),
        ("layers: 5 cells: a*, b/2, a*, b/2, a*", "a b/ a b/ a"),
        ("layers: 6 cells: b, a*, b/2", "b a a a a b/"),
        ("cells: a[0..1], a[2]/2, a[0]", "a_0 a_1 a_2/ a_0"),
    ],
)
def test_cells_are_laid_out_as_written(cells: str, laid_out: str) -> None:
    assert stack(cells) == laid_out


@pytest.mark.parametrize("layers", [3, 5, 8, 14, 20, 21])
def test_reductions_stand_at_the_thirds(layers: int) -> None:
    placed = stack("cells: a*, b/2, a*, b/2, a*", Options(layers=layers)).split()
    assert len(placed) == layers
    assert [i for i, name in enumerate(placed) if name == "b/"] == [layers // 3, 2 * layers // 3]


def test_a_written_stack_is_laid_out_anew_as_its_family_does() -> None:
    assert stack("cells: a*6, b/2, a*6, b/2, a*6", Options(layers=8)) == "a a b/ a a b/ a a"


def test_a_numbered_cell_is_the_one_of_that_name_or_a_copy() -> None:
    document = nasc.loads(f"{CELLS} network n: darts_cifar {{ cells: a[0..1], a[2]/2 }}")
    assert [p.cell for p in plan(document, "n").stack.placements] == ["a", "a_1", "a"]


def test_deeper_nested_stacks_follow_the_rule_of_ddarts() -> None:
    text = "cells: a[0..1], a[2]/2, a[3..5], a[6]/2, a[7]"

    def order(layers: int, keep: bool = False) -> list[str]:
        return [name[2:] for name in stack(text, Options(layers=layers, reductions="keep" if keep else "move")).split()]

    assert order(14) == ["0", "0", "0", "1", "2/", "4", "3", "4", "3", "5/", "6", "7", "6", "7"]
    assert order(20) == [
        "0",
        "0",
        "0",
        "1",
        "1",
        "1",
        "2/",
        "4",
        "3",
        "4",
        "3",
        "4",
        "3",
        "5/",
        "6",
        "7",
        "6",
        "7",
        "6",
        "7",
    ]
    assert order(20, keep=True)[2] == "0/"
    assert order(20, keep=True)[6] == "2/"
    assert order(5) == ["0", "1", "2/", "3", "4"]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("layers: 9 cells: a*2, b/2, a", "E306"),
        ("layers: 2 cells: a*, b/2*3", "E306"),
        ("cells: a*1000000000", "E105"),
        ("cells: a[0..1000000000]", "E105"),
        ("cells: c*2", "E210"),
        ("cells: a/3", "E212"),
    ],
)
def test_what_cannot_be_laid_out_is_an_error(cells: str, code: str) -> None:
    with pytest.raises(nasc.NasError) as error:
        stack(cells)
    assert next(d.code for d in error.value.diagnostics if d.severity == "error") == code


def test_inheritance_is_setting_by_setting() -> None:
    document = nasc.loads(
        f"{CELLS} skeleton base: darts_cifar {{ channels: 8 cells: a, b/2 }} network n: base {{ classes: 7 }}"
    )
    found = plan(document, "n").stack
    assert (found.channels, found.classes, found.family) == (8, 7, ("base", "darts_cifar"))
    assert [p.cell for p in found.placements] == ["a", "b"]

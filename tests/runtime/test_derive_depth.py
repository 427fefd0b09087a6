"""Deeper networks written as text: which cell stands where, where the picture shrinks, what is refused."""

import json
import os
from pathlib import Path

import pytest

import nasc
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import NasError
from nasc.runtime.derive_depth import derive_depth


def nested(count: int, reductions: tuple[int, ...]) -> n.Document:
    """A D-DARTS genotype of so many cells, each with edges of its own kind."""
    cells = "\n".join(
        f"cell normal_{i}(s0, s1) {{ s2 = sep_conv_3x3(s0) + skip_connect(s1)  return s2 }}" for i in range(count)
    )
    stack = ", ".join(f"normal[{i}]{'/2' if i in reductions else ''}" for i in range(count))
    return nasc.loads(f"use std.ddarts\n{cells}\nnetwork cifar: ddarts_cifar {{ channels: 4  cells: {stack} }}\n")


def stack(document: n.Document, network: str | None = None) -> list[tuple[str, int]]:
    return [(p.choice, p.stride) for p in plan(document, network).stack.placements]


def test_every_recorded_derivation() -> None:
    """3 to 16 cells, up to 40 layers: the cell at each place, or a refusal where the original divides by zero."""
    folder = os.environ.get("NASC_GOLDENS")
    if not folder:
        pytest.skip("NASC_GOLDENS does not name the folder of the golden files")
    cases = json.loads(Path(folder, "ddarts/golden_derivation.json").read_text())
    assert len(cases) > 200
    for case in cases:
        cells, layers = case["K"], case["L"]
        document = nested(cells, (cells // 3, 2 * cells // 3))
        if "error" in case:
            with pytest.raises(NasError) as caught:
                derive_depth(document, Options(layers=layers))
            assert [d.code for d in caught.value.diagnostics] == ["E306"], case
            continue
        found = derive_depth(document, Options(layers=layers))
        kept = derive_depth(document, Options(layers=layers, reductions="keep"))
        assert nasc.loads(nasc.dumps(found)) == found
        names = [f"normal_{gene}" for gene in case["gene_index"]]
        assert [choice for choice, _ in stack(found)] == [choice for choice, _ in stack(kept)] == names, case
        places = [at for at, (_, stride) in enumerate(stack(found)) if stride == 2]
        thirds = [layers // 3, 2 * layers // 3] if layers > cells else [cells // 3, 2 * cells // 3]
        assert places == [at for at in thirds if at < layers]


def test_the_published_dd4() -> None:
    """14 cells of eight, the reductions at the thirds, as the figures of the README have it."""
    found = nasc.derive(nasc.load("ddarts_cifar100_edge"), layers=14, network="cifar")
    counts = nasc.stats(found, "cifar", classes=10)
    assert (counts.params, counts.params_aux, counts.macs) == (6_280_822, 6_757_248, 927_983_232)
    assert [at for at, (_, stride) in enumerate(stack(found)) if stride == 2] == [4, 9]
    assert stack(found) == stack(found, "dd4")
    kept = nasc.derive(nasc.load("ddarts_cifar100_edge"), layers=14, reductions="keep")
    assert [at for at, (_, stride) in enumerate(stack(kept)) if stride == 2] == [2, 6]
    assert nasc.stats(kept, classes=10).params != counts.params


def test_a_text_is_as_the_option() -> None:
    """The written network costs what `--layers` makes of the old one, at any depth."""
    for name, depths in (("darts_v2", (3, 8, 25)), ("ddarts_cifar10_sparse", (5, 8, 20)), ("nb201_resnet", (5, 9))):
        document = nasc.load(name)
        for layers in depths:
            found = nasc.derive(document, layers=layers)
            assert nasc.stats(found) == nasc.stats(document, layers=layers), (name, layers)


def test_what_else_the_text_says_stays() -> None:
    text = nasc.dumps(nasc.load("darts_v2"))
    found = nasc.dumps(nasc.derive(nasc.load("darts_v2"), layers=8))
    assert "  cells: normal*2, reduce/2, normal*2, reduce/2, normal*2\n" in found
    lost = [line for line in text.splitlines() if line not in found.splitlines() and not line.startswith("#")]
    assert {line.split()[0] for line in lost} <= {"layers:", "require", "cells:"}
    assert found.count("require params ==") == text.count("require params ==") - 1


def test_files_of_the_users_own_are_written_in_line(tmp_path: Path) -> None:
    (tmp_path / "mine.nas").write_text("use std.darts\nop mine = conv(3, stride) -> bn\n")
    text = 'use "mine.nas"\ncell c(s0, s1) { s2 = mine(s0, s1)  return s2 }\n'
    (tmp_path / "text.nas").write_text(text + "network n: darts_cifar { channels: 4  cells: c, c/2, c }\n")
    found = nasc.derive(nasc.load(tmp_path / "text.nas"), layers=5)
    assert stack(nasc.loads(nasc.dumps(found))) == [("c", 1), ("c", 1), ("c", 2), ("c", 1), ("c", 1)]


def test_a_text_without_networks_gets_one() -> None:
    cells = "cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return s2 }\ncell reduce(s0, s1) "
    found = nasc.derive(nasc.loads(f"use std.darts\n{cells}{{ s2 = max_pool_3x3(s0, s1)  return s2 }}"), layers=5)
    assert [stride for _, stride in stack(found)] == [1, 2, 1, 2, 1]


@pytest.mark.parametrize("name", ["do_resnet18_cifar10_sparse", "do_resnet50_cifar10_edge", "do_xception_cifar10_edge"])
def test_dartopti_has_one_depth(name: str) -> None:
    document = nasc.load(name)
    with pytest.raises(NasError, match="stays as it was searched") as caught:
        nasc.derive(document, layers=20)
    assert [d.code for d in caught.value.diagnostics] == ["E306"]
    assert len(stack(nasc.derive(document, layers=3))) == 3


def test_dartopti_has_one_depth_where_cells_have_no_numbers() -> None:
    text = "cell block(s0, s1) { s2 = simple_conv_3x3(s0, s1)  return s2 }\nnetwork n: ddarts_cifar "
    document = nasc.loads(f"use std.ddarts\n{text}{{ channels: 4  cells: block, block/2*3 }}")
    with pytest.raises(NasError, match="8 layers cannot be derived from 4 cells with 3 reductions"):
        nasc.derive(document, layers=8)


def test_unknown_network() -> None:
    with pytest.raises(NasError) as caught:
        nasc.derive(nasc.load("darts_v2"), layers=8, network="cifr")
    assert [d.code for d in caught.value.diagnostics] == ["E309"]

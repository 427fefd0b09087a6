"""Drawings: what they show, as DOT text, and how they become files, with and without the program `dot`."""

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from nasc.compiler import render
from nasc.compiler.draw_style import FAMILIES, Drawing, faded, family, text
from nasc.compiler.render import cell_drawing, document_drawings, save
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import NasError
from nasc.dsl.parser import parse
from nasc.dsl.source import Source

HEAD = "nas 1\nuse std.darts\n"
SMALL = """
cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + skip_connect(s1)
  s3 = sep_conv_3x3(s2) + sep_conv_5x5(s2)
  return concat(s2..s3)
}
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }
network tiny: darts_cifar { channels: 4  layers: 8 }
"""
RECURRENT = """
use std.darts_rnn
recurrent r(x, h) { s0 = gate(x, h)  s1 = relu(s0)  s2 = tanh(s1)  return mean(s1..s2) }
network ptb: darts_lm { channels: 850  vocabulary: 10000  cells: r }
"""


def document(body: str, head: str = HEAD) -> n.Document:
    return parse(Source("test.nas", head + body))


def one(cell: str) -> Drawing:
    return document_drawings(document(f"cell a(s0, s1) {{ {cell} }}"))


def nodes(drawing: Drawing) -> dict[str, str]:
    """The nodes of a drawing: id and what is written there, without markup, lines parted by `/`."""
    found = {}
    for line in drawing.source.replace("\u00a0", " ").splitlines():
        match = re.fullmatch(r'\s*("[^"]*"|\w+) \[(.*)\]', line)
        if match and "label=" in match[2] and match[1] not in ("node", "edge", "graph"):
            rows = re.findall(r"<td>(.*?)</td>", match[2]) or re.findall(r'label="?([^" ]*)', match[2])
            found[match[1].strip('"')] = " / ".join(re.sub(r"<[^>]*>", "", row) for row in rows)
    return found


def edges(drawing: Drawing) -> list[tuple[str, str]]:
    """The lines of a drawing that can be seen, as (from, to), ports left out."""
    found = []
    for line in drawing.source.splitlines():
        match = re.fullmatch(r'\s*("[^"]*"|\w+)(?::\w)? -> ("[^"]*"|\w+)(?::\w)?(?: \[(.*)\])?', line)
        if match and "invis" not in (match[3] or ""):
            found.append((match[1].strip('"'), match[2].strip('"')))
    return found


def statement(drawing: Drawing, name: str) -> str:
    """The line of DOT that defines a node."""
    source: str = drawing.source
    lines = [line.strip() for line in source.splitlines()]
    return next(line for line in lines if line.startswith((f"{name} [", f'"{name}" [')))


# ---------------------------------------------------------------- cells


def test_a_cell_shows_inputs_states_operations_and_what_is_returned() -> None:
    drawing = document_drawings(document(SMALL), cell="normal")
    assert nodes(drawing) == {
        "s0": "s0 / cell k-2",
        "s1": "s1 / cell k-1",
        "s2": "s2",
        "s3": "s3",
        "edge 0": "sep_conv_3x3",
        "edge 1": "skip_connect",
        "edge 2": "sep_conv_3x3",
        "edge 3": "sep_conv_5x5",
        "return": "concat / cell k",
    }
    assert edges(drawing) == [
        ("s0", "edge 0"),
        ("edge 0", "s2"),
        ("s1", "edge 1"),
        ("edge 1", "s2"),
        ("s2", "edge 2"),
        ("edge 2", "s3"),
        ("s2", "edge 3"),
        ("edge 3", "s3"),
        ("s2", "return"),
        ("s3", "return"),
    ]
    assert "cell normal" in drawing.source
    assert drawing.name == "cell normal"


def test_a_cell_with_one_input_reads_the_cell_before() -> None:
    drawing = document_drawings(document("cell a(s0) { s1 = sep_conv_3x3(s0)  return s1 }"))
    assert nodes(drawing)["s0"] == "s0 / cell k-1"
    assert nodes(drawing)["return"] == "return / cell k"


def test_a_gate_joins_both_inputs_of_a_recurrent_cell() -> None:
    drawing = document_drawings(document(RECURRENT), cell="r")
    assert nodes(drawing)["x"] == "x / input"
    assert nodes(drawing)["edge 0"] == "gate"
    assert edges(drawing)[:3] == [("x", "edge 0"), ("h", "edge 0"), ("edge 0", "s0")]
    assert "recurrent r" in drawing.source


def test_open_edges_are_bundles_named_by_their_set() -> None:
    drawing = one("s2..s3 = keep 2 of darts(*)  return concat(s2..s3)")
    assert nodes(drawing)["edge 0"] == "darts / 1 of 8"
    assert nodes(drawing)["s3"] == "s3 / keep 2 of 3"
    assert "darts = none | max_pool_3x3" in drawing.source
    assert '"#94a3b8:#ffffff:#94a3b8"' in drawing.source


def test_a_set_written_in_place_is_stacked_or_numbered() -> None:
    few = one("s2 = {sep_conv_3x3 | skip_connect}(s0)  return s2")
    assert nodes(few)["edge 0"] == "1 of 2 / sep_conv_3x3 / skip_connect"
    four = "none | skip_connect | sep_conv_3x3 | sep_conv_5x5"
    many = one(f"s2 = {{keep 0..2 of {four}}}(s0)  return s2")
    assert nodes(many)["edge 0"] == "set 1 / 0..2 of 4"
    assert f"set 1 = {four}" in many.source


def test_a_decided_edge_that_may_be_dropped_is_dashed() -> None:
    drawing = one("s2 = keep 1 of (max_pool_3x3(s0) + avg_pool_3x3(s1))  return s2")
    assert "dashed" in statement(drawing, "edge 0")
    assert nodes(drawing)["s2"] == "s2 / keep 1 of 2"


def test_strengths_are_written_and_shaded() -> None:
    drawing = one("s2 = sep_conv_3x3(s0) @0.8 + sep_conv_3x3(s1) @0.1  return s2")
    assert nodes(drawing)["edge 0"] == "sep_conv_3x3  0.8"
    widths = [float(width) for width in re.findall(r"-> s2 \[.*penwidth=([\d.]+)", drawing.source)]
    assert widths[0] > 2 * widths[1]
    colours = re.findall(r'edge \d"(?::e)? -> s2 \[color="(#\w+)"', drawing.source)
    brightness = [sum(bytes.fromhex(colour[1:])) for colour in colours]
    assert brightness[0] < brightness[1]


def test_strengths_that_are_all_zero_do_not_divide_by_zero() -> None:
    assert nodes(one("s2 = sep_conv_3x3(s0) @0  return s2"))["edge 0"] == "sep_conv_3x3  0"


def test_factors_stand_before_the_operation() -> None:
    assert nodes(one("s2 = 0.3*sep_conv_3x3(s0)  return s2"))["edge 0"] == "0.3*sep_conv_3x3"


def test_what_is_not_returned_is_pale() -> None:
    drawing = one("s2 = sep_conv_3x3(s0)  s3 = sep_conv_3x3(s2)  return s2")
    assert "dashed" in statement(drawing, "s3")
    assert "dashed" in statement(drawing, "edge 1")
    assert "dashed" in statement(drawing, "s1")
    assert "dashed" not in statement(drawing, "s2") + statement(drawing, "edge 0")


# ---------------------------------------------------------------- documents


def test_a_document_shows_all_its_cells_in_frames() -> None:
    drawing = document_drawings(document(SMALL))
    assert "subgraph cluster_0" in drawing.source
    assert "subgraph cluster_1" in drawing.source
    assert nodes(drawing)["0 edge 1"] == "skip_connect"
    assert nodes(drawing)["1 edge 1"] == "max_pool_3x3"
    assert all(start[0] == end[0] for start, end in edges(drawing))


@pytest.mark.parametrize("count", [2, 5])
def test_cells_stand_in_order_and_their_inputs_too(count: int) -> None:
    """What Graphviz makes of hints about order depends on its version: both programs are asked where things are."""
    body = "s2 = sep_conv_3x3(s1) + skip_connect(s0)  s3 = sep_conv_3x3(s2, s0)  return concat(s2..s3)"
    cells = "".join(f"cell c{i}(s0, s1) {{ {body} }}\n" for i in range(count))
    drawing = document_drawings(document(cells))
    programs = [program for program, _ in render._programs()]
    if not programs:
        pytest.skip("neither `dot` nor graphviz-pure is installed")
    for program in programs:
        plain = render._run(program, drawing.source, "plain").decode()
        places = {name: (float(x), -float(y)) for name, x, y in re.findall(r'node "(\d s\d)" (\S+) (\S+)', plain)}
        columns = 1 if count < 4 else 2
        for index in range(count):
            assert places[f"{index} s0"][1] < places[f"{index} s1"][1], program
            if index >= columns:
                assert places[f"{index} s0"][1] > places[f"{index - columns} s1"][1], program
            if index % columns:
                assert places[f"{index} s0"][0] > places[f"{index - 1} s3"][0], program


def test_cells_that_std_brings_are_drawn_where_they_are_placed() -> None:
    body = "cell normal(s0, s1) { s2 = skip_connect(s0, s1)  return concat(s2) }\n"
    alone, placed = body, body + "network n: gdas_cifar { cells: normal, frc/2 }"
    assert "cell frc" not in document_drawings(document(alone, "nas 1 use std.gdas\n")).source
    assert "cell frc" in document_drawings(document(placed, "nas 1 use std.gdas\n")).source


@pytest.mark.parametrize(
    ("body", "network", "cell", "code"),
    [
        (SMALL, None, "norm", "E210"),
        (SMALL, "tini", None, "E309"),
        ("", None, None, "E210"),
        ("cell a(s0, s1) { s2 = sep_conv_3x3(s9)  return s2 }", None, None, "E203"),
    ],
)
def test_what_is_not_there_is_an_error(body: str, network: str | None, cell: str | None, code: str) -> None:
    with pytest.raises(NasError) as caught:
        document_drawings(document(body), network, cell)
    assert caught.value.diagnostics[0].code == code


# ---------------------------------------------------------------- networks


def test_a_network_shows_runs_of_cells_and_the_shapes_between_them() -> None:
    drawing = document_drawings(document(SMALL), network="tiny")
    assert list(nodes(drawing).values()) == [
        "input / 3x32x32",
        "stem / conv, bn",
        "head / global_avg_pool, linear",
        "normal  x2 / cells 0 to 1",
        "reduce /2 / cell 2",
        "normal  x2 / cells 3 to 4",
        "reduce /2 / cell 5",
        "normal  x2 / cells 6 to 7",
        "10 classes",
        "auxiliary head",
        "10 classes",
    ]
    flows = re.findall(r">(\d+x\d+x\d+)</font></td></tr></table>> weight", drawing.source)
    assert flows == ["12x32x32", "8x32x32", "8x16x16", "16x16x16", "16x8x8", "32x8x8"]
    assert ("cells 5", "auxiliary") in edges(drawing)
    assert "8 cells, 4 channels" in drawing.source


def test_every_cell_reads_the_two_before_it() -> None:
    body = SMALL.replace("layers: 8", "cells: normal[0..1], reduce[2]/2, normal[3..4]")
    assert edges(document_drawings(document(body), network="tiny")) == [
        ("input", "stem"),
        ("stem", "cells 0"),
        ("cells 0", "cells 1"),
        ("cells 1", "cells 2"),
        ("cells 2", "cells 3"),
        ("cells 3", "cells 4"),
        ("cells 4", "head"),
        ("head", "output"),
        ("stem", "cells 0"),
        ("stem", "cells 1"),
        ("cells 0", "cells 2"),
        ("cells 1", "cells 3"),
        ("cells 2", "cells 4"),
    ]


def test_a_run_reads_what_its_first_cell_reads() -> None:
    found = edges(document_drawings(document(SMALL), network="tiny"))
    assert found.count(("cells 0", "cells 2")) == 2  # both inputs of the first reduction are of one run
    assert ("cells 0", "cells 3") in found  # the cell behind it reads past it


def test_inputs_that_a_cell_does_not_use_are_pale() -> None:
    body = "cell a(s0, s1) { s2 = skip_connect(s0)  return s2 } network n: darts_cifar { cells: a, a/2, a }"
    drawing = document_drawings(document(body), network="n")
    line = next(line for line in drawing.source.splitlines() if '"cells 0" -> "cells 1"' in line)
    assert "dashed" in line


def test_two_stems_are_the_inputs_of_the_first_cell() -> None:
    body = SMALL.replace("tiny: darts_cifar", "tiny: darts_imagenet")
    found = edges(document_drawings(document(body), network="tiny"))
    assert ("stem", "cells 0") in found
    assert ("stem2", "cells 0") in found


def test_options_lay_the_stack_out_anew() -> None:
    drawing = document_drawings(document(SMALL), network="tiny", options=Options(layers=20))
    assert "normal  x6 / cells 0 to 5" in nodes(drawing).values()


def test_long_networks_turn_and_longer_ones_are_cut() -> None:
    turning = SMALL.replace("layers: 8", "cells: normal[0..13], normal*8000")
    drawing = document_drawings(document(turning), network="tiny")
    assert "dir=back" in drawing.source
    assert "normal  x8000 / cells 14 to 8013" in nodes(drawing).values()
    cut = document_drawings(document(SMALL.replace("layers: 8", "cells: normal[0..99]")), network="tiny")
    assert "52 cells / not drawn one by one" in nodes(cut).values()
    assert len(nodes(cut)) < 60


def test_a_language_model_is_drawn_without_shapes() -> None:
    drawing = document_drawings(document(RECURRENT), network="ptb")
    assert ("cells 0", "cells 0") in edges(drawing)
    assert nodes(drawing)["output"] == "next word"


# ---------------------------------------------------------------- files

MAGIC = {"svg": b"<?xml", "png": b"\x89PNG\r\n", "pdf": b"%PDF-", "dot": b"digraph"}


@pytest.fixture
def drawing() -> Drawing:
    return document_drawings(document(SMALL))


@pytest.mark.parametrize("suffix", render.FORMATS)
def test_each_format_is_written(drawing: Drawing, suffix: str, tmp_path: Path) -> None:
    if suffix != "dot" and not shutil.which("dot"):
        pytest.skip("the program `dot` is not installed")
    path = tmp_path / f"x.{suffix.upper()}"
    assert save(drawing, path) is None
    assert path.read_bytes().startswith(MAGIC[suffix])
    assert list(tmp_path.iterdir()) == [path]


def assert_self_contained(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg"
    assert root[0].tag == f"{space}title"
    assert "<!DOCTYPE" not in svg
    assert "href" not in svg.replace("xmlns:xlink", "")
    assert {"script", "image", "style", "foreignObject"}.isdisjoint(e.tag.removeprefix(space) for e in root.iter())
    assert "sep_conv_3x3" in {e.text for e in root.iter(f"{space}text")}


def test_an_svg_is_valid_and_self_contained(drawing: Drawing, tmp_path: Path) -> None:
    save(drawing, tmp_path / "x.svg")
    assert_self_contained((tmp_path / "x.svg").read_text(encoding="utf-8"))


def test_an_svg_has_the_title_of_what_it_shows(tmp_path: Path) -> None:
    save(document_drawings(document(SMALL), cell="normal"), tmp_path / "x.svg")
    assert "<title>cell normal</title>" in (tmp_path / "x.svg").read_text(encoding="utf-8")


@pytest.fixture
def without_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)


@pytest.mark.usefixtures("without_dot")
@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_without_dot_the_pure_package_draws_and_says_so(drawing: Drawing, suffix: str, tmp_path: Path) -> None:
    if render._graphviz_pure() is None:
        pytest.skip("graphviz-pure is not installed")
    said = save(drawing, tmp_path / f"x.{suffix}")
    assert said is not None
    assert "graphviz-pure" in said
    data = (tmp_path / f"x.{suffix}").read_bytes()
    assert data.startswith(MAGIC[suffix])
    if suffix == "svg":
        assert_self_contained(data.decode())


@pytest.mark.usefixtures("without_dot")
def test_without_dot_there_is_no_pdf(drawing: Drawing, tmp_path: Path) -> None:
    assert "apt install graphviz" in failing(drawing, tmp_path / "x.pdf", "E801")
    assert save(drawing, tmp_path / "x.dot") is None


@pytest.mark.usefixtures("without_dot")
def test_without_either_nothing_is_drawn(drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "_graphviz_pure", lambda: None)
    assert "pip install graphviz-pure" in failing(drawing, tmp_path / "x.svg", "E801")


def test_a_program_that_fails_is_reported(drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "_programs", lambda: [(sys.executable, False), ("/no/such/dot", True)])
    failing(drawing, tmp_path / "x.svg", "E801")


def test_a_layout_that_takes_too_long_is_given_up(
    drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "SECONDS", 0.0)
    assert "seconds" in failing(drawing, tmp_path / "x.svg", "E801")


@pytest.mark.parametrize("name", ["x.gif", "x", "x.svg.gz"])
def test_an_unknown_suffix_is_an_error_that_lists_the_known_ones(drawing: Drawing, name: str, tmp_path: Path) -> None:
    assert ".svg, .png, .pdf, .dot" in failing(drawing, tmp_path / name, "E802")


def test_a_path_that_cannot_be_written_is_an_error(drawing: Drawing, tmp_path: Path) -> None:
    failing(drawing, tmp_path / "nowhere" / "x.dot", "E803")
    (tmp_path / "folder.dot").mkdir()
    failing(drawing, tmp_path / "folder.dot", "E803")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.dot"]


def failing(drawing: Drawing, path: Path, code: str) -> str:
    """The text of the one error that saving raises; nothing is left behind."""
    with pytest.raises(NasError) as caught:
        save(drawing, path)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert not path.is_file()
    return str(caught.value)


# ---------------------------------------------------------------- looks


def test_families_are_found_by_name_and_differ_from_the_rest() -> None:
    assert family("sep_conv_3x3") == family("sep_conv_5x5")
    assert family("sep_conv_3x3") != family("dil_conv_3x3")
    assert family("max_pool_3x3") != family("avg_pool_3x3")
    assert family("frc_pool").name == "other"
    for entry in FAMILIES:
        assert all(family(prefix) is entry for prefix in entry.prefixes)


def test_colours_fade_to_white() -> None:
    assert faded("#3b82f6", 1) == "#3b82f6"
    assert faded("#3b82f6", 0) == "#ffffff"


def test_markup_in_words_is_escaped() -> None:
    assert text('a<b>&"') == "a&lt;b&gt;&amp;&quot;"


def test_drawing_needs_no_torch(tmp_path: Path) -> None:
    (tmp_path / "a.nas").write_text(HEAD + SMALL, encoding="utf-8")
    code = f"""
import sys
from pathlib import Path
from nasc.compiler.render import document_drawings, save
from nasc.dsl.parser import parse
from nasc.dsl.source import Source
document = parse(Source("a.nas", Path({str(tmp_path / "a.nas")!r}).read_text()))
save(document_drawings(document), Path({str(tmp_path / "a.dot")!r}))
save(document_drawings(document, network="tiny"), Path({str(tmp_path / "b.dot")!r}))
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert (tmp_path / "b.dot").is_file()


def test_cell_drawing_takes_names_for_sets() -> None:
    from nasc.compiler.plan import cell_dag

    dag = cell_dag(document("cell a(s0, s1) { s2 = {none | skip_connect}(s0)  return s2 }"), "a")
    assert nodes(cell_drawing(dag, {"mine": ("none", "skip_connect")}))["edge 0"] == "mine / 1 of 2"
    assert nodes(cell_drawing(dag))["edge 0"] == "1 of 2 / none / skip_connect"

"""The page of a search: what it shows of its cells, epoch by epoch, of its figures, and of where it comes from."""

import re
import shutil
import subprocess
from html import escape
from pathlib import Path

import pytest

import nasc
from nasc.cli import group
from nasc.compiler import render
from nasc.compiler.check import check
from nasc.compiler.sample import sample
from nasc.dsl.diagnostic import NasError
from nasc.runtime.report.history import history_of
from nasc.runtime.report.page import FILES
from nasc.runtime.report.record import open_record
from tests.runtime.report.made import RUN, Page, copied, figures, page


@pytest.fixture(scope="module")
def shown() -> Page:
    return page(RUN)


def test_the_sections(shown: Page) -> None:
    names = ["The cells found", "Curves", "Over the epochs", "What changed", "Figures", "Provenance"]
    assert list(shown.sections) == names
    assert "DARTS search on digits" in shown.text
    assert "Validation accuracy 4.17 % after epoch 3; 4.17 % at its best, after epoch 1." in shown.text
    assert "Unfinished" not in shown.text
    anchors = [one["href"] for one in shown.all("a")]
    assert anchors == ["#main", "#cells", "#curves", "#epochs", "#changes", "#figures", "#provenance"]


def test_drawings_are_stored_once(shown: Page) -> None:
    """In epochs 2 and 3 both cells have the same edges, summed in another order and otherwise strong."""
    cells = shown.data["cells"]
    assert [cell["frames"] for cell in cells] == [[0, 1, 1], [0, 0, 0]]
    assert len(shown.all("svg", class_="cell")) == 2 + 2 + 1
    frames = [one for tag, one in shown.elements if "data-frame" in one]
    assert [(one["data-frame"], "hidden" in one) for one in frames] == [("0", True), ("1", False), ("0", False)]


def test_what_changed(shown: Page) -> None:
    assert "4 changes of edges; 3 times a cell stayed as it was for an epoch" in shown.sections["What changed"]
    rows = re.findall(r'<tr data-epoch="(\d+)">(.*?)</tr>', shown.html)
    found = [
        (epoch, *(re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<td.*?>(.*?)</td>", row))) for epoch, row in rows
    ]
    assert found == [
        ("2", "2", "normal", "s2", "max_pool_3x3(s1)", "dil_conv_3x3(s1)"),
        ("2", "2", "normal", "s3", "skip_connect(s1)", "dil_conv_3x3(s1)"),
        ("2", "2", "normal", "s3", "dil_conv_3x3(s2)", "-"),
        ("2", "2", "normal", "s3", "-", "max_pool_3x3(s0)"),
    ]


def test_strengths_are_those_of_the_texts(shown: Page) -> None:
    heat = shown.data["cells"][0]["heat"]
    history = history_of(open_record(RUN).epochs, open_record(RUN).strengths, "small")
    found = history[0].strengths
    assert found is not None
    assert found.full
    assert found.operations == ["dil_conv_3x3", "max_pool_3x3", "skip_connect", "none"]
    assert [f"{line[0][0]} {line[1]}" for line in found.lines] == ["s0 s2", "s1 s2", "s0 s3", "s1 s3", "s2 s3"]
    texts = [(RUN / "strengths" / f"000{epoch}.nas").read_text() for epoch in (1, 2, 3)]
    for values, text in zip(heat["values"], texts, strict=True):
        normal = text.partition("cell reduce")[0]
        written = re.findall(r"(\w+)\((\w+)\) @([\d.]+)", normal)
        assert len(values) == len(written) == 20
        assert sorted(values) == sorted(round(float(strength) * 10_000) for _, _, strength in written)
    assert values[2] == 8170  # skip_connect(s0) into s2
    assert heat["kept"][2] == [2, 4, 9, 12]
    assert (heat["bounds"][0], heat["bounds"][1]) == (min(map(min, heat["values"])), max(map(max, heat["values"])))
    table = shown.sections["Over the epochs"]
    assert ".817" in table
    assert "What each operation counts for on each edge" in table


def test_without_strengths_of_all_those_of_the_genotype_are_shown(tmp_path: Path) -> None:
    path = copied(tmp_path)
    shutil.rmtree(path / "strengths")
    found = page(path)
    heat = found.data["cells"][0]["heat"]
    assert [len([v for v in values if v is not None]) for values in heat["values"]] == [4, 4, 4]
    assert heat["kept"] == [[], [], []]
    assert "How strong each edge is that was kept" in found.text
    assert "Entropy" not in found.text


def test_curves(shown: Page) -> None:
    charts = shown.all("svg", class_="chart")
    titles = [one["aria-label"].partition(" by ")[0] for one in charts]
    assert titles == ["Loss", "Accuracy", "Learning rate", "Entropy of the strengths"]
    assert "training loss from 2.253 to 2.295" in charts[0]["aria-label"]
    assert "training accuracy from 12.50 % to 4.17 %" in charts[1]["aria-label"]
    assert "validation accuracy" not in charts[1]["aria-label"]  # it did not move
    loss = shown.html.index("<figcaption>Loss")
    curves = re.findall(r'<path class="curve c(\d)" d="M([^"]+)"', shown.html[loss:])
    assert [look for look, _ in curves[:6]] == ["0", "1", "2"] * 2  # in the legend, then in the chart
    assert len(curves[3][1].split("L")) == 3


def test_figures_and_provenance(shown: Page) -> None:
    assert "2.25" in shown.sections["Figures"]
    said = shown.sections["Provenance"]
    identity = nasc.identity(nasc.load(RUN / "genotype.nas"))
    for word in ("6fea9ab6ca52c83e", "strength_betas", "0.5, 0.999", "2.14.1", "nasc search tiny.nas", identity):
        assert word in said
    assert escape((RUN / "space.nas").read_text(), quote=False) in shown.html.replace("&#39;", "'").replace(
        "&#34;", '"'
    )
    stats = nasc.stats(nasc.load(RUN / "genotype.nas"))
    assert f"{stats.params:,}" in shown.text
    assert f"{stats.macs:,}" in shown.text


def test_the_page_says_the_same_each_time(shown: Page) -> None:
    assert page(RUN).html == shown.html


def test_it_needs_no_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    if (pure := render._graphviz_pure()) is None:
        pytest.skip("graphviz-pure is not installed")
    monkeypatch.setattr(render, "_programs", lambda: [(pure, True)])
    found = page(RUN)
    assert len(found.all("svg", class_="cell")) == 5
    assert found.html.count("dil_conv_3x3") > 10


def test_the_script_is_one(shown: Page, tmp_path: Path) -> None:
    if (node := shutil.which("node")) is None:
        pytest.skip("node is not installed")
    (tmp_path / "report.js").write_text(FILES.joinpath("report.js").read_text(encoding="utf-8"))
    subprocess.run([node, "--check", tmp_path / "report.js"], check=True)
    for name in re.findall(r'getElementById\("(\w+)"\)', shown.html):
        assert len([one for _, one in shown.elements if one.get("id") == name]) == 1, name


@pytest.mark.slow
def test_fifty_epochs_fit(tmp_path: Path) -> None:
    """Of a search of DARTS in which every cell is another in every epoch."""
    path = copied(tmp_path)
    for folder in ("epochs", "strengths"):
        shutil.rmtree(path / folder)
        (path / folder).mkdir()
    space = check(nasc.load("darts"))
    for epoch in range(1, 51):
        (path / f"epochs/{epoch:04d}.nas").write_text(nasc.dumps(sample(space, epoch)))
    (path / "metrics.jsonl").write_text(figures(*({"train_loss": 1 / epoch} for epoch in range(1, 51))))
    found = page(path)
    assert [len(set(cell["frames"])) for cell in found.data["cells"]] == [50, 50]
    assert len(found.html) < 2_000_000


# ---------------------------------------------------------------- the command


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copied(tmp_path)
    group(["report", str(path)], standalone_mode=False)
    assert capsys.readouterr().out == f"{path / 'report.html'}\n"
    first = (path / "report.html").read_bytes()
    group(["report", str(path), "-o", str(tmp_path / "new/folder/x.html")], standalone_mode=False)
    assert (tmp_path / "new/folder/x.html").read_bytes() == first
    assert not list(path.glob(".*"))
    with pytest.raises(NasError) as caught:
        group(["report", str(path), "-o", str(path / "space.nas" / "x.html")], standalone_mode=False)
    assert [d.code for d in caught.value.diagnostics] == ["E502"]

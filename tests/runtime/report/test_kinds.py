"""Pages of every kind of run, of runs that have not come to their end, and of damaged ones."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nasc.dsl.diagnostic import NasError
from nasc.dsl.source import Source
from nasc.runtime.report.chart import svg
from nasc.runtime.report.curves import Chart, Curve
from nasc.runtime.report.epochs import changes_of
from nasc.runtime.report.history import history_of
from nasc.runtime.report.page import page_of
from nasc.runtime.report.record import open_record
from nasc.runtime.report.timeline import stretches
from tests.runtime.report.made import Page, copied, figures, made, page
from tests.runtime.tiny import GENOTYPE, SPACE
from tests.runtime.words import GENOTYPE as WORDS

ASKED: dict[str, Any] = {"seed": 3, "threads": 1, "started": "2026-11-22", "data": "digits"}
HOSTILE = "</script><script>alert(1)</script><img src=x onerror='alert(2)'>\"' http://x.y \ud800"


def searched(path: Path, text: str, files: dict[str, str], **asked: Any) -> Path:
    """The directory of a search that has come to its end."""
    return made(path, {"command": "search", **ASKED, **asked}, {"space.nas": text, **files})


# ---------------------------------------------------------------- kinds


def test_random_search_has_no_genotype_but_the_last(tmp_path: Path) -> None:
    rows = figures(
        {"lr": 0.1, "train_loss": 2.0}, {"lr": 0.05, "train_loss": 1.0}, {"candidate_top1": 0.2, "valid_top1": 0.3}
    )
    text = SPACE.replace("search darts", "search random")
    recipe = {"epochs": 2, "score": "shared"}
    path = searched(tmp_path / "r", text, {"genotype.nas": GENOTYPE, "metrics.jsonl": rows}, recipe=recipe)
    found = page(path)
    assert list(found.sections) == ["The cells found", "Curves", "Figures", "Provenance"]
    assert "Random search on digits" in found.text
    assert "3 of 3" in found.text
    assert "Unfinished" not in found.text
    assert not found.all("script")


def test_search_of_a_table(tmp_path: Path) -> None:
    files = {
        "genotype.nas": GENOTYPE,
        "metrics.jsonl": figures({"candidate": 80.5, "best": 84.25}),
        "curve.csv": "samples,best\n1,80\n2,84.25\n3,84.25\n",
    }
    path = searched(tmp_path / "t", SPACE.replace("search darts", "search evolution"), files, table={"column": "valid"})
    found = page(path)
    assert "Best 84.25 after genotype 3; 84.25 at its best, after genotype 2." in found.text
    assert found.all("svg", class_="chart")[0]["aria-label"] == "Best by samples: best from 80 to 84.25"
    assert "Evolutionary search" in found.text


def test_numbered_cells_and_edges_of_two_operations(tmp_path: Path) -> None:
    both = "use std.darts\n" + "".join(
        f"cell n_{k}(s0, s1) {{ s2 = skip_connect(s0) @0.9 + max_pool_3x3(s0) @0.{8 - k}  return s2 }}\n"
        for k in (0, 1)
    )
    both += "network search: darts_search { channels: 4  cells: n[0], n[1]/2 }\n"
    space = "use std.darts\ncell n(s0, s1) { s2 = {keep 1..2 of skip_connect | max_pool_3x3}(s0)  return s2 }\n"
    space += "network search: darts_search { channels: 4  cells: n[0], n[1]/2 }\nsearch ddarts { network: search }\n"
    files = {"genotype.nas": both, **{f"epochs/000{k}.nas": both for k in (1, 2)}}
    found = page(searched(tmp_path / "d", space, files, network="search"))
    assert "D-DARTS search on digits" in found.text
    assert [cell["frames"] for cell in found.data["cells"]] == [[0, 0], [0, 0]]
    assert "What changed" not in found.sections
    bars = found.html.count('class="f f-')
    assert bars == 4  # two cells, two operations of one edge, over both epochs the same


def test_stages(tmp_path: Path) -> None:
    path = copied(tmp_path, recipe={"epochs": 1})
    text = (path / "space.nas").read_text().replace("search darts", "search pdarts")
    (path / "space.nas").write_text(text)
    (path / "stages").mkdir()
    (path / "stages/2.nas").write_text(SPACE)
    found = page(path)
    assert "P-DARTS search" in found.text
    assert "What was searched from stage 2 on" in found.text
    assert "3 of 3" in found.text  # as the texts of the epochs say it: all stages


def test_search_of_words(tmp_path: Path) -> None:
    later = WORDS.replace("tanh(s1)", "sigmoid(s0)")
    rows = figures(*({"train_loss": 9 / k, "valid_perplexity": 9000 / k**5, "lr": 20} for k in (1, 2)))
    files = {"epochs/0001.nas": WORDS, "epochs/0002.nas": later, "genotype.nas": later, "metrics.jsonl": rows}
    space = WORDS.replace("train {", "search gdas {")
    asked = {"data": "ptb", "tokens": {"train": 226, "valid": 13}, "network": "ptb"}
    found = page(searched(tmp_path / "w", space, files, **asked))
    assert "GDAS search on ptb" in found.text
    assert "Validation perplexity 281.2 after epoch 2, the best of all." in found.text
    assert "MACs a word" in found.text
    assert "226" in found.sections["Provenance"]
    assert "x, h → s0" in found.html
    assert "tanh(s1)" in found.sections["What changed"]
    titles = [one["aria-label"].partition(" by ")[0] for one in found.all("svg", class_="chart")]
    assert titles == ["Loss", "Perplexity"]
    assert "200,000" not in found.text
    assert ">500<" in found.html  # of 281 to 9,000, on a logarithmic axis
    assert ">5,000<" in found.html


@pytest.mark.parametrize("text", [GENOTYPE, WORDS])
def test_training(tmp_path: Path, text: str) -> None:
    words = text == WORDS
    network = "ptb" if words else "cifar"
    files = {
        "space.nas": text,
        "genotype.nas": text,
        "weights.safetensors": "",
        "metrics.jsonl": figures({"train_loss": 3.0, "train_top1": 0.1}, {"train_loss": 2.0, "train_top1": 0.4}),
    }
    asked = {"command": "train", **ASKED, "network": network, "recipe": {"epochs": 2}, "options": {"channels": 8}}
    found = page(made(tmp_path / "t", asked, files))
    assert list(found.sections) == ["The cells", "Curves", "Figures", "Provenance"]
    assert f"Training of {network} on digits" in found.text
    assert "Training accuracy 40.00 % after epoch 2, the best of all." in found.text
    assert "Unfinished" not in found.text
    assert f"counted as{network}" in found.text
    (tmp_path / "t/weights.safetensors").unlink()
    assert "Unfinished: 2 of 2 epochs are done." in page(tmp_path / "t").text


def test_seeds(tmp_path: Path) -> None:
    for number in (0, 1):
        copied(tmp_path / str(number))
        shutil.copytree(tmp_path / str(number) / "run", tmp_path / f"s/seed-{number}")
    trained = {"command": "train", **ASKED}
    made(tmp_path / "s/seed-1-trained", trained, {"metrics.jsonl": figures({"train_top1": 0.1}, {"train_top1": 0.2})})
    asked = {"command": "seeds", **ASKED, "seeds": 3, "retrain": {"epochs": "2"}}
    files = {"space.nas": SPACE, "seeds.csv": "seed,valid_top1,params\n3,0.25,682\n4,0.5,738\n"}
    path = made(tmp_path / "s", asked, files)
    found = page(path)
    assert "DARTS searches with several seeds on digits" in found.text
    assert "Validation accuracy 50.00 % with seed 4, the best of 2." in found.text
    assert "Unfinished: 2 of 3 seeds are done." in found.text
    assert "Over the epochs of seed 4" in found.sections
    assert "4 best50.00 %7384.17 % (validation accuracy)" in found.sections["Seeds"]
    titles = [one["aria-label"].partition(" by ")[0] for one in found.all("svg", class_="chart")]
    assert titles == ["Validation accuracy of the search", "Training accuracy of the training"]
    assert len(found.all("tr", class_="best")) == 1
    (path / "genotype.nas").write_text(GENOTYPE)
    assert "Unfinished" not in page(path).text


def test_seeds_of_words_are_better_when_they_are_less_perplexed(tmp_path: Path) -> None:
    asked = {"command": "seeds", **ASKED, "seeds": 2}
    files = {
        "space.nas": WORDS,
        "genotype.nas": WORDS,
        "seeds.csv": "seed,valid_perplexity,params\n0,300.5,9\n1,200.25,9\n",
    }
    found = page(made(tmp_path / "s", asked, files))
    assert "Validation perplexity 200.2 with seed 1, the best of 2." in found.text
    assert list(found.sections) == ["Seeds", "The cells found", "Provenance"]


# ---------------------------------------------------------------- runs that have not come to their end


def test_a_run_that_was_killed(tmp_path: Path) -> None:
    path = copied(tmp_path)
    (path / "genotype.nas").unlink()
    (path / "epochs/0003.nas").unlink()
    text = (path / "metrics.jsonl").read_text().splitlines()
    (path / "metrics.jsonl").write_text("\n".join([*text[:2], text[2][:40]]))
    found = page(path)
    assert "Unfinished: 2 of 3 epochs are done. `--resume` goes on with this run." in found.text
    assert "was not written to its end" in found.text
    assert "The cells after epoch 2" in found.sections
    assert found.data["epochs"] == [1, 2]


def test_a_run_that_has_just_begun(tmp_path: Path) -> None:
    found = page(made(tmp_path / "run", {"command": "search", **ASKED, "recipe": {"epochs": 5}}, {}))
    assert list(found.sections) == ["Provenance"]
    assert "Unfinished: 0 of 5 epochs are done." in found.text
    assert not found.all("svg")


def test_an_epoch_without_figures_and_one_alone(tmp_path: Path) -> None:
    path = copied(tmp_path)
    (path / "metrics.jsonl").write_text(figures({"valid_top1": 0.5}))
    assert page(path).data["said"] == ["epoch 1 of 3: validation accuracy 50.00 %", "epoch 2 of 3", "epoch 3 of 3"]
    for number in (2, 3):
        (path / f"epochs/000{number}.nas").unlink()
    found = page(path)
    assert "After the first epoch" in found.sections
    assert not found.all("input")
    assert "Curves" not in found.sections


# ---------------------------------------------------------------- what is hostile, and what is damaged


def test_what_a_run_says_is_text(tmp_path: Path) -> None:
    said = {"data": HOSTILE, "network": HOSTILE, HOSTILE: HOSTILE, "versions": {HOSTILE: [HOSTILE, {HOSTILE: HOSTILE}]}}
    path = copied(tmp_path, **said, recipe={"epochs": HOSTILE, HOSTILE: 1}, options={HOSTILE: 1, "channels": HOSTILE})
    for name in ("space.nas", "genotype.nas", "epochs/0002.nas"):
        text = (path / name).read_text()
        (path / name).write_text(f"# {HOSTILE[:-1]}\n{text}")
    row = {"epoch": 4, HOSTILE: 1.5, "valid_top1": 1e300, "train_loss": float("nan"), "lr": HOSTILE}
    again = {"epoch": 5, HOSTILE: 2.5, "valid_top1": -1e300, "train_loss": float("inf")}
    with (path / "metrics.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n" + json.dumps(again) + "\n")
    html, _ = page_of(open_record(path))
    assert "<script>alert" not in html
    assert "<img" not in html
    assert html.count("<script") == 2
    plain = html.replace("http://x.y", "")  # it stands there as text
    assert "alert(1)" in Page(plain).text


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("run.json", None, "E504", "there is no run in"),
        ("run.json", "[1]", "E504", "run.json is damaged"),
        ("run.json", "{", "E504", "run.json is damaged"),
        ("run.json", "[" * 100_000, "E504", "run.json is damaged"),
        ("metrics.jsonl", '{"epoch": 1}\nnonsense\n{"epoch": 2}\n', "E504", "line 2 of"),
        ("metrics.jsonl", '{"epoch": 0}\n', "E504", "line 1 of"),
        ("metrics.jsonl", '{"epoch": true}\n\n', "E504", "line 1 of"),
        ("metrics.jsonl", b"\xff\n", "E504", "is not UTF-8"),
        ("seeds.csv", "seed,a\n1,x\n", "E504", "is not a table of numbers"),
        ("curve.csv", "seed,a\n1\n", "E504", "is not a table of numbers"),
        ("epochs/0002.nas", "cell {", "E103", ""),
        ("epochs/0002.nas", b"\xff", "E101", ""),
        ("strengths/0002.nas", "cell normal(s0, s1) { s2 = s9 }", "E103", ""),
        ("genotype.nas", "use std.darts\ncell normal(s0, s1) { s2 = skip_connect(s7)  return s2 }\n", "E203", ""),
        ("space.nas", "search darts {", "E104", ""),
    ],
)
def test_damage_is_reported(tmp_path: Path, name: str, content: str | bytes | None, code: str, said: str) -> None:
    path = copied(tmp_path)
    if content is None:
        (path / name).unlink()
    else:
        (path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(NasError) as caught:
        page_of(open_record(path))
    assert caught.value.diagnostics[0].code == code
    assert said in str(caught.value)


def test_a_damaged_line_is_shown(tmp_path: Path) -> None:
    path = copied(tmp_path)
    (path / "metrics.jsonl").write_text('{"epoch": 1}\n{"epoch": 2, nonsense\n{"epoch": 3}\n')
    with pytest.raises(NasError) as caught:
        open_record(path)
    assert str(caught.value).replace(str(path), "RUN") == (
        "error[E504]: line 2 of RUN/metrics.jsonl is not the figures of an epoch\n"
        " --> RUN/metrics.jsonl:2:1\n"
        "  |\n"
        '2 | {"epoch": 2, nonsense\n'
        "  | ^^^^^^^^^^^^^^^^^^^^^\n"
        "  = help: take it out or put it right: a report says nothing that it cannot read"
    )


# ---------------------------------------------------------------- parts


def test_stretches_end_where_an_operation_or_its_strength_does() -> None:
    text = "use std.darts\ncell n(s0, s1) {{ s2 = {}  return s2 }}\n"
    terms = [
        "skip_connect(s0)",
        "skip_connect(s0)",
        "none(s0) + max_pool_3x3(s0)",
        "max_pool_3x3(s1)",
        "skip_connect(s0)",
    ]
    epochs = {k: Source("x", text.format(term)) for k, term in zip((1, 2, 3, 7, 8), terms, strict=True)}
    (cell,) = history_of(epochs, {}, None)
    found = [(one.row, one.lane, one.start, one.length, one.operation) for one in stretches(cell)]
    assert found == [
        (0, 0, 0, 2, "skip_connect"),
        (0, 0, 2, 1, "none"),
        (0, 1, 2, 1, "max_pool_3x3"),
        (0, 0, 4, 1, "skip_connect"),
        (1, 0, 3, 1, "max_pool_3x3"),
    ]
    assert [(change.epoch, len(change.edges)) for change in cell.changes] == [(3, 2), (7, 2), (8, 2)]
    assert changes_of([cell])["changes_said"] == "6 changes of edges; 1 time a cell stayed as it was for an epoch"


@pytest.mark.parametrize(
    "values", [(0.0, 0.0), (1.0, 1.0), (-3e-9, 4e99), (5e-324, 0.0), (1e-3, 0.1), (7.0, 7.0 + 1e-9)]
)
def test_every_point_lies_within_its_chart(values: tuple[float, float]) -> None:
    points = tuple((float(x), y) for x, y in enumerate(values, 1))
    for log in {False, min(values) > 0}:
        drawn = svg(Chart("Any", (Curve("any", points),), log=log))
        line = drawn.partition('class="curve c0" d="M')[2].partition('"')[0]
        for place in line.split("L"):
            x, y = map(float, place.split(","))
            assert 0 <= x <= 560
            assert 0 <= y <= 270

"""What classes were taken for: against a direct computation, as a table, drawn; and `nasc evaluate` that shows it."""

import json
import xml.etree.ElementTree as Xml
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from PIL import Image

import nasc
from nasc.cli import group
from nasc.runtime.confusion import Confusion, class_names, counted, table
from nasc.runtime.confusion_picture import draw, lay_out, png, svg
from nasc.runtime.data.augment import evaluation_transform
from nasc.runtime.data.registry import describe
from nasc.runtime.evaluate import evaluate_part, open_target
from tests.runtime.data.memory import load
from tests.runtime.tiny import GENOTYPE
from tests.runtime.weights.test_import_weights import foreign, scrambled

CPU = torch.device("cpu")


def confusion(rows: list[list[int]], names: str = "") -> Confusion:
    counts = torch.tensor(rows)
    return Confusion(counts, counts.diagonal() + 1, class_names(names.split(), len(rows)))


def invoke(*words: str) -> str:
    result = CliRunner().invoke(group, ["evaluate", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_counts_of_batches() -> None:
    logits = torch.randn(50, 7, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(50) % 6  # the last class has no examples
    counts, top5 = torch.zeros(7, 7, dtype=torch.int64), torch.zeros(7, dtype=torch.int64)
    for part in torch.split(torch.arange(50), 20):
        counted(logits[part], labels[part], counts, top5)
    expected, five = torch.zeros(7, 7, dtype=torch.int64), torch.zeros(7, dtype=torch.int64)
    for row, label in zip(logits, labels.tolist(), strict=True):
        order = row.argsort(descending=True).tolist()
        expected[label, order[0]] += 1
        five[label] += label in order[:5]
    assert torch.equal(counts, expected)
    assert torch.equal(top5, five)
    assert len(Confusion(counts, top5, class_names((), 7)).by_class()) == 6


def test_a_table() -> None:
    found = confusion([[8, 2, 0], [0, 5, 0], [0, 0, 0]], "cat automobile frog")
    assert table(found.by_class()).splitlines() == [
        "  class       examples    top-1    top-5  most often taken for",
        "  cat               10   80.00%   90.00%  automobile (2)",
        "  automobile         5  100.00%  120.00%",
    ]


def test_drawn() -> None:
    found = confusion([[8, 2, 0], [0, 5, 0], [0, 0, 0]], "cat<1> automobile frog")
    picture = lay_out(found, "three & more")
    root = Xml.fromstring(svg(picture))
    titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert titles == [
        "cat<1> taken for cat<1>: 8 of 10",
        "cat<1> taken for automobile: 2 of 10",
        "automobile taken for automobile: 5 of 5",
    ]
    words = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words.count("frog") == 2
    assert {"three & more", "80%", "20%", "100%"} <= set(words)
    image = Image.open(BytesIO(png(picture)))
    assert image.size == (picture.width * 2, picture.height * 2)
    right = picture.boxes[1]
    assert image.getpixel((round(right.x * 2) + 4, round(right.y * 2) + 4)) == (
        69,
        126,
        169,
    )


@pytest.mark.parametrize(("classes", "named"), [(10, True), (100, True), (1000, False)])
def test_many_classes_stay_readable(classes: int, named: bool) -> None:
    picture = lay_out(confusion(torch.eye(classes, dtype=torch.int64).tolist()), "")
    assert picture.width < 1100
    assert (len(picture.words) > 2 * classes) == named
    if named:
        assert min(word.size for word in picture.words) >= 7


def test_an_ending_that_is_not_drawn(tmp_path: Path) -> None:
    with pytest.raises(nasc.NasError, match="E802"):
        draw(confusion([[1]]), "", tmp_path / "matrix.pdf")


@pytest.mark.parametrize("part", ["test", "train"])
def test_of_a_network(part: Any, trained: Path) -> None:
    model, _ = open_target(trained)
    score, found = evaluate_part(model, "digits", None, CPU, part)
    images = load("digits", None, part)
    with torch.no_grad():
        logits = model(evaluation_transform(describe("digits", None))(images.pixels))
    assert isinstance(logits, torch.Tensor)
    for row, label in zip(found.by_class(), range(10), strict=True):
        of_class = logits[images.labels == label].argmax(1)
        assert (row.name, row.examples) == (str(label), len(of_class))
        assert row.top1 == pytest.approx(float((of_class == label).float().mean()))
    assert score.top1 == pytest.approx(int(found.counts.diagonal().sum()) / score.examples)
    assert (score.split, score.examples) == (part, len(images))


def test_the_command(trained: Path, tmp_path: Path) -> None:
    plain = json.loads(invoke(str(trained), "--json"))
    row = json.loads(invoke(str(trained), "--per-class", "--json", "--plot", str(tmp_path / "m.svg")))
    classes = row.pop("classes")
    assert row == plain
    assert sum(one["examples"] for one in classes) == plain["examples"]
    assert (tmp_path / "m.svg").read_text().startswith("<svg")
    shown = invoke(str(trained), "--per-class", "--split", "train")
    assert "digits, train: 1,437 examples" in shown
    assert len([line for line in shown.splitlines() if line.startswith("  9 ")]) == 1


def test_options_must_not_say_another_network(trained: Path) -> None:
    """Those of the training may be said again, so that a script can give all commands the same ones."""
    stack = open_target(trained)[0].plan.stack
    size = "x".join(map(str, stack.input))
    same = {"--network": stack.name, "--channels": stack.channels, "--layers": len(stack.placements), "--input": size}
    same |= {"--classes": stack.classes, "--reductions": "move"}
    assert invoke(str(trained), "--json", *(str(word) for pair in same.items() for word in pair)) == invoke(
        str(trained), "--json"
    )
    for option, value in {
        "--network": "n",
        "--layers": 9,
        "--input": "3x9x9",
        "--classes": 7,
        "--vocabulary": 9,
    }.items():
        refused = CliRunner().invoke(group, ["evaluate", str(trained), option, str(value)])
        assert refused.exit_code == 2
        assert f"{option}: that is not how network `{stack.name}` was trained" in refused.output


def test_a_checkpoint_of_the_authors(tmp_path: Path) -> None:
    document = nasc.loads(GENOTYPE)
    (tmp_path / "g.nas").write_text(GENOTYPE)
    model = scrambled(nasc.build(document, "cifar", input=(1, 8, 8), optimize=False)).eval()
    torch.save(foreign(model, "darts"), tmp_path / "theirs.pt")
    words = (str(tmp_path / "g.nas"), "--weights", str(tmp_path / "theirs.pt"), "--data", "digits", "--json")
    row = json.loads(invoke(*words, "--from", "darts"))
    assert row["loss"] == pytest.approx(evaluate_part(model, "digits", None, CPU)[0].loss, rel=1e-5)

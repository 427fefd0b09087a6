"""A run directory: what stands in it, and when it may not be used or gone on with."""

import json
import platform
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
import torch

import nasc
from nasc.cli import group
from nasc.compiler.check import check
from nasc.runtime import search_job, train_job
from nasc.runtime.data.images import Images, fingerprint
from nasc.runtime.job import resumed
from nasc.runtime.run import LIBRARIES, Run, interruptible, open_run
from nasc.runtime.search_job import search
from nasc.runtime.train import TrainTask
from nasc.runtime.train_job import train
from tests.runtime.data.memory import load
from tests.runtime.test_derive import edges
from tests.runtime.tiny import EPOCHS, GENOTYPE, SPACE, differences, job

CHECKPOINTS = ("checkpoint.pt", "checkpoint.1.pt")


def refused(code: str, work: Any, *given: Any, **options: Any) -> str:
    with pytest.raises(nasc.NasError) as caught:
        work(*given, **options)
    assert [d.code for d in caught.value.diagnostics] == [code]
    return str(caught.value)


def copied(path: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(path, tmp_path / "run"))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]


# ---------------------------------------------------------------- what stands in it


def test_the_files_of_a_search(searched: Path) -> None:
    found = sorted(str(file.relative_to(searched)) for file in searched.rglob("*") if file.is_file())
    epochs = [f"epochs/{epoch:04d}.nas" for epoch in range(1, EPOCHS + 1)]
    strengths = [name.replace("epochs", "strengths") for name in epochs]
    assert found == sorted(
        ["run.json", "space.nas", *epochs, *strengths, "genotype.nas", "metrics.jsonl", *CHECKPOINTS]
    )
    assert (searched / "space.nas").read_text() == SPACE
    assert (searched / "genotype.nas").read_text() == (searched / epochs[-1]).read_text()


def test_the_files_of_a_training(trained: Path) -> None:
    found = {file.name for file in trained.iterdir()}
    names = {"run.json", "space.nas", "genotype.nas", "metrics.jsonl", *CHECKPOINTS, "weights.safetensors"}
    assert found == names
    assert (trained / "genotype.nas").read_text() == (trained / "space.nas").read_text() == GENOTYPE


def test_what_was_asked(searched: Path, trained: Path) -> None:
    for path, command, network in ((searched, "search", "small"), (trained, "train", "cifar")):
        asked = json.loads((path / "run.json").read_text())
        assert (asked["command"], asked["network"], asked["data"]) == (command, network, "digits")
        assert (asked["seed"], asked["threads"], asked["limit_batches"]) == (3, 1, 3)
        assert asked["data_fingerprint"] == fingerprint(load("digits", None, "train"))
        assert asked["versions"] == {
            "nasc": nasc.__version__,
            "python": platform.python_version(),
            "torch": torch.__version__.split("+")[0],
            **{name: asked["versions"][name] for name in LIBRARIES[1:]},
        }
        assert asked["options"]["input"] == [1, 8, 8]
        assert asked["command_line"].startswith("nasc")
        assert len(asked["started"]) == len("2026-01-01")
        assert len(asked["text_sha256"]) == 64
    recipe = json.loads((searched / "run.json").read_text())["recipe"]
    assert (recipe["epochs"], recipe["batch"], recipe["order"], recipe["lr"]) == (3, 8, 2, 0.025)
    assert recipe["strength_betas"] == [0.5, 0.999]


def test_the_metrics(searched: Path, trained: Path) -> None:
    own = {"epoch", "lr", "train_loss", "train_top1"}
    for path, names in ((searched, own | {"strength_loss", "valid_loss", "valid_top1"}), (trained, own)):
        found = rows(path)
        assert [row["epoch"] for row in found] == [1, 2, 3]
        assert found[0]["lr"] == 0.025
        assert all(row.keys() == names for row in found)
        assert all(0 <= row["train_top1"] <= 1 for row in found)


def test_figures_are_means_over_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last batch of an epoch is a smaller one."""
    few = load("digits", None, "train").subset(torch.arange(20))
    monkeypatch.setattr(train_job, "load", lambda *_: few)
    losses: list[tuple[dict[str, float], int]] = []
    original = TrainTask.step

    def watched(self: Any, epoch: int, step: int) -> Any:
        losses.append(original(self, epoch, step))
        return losses[-1]

    monkeypatch.setattr(TrainTask, "step", watched)
    train(job(tmp_path / "run", GENOTYPE, settings={"epochs": "1"}))
    assert [count for _, count in losses] == [8, 8, 4]
    mean = sum(figures["train_loss"] * count for figures, count in losses) / 20
    assert rows(tmp_path / "run")[0]["train_loss"] == pytest.approx(mean, abs=1e-8)


def test_the_searched_genotype_is_what_is_trained(searched: Path, tmp_path: Path) -> None:
    document = nasc.load(searched / "genotype.nas")
    assert not check(document).findings.failed
    text = (searched / "genotype.nas").read_text()
    train(job(tmp_path / "run", text, limit=1, settings={"epochs": "1"}))
    again = nasc.load(tmp_path / "run" / "genotype.nas")
    assert again.cells == document.cells
    assert list(again.cells) == ["normal", "reduce"]
    for name, cell in document.cells.items():
        assert len(edges(document, name)) == 2 * len(cell.statements)
        assert all(op in ("max_pool_3x3", "skip_connect", "dil_conv_3x3") for op, _ in edges(document, name))
    model = nasc.build(again, "cifar", input=(1, 8, 8))
    state = {k: v.shape for k, v in model.state_dict().items()}
    from nasc.runtime import weights_file

    saved, _ = weights_file.load(tmp_path / "run" / "weights.safetensors")
    assert {k: v.shape for k, v in saved.items()} == state


def test_every_epochs_genotype_passes_check(searched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(file) for file in searched.rglob("*.nas")]
    assert group.main(["check", *files], prog_name="nasc", standalone_mode=False) in (None, 0)
    assert "error" not in capsys.readouterr().out


# ---------------------------------------------------------------- when it may not be used


def test_a_directory_that_holds_a_run(searched: Path, tmp_path: Path) -> None:
    out = copied(searched, tmp_path)
    said = refused("E501", search, job(out))
    assert "--resume" in said
    assert differences(out, searched) == []


def test_a_directory_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    assert "not empty" in refused("E501", search, job(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


def test_an_empty_directory_is_good(tmp_path: Path) -> None:
    with open_run(tmp_path, {}, "text", False) as run:
        assert run.asked["text_sha256"]
    assert (tmp_path / "space.nas").read_text() == "text"


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    assert "is a file, and a run is a directory" in refused("E502", search, job(tmp_path / "file"))
    assert "cannot be written" in refused("E502", search, job(tmp_path / "file" / "run"))
    assert (tmp_path / "file").read_text() == "here"


def test_metrics_that_cannot_be_written(tmp_path: Path) -> None:
    run = Run(tmp_path, {})
    run.metrics.mkdir()
    refused("E502", run.measure, {"epoch": 1})
    refused("E502", run.cut_metrics, 0)


def test_nothing_to_go_on_with(tmp_path: Path) -> None:
    said = refused("E504", search, job(tmp_path / "run", resume=True))
    assert "leave `--resume` out" in said
    refused("E504", resumed, job(tmp_path / "run", resume=True), False)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b"3", b"\xff\xfe", b"{}"),
        b'{"seed": "x", "threads": 1, "started": "y"}',
        b'{"seed": 1, "threads": 0, "started": "y"}',
        b'{"seed": 1, "threads": true, "started": "y"}',
    ],
)
def test_a_damaged_run_json(content: bytes, searched: Path, tmp_path: Path) -> None:
    out = copied(searched, tmp_path)
    (out / "run.json").write_bytes(content)
    assert "is damaged" in refused("E504", resumed, job(out, resume=True), False)
    assert "is damaged" in refused("E504", search, job(out, resume=True))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": SPACE + "# one more\n"}, "the text is not what the run"),
        ({"settings": {"lr": "0.5"}}, "`recipe` is not what the run"),
        ({"seed": 4}, "it was 3, now it is 4"),
        ({"limit": 4}, "`limit_batches`"),
        ({"network": "cifar"}, "`network`"),
        ({"threads": 2}, "`threads`"),
    ],
)
def test_something_else_is_asked(change: dict[str, Any], words: str, searched: Path, tmp_path: Path) -> None:
    out = copied(searched, tmp_path)
    assert words in refused("E505", search, job(out, resume=True, **change))
    assert differences(out, searched) == []


def test_the_data_has_changed(searched: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = copied(searched, tmp_path)
    whole = load("digits", None, "train")
    labels = whole.labels.clone()
    labels[7] = (labels[7] + 1) % 10
    monkeypatch.setattr(search_job, "load", lambda *_: Images(whole.pixels, labels))
    assert "`data_fingerprint`" in refused("E505", search, job(out, resume=True))


def test_a_file_that_the_text_uses_has_changed(tmp_path: Path) -> None:
    from nasc.runtime.files import open_source

    used, main, out = tmp_path / "mine.nas", tmp_path / "main.nas", tmp_path / "run"
    used.write_text("nas 1\nuse std.darts\nop mine = relu -> conv(3, stride) -> bn\n")
    text = GENOTYPE.replace("use std.darts\n", 'use std.darts\nuse "mine.nas"\n').replace("sep_conv_3x3(", "mine(")
    main.write_text(text)
    given = job(out, limit=1, settings={"epochs": "1"})
    object.__setattr__(given, "source", open_source(str(main)))
    train(given)
    assert (out / "space.nas").read_text() == text
    used.write_text(used.read_text().replace("conv(3", "conv(1"))
    again = job(out, limit=1, settings={"epochs": "1"}, resume=True)
    object.__setattr__(again, "source", open_source(str(main)))
    assert "the text is not" in refused("E505", train, again)


def test_a_train_run_is_no_search(trained: Path, tmp_path: Path) -> None:
    out = copied(trained, tmp_path)
    assert "`command`" in refused("E505", search, job(out, resume=True))


def test_seed_and_threads_are_those_of_the_run_where_none_are_said(searched: Path) -> None:
    given = job(searched, resume=True, seed=0)
    assert (resumed(given, seed_given=False).seed, resumed(given, seed_given=False).threads) == (3, 1)
    assert resumed(given, seed_given=True).seed == 0
    assert resumed(job(searched, resume=True, threads=2), seed_given=False).threads == 2


def test_killed_before_the_first_checkpoint(searched: Path, tmp_path: Path) -> None:
    """All that a kill in the first epoch, or in the middle of the first files, leaves."""
    out = copied(searched, tmp_path)
    for name in (*CHECKPOINTS, "genotype.nas", "space.nas"):
        (out / name).unlink()
    shutil.rmtree(out / "epochs")
    (out / ".space.nas.77.tmp").write_text("na")
    search(job(out, resume=True))
    assert differences(out, searched) == []
    assert not list(out.glob(".*"))


def test_killed_while_the_first_file_was_written(searched: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    (out / ".run.json.77.tmp").write_text("{")
    search(job(out))
    assert differences(out, searched) == []


def test_metrics_behind_the_checkpoint_are_cut(trained: Path, tmp_path: Path) -> None:
    out = copied(trained, tmp_path)
    with (out / "metrics.jsonl").open("a") as file:
        file.write('{"epoch": 4, "lr"')
    train(job(out, GENOTYPE, resume=True))
    assert differences(out, trained) == []


def test_too_little_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = load("digits", None, "train").subset(torch.arange(1))
    monkeypatch.setattr(search_job, "load", lambda *_: one)
    refused("E507", search, job(tmp_path / "run"))


def test_no_search_in_the_text(tmp_path: Path) -> None:
    text = SPACE.replace("search darts { network: small  epochs: 3  batch: 8 }\n", "")
    assert "the text has no `search`" in refused("E401", search, job(tmp_path / "run", text))


def test_nothing_open_to_search(tmp_path: Path) -> None:
    assert "nothing is open" in refused("E310", search, job(tmp_path / "run", GENOTYPE))
    assert not (tmp_path / "run").exists()


# ---------------------------------------------------------------- signals


def test_signals_are_remembered() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with interruptible() as asked:
        assert not asked
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        assert asked == [signal.SIGTERM, signal.SIGTERM]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_the_second_interrupt_ends_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as asked:
        signal.raise_signal(signal.SIGINT)
        assert asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before

"""The small files of runtime/: schedules and accuracy, chance, progress, devices, what may be named, weights."""

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import nasc
from nasc import genotypes
from nasc.runtime import weights_file
from nasc.runtime.device import choose_device
from nasc.runtime.files import open_source
from nasc.runtime.metrics import correct, cosine
from nasc.runtime.progress import Lines, Silent, showing
from nasc.runtime.randomness import derived, order, seed_step
from nasc.runtime.search import open_supernet
from tests.runtime.tiny import GENOTYPE, SPACE


def refused(code: str, work: Any, *given: Any) -> str:
    with pytest.raises(nasc.NasError) as caught:
        work(*given)
    assert [d.code for d in caught.value.diagnostics] == [code]
    return str(caught.value)


# ---------------------------------------------------------------- metrics


def test_correct() -> None:
    logits = torch.tensor([[0.1, 0.5, 0.3], [0.9, 0.0, 0.2], [0.0, 0.1, 0.2]])
    labels = torch.tensor([1, 2, 0])
    assert [correct(logits, labels, best) for best in (1, 2, 3, 5)] == [1, 2, 3, 3]


def test_cosine_begins_at_the_start_and_never_quite_ends() -> None:
    assert cosine(0.025, 0.001, 0, 50) == 0.025
    assert cosine(0.025, 0.001, 25, 50) == pytest.approx(0.013)
    assert cosine(0.025, 0.001, 50, 50) == pytest.approx(0.001)
    assert cosine(0.025, 0.001, 49, 50) > 0.001


# ---------------------------------------------------------------- randomness


@given(st.integers(0, 2**62), st.integers(0, 10**6), st.integers(0, 10**6))
def test_every_purpose_has_a_seed_of_its_own(seed: int, epoch: int, step: int) -> None:
    found = derived(seed, "step", epoch, step)
    assert 0 <= found < 2**63
    assert found == derived(seed, "step", epoch, step)
    others = {derived(seed, "step", epoch, step + 1), derived(seed, "step", epoch + 1, step)}
    assert found not in others | {derived(seed, "order", epoch, step), derived(seed + 1, "step", epoch, step)}


def test_the_seeds_are_those_of_every_version() -> None:
    """Runs of an older version are gone on with: these must never change."""
    assert derived(0, "step", 0, 0) == 9156662897807231935
    assert derived(3, "order", 1) == 2454738735771746642


def test_order_leaves_the_global_generator_alone() -> None:
    seed_step(1, "step", 0, 0)
    first = torch.rand(2)
    seed_step(1, "step", 0, 0)
    assert sorted(order(0, 100, 0).tolist()) == list(range(100))
    assert torch.equal(torch.rand(2), first)


# ---------------------------------------------------------------- progress


def test_lines_elsewhere_than_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with showing("search", 3, 5) as show:
        assert isinstance(show, Lines)
        show.step(1, 1, {"train_loss": 2.0})
        show.epoch(1, {"lr": 0.025, "train_loss": 2.34567, "train_top1": 0.125})
        show.epoch(2, {"valid_top1": 1.0})
    captured = capsys.readouterr()
    assert captured.out == ""
    first, second = captured.err.splitlines()
    assert first.startswith("search epoch 1/3  lr 0.025  train loss 2.346  train top1 12.50%  0:00:0")
    assert second.startswith("search epoch 2/3  valid top1 100.00%")
    assert second.endswith(" left")


def test_the_time_left_goes_by_the_epochs_of_this_process(capsys: pytest.CaptureFixture[str]) -> None:
    show = Lines("train", 10)
    show.started -= 60.0
    show.step(9, 4, {})
    show.epoch(9, {})
    assert "0:01:00 left" in capsys.readouterr().err


def test_nothing_is_shown_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with showing("search", 3, 5, quiet=True) as show:
        assert isinstance(show, Silent)
        show.step(1, 1, {})
        show.epoch(1, {"lr": 0.1})
    assert capsys.readouterr().err == ""


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    with showing("search", 2, 2) as show:
        show.step(1, 2, {"train_top1": 0.5})
        show.epoch(1, {"valid_top1": 0.25})
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert "search epoch 1/2  valid top1 25.00%" in shown
    assert "2/4" in shown


# ---------------------------------------------------------------- device


def test_devices() -> None:
    assert choose_device("cpu", None) == torch.device("cpu")
    assert choose_device(None, 1).type in ("cpu", "cuda")
    assert torch.get_num_threads() == 1


@pytest.mark.parametrize("name", ["nonsense", "meta", "cuda:77", "cpu:x"])
def test_devices_that_cannot_be_used(name: str) -> None:
    assert "cpu` always works" in refused("E508", choose_device, name, None)


# ---------------------------------------------------------------- files


def test_a_file_goes_before_a_shipped_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_source("darts_v2").name == "zoo/darts_v2.nas"
    (tmp_path / "darts_v2").write_text(GENOTYPE)
    assert open_source("darts_v2").text == GENOTYPE


@pytest.mark.parametrize("folder", genotypes.FOLDERS)
def test_every_shipped_text_can_be_named(folder: str) -> None:
    for name in genotypes.names(folder):
        assert open_source(f"{folder}/{name}").text.startswith("nas 1\n")
        assert open_source(name).text


def test_a_run_directory_stands_for_its_genotype(searched: Path) -> None:
    assert open_source(str(searched)).text == (searched / "genotype.nas").read_text()


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(("\ufeff" + SPACE).encode())

    monkeypatch.setattr(sys, "stdin", Stdin())
    found = open_source("-")
    assert (found.name, found.text) == ("<stdin>", SPACE)


@pytest.mark.parametrize(
    ("content", "code"), [(b"\xff\xfe\x00", "E101"), (b"#" * (16 * 2**20 + 1), "E105")], ids=["bytes", "long"]
)
def test_texts_that_are_none(content: bytes, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.nas").write_bytes(content)
    refused(code, open_source, str(tmp_path / "x.nas"))

    class Stdin:
        buffer = io.BytesIO(content)

    monkeypatch.setattr(sys, "stdin", Stdin())
    refused(code, open_source, "-")


def test_names_that_stand_for_nothing(tmp_path: Path) -> None:
    assert "did you mean `darts_v2`" in refused("E108", open_source, "darts_v3")
    assert "`nasc zoo` lists" in refused("E108", open_source, "q")
    refused("E108", open_source, str(tmp_path))
    refused("E108", open_source, "zoo/../recipes/darts")
    refused("E108", open_source, "")
    refused("E108", open_source, "x" * 5000)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_a_file_without_an_end() -> None:
    refused("E105", open_source, "/dev/zero")


# ---------------------------------------------------------------- weights


def test_weights_and_what_they_are_of(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Conv2d(2, 3, 1).to(memory_format=torch.channels_last), nn.BatchNorm2d(3))
    weights_file.save(tmp_path / "w.safetensors", model, {"text": "ä\n", "auxiliary": False})
    state, about = weights_file.load(tmp_path / "w.safetensors")
    assert about == {"text": "ä\n", "auxiliary": False}
    assert state.keys() == model.state_dict().keys()
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert [file.name for file in tmp_path.iterdir()] == ["w.safetensors"]


def test_the_same_weights_are_the_same_bytes(tmp_path: Path) -> None:
    model = nn.Linear(2, 3)
    for name in ("a", "b"):
        weights_file.save(tmp_path / name, model, {"text": "x"})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("content", [b"", b"\x00" * 7, b"{}", b"\xff" * 100, b"\x02\x00\x00\x00\x00\x00\x00\x00{}x"])
def test_weights_that_are_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(content)
    refused("E503", weights_file.load, tmp_path / "w.safetensors")


# ---------------------------------------------------------------- the shared-weight network of a document


def test_the_network_of_the_search_is_meant(tmp_path: Path) -> None:
    from nasc.compiler.stack import Options

    document = nasc.loads(SPACE)
    assert open_supernet(document, None, Options()).plan.stack.name == "small"
    assert open_supernet(document, "cifar", Options()).plan.stack.name == "cifar"
    assert open_supernet(document, None, Options()).mixing == "softmax"
    assert open_supernet(document, None, Options(), "sigmoid").mixing == "sigmoid"
    later = nasc.loads(SPACE.replace("search darts {", "search ddarts {"))
    assert open_supernet(later, None, Options()).mixing == "sigmoid"
    assert json.dumps(refused("E310", open_supernet, nasc.loads(GENOTYPE), None, Options()))

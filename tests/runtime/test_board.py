"""Figures for TensorBoard: those of `metrics.jsonl`, cut where a run goes on."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nasc
from nasc.runtime import board
from nasc.runtime.run import Run
from nasc.runtime.saving import Saving
from nasc.runtime.train_job import train
from tests.runtime.tiny import EPOCHS, GENOTYPE, job


class Writer:
    """What stands in for torch's, which needs the package."""

    made: list["Writer"] = []

    def __init__(self, folder: str, purge_step: int | None) -> None:
        self.folder, self.purge_step, self.closed = folder, purge_step, False
        self.rows: dict[int, dict[str, float]] = {}
        self.made.append(self)

    def add_scalar(self, name: str, value: float, epoch: int) -> None:
        self.rows.setdefault(epoch, {})[name] = value

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def writers(monkeypatch: pytest.MonkeyPatch) -> list[Writer]:
    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Writer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    monkeypatch.setattr(board, "find_spec", lambda name: name)
    monkeypatch.setattr(Writer, "made", [])
    return Writer.made


class Killed(BaseException):
    pass


def test_the_figures_of_every_epoch(writers: list[Writer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed behind the figures of the second epoch, before its checkpoint: the board takes them back."""
    out, saving = tmp_path / "run", Saving(tensorboard=True)
    save, calls = Run.save, iter(range(10))

    def killed(self: Run, state: dict[str, Any], keep: int = 1) -> None:
        if next(calls) == 1:
            raise Killed
        save(self, state, keep)

    monkeypatch.setattr(Run, "save", killed)
    with pytest.raises(Killed):
        train(job(out, GENOTYPE, saving=saving))
    train(job(out, GENOTYPE, saving=saving, resume=True))
    first, second = writers
    assert first.folder == second.folder == str(out / "tensorboard")
    assert (first.purge_step, second.purge_step) == (None, 2)
    assert first.closed
    assert list(first.rows) == [1, 2]
    left = {epoch: row for epoch, row in first.rows.items() if epoch < 2} | second.rows
    said = {int(row.pop("epoch")): row for row in map(json.loads, (out / "metrics.jsonl").read_text().splitlines())}
    assert list(left) == list(said) == list(range(1, EPOCHS + 1))
    for epoch, row in said.items():
        assert left[epoch] == pytest.approx(row, abs=1e-7)


def test_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for installed in (True, False):
        monkeypatch.setattr(board, "find_spec", lambda name, installed=installed: name if installed else None)
        assert board.wanted(None) is installed
        assert not board.wanted(False)
    with pytest.raises(nasc.NasError, match=r"nasc\[tensorboard\]") as caught:
        board.wanted(True)
    assert caught.value.diagnostics[0].code == "E514"


@pytest.mark.slow
def test_what_the_package_reads_back(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    out = tmp_path / "run"
    train(job(out, GENOTYPE, saving=Saving(tensorboard=True)))
    found = accumulator.EventAccumulator(str(out / "tensorboard")).Reload()
    losses = [json.loads(line)["train_loss"] for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert [event.value for event in found.Scalars("train_loss")] == pytest.approx(losses)

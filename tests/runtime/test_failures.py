"""Runs that cannot go on say where, from what they could, and which knob to turn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import nasc
from nasc.runtime.failures import explained, lacks_memory
from nasc.runtime.search.darts import DartsTask
from nasc.runtime.search_job import search
from nasc.runtime.train import TrainTask
from nasc.runtime.train_job import train
from tests.runtime.tiny import GENOTYPE, job

LACKING = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried"),
]
KNOBS = """a smaller batch (`--set batch=...`), a narrower network (`--channels`) or `--recompute`, which keeps \
the inputs of cells alone, need less"""


def refused(work: Any, *given: Any) -> str:
    with pytest.raises(nasc.NasError) as caught:
        work(*given)
    return str(caught.value)


def test_strengths_that_are_no_numbers(tmp_path: Path) -> None:
    said = refused(search, job(tmp_path / "run", settings={"strength_lr": "1.6e38", "order": "1"}))
    assert said == (
        "error[E506]: the strengths of cell `normal` are not numbers any more, in epoch 1, step 2\n"
        "  = help: no checkpoint was written\n"
        "          a smaller learning rate (`--set strength_lr=...`) is the first thing to try"
    )


@pytest.mark.parametrize("error", LACKING, ids=lambda error: type(error).__name__)
def test_memory_in_a_step(error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = DartsTask.step

    def step(self: DartsTask, epoch: int, step: int) -> Any:
        if (epoch, step) == (1, 2):
            raise error
        return original(self, epoch, step)

    monkeypatch.setattr(DartsTask, "step", step)
    said = refused(search, job(tmp_path / "run"))
    good = tmp_path / "run" / "checkpoint.pt"
    assert said == (
        "error[E510]: memory does not suffice, in epoch 2, step 3\n"
        f"  = help: the last good state is {good}\n"
        f"          {KNOBS}"
    )
    assert good.exists()


def test_memory_that_torch_itself_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An allocation that no machine can make."""

    def step(self: TrainTask, epoch: int, step: int) -> Any:
        return {"sum": float(torch.empty(2**55, dtype=torch.uint8)[0])}, 1

    monkeypatch.setattr(TrainTask, "step", step)
    assert refused(train, job(tmp_path / "run", GENOTYPE)).startswith(
        "error[E510]: memory does not suffice, in epoch 1"
    )


def test_other_errors_stay_what_they_are() -> None:
    assert not lacks_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="shapes"), explained("here"):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

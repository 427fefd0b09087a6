"""Ways to run a network: mixed precision, cells compiled by torch, cells computed again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

import nasc
from nasc.compiler.passes import PASSES
from nasc.runtime.device import Execution
from nasc.runtime.search_job import search
from nasc.runtime.train_job import train
from tests.runtime.tiny import GENOTYPE, SPACE, differences, job


def logits(execution: Execution, train: bool) -> Tensor:
    torch.manual_seed(0)
    model = nasc.build(nasc.loads(GENOTYPE), "cifar", input=(1, 8, 8)).train(train)
    execution.prepare(model)
    out = model(torch.randn(4, 1, 8, 8))
    assert isinstance(out, Tensor)
    return out


@pytest.mark.parametrize("mode", [True, False])
def test_mixed_precision_is_near_and_gives_float32(mode: bool) -> None:
    exact, mixed = logits(Execution(), mode), logits(Execution(amp="bf16"), mode)
    assert mixed.dtype == torch.float32
    assert not torch.equal(exact, mixed)
    torch.testing.assert_close(mixed, exact, rtol=0.1, atol=0.1)


def test_passes_in_float32_are_left_out_where_something_else_computes() -> None:
    def names(execution: Execution) -> set[str]:
        return {name for name, change in PASSES.items() if change in execution.passes()}

    left = {"drop_zeros", "undilate", "share"}
    assert names(Execution(amp="bf16")) == names(Execution(compile=True)) == left
    assert "undilate" not in names(Execution(without=["undilate"]))
    assert names(Execution(torch.device("cuda"))) == {"drop_zeros", "share"}


@pytest.mark.parametrize(("work", "text"), [(search, SPACE), (train, GENOTYPE)], ids=["search", "train"])
def test_a_run_in_mixed_precision_ends_and_is_another_run(work: object, text: str, tmp_path: Path) -> None:
    assert callable(work)
    work(replace(job(tmp_path / "run", text), amp="bf16"))
    with pytest.raises(nasc.NasError, match="E505"):
        work(job(tmp_path / "run", text, resume=True))


@pytest.mark.parametrize(("work", "text"), [(search, SPACE), (train, GENOTYPE)], ids=["search", "train"])
def test_recomputing_gives_the_same_bits(work: object, text: str, tmp_path: Path) -> None:
    assert callable(work)
    work(job(tmp_path / "plain", text))
    work(replace(job(tmp_path / "again", text), recompute=True))
    assert not differences(tmp_path / "plain", tmp_path / "again")


@pytest.mark.slow
def test_compiled_cells_are_near() -> None:
    torch.testing.assert_close(logits(Execution(compile=True), True), logits(Execution(), True), rtol=1e-4, atol=1e-4)


def test_every_operation_of_darts_trains_in_mixed_precision() -> None:
    execution = Execution(amp="bf16")
    changes = [name for name, change in PASSES.items() if change in execution.passes()]
    space = nasc.supernet(nasc.load("darts"), channels=4, layers=3, input=(3, 8, 8), passes=changes).train()
    execution.prepare(space)
    out = space(torch.randn(2, 3, 8, 8))
    assert isinstance(out, Tensor)
    torch.autograd.backward(out.sum())
    assert all(p.grad is None or bool(p.grad.isfinite().all()) for p in space.parameters())

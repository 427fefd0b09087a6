"""Examples that are held out to choose the best epoch, and averages of the weights, in whole runs."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import nasc
from nasc.runtime import weights_file
from nasc.runtime.data.images import Images
from nasc.runtime.data.registry import DATA_SETS
from nasc.runtime.evaluate import open_target, score
from nasc.runtime.held_out import HeldOut, divide
from nasc.runtime.train import TrainTask
from nasc.runtime.train_job import train
from tests.runtime.small_training import go, task_of
from tests.runtime.tiny import GENOTYPE, differences, job


def test_examples_are_held_out_by_the_seed() -> None:
    data = Images(torch.arange(40, dtype=torch.uint8).view(40, 1, 1, 1), torch.arange(40))
    for valid, count in ((0.25, 10), (7.0, 7)):
        kept, rest = divide(data, valid, 3)
        assert rest is not None
        assert (len(kept), len(rest)) == (40 - count, count)
        assert sorted([*kept.labels.tolist(), *rest.labels.tolist()]) == list(range(40))
        assert torch.equal(divide(data, valid, 3)[0].labels, kept.labels)
        assert not torch.equal(divide(data, valid, 4)[0].labels, kept.labels)
    assert divide(data, 0.0, 3) == (data, None)
    for valid in (40.0, 0.001):
        with pytest.raises(nasc.NasError, match="cannot be held out") as caught:
            divide(data, valid, 3)
        assert caught.value.diagnostics[0].code == "E507"


def test_the_best_epoch_is_the_first_of_the_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = task_of()
    task.held = HeldOut(task.data, DATA_SETS["cifar10"], tmp_path / "best.safetensors")
    told = iter([0.3, 0.5, 0.5, 0.4])
    monkeypatch.setattr(HeldOut, "measure", lambda *_: {"valid_loss": 1.0, "valid_top1": next(told)})
    kept = []
    for epoch in range(4):
        go(task, iter([(epoch, 0)]))
        figures = task.end_epoch(epoch, {})
        assert "valid_top1" in figures
        kept.append(weights_file.load(tmp_path / "best.safetensors")[0])
    assert task.best == {"epoch": 2, "valid_top1": 0.5}
    assert task.state()["best"] == task.best
    assert not same(kept[0], kept[1])
    assert same(kept[1], kept[2])
    assert same(kept[2], kept[3])


def same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return all(torch.equal(value, b[name]) for name, value in a.items())


def test_a_run_with_held_out_data_and_averages(tmp_path: Path) -> None:
    """Figures are those of the files, and a run that was stopped ends with the same files."""
    given: dict[str, Any] = {"limit": 2, "settings": {"valid": "10%", "ema": "0.5", "epochs": "2", "auxiliary": "0"}}
    done = train(job(tmp_path / "whole", GENOTYPE, **given))
    lines = [json.loads(line) for line in (tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()]
    assert all({"valid_loss", "valid_top1", "ema_valid_loss", "ema_valid_top1"} <= set(line) for line in lines)
    from nasc.runtime.data import digits

    whole = digits.read(None, "train")
    kept, rest = divide(whole, 0.1, 3)
    assert rest is not None
    assert (len(rest), len(kept)) == (143, len(whole) - 143)
    best = max(lines, key=lambda line: line["ema_valid_top1"])
    for name, figure in (
        ("weights", lines[-1]["valid_loss"]),
        ("ema", lines[-1]["ema_valid_loss"]),
        ("best", best["ema_valid_loss"]),
    ):
        model, _ = open_target(done.run.path / f"{name}.safetensors")
        found = score(model, rest, DATA_SETS["digits"], "valid", torch.device("cpu"))
        assert found.loss == pytest.approx(figure, rel=1e-5), name

    original, calls = TrainTask.step, [0]

    def stopping(self: TrainTask, epoch: int, step: int) -> Any:
        calls[0] += 1
        if calls[0] == 4:
            raise KeyboardInterrupt
        return original(self, epoch, step)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TrainTask, "step", stopping)
        with pytest.raises(KeyboardInterrupt):
            train(job(tmp_path / "stopped", GENOTYPE, **given))
    train(job(tmp_path / "stopped", GENOTYPE, resume=True, **given))
    assert differences(tmp_path / "whole", tmp_path / "stopped") == []

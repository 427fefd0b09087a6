"""Training: one step written out by hand, the auxiliary head, and that nobody looks at the test data."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import nasc
from nasc.compiler.build import Network
from nasc.runtime.data import digits
from nasc.runtime.data.images import Images
from nasc.runtime.recipe import published, read_recipe
from nasc.runtime.search_job import search
from nasc.runtime.settings import Training
from nasc.runtime.train import TrainTask
from nasc.runtime.train_job import train
from tests.runtime.tiny import GENOTYPE, SPACE, job

RATE, DECAY = 0.025, 3e-4


def pictures() -> Images:
    torch.manual_seed(2)
    return Images(torch.randint(256, (10, 3, 32, 32), dtype=torch.uint8), torch.randint(10, (10,)))


def task_of(overrides: dict[str, str], auxiliary: bool = True) -> TrainTask:
    torch.manual_seed(1)
    model = nasc.build(nasc.loads(GENOTYPE), "cifar", input=(3, 32, 32), auxiliary=auxiliary).double()
    settings = read_recipe(Training, published("train")["darts_cifar"], None, {"batch": "4", **overrides})
    return TrainTask(model, settings, pictures(), lambda pixels: pixels.double() / 255, 7, {})


def by_hand(model: Network, batch: tuple[Tensor, Tensor], weight: float, clip: float, smoothing: float) -> float:
    """One step of SGD without momentum in its buffer yet; the loss."""
    out = model(batch[0])
    logits, aux = out if isinstance(out, tuple) else (out, None)
    loss = F.cross_entropy(logits, batch[1], label_smoothing=smoothing)
    if aux is not None:
        loss = loss + weight * F.cross_entropy(aux, batch[1], label_smoothing=smoothing)
    torch.autograd.backward(loss)
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    norm = float(torch.cat([g.flatten() for g in gradients]).norm())
    scale = min(1.0, clip / (norm + 1e-6)) if clip else 1.0
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p.sub_(RATE * (scale * p.grad + DECAY * p))
    return float(loss.detach())


@pytest.mark.parametrize(
    ("overrides", "weight", "clip", "smoothing", "head"),
    [
        ({}, 0.4, 5.0, 0.0, True),
        ({"auxiliary": "3"}, 3.0, 5.0, 0.0, True),
        ({"clip": "0.01"}, 0.4, 0.01, 0.0, True),
        ({"clip": "0"}, 0.4, 0.0, 0.0, True),
        ({"label_smoothing": "0.1"}, 0.4, 5.0, 0.1, True),
        ({"auxiliary": "0"}, 0.0, 5.0, 0.0, False),
    ],
)
def test_a_step_written_out(
    overrides: dict[str, str], weight: float, clip: float, smoothing: float, head: bool
) -> None:
    task = task_of(overrides, head)
    task.begin_epoch(0)
    expected = copy.deepcopy(task.model)
    chosen = task.order[4:8]
    pixels, labels = pictures().take(chosen)
    batch = pixels.double() / 255, labels
    loss = by_hand(expected, batch, weight, clip, smoothing)
    figures, count = task.step(0, 1)
    assert count == 4
    assert figures["train_loss"] == pytest.approx(loss, rel=1e-12)
    assert 0 <= figures["train_top1"] <= 1
    for (name, ours), theirs in zip(task.model.named_parameters(), expected.parameters(), strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-10, atol=1e-12), name
    assert all(p.grad is None for p in task.model.parameters())


def test_the_last_batch_of_an_epoch_is_what_is_left() -> None:
    task = task_of({})
    assert task.steps == 3
    task.begin_epoch(0)
    assert sorted(task.order.tolist()) == list(range(10))
    assert [task.step(0, step)[1] for step in range(3)] == [4, 4, 2]


def test_every_epoch_has_an_order_of_its_own() -> None:
    task = task_of({})
    orders = []
    for epoch in (0, 1, 0):
        task.begin_epoch(epoch)
        orders.append(task.order.tolist())
    assert orders[0] == orders[2] != orders[1]


# ---------------------------------------------------------------- whole runs


def test_a_head_that_does_not_fit_is_left_out_and_said(tmp_path: Path) -> None:
    done = train(job(tmp_path / "run", GENOTYPE, limit=1, settings={"epochs": "1"}))
    assert [note.code for note in done.notes] == ["W307"]
    asked = json.loads((tmp_path / "run" / "run.json").read_text())
    assert asked["recipe"]["auxiliary"] == 0.0


def test_a_head_that_is_asked_for_and_does_not_fit_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(nasc.NasError, match="auxiliary head does not fit"):
        train(job(tmp_path / "run", GENOTYPE, settings={"auxiliary": "0.4"}))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("work", "text"), [(search, SPACE), (train, GENOTYPE)], ids=["search", "train"])
def test_the_test_data_is_never_read(work: Any, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[str] = []
    original = digits.read

    def watched(data_dir: Path | None, part: Any, skipped: list[str] | None = None) -> Images:
        parts.append(part)
        assert part == "train"
        return original(data_dir, part, skipped)

    monkeypatch.setattr(digits, "read", watched)
    work(job(tmp_path / "run", text, limit=1, settings={"epochs": "1"}))
    assert parts
    assert set(parts) == {"train"}


def test_it_learns(tmp_path: Path) -> None:
    """Two epochs on all of the digits: from a tenth to a third of them right."""
    settings = {"epochs": "2", "cutout": "0", "lr": "0.1", "batch": "24", "drop_path": "0"}
    train(job(tmp_path / "run", GENOTYPE.replace("channels: 2", "channels: 4"), limit=None, settings=settings))
    first, last = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert last["train_top1"] > max(0.3, first["train_top1"])
    assert last["train_loss"] < first["train_loss"]


def test_a_loss_that_is_no_number_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(nasc.NasError, match="is not a number any more") as caught:
        train(job(tmp_path / "run", GENOTYPE, settings={"lr": "1e30", "clip": "0"}))
    error = caught.value.diagnostics[0]
    assert error.code == "E506"
    assert "--set lr" in error.help


@pytest.mark.parametrize(
    ("settings", "network", "code"),
    [({"network": "nothere"}, None, "E309"), ({}, "nothere", "E309"), ({"network": "small"}, None, None)],
)
def test_the_network_meant(settings: dict[str, str], network: str | None, code: str | None, tmp_path: Path) -> None:
    given = job(tmp_path / "run", GENOTYPE, settings={"epochs": "1", **settings}, network=network, limit=1)
    if code is None:
        train(given)
        assert json.loads((tmp_path / "run" / "run.json").read_text())["network"] == settings["network"]
        return
    with pytest.raises(nasc.NasError) as caught:
        train(given)
    assert caught.value.diagnostics[0].code == code


def test_open_edges_cannot_be_trained(tmp_path: Path) -> None:
    with pytest.raises(nasc.NasError, match="still has choices") as caught:
        train(job(tmp_path / "run", SPACE))
    assert caught.value.diagnostics[0].code == "E310"
    assert not (tmp_path / "run").exists()

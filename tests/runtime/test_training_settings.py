"""What settings of a training do beyond a recipe: warm-up, parts of a batch, averages, scaled losses, held-out data."""

from typing import Any

import pytest
import torch
from torch import Tensor

import nasc
from nasc.runtime.data.augment import moved, training_transform
from nasc.runtime.data.registry import DATA_SETS
from nasc.runtime.schedules import learning_rate
from nasc.runtime.train import TrainTask
from tests.runtime.small_training import go, settings_of, task_of, weights

# ---------------------------------------------------------------- rates


def test_a_warm_up_from_step_to_step() -> None:
    """EDNAS: on G GPUs (1 / G) (e (G - 1) / 5 + 1) of the rate in the epoch e, in fractions, for five epochs."""
    settings = settings_of("imagenet_ednas", lr=0.4, warm_up_from=0.25)
    for step in range(60):
        e, gpus = step / 10, 4
        expected = 0.4 * (1 / gpus) * (e * (gpus - 1) / 5 + 1) if e < 5 else 0.4
        assert learning_rate(settings, step // 10, step % 10 / 10) == pytest.approx(expected, rel=1e-12)
    task = task_of(warm_up=2, warm_up_by="step", schedule="linear", tail=0)
    for epoch in range(4):
        task.begin_epoch(epoch)
        for step in range(2):
            task.step(epoch, step)
            e = epoch + step / 2
            wanted = 0.1 * (4 - epoch) / 4 * min(1, e / 2)
            assert task.optimizer.param_groups[0]["lr"] == pytest.approx(wanted, rel=1e-12)


def test_what_grows_in_a_warm_up() -> None:
    base = settings_of("imagenet_pcdarts")
    decayed = settings_of("imagenet_pcdarts", warm_up_by="schedule")
    for e in range(5):
        assert learning_rate(base, e) == pytest.approx(0.5 * (e + 1) / 5)
        assert learning_rate(decayed, e) == pytest.approx(0.5 * (245 - e) / 245 * (e + 1) / 5)
    assert learning_rate(base, 5) == learning_rate(decayed, 5) == pytest.approx(0.5 * 240 / 245)


def test_exponential_by_periods_and_a_short_linear_one() -> None:
    settings = settings_of("imagenet_darts", period=3, gamma=0.5)
    assert [learning_rate(settings, e) for e in range(7)] == pytest.approx([0.1] * 3 + [0.05] * 3 + [0.025])
    short = settings_of("imagenet_pdarts", epochs=1)
    assert learning_rate(short, 0) == 0.1
    assert all(learning_rate(settings_of("imagenet_pdarts", epochs=3), e) > 0 for e in range(3))


def test_drop_path_may_be_the_same_in_all_epochs() -> None:
    task = task_of(drop_path=0.3, drop_path_grows="off")
    rates: list[float] = []
    object.__setattr__(task.model, "set_rates", rates.append)
    for epoch in range(4):
        task.begin_epoch(epoch)
    assert rates == [0.3] * 4


# ---------------------------------------------------------------- steps


def test_momentum_of_nesterov() -> None:
    plain, other = task_of(clip=0), task_of(clip=0, nesterov="on")
    start = weights(plain)
    go(plain, iter([(0, 0)]))
    go(other, iter([(0, 0)]))
    # torch: in the first step the gradient counts 1 and 1 + momentum times
    torch.testing.assert_close(weights(other) - start, 1.9 * (weights(plain) - start))


@pytest.mark.parametrize("parts", [2, 3, 10])
def test_a_batch_in_parts(parts: int) -> None:
    whole, split = task_of(), task_of(accumulate=parts)
    calls: list[int] = []
    original = split.gradients
    split.gradients = lambda chosen, share: (calls.append(len(chosen)), original(chosen, share))[1]  # type: ignore[method-assign, func-returns-value]
    assert go(split) == pytest.approx(go(whole), rel=1e-12)
    torch.testing.assert_close(weights(split), weights(whole), rtol=1e-10, atol=1e-12)
    assert len(calls) == 4 * -(-10 // -(-10 // parts))


@pytest.mark.parametrize("limit", [0.9, 0.2])
def test_averages_of_the_weights(limit: float) -> None:
    task = task_of(ema=limit)
    assert task.averages is not None
    seen, average = [], torch.empty(0)
    for epoch, step in [(0, 0), (0, 1), (1, 0), (1, 1)]:
        go(task, iter([(epoch, step)]))
        seen.append(weights(task))
        n = len(seen) - 1
        decay = min(limit, (1 + n) / (10 + n))
        average = seen[0] if n == 0 else decay * average + (1 - decay) * seen[-1]
        found = torch.cat([p.detach().flatten() for p in task.averages.network.parameters()])
        torch.testing.assert_close(found, average, rtol=1e-12, atol=1e-14)
    assert not torch.equal(average, seen[-1])


def test_averages_change_nothing_in_the_training() -> None:
    assert torch.equal(weights_after(task_of(ema=0.5)), weights_after(task_of()))


def weights_after(task: TrainTask) -> Tensor:
    go(task)
    return weights(task)


def scaler() -> torch.amp.GradScaler:
    return torch.amp.GradScaler("cpu", init_scale=2.0**12, growth_interval=2)


def test_a_scaled_loss() -> None:
    """The same steps, clipped by the unscaled norm; a gradient that is no number costs a step and halves the scale."""
    scaled, plain = task_of(scaler=scaler()), task_of()
    assert go(scaled) == pytest.approx(go(plain), rel=1e-9)
    torch.testing.assert_close(weights(scaled), weights(plain), rtol=1e-6, atol=1e-8)
    assert scaled.scaler is not None
    before, scale = weights(scaled), scaled.scaler.get_scale()
    assert scale > 2.0**12
    first = next(scaled.model.parameters())
    handle = first.register_hook(lambda gradient: gradient * float("inf"))  # type: ignore[no-untyped-call]
    go(scaled, iter([(2, 0)]))
    assert torch.equal(weights(scaled), before)
    assert scaled.scaler.get_scale() == scale / 2
    handle.remove()


@pytest.mark.parametrize("given", [{}, {"ema": 0.9}, {"accumulate": 2, "nesterov": "on"}, {"scaler": True}])
def test_going_on_in_the_middle(given: dict[str, Any]) -> None:
    def made() -> TrainTask:
        return task_of(**({**given, "scaler": scaler()} if "scaler" in given else given))

    whole, first, second = made(), made(), made()
    go(whole)
    go(first, iter([(0, 0), (0, 1), (1, 0)]))
    second.load_state(first.state())
    go(second, iter([(1, 1)]))
    assert torch.equal(weights(second), weights(whole))
    if whole.averages and second.averages:
        ours, theirs = second.averages.state(), whole.averages.state()
        assert all(torch.equal(ours["model"][name], value) for name, value in theirs["model"].items())
        assert ours["steps"] == theirs["steps"] == 4
    if whole.scaler and second.scaler:
        assert second.scaler.state_dict() == whole.scaler.state_dict()


# ---------------------------------------------------------------- pictures


def test_autoaugment_and_a_shift_of_pictures_of_other_sizes() -> None:
    cifar = DATA_SETS["cifar10"]
    names = [type(step).__name__ for step in moved(cifar, autoaugment="cifar10").transforms]  # type: ignore[union-attr]
    assert names == ["RandomCrop", "RandomHorizontalFlip", "AutoAugment"]
    batch = torch.randint(256, (4, 3, 32, 32), dtype=torch.uint8)
    change = training_transform(cifar, 16, jitter=(0.4, 0.4, 0.4, 0.2), autoaugment="imagenet")
    found = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        found.append(change(batch))
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])
    assert bool(found[0].isfinite().all())


# ---------------------------------------------------------------- what cannot be


@pytest.mark.parametrize(
    ("recipe", "overrides", "words"),
    [
        ("cifar10_darts", {"schedule": "steps"}, "needs `milestones`"),
        ("imagenet_ednas", {"milestones": "(5, 3)"}, "in their order"),
        ("cifar10_darts", {"schedule": "square"}, "takes cosine or exponential or steps or linear"),
        ("cifar10_darts", {"jitter": "(0.4, 0.4)"}, "brightness"),
        ("cifar10_darts", {"jitter": "(0.4, 0.4, 0.4, 0.6)"}, "at most 0.5"),
        ("cifar10_gdas", {"nesterov": "on", "momentum": "0"}, "needs `momentum`"),
        ("cifar10_darts", {"accumulate": "97"}, "cannot split 96"),
        ("cifar10_darts", {"valid": "1.5"}, "a whole number"),
        ("cifar10_darts", {"valid": "100%"}, "a share below 1"),
        ("cifar10_darts", {"ema": "1"}, "a number below 1"),
        ("cifar10_darts", {"crop": "none"}, "takes data or padded or resized"),
    ],
)
def test_settings_that_cannot_be(recipe: str, overrides: dict[str, str], words: str) -> None:
    with pytest.raises(nasc.NasError) as caught:
        settings_of(recipe, **overrides)
    assert caught.value.diagnostics[0].code == "E403"
    assert words in str(caught.value)


def test_jitter_can_be_taken_away() -> None:
    assert settings_of("imagenet_darts").jitter == (0.4, 0.4, 0.4, 0.2)
    assert settings_of("imagenet_darts", jitter="off").jitter == ()

"""Learning rates and probabilities of a training, as functions of the epoch.

Epochs are counted from zero, and a rate is set before the first step of its epoch: the first epoch has `lr` itself.
(Code written for torch before 1.1 stepped its schedulers at the start of an epoch, which then meant the same; run on
newer torch it skips the first value.) Nothing is stepped, so that a run goes on anywhere.
"""

from __future__ import annotations

from collections.abc import Callable

from nasc.runtime.metrics import cosine
from nasc.runtime.settings import Training


def _cosine(settings: Training, epoch: int) -> float:
    """lr_min + (lr - lr_min) (1 + cos(pi e / E)) / 2 (DARTS, GDAS, EDNAS, D-DARTS)."""
    return cosine(settings.lr, settings.lr_min, epoch, settings.epochs)


def _exponential(settings: Training, epoch: int) -> float:
    """lr gamma^(e // period) (DARTS and GDAS on ImageNet: 0.97 each epoch)."""
    return float(settings.lr * settings.gamma ** (epoch // settings.period))


def _steps(settings: Training, epoch: int) -> float:
    """lr gamma^n, n the milestones not after e (EDNAS on ImageNet)."""
    return float(settings.lr * settings.gamma ** sum(epoch >= milestone for milestone in settings.milestones))


def _linear(settings: Training, epoch: int) -> float:
    """To zero in a line, lr (E - e) / E; with a tail of T epochs lr (E - T - e) / (E - T) before it.

    In the tail lr (E - e) / (T (E - T)): P-DARTS and PC-DARTS on ImageNet, T = 5.
    """
    epochs = settings.epochs
    tail = min(settings.tail, epochs - 1)
    if epochs - epoch > tail:
        return settings.lr * (epochs - tail - epoch) / (epochs - tail)
    return settings.lr * (epochs - epoch) / (tail * (epochs - tail))


SCHEDULES: dict[str, Callable[[Training, int], float]] = {
    "cosine": _cosine,
    "exponential": _exponential,
    "steps": _steps,
    "linear": _linear,
}
"""The learning rate of an epoch, by the name of the schedule."""


def learning_rate(settings: Training, epoch: int, done: float = 0.0) -> float:
    """The learning rate in an epoch of which a share `done` (0..1) has been trained.

    While it warms up, for W epochs: lr (e + 1) / W with `warm_up_by: lr` (PC-DARTS), the schedule's rate times
    (e + 1) / W with `schedule` (P-DARTS), and with `step` the schedule's rate times F + (1 - F) (e + done) / W, F being
    `warm_up_from` (EDNAS on G GPUs: F = 1 / G; Goyal et al. 2017).
    """
    rate = SCHEDULES[settings.schedule](settings, epoch)
    if epoch >= settings.warm_up:
        return rate
    if settings.warm_up_by == "step":
        first = settings.warm_up_from
        return rate * (first + (1 - first) * (epoch + done) / settings.warm_up)
    return (settings.lr if settings.warm_up_by == "lr" else rate) * (epoch + 1) / settings.warm_up


def drop_path(settings: Training, epoch: int) -> float:
    """The probability of dropping a path: p e / E, so none in the first epoch and nearly p in the last; or p in all."""
    return settings.drop_path * epoch / settings.epochs if settings.drop_path_grows else settings.drop_path

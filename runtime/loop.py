"""The loop that every run goes through: epochs of steps, figures, checkpoints, and going on after any end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from torch import Tensor

from nasc.dsl.diagnostic import fail
from nasc.runtime import checkpoint
from nasc.runtime.board import board
from nasc.runtime.failures import check_finite, explained
from nasc.runtime.progress import Show, say
from nasc.runtime.randomness import seed_step
from nasc.runtime.run import Interrupted, Run, interruptible
from nasc.runtime.saving import Due, Saving
from nasc.runtime.world import World, here

Figures = dict[str, float]
"""Names and values of one step: means over its examples."""


class Task(Protocol):
    """What a run does. Each step must be a function of the task's state and of torch's seed alone."""

    epochs: int
    steps: int

    def begin_epoch(self, epoch: int) -> None:
        """Set rates and schedules; called again when a run goes on in the middle of an epoch."""

    def step(self, epoch: int, step: int) -> tuple[Figures, int]:
        """Do one step; the figures and the number of examples they are means of."""

    def end_epoch(self, epoch: int, figures: Figures) -> Figures:
        """Finish an epoch; its figures, completed by what is measured at its end."""

    def broken(self) -> str:
        """What it has learned that is no longer numbers, in words; nothing as long as all is well."""

    def state(self) -> dict[str, Any]:
        """All that has changed since the start: tensors and plain containers."""

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `state` gave."""


def run_task(run: Run, task: Task, seed: int, show: Show, resume: bool, saving: Saving = Saving()) -> None:
    """Run a task to its end, or to an interruption.

    A checkpoint is written after every epoch, as often between as `saving` says, and on SIGINT and SIGTERM. Every step
    is seeded by (seed, epoch, step), so that a run that goes on from a checkpoint ends with the same bits as one that
    was never stopped. Where the newest checkpoint is damaged, the one before it is taken (W501).
    Several ranks go through the same steps; the first alone writes, and where one is asked to stop, all do.
    Raises `Interrupted` after saving, `NasError` when a loss or a strength is no longer a
    number (E506), memory does not suffice (E510), or another rank has gone (E512).
    """
    world = here()
    epoch, step = 0, 0
    sums: Figures = {}
    examples: dict[str, int] = {}  # by figure: steps of one epoch may have different ones
    state = restored(run, world) if resume else None
    if state is not None:
        try:
            task.load_state(state["task"])
        except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            message = f"{run.checkpoint} does not belong to this run: {reason}"
            raise fail("E503", message, help="put back its own checkpoint, or start anew") from None
        # only now, so that a foreign checkpoint costs no metrics
        run.cut_metrics(state["metrics_bytes"])
        epoch, step, sums, examples = state["epoch"], state["step"], state["sums"], state["examples"]
    elif resume:
        run.cut_metrics(0)

    if world.size > 1:
        world.same(tensors_of(task.state()))
    due = Due(saving)

    def save() -> None:
        if not run.writes:
            return
        state = {"task": task.state(), "epoch": epoch, "step": step, "sums": sums, "examples": examples}
        run.save(state, saving.keep)
        due.saved()

    on_board = saving.tensorboard if run.writes else False
    with interruptible() as asked, board(run.path / "tensorboard", on_board, epoch) as shown:
        while epoch < task.epochs:
            task.begin_epoch(epoch)
            while step < task.steps:
                seed_step(seed, "step", epoch, step)
                where = f"in epoch {epoch + 1}, step {step + 1}"
                with explained(where, run):
                    figures, count = task.step(epoch, step)
                figures, count, stop = world.figures(figures, count, bool(asked))
                check_finite(figures, task.broken(), where, run)
                sums = sums | {name: sums.get(name, 0.0) + value * count for name, value in figures.items()}
                examples = examples | {name: examples.get(name, 0) + count for name in figures}
                step += 1
                show.step(epoch + 1, step, {name: value / examples[name] for name, value in sums.items()})
                if stop:
                    save()
                    raise Interrupted
                if due.step():
                    save()
            seed_step(seed, "end of epoch", epoch)
            with explained(f"at the end of epoch {epoch + 1}", run):
                means = task.end_epoch(epoch, {name: value / examples[name] for name, value in sums.items()})
            run.measure({"epoch": epoch + 1, **means})
            shown.epoch(epoch + 1, means)
            show.epoch(epoch + 1, means)
            epoch, step, sums, examples = epoch + 1, 0, {}, {}
            save()
            if world.total(bool(asked))[0] and epoch < task.epochs:
                raise Interrupted


def restored(run: Run, world: World) -> dict[str, Any] | None:
    """The state of the newest checkpoint, which the first rank reads for all; None where the run had none yet."""
    if world.size == 1:
        state, notes = run.restore()
        say(notes)
        return state

    def read() -> bytes:
        state, notes = run.restore()
        say(notes)
        return checkpoint.to_bytes(state) if state is not None else b""

    data = world.from_main(read)
    return checkpoint.from_bytes(data) if data else None


def tensors_of(state: Any) -> list[Tensor]:
    """The tensors in nested containers, in their order."""
    if isinstance(state, Tensor):
        return [state]
    inner = state.values() if isinstance(state, Mapping) else state if isinstance(state, list | tuple) else ()
    return [tensor for value in inner for tensor in tensors_of(value)]

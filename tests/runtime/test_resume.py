"""A run that is stopped anywhere and gone on with ends with the bits of one that was never stopped."""

import os
import random
import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nasc.runtime import checkpoint, search_job, train_job
from nasc.runtime.job import Finished, Job
from nasc.runtime.run import Interrupted, Run
from nasc.runtime.search.darts import DartsTask
from nasc.runtime.search_job import search
from nasc.runtime.train import TrainTask
from nasc.runtime.train_job import train
from tests.runtime.tiny import EPOCHS, GENOTYPE, SPACE, STEPS, differences, job

Work = Callable[[Job], Finished]
TASKS: dict[str, tuple[Work, Any, str]] = {"search": (search, DartsTask, SPACE), "train": (train, TrainTask, GENOTYPE)}
every_task = pytest.mark.parametrize("kind", TASKS)


class Killed(BaseException):
    """Nothing of ours may catch this: the process is gone."""


@pytest.fixture
def never_stopped(searched: Path, trained: Path) -> dict[str, Path]:
    return {"search": searched, "train": trained}


def attempts(kind: str, out: Path) -> int:
    """Start a run and go on with it until it ends; how often it was stopped."""
    work, _, text = TASKS[kind]
    for stops in range(100):
        try:
            work(job(out, text, resume=(out / "run.json").exists()))
        except (Killed, Interrupted):
            continue
        return stops
    raise AssertionError("the run does not get on")


def around(
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    before: Callable[..., None] | None = None,
    after: Callable[..., None] | None = None,
) -> None:
    """Do something before or after every call of a function."""
    original = getattr(owner, name)

    def replaced(*args: Any, **kwargs: Any) -> Any:
        if before:
            before(*args)
        result = original(*args, **kwargs)
        if after:
            after(*args)
        return result

    monkeypatch.setattr(owner, name, replaced)


def dying(calls: list[int]) -> Callable[..., None]:
    """Die at these calls, counted over all attempts."""
    seen = iter(range(10**6))

    def die(*args: Any) -> None:
        if next(seen) in calls:
            raise Killed

    return die


@every_task
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_interrupted_after_every_step(
    kind: str, number: int, never_stopped: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    around(monkeypatch, TASKS[kind][1], "step", after=lambda *_: os.kill(os.getpid(), number))
    handlers = signal.getsignal(number)
    assert attempts(kind, tmp_path / "run") == EPOCHS * STEPS
    assert signal.getsignal(number) is handlers
    assert differences(tmp_path / "run", never_stopped[kind]) == []


@every_task
def test_interrupted_in_the_middle_of_an_epoch_it_has_a_checkpoint_from_there(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, task, text = TASKS[kind]

    def interrupt(self: Any, epoch: int, step: int) -> None:
        if (epoch, step) == (1, 1):
            os.kill(os.getpid(), signal.SIGTERM)

    around(monkeypatch, task, "step", after=interrupt)
    with pytest.raises(Interrupted):
        work(job(tmp_path / "run", text))
    state = checkpoint.load(tmp_path / "run" / "checkpoint.pt")
    assert (state["epoch"], state["step"]) == (1, 2)
    assert state["sums"].keys() >= {"train_loss", "train_top1"}
    assert set(state["examples"].values()) == {16}
    assert not (tmp_path / "run" / "weights.safetensors").exists()


@every_task
def test_interrupted_at_the_end_of_an_epoch(
    kind: str, never_stopped: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    around(monkeypatch, TASKS[kind][1], "end_epoch", before=lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    assert attempts(kind, tmp_path / "run") == EPOCHS - 1  # the last one is simply done
    assert differences(tmp_path / "run", never_stopped[kind]) == []


@pytest.mark.parametrize(("kind", "chance"), [("search", 0), ("search", 1), *(("train", i) for i in range(5))])
def test_killed_at_random_steps(
    kind: str, chance: int, never_stopped: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rolled = random.Random(chance)
    calls = sorted(rolled.sample(range(12), 3))
    around(monkeypatch, TASKS[kind][1], "step", **{rolled.choice(["before", "after"]): dying(calls)})
    assert attempts(kind, tmp_path / "run") == 3
    assert differences(tmp_path / "run", never_stopped[kind]) == []


@every_task
@pytest.mark.parametrize(
    ("owner", "name", "when", "calls"),
    [
        (Run, "measure", "after", [0, 2]),  # a line that no checkpoint knows of
        (Run, "save", "before", [1, 2]),
        (Run, "save", "after", [0, 2]),
        (
            {"search": search_job, "train": train_job},
            "run_task",
            "after",
            [0],
        ),  # the checkpoint is the last one, the weights are not written
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_killed_between_the_files(
    kind: str,
    owner: Any,
    name: str,
    when: str,
    calls: list[int],
    never_stopped: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    around(monkeypatch, owner[kind] if isinstance(owner, dict) else owner, name, **{when: dying(calls)})
    assert attempts(kind, tmp_path / "run") == len(calls)
    assert differences(tmp_path / "run", never_stopped[kind]) == []


def test_killed_at_every_rename(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before and after each of them; what was half written lies there as a kill leaves it."""
    done: set[str] = set()

    def die_once(how: str, source: Path, target: Path) -> None:
        moment = f"{how} {target.name}"
        if moment not in done:
            done.add(moment)
            if how == "before":
                shutil.copy(source, target.with_name(f".{target.name}.999999.tmp"))
            raise Killed

    around(monkeypatch, os, "replace", partial(die_once, "before"), partial(die_once, "after"))
    assert attempts("train", tmp_path / "run") == 12
    files = ("run.json", "space.nas", "genotype.nas", "checkpoint.pt", "checkpoint.1.pt", "weights.safetensors")
    assert done == {f"{how} {file}" for how in ("before", "after") for file in files}
    assert differences(tmp_path / "run", trained) == []  # and nothing half written is left


@every_task
def test_a_finished_run_is_left_as_it_is(kind: str, never_stopped: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(never_stopped[kind], tmp_path / "run")
    work, _, text = TASKS[kind]
    work(job(tmp_path / "run", text, resume=True))
    assert differences(tmp_path / "run", never_stopped[kind]) == []


def test_another_seed_is_another_run(searched: Path, tmp_path: Path) -> None:
    search(job(tmp_path / "run", seed=4))
    assert any(name.startswith("checkpoint.pt/task/model") for name in differences(tmp_path / "run", searched))

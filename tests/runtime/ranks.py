"""Several ranks on this machine, forked from the process of a test."""

import multiprocessing
import os
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from nasc.runtime import search_job, train_job
from nasc.runtime.job import Finished, Job
from nasc.runtime.loop import run_task
from nasc.runtime.world import World, joined

Work = Callable[[World], Any]
PATIENCE = 120


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def ranks(count: int, work: Work, codes: tuple[int, ...] | None = None) -> None:
    """Do some work in a world of `count` ranks; each must end with its exit code (0).

    A forked process has torch at once; autograd starts no threads of its own on CPU that would be missing there.
    """
    forks, port = multiprocessing.get_context("fork"), free_port()
    processes = [forks.Process(target=_rank, args=(rank, count, port, work)) for rank in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE)
    left = [process.exitcode for process in processes]
    for process in processes:
        process.kill()
    assert left == list(codes or (0,) * count)


def _rank(rank: int, count: int, port: int, work: Work) -> None:
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    try:
        with joined() as world:
            assert (world.rank, world.size) == (rank, count)
            work(world)
    except BaseException:  # noqa: BLE001  # whatever it is, the test hears of it
        traceback.print_exc()
        os._exit(1)  # not through the end of pytest
    os._exit(0)


@contextmanager
def watched(tasks: list[Any]) -> Iterator[None]:
    """Collect the tasks that jobs run."""

    def watching(run: Any, task: Any, *given: Any) -> None:
        tasks.append(task)
        run_task(run, task, *given)

    with pytest.MonkeyPatch.context() as patch:
        for module in (search_job, train_job):
            patch.setattr(module, "run_task", watching)
        yield


def both(work: Callable[[Job], Finished], job: Job, folder: Path) -> Work:
    """A job in every rank, and what each of them has learned in `folder/RANK.pt`."""

    def run(world: World) -> None:
        tasks: list[Any] = []
        with watched(tasks):
            work(job)
        torch.save(tasks[0].state(), folder / f"{world.rank}.pt")

    return run

"""A search or a training as a job of a cluster: handed to Slurm by submitit, gone on with when it is taken away."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nasc.dsl.diagnostic import fail

GRACE = 60
"""Seconds that a run has to save what it has reached, once it is told to stop."""
SIGNAL = 120
"""Seconds before its end at which Slurm tells a job so."""
PORTS = 20_000, 60_000
INTERRUPTED = 130


@dataclass(frozen=True)
class Wanted:
    """What a job takes: on each of `nodes` so many processes, GPUs and cores a process, for so many minutes."""

    nodes: int = 1
    processes: int = 1
    gpus: int = 0
    cpus: int = 1
    minutes: int = 24 * 60
    memory: float | None = None
    partition: str | None = None
    account: str | None = None
    constraint: str | None = None

    def parameters(self, name: str) -> dict[str, Any]:
        """The same in submitit's words."""
        given = {
            "name": name,
            "nodes": self.nodes,
            "tasks_per_node": self.processes,
            "gpus_per_node": self.gpus,
            "cpus_per_task": self.cpus,
            "timeout_min": self.minutes,
            "mem_gb": self.memory,
            "slurm_partition": self.partition,
            "slurm_account": self.account,
            "slurm_constraint": self.constraint,
            "slurm_signal_delay_s": SIGNAL,
            "slurm_additional_parameters": {"requeue": True},
        }
        return {key: value for key, value in given.items() if value is not None}


@dataclass
class Command:
    """A command of nasc as each process of the job runs it; a new one is made of it when the job is queued again.

    submitit calls it, and `checkpoint` in the first process when the job is about to be taken away.
    """

    words: tuple[str, ...]
    out: str
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __call__(self) -> int:
        """Run it as one of the job's ranks; raises where it fails, for the cluster to know."""
        import submitit  # type: ignore[import-not-found]

        place = submitit.JobEnvironment()
        again = int(os.environ.get("SLURM_RESTART_COUNT", "0")) > 0
        words = resuming(self.words, Path(self.out)) if again else self.words
        ranks = ranks_of(place) if place.num_tasks > 1 else {}
        self.child = subprocess.Popen([sys.executable, "-m", "nasc", *words], env={**os.environ, **ranks})
        code = self.child.wait()
        if code == INTERRUPTED and place.global_rank:
            time.sleep(GRACE)  # the first process queues the job again, which ends this one
        if code:
            raise RuntimeError(f"nasc {self.words[0]} has ended with code {code}")
        return code

    def checkpoint(self) -> Any:
        """Have the run save what it has reached, and say what goes on from there."""
        import submitit

        if self.child is not None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(GRACE)
            except subprocess.TimeoutExpired:
                self.child.kill()  # the checkpoint before still stands
        return submitit.helpers.DelayedSubmission(Command(resuming(self.words, Path(self.out)), self.out))


def resuming(words: tuple[str, ...], out: Path) -> tuple[str, ...]:
    """The words that go on with a run, where there is one already."""
    return words if "--resume" in words or not (out / "run.json").exists() else (*words, "--resume")


def ranks_of(place: Any) -> dict[str, str]:
    """What `torchrun` would say in the environment, from what submitit knows of a process."""
    return {
        "RANK": str(place.global_rank),
        "WORLD_SIZE": str(place.num_tasks),
        "LOCAL_RANK": str(place.local_rank),
        "MASTER_ADDR": place.hostnames[0],
        "MASTER_PORT": str(random.Random(place.job_id).randint(*PORTS)),
    }


def submit(words: tuple[str, ...], out: Path, wanted: Wanted, cluster: str, requeues: int) -> Any:
    """Hand a command to a cluster (`slurm`, or `local` for this machine); the job, as submitit has it.

    What the job prints and submitit's own files go beside the run directory, into `OUT-job`. Raises `NasError`:
    submitit is not installed (E514), there is a run already (E501), or the cluster does not take the job (E515).
    """
    if find_spec("submitit") is None:
        raise fail("E514", "`nasc submit` needs the package submitit", help="pip install 'nasc[slurm]'")
    if (out / "run.json").exists() and "--resume" not in words:
        help = "add `--resume` to go on with it, or name another directory with `--out`"
        raise fail("E501", f"{out} already holds a run", help=help)
    import submitit

    folder = out.absolute().with_name(f"{out.name}-job")
    try:
        times = {f"{cluster}_max_num_timeout": requeues}
        executor = submitit.AutoExecutor(folder=str(folder), cluster=cluster, **times)
        executor.update_parameters(**wanted.parameters(out.name))
        return executor.submit(Command(words, str(out.absolute())))
    except (OSError, RuntimeError, ValueError, subprocess.CalledProcessError) as error:
        said = " ".join(str(error).split())[:300]
        raise fail("E515", f"the job cannot be submitted: {said}", help="`--dry-run` shows what it is") from None

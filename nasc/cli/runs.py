"""What `search` and `train` share: a job from the command line, run to its end or to an interruption."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from nasc.cli.options import options_of
from nasc.cli.reporting import INTERRUPTED, note, report
from nasc.runtime.files import open_source

if TYPE_CHECKING:
    from nasc.dsl.diagnostic import Diagnostic
    from nasc.runtime.job import Job


class Noted(Protocol):
    """What a job makes, as far as it is reported here."""

    @property
    def notes(self) -> tuple[Diagnostic, ...]: ...


Done = TypeVar("Done", bound=Noted)


def job_of(command: str, file: str, given: dict[str, Any]) -> Job:
    """The job that a command line asks for."""
    from nasc.runtime.job import Job, resumed
    from nasc.runtime.saving import Saving

    source = open_source(file)
    data = str(given["data"]).replace(":", "-").replace("/", "-")
    out = given["out"] or Path("runs") / f"{command}-{Path(file).stem}-{data}"
    seed = given["seed"]
    job = Job(
        source,
        given["data"],
        out,
        dialect=given["dialect"],
        network=given["network"],
        data_dir=given["data_dir"],
        resume=given["resume"],
        seed=seed or 0,
        threads=given["threads"],
        device=given["device"],
        settings=dict(given["settings"]),
        options=options_of(given),
        limit=given["limit"],
        without=given["without"],
        recompute=given["recompute"],
        amp=given["amp"],
        deterministic=given["deterministic"],
        compile=given["compile"],
        quiet=given["quiet"],
        skip_unreadable=given["skip_unreadable"],
        saving=Saving(*given["every"], keep=given["keep"]),
    )
    return resumed(job, seed_given=seed is not None) if job.resume else job


def run(job: Job, work: Callable[[Job], Done]) -> Done | int:
    """Run a job; what it made, or the exit code when it was interrupted."""
    from nasc.runtime.run import Interrupted

    try:
        finished = work(job)
    except Interrupted:
        note(f"interrupted; `--resume --out {job.out}` goes on from here")
        return INTERRUPTED
    report(finished.notes)
    return finished

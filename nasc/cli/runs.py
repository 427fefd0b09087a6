"""What `search` and `train` share: a job from the command line, run to its end or to an interruption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from nasc.cli.options import options_of
from nasc.cli.reporting import DONE, INTERRUPTED, WRONG, note, report
from nasc.dsl.diagnostic import NasError
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
    from nasc.runtime.board import wanted
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
        sync_bn=given["sync_bn"],
        saving=Saving(given["every"][0], given["every"][1], given["keep"], wanted(given["tensorboard"])),
    )
    return resumed(job, seed_given=seed is not None) if job.resume else job


def fetched(data: str, data_dir: Path | None) -> None:
    """Fetch a data set if it is not there; of several ranks the first does, and the others wait for it."""
    from nasc.runtime.data.download import Told, fetch
    from nasc.runtime.world import joined

    with joined() as world:
        world.first(lambda: fetch(data, data_dir, Told()))


def run(job: Job, work: Callable[[Job], Done], download: bool = False) -> Done | int:
    """Run a job; what it made, or the exit code when it was interrupted or this is not the rank that reports.

    With `download` its data set is fetched first if it is not there.
    """
    from nasc.runtime.run import Interrupted
    from nasc.runtime.world import joined

    with joined() as world:
        try:
            if download:
                fetched(job.data, job.data_dir)
            # what rank 0 has begun, others must not take for a run to go on with
            resume = bool(world.from_main(lambda: b"yes" if job.resume else b""))
            finished = work(replace(job, resume=resume, quiet=job.quiet or not world.main))
        except Interrupted:
            if world.main:
                note(f"interrupted; `--resume --out {job.out}` goes on from here")
            return INTERRUPTED
        except NasError as error:
            if not world.speak(error):
                return WRONG
            if world.main:
                raise
            named = [replace(found, message=f"rank {world.rank}: {found.message}") for found in error.diagnostics]
            raise NasError(named) from None
    if not world.main:
        return DONE
    report(finished.notes)
    return finished

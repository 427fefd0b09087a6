"""Runs that are killed, fill their disk and find checkpoints damaged, and what is lost: `python -m tests.campaign`.

No part of the suite: it takes minutes. Each trial is a process of its own that works in a run directory; it is gone on
with until the run ends, and what it has made is compared with a run that nothing has disturbed, to the bit. A trial's
chance is a function of the seed and its number, and results are written as they come: a campaign that is stopped goes
on with the same `--out`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nasc.dsl.diagnostic import NasError
from nasc.runtime.job import Finished, Job
from nasc.runtime.saving import Saving
from nasc.runtime.search_job import search
from nasc.runtime.train_job import train
from tests.runtime.tiny import GENOTYPE, SPACE, differences, job

WORK: dict[str, tuple[Callable[[Job], Finished], str]] = {"search": (search, SPACE), "train": (train, GENOTYPE)}
SETTINGS = {"search": {"epochs": "5", "order": "1"}, "train": {"epochs": "5"}}
STEPS = {"search": 6, "train": 12}
KILLS = 6
"""Of one run, at most; then it may end."""
ROOM = "64m"


@dataclass
class Trial:
    """What was done to one run, what it said, and what is not as in the undisturbed one."""

    what: str
    number: int
    kind: str
    done: str = ""
    kills: int = 0
    said: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def asked(kind: str, out: Path) -> Job:
    """The run of every trial; its checkpoints come with every step, so that many a kill meets one being written."""
    resume = (out / "run.json").exists()
    saving = Saving(steps=1, seconds=None)
    return job(out, WORK[kind][1], settings=SETTINGS[kind], limit=STEPS[kind], resume=resume, saving=saving)


def _child(kind: str, out: Path, log: Path, largest: int | None) -> None:
    """One process: 0 where the run has ended, 1 where it has said why not, 70 where it has not even said that."""
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), sys.stderr.fileno())
    if largest is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    try:
        WORK[kind][0](asked(kind, out))
        code = 0
    except NasError as error:
        print(error, file=sys.stderr, flush=True)
        code = 1
    except BaseException as error:  # noqa: BLE001  # this is what the campaign looks for
        print(f"internal error: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        code = 70
    os._exit(code)


def attempt(kind: str, out: Path, log: Path, kill_after: float | None = None, largest: int | None = None) -> int:
    """Work at a run in a process of its own, killed after some seconds; its exit code, minus a signal."""
    process = multiprocessing.get_context("fork").Process(target=_child, args=(kind, out, log, largest))
    process.start()
    process.join(kill_after)
    if process.is_alive():
        process.kill()
        process.join()
    assert process.exitcode is not None
    return process.exitcode


def ended(trial: Trial, out: Path, log: Path, whole: Path) -> Trial:
    """Let a run end, and compare."""
    code = attempt(trial.kind, out, log)
    text = log.read_text(errors="replace")
    trial.said += sorted({word[:4] for word in text.replace("warning[", "error[").split("error[")[1:]})
    trial.said += [line for line in text.splitlines() if line.startswith("internal error")]
    trial.lost = differences(out, whole) if code == 0 else [f"it has ended with code {code}"]
    trial.lost += [str(file.relative_to(out)) for file in out.rglob(".*")]
    return trial


def killed(chance: random.Random, trial: Trial, folder: Path, whole: Path, seconds: float) -> Trial:
    """SIGKILL at random instants, several times a run."""
    out, log = folder / "run", folder / "log"
    while trial.kills < KILLS:
        code = attempt(trial.kind, out, log, kill_after=chance.uniform(0, seconds / 2))
        if code != -signal.SIGKILL:
            break
        trial.kills += 1
    trial.done = f"{trial.kills} kills"
    return ended(trial, out, log, whole)


def filled(chance: random.Random, trial: Trial, folder: Path, whole: Path, seconds: float) -> Trial:
    """A disk of some size: a tmpfs where that may be mounted, else a limit on the size of files. Then there is room."""
    disk, log = folder / "disk", folder / "log"
    disk.mkdir()
    needed = sum(file.stat().st_size for file in whole.rglob("*") if file.is_file())
    size = int(needed * chance.uniform(0.05, 1.2))
    mounted = _mount(f"size={size}", disk)
    trial.done = f"{'a disk' if mounted else 'files'} of {size:,} bytes"
    try:
        code = attempt(trial.kind, disk / "run", log, largest=None if mounted else size)
        if code == 1 and "error[E502]" not in log.read_text():
            trial.lost.append("it did not say that the disk is full")
        if mounted:
            _mount(f"remount,size={ROOM}", disk)
        before = list(trial.lost)
        trial = ended(trial, disk / "run", log, whole)
        trial.lost += before
        return trial
    finally:
        if mounted:
            subprocess.run(["umount", str(disk)], check=True)


def _mount(options: str, disk: Path) -> bool:
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], capture_output=True, check=False)
    return done.returncode == 0


def damaged(chance: random.Random, trial: Trial, folder: Path, whole: Path, seconds: float) -> Trial:
    """A run that is killed, and its newest checkpoint damaged before it goes on."""
    out, log = folder / "run", folder / "log"
    while True:
        code = attempt(trial.kind, out, log, kill_after=chance.uniform(0, seconds / 2))
        if code == 0 or ((out / "checkpoint.1.pt").exists() and (out / "checkpoint.pt").exists()):
            break
    file = out / "checkpoint.pt"
    content = bytearray(file.read_bytes())
    match chance.randrange(3):
        case 0:
            places = [chance.randrange(len(content)) for _ in range(chance.randint(1, 16))]
            for place in places:
                content[place] ^= chance.randint(1, 255)
            trial.done = f"{len(places)} bytes"
        case 1:
            content = content[: chance.randrange(len(content))]
            trial.done = "cut short"
        case _:
            place = chance.randrange(len(content))
            content[place : place + 512] = bytes(len(content[place : place + 512]))
            trial.done = "a block of zeros"
    file.write_bytes(content)
    return ended(trial, out, log, whole)


DONE = {"killed": killed, "filled": filled, "damaged": damaged}


def table(trials: list[Trial]) -> str:
    """What was done, how often, what the runs said, and how many ended otherwise."""
    lines = [f"{'':10}{'runs':>6}{'kills':>7}{'lost':>6}  said"]
    for what in DONE:
        some = [trial for trial in trials if trial.what == what]
        counts = {word: sum(word in t.said for t in some) for t in some for word in t.said}
        said = ", ".join(f"{word} in {count}" for word, count in sorted(counts.items())) or "nothing"
        lost = sum(bool(trial.lost) for trial in some)
        lines.append(f"{what:10}{len(some):>6}{sum(t.kills for t in some):>7}{lost:>6}  {said}")
    worse = [trial for trial in trials if trial.lost]
    return "\n".join([*lines, *(f"  {t.what} {t.number}, {t.kind}, {t.done}: {t.lost[:5]}" for t in worse)])


def main() -> int:
    """Run what is left of a campaign, and print its table; 1 where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, help="random instants at which runs are killed")
    parser.add_argument("--fills", type=int, default=20, help="disks that run full")
    parser.add_argument("--damages", type=int, default=40, help="checkpoints that are damaged")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("campaign"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    results = given.out / f"seed-{given.seed}.jsonl"
    old = results.read_text().splitlines() if results.exists() else []
    trials = [Trial(**json.loads(line)) for line in old]
    seconds = {}
    for kind in WORK:
        whole = given.out / f"whole-{kind}"
        shutil.rmtree(whole, ignore_errors=True)
        WORK[kind][0](asked(kind, whole))  # here, so that all that is slow to import is there in every fork
        shutil.rmtree(whole)
        started = time.monotonic()
        WORK[kind][0](asked(kind, whole))
        seconds[kind] = time.monotonic() - started
    print(f"a run takes {', '.join(f'{kind} {value:.1f} s' for kind, value in seconds.items())}")
    for what, wanted in (("killed", given.kills), ("filled", given.fills), ("damaged", given.damages)):
        while True:
            before = [trial for trial in trials if trial.what == what]
            if sum(trial.kills if what == "killed" else 1 for trial in before) >= wanted:
                break
            number = len(before)
            kind = list(WORK)[number % 2]
            folder = given.out / f"{what}-{number}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            chance = random.Random(f"{given.seed} {what} {number}")
            trial = DONE[what](chance, Trial(what, number, kind), folder, given.out / f"whole-{kind}", seconds[kind])
            trials.append(trial)
            with results.open("a") as file:
                file.write(json.dumps(asdict(trial)) + "\n")
            print(f"{what} {number}: {kind}, {trial.done}, said {trial.said}, lost {trial.lost[:3]}", flush=True)
            if not trial.lost:
                shutil.rmtree(folder)
    print(table(trials))
    return int(any(trial.lost for trial in trials))


if __name__ == "__main__":
    sys.exit(main())

"""Jobs of a cluster: what is handed to submitit, and what a process of the job does."""

import os
import pickle
import signal
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import click
import pytest

import nasc
from nasc.cli import group
from nasc.runtime.submit import Command, Wanted, ranks_of, resuming, submit
from tests.runtime.tiny import GENOTYPE

TRAIN = "train darts_v2 --data digits --out first"


def said(capsys: pytest.CaptureFixture[str], words: str) -> str:
    assert group.main(["submit", *words.split()], prog_name="nasc", standalone_mode=False) in (None, 0)
    return capsys.readouterr().out


class Fake(ModuleType):
    """submitit, as far as we use it; it keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__("submitit")
        self.__spec__ = ModuleSpec("submitit", None)
        self.opened: dict[str, Any] = {}
        self.asked: dict[str, Any] = {}
        self.handed: list[Any] = []
        self.place = SimpleNamespace(num_tasks=1, global_rank=0, local_rank=0, hostnames=["a"], job_id="7")
        self.helpers = SimpleNamespace(DelayedSubmission=lambda function: function)

    def AutoExecutor(self, **given: Any) -> "Fake":  # noqa: N802  # submitit's name
        self.opened = given
        return self

    def JobEnvironment(self) -> SimpleNamespace:  # noqa: N802
        return self.place

    def update_parameters(self, **given: Any) -> None:
        self.asked = given

    def submit(self, function: Any) -> SimpleNamespace:
        self.handed.append(pickle.loads(pickle.dumps(function)))  # noqa: S301  # as submitit does
        return SimpleNamespace(job_id="4711")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fake:
    monkeypatch.chdir(tmp_path)
    found = Fake()
    monkeypatch.setitem(sys.modules, "submitit", found)
    return found


def test_what_would_be_submitted(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without submitit, too."""
    monkeypatch.setitem(sys.modules, "submitit", None)
    shown = said(capsys, f"--gpus 4 --nodes 2 --time 2d --partition gpu --wait --dry-run {TRAIN} --set lr=0.1")
    assert "nodes: 2\ntasks_per_node: 4\ngpus_per_node: 4\n" in shown
    assert "timeout_min: 2880\nslurm_partition: gpu\n" in shown
    assert f"command: nasc {TRAIN} --set lr=0.1\n" in shown


def test_what_is_submitted(fake: Fake, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert said(capsys, f"--requeues 3 --memory 16 {TRAIN}") == "4711\n"
    assert fake.opened == {"folder": str(tmp_path / "first-job"), "cluster": "slurm", "slurm_max_num_timeout": 3}
    assert fake.asked["mem_gb"] == 16
    assert fake.asked["slurm_additional_parameters"] == {"requeue": True}
    assert fake.handed == [Command(tuple(TRAIN.split()), str(tmp_path / "first"))]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("train darts_v2 --data digits", "--out"),
        ("check darts_v2", "is no command that is submitted"),
        ("train darts_v2 --data digits --out a --epoch 3", "--epoch"),
        ("--time 3x " + TRAIN, "write a time"),
    ],
)
def test_mistakes_show_before(words: str, error: str, fake: Fake) -> None:
    with pytest.raises(click.UsageError, match=error):
        group.main(["submit", *words.split()], prog_name="nasc", standalone_mode=False)
    assert not fake.handed


def test_a_run_that_is_there(fake: Fake, tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "first/run.json").write_text("{}")
    with pytest.raises(nasc.NasError, match="already holds a run"):
        submit(tuple(TRAIN.split()), tmp_path / "first", Wanted(), "slurm", 1)
    submit((*TRAIN.split(), "--resume"), tmp_path / "first", Wanted(), "slurm", 1)
    assert len(fake.handed) == 1


class Child:
    """A process that ends as it is told."""

    def __init__(self, given: dict[str, Any], code: int) -> None:
        self.given, self.code, self.signals = given, code, list[int]()

    def wait(self, timeout: float | None = None) -> int:
        return self.code

    def send_signal(self, number: int) -> None:
        self.signals.append(number)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[Child]:
    made: list[Child] = []

    def popen(words: list[str], env: dict[str, str]) -> Child:
        made.append(Child({"words": words[3:], "env": env}, 1 if "fails" in words else 0))
        return made[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    return made


def test_a_process_of_a_job(fake: Fake, children: list[Child], tmp_path: Path) -> None:
    fake.place = SimpleNamespace(num_tasks=4, global_rank=3, local_rank=1, hostnames=["a", "b"], job_id="7")
    assert Command(("train", "x"), str(tmp_path))() == 0
    environment = children[0].given["env"]
    assert {key: environment[key] for key in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR")} == {
        "RANK": "3",
        "WORLD_SIZE": "4",
        "LOCAL_RANK": "1",
        "MASTER_ADDR": "a",
    }
    assert environment["MASTER_PORT"] == ranks_of(fake.place)["MASTER_PORT"]
    with pytest.raises(RuntimeError, match="ended with code 1"):
        Command(("train", "fails"), str(tmp_path))()


def test_taken_away_and_gone_on_with(
    fake: Fake, children: list[Child], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    command = Command(("train", "x"), str(tmp_path))
    command()
    assert "WORLD_SIZE" not in children[0].given["env"]
    assert command.checkpoint().words == ("train", "x")
    assert children[0].signals == [signal.SIGTERM]
    (tmp_path / "run.json").write_text("{}")
    again = command.checkpoint()
    assert again == Command(("train", "x", "--resume"), str(tmp_path))
    assert resuming(again.words, tmp_path) == again.words
    # a machine fails: Slurm starts the job once more, and nobody has asked for a checkpoint
    monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
    Command(("train", "x"), str(tmp_path))()
    assert children[1].given["words"] == ["train", "x", "--resume"]


@pytest.mark.slow
def test_a_job_on_this_machine(tmp_path: Path) -> None:
    """submitit itself, with two ranks that are told to go away and are queued again."""
    pytest.importorskip("submitit")
    (tmp_path / "tiny.nas").write_text(GENOTYPE)
    out = tmp_path / "run"
    words = f"train {tmp_path / 'tiny.nas'} --data digits --out {out} --epochs 12 --limit-batches 20"
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(nasc.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    job = submit(tuple(words.split()), out, Wanted(processes=2, minutes=10), "local", 3)
    while not (out / "metrics.jsonl").exists() and not job.done():
        pass
    found = subprocess.run(["pgrep", "-P", job.job_id], capture_output=True, text=True, check=True).stdout
    for number in found.split():
        os.kill(int(number), signal.SIGUSR2)
    assert job.results() == [0, 0]
    log = Path(job.paths.stderr).read_text()
    assert "goes on from here" in log
    assert len((out / "metrics.jsonl").read_text().splitlines()) == 12
    assert (out / "weights.safetensors").exists()

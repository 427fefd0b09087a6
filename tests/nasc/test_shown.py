"""What is shown for mistakes that no `.nas` text alone can make: in files, options, foreign formats, weights, runs.

`shown/NAME.txt` holds a command line and all that it says. Those of texts stand in `tests/dsl/errors` and
`tests/compiler/errors`. With `NASC_REGENERATE=1` they are written anew; their diff is what a reviewer reads.
"""

import fcntl
import os
import re
import shlex
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from PIL import Image

from nasc.cli import group
from nasc.cli.reporting import guarded
from nasc.compiler.emit import exported
from nasc.dsl.codes import CODES
from nasc.runtime import world
from nasc.runtime.train import TrainTask

FOLDER = Path(__file__).parent / "shown"
PAIRS = "[('sep_conv_3x3', 0), ('skip_connect', 1)]"
GENE = "[('sep_conv_3x3', 2, 0)]"
TINY = """use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0) + skip_connect(s1)  return s2 }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return s2 }
network tiny: darts_cifar { channels: 4  layers: 3 }
"""
SPACE = """use std.darts
cell normal(s0, s1) { s2 = keep 2 of {none | skip_connect | max_pool_3x3}(s0, s1)  return s2 }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return s2 }
network search: darts_search { channels: 2  layers: 3 }
network tiny: darts_cifar { channels: 2  layers: 3 }
search darts { network: search  order: 1  epochs: 1 }
"""


def picture() -> bytes:
    """An 8x8 picture, black."""
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "png")
    return file.getvalue()


FILES: dict[str, str | bytes] = {
    "bytes.nas": b"use std.darts\n# caf\xe9\n",
    "version.nas": "nas 2\n",
    "fields.txt": f"Genotype(normal={PAIRS}, normal_concat=[2], reduced={PAIRS}, reduce_concat=[2])\n",
    "lost.txt": f"Genotype_nested(genes=[{GENE}, {GENE}], concat=range(2, 3), reductions=[7])\n",
    "tiny.nas": TINY,
    "three.nas": TINY.replace("sep_conv_3x3(s0)", "dil_conv_5x5(s0, s1)"),
    "words.nas": "use std.darts_rnn\nrecurrent r(x, h) { s0 = gate(x, h)  s1 = tanh(s0)  return s1 }\n"
    "network n: darts_lm { vocabulary: 100  cells: r }\n",
    "junk.pt": b"no checkpoint",
    "flat/train/1.png": b"no picture",
    "one/train/cat/1.png": picture(),
    **{f"cut/train/{name}/1.png": picture() for name in ("cat", "dog")},
    "cut/train/cat/2.png": picture()[:-20],
    "full/notes.txt": "mine\n",
    "other/run.json": "{}",
    "busy/.lock": "process 4711 on node-3\n",
    "space.nas": SPACE,
    "never.nas": SPACE.replace("cifar { ", "cifar { require count(skip_connect, normal) >= 3  "),
    "nothing.nas": "use std.darts\ncell normal(s0, s1) { s2 = none(s0) @0.9 + none(s1) @0.8  return s2 }\n",
    "table.csv": "cell,valid\n|none~0|,0.1\n",
}
STEP = "--epochs 1 --limit-batches 1 --threads 1 --quiet"
TRAIN = f"train tiny.nas --data digits {STEP} --out trained"
SEARCH = "--data digits --limit-batches 1 --threads 1 --quiet --out new"
COMMANDS = {
    "E101": "check bytes.nas",
    "E106": "check version.nas",
    "E107": "check tiny.nas --from dart",
    "E108": "check darts_v3",
    "E109": "check fields.txt",
    "E110": "export darts --to darts",
    "E111": "explain E999",
    "E310": "sample tiny.nas",
    "E311": "compile words.nas --emit python",
    "E312": "check three.nas --in darts",
    "E313": "train tiny.nas --data digits --no-pass shar --out new",
    "E404": "derive tiny.nas --rule dart",
    "E405": "derive nothing.nas --rule darts",
    "E406": "derive tiny.nas --rule darts",
    "E501": "train tiny.nas --data digits --out full",
    "E502": "new tiny.nas",
    "E503": "evaluate tiny.nas",
    "E504": "derive other --rule darts",
    "E505": TRAIN.replace("epochs 1", "epochs 2") + " --resume",
    "E506": f"train tiny.nas --data digits {STEP} --limit-batches 3 --set lr=1e30 --set clip=0 --out new",
    "E507": "search space.nas --data folder:one --out new",
    "E508": "train tiny.nas --data digits --device meta --out new",
    "E509": "evaluate trained --data folder:one",
    "E510": f"train tiny.nas --data digits {STEP} --out new",
    "E511": f"train tiny.nas --data digits {STEP} --out busy",
    "E512": f"train tiny.nas --data digits {STEP} --out new",
    "E513": "search nasbench201 --table table.csv --out new",
    "E514": f"submit {TRAIN}",
    "E515": f"submit {TRAIN}",
    "E601": "train tiny.nas --data folder:nothing --out new",
    "E602": "train tiny.nas --data folder:flat --out new",
    "E603": "train tiny.nas --data digit --out new",
    "E604": "search nasbench201 --table table.csv --set column=test --out new",
    "E605": "search darts --table table.csv --out new",
    "E606": "train tiny.nas --data imagenet:100 --download --out new",
    "E701": "import-weights linear.pt tiny.nas --from dart -o out.safetensors",
    "E702": "import-weights wider.pt tiny.nas --from darts -o out.safetensors",
    "E703+E704": "import-weights linear.pt tiny.nas --from darts -o out.safetensors",
    "E705": "import-weights junk.pt tiny.nas --from darts -o out.safetensors",
    "E801": "render tiny.nas -o cells.pdf",
    "E802": "render tiny.nas -o cells.bmp",
    "E803": "render tiny.nas -o nowhere/cells.dot",
    "E901": "compile tiny.nas --emit onnx -o net.onnx",
    "W205": "check lost.txt",
    "W307": TRAIN,
    "W501": TRAIN + " --resume",
    "W601": f"train tiny.nas --data folder:cut --skip-unreadable {STEP} --set auxiliary=0 --out new",
    "W502": TRAIN + " --resume",
    "W402": f"search never.nas {SEARCH}",
}
BEFORE = {"E505": TRAIN, "E509": TRAIN, "W501": TRAIN + " --checkpoint-every 1", "W502": TRAIN}
"""What runs first, and well."""


def too_large(self: TrainTask, epoch: int, step: int) -> Any:
    """A step that asks for more memory than any machine has."""
    return {"loss": float(torch.empty(2**55, dtype=torch.uint8)[0])}, 1


def held(patch: pytest.MonkeyPatch) -> None:
    """Another process, as far as the kernel can tell, works in a directory."""
    file = open("busy/.lock")  # noqa: SIM115  # held until the test is over
    fcntl.flock(file, fcntl.LOCK_EX)
    patch.setattr(held, "file", file, raising=False)


def lost(patch: pytest.MonkeyPatch) -> None:
    """Another rank, which has died."""

    class Store:
        def set(self, key: str, value: str) -> None: ...

        def check(self, keys: list[str]) -> bool:
            return False

    def closed(*_: Any) -> None:
        raise RuntimeError("Connection closed by peer")

    patch.setattr(world, "_world", world.World(0, 2, Store()))
    patch.setattr(world, "LAST_WORDS", 0.1)
    patch.setattr(torch.distributed, "broadcast", closed)


def of_two(patch: pytest.MonkeyPatch) -> None:
    """A run that two ranks have begun."""
    file = Path("trained/run.json")
    file.write_text(file.read_text().replace('"ranks": 1', '"ranks": 2'))


def no_cluster(patch: pytest.MonkeyPatch) -> None:
    """submitit is installed, Slurm is not."""

    def executor(**_: Any) -> None:
        raise RuntimeError('Could not detect "srun", are you indeed on a slurm cluster?')

    fake = ModuleType("submitit")
    fake.__spec__ = ModuleSpec("submitit", None)
    fake.AutoExecutor = executor  # type: ignore[attr-defined]
    patch.setitem(sys.modules, "submitit", fake)


class FirstOfTwo(world.World):
    """A rank whose other one is not there to listen."""

    def from_main(self, data: Callable[[], bytes]) -> bytes:
        return data()


FAKES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "E510": lambda patch: patch.setattr(TrainTask, "step", too_large),
    "E511": held,
    "E512": lost,
    "E514": lambda patch: patch.setitem(sys.modules, "submitit", None),
    "E515": no_cluster,
    "E513": lambda patch: patch.setattr(world, "_world", FirstOfTwo(0, 2)),
    "W501": lambda patch: os.truncate("trained/checkpoint.pt", 1000),
    "W502": of_two,
    "E801": lambda patch: patch.setenv("PATH", ""),
    "E901": lambda patch: patch.setattr(exported, "find_spec", lambda name: None),
}
"""Machines that lack something, or have been used badly."""
PRELUDE = re.compile(r"(?<=darts\.nas:)\d+|(?m:^)\d+(?= \|)")
"""A line of a shipped text, which changes more often than what is said of it."""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NASC_DATA", raising=False)


def run(command: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["nasc", *shlex.split(command)])
        return guarded(group)


@pytest.mark.parametrize("code", COMMANDS)
def test_shown(code: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    command = COMMANDS[code]
    if ".pt " in command:
        torch.save(torch.nn.Linear(2, 2).state_dict(), "linear.pt")
        torch.save({"stem.0.weight": torch.zeros(99, 3, 3, 3)}, "wider.pt")
    if code in BEFORE:
        assert run(BEFORE[code]) == 0
        capsys.readouterr()
    if code in FAKES:
        FAKES[code](monkeypatch)
    left_with = run(command)
    said = capsys.readouterr().err
    assert left_with == (1 if code.startswith("E") else 0)
    assert all(f"[{part}]: " in said for part in code.split("+"))
    if "std/" in said or "spaces/" in said:
        said = PRELUDE.sub("N", said)
    golden, shown = FOLDER / f"{code}.txt", f"$ nasc {command}\n{said.rstrip()}\n"
    if os.environ.get("NASC_REGENERATE"):
        golden.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == golden.read_text(encoding="utf-8")


def test_every_code_has_a_golden_text() -> None:
    root = Path(__file__).parents[1]
    golden = "".join(path.read_text(encoding="utf-8") for path in root.rglob("*.txt"))
    assert [code for code in CODES if f"[{code}]: " not in golden] == []

"""Typical mistakes on the command line: none is passed over without a word, and each is answered with what to do.

`mistakes/GROUP.txt` holds command lines and all that they say, as `test_shown.py` has it for each code.
"""

import os
from pathlib import Path

import pytest

from nasc.cli.refusing import settings_of
from tests.nasc.test_shown import FILES, PRELUDE, run

FOLDER = Path(__file__).parent / "mistakes"
WORDS = FILES["words.nas"]
assert isinstance(WORDS, str)
MORE: dict[str, str | bytes] = {
    **FILES,
    "empty.txt": "",
    "short.txt": "a few words\n",
    "binary.txt": bytes(range(256)) * 4,
    "broken.safetensors": b"abc",
    "binary.csv": b"cell,valid\n\xff\xfe\n",
    "deep.nas": WORDS.replace("cells: r", "layers: 2  cells: r"),
    "cells.nas": WORDS.replace("s1 = tanh(s0)", "s1 = keep 1 of darts_rnn(*)") + "search darts { epochs: 1 }\n",
}
OF_WORDS = (
    "--sync-bn",
    "--skip-unreadable",
    "--amp bf16",
    "--classes 10",
    "--input 3x8x8",
    "--layers 1 --reductions keep",
)
OF_TABLES = ("--data digits", "--download", "--amp bf16 --limit-batches 3", "--channels 4", "--seeds 2")
GROUPS = {
    "words": [
        *(f"train words.nas --data shakespeare {option} --out new" for option in OF_WORDS),
        *(f"search cells.nas --data shakespeare {option} --out new" for option in OF_WORDS[:2]),
        "search cells.nas --data imagenet:100 --out new",
        "compile words.nas --classes 3",
        "compile deep.nas",
    ],
    "pictures": [
        "train tiny.nas --data digits --vocabulary 100 --out new",
        "train tiny.nas --data digits --layers 3 --reductions keep --out new",
        "train tiny.nas --data digits --layers 1 --out new",
        "explain tiny.nas --vocabulary 100",
        "evaluate tiny.nas --weights junk.pt --data digits --vocabulary 100",
    ],
    "settings": [
        "train tiny.nas --data digits --epochs 1 --set epochs=x --out new",
        "train tiny.nas --data digits --set lr=0.1 --set lr=0.2 --out new",
        "train tiny.nas --data digits --recipe cifar10_gdas --set recipe=cifar10_darts --out new",
        "train tiny.nas --data digits --set schedule=steps --out new",
        "train tiny.nas --data digits --recipe darts --out new",
        "train tiny.nas --data digits --device gpu --out new",
        "train tiny.nas --data digits --set valid=2000 --out new",
        "train tiny.nas --data digits --set 'lr=0.1 epochs=3' --out new",
        "train tiny.nas --data digits --out three.nas",
    ],
    "data": [
        *(f"train words.nas --data {name} --out new" for name in ("text:", "chars:empty.txt", "text:short.txt")),
        "train words.nas --data text:binary.txt --out new",
        "train words.nas --data ptb --download --out new",
        "train words.nas --data short.txt --out new",
        "train words.nas --network m --data shakespeare --out new",
        *(
            f"train tiny.nas --data {name} --out new"
            for name in ("one", "CIFAR10", "folder:", "imagenet:", "text:short.txt")
        ),
    ],
    "tables": [
        *(f"search nasbench201 --table table.csv {option} --out new" for option in OF_TABLES),
        "search nasbench201 --table binary.csv --out new",
        "search space.nas --data digits --retrain epochs=1 --out new",
    ],
    "evaluate": [
        "evaluate tiny.nas",
        "evaluate darts_v2",
        "evaluate junk.pt",
        "evaluate junk.pt --from darts",
        "evaluate junk.pt --plot matrix.pdf",
        "evaluate broken.safetensors",
        "evaluate tiny.nas --weights nowhere.safetensors --data digits",
        "evaluate tiny.nas --weights junk.pt --from darts --data digits",
        "evaluate words.nas --weights junk.pt --data shakespeare --skip-unreadable",
        "evaluate words.nas --weights junk.pt --data shakespeare --plot confusion.svg",
    ],
    "others": [
        "compile tiny.nas --device cpu --batch 3",
        "compile tiny.nas -o net.py",
        "derive tiny.nas --reductions keep",
        "derive tiny.nas --rule darts --threshold 0.5",
        "render tiny.nas -o out.dot --cell normal --network tiny",
        "submit --cluster local --partition gpu train tiny.nas --data digits --out new",
        "submit train tiny.nas --data digits --out new --dry-run",
        "submit --dry-run train missing.nas --data digits --out new",
        "trian tiny.nas",
        "explain E9",
        "check flat",
    ],
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in MORE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NASC_DATA", raising=False)


def test_the_same_value_twice_is_one() -> None:
    given = (("lr", "0.1"), ("epochs", "2"), ("lr", "0.1"))
    assert settings_of(given, {"epochs": 2, "recipe": None}) == (("lr", "0.1"), ("epochs", "2"))


@pytest.mark.parametrize("group", GROUPS)
def test_mistakes(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    parts = []
    for command in GROUPS[group]:
        left_with = run(command)
        said = capsys.readouterr()
        assert left_with in (1, 2), command
        assert said.out == "", command
        assert not Path("new").exists(), command
        help = "= help: " in said.err or "Error: " in said.err
        assert help, command
        text = PRELUDE.sub("N", said.err) if "std/" in said.err or "recipes/" in said.err else said.err
        parts.append(f"$ nasc {command}\n{text.rstrip()}\n")
    golden, shown = FOLDER / f"{group}.txt", "\n".join(parts)
    if os.environ.get("NASC_REGENERATE"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == golden.read_text(encoding="utf-8")

"""A genotype found on one data set, trained in its family's network for pictures of another kind (DARTS, A.3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from PIL import Image

import nasc
from nasc.cli import group
from nasc.runtime.data.registry import describe, fitted, load
from nasc.runtime.evaluate import open_target, score
from nasc.runtime.run import read_asked

TEXT = """nas 1
use std.darts
ops few = max_pool_3x3 | skip_connect | dil_conv_3x3
cell normal(s0, s1) { s2..s3 = keep 2 of few(*)  return concat(s2..s3) }
cell reduce(s0, s1) { s2 = keep 2 of few(*)  return concat(s2) }
network search: darts_search { channels: 2  layers: 3 }
network cifar: darts_cifar { channels: 2  layers: 3 }
network imagenet: darts_imagenet { channels: 4  layers: 3  input: 3x64x64 }
search darts { network: search  order: 1 }
train { network: cifar }
"""


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three classes of coloured pictures of several sizes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    drawn = torch.Generator().manual_seed(0)
    for part, count in (("train", 4), ("test", 2)):
        for label in range(3):
            folder = tmp_path / "pictures" / part / f"class{label}"
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = torch.randint(256, (60 + 5 * number, 72 - 4 * label, 3), generator=drawn).to(torch.uint8)
                Image.fromarray(pixels.numpy()).save(folder / f"{number}.png")
    return tmp_path / "pictures"


def run(*words: Any) -> None:
    done = CliRunner().invoke(group, [str(word) for word in words])
    assert done.exit_code == 0, done.output


def test_what_digits_have_shown_is_trained_on_other_pictures(tmp_path: Path, pictures: Path) -> None:
    space, found, trained = tmp_path / "space.nas", tmp_path / "search", tmp_path / "train"
    space.write_text(TEXT)
    common = ("--seed", 0, "--threads", 1, "--quiet", "--set", "epochs=1", "--set", "batch=4")
    run("search", space, "--data", "digits", "--out", found, "--limit-batches", 1, *common)
    data = f"folder:{pictures}"
    genotype = found / "genotype.nas"
    run("train", genotype, "--network", "imagenet", "--data", data, "--out", trained, "--set", "auxiliary=0", *common)
    asked = read_asked(trained)
    assert asked["network"] == "imagenet"
    assert asked["recipe"]["recipe"] == "imagenet_darts"  # the one that serves the skeleton
    model, trained_on = open_target(trained)
    assert trained_on == data
    stack = model.plan.stack
    assert (stack.name, stack.classes, stack.input, len(model.cells)) == ("imagenet", 3, (3, 64, 64), 3)
    assert model.stem2 is not None
    first, second = (nasc.identity(nasc.load(path), "imagenet") for path in (genotype, trained / "genotype.nas"))
    assert first == second
    assert isinstance(stack.input, tuple)
    data_set = fitted(describe(data, None, stack.input), stack.input, stack.classes)
    assert score(model, load(data, None, "test", stack.input), data_set, "test", torch.device("cpu")).examples == 6

"""Which recipe a training begins with, and how it is run: float16, deterministic, for ImageNet."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import nn

import nasc
from nasc import genotypes
from nasc.compiler.build import Network
from nasc.compiler.stack import Options
from nasc.runtime.device import Execution
from nasc.runtime.failures import explained
from nasc.runtime.search_job import search
from nasc.runtime.train_job import train
from tests.runtime.small_training import PLAIN
from tests.runtime.tiny import GENOTYPE, SPACE, job

# ---------------------------------------------------------------- how it is run


@pytest.fixture
def indeterminate() -> Iterator[None]:
    yield
    torch.use_deterministic_algorithms(False)


@pytest.mark.usefixtures("indeterminate")
def test_a_deterministic_run_says_so(tmp_path: Path) -> None:
    train(job(tmp_path / "run", GENOTYPE, limit=1, settings={"epochs": "1"}, deterministic=True))
    assert torch.are_deterministic_algorithms_enabled()
    assert json.loads((tmp_path / "run" / "run.json").read_text())["deterministic"] is True
    with pytest.raises(nasc.NasError, match="deterministic") as caught:
        train(job(tmp_path / "run", GENOTYPE, limit=1, settings={"epochs": "1"}, resume=True))
    assert caught.value.diagnostics[0].code == "E505"


def test_what_cannot_be_repeated_is_an_error() -> None:
    message = (
        "put_ does not have a deterministic implementation, but you set 'torch.use_deterministic_algorithms(True)'"
    )
    with pytest.raises(nasc.NasError, match="`put_` varies from run to run") as caught, explained("in epoch 1"):
        raise RuntimeError(message)
    assert caught.value.diagnostics[0].code == "E508"


@pytest.mark.parametrize(("work", "text"), [(train, GENOTYPE), (search, SPACE)])
def test_float16_needs_a_gpu(work: Callable[[Any], Any], text: str, tmp_path: Path) -> None:
    with pytest.raises(nasc.NasError, match="float16") as caught:
        work(job(tmp_path / "run", text, amp="fp16", device="cpu"))
    assert caught.value.diagnostics[0].code == "E508"
    assert not (tmp_path / "run").exists()


def test_float16_is_a_type_of_mixed_precision() -> None:
    model = nasc.build(nasc.loads(PLAIN))
    assert isinstance(model, nn.Module)
    assert isinstance(model, Network)
    Execution(amp="fp16").prepare(model)
    assert model.amp is torch.float16


# ---------------------------------------------------------------- which recipe


def asked(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((path / "run.json").read_text())["recipe"]
    return found


@pytest.mark.parametrize(
    ("before", "given", "recipe", "drop_path"),
    [
        ("train {", {}, "cifar10_darts", 0.2),
        ("train cifar10_pcdarts {", {}, "cifar10_pcdarts", 0.3),
        ("train gdas_cifar {", {}, "cifar10_gdas_cut", 0.2),
        ("train cifar10_pcdarts { recipe: cifar10_gdas ", {}, "cifar10_gdas", 0.3),
        ("train cifar10_pcdarts {", {"recipe": "imagenet_gdas", "crop": "data"}, "imagenet_gdas", 0.0),
    ],
)
def test_the_recipe_meant(before: str, given: dict[str, str], recipe: str, drop_path: float, tmp_path: Path) -> None:
    """That of the command line, of the text, of the skeleton; what the text says itself goes before its values."""
    text = GENOTYPE.replace("train {", before)
    train(job(tmp_path / "run", text, limit=1, settings={"epochs": "1", "auxiliary": "0", **given}))
    found = asked(tmp_path / "run")
    assert (found["recipe"], found["drop_path"]) == (recipe, drop_path)
    assert (found["batch"], found["epochs"]) == (8, 1)


def test_a_recipe_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(nasc.NasError, match="there is no recipe `cifar10_dart`") as caught:
        train(job(tmp_path / "run", GENOTYPE, settings={"recipe": "cifar10_dart"}))
    assert caught.value.diagnostics[0].code == "E401"
    assert "did you mean `cifar10_darts`" in caught.value.diagnostics[0].help


def test_the_network_for_imagenet_is_trained_as_its_script_does(tmp_path: Path) -> None:
    """GDAS's cells in its ImageNet network on pictures of several sizes; the recipe is that of the family."""
    for part, name, height in (("train", "a", 60), ("train", "b", 90), ("test", "a", 70), ("test", "b", 64)):
        folder = tmp_path / "pictures" / part / name
        folder.mkdir(parents=True)
        for number in range(2):
            Image.new("RGB", (80 - number, height), (height, 2 * height, 0)).save(folder / f"{number}.png")
    path = tmp_path / "run"
    options = Options(channels=16, layers=3, input=(3, 224, 224))
    given = job(path, genotypes.shipped("zoo/gdas_f1").read_text(), network="imagenet", options=options, limit=1)
    train(replace(given, data=f"folder:{tmp_path / 'pictures'}", settings={"epochs": "1"}))
    found = asked(path)
    assert found["recipe"] == "imagenet_gdas"
    wanted = {"batch": 128, "lr": 0.1, "schedule": "exponential", "gamma": 0.97, "nesterov": True, "weight_decay": 3e-5}
    wanted |= {"label_smoothing": 0.1, "auxiliary": 0.4, "crop": "resized", "jitter": [0.4, 0.4, 0.4, 0.2]}
    assert {name: found[name] for name in wanted} == wanted

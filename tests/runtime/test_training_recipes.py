"""Every published training recipe: rates of each epoch, loss, and how pictures are changed.

The formulas are written here again, from the originals' descriptions. A recipe that is not in the table fails.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn

from nasc.compiler.build import Network
from nasc.runtime.data.augment import Cutout, moved, training_transform
from nasc.runtime.data.images import Images
from nasc.runtime.data.registry import DATA_SETS, Augmentation, DataSet
from nasc.runtime.recipe import published, read_recipe, training_kind
from nasc.runtime.settings import Training
from nasc.runtime.train import TrainTask

CIFAR = DATA_SETS["cifar10"]
LARGE = replace(CIFAR, shape=(3, 24, 24), any_size=True, augment=Augmentation(crop_padding=0, flip=True))
"""Pictures of any size, cropped to a small one: as ImageNet."""
JITTER = {"brightness": (0.6, 1.4), "contrast": (0.6, 1.4), "saturation": (0.6, 1.4), "hue": (-0.2, 0.2)}


def falling(highest: float, lowest: float, epochs: int) -> Callable[[int], float]:
    return lambda e: lowest + 0.5 * (highest - lowest) * (1 + math.cos(math.pi * e / epochs))


def linear(highest: float, epochs: int) -> Callable[[int], float]:
    """P-DARTS and PC-DARTS: in a line for all epochs but five, which divide what is left."""

    def rate(e: int) -> float:
        if epochs - e > 5:
            return highest * (epochs - 5 - e) / (epochs - 5)
        return highest * (epochs - e) / ((epochs - 5) * 5)

    return rate


@dataclass(frozen=True)
class Wanted:
    """What the original does; by default that of DARTS on CIFAR."""

    rate: Callable[[int], float] = falling(0.025, 0, 600)
    epochs: int = 600
    batch: int = 96
    weight_decay: float = 3e-4
    nesterov: bool = False
    clip: float = 5
    auxiliary: float = 0.4
    drop_path: float = 0.2
    smoothing: float = 0
    cutout: int = 16
    resized: bool = False
    jitter: bool = False


def imagenet(rate: Callable[[int], float], batch: int = 128, jitter: bool = True, **more: Any) -> Wanted:
    rest = {"weight_decay": 3e-5, "drop_path": 0.0, "epochs": 250, **more}
    return Wanted(rate, batch=batch, smoothing=0.1, cutout=0, resized=True, jitter=jitter, **rest)


def steps(e: int) -> float:
    """EDNAS: a tenth at 50, 100, 150 and 200."""
    return 0.1 * (1 if e < 50 else 0.1 if e < 100 else 0.01 if e < 150 else 0.001 if e < 200 else 1e-4)


GDAS = Wanted(rate=falling(0.025, 1e-4, 600))
DDARTS = Wanted(batch=128)
DDARTS_IMAGENET = imagenet(falling(0.025, 0, 600), epochs=600, weight_decay=3e-4, drop_path=0.2)
RECIPES = {
    "cifar10_darts": Wanted(),
    "cifar10_pcdarts": Wanted(drop_path=0.3),
    "cifar10_pdarts": Wanted(batch=128, drop_path=0.3),
    "cifar100_pdarts": Wanted(batch=128, drop_path=0.3),
    "cifar10_fairdarts": Wanted(),
    "cifar10_gdas": replace(GDAS, cutout=0, drop_path=0.3),
    "cifar10_gdas_cut": GDAS,
    "cifar100_gdas": replace(GDAS, cutout=0, drop_path=0.3),
    "cifar100_gdas_cut": GDAS,
    "cifar10_ednas": Wanted(batch=128),
    "cifar10_ddarts": DDARTS,
    "cifar100_ddarts": DDARTS,
    "cifar10_dartopti": replace(DDARTS, auxiliary=0),
    "cifar100_dartopti": replace(DDARTS, auxiliary=0),
    "cifar10_nasbench201": Wanted(
        falling(0.1, 0, 200), 200, 256, 5e-4, nesterov=True, clip=0, auxiliary=0, drop_path=0, cutout=0
    ),
    "imagenet_darts": imagenet(lambda e: 0.1 * 0.97**e),
    "imagenet_gdas": imagenet(lambda e: 0.1 * 0.97**e, nesterov=True),
    "imagenet_pdarts": imagenet(linear(0.1, 250), 256),
    "imagenet_pcdarts": imagenet(lambda e: 0.5 * (e + 1) / 5 if e < 5 else linear(0.5, 250)(e), 1024),
    "imagenet_ednas": imagenet(steps, 200, jitter=False),
    "imagenet_ddarts": DDARTS_IMAGENET,
    "imagenet_dartopti": DDARTS_IMAGENET,
}
"""Every recipe, with what its original does."""


def settings_of(name: str, overrides: Mapping[str, str] | None = None) -> Training:
    found = read_recipe(Training, published("train")[name], None, overrides)
    assert found.recipe == name
    return found


def test_every_recipe_is_here() -> None:
    known = {name: recipe for name, recipe in published("train").items() if training_kind(recipe) is Training}
    assert {recipe.name.text for recipe in known.values() if recipe.name} == set(RECIPES)


class Fixed(nn.Module):
    """A network whose logits are given, which says what it was told."""

    def __init__(self, logits: Tensor, auxiliary: Tensor | None) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.ones((), dtype=torch.float64))
        self.logits, self.auxiliary = logits, auxiliary
        self.dropped: list[float] = []

    def forward(self, pictures: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        main = self.factor * self.logits
        return main if self.auxiliary is None else (main, self.factor * self.auxiliary)

    def set_rates(self, drop_path: float) -> None:
        self.dropped.append(drop_path)


def task_of(settings: Training, count: int = 6) -> tuple[TrainTask, Fixed]:
    torch.manual_seed(0)
    logits, auxiliary = torch.randn(count, 10, dtype=torch.float64), torch.randn(count, 10, dtype=torch.float64)
    model = Fixed(logits, auxiliary if settings.auxiliary else None)
    data = Images(torch.zeros(count, 1, 1, 1, dtype=torch.uint8), torch.arange(count))
    return TrainTask(cast(Network, model), settings, data, torch.Tensor.double, 0, {}), model


@pytest.mark.parametrize("name", RECIPES)
def test_rates_of_every_epoch(name: str) -> None:
    wanted, settings = RECIPES[name], settings_of(name)
    task, model = task_of(settings)
    assert (task.epochs, settings.batch) == (wanted.epochs, wanted.batch)
    group = task.optimizer.param_groups[0]
    for epoch in range(wanted.epochs):
        task.begin_epoch(epoch)
        assert group["lr"] == pytest.approx(wanted.rate(epoch), rel=1e-9, abs=1e-15), epoch
        assert model.dropped[-1] == pytest.approx(wanted.drop_path * epoch / wanted.epochs, rel=1e-12)
        task.set_rate(epoch, task.steps - 1)
        assert group["lr"] == pytest.approx(wanted.rate(epoch), rel=1e-9, abs=1e-15), epoch


@pytest.mark.parametrize("name", RECIPES)
def test_the_optimiser(name: str) -> None:
    wanted, settings = RECIPES[name], settings_of(name)
    task, _ = task_of(settings)
    group = task.optimizer.param_groups[0]
    assert isinstance(task.optimizer, torch.optim.SGD)
    assert len(task.optimizer.param_groups) == 1
    said = group["momentum"], group["nesterov"], group["weight_decay"], group["dampening"]
    assert said == (0.9, wanted.nesterov, wanted.weight_decay, 0)
    assert settings.clip == wanted.clip


@pytest.mark.parametrize("name", RECIPES)
def test_the_loss(name: str) -> None:
    """Against (1 - e) for the class plus e / K for each, of both heads, the second one weighed."""
    wanted, settings = RECIPES[name], settings_of(name)
    task, model = task_of(settings)
    labels = torch.arange(6)

    def cross_entropy(logits: Tensor) -> float:
        target = torch.full((6, 10), wanted.smoothing / 10, dtype=torch.float64)
        target[torch.arange(6), labels] += 1 - wanted.smoothing
        return float(-(target * logits.log_softmax(1)).sum(1).mean())

    loss, _ = task.gradients(labels, 1.0)
    expected = cross_entropy(model.logits)
    if wanted.auxiliary:
        assert model.auxiliary is not None
        expected += wanted.auxiliary * cross_entropy(model.auxiliary)
    assert loss == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", RECIPES)
def test_the_pictures(name: str) -> None:
    wanted, settings = RECIPES[name], settings_of(name)
    data_set: DataSet = LARGE if wanted.resized else CIFAR
    whole = cast(Any, moved(data_set, settings.crop, settings.jitter, settings.autoaugment))
    crop = "RandomResizedCrop" if wanted.resized else "RandomCrop"
    jitter = ["ColorJitter"] if wanted.jitter else []
    assert [type(step).__name__ for step in whole.transforms] == [crop, "RandomHorizontalFlip", *jitter]
    first = whole.transforms[0]
    if wanted.resized:
        assert (list(first.size), first.scale, first.ratio) == ([24, 24], (0.08, 1.0), (3 / 4, 4 / 3))
    else:
        assert (list(first.size), first.padding, first.fill) == ([32, 32], [4] * 4, 0)
    if wanted.jitter:
        assert {name: pytest.approx(getattr(whole.transforms[-1], name)) for name in JITTER} == JITTER
    assert settings.cutout == wanted.cutout
    change = training_transform(data_set, settings.cutout, settings.crop, settings.jitter, settings.autoaugment)
    batch = torch.randint(256, (3, *data_set.shape), dtype=torch.uint8)
    torch.manual_seed(1)
    found = change(list(batch) if wanted.resized else batch)
    torch.manual_seed(1)
    moved_first = torch.stack([whole(picture) for picture in batch]).float() / 255
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (data_set.mean, data_set.std))
    expected = (moved_first - mean) / std
    torch.testing.assert_close(found, Cutout(wanted.cutout)(expected) if wanted.cutout else expected)

"""Recipes: the published values, what may be set and what may not, and the schedules epoch by epoch."""

import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import torch

import nasc
from nasc.compiler.build import Network
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.dsl.parser import parse
from nasc.dsl.source import Source
from nasc.runtime.data.images import Images
from nasc.runtime.language_settings import LANGUAGE_SEARCHES, LanguageTraining
from nasc.runtime.metrics import cosine
from nasc.runtime.recipe import (
    OF_WORDS,
    published,
    read_recipe,
    search_kind,
    training_defaults,
    training_kind,
)
from nasc.runtime.recipe_values import optional
from nasc.runtime.run import Run
from nasc.runtime.search.darts import DartsTask
from nasc.runtime.search.setup import Setup
from nasc.runtime.setting import Recipe
from nasc.runtime.settings import SEARCHES, TRAININGS, DartsSearch, Training
from nasc.runtime.train import TrainTask
from tests.runtime.tiny import GENOTYPE, SPACE

SEARCH = published("search")["darts"]
TRAIN = published("train")["darts_cifar"]


def refused(kind: type[Recipe], defaults: Any, overrides: dict[str, str]) -> nasc.NasError:
    with pytest.raises(nasc.NasError) as caught:
        read_recipe(kind, defaults, None, overrides)
    return caught.value


def test_published_search() -> None:
    assert read_recipe(DartsSearch, SEARCH, None) == DartsSearch(
        network=None,
        epochs=50,
        batch=64,
        lr=0.025,
        lr_min=0.001,
        momentum=0.9,
        weight_decay=3e-4,
        clip=5.0,
        cutout=0,
        order=2,
        hessian="difference",
        split=0.5,
        strength_lr=3e-4,
        strength_betas=(0.5, 0.999),
        strength_weight_decay=1e-3,
    )


def test_published_training() -> None:
    assert read_recipe(Training, TRAIN, None) == Training(
        network=None,
        recipe="cifar10_darts",
        epochs=600,
        batch=96,
        lr=0.025,
        lr_min=0.0,
        momentum=0.9,
        weight_decay=3e-4,
        clip=5.0,
        cutout=16,
        auxiliary=0.4,
        drop_path=0.2,
        label_smoothing=0.0,
    )


def test_every_setting_has_a_published_value() -> None:
    kinds: list[tuple[type[Recipe], n.Recipe]] = [(Training, TRAIN)]
    kinds += [(training_kind(given), given) for given in published("train").values()]
    for kind, given in [*kinds, *((SEARCHES[name], published("search")[name]) for name in SEARCHES)]:
        said = {setting.name.text for setting in given.settings}
        needed = {field.name for field in fields(kind) if not optional(field)}
        assert needed <= said <= {field.name for field in fields(kind)}


def test_every_published_recipe_is_read() -> None:
    for name, given in published("train").items():
        kind = training_kind(given)
        assert read_recipe(kind, given, None), name
    of_words = {f"{OF_WORDS}{name}": kind for name, kind in LANGUAGE_SEARCHES.items()}
    known: dict[str, type[Recipe]] = {**SEARCHES, **of_words}
    for name, given in published("search").items():
        assert read_recipe(known[name], given, None), name


def test_every_setting_says_what_it_means() -> None:
    for kind in (*SEARCHES.values(), *LANGUAGE_SEARCHES.values(), *TRAININGS):
        assert all(field.metadata["meaning"] for field in fields(kind))


def test_the_text_goes_before_the_published_and_the_command_line_before_the_text() -> None:
    document = nasc.loads(SPACE.replace("epochs: 3  batch: 8 }\ntrain", "epochs: 3  batch: 8  lr: 0.5 }\ntrain"))
    own = document.recipes("search")[0]
    found = read_recipe(*search_kind(own), own, {"epochs": "7", "strength_betas": "(0.1, 0.2)", "order": "1"})
    assert isinstance(found, DartsSearch)
    assert (found.network, found.epochs, found.batch, found.lr, found.lr_min) == ("small", 7, 8, 0.5, 0.001)
    assert (found.strength_betas, found.order) == ((0.1, 0.2), 1)


@pytest.mark.parametrize(
    ("overrides", "code", "words"),
    [
        ({"epoch": "5"}, "E402", "did you mean `epochs`"),
        ({"strenght_lr": "5"}, "E402", "did you mean `strength_lr`"),
        ({"zzz": "5"}, "E402", "settings: network, epochs"),
        ({"auxiliary": "0.4"}, "E402", "has no setting `auxiliary`"),
        ({"epochs": "0"}, "E403", "a whole number of at least 1"),
        ({"epochs": "2.5"}, "E403", "takes a whole number"),
        ({"epochs": "many"}, "E403", "takes a whole number"),
        ({"epochs": ""}, "E403", "is not a setting"),
        ({"epochs": "5 batch: 3"}, "E403", "is not a setting"),
        ({"epochs": "5 } train { batch: 3"}, "E403", "is not a setting"),
        ({"epochs": "9" * 400}, "E403", "is not a setting"),
        ({"lr": "1e999"}, "E403", "is not a setting"),
        ({"lr": "-0.1"}, "E403", "a number of at least 0"),
        ({"lr": "nan"}, "E403", "takes a number"),
        ({"lr": "(1, 2)"}, "E403", "takes a number"),
        ({"momentum": "1"}, "E403", "a number below 1"),
        ({"split": "0"}, "E403", "at least 0.01"),
        ({"split": "1"}, "E403", "below 1"),
        ({"order": "3"}, "E403", "takes 1 or 2"),
        ({"strength_betas": "0.5"}, "E403", "a pair of numbers"),
        ({"strength_betas": "(0.5, 1)"}, "E403", "a pair of numbers below 1"),
    ],
)
def test_wrong_settings_of_a_search(overrides: dict[str, str], code: str, words: str) -> None:
    error = refused(DartsSearch, SEARCH, overrides)
    assert error.diagnostics[0].code == code
    assert words in str(error)
    assert next(iter(overrides)) in str(error)


def test_every_wrong_setting_is_reported_at_once() -> None:
    error = refused(Training, TRAIN, {"epochs": "0", "drop_path": "1", "label_smothing": "0.1"})
    assert [d.code for d in error.diagnostics] == ["E403", "E403", "E402"]
    assert "did you mean `label_smoothing`" in str(error)


@pytest.mark.parametrize(
    ("before", "after", "code", "words"),
    [
        ("search darts {", "search dart {", "E401", "did you mean `darts`"),
        ("search darts {", "search {", "E401", "names an algorithm"),
        ("train {", "train darts_cifa {", "E401", "did you mean `darts_cifar`"),
        ("search darts { network: small  epochs", "search darts { network: smal  epochs", "E309", "`small`"),
        ("epochs: 3  batch: 8 }\ntrain", "epochs: 3  epochs: 4 }\ntrain", "E208", "`epochs` is set twice"),
        ("epochs: 3  batch: 8 }\ntrain", "epochs: 3  btch: 4 }\ntrain", "E402", "did you mean `batch`"),
        ("epochs: 3  batch: 8 }\ntrain", "epochs: 3  batch: 0 }\ntrain", "E403", "at least 1"),
    ],
)
def test_recipes_are_checked_with_the_text(before: str, after: str, code: str, words: str) -> None:
    assert before in SPACE
    with pytest.raises(nasc.NasError) as caught:
        nasc.loads(SPACE.replace(before, after))
    assert [d.code for d in caught.value.diagnostics] == [code]
    assert words in str(caught.value)


def test_a_training_begins_with_the_recipe_that_is_named_or_that_of_the_skeleton() -> None:
    known = published("train")
    assert known["darts_cifar"].name is not None
    assert known["darts_cifar"].name.text == "cifar10_darts"
    assert training_defaults(None, ("mine", "darts_cifar")) is known["darts_cifar"]
    assert training_defaults(None, ()) is known["darts_cifar"]
    for name in known:
        given = parse(Source("x.nas", GENOTYPE.replace("train {", f"train {name} {{"))).recipes("train")[0]
        words = training_kind(known[name]) is LanguageTraining
        assert training_defaults(given, ("darts_cifar",), words=words) is known[name]
        with pytest.raises(nasc.NasError, match=r"E401.*does not train (language models|networks of pictures)"):
            training_defaults(given, ("darts_cifar",), words=not words)


# ---------------------------------------------------------------- schedules


def rates_of(kind: str, tmp_path: Path) -> tuple[list[float], list[float]]:
    """Learning rate and drop-path rate of every epoch of the published recipe."""
    torch.manual_seed(0)
    nothing = Images(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), torch.zeros(4, dtype=torch.int64))
    dropped: list[float] = []
    if kind == "search":
        settings = read_recipe(DartsSearch, SEARCH, None)
        options = Options(input=(1, 8, 8))
        run = Run(tmp_path, {})
        task: Any = DartsTask(Setup(run, nasc.loads(SPACE), None, options, settings, nothing, torch.Tensor.float))
        optimizer = task.weights
    else:
        model = nasc.build(nasc.loads(GENOTYPE), "cifar", input=(1, 8, 8))
        task = TrainTask(model, read_recipe(Training, TRAIN, None), nothing, torch.Tensor.float, 0, {})
        optimizer = task.optimizer
        original = model.set_rates

        def spy(drop_path: float, *rest: Any) -> None:
            dropped.append(drop_path)
            original(drop_path, *rest)

        object.__setattr__(model, "set_rates", spy)
    rates = []
    for epoch in range(task.epochs):
        task.begin_epoch(epoch)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates, dropped


def test_learning_rate_of_every_epoch_of_a_search(tmp_path: Path) -> None:
    rates, _ = rates_of("search", tmp_path)
    assert rates[0] == 0.025
    assert len(rates) == 50
    for epoch, rate in enumerate(rates):
        assert rate == pytest.approx(0.001 + 0.012 * (1 + math.cos(math.pi * epoch / 50)), rel=1e-12)


def test_rates_of_every_epoch_of_a_training(tmp_path: Path) -> None:
    rates, dropped = rates_of("train", tmp_path)
    assert rates[0] == 0.025
    assert len(rates) == len(dropped) == 600
    for epoch, (rate, drop) in enumerate(zip(rates, dropped, strict=True)):
        assert rate == pytest.approx(0.0125 * (1 + math.cos(math.pi * epoch / 600)), rel=1e-12)
        assert drop == pytest.approx(0.2 * epoch / 600, rel=1e-12)
    assert dropped[0] == 0.0
    assert rates == sorted(rates, reverse=True)
    assert dropped == sorted(dropped)


def test_the_schedule_is_that_of_torch_where_it_is_stepped_behind_each_epoch() -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], 0.025)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 50, 0.001)
    for epoch in range(50):
        assert cosine(0.025, 0.001, epoch, 50) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)
        optimizer.step()
        schedule.step()


def test_drop_path_is_off_in_the_first_epoch_and_on_later(tmp_path: Path) -> None:
    model: Network = nasc.build(nasc.loads(GENOTYPE), "cifar", input=(1, 8, 8))
    nothing = Images(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), torch.zeros(4, dtype=torch.int64))
    settings = read_recipe(Training, TRAIN, None, {"drop_path": "0.9", "epochs": "10"})
    task = TrainTask(model, settings, nothing, torch.Tensor.float, 0, {})
    x = torch.randn(8, 1, 8, 8)

    def outputs() -> list[torch.Tensor]:
        found = []
        for seed in range(2):
            torch.manual_seed(seed)
            logits = model(x)
            assert isinstance(logits, torch.Tensor)
            found.append(logits.detach())
        return found

    task.begin_epoch(0)
    first, second = outputs()
    assert torch.equal(first, second)
    task.begin_epoch(9)
    first, second = outputs()
    assert not torch.equal(first, second)

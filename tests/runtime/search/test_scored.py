"""Random search and regularised evolution: what they look at, what they score, what they emit, and that they go on."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor

import nasc
from nasc.compiler.build import decided
from nasc.compiler.check import check
from nasc.compiler.choice import Choices
from nasc.compiler.membership import contains
from nasc.compiler.plan import plan
from nasc.compiler.space import open_choices
from nasc.compiler.stack import Options
from nasc.dsl.printer import to_text
from nasc.runtime.run import Interrupted
from nasc.runtime.search.explore import AtRandom, Evolution
from nasc.runtime.search.scored import EvolutionTask, RandomTask, runnable
from nasc.runtime.search_job import search
from tests.runtime.search import planted
from tests.runtime.test_resume import Killed, around, dying
from tests.runtime.tiny import SPACE, differences, job

FEW = {"samples": "6", "score_batches": "2", "epochs": "2"}
TEXTS = {
    "random": SPACE.replace("search darts {", "search random {"),
    "evolution": SPACE.replace("search darts {", "search evolution { population: 3  tournament: 2 "),
}
SCORES = ("shared", "training")
both = pytest.mark.parametrize("algorithm", TEXTS)
scored = pytest.mark.parametrize("score", SCORES)


def run(out: Path, algorithm: str, score: str = "shared", **given: Any) -> Path:
    return search(job(out, TEXTS[algorithm], settings={**FEW, "epochs": "2", "score": score}, **given)).path


# ---------------------------------------------------------------- whole runs


@both
@scored
def test_it_emits_a_genotype_of_the_space(algorithm: str, score: str, tmp_path: Path) -> None:
    found = nasc.load(run(tmp_path / "run", algorithm, score))
    assert contains(check(nasc.loads(TEXTS[algorithm])), check(found)) == []
    rows = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert len(rows) == (3 if score == "shared" else 1)
    assert 0 <= rows[-1]["candidate_top1"] <= rows[-1]["valid_top1"] <= 1


@both
@scored
@pytest.mark.parametrize("calls", [[1, 3], [4, 7]])
def test_killed_it_ends_with_the_same_bits(
    algorithm: str, score: str, calls: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "never", algorithm, score)
    around(monkeypatch, RandomTask, "step", after=dying(calls))
    _attempts(lambda resume: run(tmp_path / "run", algorithm, score, resume=resume), tmp_path / "run")
    assert differences(tmp_path / "run", tmp_path / "never") == []


@both
def test_interrupted_between_two_genotypes_it_goes_on_there(
    algorithm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "never", algorithm)
    steps: list[tuple[int, int]] = []

    def stop(self: Any, epoch: int, step: int) -> None:
        steps.append((epoch, step))
        if (epoch, step) == (2, 3):
            os.kill(os.getpid(), signal.SIGTERM)

    around(monkeypatch, RandomTask, "step", after=stop)
    assert _attempts(lambda resume: run(tmp_path / "run", algorithm, resume=resume), tmp_path / "run") == 1
    assert len(steps) == len(set(steps))  # nothing was done twice
    assert differences(tmp_path / "run", tmp_path / "never") == []


def _attempts(work: Callable[[bool], Any], out: Path) -> int:
    for stops in range(10):
        try:
            work((out / "run.json").exists())
        except (Killed, Interrupted):
            continue
        return stops
    raise AssertionError("the run does not get on")


# ---------------------------------------------------------------- what is scored


@pytest.mark.parametrize("space", ["darts", "nasbench201", "ddarts"])
def test_a_sample_with_weights_of_one_is_the_decided_network(space: str) -> None:
    """The genotype's own network with the weights that it shares; cells of which a state is empty are zero there."""
    torch.manual_seed(0)
    document = nasc.load(f"spaces/{space}")
    layers = None if space == "ddarts" else 3  # D-DARTS searches all the cells that its text names
    shared = nasc.supernet(document, channels=4, layers=layers, input=(3, 16, 16)).double().eval()
    choices = Choices(shared.plan.program, shared.dags)
    x = torch.randn(2, 3, 16, 16, dtype=torch.float64)
    for seed in range(4):
        rows = choices.draw(Random(seed))
        out = shared(x, *runnable(shared, rows))
        assert isinstance(out, Tensor)
        if space != "nasbench201":
            assert out.isfinite().all()
            continue
        options = Options(channels=4, layers=3, input=(3, 16, 16))
        own = decided(plan(choices.document(rows), shared.plan.stack.name, options)).double().eval()
        state = shared.state_dict()
        mine = {}
        for name, value in own.state_dict().items():
            like = [key for key in state if _without_choice(key, shared) == name]
            chosen = [key for key in like if key == name or _named(key, rows, shared)]
            mine[name] = state[chosen[0]] if chosen else value
        own.load_state_dict(mine)
        torch.testing.assert_close(out, own(x), rtol=1e-10, atol=1e-12)


def _parts(key: str, space: Any) -> tuple[list[str], int | None]:
    """A parameter's path, and where in it an operation of an open edge is named."""
    parts = key.split(".")
    names = {name for dag in space.dags.values() for edge in dag.open_edges for name in edge.operations}
    return parts, next((at for at, part in enumerate(parts) if part in names), None)


def _without_choice(key: str, space: Any) -> str:
    parts, at = _parts(key, space)
    return key if at is None else ".".join(parts[:at] + parts[at + 1 :])


def _named(key: str, rows: Any, space: Any) -> bool:
    """Whether a path names the operation that was chosen for its edge."""
    parts, at = _parts(key, space)
    if at is None:
        return True
    ((name, dag),) = space.dags.items()
    edges = dag.into[parts[2]]
    row = next(row for row, edge in enumerate(dag.open_edges) if edge is edges[int(parts[3])])
    return bool(dag.open_edges[row].operations[rows[name][row][0]] == parts[at])


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_score_depends_on_nothing_but_the_genotype(order: tuple[int, int], tmp_path: Path) -> None:
    """All see the same pictures, and looking at one leaves nothing behind."""
    seen: dict[str, list[float]] = {}
    for turns in (order, order[::-1]):
        task = _task(tmp_path, "random")
        rows = [task.choices.draw(Random(seed)) for seed in range(2)]
        before = {name: value.clone() for name, value in task.space.state_dict().items()}
        for at in turns:
            seen.setdefault(str(at), []).append(task.score(rows[at]))
        assert all(torch.equal(value, before[name]) for name, value in task.space.state_dict().items())
    assert all(len(set(values)) == 1 for values in seen.values())


def _task(path: Path, algorithm: str) -> RandomTask:
    made: list[RandomTask] = []
    kind = {"random": RandomTask, "evolution": EvolutionTask}[algorithm]

    class Stop(Exception):
        pass

    def stop(self: RandomTask, epoch: int) -> None:
        made.append(self)
        raise Stop

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "begin_epoch", stop)
        with pytest.raises(Stop):
            run(path / f"run{len(list(path.iterdir()))}", algorithm)
    return made[0]


# ---------------------------------------------------------------- ways through a space


def choices() -> Choices:
    found = check(nasc.load("spaces/nasbench201"))
    return Choices(found.program, {name: found.dags[cell] for name, cell in open_choices(found).items()})


def test_the_oldest_goes_and_children_differ_in_one_edge_from_the_best_of_all() -> None:
    """With a tournament as large as can be, the parent is the best that lives."""
    torch.manual_seed(0)
    own = choices()
    explorer = Evolution(own, lambda rows: 0.0, population=4, tournament=400)
    for number in range(30):
        rows = explorer.propose()
        if number >= 4:
            parent = max(explorer.population, key=lambda one: one[1])[0]
            assert rows in list(own.neighbours(parent))
        explorer.learn(rows, float(number % 7))
        assert [value for _, value in explorer.population] == [float(n % 7) for n in range(number + 1)][-4:]


def test_evolution_climbs_where_chance_does_not() -> None:
    """Worth: how many of the six edges are `nor_conv_3x3`."""
    own = choices()

    def worth(rows: Any) -> float:
        return float(sum(row == [3] for row in rows["normal"]))

    reached = {}
    for kind in ("random", "evolution"):
        reached[kind] = 0.0
        for seed in range(5):
            torch.manual_seed(seed)
            explorer = AtRandom(own, _free) if kind == "random" else Evolution(own, _free, 10, 5)
            values = []
            for _ in range(100):
                rows = explorer.propose()
                values.append(worth(rows))
                explorer.learn(rows, values[-1])
            reached[kind] += max(values) / 5
    assert reached["evolution"] > 5.5
    assert reached["random"] < 5


def _free(rows: Any) -> float:
    return 0.0


@both
def test_what_the_text_requires_is_kept_to(algorithm: str, tmp_path: Path) -> None:
    """One genotype in some sixty has three of its four edges so."""
    asked = "network cifar: darts_cifar { channels: 2  layers: 3  require count(max_pool_3x3, normal) >= 3 }"
    text = TEXTS[algorithm].replace("network cifar: darts_cifar { channels: 2  layers: 3 }", asked)
    done = search(job(tmp_path / "run", text, settings={**FEW, "epochs": "1"}))
    assert to_text(nasc.load(done.path)).partition("cell reduce")[0].count("max_pool_3x3(") >= 3


# ---------------------------------------------------------------- the planted task

LOOKS = {"samples": "12", "score_batches": "8"}
"""A quarter of the steps trains each operation, so that there are more epochs than elsewhere."""


@both
@pytest.mark.slow
def test_the_planted_operation_is_found(algorithm: str, tmp_path: Path) -> None:
    assert planted.hits(algorithm, 10, tmp_path / "a", **LOOKS, epochs="10") >= 9
    assert planted.hits(algorithm, 10, tmp_path / "b", **LOOKS, epochs="1", lr="0", lr_min="0") <= 5


@pytest.mark.slow
def test_the_planted_operation_is_found_by_short_trainings(tmp_path: Path) -> None:
    assert planted.hits("random", 3, tmp_path, **LOOKS, score="training", train_epochs="3") == 3


@both
def test_the_planted_operation_is_found_by_one_seed(algorithm: str, tmp_path: Path) -> None:
    assert planted.hits(algorithm, 1, tmp_path, **LOOKS, epochs="10") == 1

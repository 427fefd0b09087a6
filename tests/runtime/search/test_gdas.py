"""Sampling of GDAS: against recordings of the original, its probabilities and gradients, and searches of a second."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import nasc
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.dsl.diagnostic import NasError
from nasc.runtime.data.images import Images
from nasc.runtime.recipe import published, read_recipe
from nasc.runtime.run import Run
from nasc.runtime.search import gdas
from nasc.runtime.search.gdas import GdasTask, sample, sampled, straight_through, strength_gradients, temperature
from nasc.runtime.search.setup import Setup
from nasc.runtime.search_job import search
from nasc.runtime.settings import GdasSearch
from tests.goldens.folder import small, whole
from tests.goldens.sampled import SPACE201
from tests.goldens.search import KINDS, network, supernet
from tests.goldens.texts import space_text
from tests.runtime.search import planted
from tests.runtime.tiny import SPACE, job

FLOAT = 1e-5
"""What networks in float32 may be off."""
CELLS = ("normal", "reduce", "reduce", "normal")
"""The stack of the recording."""

# ---------------------------------------------------------------- recordings of the original


def given(space: Supernet, noise: list[Tensor], tau: float) -> gdas.Drawn:
    """The sample of every placed cell under recorded noise."""
    weights, chosen = [], []
    for name, drawn in zip(space.choices, noise, strict=True):
        assert name is not None
        _, choice, row = straight_through(alphas(space, name), drawn, tau)
        weights.append(row)
        chosen.append([[column] for column in choice.tolist()])
    return weights, chosen


def alphas(space: Supernet, name: str) -> Tensor:
    found = space.alphas[name]
    assert isinstance(found, Tensor)
    return found


@pytest.mark.parametrize("shared", [False, True], ids=["every cell", "shared"])
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_a_draw_for_every_cell_of_the_original(mode: str, shared: bool) -> None:
    golden = whole(f"gdas/golden_supernet_gdas{'_shared' if shared else ''}.pt")
    space = supernet(space_text("darts", network("gdas_search", 4, 4), "std.gdas"), optimize=True).float()
    nasc.import_weights(space, golden["state_dict"], origin="gdas")
    assert tuple(space.choices) == CELLS
    space.train(mode == "train")
    expected = golden[mode]
    drawn = given(space, list(golden["gumbel_noise_per_cell"]), golden["tau"])
    for cell, rows in enumerate(drawn[1]):
        assert rows == [[int(column)] for column in expected["choice"][cell]]
    before = copy.deepcopy(space.state_dict())
    logits = space(golden["x"], *drawn)
    assert isinstance(logits, Tensor)
    assert torch.allclose(logits, expected["logits"], atol=FLOAT)
    space.load_state_dict(before)
    found, loss = strength_gradients(space, (golden["x"], golden["y"]), drawn)
    assert loss == pytest.approx(expected["loss"], abs=FLOAT)
    assert list(space.alphas) == list(KINDS)
    for ours, theirs in zip(found, expected["alpha_grads"], strict=True):
        assert torch.allclose(ours, theirs, atol=FLOAT)


def test_nasbench201_of_the_original() -> None:
    golden = small("nasbench201_search")
    space = supernet(SPACE201, optimize=True).float()
    nasc.import_weights(space, golden["state_dict"], origin="nasbench201")
    noise = golden["gumbel_noise(=-log E)"][0]
    for mode in ("eval", "train"):  # training moves the running statistics
        space.train(mode == "train")
        probabilities, choice, weights = straight_through(alphas(space, "normal"), noise, golden["tau"])
        assert torch.allclose(probabilities, golden[mode]["probs"][0], atol=1e-6)
        drawn = {"normal": weights}, {"normal": [[column] for column in choice.tolist()]}
        found, loss = strength_gradients(space, (golden["x"], golden["y"]), drawn)
        assert loss == pytest.approx(golden[mode]["loss"], abs=FLOAT)
        assert torch.allclose(found[0], golden[mode]["alpha_grads"][0], atol=FLOAT)


# ---------------------------------------------------------------- sampling


@pytest.mark.parametrize("tau", [10.0, 1.0, 0.1])
def test_operations_are_drawn_by_the_softmax_of_strengths_at_any_temperature(tau: float) -> None:
    torch.manual_seed(0)
    strengths = torch.tensor([1.0, 0.0, -1.0, 0.5]).expand(20000, 4)
    choice, weights = sampled(strengths, tau)
    counts = torch.bincount(torch.tensor(choice), minlength=4) / 20000
    assert torch.allclose(counts, strengths[0].softmax(0), atol=0.012)
    assert torch.equal(weights, F.one_hot(torch.tensor(choice), 4).float())


def test_the_gradient_written_out() -> None:
    """dL/da_m = G p_k ([m = k] - p_m) / tau, where G is the gradient of the weight of the choice k."""
    torch.manual_seed(0)
    strengths = torch.randn(5, 4, dtype=torch.float64, requires_grad=True)
    noise, slope = torch.randn(5, 4, dtype=torch.float64), torch.randn(5, dtype=torch.float64)
    p, choice, weights = straight_through(strengths, noise, 2.5)
    rows = torch.arange(5)
    (found,) = torch.autograd.grad((slope * weights[rows, choice]).sum(), strengths)
    hot = F.one_hot(choice, 4)
    expected = (slope * p[rows, choice])[:, None] * (hot - p) / 2.5
    assert torch.allclose(found, expected, atol=1e-14)


def test_noise_that_is_no_number_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    original, calls = Tensor.exponential_, []

    def at_first_zero(self: Tensor, *rest: Any) -> Tensor:
        calls.append(1)
        return self.zero_() if len(calls) <= 3 else original(self, *rest)

    monkeypatch.setattr(Tensor, "exponential_", at_first_zero)
    sampled(torch.zeros(2, 3), 1.0)
    assert len(calls) == 4


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_strengths_that_are_no_numbers_end_with_a_word(bad: float) -> None:
    with pytest.raises(NasError, match="no probabilities can be made of the strengths") as caught:
        sampled(torch.tensor([[0.0, bad]]), 1.0)
    assert caught.value.diagnostics[0].code == "E506"


def test_temperature_of_every_epoch() -> None:
    assert [temperature((10.0, 1.0), epoch, 4) for epoch in range(4)] == [10.0, 7.0, 4.0, 1.0]
    assert temperature((10.0, 1.0), 0, 1) == 10.0


@pytest.mark.parametrize("tau", ["(0, 1)", "(10, 0)", "(10, -1)"])
def test_a_temperature_that_cannot_be_is_refused(tau: str) -> None:
    with pytest.raises(NasError, match=r"`tau` takes a pair of numbers of at least 0\.001"):
        read_recipe(GdasSearch, published("search")["gdas"], None, {"tau": tau})


def test_cells_of_a_name_share_a_draw_unless_every_cell_has_its_own() -> None:
    space = nasc.supernet(nasc.load("spaces/gdas"), channels=4, layers=5, input=(3, 8, 8))
    torch.manual_seed(0)
    weights, chosen = sample(space, 10.0)
    assert list(weights) == list(chosen) == ["normal", "reduce"]
    _, each = sample(space, 10.0, per_cell=True)
    assert len(each) == 5
    assert isinstance(each, list)
    assert len({str(rows) for rows in each}) == 5
    closed = nasc.supernet(nasc.load("spaces/gdas_frc"), channels=8, layers=5, input=(3, 8, 8))
    _, each = sample(closed, 10.0, per_cell=True)
    assert isinstance(each, list)
    assert [rows is None for rows in each] == [False, True, False, True, False]


# ---------------------------------------------------------------- steps


def task(path: Path, **settings: str) -> GdasTask:
    """A search of the tiny space, on data that does not matter."""
    torch.manual_seed(0)
    document = nasc.loads(SPACE.replace("search darts", "search gdas"))
    drawn = torch.Generator().manual_seed(1)
    data = Images(
        torch.randint(256, (32, 1, 8, 8), generator=drawn).to(torch.uint8), torch.randint(10, (32,), generator=drawn)
    )
    recipe = read_recipe(GdasSearch, published("search")["gdas"], document.recipes("search")[0], settings)
    options = Options(input=(1, 8, 8))
    return GdasTask(Setup(Run(path, {}), document, "small", options, recipe, data, torch.Tensor.float))


def test_what_is_not_sampled_does_not_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by gradient nor by momentum or weight decay, though all operations have moved before."""
    own = task(tmp_path)
    own.begin_epoch(0)
    for step in range(4):
        own.weight_step(own.train_batch(step % 2))
    drawn = own.sample()
    monkeypatch.setattr(GdasTask, "sample", lambda self: drawn)
    before = {name: p.detach().clone() for name, p in own.space.named_parameters()}
    own.weight_step(own.train_batch(0))
    moved = {name for name, p in own.space.named_parameters() if not torch.equal(p, before[name])}
    assert isinstance(drawn[1], dict)
    checked = 0
    for index, cell in enumerate(own.space.plan.cells):
        for row, edge in enumerate(cell.dag.open_edges):
            position = [other is edge for other in cell.dag.into[edge.state]].index(True)
            for column, operation in enumerate(edge.operations):
                start = f"cells.{index}.{edge.state}.{position}.{operation}."
                if any(name.startswith(start) for name in before) and [column] != drawn[1][cell.placement.choice][row]:
                    assert not any(name.startswith(start) for name in moved)
                    checked += 1
    assert checked > 5
    assert not any(name.startswith("_alphas") for name in moved)


def test_every_pass_draws_its_own_sample_in_the_order_of_the_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for first in ("on", "off"):
        own = task(tmp_path, strengths_first=first)
        seen: list[Any] = []
        original = GdasTask.sample

        def spy(self: GdasTask, original: Any = original, seen: list[Any] = seen) -> Any:
            seen.append(original(self))
            return seen[-1]

        monkeypatch.setattr(GdasTask, "sample", spy)
        own.begin_epoch(0)
        strengths = [p.detach().clone() for p in own.space.strengths()]
        order: list[bool] = []
        step = own.weights.step
        monkeypatch.setattr(
            own.weights,
            "step",
            lambda step=step, order=order, own=own, strengths=strengths: (
                order.append(not all(torch.equal(a, b) for a, b in zip(own.space.strengths(), strengths, strict=True))),
                step(),
            ),
        )
        own.step(0, 0)
        monkeypatch.setattr(GdasTask, "sample", original)
        assert order == [first == "on"]
        assert len(seen) == 2
        assert seen[0][1] != seen[1][1]


# ---------------------------------------------------------------- the leak of NAS-Bench-201


def plain_leak(space: Supernet, x: Tensor, weights: Tensor, choice: list[int]) -> Tensor:
    """Logits as its code computes them: what is not drawn adds its weight to the state, edge by edge."""
    dag = space.dags["normal"]
    out: Tensor = space.stem(x)
    for cell, name in zip(space.cells, space.choices, strict=True):
        if name is None:
            out = cell(out)
            continue
        values: dict[str, Tensor] = {dag.inputs[0]: out}
        for row, edge in enumerate(dag.open_edges):
            place = [other for other in dag.open_edges if other.state == edge.state].index(edge)
            value = values[edge.sources[0]]
            for layer in cell.get_submodule(f"{edge.state}.{place}.{edge.operations[choice[row]]}").children():
                value = layer(value)
            others = [column for column in range(len(edge.operations)) if column != choice[row]]
            value = weights[row, choice[row]] * value + weights[row, others].sum()
            values[edge.state] = values[edge.state] + value if edge.state in values else value
        out = values["s3"]
    logits: Tensor = space.head(out)
    return logits


@pytest.mark.parametrize("optimize", [True, False], ids=["optimized", "plain"])
def test_what_is_not_drawn_has_the_gradient_of_the_state(optimize: bool) -> None:
    golden = small("nasbench201_search")
    spaces = [supernet(SPACE201, optimize=way).float() for way in (optimize, False)]
    for space in spaces:
        nasc.import_weights(space, golden["state_dict"], origin="nasbench201")
    noise, batch = golden["gumbel_noise(=-log E)"][0], (golden["x"], golden["y"])
    for mode in ("eval", "train"):
        ours, plain = (space.train(mode == "train") for space in spaces)
        _, choice, weights = straight_through(alphas(ours, "normal"), noise, golden["tau"])
        drawn = {"normal": weights}, {"normal": [[column] for column in choice.tolist()]}
        found, loss = strength_gradients(ours, batch, drawn, leak=True)
        assert loss == pytest.approx(golden[mode]["loss"], abs=FLOAT)  # what is added is zero
        _, _, weights = straight_through(alphas(plain, "normal"), noise, golden["tau"])
        expected = F.cross_entropy(plain_leak(plain, batch[0], weights, choice.tolist()), batch[1])
        (gradient,) = torch.autograd.grad(expected, [alphas(plain, "normal")])
        assert torch.allclose(found[0], gradient, atol=FLOAT)
    # what was recorded of the original in training, with and without
    assert float(found[0].norm()) == pytest.approx(0.0343, abs=5e-5)
    assert float(golden["train"]["alpha_grads"][0].norm()) == pytest.approx(0.0042, abs=5e-5)


def test_the_recipe_says_whether_it_leaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, bool]] = []
    original = Supernet.forward

    def spy(self: Supernet, *args: Any) -> Any:
        seen.append((self.leak, torch.is_grad_enabled() and any(p.requires_grad for p in self.strengths())))
        return original(self, *args)

    monkeypatch.setattr(Supernet, "forward", spy)
    for leak in ("on", "off"):
        seen.clear()
        search(
            job(tmp_path / leak, SPACE.replace("search darts", "search gdas"), settings={"epochs": "1", "leak": leak})
        )
        assert seen
        assert all(leaks is (leak == "on" and of_strengths) for leaks, of_strengths in seen)


# ---------------------------------------------------------------- searches


@pytest.mark.parametrize(
    ("space", "channels"), [("gdas", 2), ("gdas_frc", 8), ("nasbench201", 2)], ids=["joint", "frc", "nasbench201"]
)
@pytest.mark.parametrize("per_cell", ["on", "off"])
def test_the_published_spaces_are_searched(space: str, channels: int, per_cell: str, tmp_path: Path) -> None:
    text = nasc.dumps(nasc.load(f"spaces/{space}")).replace("input: 3x32x32", "")
    options = Options(channels=channels, layers=5)
    settings = {"epochs": "2", "batch": "4", "per_cell": per_cell}
    done = search(job(tmp_path / "run", text, settings=settings, options=options, limit=1))
    found = nasc.load(done.path)
    assert nasc.build(found, channels=channels, layers=5, input=(1, 8, 8)) is not None


@pytest.mark.slow
def test_the_planted_operation_is_found(tmp_path: Path) -> None:
    assert planted.hits("gdas", 10, tmp_path / "a") >= 9
    assert planted.hits("gdas", 10, tmp_path / "b", strength_lr="0") <= 5


def test_the_planted_operation_is_found_by_a_few_seeds(tmp_path: Path) -> None:
    assert planted.hits("gdas", 3, tmp_path / "a", epochs="2") == 3

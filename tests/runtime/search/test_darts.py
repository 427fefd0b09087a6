"""The gradients of the strengths: against recordings of the original, and against the formulas written out anew."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import nasc
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.runtime.data.images import Images
from nasc.runtime.derive import derive_supernet
from nasc.runtime.recipe import published, read_recipe
from nasc.runtime.run import Run
from nasc.runtime.search.darts import DartsTask, Unrolled, first_order, second_order
from nasc.runtime.search.setup import Setup
from nasc.runtime.search.steps import Batch, loss_of, weight_step
from nasc.runtime.settings import DartsSearch
from nasc.runtime.weights import ORIGINS
from nasc.runtime.weights.matching import match
from tests.goldens.folder import whole
from tests.goldens.search import KINDS, network
from tests.goldens.texts import space_text
from tests.runtime.test_derive import edges
from tests.runtime.tiny import SPACE

RATE, MOMENTUM, DECAY = 0.025, 0.9, 3e-4
both = pytest.mark.parametrize("optimize", [True, False], ids=["optimized", "plain"])


# ---------------------------------------------------------------- recordings of the original


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    return whole("darts/golden_search_darts_f64.pt")


def originals(golden: dict[str, Any], optimize: bool = True) -> Supernet:
    """The shared-weight network with the original's weights and strengths, in float64."""
    made = golden["constructor"]
    text = space_text("darts", network("darts_search", made["C"], made["layers"]))
    space = nasc.supernet(nasc.loads(text), optimize=optimize).double()
    state = golden["state_dict"] | {f"alphas_{kind}": golden[f"alphas_{kind}"] for kind in KINDS}
    nasc.import_weights(space, state, origin="darts")
    return space.train()


def remember(golden: dict[str, Any], space: Supernet, optimizer: torch.optim.SGD) -> None:
    """Give the optimiser the original's momentum buffers."""
    ours = {p.theirs: p.ours for p in match(space, golden["state_dict"], ORIGINS["darts"]).pairs}
    parameters = dict(space.named_parameters())
    assert len(golden["momentum_buffers"]) == len(space.weights())
    for key, buffer in golden["momentum_buffers"].items():
        optimizer.state[parameters[ours[key]]]["momentum_buffer"] = buffer.double()


def batches(golden: dict[str, Any]) -> tuple[Batch, Batch]:
    return (golden["x_train"], golden["y_train"]), (golden["x_val"], golden["y_val"])


def apart(ours: list[Tensor], theirs: list[Tensor]) -> float:
    return max(float((a - b).abs().max()) for a, b in zip(ours, theirs, strict=True))


@both
def test_first_order_of_the_original(golden: dict[str, Any], optimize: bool) -> None:
    found, loss = first_order(originals(golden, optimize), batches(golden)[1])
    assert apart(found, golden["first_order_alpha_grads"]) <= 1e-10
    assert loss == pytest.approx(golden["loss_val"], abs=1e-10)


@both
@pytest.mark.parametrize("momentum", [True, False], ids=["momentum", "first step"])
def test_second_order_of_the_original(golden: dict[str, Any], momentum: bool, optimize: bool) -> None:
    space = originals(golden, optimize)
    optimizer = torch.optim.SGD(space.weights(), RATE, momentum=MOMENTUM, weight_decay=DECAY)
    if momentum:
        remember(golden, space, optimizer)
    found, loss = second_order(space, optimizer, *batches(golden))
    expected = golden["second_order_alpha_grads" if momentum else "second_order_alpha_grads_no_momentum"]
    assert apart(found, expected) <= 1e-10
    if momentum:
        assert loss == pytest.approx(golden["unrolled_val_loss"], abs=1e-10)


def test_the_step_ahead_of_the_original(golden: dict[str, Any]) -> None:
    space = originals(golden)
    optimizer = torch.optim.SGD(space.weights(), RATE, momentum=MOMENTUM, weight_decay=DECAY)
    remember(golden, space, optimizer)
    train, valid = batches(golden)
    norms = []

    def at_the_step() -> Tensor:
        norms.append(torch.cat([p.detach().flatten() for p in space.weights()]).norm())
        return loss_of(space, valid)

    own = Unrolled(space.weights(), space.strengths(), tuple(space.buffers()), optimizer)
    own.gradients(lambda: loss_of(space, train), at_the_step)
    assert float(norms[0]) == pytest.approx(golden["unrolled_theta_norm"], rel=1e-12)


def test_strengths_after_one_step_of_the_original(golden: dict[str, Any], tmp_path: Any) -> None:
    space = originals(golden)
    task = search_task(space, tmp_path)
    assert isinstance(task.weights, torch.optim.SGD)
    remember(golden, space, task.weights)
    task.begin_epoch(0)
    task.strength_step(*batches(golden))
    assert apart([p.detach() for p in space.strengths()], golden["alphas_after_adam_step"]) <= 1e-10


def test_derived_genotype_of_the_original(golden: dict[str, Any]) -> None:
    found = derive_supernet(originals(golden))
    for kind in KINDS:
        assert edges(found, kind) == [(op, f"s{source}") for op, source in golden["genotype"][kind]]


def search_task(space: Supernet, path: Any) -> DartsTask:
    """The search itself, with the published settings; its data does not matter here."""
    nothing = Images(torch.zeros(4, 3, 16, 16, dtype=torch.uint8), torch.zeros(4, dtype=torch.int64))
    settings = read_recipe(DartsSearch, published("search")["darts"], None)
    document = space.plan.program.document
    setup = Setup(Run(path, {}), document, None, Options(), settings, nothing, lambda pixels: pixels.double())
    return DartsTask(setup, space)


# ---------------------------------------------------------------- the formulas, written out anew


def small_space() -> tuple[Supernet, torch.optim.SGD, Batch, Batch]:
    """A tiny shared-weight network in float64 that has done a step, and two batches."""
    torch.manual_seed(5)
    space = nasc.supernet(nasc.loads(SPACE), input=(1, 8, 8)).double().train()
    with torch.no_grad():
        for strength in space.strengths():
            strength.normal_()
    optimizer = torch.optim.SGD(space.weights(), RATE, momentum=MOMENTUM, weight_decay=DECAY)
    batch = torch.randn(3, 4, 1, 8, 8, dtype=torch.float64), torch.randint(10, (3, 4))
    torch.autograd.backward(loss_of(space, (batch[0][2], batch[1][2])), inputs=space.weights())
    optimizer.step()
    optimizer.zero_grad()
    return space, optimizer, (batch[0][0], batch[1][0]), (batch[0][1], batch[1][1])


def test_second_order_written_out_with_copies_of_the_network() -> None:
    space, optimizer, train, valid = small_space()

    def loss(model: Supernet, batch: Batch) -> Tensor:
        logits = model(batch[0])
        assert isinstance(logits, Tensor)
        return F.cross_entropy(logits, batch[1])

    ahead, plus, minus = (copy.deepcopy(space) for _ in range(3))
    torch.autograd.backward(loss(ahead, train))
    with torch.no_grad():
        for p, own in zip(ahead.weights(), space.weights(), strict=True):
            assert p.grad is not None
            buffer = optimizer.state[own]["momentum_buffer"]
            p.sub_(RATE * (MOMENTUM * buffer + p.grad + DECAY * p))
    ahead.zero_grad()
    at_step = loss(ahead, valid)
    torch.autograd.backward(at_step)
    v = [p.grad for p in ahead.weights()]
    size = 0.01 / torch.cat([g.flatten() for g in v if g is not None]).norm()
    for model, sign in ((plus, 1), (minus, -1)):
        with torch.no_grad():
            for p, direction in zip(model.weights(), v, strict=True):
                assert direction is not None
                p.add_(sign * size * direction)
        torch.autograd.backward(loss(model, train))
    expected = []
    for a, b, c in zip(ahead.strengths(), plus.strengths(), minus.strengths(), strict=True):
        assert a.grad is not None
        assert b.grad is not None
        assert c.grad is not None
        expected.append(a.grad - RATE * (b.grad - c.grad) / (2 * size))
    found, value = second_order(space, optimizer, train, valid)
    assert apart(found, expected) <= 1e-12
    assert value == pytest.approx(float(at_step.detach()), abs=1e-14)


def test_second_order_leaves_weights_strengths_and_momentum_as_they_are() -> None:
    space, optimizer, train, valid = small_space()
    before = copy.deepcopy(({n: p.detach() for n, p in space.named_parameters()}, optimizer.state_dict()))
    second_order(space, optimizer, train, valid)
    assert all(torch.equal(p, before[0][name]) for name, p in space.named_parameters())
    assert all(p.grad is None for p in space.parameters())
    after = optimizer.state_dict()
    assert after["param_groups"] == before[1]["param_groups"]
    for index, state in after["state"].items():
        assert torch.equal(state["momentum_buffer"], before[1]["state"][index]["momentum_buffer"])


def test_batch_norm_moves_by_the_training_passes_only() -> None:
    space, optimizer, train, valid = small_space()
    counters = [b for name, b in space.named_buffers() if name.endswith("num_batches_tracked")]
    before = [int(b) for b in counters]
    second_order(space, optimizer, train, valid)
    assert [int(b) - a for a, b in zip(before, counters, strict=True)] == [3] * len(counters)
    first_order(space, valid)
    assert [int(b) - a for a, b in zip(before, counters, strict=True)] == [4] * len(counters)


def test_first_order_is_second_order_without_a_step() -> None:
    space, optimizer, train, valid = small_space()
    optimizer.param_groups[0]["lr"] = 0.0
    ahead, _ = second_order(space, optimizer, train, valid)
    here, _ = first_order(space, valid)
    assert all(torch.equal(a, b) for a, b in zip(ahead, here, strict=True))


def test_nothing_left_to_move() -> None:
    """A validation loss without slope in the weights: no direction to look in, and still a number."""
    w, a = nn.Parameter(torch.tensor([2.0])), nn.Parameter(torch.tensor([3.0]))
    own = Unrolled([w], [a], [], torch.optim.SGD([w], 0.1))
    found, _ = own.gradients(lambda: (a * w).sum(), lambda: (a * a + 0 * w).sum())
    assert found[0].tolist() == [6.0]


@pytest.mark.parametrize("order", [1, 2])
def test_the_recipe_says_the_order(order: int, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    space, _, train, valid = small_space()
    settings = read_recipe(DartsSearch, published("search")["darts"], None, {"order": str(order)})
    task = search_task(space, tmp_path)
    task.settings = settings
    before = [p.detach().clone() for p in space.strengths()]
    given = copy.deepcopy(space)
    if order == 1:
        expected, _ = first_order(given, valid)
    else:
        optimizer = torch.optim.SGD(given.weights(), RATE, momentum=MOMENTUM, weight_decay=DECAY)
        expected, _ = second_order(given, optimizer, train, valid)
    task.begin_epoch(0)
    task.strength_step(train, valid)
    # The first step of Adam goes by the sign of (gradient + decay * strength), as far as the learning rate.
    for strength, old, gradient in zip(space.strengths(), before, expected, strict=True):
        whole_gradient = gradient + 1e-3 * old
        step = 3e-4 * whole_gradient / (whole_gradient.abs() + 1e-8)
        assert torch.allclose(strength.detach(), old - step, atol=1e-12)
    assert all(p.grad is None for p in space.strengths())


def test_the_weight_step_clips_and_leaves_the_strengths(tmp_path: Any) -> None:
    space, _, train, _ = small_space()
    task = search_task(space, tmp_path)
    task.begin_epoch(0)
    given = copy.deepcopy(space)
    loss = loss_of(given, (train[0] * 1e3, train[1] * 0))
    torch.autograd.backward(loss, inputs=given.weights())
    norm = torch.cat([p.grad.flatten() for p in given.weights() if p.grad is not None]).norm()
    for clip in (0.0, float(norm) / 2):
        other = copy.deepcopy(space)
        task = search_task(other, tmp_path)
        settings = read_recipe(DartsSearch, published("search")["darts"], None, {"clip": f"{clip:.17f}"})
        task.settings = settings
        task.begin_epoch(0)
        weight_step(other, task.weights, (train[0] * 1e3, train[1] * 0), task.settings.clip)
        scale = clip / (float(norm) + 1e-6) if clip else 1.0
        for after, before in zip(other.weights(), given.weights(), strict=True):
            assert before.grad is not None
            expected = before.detach() - RATE * (scale * before.grad + DECAY * before.detach())
            assert torch.allclose(after.detach(), expected, rtol=1e-9, atol=1e-12)
        assert all(torch.equal(a, b) for a, b in zip(other.strengths(), space.strengths(), strict=True))

"""The plain DARTS network against numbers recorded from the published code, and against itself."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks import plain_network
from benchmarks.plain_darts import PRIMITIVES, PlainSupernet, operation
from benchmarks.plain_network import Genotype, PlainNetwork
from benchmarks.plain_steps import (
    Batch,
    first_order_step,
    second_order_step,
    strength_optimizer,
    weight_optimizer,
    weight_step,
)

SMALL = Genotype(
    normal=[("sep_conv_3x3", 0), ("skip_connect", 1)] * 2 + [("dil_conv_5x5", 2), ("none", 3)] * 2,
    reduce=[("max_pool_3x3", 0), ("skip_connect", 1)] * 2 + [("avg_pool_3x3", 2), ("skip_connect", 3)] * 2,
    reduce_concat=(3, 4, 5),
)


def golden(name: str) -> dict[str, Any]:
    """A recorded file; the test is skipped where the recordings are not at hand."""
    root = os.environ.get("NASC_GOLDENS")
    if not root:
        pytest.skip("NASC_GOLDENS is not set: no recordings of the published code")
    path = Path(root) / "darts" / name
    if not path.is_file():
        pytest.skip(f"{path} is missing")
    entries: dict[str, Any] = torch.load(path, weights_only=True)
    return entries


def close(actual: Tensor | list[Tensor], expected: Tensor | list[Tensor], tolerance: float) -> None:
    torch.testing.assert_close(actual, expected, rtol=tolerance, atol=tolerance)


def parameters(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def clones(tensors: list[nn.Parameter]) -> list[Tensor]:
    return [t.detach().clone() for t in tensors]


def changed(before: list[Tensor], after: list[nn.Parameter]) -> list[bool]:
    return [not torch.equal(a, b) for a, b in zip(before, after, strict=True)]


def batch(seed: int, size: int = 4) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(size, 3, 16, 16, generator=generator), torch.arange(size)


# ---- recorded ---------------------------------------------------------------------------------------------


@pytest.fixture
def search() -> dict[str, Any]:
    return golden("golden_search_darts_f64.pt")


@pytest.fixture
def supernet(search: dict[str, Any]) -> PlainSupernet:
    """The recorded search network, in float64 and training mode."""
    net = PlainSupernet(search["constructor"]["C"], search["constructor"]["layers"]).double()
    strengths = {name: search[name] for name in ("alphas_normal", "alphas_reduce")}
    net.load_state_dict({**search["state_dict"], **strengths})
    return net


def sgd(search: dict[str, Any], net: PlainSupernet, momentum: bool) -> torch.optim.SGD:
    """The recorded weight optimiser, with or without its momentum buffers."""
    optimizer = weight_optimizer(net, lr=search["eta"])
    if momentum:
        for (name, _), p in zip(named_weights(net), net.weights(), strict=True):
            optimizer.state[p]["momentum_buffer"] = search["momentum_buffers"][name].double()
    return optimizer


def named_weights(net: PlainSupernet) -> Iterator[tuple[str, Tensor]]:
    return ((name, p) for name, p in net.named_parameters() if not name.startswith("alphas_"))


def strength_gradients(net: PlainSupernet) -> list[Tensor]:
    gradients = [p.grad for p in net.strengths()]
    return [g for g in gradients if g is not None]


def test_supernet_logits_as_recorded(search: dict[str, Any], supernet: PlainSupernet) -> None:
    assert tuple(search["primitives"]) == PRIMITIVES
    with torch.no_grad():
        close(supernet.eval()(search["x_val"]), search["eval_logits_val"], 1e-10)
        close(supernet.train()(search["x_val"]), search["train_logits_val"], 1e-10)
        assert supernet.loss(search["x_train"], search["y_train"]).item() == pytest.approx(
            search["loss_train"], rel=0, abs=1e-10
        )


def test_first_order_as_recorded(search: dict[str, Any], supernet: PlainSupernet) -> None:
    loss = first_order_step(supernet, strength_optimizer(supernet), (search["x_val"], search["y_val"]))
    assert loss.item() == pytest.approx(search["loss_val"], rel=0, abs=1e-10)
    close(strength_gradients(supernet), search["first_order_alpha_grads"], 1e-10)


@pytest.mark.parametrize("momentum", [False, True])
def test_second_order_as_recorded(search: dict[str, Any], supernet: PlainSupernet, momentum: bool) -> None:
    weights = clones(supernet.weights())
    train, val = ((search[f"x_{half}"], search[f"y_{half}"]) for half in ("train", "val"))
    optimizer = sgd(search, supernet, momentum)
    loss = second_order_step(supernet, optimizer, strength_optimizer(supernet), train, val)
    suffix = "" if momentum else "_no_momentum"
    close(strength_gradients(supernet), search[f"second_order_alpha_grads{suffix}"], 1e-10)
    assert not any(changed(weights, supernet.weights()))
    if momentum:
        assert loss.item() == pytest.approx(search["unrolled_val_loss"], rel=0, abs=1e-10)
        close([p.detach() for p in supernet.strengths()], search["alphas_after_adam_step"], 1e-10)


def test_network_as_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    record = golden("golden_cnn_DARTS_V2.pt")
    cells = record["genotype"]
    genotype = Genotype(cells["normal"], cells["reduce"], cells["normal_concat"], cells["reduce_concat"])
    net = PlainNetwork(genotype, channels=4, layers=8, auxiliary=True)
    assert parameters(net) == record["params_total"]

    net.load_state_dict(record["state_dict"])
    with torch.no_grad():
        logits, auxiliary = net.eval()(record["input"])
        close(logits, record["eval_logits"], 1e-5)
        assert auxiliary is None
        logits, auxiliary = net.train()(record["input"])
        close([logits, auxiliary], [record["train_logits"], record["train_aux_logits"]], 1e-5)
        for name, value in record["bn_after_train"].items():
            close(net.state_dict()[name], value, 1e-5)

    net.load_state_dict(record["state_dict"])
    loss = net.loss(record["input"], record["target"])
    assert loss.item() == pytest.approx(record["train_loss_main_plus_0.4aux"], rel=0, abs=1e-5)
    torch.autograd.backward(loss)
    norms = {name: p.grad.norm().item() for name, p in net.named_parameters() if p.grad is not None}
    assert norms == pytest.approx(record["grad_norms"], rel=1e-4, abs=1e-5)

    masks = iter(record["droppath"]["masks_in_call_order"])
    monkeypatch.setattr(plain_network, "drop_path", lambda x, p: x / (1.0 - p) * next(masks).reshape(-1, 1, 1, 1))
    net.load_state_dict(record["state_dict"])
    net.drop_path = record["droppath"]["prob"]
    with torch.no_grad():
        logits, auxiliary = net(record["input"])
    close([logits, auxiliary], [record["droppath"]["logits"], record["droppath"]["aux_logits"]], 1e-5)
    assert next(masks, None) is None


# ---- always ------------------------------------------------------------------------------------------------


def test_parameter_count_of_the_paper() -> None:
    with torch.device("meta"):
        net = PlainSupernet(channels=16, layers=8)
    assert sum(p.numel() for p in net.weights()) == 1_930_618
    assert [tuple(p.shape) for p in net.strengths()] == [(14, 8), (14, 8)]
    assert parameters(net) == 1_930_618 + 224


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("name", PRIMITIVES)
def test_operation_shapes(name: str, stride: int) -> None:
    y = operation(name, 4, stride, affine=False)(torch.randn(2, 4, 8, 8))
    assert y.shape == (2, 4, 8 // stride, 8 // stride)


def test_unknown_operation() -> None:
    with pytest.raises(ValueError, match="no such operation: conv_9x9"):
        operation("conv_9x9", 4, 1, affine=True)


def test_steps_change_what_they_should() -> None:
    torch.manual_seed(0)
    net = PlainSupernet(channels=2, layers=3)
    weights, strengths = weight_optimizer(net), strength_optimizer(net)
    train, val = batch(1), batch(2)

    w, alpha = clones(net.weights()), clones(net.strengths())
    weight_step(net, weights, train)
    assert all(changed(w, net.weights()))
    assert not any(changed(alpha, net.strengths()))

    w = clones(net.weights())
    first_order_step(net, strengths, val)
    assert not any(changed(w, net.weights()))
    assert all(changed(alpha, net.strengths()))

    alpha = clones(net.strengths())
    second_order_step(net, weights, strengths, train, val)
    assert not any(changed(w, net.weights()))
    assert all(changed(alpha, net.strengths()))
    # one weight step, one first-order step, and the second-order step's three passes of this network
    assert net.get_buffer("stem.1.num_batches_tracked").item() == 1 + 1 + 3


def test_weight_step_is_clipped_sgd() -> None:
    torch.manual_seed(0)
    net = PlainSupernet(channels=2, layers=3)
    with torch.no_grad():
        net.classifier.weight.mul_(100.0)
    w = clones(net.weights())
    train = batch(1)
    gradients = torch.autograd.grad(F.cross_entropy(net(train[0]), train[1]), net.weights())
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    assert norm > 5.0
    weight_step(net, weight_optimizer(net, lr=0.1), train)
    expected = [p - 0.1 * (5.0 / norm * g + 3e-4 * p) for p, g in zip(w, gradients, strict=True)]
    close([p.detach() for p in net.weights()], expected, 1e-5)


def test_decided_network() -> None:
    torch.manual_seed(0)
    net = PlainNetwork(SMALL, channels=2, layers=5, classes=7, auxiliary=True)
    x = torch.randn(3, 3, 32, 32)
    logits, auxiliary = net(x)
    assert logits.shape == auxiliary.shape == (3, 7)
    assert net.classifier.in_features == 8 * 4
    assert net.eval()(x)[1] is None

    w = clones(net.weights())
    weight_step(net.train(), weight_optimizer(net), (x, torch.arange(3)))
    assert any(changed(w, net.weights()))


def test_drop_path_zeroes_samples_and_keeps_the_mean() -> None:
    torch.manual_seed(0)
    y = plain_network.drop_path(torch.ones(4000, 2, 3, 3), 0.3)
    first = y[:, :1, :1, :1]
    assert torch.equal(y, first.expand_as(y))
    assert sorted(set(first.flatten().tolist())) == pytest.approx([0.0, 1 / 0.7])
    assert y.mean().item() == pytest.approx(1.0, abs=0.05)


def test_drop_path_is_for_training_only_and_spares_identities(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    x = torch.randn(4, 3, 16, 16)
    net = PlainNetwork(SMALL, channels=2, layers=3)
    with torch.no_grad():
        still = net.eval()(x)[0]
        net.drop_path = 0.5
        assert torch.equal(net(x)[0], still)
        assert not torch.equal(net.train()(x)[0], net(x)[0])

    dropped = []
    original = plain_network.drop_path

    def spy(x: Tensor, probability: float) -> Tensor:
        dropped.append(probability)
        return original(x, probability)

    monkeypatch.setattr(plain_network, "drop_path", spy)
    inputs = [("skip_connect", 0), ("skip_connect", 1)] * 4
    net = PlainNetwork(Genotype(normal=inputs, reduce=inputs), channels=2, layers=3)
    net.drop_path = 0.5
    with torch.no_grad():
        net(x)
    assert dropped == [0.5] * 16  # the strided skips of two reduction cells; the normal cell has identities

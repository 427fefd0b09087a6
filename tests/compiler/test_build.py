"""Plans and the modules built from them agree; passes change neither function nor gradients nor names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import nasc
from nasc import genotypes
from nasc.compiler.build import Network
from nasc.compiler.passes import PASSES
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet

FEW = ("zoo/darts_v2", "zoo/ddarts_cifar10_edge", "spaces/darts")
"""One genotype, one of several operations an edge, one space; `make test-all` takes all that are shipped."""
SHIPPED = [
    pytest.param(f"{folder}/{name}", marks=() if f"{folder}/{name}" in FEW else pytest.mark.slow)
    for folder in genotypes.FOLDERS
    for name in genotypes.names(folder)
    if "recurrent" not in genotypes.shipped(f"{folder}/{name}").read_text(encoding="utf-8")
]
TINY = Options(channels=4, layers=3, input=(3, 16, 16))


def build(name: str, options: Options = TINY, passes: bool = True) -> Network:
    torch.manual_seed(0)
    found = plan(nasc.load(name), None, options)
    changes = list(PASSES.values()) if passes else []
    return Supernet(found, changes=changes) if found.open else Network(found, False, changes)


@pytest.fixture(params=SHIPPED)
def shipped(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_module_has_what_the_plan_counts(shipped: str) -> None:
    found = plan(nasc.load(shipped))
    with torch.device("meta"):
        model: nn.Module = Supernet(found) if found.open else Network(found, found.auxiliary is not None)
    weights = sum(p.numel() for name, p in model.named_parameters() if not name.startswith("_alphas."))
    counts = nasc.stats(nasc.load(shipped))
    assert weights == (counts.params if found.open else counts.params_aux or counts.params)


def test_macs_are_those_that_torch_counts(shipped: str) -> None:
    found = plan(nasc.load(shipped), None, Options(channels=8))
    with torch.device("meta"):
        model = Supernet(found) if found.open else Network(found)
        model.eval()
        with FlopCounterMode(display=False) as counter:
            shape = nasc.stats(nasc.load(shipped)).input_shape
            assert shape is not None
            model(torch.empty(1, *shape))
    assert counter.get_total_flops() == 2 * nasc.stats(nasc.load(shipped), channels=8).macs


@pytest.mark.parametrize("name", PASSES)
@pytest.mark.parametrize("train", [True, False])
def test_a_pass_keeps_outputs_gradients_and_names(shipped: str, name: str, train: bool) -> None:
    found = plan(nasc.load(shipped), None, TINY)
    x = torch.randn(3, 3, 16, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(1))

    def run(changes: bool) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
        torch.manual_seed(0)
        kind = Supernet if found.open else Network
        model = kind(found, changes=[PASSES[name]] if changes else []).double().train(train)
        out = model(x)
        torch.autograd.backward(out.square().sum())
        gradients = {key: p.grad for key, p in model.named_parameters() if p.grad is not None}
        return out.detach(), gradients, model.state_dict()

    plain, changed = run(False), run(True)
    torch.testing.assert_close(changed[0], plain[0], rtol=1e-10, atol=1e-12)
    assert list(changed[2]) == list(plain[2])
    assert changed[1].keys() == plain[1].keys()
    # a bias in front of another batch-norm has a gradient of zero: what is left there is rounding of the others
    rounding = 1e-15 * max(float(gradient.abs().max()) for gradient in plain[1].values())
    for key, gradient in plain[1].items():
        own = 1e-10 * float(gradient.abs().max())  # relative to the tensor: single values of it may cancel out
        torch.testing.assert_close(changed[1][key], gradient, rtol=1e-10, atol=max(1e-12, rounding, own))
    for key, value in plain[2].items():
        torch.testing.assert_close(changed[2][key], value, rtol=1e-10, atol=1e-12)


def test_sharing_computes_the_relu_of_a_state_once() -> None:
    def relus(model: nn.Module) -> int:
        return sum(isinstance(module, nn.ReLU) for module in model.modules())

    assert relus(build("darts")) < 0.4 * relus(build("darts", passes=False))


def test_training_with_the_auxiliary_head_gives_two_logits() -> None:
    model = nasc.build(nasc.load("darts_v2"), channels=4, layers=6, auxiliary=True)
    x = torch.randn(2, 3, 32, 32)
    logits, aux = model.train()(x)
    assert logits.shape == aux.shape == (2, 10)
    assert model.eval()(x).shape == (2, 10)


def test_drop_path_zeroes_whole_examples_and_leaves_identities_alone() -> None:
    text = """use std.darts
    cell c(s0, s1) { s2 = skip_connect(s0)  s3 = sep_conv_3x3(s1)  return concat(s2..s3) }
    network n: darts_cifar { channels: 4 cells: c }"""
    model = nasc.build(nasc.loads(text)).train()
    model.set_rates(0.5)
    cell = model.cells[0]
    torch.manual_seed(3)
    out = cell(torch.randn(64, 12, 8, 8), torch.randn(64, 12, 8, 8))
    dropped = (out[:, 4:] == 0).all(dim=(1, 2, 3))
    assert 16 < int(dropped.sum()) < 48
    assert not (out[:, :4] == 0).all(dim=(1, 2, 3)).any()


def test_names_of_states_may_be_those_of_module_methods() -> None:
    text = """use std.darts
    cell c(s0, s1) { type = sep_conv_3x3(s0)  forward = skip_connect(type)  lambda = max_pool_3x3(s1)
      return concat(type, forward, lambda) }
    network n: darts_cifar { channels: 4 cells: c }"""
    model = nasc.build(nasc.loads(text))
    assert model(torch.randn(2, 3, 16, 16)).shape == (2, 10)


def rows(model: Supernet) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, alphas in model.alphas.items():
        for part in [alphas] if isinstance(alphas, Tensor) else alphas:
            yield name, tuple(part.shape)


def test_strengths_are_one_row_an_edge() -> None:
    assert list(rows(nasc.supernet(nasc.load("darts"), channels=4))) == [("normal", (14, 8)), ("reduce", (14, 8))]
    text = """use std.darts
    cell c(s0, s1) { s2 = darts(s0) + skip_connect(s1)  s3 = {sep_conv_3x3 | none}(s1) + darts(s2)
      return concat(s2..s3) }
    network n: darts_cifar { channels: 4 cells: c*2 }"""
    model = nasc.supernet(nasc.loads(text))
    assert list(rows(model)) == [("c", (2, 8)), ("c", (1, 2))]
    assert model(torch.randn(2, 3, 8, 8)).shape == (2, 10)
    assert [len(row) for row in model.rows("c")] == [8, 2, 8]


def test_numbered_cells_have_strengths_of_their_own() -> None:
    text = """use std.darts cell c(s0, s1) { s2 = keep 1 of darts(*) return concat(s2) }
    network n: darts_search { channels: 4 cells: c[0..1], c[2]/2, c[0] }"""
    model = nasc.supernet(nasc.loads(text))
    assert list(model.alphas) == ["c_0", "c_1", "c_2"]
    found = nasc.derive(model)
    assert list(found.cells) == ["c_0", "c_1", "c_2"]
    assert nasc.build(found, "n", channels=4)(torch.randn(1, 3, 8, 8)).shape == (1, 10)


def test_an_open_network_is_not_built_and_a_decided_one_not_searched() -> None:
    with pytest.raises(nasc.NasError, match="E310"):
        nasc.build(nasc.load("darts"))
    with pytest.raises(nasc.NasError, match="E310"):
        nasc.supernet(nasc.load("darts_v2"))


def test_odd_sizes_work() -> None:
    model = nasc.build(nasc.load("darts_v2"), channels=4, layers=3, input=(1, 15, 13))
    assert model(torch.randn(2, 1, 15, 13)).shape == (2, 10)


def test_a_layout_that_torch_cannot_differentiate_is_not_taken() -> None:
    document = nasc.load("darts_v2")
    for name, channels, last in [("imagenet", 4, False), ("imagenet", 16, True), ("cifar", 4, True)]:
        options = Options(channels=channels, layers=5)
        assert Network(plan(document, name, options), channels_last=True).channels_last == last

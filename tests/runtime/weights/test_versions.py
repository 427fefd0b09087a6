"""Checkpoints of code that has named its modules in several ways: GDAS and its later code, NNI and its candidates."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import nasc
from nasc.compiler.build import decided
from nasc.compiler.plan import plan
from nasc.runtime.search.gdas import straight_through
from nasc.runtime.weights import import_weights
from nasc.runtime.weights.nni import CANDIDATES
from tests.runtime.weights.autodl_network import AutodlNetwork, Drawn
from tests.runtime.weights.nni_network import operation
from tests.runtime.weights.test_import_weights import refused, same, scrambled
from tests.runtime.weights.test_more_origins import NAMES, SMALL, nni_network


def randomised(model: nn.Module) -> nn.Module:
    """The same in float64, with statistics and biases that make a difference."""
    for name, value in model.double().state_dict().items():
        if name.endswith(("running_mean", "running_var", "bias")):
            value.copy_(torch.rand(value.shape) + 0.5)
    return model


@pytest.mark.parametrize(("origin", "fixed"), [("autodl", False), ("gdas", True)])
def test_the_later_code_of_gdas(origin: str, fixed: bool) -> None:
    torch.manual_seed(0)
    theirs = randomised(AutodlNetwork(4, 3, fixed))
    document = nasc.load("spaces/gdas_autodl_frc" if fixed else "spaces/gdas_autodl")
    ours = nasc.supernet(document, "search", channels=4, layers=3, input=(3, 8, 8)).double()
    imported = import_weights(ours, theirs.state_dict(), origin)
    cells = ("normal",) if fixed else ("normal", "reduce")
    assert imported.strengths == cells
    assert not imported.surplus
    assert sum(p.numel() for p in theirs.parameters()) == sum(p.numel() for p in ours.parameters())

    x, labels = torch.randn(2, 3, 8, 8, dtype=torch.float64), torch.tensor([1, 2])
    noise = {cell: -torch.empty(14, 8, dtype=torch.float64).exponential_().log() for cell in cells}
    for mode in (False, True):
        drawn: list[Drawn] = []
        weights, chosen = {}, {}
        for cell in cells:
            strengths = theirs.get_parameter("arch_parameters" if fixed else f"arch_{cell}_parameters")
            # theirs normalises the strengths first, which is the same function
            _, choice, row = straight_through(strengths.log_softmax(-1), noise[cell], 2.5)
            drawn.append((row, choice.tolist()))
            alphas = ours.alphas[cell]
            assert isinstance(alphas, Tensor)
            _, choice, weights[cell] = straight_through(alphas, noise[cell], 2.5)
            chosen[cell] = [[column] for column in choice.tolist()]
        expected, found = theirs.train(mode)(x, drawn * 2), ours.train(mode)(x, weights, chosen)
        assert torch.allclose(found, expected, rtol=1e-12)
        names = ["arch_parameters"] if fixed else [f"arch_{cell}_parameters" for cell in cells]
        wanted = torch.autograd.grad(F.cross_entropy(expected, labels), [theirs.get_parameter(n) for n in names])
        given = torch.autograd.grad(F.cross_entropy(found, labels), ours.strengths())
        for one, other in zip(given, wanted, strict=True):
            assert torch.allclose(one, other, rtol=1e-9, atol=1e-12)


def test_what_fits_no_version_is_said_of_the_first() -> None:
    ours = scrambled(decided(plan(nasc.load("gdas_f1"), None, SMALL)))
    text = refused(ours, AutodlNetwork(4, 3, fixed=True).state_dict(), "gdas")
    # by the names of the later code, its edges would not be among what is left
    assert "nothing in the network takes `arch_parameters`, `cells.0.edges.0<-0._ops.2.op_a.op.1.weight`" in text


@pytest.mark.parametrize("numbered", [False, True], ids=["named", "numbered"])
def test_all_operations_of_nni(numbered: bool) -> None:
    _, chosen_state = nni_network()
    plain, ours = (decided(plan(nasc.load("darts_v2"), "nni", SMALL), auxiliary=True) for _ in range(2))
    import_weights(plain, chosen_state, "nni")
    names = {theirs: ours for ours, theirs in NAMES.items()} | {"avgpool": "avg_pool_3x3"}
    number = {name: place for place, name in enumerate(CANDIDATES)}
    dags = {index: cell.dag for index, cell in enumerate(plain.plan.cells)}
    state: dict[str, Tensor] = {}
    for key, value in chosen_state.items():
        words = key.split(".")
        if words[2:3] != ["mutable_ops"]:
            state[key] = value
    for index, dag in dags.items():
        for node, states in enumerate(dag.states):
            for source in range(node + 2):
                edge = next((e for e in dag.into[states] if int(e.source[1:]) == source), None)
                for name in CANDIDATES:
                    place = f"cells.{index}.mutable_ops.{node}.ops.{source}"
                    inner = f"{place}.choices.{number[name]}" if numbered else f"{place}.{name}"
                    if edge is not None and edge.operations[0] == names[name]:
                        found = {k.removeprefix(f"{place}."): v for k, v in chosen_state.items() if f"{place}." in k}
                    else:
                        stride = 2 if index in (1, 3) and source < 2 else 1
                        found = operation(name, 4 * 2 ** (index >= 1) * 2 ** (index >= 3), stride).state_dict()
                    state |= {f"{inner}.{k}": v for k, v in found.items()}
    imported = import_weights(ours, state, "nni")
    assert imported.dropped == imported.surplus
    assert all(".mutable_ops." in key for key in imported.dropped)
    assert same(plain, ours)
    text = "use std.darts  use zoo.darts_v1  network nni: nni_cifar { channels: 4  layers: 5 }"
    other = decided(plan(nasc.loads(text)), auxiliary=True)
    assert import_weights(other, state, "nni").loaded == len(other.state_dict())

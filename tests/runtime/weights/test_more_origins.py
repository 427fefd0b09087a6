"""What GDAS, NAS-Bench-201 and NNI name differently: fixed cells, biases, operations that are not used."""

from argparse import Namespace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file
from torch import Tensor, nn

import nasc
from nasc.cli.import_weights_command import command
from nasc.compiler.build import decided
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.runtime.weights import import_weights
from tests.runtime.weights.nni_network import NniNetwork, Node
from tests.runtime.weights.test_import_weights import foreign, refused, same, scrambled

SPACE201 = """use std.nasbench201
cell normal(s0) { s1..s3 = nasbench201(*)  return s3 }
network golden: nasbench201 { channels: 4  layers: 5  input: 3x16x16 }
"""
SMALL = Options(channels=4, layers=5)
KEY201 = "cells.0.edges.3<-1.3.op."
NAMES = {"max_pool_3x3": "maxpool", "skip_connect": "skipconnect"} | {
    f"{kind}_conv_{k}x{k}": f"{kind}conv{k}x{k}" for kind in ("sep", "dil") for k in (3, 5)
}
OTHER = ("maxpool", "sepconv3x3", "avgpool", "dilconv5x5", "skipconnect")


def nodes(kind: str) -> list[Node]:
    """A cell of DARTS V2 as NNI builds it: operations of any kind on the edges that the genotype lacks."""
    cells = plan(nasc.load("darts_v2"), "nni", SMALL).cells
    dag = next(cell.dag for cell in cells if cell.dag.name == kind)
    found: list[Node] = []
    for state in dag.states:
        names = {int(edge.source[1:]): NAMES[edge.operations[0]] for edge in dag.into[state]}
        found.append(([names.get(source, OTHER[source]) for source in range(len(found) + 2)], list(names)))
    return found


def nni_network() -> tuple[NniNetwork, dict[str, Tensor]]:
    """A network as NNI builds it, with random weights and statistics."""
    torch.manual_seed(0)
    theirs = NniNetwork({kind: nodes(kind) for kind in ("normal", "reduce")}, 4, 5)
    for key, value in theirs.state_dict().items():
        if key.endswith(("running_mean", "running_var")):
            value.copy_(torch.rand(value.shape) + 0.5)
    return theirs, theirs.state_dict()


def test_the_network_of_nni_and_its_operations_that_are_not_used() -> None:
    theirs, state = nni_network()
    ours = decided(plan(nasc.load("darts_v2"), "nni", SMALL), auxiliary=True)
    imported = import_weights(ours, state, "nni")
    unused = {(i, j) for i in range(4) for j in range(i + 2)} - {
        (i, j) for i, (_, chosen) in enumerate(nodes("normal")) for j in chosen
    }
    words = [key.split(".") for key in imported.dropped if key.startswith("cells.0.")]
    assert {(int(word[3]), int(word[5])) for word in words} <= unused
    assert words
    assert imported.surplus == imported.dropped
    assert imported.loaded == len(state) - len(imported.surplus)
    x = torch.randn(3, 3, 32, 32)
    for mode in (False, True):
        ours.train(mode)
        found = ours(x)
        logits, aux = theirs.train(mode)(x)
        assert torch.allclose(found[0] if mode else found, logits, atol=1e-5)
        if mode:
            assert torch.allclose(found[1], aux, atol=1e-4)


def test_a_source_that_nni_could_not_have_is_another_genotype() -> None:
    _, state = nni_network()
    key = "cells.0.mutable_ops.0.ops.2.net.1.weight"
    ours = decided(plan(nasc.load("darts_v2"), "nni", SMALL))
    assert f"`{key}`" in refused(ours, state | {key: torch.zeros(4)}, "nni")


def test_the_command_lists_what_is_not_used(tmp_path: Path) -> None:
    _, state = nni_network()
    torch.save({"state_dict": state, "args": Namespace(layers=5)}, tmp_path / "nni.pth")
    arguments = [str(tmp_path / "nni.pth"), "darts_v2", "--from", "nni", "-o", str(tmp_path / "w.safetensors")]
    run = CliRunner().invoke(command, [*arguments, "--network", "nni", "--channels", "4", "--layers", "5"])
    assert run.exit_code == 0, run.output
    assert "not used: cells.0.mutable_ops." in run.output
    assert "aux_head" not in run.output
    held = load_file(tmp_path / "w.safetensors")
    assert torch.equal(held["auxiliary.8.weight"], state["aux_head.linear.weight"])


def test_the_fixed_reduction_cell_of_gdas() -> None:
    network = plan(nasc.load("gdas_f1"), None, SMALL)
    source, target = scrambled(decided(network)), scrambled(decided(network))
    state = foreign(source, "gdas")
    state = {key: value for key, value in state.items() if not key.startswith("cells.1.ops")}
    cell = nn.Module()
    cell.ops1 = nn.ModuleList(
        nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(8, 8, (1, 3), (1, 2), (0, 1), groups=8, bias=False),
            nn.Conv2d(8, 8, (3, 1), (2, 1), (1, 0), groups=8, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 8, 1, bias=False),
            nn.BatchNorm2d(8),
        )
        for _ in range(2)
    )
    cell.ops2 = nn.ModuleList(nn.Sequential(nn.MaxPool2d(3, 2, 1), nn.BatchNorm2d(8)) for _ in range(2))
    for value in cell.state_dict().values():
        value.copy_(torch.rand(value.shape) if value.is_floating_point() else torch.tensor(7))
    state |= {f"cells.1.{key}": value for key, value in cell.state_dict().items()}
    assert not import_weights(target, state, "gdas").surplus
    inputs = torch.randn(2, 12, 16, 16), torch.randn(2, 16, 16, 16)
    ours, theirs = target.cells[1].eval(), cell.eval()
    states = [nn.Sequential(*ours.get_submodule(f"preprocess.{i}").children())(x) for i, x in enumerate(inputs)]
    first, second = theirs.get_submodule("ops1"), theirs.get_submodule("ops2")
    expected = [op(s) for ops in (first, second) for op, s in zip(ops.children(), states, strict=True)]
    assert torch.allclose(ours(*inputs), torch.cat(expected, 1), atol=1e-5)


def test_a_bias_in_front_of_a_batch_norm_goes_into_its_mean() -> None:
    torch.manual_seed(0)
    source, target = (scrambled(Supernet(plan(nasc.loads(SPACE201)))) for _ in range(2))
    state = foreign(source, "nasbench201")
    imported = import_weights(target, state, "nasbench201")
    assert imported.loaded == len(state)
    assert same(source, target)
    bias = torch.rand(4)
    strengths = torch.rand(6, 5)
    more = state | {f"{KEY201}1.bias": bias, "arch_parameters": strengths}
    imported = import_weights(target, more, "nasbench201")
    assert (imported.loaded, imported.surplus, imported.strengths) == (len(state) + 1, (), ("normal",))
    assert torch.equal(target.alphas["normal"], strengths)  # type: ignore[arg-type]
    place = "cells.0.s3.1.nor_conv_3x3"
    found = target.state_dict()
    assert torch.equal(found[f"{place}.2.running_mean"], state[f"{KEY201}2.running_mean"] - bias)
    # The same function in both modes: batch-norm takes the bias away again.
    conv = nn.Conv2d(4, 4, 3, padding=1)
    conv.weight.data, conv.bias.data = found[f"{place}.1.weight"], bias  # type: ignore[union-attr]
    norm = nn.BatchNorm2d(4, affine=False)
    norm.load_state_dict({key: state[f"{KEY201}2.{key}"] for key in norm.state_dict()})
    x = torch.rand(2, 4, 5, 5)
    for mode in (True, False):
        theirs = norm.train(mode)(conv(x.relu()))
        edge = target.train(mode).get_submodule(place)
        ours = nn.Sequential(*edge.children())(x)
        assert torch.allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize(
    "more",
    [
        {f"{KEY201}1.bias": torch.zeros(3)},
        {"stem.op.0.bias": torch.zeros(5)},
        {"cells.1.downsample.op.1.bias": torch.zeros(8)},
    ],
)
def test_a_bias_that_nothing_takes_away(more: dict[str, Tensor]) -> None:
    source = scrambled(Supernet(plan(nasc.loads(SPACE201))))
    state = foreign(source, "nasbench201")
    assert "E704" in refused(source, state | more, "nasbench201")


def test_other_origins_have_no_biases() -> None:
    source = scrambled(decided(plan(nasc.load("ednas_cifar"), None, SMALL)))
    state = foreign(source, "ednas")
    assert not import_weights(source, state, "ednas").surplus
    assert "E704" in refused(source, state | {"stem.op.0.bias": torch.zeros(12)}, "ednas")

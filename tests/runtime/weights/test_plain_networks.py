"""Networks of which no recording is here, against plain torch written from the description of the published code."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import nasc
from nasc.compiler.plan import cell_dag
from nasc.runtime.weights import ORIGINS, import_weights
from nasc.runtime.weights.matching import match
from tests.runtime.weights.plain_networks import Fixed, Make, Pairs, PlainNetwork, Triples

IMAGENET = (2, 2, 2)


def cells(name: str, network: str, layers: int, code: str) -> list[Make]:
    """The cells of a shipped genotype, as the original code makes them of its list."""
    document = nasc.load(name)
    made: list[Make] = []
    for index in range(layers):
        kind = "reduce" if index in (layers // 3, 2 * layers // 3) else "normal"
        if kind not in document.cells:
            made.append(Fixed)
            continue
        dag = cell_dag(document, kind)
        edges = [(edge.operations[0], int(edge.source[1:])) for edge in dag.edges]
        joined = [int(state[1:]) for state in dag.returned]
        made.append(lambda *given, edges=edges, joined=joined: Pairs(edges, joined, code, *given))
    return made


def gene(name: str) -> Make:
    """The one cell of a DARTOpti genotype around ResNet18."""
    document = nasc.load(name)
    dag = cell_dag(document, next(iter(document.cells)))
    edges = [(e.operations[0], int(e.state[1:]), int(e.source[1:])) for e in dag.edges]
    return lambda *given: Triples(edges, *given)


def compare(theirs: PlainNetwork, ours: torch.nn.Module, origin: str, x: Tensor) -> None:
    """The same logits in both modes, and the same gradients, in float64."""
    for name, value in theirs.double().state_dict().items():
        if name.endswith(("running_mean", "running_var")):
            value.copy_(torch.rand(value.shape) + 0.5)
    state = theirs.state_dict()
    imported = import_weights(ours.double(), state, origin)  # type: ignore[arg-type]
    assert imported.loaded == len(state)
    names = {pair.theirs: pair.ours for pair in match(ours, state, ORIGINS[origin]).pairs}  # type: ignore[arg-type]
    x, labels = x.double(), torch.arange(len(x))
    with torch.no_grad():
        assert torch.allclose(ours.eval()(x), theirs.eval()(x)[0], rtol=1e-11, atol=1e-11)
    found, (logits, extra) = ours.train()(x), theirs.train()(x)
    pairs = [(found, logits)] if extra is None else [(found[0], logits), (found[1], extra)]
    for mine, wanted in pairs:
        assert torch.allclose(mine, wanted, rtol=1e-11, atol=1e-11)
    one, other = (sum(F.cross_entropy(pair[side], labels) for pair in pairs) for side in (0, 1))
    slopes = torch.autograd.grad(other, list(theirs.parameters()), allow_unused=True)  # type: ignore[arg-type]
    parameters = dict(ours.named_parameters())
    places = [parameters[names[name]] for name, _ in theirs.named_parameters()]
    for mine, theirs_slope in zip(torch.autograd.grad(one, places, allow_unused=True), slopes, strict=True):  # type: ignore[arg-type]
        assert (mine is None) == (theirs_slope is None)
        assert mine is None or torch.allclose(mine, theirs_slope, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    ("name", "network", "origin", "code", "layers", "size", "auxiliary"),
    [
        pytest.param(*("amoebanet", "cifar", "darts", "darts", 6, 16, None), marks=pytest.mark.slow),
        pytest.param(*("gdas_f1", "cifar", "gdas", "gdas", 5, 32, (3, True)), marks=pytest.mark.slow),
        pytest.param(*("gdas_v1", "imagenet", "gdas", "gdas", 4, 64, None), marks=pytest.mark.slow),
        ("gdas_gf", "imagenet", "gdas", "gdas", 4, 64, None),
        ("ednas_imagenet", "imagenet", "ednas", "darts", 3, 224, (2, False)),
        pytest.param(*("pdarts", "imagenet", "pdarts", "darts", 3, 224, (2, True)), marks=pytest.mark.slow),
        ("ptdarts_mnist", "mnist", "ptdarts", "ptdarts", 4, 28, (2, True)),
    ],
)
def test_pairs(
    name: str, network: str, origin: str, code: str, layers: int, size: int, auxiliary: tuple[int, bool] | None
) -> None:
    torch.manual_seed(0)
    pictures = 1 if network == "mnist" else 3
    stems = IMAGENET if network == "imagenet" else None
    theirs = PlainNetwork(
        cells(name, network, layers, code), 4, (layers // 3, 2 * layers // 3), code, pictures, stems, auxiliary
    )
    ours = nasc.build(
        nasc.load(name),
        network,
        channels=4,
        layers=layers,
        classes=10,
        input=(pictures, size, size),
        auxiliary=auxiliary is not None,
    )
    compare(theirs, ours, origin, torch.randn(2, pictures, size, size))


@pytest.mark.parametrize("auxiliary", [None, pytest.param((2, True), marks=pytest.mark.slow)])
def test_dartopti_on_imagenet(auxiliary: tuple[int, bool] | None) -> None:
    torch.manual_seed(0)
    name, size = "do_resnet18_cifar10_sparse", 64 if auxiliary is None else 224
    theirs = PlainNetwork([gene(name)] * 4, 4, (1, 2, 3), "darts", 3, (2, 1, 2), auxiliary)
    ours = nasc.build(
        nasc.load(name), "imagenet", channels=4, classes=10, input=(3, size, size), auxiliary=auxiliary is not None
    )
    compare(theirs, ours, "ddarts", torch.randn(2, 3, size, size))

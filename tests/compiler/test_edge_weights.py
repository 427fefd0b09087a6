"""`edge_weight`: edges into a state that count for more or less, by strengths of their own (PC-DARTS, section 3.2)."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

import nasc
from nasc.compiler.passes import passes
from nasc.compiler.plan import cell_dag, plan
from nasc.compiler.supernet import Supernet, edge_shares
from nasc.dsl.diagnostic import NasError
from nasc.runtime.derive import derive_supernet

CELLS = """
ops few = none | max_pool_3x3 | skip_connect | dil_conv_3x3
cell normal(s0, s1) { s2..s3 = keep 2 of few(*)  return concat(s2..s3) }
cell reduce(s0, s1) { s2 = keep 1 of few(*) + skip_connect(s1)  return concat(s2) }
"""
PLAIN = "edge: operation"
WEIGHED = "edge: operation -> edge_weight"
PARTIAL = "edge: [take(0, C/4) -> operation(out=C/4), take(C/4, C) -> bypass] -> shuffle(4) -> edge_weight"


def space(edge: str, changes: bool = True, rounding: bool = False) -> Supernet:
    """The small space in float64, each parameter with values that depend on its shape alone."""
    text = f"use std.darts\n{CELLS}\nnetwork small: darts_search {{ channels: 8  layers: 3  input: 3x8x8  {edge} }}"
    model = Supernet(plan(nasc.loads(text)), changes=passes(changes, rounding=rounding)).double().train()
    drawn = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if not name.startswith("_betas"):
                parameter.copy_(torch.randn(parameter.shape, generator=drawn, dtype=torch.float64))
    return model


def spread(model: Supernet) -> None:
    """Give the edges weights that differ."""
    with torch.no_grad():
        for beta in model.betas.values():
            beta.copy_(torch.linspace(-1, 2, len(beta)))


def pictures() -> Tensor:
    return torch.randn(4, 3, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def test_one_strength_for_each_open_edge_behind_those_of_operations() -> None:
    model = space(WEIGHED)
    assert {name: tuple(beta.shape) for name, beta in model.betas.items()} == {"normal": (5,), "reduce": (2,)}
    assert [tuple(p.shape) for p in model.strengths()] == [(5, 4), (2, 4), (5,), (2,)]
    assert not any(p is q for p in model.weights() for q in model.strengths())
    assert {"_betas.cell_normal", "_betas.cell_reduce"} <= model.state_dict().keys()
    assert not space(PLAIN).betas
    assert 0 < float(Supernet(plan(nasc.load("pcdarts"), "search")).betas["normal"].detach().std()) < 3e-3


def test_shares_are_a_softmax_over_the_edges_of_a_state() -> None:
    model = space(WEIGHED)
    spread(model)
    shares, betas = model.shares()["normal"], model.betas["normal"].detach()
    assert torch.allclose(shares[:2], betas[:2].softmax(0))
    assert torch.allclose(shares[2:], betas[2:].softmax(0))


def test_equal_strengths_are_a_mean_of_the_edges() -> None:
    """Next to one without: the sums of the two open edges are halved, of three taken by a third."""
    weighed, plain = space(WEIGHED), space(PLAIN)
    with torch.no_grad():
        for beta in weighed.betas.values():
            beta.zero_()
    cell, other = weighed.cells[0], plain.cells[0]
    other.load_state_dict(cell.state_dict())
    inputs = [torch.randn(2, 24, 8, 8, dtype=torch.float64) for _ in range(2)]
    rows = weighed.mixed()["normal"]
    ours = cell(*inputs, [*rows, weighed.shares()["normal"]])
    scaled = [row / (2 if place < 2 else 3) for place, row in enumerate(rows)]
    assert torch.allclose(ours, other(*inputs, scaled), atol=1e-12)


@pytest.mark.parametrize("edge", [WEIGHED, PARTIAL], ids=["whole", "partial"])
def test_passes_keep_logits_and_gradients(edge: str) -> None:
    found = []
    for changes, rounding in ((False, False), (True, False), (True, True)):
        model = space(edge, changes, rounding)
        spread(model)
        logits = model(pictures())
        assert isinstance(logits, Tensor)
        found.append([logits, *torch.autograd.grad(logits.square().sum(), model.strengths())])
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            assert torch.allclose(a, b, rtol=1e-8, atol=1e-8)
    assert all(float(gradient.abs().max()) > 1e-6 for gradient in found[0][-2:])


@pytest.mark.parametrize("edge", [WEIGHED, PARTIAL], ids=["whole", "partial"])
def test_a_sample_weighs_its_edges_too(edge: str) -> None:
    """What was chosen alone against the whole network in which all else counts for nothing."""
    model = space(edge)
    spread(model)
    chosen = {"normal": [[3], [2], [1, 3], [2], [3]], "reduce": [[2], [3]]}
    weights = {}
    for name, mixed in model.mixed().items():
        mask = torch.zeros(len(mixed), 4, dtype=torch.float64)
        for row, columns in enumerate(chosen[name]):
            mask[row, columns] = 1
        weights[name] = torch.stack(list(mixed)).detach() * mask
    model.eval()  # in training, statistics would move twice
    whole, sample = model(pictures(), weights), model(pictures(), weights, chosen)
    assert isinstance(whole, Tensor)
    assert torch.allclose(whole, sample, atol=1e-12)
    names = ["normal", "reduce", "reduce"]
    assert model.choices == names
    placed = model(pictures(), [weights[name] for name in names], [chosen[name] for name in names])
    assert isinstance(placed, Tensor)
    assert torch.equal(placed, sample)


@pytest.mark.parametrize("edge", [WEIGHED, PARTIAL], ids=["whole", "partial"])
def test_a_sample_without_an_edge_leaves_all_of_it_out(edge: str) -> None:
    """Its share is not given to the others, and what bypasses its operations goes with it."""
    model = space(edge).eval()
    spread(model)
    chosen = {"normal": [[3], []] + [[1, 3]] * 3, "reduce": [[2], [3]]}
    sample = model(pictures(), None, chosen)
    assert isinstance(sample, Tensor)
    graph = torch.autograd.grad(sample.sum(), model.strengths(), allow_unused=True)
    before = [beta.detach().clone() for beta in model.betas.values()]
    with torch.no_grad():
        # the share of the edge that stays is all that the one left out can change
        share = edge_shares(model.dags["normal"], model.betas["normal"])[0].clone()
        model.betas["normal"][:2] += 1.0
        assert torch.allclose(edge_shares(model.dags["normal"], model.betas["normal"])[0], share)
        again = model(pictures(), None, chosen)
        model.betas["normal"].copy_(before[0])
    assert torch.allclose(sample, again, atol=1e-12)
    assert graph[0] is not None
    assert not graph[0][1].any()


def test_a_decided_edge_is_summed_as_it_is() -> None:
    """A text without open edges builds the same network with `edge_weight` and without."""
    text = "use std.darts\ncell normal(s0, s1) { s2 = dil_conv_3x3(s0) + skip_connect(s1)  return concat(s2) }\n"
    built = []
    for edge in (PLAIN, WEIGHED):
        torch.manual_seed(0)
        network = f"network n: darts_search {{ channels: 4  cells: normal, normal  input: 3x8x8  {edge} }}"
        built.append(nasc.build(nasc.loads(text + network)).eval())
    assert torch.equal(built[0](pictures().float()), built[1](pictures().float()))


def test_an_edge_counts_as_the_product_of_both_strengths() -> None:
    model = space(WEIGHED)
    with torch.no_grad():
        for alphas in model.alphas.values():
            assert isinstance(alphas, Tensor)
            alphas.copy_(torch.tensor([0.0, 0.0, 0.0, 1.0]))
        model.betas["normal"].copy_(torch.tensor([0.0, 0.0, 0.1, 2.0, 0.3]))
    found = cell_dag(derive_supernet(model), "normal")
    assert [edge.source for edge in found.into["s3"]] == ["s1", "s2"]
    shares = torch.tensor([0.1, 2.0, 0.3]).softmax(0)
    best = float(torch.tensor([0.0, 0.0, 0.0, 1.0]).softmax(0)[3])
    expected = [best * float(shares[1]), best * float(shares[2])]
    assert [edge.strength for edge in found.into["s3"]] == pytest.approx(expected, abs=5e-5)
    without = {name: [1.0] * len(dag.open_edges) for name, dag in model.dags.items()}
    alone = cell_dag(derive_supernet(model, betas=without), "normal")
    assert [edge.source for edge in alone.into["s3"]] == ["s0", "s1"]


def test_networks_with_edge_weights_are_others() -> None:
    texts = [
        f"use std.darts\n{CELLS}\nnetwork n: darts_search {{ channels: 4  layers: 3  {e} }}"
        for e in (PLAIN, WEIGHED, "edge: operation -> identity")
    ]
    plain, weighed, same = (nasc.identity(nasc.loads(text)) for text in texts)
    assert plain == same != weighed


@pytest.mark.parametrize("line", ["state: sum -> edge_weight", "op g = edge_weight  stem: g", "head: edge_weight"])
def test_elsewhere_the_word_means_nothing(line: str) -> None:
    with pytest.raises(NasError, match="`edge_weight` stands in `edge:` only") as error:
        nasc.loads(f"use std.darts\n{CELLS}\nnetwork n: darts_search {{ {line} }}")
    assert error.value.diagnostics[0].code == "E202"


def test_a_space_with_them_is_profiled(tmp_path: Path) -> None:
    """What reads a graph back into chains finds its way."""
    from nasc.compiler.parts import cell_parts

    cell = space(PARTIAL).plan.cells[0]
    parts = cell_parts(cell.dag, cell.graph)
    assert [len(state.edges) for state in parts.states] == [2, 3]

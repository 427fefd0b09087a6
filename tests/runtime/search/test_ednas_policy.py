"""The policy of EDNAS: against a recording of the original, on vectors of all kinds, and on a table of accuracies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import nasc
from nasc.compiler.check import check
from nasc.compiler.dag import CellDag
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet
from nasc.runtime.search.ednas_policy import Policy, Sample
from tests.goldens.folder import whole

KINDS = ("normal", "reduce")
NODES = ("node3", "node4", "node5")
NETWORK = "network n: darts_search { channels: 2  cells: c, c/2, c }\n"


def dags(cell: str) -> dict[str, CellDag]:
    """One open cell, checked."""
    found = check(nasc.loads(f"use std.darts\nops few = max_pool_3x3 | skip_connect\n{cell}\n{NETWORK}"))
    return {"c": found.dags["c"]}


def ednas() -> dict[str, CellDag]:
    found = plan(nasc.load("spaces/ednas"), "search", Options(channels=4, layers=3))
    return {cell.placement.choice: cell.dag for cell in found.cells}


# ---------------------------------------------------------------- the recording


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    return whole("ednas/golden_policy_cnn.pt")


def originals(golden: dict[str, Any], twice: bool = False) -> Policy:
    """A policy with the logits and the baseline of the recording."""
    policy = Policy(ednas(), twice=twice)
    for name, tensor in named(policy).items():
        tensor.data.copy_(golden["logits"][name])
    policy.baseline.fill_(golden["baseline_before"])
    return policy


def named(policy: Policy) -> dict[str, nn.Parameter]:
    """The logits by the names of the recording."""
    structure = [f"struct_{kind}_{node}" for kind in KINDS for node in NODES]
    parts = [part for parts in policy.operations for part in parts.parameters()]
    return dict(zip([*structure, "op_normal", "op_reduce"], [*policy.structure, *parts], strict=True))


def drawn(policy: Policy, golden: dict[str, Any]) -> Sample:
    """The recorded draw, taken again: vectors of the structure and of the operations, cell by cell."""
    picks = golden["picks"]
    order = [picks[0], picks[2], picks[4], *picks[6:14], picks[1], picks[3], picks[5], *picks[14:]]
    left = iter(order)
    return policy._taken(lambda shares: next(left))


@pytest.mark.parametrize("twice", [False, True])
def test_log_probability_of_the_original(golden: dict[str, Any], twice: bool) -> None:
    sample = drawn(originals(golden, twice), golden)
    for kind in KINDS:
        rows = golden[f"onehot_{kind}"]
        assert sample.chosen[kind] == [torch.nonzero(row).flatten().tolist() for row in rows]
    expected = -golden["as_published"]["nll"] if twice else golden["intended"]["log_prob"]
    assert float(sample.log_probability.detach()) == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("twice", [False, True])
def test_one_reward_of_the_original(golden: dict[str, Any], twice: bool) -> None:
    policy = originals(golden, twice)
    expected = golden["as_published" if twice else "intended"]
    sample = drawn(policy, golden)
    logits = named(policy)
    found = torch.autograd.grad(-sample.log_probability, list(logits.values()), retain_graph=True)
    advantage = policy.reward(sample, golden["reward"])
    assert advantage == pytest.approx(golden["advantage_reference"], abs=1e-12)
    assert float(policy.baseline) == pytest.approx(golden["baseline_after"], abs=1e-7)
    for name, gradient in zip(logits, found, strict=True):
        assert torch.allclose(advantage * gradient, expected["grad_adv_reference"][name], atol=1e-6)
        assert torch.allclose(logits[name], expected["logits_after_one_adam_step"][name], atol=1e-6)


# ---------------------------------------------------------------- vectors of all kinds


@pytest.mark.parametrize("twice", [False, True])
def test_uniform_logits(twice: bool) -> None:
    policy = Policy(ednas(), twice=twice)
    assert sum(p.numel() for p in policy.parameters()) == 234
    with torch.no_grad():
        for parameter in policy.parameters():
            parameter.zero_()
    expected = 2 * sum(map(math.log, (3, 6, 10))) + 16 * math.log(7)
    assert float(policy.draw().log_probability.detach()) == pytest.approx(-expected, abs=1e-4)


CELLS = {
    "cell c(s0, s1) { s2 = keep 1 of {max_pool_3x3 | skip_connect}(*)  return s2 }": 4,
    "cell c(s0, s1) { s2 = keep 0..2 of {max_pool_3x3 | skip_connect}(*)  return s2 }": 8,
    "cell c(s0, s1) { s2 = keep 2 of {none | max_pool_3x3 | skip_connect}(*)  return s2 }": 4,
    "cell c(s0, s1) { s2 = {none | max_pool_3x3 | skip_connect}(s0) + skip_connect(s1)  return s2 }": 3,
    "cell c(s0, s1) { s2 = {keep 0..2 of few}(s0) + skip_connect(s1)  return s2 }": 3,
}


@pytest.mark.parametrize("cell", CELLS)
def test_every_architecture_is_drawn_as_often_as_its_probability_says(cell: str) -> None:
    torch.manual_seed(0)
    policy = Policy(dags(cell))
    with torch.no_grad():
        for parameter in policy.parameters():
            parameter.normal_()
    counts: dict[str, int] = {}
    likely: dict[str, float] = {}
    for _ in range(600):
        sample = policy.draw()
        key = str(sample.chosen)
        counts[key] = counts.get(key, 0) + 1
        likely[key] = float(sample.log_probability.detach().exp())
    assert len(likely) == CELLS[cell]
    assert sum(likely.values()) == pytest.approx(1, abs=1e-5)
    for key, probability in likely.items():
        assert counts[key] / 600 == pytest.approx(probability, abs=4 * math.sqrt(probability / 600))
    assert str(policy.likeliest().chosen) in likely


def test_what_a_sample_says_runs() -> None:
    torch.manual_seed(0)
    space = Supernet(plan(nasc.load("spaces/ednas"), "search", Options(channels=4, layers=3, input=(3, 8, 8))))
    policy = Policy(space.dags, operations=space.alphas)
    assert {id(p) for p in policy.operations.parameters()} == {id(p) for p in space.strengths()}
    logits = space(torch.randn(2, 3, 8, 8), None, policy.draw().chosen)
    assert isinstance(logits, Tensor)
    assert logits.shape == (2, 10)


def test_the_same_generator_draws_the_same() -> None:
    policy = Policy(ednas())
    first, second = (policy.draw(torch.Generator().manual_seed(3)).chosen for _ in range(2))
    assert first == second != policy.draw(torch.Generator().manual_seed(4)).chosen


def test_more_sets_than_can_be_learned_are_refused() -> None:
    edges = ", ".join(f"s{i}" for i in range(22))
    states = "  ".join(f"s{i} = skip_connect(s0)" for i in range(2, 22))
    cell = f"cell c(s0, s1) {{ {states}  s22 = keep 11 of {{max_pool_3x3 | skip_connect}}({edges})  return s22 }}"
    with pytest.raises(nasc.NasError, match="too many sets of edges may lead into `s22`"):
        Policy(dags(cell))


# ---------------------------------------------------------------- a table of accuracies


@pytest.mark.parametrize("twice", [False, True])
def test_a_table_is_learned(twice: bool) -> None:
    """Two edges with four operations each: the pair that the table likes best becomes the likeliest."""
    cell = "cell c(s0, s1) { s2 = {" + "skip_connect | max_pool_3x3 | avg_pool_3x3 | sep_conv_3x3}(*)  return s2 }"
    hits = 0
    for seed in range(3):
        torch.manual_seed(seed)
        best = (seed % 4, (seed + 2) % 4)
        table = {pair: sum(a == b for a, b in zip(pair, best, strict=True)) / 2 for pair in product(range(4), repeat=2)}
        policy = Policy(dags(cell), lr=0.05, weight_decay=0.0, twice=twice)
        for _ in range(150):
            sample = policy.draw()
            policy.reward(sample, table[pair(sample)])
        hits += pair(policy.likeliest()) == best
    assert hits >= 2


def pair(sample: Sample) -> tuple[int, int]:
    rows: Sequence[Sequence[int]] = sample.chosen["c"]
    return rows[0][0], rows[1][0]

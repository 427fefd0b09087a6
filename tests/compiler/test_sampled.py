"""A sample runs what was chosen and nothing else, and gives what the whole network gives with the others at zero."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

import nasc
from nasc.compiler.passes import passes
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet

Rows = dict[str, list[list[int]]]


def choose(space: Supernet, left_out: bool = False) -> Rows:
    """One operation an edge; with `left_out` only the last two edges of each state."""
    found: Rows = {}
    for name, dag in space.dags.items():
        rows = []
        for edge in dag.open_edges:
            last = dag.into[edge.state][-2:]
            kept = not left_out or any(edge is other for other in last)
            rows.append([int(torch.randint(len(edge.operations), ()))] if kept else [])
        found[name] = rows
    return found


def one_hot(space: Supernet, chosen: Rows, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights with everything that was not chosen at zero."""
    masks = {name: torch.zeros_like(given) for name, given in weights.items()}
    for name, rows in chosen.items():
        for row, columns in enumerate(rows):
            masks[name][row, columns] = 1
    return {name: given * masks[name] for name, given in weights.items()}


@pytest.mark.parametrize("space", ["darts", "nasbench201", "pcdarts"])
@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize("left_out", [False, True])
def test_a_sample_is_the_whole_with_the_rest_at_zero(space: str, optimize: bool, left_out: bool) -> None:
    torch.manual_seed(0)
    found = plan(nasc.load(f"spaces/{space}"), None, Options(channels=4, layers=3, input=(3, 8, 8)))
    model = Supernet(found, changes=passes(optimize, rounding=True)).double().train()
    x = torch.randn(3, 3, 8, 8, dtype=torch.float64)
    chosen = choose(model, left_out)
    weights = {name: torch.rand_like(a).requires_grad_() for name, a in model.alphas.items() if isinstance(a, Tensor)}
    before = {name: buffer.clone() for name, buffer in model.named_buffers()}

    def run(given: dict[str, Tensor], rows: Rows | None) -> tuple[Tensor, Sequence[Tensor | None]]:
        for name, buffer in model.named_buffers():
            buffer.copy_(before[name])
        out = model(x, given, rows)
        assert isinstance(out, Tensor)
        leaves = [*model.weights(), *weights.values()]
        return out, torch.autograd.grad(out.square().sum(), leaves, allow_unused=True)

    whole, whole_gradients = run(one_hot(model, chosen, weights), None)
    sample, gradients = run(weights, chosen)
    torch.testing.assert_close(sample, whole, rtol=1e-10, atol=1e-12)
    for a, b in zip(gradients, whole_gradients, strict=True):
        if a is None:
            assert b is None or not b.any()
        else:
            torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-11)


def test_operations_that_were_not_chosen_stay_as_they_are() -> None:
    model: Supernet = nasc.supernet(nasc.load("darts"), channels=4, layers=3, input=(3, 8, 8)).train()
    before = {name: buffer.clone() for name, buffer in model.named_buffers()}
    chosen = choose(model)
    out = model(torch.randn(2, 3, 8, 8), None, chosen)
    assert isinstance(out, Tensor)
    torch.autograd.backward(out.sum())
    moved = {name for name, buffer in model.named_buffers() if not torch.equal(buffer, before[name])}
    learning = {name for name, p in model.named_parameters() if p.grad is not None and not name.startswith("_alphas")}
    assert moved
    assert learning
    for name in moved | learning:
        cells, cell, state, position, operation, *_ = [*name.split("."), "", "", ""]
        if cells != "cells" or state == "preprocess":
            continue
        dag = model.plan.cells[int(cell)].dag
        edge = dag.into[state][int(position)]
        row = next(row for row, other in enumerate(dag.open_edges) if other is edge)
        column = chosen[model.plan.cells[int(cell)].placement.choice][row][0]
        assert edge.operations[column] == operation, name

"""The bilevel problem of the paper's figure 2 through the very function that searches: L_val = aw - 2a + 1 over a,
L_train = (w - a)^2 over w. Its optimum is (1, 1); a step ahead of xi leads to a = w = 2 / (1 + 2 xi)."""

import json
import os
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from nasc.runtime.search.darts import Unrolled

START = (2.0, -2.0)
RATES = [0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0]


def trajectory(xi: float, lr_a: float, lr_w: float, steps: int, exact: bool = False) -> list[tuple[float, float]]:
    """Alternating gradient descent, a first."""
    a = nn.Parameter(torch.tensor(START[:1], dtype=torch.float64))
    w = nn.Parameter(torch.tensor(START[1:], dtype=torch.float64))
    own = Unrolled([w], [a], [], torch.optim.SGD([w], xi), exact=exact)

    def train() -> Tensor:
        return ((w - a) ** 2).sum()

    def valid() -> Tensor:
        return (a * w - 2 * a + 1).sum()

    found = [START]
    for _ in range(steps):
        gradient, _ = own.gradients(train, valid)
        with torch.no_grad():
            a.sub_(lr_a * gradient[0])
            w.sub_(lr_w * 2 * (w - a))
        found.append((float(a.detach()), float(w.detach())))
    return found


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("xi", RATES)
def test_every_step_is_that_of_the_formula(xi: float, exact: bool) -> None:
    a, w = START
    for found_a, found_w in trajectory(xi, 0.1, 0.1, 20, exact):
        assert (found_a, found_w) == pytest.approx((a, w), abs=1e-12)
        ahead = w - 2 * xi * (w - a)
        a -= 0.1 * ((ahead - 2) + 2 * xi * a)
        w -= 0.1 * 2 * (w - a)


@pytest.mark.parametrize("xi", RATES)
def test_it_ends_where_the_paper_says(xi: float) -> None:
    a, w = trajectory(xi, 0.1, 0.1, 400)[-1]
    assert (a, w) == pytest.approx((2 / (1 + 2 * xi),) * 2, abs=1e-6)


def test_recorded_trajectories() -> None:
    folder = os.environ.get("NASC_GOLDENS")
    if not folder:
        pytest.skip("NASC_GOLDENS does not name the folder of the golden files")
    runs = json.loads(Path(folder, "darts/golden_toy_bilevel.json").read_text())["runs"]
    assert {run["xi"] for run in runs} == set(RATES)
    for run in runs:
        for exact in (False, True):
            found = trajectory(run["xi"], run["lr_alpha"], run["lr_w"], 20, exact)
            for ours, theirs in zip(found, run["first20"], strict=True):
                assert ours == pytest.approx(theirs, abs=1e-12), run["xi"]
        assert run["final"] == pytest.approx([run["predicted"]] * 2, abs=1e-6)

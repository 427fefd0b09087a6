"""What the benchmarks compare are the same networks; the texts that they grow are read."""

from __future__ import annotations

import torch

from benchmarks import language
from benchmarks.darts_v2 import plain_and_ours
from benchmarks.plain_steps import weight_optimizer, weight_step
from benchmarks.train import RATE, step


def test_the_plain_network_and_ours_give_the_same_logits_before_and_after_a_step() -> None:
    torch.manual_seed(0)
    plain, ours = plain_and_ours(4, 6, auxiliary=True)
    assert sum(p.numel() for p in plain.parameters()) == sum(p.numel() for p in ours.parameters())
    batch = torch.randn(4, 3, 32, 32), torch.randint(10, (4,))
    weights = torch.optim.SGD(ours.parameters(), RATE, momentum=0.9, weight_decay=3e-4)
    weight_step(plain.train(), weight_optimizer(plain, RATE), batch)
    step(ours.train(), weights, batch)
    expected, given = plain(batch[0]), ours(batch[0])
    for a, b in zip(given, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)


def test_growing_texts_have_as_many_edges_as_they_say() -> None:
    rows = language.measure((100, 130))
    assert [row.size for row in rows] == [100, 130]
    assert language.text(130).count("skip_connect") == 130
    assert all(row.build is not None for row in rows)
    assert "130" in language.table("edges", rows)


def test_texts_of_different_cells() -> None:
    assert [row.size for row in language.measure_cells((3, 20))] == [3, 20]
    cells = language.different(20).split("cell ")[1:]
    assert len({cell.partition("{")[2] for cell in cells}) == 20

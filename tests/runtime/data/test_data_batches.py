"""Batches: every picture once, in order, the rest at the end."""

import torch

from nasc.runtime.data.batches import batches, epoch_order
from nasc.runtime.data.images import Images


def test_order_is_a_permutation_of_the_generator_alone() -> None:
    orders = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed * 77)
        orders.append(epoch_order(100, torch.Generator().manual_seed(seed)))
    assert orders[0].dtype == torch.int64
    assert sorted(orders[0].tolist()) == list(range(100))
    assert torch.equal(orders[0], orders[1])
    assert not torch.equal(orders[0], orders[2])


def test_the_last_batch_keeps_the_rest() -> None:
    images = Images(torch.arange(10, dtype=torch.uint8).view(10, 1, 1, 1), torch.arange(10))
    order = epoch_order(10, torch.Generator().manual_seed(0))
    found = list(batches(images, order, 4))
    assert [len(labels) for _, labels in found] == [4, 4, 2]
    assert torch.equal(torch.cat([labels for _, labels in found]), order)
    assert all(torch.equal(pixels.flatten(), labels.to(torch.uint8)) for pixels, labels in found)
    assert list(batches(images, order[:0], 4)) == []

"""Pictures in batches."""

from collections.abc import Iterator

import torch

from nasc.runtime.data.images import Images


def epoch_order(count: int, generator: torch.Generator) -> torch.Tensor:
    """The order of one epoch: a random permutation of 0..count-1 (int64), drawn from `generator` alone."""
    return torch.randperm(count, generator=generator)


def batches(images: Images, order: torch.Tensor, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Pixels (B, channels, height, width) and labels (B,) in `order`; the last batch may be the smaller."""
    assert size > 0, size
    for chosen in torch.split(order, size) if len(order) else ():
        yield images.pixels[chosen], images.labels[chosen]

"""Crop, flip, normalisation and Cutout: geometry, distribution, and what the seed decides."""

from dataclasses import replace

import pytest
import torch
from torchvision.transforms import v2  # type: ignore[import-untyped]

from nasc.runtime.data.augment import Cutout, evaluation_transform, training_transform
from nasc.runtime.data.registry import DATA_SETS, Augmentation, DataSet

CIFAR = DATA_SETS["cifar10"]
PLAIN = replace(CIFAR, mean=(0.0,) * 3, std=(1.0,) * 3)


def pictures(data_set: DataSet, count: int = 12) -> torch.Tensor:
    drawn = torch.randint(0, 256, (count, *data_set.shape), generator=torch.Generator().manual_seed(1))
    return drawn.to(torch.uint8)


@pytest.mark.parametrize("data_set", DATA_SETS.values(), ids=list(DATA_SETS))
def test_every_data_set_is_changed_and_normalised(data_set: DataSet) -> None:
    batch = pictures(data_set)
    mean, std = (torch.tensor(v).view(1, -1, 1, 1) for v in (data_set.mean, data_set.std))
    expected = (batch.float() / 255 - mean) / std
    torch.testing.assert_close(evaluation_transform(data_set)(batch), expected)
    changed = training_transform(data_set, 2)(batch)
    assert changed.shape == batch.shape
    assert changed.dtype == torch.float32
    assert not torch.equal(changed, expected)


def test_the_seed_decides_everything() -> None:
    change, batch = training_transform(CIFAR, 16), pictures(CIFAR)
    results = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        results.append(change(batch))
    assert torch.equal(results[0], results[1])
    assert not torch.equal(results[0], results[2])


def test_one_picture_after_the_other_as_torchvision_does_it() -> None:
    batch = pictures(CIFAR)
    torch.manual_seed(5)
    mine = training_transform(CIFAR, 0)(batch)
    whole = v2.Compose([
        v2.RandomCrop(32, padding=4),
        v2.RandomHorizontalFlip(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(list(CIFAR.mean), list(CIFAR.std)),
    ])  # fmt: skip
    torch.manual_seed(5)
    torch.testing.assert_close(mine, torch.stack([whole(picture) for picture in batch]))


def test_shifts_are_uniform_and_half_is_mirrored() -> None:
    torch.manual_seed(0)
    count = 4000
    marked = torch.zeros(count, 3, 32, 32, dtype=torch.uint8)
    marked[:, :, 12, 10], marked[:, :, 12, 13] = 255, 51  # bright left of dim, unless mirrored
    changed = training_transform(PLAIN, 0)(marked)[:, 0].flatten(1)
    bright, dim = changed.argmax(1), (changed - 0.2).abs().argmin(1)
    mirrored = bright % 32 > dim % 32
    assert abs(int(mirrored.sum()) - count / 2) < 5 * (count / 4) ** 0.5
    rows = torch.bincount(bright // 32 - 12 + 4, minlength=9)
    columns = torch.where(mirrored, 31 - bright % 32, bright % 32)
    for counts in (rows, torch.bincount(columns - 10 + 4, minlength=9)):
        assert len(counts) == 9
        expected = count / 9
        assert float(((counts - expected) ** 2 / expected).sum()) < 35  # chi squared, 8 degrees: p = 3e-5


def test_digits_are_never_mirrored() -> None:
    assert not DATA_SETS["digits"].augment.flip
    torch.manual_seed(0)
    marked = torch.zeros(200, 1, 8, 8, dtype=torch.uint8)
    marked[:, :, 4, 3], marked[:, :, 4, 5] = 255, 51
    changed = training_transform(replace(DATA_SETS["digits"], mean=(0.0,), std=(1.0,)), 0)(marked)[:, 0].flatten(1)
    assert bool((changed.argmax(1) < (changed - 0.2).abs().argmin(1)).all())


def test_nothing_random_is_evaluation() -> None:
    still = replace(CIFAR, augment=Augmentation(crop_padding=0, flip=False))
    batch = pictures(still)
    assert torch.equal(training_transform(still, 0)(batch), evaluation_transform(still)(batch))


def published_mask(length: int, y: int, x: int, size: int) -> torch.Tensor:
    """DeVries and Taylor's loop body, with its centre given."""
    mask = torch.ones(size, size)
    y1, y2 = max(y - length // 2, 0), min(y + length // 2, size)
    x1, x2 = max(x - length // 2, 0), min(x + length // 2, size)
    mask[y1:y2, x1:x2] = 0.0
    return mask


@pytest.mark.parametrize("length", [1, 2, 3, 16, 100])
def test_cutout_is_the_published_one(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    size = 10
    centres = torch.cartesian_prod(torch.arange(size), torch.arange(size))
    drawn = iter([centres[:, :1], centres[:, 1:]])
    monkeypatch.setattr(torch, "randint", lambda high, shape: next(drawn))
    masks = Cutout(length)(torch.ones(size * size, 2, size, size))
    for mask, (y, x) in zip(masks, centres.tolist(), strict=True):
        assert torch.equal(mask, published_mask(length, y, x, size).expand(2, -1, -1))


def test_cutout_centres_are_uniform_over_the_picture() -> None:
    torch.manual_seed(0)
    count = 20_000
    covered = (Cutout(2)(torch.ones(count, 1, 5, 7)) == 0).float().mean(0)[0]
    # Length 2 covers c-1 and c: the last row and column are reached by one centre only, all others by two.
    rows, columns = torch.tensor([2, 2, 2, 2, 1]) / 5, torch.tensor([2, 2, 2, 2, 2, 2, 1]) / 7
    torch.testing.assert_close(covered, rows[:, None] * columns, atol=0.015, rtol=0)


def test_cutout_comes_after_normalisation() -> None:
    white = torch.full((50, 3, 32, 32), 255, dtype=torch.uint8)
    still = replace(CIFAR, augment=Augmentation(crop_padding=0, flip=False))
    changed = training_transform(still, 16)(white)
    cut = changed == 0
    assert torch.equal(cut[:, 0], cut[:, 2])
    areas = cut[:, 0].flatten(1).sum(1)
    assert 64 <= int(areas.min()) <= int(areas.max()) <= 256

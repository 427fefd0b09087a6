"""Pictures brought to one size: against torchvision's Resize and CenterCrop, which ImageNet is evaluated with."""

import pytest
import torch

from nasc.runtime.data.resize import fit, resized


def picture(height: int, width: int) -> torch.Tensor:
    return torch.randint(256, (3, height, width), dtype=torch.uint8, generator=torch.Generator().manual_seed(height))


@pytest.mark.parametrize("size", [(375, 500), (500, 333), (256, 256), (100, 80), (300, 1000)])
def test_as_torchvision_for_224(size: tuple[int, int]) -> None:
    from torchvision.transforms import v2  # type: ignore[import-untyped]

    given = picture(*size)
    expected = v2.Compose([v2.Resize(256, antialias=True), v2.CenterCrop(224)])(given)
    assert torch.equal(fit([given], (224, 224))[0], expected)


def test_sizes_that_are_no_squares_are_covered() -> None:
    assert resized(picture(70, 140), (28, 14)).shape == (3, 32, 64)
    assert resized(picture(140, 28), (14, 28)).shape == (3, 160, 32)
    given = picture(32, 16)
    assert resized(given, (28, 14)) is given
    found = fit([given, picture(64, 64)], (28, 14))
    assert found.shape == (2, 3, 28, 14)
    assert torch.equal(found[0], given[:, 2:30, 1:15])

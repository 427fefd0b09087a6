"""Where the golden files are: the small ones here, the whole ones where NASC_GOLDENS says."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

SMALL = Path(__file__).parent


def whole(name: str) -> dict[str, Any]:
    """A whole golden file, such as `darts/golden_ops.pt`; the test is skipped where there is none."""
    folder = os.environ.get("NASC_GOLDENS")
    if not folder:
        pytest.skip("NASC_GOLDENS does not name the folder of the golden files")
    path = Path(folder) / name
    if not path.is_file():
        pytest.skip(f"NASC_GOLDENS has no {name}")
    found: dict[str, Any] = torch.load(path, weights_only=True)
    return found


def small(name: str) -> dict[str, Any]:
    """A golden file that stands here, its packed state dicts opened."""
    found = opened(torch.load(SMALL / f"{name}.pt", weights_only=True))
    assert isinstance(found, dict)
    return found


def packed(state: dict[str, Tensor]) -> dict[str, Any]:
    """A state dict as one tensor with a table of contents: an entry for each tensor would weigh more than it.

    The counters of batch-norm, all of them integers, are left out.
    """
    kept = {key: value for key, value in state.items() if value.is_floating_point()}
    return {
        "packed": torch.cat([torch.empty(0), *(value.flatten() for value in kept.values())]),
        "keys": "\n".join(kept),
        "shapes": [tuple(value.shape) for value in kept.values()],
    }


def opened(value: Any) -> Any:
    """The opposite of `packed`, anywhere in a file."""
    if not isinstance(value, dict):
        return value
    if "packed" not in value:
        return {key: opened(inner) for key, inner in value.items()}
    sizes = [torch.Size(shape).numel() for shape in value["shapes"]]
    parts = value["packed"].split(sizes)
    keys = value["keys"].split("\n") if value["keys"] else []
    return {k: p.reshape(s) for k, p, s in zip(keys, parts, value["shapes"], strict=True)}

"""The binary files of CIFAR-10 and CIFAR-100: records of label bytes and a picture, one after the other."""

from pathlib import Path

import torch

from nasc.runtime.data.cifar_pickle import COLUMNS
from nasc.runtime.data.places import damaged, reading


def read_records(path: Path, count: int, labels: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pixels uint8 (count, 3, 32, 32) and labels int64 (count,): the last of the `labels` bytes before each picture.

    Raises E602 where the file has another size.
    """
    size = count * (labels + COLUMNS)
    with reading(path), path.open("rb") as file:
        content = bytearray(file.read(size + 1))
    if len(content) < size:
        raise damaged(path, f"it is truncated: {len(content)} of {size} bytes")
    if len(content) > size:
        raise damaged(path, f"something follows its {size} bytes")
    records = torch.frombuffer(content, dtype=torch.uint8).reshape(count, labels + COLUMNS)
    return records[:, labels:].reshape(count, 3, 32, 32), records[:, labels - 1].to(torch.int64)

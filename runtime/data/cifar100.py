"""CIFAR-100 (Krizhevsky 2009) with its fine labels, in three layouts: binary, python, a folder of pictures.

https://www.cs.toronto.edu/~kriz/cifar.html describes the first two. Unlike CIFAR-10's, a part is one file, and a
binary record begins with two labels: the coarse one of 20, which is passed over, and the fine one of 100.
"""

from pathlib import Path

import torch

from nasc.runtime.data.cifar_binary import read_records
from nasc.runtime.data.cifar_pickle import read_batch
from nasc.runtime.data.class_names import CIFAR100
from nasc.runtime.data.images import Images, check_labels
from nasc.runtime.data.pictures import read_pictures
from nasc.runtime.data.places import Part, data_root, is_dir, is_file, not_found

COUNTS: dict[Part, int] = {"train": 50_000, "test": 10_000}


def read(data_dir: Path | None, part: Part, skipped: list[str] | None = None) -> Images:
    """50,000 (train) or 10,000 (test) pictures of 3 x 32 x 32; as many as there are in a folder of pictures.

    Raises E601 where no layout of the part is found, E602 where a file is not what it should be;
    of a folder of pictures those that cannot be read are left out where `skipped` takes their paths.
    """
    root = data_root(data_dir)
    inside = ("cifar-100-binary", "cifar-100-python", "cifar100")
    folders = [root, *(root / name for name in inside)] if root else []
    for folder in folders:
        if is_file(folder / f"{part}.bin"):
            return _checked(folder / f"{part}.bin", *read_records(folder / f"{part}.bin", COUNTS[part], 2))
        if is_file(folder / part):
            return _checked(folder / part, *read_batch(folder / part, COUNTS[part], "fine_labels"))
        # A folder `train` may belong to another data set: it is ours if it has the first class.
        if is_dir(folder / part / CIFAR100[0]):
            return read_pictures(folder / part, CIFAR100, (3, 32, 32), skipped)
    looked = [f"{folder} ({part}.bin, {part} or {part}/{CIFAR100[0]})" for folder in folders]
    how = "`--download` fetches it\n"
    how += "or get `cifar-100-binary.tar.gz` from www.cs.toronto.edu/~kriz/cifar.html and unpack it there"
    raise not_found("CIFAR-100", part, looked, data_dir, how)


def _checked(path: Path, pixels: torch.Tensor, labels: torch.Tensor) -> Images:
    check_labels(path, labels, len(CIFAR100))
    return Images(pixels, labels)

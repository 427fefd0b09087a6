"""CIFAR-10 (Krizhevsky 2009), in the layouts in which it is found: binary, python, a folder of pictures.

https://www.cs.toronto.edu/~kriz/cifar.html describes the first two. A picture is three planes (red, green,
blue) of 32 x 32 bytes, row by row; a binary record has its label in the byte before.
"""

from pathlib import Path

import torch

from nasc.runtime.data.cifar_binary import read_records
from nasc.runtime.data.cifar_pickle import read_batch
from nasc.runtime.data.class_names import CIFAR10
from nasc.runtime.data.images import Images, check_labels
from nasc.runtime.data.pictures import read_pictures
from nasc.runtime.data.places import Part, damaged, data_root, is_dir, is_file, not_found

PER_BATCH = 10_000
CLASSES = CIFAR10
STEMS: dict[Part, tuple[str, ...]] = {
    "train": tuple(f"data_batch_{number}" for number in range(1, 6)),
    "test": ("test_batch",),
}


def read(data_dir: Path | None, part: Part, skipped: list[str] | None = None) -> Images:
    """50,000 (train) or 10,000 (test) pictures of 3 x 32 x 32; as many as there are in a folder of pictures.

    Raises E601 where no layout of the part is found, E602 where a file is not what it should be;
    of a folder of pictures those that cannot be read are left out where `skipped` takes their paths.
    """
    root = data_root(data_dir)
    inside = ("cifar-10-batches-bin", "cifar-10-batches-py", "cifar10")
    folders = [root, *(root / name for name in inside)] if root else []
    for folder in folders:
        for suffix in (".bin", ""):
            paths = [folder / f"{stem}{suffix}" for stem in STEMS[part]]
            if any(is_file(path) for path in paths):
                return _batches(paths)
        # A folder `train` may belong to another data set: it is ours if it has the first class.
        if is_dir(folder / part / CLASSES[0]):
            return read_pictures(folder / part, CLASSES, (3, 32, 32), skipped)
    wanted = f"{STEMS[part][0]}.bin, {STEMS[part][0]} or {part}/{CLASSES[0]}"
    looked = [f"{folder} ({wanted})" for folder in folders]
    how = "`--download` fetches it\n"
    how += "or get `cifar-10-binary.tar.gz` from www.cs.toronto.edu/~kriz/cifar.html and unpack it there"
    raise not_found("CIFAR-10", part, looked, data_dir, how)


def _batches(paths: list[Path]) -> Images:
    missing = [path.name for path in paths if not is_file(path)]
    if missing:
        raise damaged(paths[0].parent, f"`{missing[0]}` is missing")
    pixels, labels = [], []
    for path in paths:
        one, numbers = read_records(path, PER_BATCH, 1) if path.suffix == ".bin" else read_batch(path, PER_BATCH)
        check_labels(path, numbers, len(CLASSES))
        pixels.append(one)
        labels.append(numbers)
    return Images(torch.cat(pixels), torch.cat(labels))

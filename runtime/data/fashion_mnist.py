"""Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747) in its four IDX files, compressed or not.

IDX: four bytes of magic (0, 0, type 8 = unsigned byte, number of dimensions), each dimension as a big-endian
32-bit number, then the values row by row.
"""

import gzip
import struct
from pathlib import Path

import torch

from nasc.runtime.data.images import Images, check_labels
from nasc.runtime.data.places import Part, damaged, data_root, is_file, not_found, reading

COUNTS: dict[Part, int] = {"train": 60_000, "test": 10_000}
PREFIX: dict[Part, str] = {"train": "train", "test": "t10k"}
SIDE = 28
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package `dataset-fashion-mnist` puts the files."""


def read(data_dir: Path | None, part: Part, _: list[str] | None = None) -> Images:
    """60,000 (train) or 10,000 (test) pictures of 1 x 28 x 28.

    Raises E601 where no folder holds the part's files, E602 where they are not what they should be.
    """
    count = COUNTS[part]
    pictures, numbers = _find(data_dir, part)
    pixels = _values(pictures, (count, SIDE, SIDE)).reshape(count, 1, SIDE, SIDE)
    labels = _values(numbers, (count,)).to(torch.int64)
    check_labels(numbers, labels, 10)
    return Images(pixels, labels)


def _find(data_dir: Path | None, part: Part) -> tuple[Path, Path]:
    names = (f"{PREFIX[part]}-images-idx3-ubyte.gz", f"{PREFIX[part]}-labels-idx1-ubyte.gz")
    root = data_root(data_dir)
    # The data folder itself comes after its sub folders: MNIST's files have the same names.
    folders = [root / "fashion_mnist", root / "FashionMNIST" / "raw", root] if root else []
    folders.append(DEBIAN)
    for folder in folders:
        found = [_either(folder / name) for name in names]
        if found[0] and found[1]:
            return found[0], found[1]
        if found[0] or found[1]:
            missing = folder / names[0 if found[1] else 1]
            raise damaged(folder, f"`{missing.name}` is missing", help=f"it belongs to {found[0] or found[1]}")
    looked = [folder / names[0] for folder in folders]
    how = "`--download` fetches it\n"
    how += "or get it from Debian's package `dataset-fashion-mnist` or github.com/zalandoresearch/fashion-mnist"
    raise not_found("Fashion-MNIST", part, looked, data_dir, how)


def _either(path: Path) -> Path | None:
    """The compressed file, or the same without `.gz`, or neither."""
    return next((p for p in (path, path.with_suffix("")) if is_file(p)), None)


def _values(path: Path, shape: tuple[int, ...]) -> torch.Tensor:
    """The uint8 values of an IDX file which must hold exactly this shape."""
    header = struct.pack(f">4B{len(shape)}I", 0, 0, 8, len(shape), *shape)
    size = len(header) + torch.Size(shape).numel()
    # One byte more than belongs there tells a longer file, and makes gzip compare its checksum.
    with reading(path), gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        content = bytearray(file.read(size + 1))
    if content[:4] != header[:4]:
        raise damaged(path, f"it begins with {content[:4].hex(' ') or 'nothing'}, not with {header[:4].hex(' ')}")
    if len(content) >= len(header) and content[: len(header)] != header:
        said = struct.unpack_from(f">{len(shape)}I", content, 4)
        raise damaged(path, f"it holds {_times(said)} values, Fashion-MNIST has {_times(shape)}")
    if len(content) < size:
        raise damaged(path, f"it is truncated: {len(content)} of {size} bytes")
    if len(content) > size:
        raise damaged(path, f"something follows its {size} bytes")
    return torch.frombuffer(content, dtype=torch.uint8, offset=len(header)).reshape(shape)


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))

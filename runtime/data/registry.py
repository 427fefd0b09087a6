"""The table of data sets. No torch here: names are listed at once."""

from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, overload

from nasc.dsl.diagnostic import fail, many, nearest
from nasc.runtime.data.class_names import CIFAR10, CIFAR100, DIGITS, FASHION_MNIST
from nasc.runtime.data.places import Part, is_dir, refuse_nothing
from nasc.runtime.data.text_table import is_text

if TYPE_CHECKING:
    from nasc.runtime.data.images import ImageSet

IMAGENET = "imagenet:"
"""`imagenet:N` is made of the first N classes of ImageNet, `imagenet:FILE` of those that a file lists."""
FOLDER = "folder:"
"""`folder:DIR` is made of the pictures in DIR/train/CLASS and DIR/test/CLASS (or DIR/val/CLASS)."""
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's training part, in the code of DARTS, GDAS, EDNAS and D-DARTS alike."""


@dataclass(frozen=True)
class Augmentation:
    """How training pictures are changed: shifted by up to `crop_padding` pixels, mirrored half of the time.

    Cutout is missing on purpose: its length belongs to the training recipe, not to the data set.
    """

    crop_padding: int
    flip: bool

    def __post_init__(self) -> None:
        assert self.crop_padding >= 0, self.crop_padding


@dataclass(frozen=True)
class DataSet:
    """What is known of a data set without reading it.

    `shape` is (channels, height, width); `mean` and `std` are those of each channel over the training part
    for pixels in 0..1; `module` is the file of this package which reads it:
    `read(data_dir, part, skipped) -> ImageSet`.
    With `any_size` pictures are as large as they are, and `shape` is what they are cropped to: what the network
    takes, by `fitted`. `names` are those of the classes, where they are known.
    """

    name: str
    title: str
    classes: int
    shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    module: str
    augment: Augmentation
    any_size: bool = False
    names: tuple[str, ...] = ()

    @property
    def input(self) -> tuple[int, int, int] | None:
        """What a network takes that is built for these pictures; None where it takes what it was written for."""
        return None if self.any_size else self.shape

    def __post_init__(self) -> None:
        assert self.classes > 0
        assert len(self.names) in (0, self.classes), self.names
        assert min(self.shape) > 0, self.shape
        assert len(self.mean) == len(self.std) == self.shape[0], self
        assert min(self.std) > 0, self.std


_ALL = (
    DataSet(
        name="digits",
        title="Handwritten digits, 8x8 (UCI)",
        classes=10,
        shape=(1, 8, 8),
        # Computed over the 1437 training pictures; a test repeats it.
        mean=(0.3054,),
        std=(0.3753,),
        module="digits",
        names=DIGITS,
        # An eighth of the picture, as DARTS's four pixels are of CIFAR's. A mirrored digit is another sign.
        augment=Augmentation(crop_padding=1, flip=False),
    ),
    DataSet(
        name="fashion_mnist",
        title="Fashion-MNIST",
        classes=10,
        shape=(1, 28, 28),
        # Computed over the 60,000 training pictures; a test repeats it.
        mean=(0.2860,),
        std=(0.3530,),
        module="fashion_mnist",
        names=FASHION_MNIST,
        # Garments are scaled until they touch the frame: a shift by more than two pixels cuts them.
        augment=Augmentation(crop_padding=2, flip=True),
    ),
    DataSet(
        name="cifar10",
        title="CIFAR-10",
        classes=10,
        shape=(3, 32, 32),
        # DARTS (Liu et al. 2019, arXiv:1806.09055), the authors' code: `_data_transforms_cifar10`.
        mean=(0.49139968, 0.48215827, 0.44653124),
        std=(0.24703233, 0.24348505, 0.26158768),
        module="cifar10",
        names=CIFAR10,
        augment=Augmentation(crop_padding=4, flip=True),
    ),
    DataSet(
        name="cifar100",
        title="CIFAR-100",
        classes=100,
        shape=(3, 32, 32),
        # P-DARTS (Chen et al. 2019, arXiv:1904.12760), the authors' code; GDAS's are the same to these places.
        mean=(0.5071, 0.4867, 0.4408),
        std=(0.2675, 0.2565, 0.2761),
        module="cifar100",
        names=CIFAR100,
        augment=Augmentation(crop_padding=4, flip=True),
    ),
    DataSet(
        name="imagenet",
        title="ImageNet (ILSVRC 2012)",
        classes=1000,
        shape=(3, 224, 224),
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        module="imagenet",
        augment=Augmentation(crop_padding=0, flip=True),
        any_size=True,
    ),
)

DATA_SETS: dict[str, DataSet] = {data_set.name: data_set for data_set in _ALL}


def describe(name: str, data_dir: Path | None, size: tuple[int, ...] | None = None, skip: bool = False) -> DataSet:
    """The data set called `name`, of `DATA_SETS`, `imagenet:CLASSES` or `folder:DIR`.

    A folder's training part is looked at for it: `size` is (channels, height, width) where the network's is known,
    `skip` passes over pictures that cannot be read.
    Raises E603 for an unknown name, E509 for a text; for a folder E601 and E602 as `load` does.
    """
    _refuse_nothing(name)
    if name.startswith(FOLDER):
        from nasc.runtime.data import folder

        return folder.look(name, data_dir, _picture(size), skip)
    if name.startswith(IMAGENET):
        from nasc.runtime.data import imagenet

        return imagenet.look(name, data_dir)
    if is_text(name):
        help = "a network with `input: tokens` is a language model, which learns from texts"
        raise fail("E509", f"`{name}` is a text, and the network takes pictures", help=help)
    if name not in DATA_SETS:
        known = f"data sets: {', '.join(DATA_SETS)}, {IMAGENET}CLASSES, {FOLDER}DIR"
        near = f"did you mean `{FOLDER}{name}`?" if is_dir(Path(name)) else nearest(name.lower(), DATA_SETS)
        raise fail("E603", f"unknown data set `{name}`", help=f"{near}\n{known}" if near else known)
    return DATA_SETS[name]


def fitted(data_set: DataSet, shape: tuple[int, ...] | str, classes: int) -> DataSet:
    """The data set with pictures of the shape that a network takes, where they can be brought to it.

    Raises E509 where they are grey and it takes coloured ones, or the other way round; where they have one size and it
    takes another; where it tells other numbers of classes apart.
    """
    assert isinstance(shape, tuple), shape  # a language model takes no pictures
    if classes != data_set.classes or not (data_set.any_size or shape == data_set.shape):
        theirs = (
            f"{'x'.join(map(str, shape if data_set.any_size else data_set.shape))} in {many(data_set.classes, 'class')}"
        )
        ours = f"{'x'.join(map(str, shape))} in {classes}"
        message = f"`{data_set.name}` has pictures of {theirs}, the network takes {ours}"
        raise fail(
            "E509",
            message,
            help="a network that is built anew takes both from the data where `--input` and `--classes` are left out",
        )
    if not data_set.any_size:
        return data_set
    if shape[0] != data_set.shape[0]:
        message = (
            f"the pictures of `{data_set.name}` have {many(data_set.shape[0], 'channel')}, the network takes {shape[0]}"
        )
        help = f"`--input {'x'.join(map(str, (data_set.shape[0], *shape[1:])))}` builds it for them"
        raise fail("E509", message, help=help)
    return replace(data_set, shape=_picture(shape))


def load(
    name: str,
    data_dir: Path | None,
    part: Part,
    size: tuple[int, ...] | None = None,
    skipped: list[str] | None = None,
) -> "ImageSet":
    """Read one part of a data set, nothing of the other: the test part stays unread until it is asked for.

    `data_dir` is the folder to look in; without it the one which the environment variable NASC_DATA names. `size` is
    as for `describe`. Pictures that cannot be read are left out where `skipped` takes their paths.
    Raises E603 (unknown name), E601 (not found) and E602 (damaged).
    """
    _refuse_nothing(name)
    if name.startswith(FOLDER):
        from nasc.runtime.data import folder

        return folder.read(name, data_dir, part, _picture(size), skipped)
    if name.startswith(IMAGENET):
        from nasc.runtime.data import imagenet

        return imagenet.read(data_dir, part, skipped, name.removeprefix(IMAGENET))
    data_set = describe(name, data_dir)
    images: ImageSet = import_module(f"nasc.runtime.data.{data_set.module}").read(data_dir, part, skipped)
    return images


def _refuse_nothing(name: str) -> None:
    """Raise E603 for `folder:` and `imagenet:` alone."""
    for prefix, example in ((FOLDER, "my_pictures"), (IMAGENET, "100")):
        if name.startswith(prefix):
            refuse_nothing(name, example)


@overload
def _picture(size: tuple[int, ...]) -> tuple[int, int, int]: ...
@overload
def _picture(size: None) -> None: ...
def _picture(size: tuple[int, ...] | None) -> tuple[int, int, int] | None:
    """A size of pictures: all three of it."""
    if size is None:
        return None
    channels, height, width = size
    return channels, height, width

"""`folder:DIR`: the user's own pictures, DIR/train/CLASS/* and DIR/test/CLASS/* (or DIR/val/CLASS/*)."""

from dataclasses import dataclass
from pathlib import Path

import torch

from nasc.runtime.data.images import Images, ImageSet
from nasc.runtime.data.listing import check_classes, class_names, listed
from nasc.runtime.data.picture_file import Shape
from nasc.runtime.data.pictures import open_pictures, read_pictures
from nasc.runtime.data.places import Part, data_root, is_dir, not_found
from nasc.runtime.data.registry import FOLDER, IMAGENET_MEAN, IMAGENET_STD, Augmentation, DataSet
from nasc.runtime.data.survey import survey
from nasc.runtime.data.unreadable import left_out

NAMES: dict[Part, tuple[str, ...]] = {"train": ("train",), "test": ("test", "val")}
"""Where both are there, `test` is taken: `val` is then the user's own."""
MEMORY = 2 << 30
"""Bytes of decoded pictures that are held in memory; more are read when they are asked for."""


@dataclass(frozen=True)
class _Kind:
    """How a folder is read: its classes, and the pictures' shape; `whole` says that all of them are in memory."""

    classes: list[str]
    shape: Shape
    whole: bool


def look(name: str, data_dir: Path | None, size: Shape | None = None, skip: bool = False) -> DataSet:
    """The data set in `folder:DIR`: classes are the sorted sub folders of the training part.

    Pictures of one size, which is `size` or with None whatever it is, are used as they are: mean and deviation are
    computed over the training part, which is read for it; they may shift by an eighth, as DARTS's do, and are not
    mirrored, since letters or signs would change their meaning. Other pictures are cropped to what the network
    takes, as ImageNet's are and with its mean and deviation. `skip` passes over what cannot be read.
    Raises E601 where there is no training part, E602 where it cannot be used.
    """
    skipped: list[str] | None = [] if skip else None
    kind = _kind(name, data_dir, size, skipped)
    grey = kind.shape[0] == 1
    mean, std = (_grey(IMAGENET_MEAN), _grey(IMAGENET_STD)) if grey else (IMAGENET_MEAN, IMAGENET_STD)
    if kind.whole:
        mean, std = statistics(read_pictures(_part(name, data_dir, "train"), kind.classes, kind.shape, skipped))
    return DataSet(
        name=name,
        title=f"pictures in {name.removeprefix(FOLDER)}",
        classes=len(kind.classes),
        shape=kind.shape,
        mean=mean,
        std=std,
        module="folder",
        names=tuple(kind.classes),
        augment=Augmentation(crop_padding=min(kind.shape[1:]) // 8, flip=False),
        any_size=not kind.whole,
    )


def read(
    name: str, data_dir: Path | None, part: Part, size: Shape | None = None, skipped: list[str] | None = None
) -> ImageSet:
    """The pictures of one part. Of the training part the test part needs the classes and the pictures' size.

    Raises E601 where the part is missing, E602 where it cannot be used; what cannot be read is left out where
    `skipped` takes its paths.
    """
    kind = _kind(name, data_dir, size, None if skipped is None else [])
    folder = _part(name, data_dir, part)
    if kind.whole:
        return read_pictures(folder, kind.classes, kind.shape, skipped)
    check_classes(folder, kind.classes)
    return open_pictures(folder, listed(folder, kind.classes), kind.shape[0], skipped)


def _kind(name: str, data_dir: Path | None, size: Shape | None, skipped: list[str] | None) -> _Kind:
    train = _part(name, data_dir, "train")
    classes = class_names(train)
    pictures = listed(train, classes)
    found = survey(train, pictures)
    left_out(train, found.problems, len(pictures), skipped)
    shape = size or found.first
    whole = found.same and shape[1:] == found.first[1:] and len(pictures) * torch.Size(shape).numel() <= MEMORY
    return _Kind(classes, shape, whole)


def _part(name: str, data_dir: Path | None, part: Part) -> Path:
    """DIR is taken as it stands, then as a folder inside the data folder."""
    given, root = Path(name.removeprefix(FOLDER)), data_root(data_dir)
    places = [given] if root is None or given.is_absolute() else [given, root / given]
    looked = [place / sub for place in places for sub in NAMES[part]]
    for place in looked:
        if is_dir(place):
            return place
    how = f"each part has a sub folder of pictures for each class: {given}/{part}/cat/1.png"
    raise not_found(f"the data set `{name}`", part, looked, data_dir, how)


def _grey(channels: tuple[float, ...]) -> tuple[float, ...]:
    return (sum(channels) / len(channels),)


def statistics(images: Images) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and deviation of each channel for pixels in 0..1, from counts of the 256 values and so exact."""
    values = torch.arange(256, dtype=torch.float64) / 255
    means, deviations = [], []
    for channel in images.pixels.unbind(1):
        share = torch.bincount(channel.flatten(), minlength=256).to(torch.float64) / channel.numel()
        mean = (share * values).sum()
        means.append(float(mean))
        # One step of 255 at least: pictures of a single colour must not divide by zero.
        deviations.append(max(float((share * (values - mean) ** 2).sum().sqrt()), 1 / 255))
    return tuple(means), tuple(deviations)

"""`folder:DIR`: the user's own pictures, DIR/train/CLASS/* and DIR/test/CLASS/* (or DIR/val/CLASS/*)."""

from pathlib import Path

import torch

from nasc.runtime.data.images import Images
from nasc.runtime.data.pictures import class_names, first_shape, read_pictures
from nasc.runtime.data.places import Part, data_root, is_dir, not_found
from nasc.runtime.data.registry import FOLDER, Augmentation, DataSet

NAMES: dict[Part, tuple[str, ...]] = {"train": ("train",), "test": ("test", "val")}
"""Where both are there, `test` is taken: `val` is then the user's own."""


def look(name: str, data_dir: Path | None) -> DataSet:
    """The data set in `folder:DIR`: classes are the sorted sub folders, the first picture gives the size.

    Mean and deviation are computed over the training part, which is read for it. Pictures may shift by an
    eighth, as DARTS's do; they are not mirrored, since letters or signs would change their meaning.
    Raises E601 where there is no training part, E602 where it cannot be used.
    """
    train = _part(name, data_dir, "train")
    classes = class_names(train)
    shape = first_shape(train, classes)
    mean, std = statistics(read_pictures(train, classes, shape))
    return DataSet(
        name=name,
        title=f"pictures in {name.removeprefix(FOLDER)}",
        classes=len(classes),
        shape=shape,
        mean=mean,
        std=std,
        module="folder",
        names=tuple(classes),
        augment=Augmentation(crop_padding=min(shape[1:]) // 8, flip=False),
    )


def read(name: str, data_dir: Path | None, part: Part) -> Images:
    """The pictures of one part. Of the training part the test part needs the classes and one picture's size.

    Raises E601 where the part is missing, E602 where it cannot be used.
    """
    train = _part(name, data_dir, "train")
    classes = class_names(train)
    return read_pictures(_part(name, data_dir, part), classes, first_shape(train, classes))


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

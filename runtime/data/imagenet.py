"""ImageNet's 1000 classes (ILSVRC 2012, Russakovsky et al. 2015), as unpacked from the official archives.

`train/n01440764/*.JPEG`; `val/n01440764/*.JPEG`, or all of `val/` in one folder with a file that says the classes.
Labels are the places of the classes (WordNet's numbers) in alphabetical order, as everywhere. The validation part
serves as the test part: the labels of the official one are not public.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nasc.dsl.diagnostic import NasError, fail, many
from nasc.runtime.data.image_files import ImageFiles
from nasc.runtime.data.imagenet_val import NUMBER, classes_in, flat_pictures
from nasc.runtime.data.listing import listed
from nasc.runtime.data.pictures import open_pictures
from nasc.runtime.data.places import Part, damaged, data_root, is_dir, is_file, not_found, reading
from nasc.runtime.data.registry import DATA_SETS, IMAGENET, DataSet

COUNT = 1000
INSIDE = (".", "imagenet", "ILSVRC2012", "ILSVRC/Data/CLS-LOC", "ImageNet")
OFFICIAL = "ILSVRC2012_val_"
"""How the names of the official validation pictures begin."""
FOLDERS: dict[Part, str] = {"train": "train", "test": "val"}
WORDS = ("LOC_synset_mapping.txt", "synset_words.txt")
"""Files that say what the classes are called: `n01440764 tench, Tinca tinca`."""


def look(name: str, data_dir: Path | None) -> DataSet:
    """`imagenet:CLASSES` without reading pictures. Raises E601 where there are none, E602, E603 where classes miss."""
    whole = DATA_SETS["imagenet"]
    classes, root = _classes(data_dir, name.removeprefix(IMAGENET), "train")
    words = _words(root)
    names = tuple(words.get(number, number) for number in classes)
    return replace(whole, name=name, title=f"{whole.title}, {len(classes)} classes", classes=len(classes), names=names)


def read(data_dir: Path | None, part: Part, skipped: list[str] | None = None, chosen: str = "") -> ImageFiles:
    """1,281,167 (train) or 50,000 (validation, as test) pictures of any size in colour, or those of some classes.

    `chosen` is their number, or the path of a file that lists them. Raises E601 where the part is not found, E602
    where it cannot be used; pictures that cannot be read are left out where `skipped` takes their paths.
    """
    root = _root(data_dir, part)
    classes, _ = _classes(data_dir, chosen, part)
    folder = root / FOLDERS[part]
    if part == "train" or is_dir(folder / classes[0]):
        return open_pictures(folder, listed(folder, classes), 3, skipped)
    return open_pictures(folder, flat_pictures(root, classes, COUNT), 3, skipped)


def _root(data_dir: Path | None, part: Part) -> Path:
    """The folder that holds `train` or `val` of ImageNet."""
    root = data_root(data_dir)
    places = [root / inside for inside in INSIDE] if root else []
    for place in places:
        if is_dir(place / FOLDERS[part]) and _is_ours(place / FOLDERS[part]):
            return place
    looked = [place / FOLDERS[part] for place in places]
    how = "get it from www.image-net.org, whose terms must be agreed to, and unpack it to `train/n01440764/*.JPEG`"
    raise not_found(DATA_SETS["imagenet"].title, part, looked, data_dir, how)


def _is_ours(folder: Path) -> bool:
    """Whether a folder has classes by WordNet's numbers, or pictures as the official archive of `val` has them."""
    with reading(folder):
        return any(
            NUMBER.fullmatch(entry.name) or entry.name.startswith("ILSVRC2012_val_") for entry in folder.iterdir()
        )


def _classes(data_dir: Path | None, chosen: str, part: Part) -> tuple[Sequence[str], Path]:
    """The classes' numbers in alphabetical order: all, so many, or those that a file lists; and ImageNet's folder.

    The folders of the training part say which there are; where it is missing, those of the validation part.
    """
    for one, name in FOLDERS.items():
        try:
            root = _root(data_dir, one)
        except NasError:
            continue
        folder = root / name
        there = classes_in(folder)
        if there:
            return _chosen(folder, there, chosen, data_dir), root
    root = _root(data_dir, part)
    raise damaged(root / FOLDERS[part], "no folders say which classes there are", help="unpack `train` beside it")


def _chosen(folder: Path, there: list[str], chosen: str, data_dir: Path | None) -> Sequence[str]:
    if not chosen:
        if len(there) != COUNT:
            help = f"`--data {IMAGENET}{len(there)}` takes those that are there"
            raise damaged(folder, f"it has {len(there):,} of {COUNT:,} classes", help=help)
        return there
    if chosen.isdecimal():
        if not 0 < int(chosen) <= len(there):
            help = f"write a number up to that, such as `{IMAGENET}{len(there)}`"
            raise fail("E603", f"`{IMAGENET}{chosen}`: there are {many(len(there), 'class')} in {folder}", help=help)
        return there[: int(chosen)]
    listed_there = _listed_in(_file(chosen, data_dir))
    missing = sorted(set(listed_there) - set(there))
    if missing:
        raise damaged(folder, f"the class `{missing[0]}` is missing", help=f"`{chosen}` lists it")
    return sorted(listed_there)


def _file(chosen: str, data_dir: Path | None) -> Path:
    """The path as it stands, then inside the data folder."""
    given, root = Path(chosen), data_root(data_dir)
    places = [given] if root is None or given.is_absolute() else [given, root / given]
    found = next((place for place in places if is_file(place)), None)
    if found is None:
        help = f"write `{IMAGENET}100` for the first 100 classes, or the path of a file with a class a line: n01440764"
        raise fail("E603", f"there is no list of classes `{chosen}`", help=help)
    return found


def _listed_in(path: Path) -> set[str]:
    """The numbers at the beginning of each line that is neither empty nor a comment."""
    with reading(path):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    numbers = [line.split()[0] for line in lines if line and not line.startswith("#")]
    for number in numbers:
        if not NUMBER.fullmatch(number):
            raise damaged(path, f"`{number}` is no class", help="a class a line, by WordNet's number: n01440764")
    if not numbers:
        raise damaged(path, "it lists no classes", help="a class a line, by WordNet's number: n01440764")
    return set(numbers)


def _words(root: Path) -> dict[str, str]:
    """The first word that each class is called by, where a file beside the pictures says it."""
    for place in (root, *root.parents[:3]):
        for name in WORDS:
            if is_file(place / name):
                with reading(place / name):
                    lines = (place / name).read_text(encoding="utf-8").splitlines()
                pairs = (line.partition(" ") for line in lines)
                return {number: words.split(",")[0].strip() for number, _, words in pairs if words.strip()}
    return {}

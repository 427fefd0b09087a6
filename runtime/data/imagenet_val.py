"""ImageNet's validation pictures in one folder, as the official archive has them, and the file that says their classes.

Known are `LOC_val_solution.csv` (Kaggle: a picture's name, then its class by WordNet's number) and `val.txt` (Caffe:
its name, then the place of its class in alphabetical order).
"""

import csv
import os
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from nasc.runtime.data.listing import SUFFIXES, Picture, mixed
from nasc.runtime.data.places import damaged, is_dir, is_file, reading

TABLES = ("LOC_val_solution.csv", "val.txt")
NUMBER = re.compile(r"n\d{8}")
"""How WordNet numbers what it calls synsets: sets of words of one meaning."""


def classes_in(folder: Path) -> list[str]:
    """The numbers of the classes that have a folder, in alphabetical order."""
    with reading(folder), os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if NUMBER.fullmatch(entry.name) and entry.is_dir())


def flat_pictures(root: Path, classes: Sequence[str], count: int) -> list[Picture]:
    """The pictures of `root`/val that are of these classes, evenly mixed; `count` classes there are in all.

    Raises E602: no table, one that cannot be read, a picture that it does not know, a class without any.
    """
    folder = root / "val"
    places = (root, folder, *root.parents[:3])
    table = next((place / name for place in places for name in TABLES if is_file(place / name)), None)
    if table is None:
        help = f"put {' or '.join(TABLES)} beside it, or move each picture into the folder of its class"
        raise damaged(folder, "its pictures are not in folders of classes, and no file says their classes", help=help)
    said = _by_number(table) if table.suffix == ".csv" else _by_place(table, root, count)
    with reading(folder), os.scandir(folder) as entries:
        files = sorted((e for e in entries if e.name.lower().endswith(SUFFIXES)), key=lambda e: e.name)
        states = {e.name: (s.st_size, s.st_mtime_ns) for e, s in ((e, e.stat()) for e in files)}
    of_class: dict[str, list[str]] = defaultdict(list)
    for name in states:
        number = said.get(Path(name).stem)
        if number is None:
            raise damaged(folder / name, f"`{table}` does not say its class")
        of_class[number].append(name)
    empty = next((number for number in classes if number not in of_class), None)
    if empty is not None:
        raise damaged(folder, f"it has no pictures of the class `{empty}`")
    return mixed(
        Picture(label, (rank + 0.5) / len(of_class[number]), name, states[name])
        for label, number in enumerate(classes)
        for rank, name in enumerate(of_class[number])
    )


def _by_number(table: Path) -> dict[str, str]:
    """`ILSVRC2012_val_00048981,n03995372 85 1 499 272`: class and boxes. The first line names the columns."""
    with reading(table), table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    for row in rows:
        if len(row) != 2 or not row[1].strip():
            raise damaged(table, f"a line is not a name and a class: {','.join(row)!r}")
    return {name: boxes.split()[0] for name, boxes in rows}


def _by_place(table: Path, root: Path, count: int) -> dict[str, str]:
    """`ILSVRC2012_val_00000001.JPEG 65`; places count the 1000 classes, which are the folders of `train`."""
    numbers = classes_in(root / "train") if is_dir(root / "train") else []
    if len(numbers) != count:
        what = f"it counts {count:,} classes, of which the training part, whose folders name them, has {len(numbers):,}"
        raise damaged(table, what)
    found: dict[str, str] = {}
    with reading(table):
        lines = table.read_text(encoding="utf-8").splitlines()
    for line in filter(str.strip, lines):
        name, _, place = line.rpartition(" ")
        if not name or not place.isdecimal() or int(place) >= len(numbers):
            raise damaged(table, f"a line is not a name and one of {count} classes: {line!r}")
        found[Path(name.strip()).stem] = numbers[int(place)]
    return found

"""The prelude, the zoo, the spaces and the recipes that ship with the package, all of them `.nas` text."""

from importlib.resources import files
from importlib.resources.abc import Traversable

FOLDERS = ("zoo", "spaces")
"""The folders whose files a user may name without a path: `darts_v2`, `darts`."""


def shipped(path: str) -> Traversable:
    """The shipped text `path`, such as `std/darts`; it may not exist."""
    return files(__name__).joinpath(f"{path}.nas")


def names(folder: str) -> list[str]:
    """The names of the files in one folder, sorted.

    >>> "darts" in names("std")
    True
    """
    return sorted(file.name[:-4] for file in files(__name__).joinpath(folder).iterdir() if file.name.endswith(".nas"))

"""Where data sets are looked for, and the two ways in which that fails (E601, E602). No torch here."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from nasc.dsl.diagnostic import NasError, fail

Part = Literal["train", "test"]

VARIABLE = "NASC_DATA"
"""The environment variable which names the data folder where `--data-dir` is not given."""


def data_root(data_dir: Path | None) -> Path | None:
    """The folder to look in: the one given, else what `NASC_DATA` says, else none."""
    if data_dir is not None:
        return data_dir
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def is_file(path: Path) -> bool:
    """Unlike `Path.is_file`, False instead of an exception where a folder may not be entered."""
    return os.path.isfile(path)


def is_dir(path: Path) -> bool:
    """Unlike `Path.is_dir`, False instead of an exception where a folder may not be entered."""
    return os.path.isdir(path)


def not_found(title: str, part: Part, looked: Sequence[Path | str], data_dir: Path | None, how: str = "") -> NasError:
    """E601, ready to be raised: which data set, every place looked, `how` to get it, how to point to it."""
    what = {"train": "training", "test": "test"}[part]
    lines = ["looked for:", *(f"  {place}" for place in looked)] if looked else []
    if data_root(data_dir) is None:
        lines.append(f"no data folder was named: give `--data-dir DIR` or set the environment variable {VARIABLE}")
    else:
        lines.append(f"name another folder with `--data-dir DIR` or the environment variable {VARIABLE}")
    if how:
        lines.append(how)
    return fail("E601", f"{title} was not found: no {what} part", help="\n".join(lines))


def refuse_nothing(name: str, example: str) -> None:
    """Raise E603 for a name that ends with its colon: nothing behind it would be the folder one stands in."""
    if not name.partition(":")[2].strip():
        raise fail("E603", f"`{name}` names nothing", help=f"such as `--data {name.strip()}{example}`")


def damaged(path: Path, what: str, help: str = "") -> NasError:
    """E602, ready to be raised: the file (or folder) and what is wrong with it."""
    return fail("E602", f"`{path}` cannot be used: {what}", help=help)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """While a library reads `path`: whatever it raises becomes E602 with the file's name.

    Readers of foreign bytes raise nearly anything (numpy alone: ValueError, EOFError, BadZipFile,
    MemoryError, SyntaxError...), so all of it is caught here. Keep inside the library's call alone.
    """
    try:
        yield
    except NasError:
        raise
    except EOFError as error:
        raise damaged(path, "it is truncated") from error
    except UnicodeDecodeError as error:
        help = "save it as UTF-8, if it is a text; name another file, if it is none"
        raise damaged(path, f"it is not UTF-8 (byte {error.start})", help=help) from error
    except OSError as error:
        raise damaged(path, error.strerror or str(error)) from error
    except Exception as error:
        text = str(error).split("\n")[0]
        raise damaged(path, f"{type(error).__name__}: {text}" if text else type(error).__name__) from error

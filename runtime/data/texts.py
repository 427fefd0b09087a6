"""The texts that language models learn from: the Penn Treebank, WikiText-2, a piece of Shakespeare, and your own."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from nasc.dsl.diagnostic import fail, nearest
from nasc.runtime.data.corpus import (
    MOST,
    PARTS,
    Corpus,
    TextPart,
    characters_of,
    closed,
    coded,
    cut,
    opened,
    words_of,
)
from nasc.runtime.data.places import damaged, data_root, is_dir, is_file, not_found, reading, refuse_nothing
from nasc.runtime.data.registry import DATA_SETS, FOLDER, IMAGENET
from nasc.runtime.data.text_table import CHARACTERS, NAMES, TEXTS, WORDS, Text

EMBEDDED = Path(__file__).with_name("shakespeare.txt.gz")
Parts = dict[TextPart, Sequence[str]]


def load_text(
    name: str, data_dir: Path | None, vocabulary: int | None = None, words: Sequence[str] | None = None
) -> Corpus:
    """A text, in three parts. `vocabulary` is the most words of one's own text, or of `shakespeare`.

    With `words`, those of a trained network, it is coded in these, and words that are not among them are `<unk>`.
    Raises `NasError`: an unknown name (E603), not found (E601), damaged or another text (E602), words that a network
    without `<unk>` does not know (E509).
    """
    make = _maker(name)
    parts = make(data_dir)
    if words is not None:
        try:
            return coded(name, parts, words)
        except KeyError as error:
            message = f"the network does not know the word `{error.args[0]}` of `{name}`, and has no `<unk>` for it"
            raise fail("E509", message, help="evaluate it on the text it was trained on") from None
    if name in TEXTS:
        found = closed(name, parts)
        _check(TEXTS[name], found, data_dir)
        return found
    return opened(name, parts, vocabulary or MOST)


def _maker(name: str) -> Callable[[Path | None], Parts]:
    """What reads the parts of a text. Raises `NasError` (E603)."""
    if name in TEXTS:
        return lambda data_dir: _parts(TEXTS[name], data_dir)
    if name == "shakespeare":
        return lambda data_dir: cut(words_of(_embedded()))
    if name.startswith((WORDS, CHARACTERS)):
        refuse_nothing(name, "my_text.txt")
    if name.startswith(WORDS):
        return lambda data_dir: _own(name, name.removeprefix(WORDS), data_dir, words_of)
    if name.startswith(CHARACTERS):
        return lambda data_dir: _own(name, name.removeprefix(CHARACTERS), data_dir, characters_of)
    known = f"texts: {', '.join(NAMES)}, {WORDS}FILE, {CHARACTERS}FILE"
    if name in DATA_SETS or name.startswith((FOLDER, IMAGENET)):
        raise fail("E509", f"`{name}` has pictures, and the network is a language model", help=known)
    near = f"did you mean `{WORDS}{name}`?" if Path(name).exists() else nearest(name.lower(), NAMES)
    raise fail("E603", f"unknown data set `{name}`", help=f"{near}\n{known}" if near else known)


def _embedded() -> str:
    with reading(EMBEDDED), gzip.open(EMBEDDED, "rt", encoding="utf-8") as file:
        return file.read()


def _own(name: str, given: str, data_dir: Path | None, split: Callable[[str], list[str]]) -> Parts:
    """The user's own text: a file, cut in three parts, or a folder of train.txt, valid.txt and test.txt."""
    root = data_root(data_dir)
    path = Path(given)
    places = [path] if root is None or path.is_absolute() else [path, root / path]
    for place in places:
        if is_file(place):
            tokens = split(_read(place))
            if len(tokens) < 100:
                what = "words and ends of lines" if split is words_of else "characters"
                said = f"{len(tokens)} {what} are too few to be cut in three parts" if tokens else "it is empty"
                help = "it takes 100 at least; a folder of train.txt, valid.txt and test.txt is taken as it is"
                raise damaged(place, said, help=help)
            return cut(tokens)
        if is_dir(place):
            files = {part: place / f"{part}.txt" for part in PARTS}
            if missing := [file for file in files.values() if not is_file(file)]:
                raise not_found(f"the text `{name}`", "train", missing, data_dir, "a folder holds all three parts")
            return {part: split(_read(file)) for part, file in files.items()}
    how = "name a file, which is cut in three parts, or a folder of train.txt, valid.txt and test.txt"
    raise not_found(f"the text `{name}`", "train", places, data_dir, how)


def _read(path: Path) -> str:
    with reading(path):
        return path.read_text(encoding="utf-8")


def _parts(text: Text, data_dir: Path | None) -> Parts:
    """The three parts of a named text, from a folder or a zip."""
    root = data_root(data_dir)
    looked: list[Path | str] = []
    if root is not None:
        for folder in (*(root / name for name in text.folders), root):
            for pattern in text.files:
                files = {part: folder / pattern.format(part) for part in PARTS}
                looked.append(files["train"])
                if all(is_file(file) for file in files.values()):
                    return {part: words_of(_read(file)) for part, file in files.items()}
        for archive in (*(root / name for name in text.archives), root):
            looked.append(archive)
            if is_file(archive):
                return _unpacked(text, archive)
    raise not_found(text.title, "train", looked, data_dir, text.how)


def _unpacked(text: Text, archive: Path) -> Parts:
    """The three parts out of a zip, wherever in it they lie."""
    with reading(archive), zipfile.ZipFile(archive) as file:
        names = [name for name in file.namelist() if not name.startswith("__MACOSX/")]
        for pattern in text.files:
            found = {part: _ending(names, pattern.format(part)) for part in PARTS}
            if all(found.values()):
                return {part: words_of(file.read(str(name)).decode("utf-8")) for part, name in found.items()}
    wanted = " or ".join(pattern.format("train") for pattern in text.files)
    raise damaged(archive, f"it holds no {wanted}", help=text.how)


def _ending(names: Sequence[str], wanted: str) -> str | None:
    return next((name for name in names if name.rpartition("/")[2] == wanted), None)


def _check(text: Text, found: Corpus, data_dir: Path | None) -> None:
    """Raise E602 where a file is another text than its name says."""
    sizes = {"words": len(found.words), **{f"tokens to {part}": count for part, count in found.tokens().items()}}
    for (what, count), known in zip(sizes.items(), text.counts, strict=True):
        if known and count != known:
            place = data_root(data_dir) or Path()
            message = f"{count:,} {what}, where {text.title} has {known:,}"
            raise damaged(place, message, help=f"{text.how}\n`--data {WORDS}DIR` takes any other text")

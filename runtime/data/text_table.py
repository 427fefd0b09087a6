"""The table of texts that language models learn from. No torch here: names are listed at once."""

from dataclasses import dataclass

WORDS, CHARACTERS = "text:", "chars:"
"""`text:FILE` is the words of your own text, `chars:FILE` its characters."""


@dataclass(frozen=True)
class Text:
    """A text that is known by name.

    `folders` and `archives` are where it is looked for in the data folder, `files` what its parts may be called;
    `counts` are its words and the tokens of its parts, by which a wrong file is noticed (0: not known).
    """

    name: str
    title: str
    folders: tuple[str, ...]
    archives: tuple[str, ...]
    files: tuple[str, ...]
    counts: tuple[int, int, int, int]
    how: str


_ALL = (
    Text(
        name="ptb",
        title="the Penn Treebank",
        folders=("ptb", "penn"),
        archives=("ptb.zip", "penn.zip"),
        files=("ptb.{}.txt", "{}.txt"),
        counts=(10_000, 929_589, 73_760, 82_430),
        how="it is the version of Mikolov et al. (2010): ptb.train.txt, ptb.valid.txt, ptb.test.txt, or a zip of them",
    ),
    Text(
        name="wikitext2",
        title="WikiText-2",
        folders=("wikitext-2", "wikitext2"),
        archives=("wikitext-2-v1.zip", "wikitext-2.zip", "wikitext2.zip"),
        files=("wiki.{}.tokens", "{}.txt"),
        counts=(33_278, 0, 217_646, 245_569),
        how="it is wikitext-2-v1.zip of Merity et al. (2016): wiki.train.tokens, wiki.valid.tokens, wiki.test.tokens",
    ),
)
TEXTS: dict[str, Text] = {text.name: text for text in _ALL}
NAMES = (*TEXTS, "shakespeare")
"""All texts that have a name."""


def is_text(name: str) -> bool:
    """Whether `--data NAME` is a text, and not pictures."""
    return name in NAMES or name.startswith((WORDS, CHARACTERS))

"""Classes of the emitted Python file: calls that differ in numbers alone become one class with arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from keyword import iskeyword

from nasc.compiler.emit.python_calls import Argument, Call, Slot, Value, filled, shape_of, slots

Numbers = tuple[int, ...]
"""One number for each use of a class."""
MULTIPLES = (2, 3, 4, 8)
"""What a channel count may be a multiple or a part of another by, to be written so."""


@dataclass(frozen=True)
class Use:
    """One place where a class is used: the values its body holds there, and numbers to express them in, by name."""

    values: tuple[Value, ...]
    known: dict[str, int]


@dataclass(eq=False)
class Template:
    """A class to be written: its uses are alike but for their slots. `about` is its docstring."""

    name: str
    about: str
    uses: list[Use] = field(default_factory=list)

    def settle(self) -> Settled:
        """Its arguments, its body in terms of them, and the numbers that each use passes."""
        return _settle(self)


@dataclass(frozen=True)
class Settled:
    """A class with named arguments. `values` is its body, `passed` one row of numbers for each use."""

    template: Template
    parameters: tuple[str, ...]
    values: tuple[Value, ...]
    passed: tuple[tuple[Slot, ...], ...]

    def call(self, use: int, *more: Value) -> Call:
        """The call that constructs it where it is used for the `use`-th time."""
        return Call(self.template.name, (*map(Argument, self.passed[use]), *map(Argument, more)))


class Templates:
    """All classes of one kind, in order of first use; each has a name of its own."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.found: dict[object, Template] = {}

    def use(self, word: str, about: str, use: Use, *more: object) -> tuple[Template, int]:
        """The class for these values, and how many uses it had before. `more` tells classes apart besides."""
        key = (word, tuple(map(shape_of, use.values)), more)
        if key not in self.found:
            self.found[key] = Template(self.names.new(camel(word)), about)
        template = self.found[key]
        template.uses.append(use)
        return template, len(template.uses) - 1


class Names:
    """Names in one scope of the file, none of them twice."""

    def __init__(self, taken: Sequence[str] = ()) -> None:
        self.taken = set(taken)

    def new(self, wanted: str) -> str:
        """The name, with a number behind it where it is taken or a word of Python."""
        name, number = wanted, 2
        while name in self.taken or iskeyword(name):
            name, number = f"{wanted}_{number}", number + 1
        self.taken.add(name)
        return name


def camel(word: str) -> str:
    """The name of a class.

    >>> camel("sep_conv_3x3"), camel("normal_0")
    ('SepConv3x3', 'Normal0')
    """
    name = "".join(part[:1].upper() + part[1:] for part in re.split("_+", word))
    return name if name[:1].isalpha() else f"Cell{name}"


def _settle(template: Template) -> Settled:
    rows = [tuple(slot for value in use.values for slot in slots(value)) for use in template.uses]
    known: dict[str, dict[str, Numbers]] = {"channels": _bases(template.uses), "stride": {}}
    used: set[str] = set()
    words = []
    for column in zip(*rows, strict=True):
        numbers, role = tuple(slot.value for slot in column), column[0].role
        word = _in_terms_of(numbers, known[role], parts=role == "channels")
        if word is None and len(set(numbers)) == 1:
            words.append(str(numbers[0]))
            continue
        if word is None:
            word = _free(role, known[role])
            known[role][word] = numbers
        used.update(set(re.split(r"[ *]+", word)) & set(known[role]))
        words.append(word)
    following = iter(words)
    values = tuple(filled(value, lambda slot: next(following)) for value in template.uses[0].values)
    passed = [(name, role, row) for role in known for name, row in known[role].items() if name in used]
    slots_of_use = tuple(
        tuple(Slot(row[use], "stride" if role == "stride" else "channels") for _, role, row in passed)
        for use in range(len(rows))
    )
    return Settled(template, tuple(name for name, _, _ in passed), values, slots_of_use)


def _bases(uses: Sequence[Use]) -> dict[str, Numbers]:
    """The known numbers of all uses by name; those that are always equal have one name, `c`."""
    bases = {name: tuple(use.known[name] for use in uses) for name in uses[0].known}
    return {"c": next(iter(bases.values()))} if len(set(bases.values())) == 1 else bases


def _in_terms_of(numbers: Numbers, known: dict[str, Numbers], parts: bool) -> str | None:
    """The numbers as known ones, or (with `parts`) as a multiple or a part of them."""
    for name, row in known.items():
        if row == numbers:
            return name
    for by in MULTIPLES if parts else ():
        for name, row in known.items():
            if tuple(n * by for n in numbers) == row:
                return f"{name} // {by}"
            if tuple(n * by for n in row) == numbers:
                return f"{by} * {name}"
    return None


def _free(word: str, taken: dict[str, Numbers]) -> str:
    return word if word not in taken else next(f"{word}_{i}" for i in range(2, 10_000) if f"{word}_{i}" not in taken)

"""The identity of a genotype: one text, and its digest, for all ways to write the same genotype.

Two genotypes are the same when they are the same function with the same weights to learn. What is compared:

* Every cell that a network places, at each stride it is placed with, as a graph of values (see `values`): operations
  written out as layers, as the network's overrides and its `edge:` and `state:` have them. States have no names, and
  inputs are told apart by how far before the cell they come from. `concat` keeps its order: its parts are channels,
  and what reads the cell has weights for each of them, so two orders are two functions.
* The order of the cells in the stack, cells that repeat in a row taken together; and what the skeleton puts before
  the inputs of a cell (`preprocess`, and `align` where a cell reads the older input).

What is not: depth, width, classes, size of the input, stem, head and auxiliary head, so that a genotype is the same
in the networks `cifar` and `imagenet` of its family. Cells are compared one by one: that a later cell does not read
one, or that equal channels lie in two, makes no difference. Open edges are compared as the multiset of what they may
be, with `keep`; cells that share a choice are told from cells with choices of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from nasc.compiler.cell_values import CellValues
from nasc.compiler.dag import CellDag
from nasc.compiler.plan import choose, family_network, recipe_network
from nasc.compiler.resolve import Program, resolve
from nasc.compiler.scope import Scope
from nasc.compiler.stack import Stack, lay_out
from nasc.compiler.write_out import write_out
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, NasError

WIDTH = 720720 * 16
"""A width that stands for any: whatever fraction of `C` an operation takes is whole, and no text says such a number."""
SIZE = 512
"""Height and width of its pictures: any operation fits."""
DIGITS = 32
"""Hexadecimal digits of an identity: two genotypes have one by chance once in 10^38 times."""


def identity(document: n.Document, network: str | None = None) -> str:
    """What a genotype is, as `arch:` and 32 hexadecimal digits: equal exactly for equal genotypes.

    Independent of names, of the order of edges, states and cells, of comments, strengths and recipes. Of several
    networks that count which `train` names, else the widest, of these the first: a genotype is what it is trained as,
    not what it was searched as. `network` names another. Without any the network of the family counts; where the
    cells do not have the names that it places, every cell counts at both strides.
    A space has an identity too. Raises `NasError`: the document has errors, or its cells are too large (E105).
    """
    digest = sha256(canonical_text(document, network).encode()).hexdigest()
    return f"arch:{digest[:DIGITS]}"


def canonical_text(document: n.Document, network: str | None = None) -> str:
    """The text that stands for all ways to write a genotype; `identity` is its digest."""
    findings = Findings()
    program = resolve(document, findings)
    stack = _stack(document, program, network, findings)
    findings.raise_errors()
    if stack is not None:
        return _Reader(program, stack).stack()
    return _Reader(program, None).cells([name for name in program.cells if name in document.cells])


def _stack(document: n.Document, program: Program, network: str | None, findings: Findings) -> Stack | None:
    """The network that is asked for, or that counts, laid out; None where there is none."""
    if network is not None:
        return lay_out(choose(document, program, network), program, findings)
    if not document.networks:
        family = family_network(document, program)
        return lay_out(family, program, Findings()) if family is not None else None
    for recipe in document.recipes("train"):
        named = recipe_network(recipe)
        if named in document.networks:
            return lay_out(document.networks[named], program, findings)
    stacks = [stack for one in document.networks.values() if (stack := lay_out(one, program, findings)) is not None]
    return max(stacks, key=lambda stack: stack.channels, default=None)


@dataclass(frozen=True)
class _Form:
    """A cell as it is placed: its text, and the number of its choice where it is open."""

    text: str
    stride: int
    choice: int | None


class _Reader:
    """Reads the cells of one network, at a width that stands for any; where that does not fit, at the one written."""

    def __init__(self, program: Program, stack: Stack | None) -> None:
        self.program = program
        self.network = stack
        overrides = stack.overrides if stack is not None else {}
        classes = stack.classes if stack is not None else 0
        scope = Scope(program.ops, overrides, WIDTH, classes)
        self.readers = [CellValues(stack, scope, (WIDTH, SIZE, SIZE))]
        if stack is not None and not isinstance(stack.input, str):
            shape = (stack.channels, *stack.input[1:])
            self.readers.append(CellValues(stack, Scope(program.ops, overrides, stack.channels, classes), shape))
        self.dags: dict[str, CellDag] = {}
        self.texts: dict[tuple[str, int], str] = {}

    def stack(self) -> str:
        """The canonical text of the stack: its cells, in order, those that repeat in a row once."""
        assert self.network is not None
        choices: dict[str, int] = {}
        line: list[_Form] = []
        for placement in self.network.placements:
            text = self.text(placement.cell, placement.stride)
            is_open = self.dag(placement.cell).open
            choice = choices.setdefault(placement.choice, len(choices)) if is_open else None
            form = _Form(text, placement.stride, choice)
            if not line or line[-1] != form:
                line.append(form)
        return self.written(line)

    def cells(self, names: list[str]) -> str:
        """The canonical text of cells that stand in no network; recurrent ones are taken to follow each other."""
        if all(self.dag(name).kind == "recurrent" for name in names):
            texts = sorted((self.text(name, 1), self.dag(name).open) for name in names)
            return self.written([_Form(text, 1, i if is_open else None) for i, (text, is_open) in enumerate(texts)])
        return "\n\n\n".join(sorted("\n\n".join(self.text_or_none(name, s) for s in (1, 2)) for name in names))

    def written(self, line: list[_Form]) -> str:
        """Cells in order, with what the skeleton puts before their inputs; each text once."""
        numbers: dict[str, int] = {}
        for form in line:
            numbers.setdefault(form.text, len(numbers))
        affine = all(form.choice is None for form in line)
        parts = [f"before: {self.readers[0].chain('preprocess', affine)}"]
        if any("input 2 <-" in text for text in numbers):
            parts.append(f"before the older: {self.readers[0].chain('align', affine)}")
        parts += [f"cell {number}:\n{text}" for text, number in numbers.items()]
        parts += [f"place {numbers[f.text]}/{f.stride} choice {f.choice}" for f in line]
        return "\n\n".join(parts)

    def dag(self, name: str) -> CellDag:
        if name not in self.dags:
            findings = Findings()
            dag = write_out(self.program.cells[name], self.program, findings)
            findings.raise_errors()
            assert dag is not None
            self.dags[name] = dag
        return self.dags[name]

    def text(self, name: str, stride: int) -> str:
        """The canonical text of a cell at a stride."""
        if (name, stride) not in self.texts:
            self.texts[name, stride] = self.read(self.dag(name), stride)
        return self.texts[name, stride]

    def text_or_none(self, name: str, stride: int) -> str:
        """Likewise; nothing where an operation does not have this stride."""
        try:
            return self.text(name, stride)
        except NasError:
            return "none"

    def read(self, dag: CellDag, stride: int) -> str:
        """At the width that stands for any, else at the one written: an operation may fit one width only."""
        for reader in self.readers[:-1]:
            try:
                return reader.text(dag, stride)
            except NasError as error:
                if any(d.code == "E105" for d in error.diagnostics):
                    raise
        return self.readers[-1].text(dag, stride)

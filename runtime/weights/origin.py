"""How one code base names the modules of its networks, and which of them stand where ours do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nasc.compiler.dag import CellDag, Edge, numbered
from nasc.compiler.expand import PlannedCell
from nasc.compiler.graph import MIX, state_path
from nasc.compiler.targets import safe_path
from nasc.dsl.source import Span

if TYPE_CHECKING:
    from nasc.compiler.build import Network


@dataclass(frozen=True)
class Block:
    """A part of our network and the part of theirs that is the same: the names of two modules."""

    ours: str
    theirs: str
    span: Span | None


Idle = Callable[[CellDag, tuple[str, ...]], bool]
"""Whether a key below `cells.K`, given by its words, belongs to an operation whose output the cell does not use."""


@dataclass(frozen=True)
class Origin:
    """The names of one code base. `edge`, `choice` and `preprocess` are patterns below `cells.K`.

    `edge` is the operation of a decided edge, `choice` one operation of an open edge. They are filled in with
    `edge` (its place among the edges of the cell, in textual order), `state` and `source` (their numbers, the
    inputs being 0 and 1), `node` (state less 2), `into` and `out_of` (the numbers of state and source counted
    from the cell's first input, which differ where a cell has one input), `position` (its place among the edges
    of its state), `pair` (its place among the edges with its state and source), `choice` (the operation's place
    in the set), `operation` (its name there, by `operations` where it is not ours) and `number` (its place there).
    `fixed` names the edges of cells that the code has beside those it searches, in textual order.
    `head` names its parts with weights, in order. `strengths` is the key of the strengths of all cells of one
    `kind`, normal or reduce, or such keys; None where checkpoints hold none. `betas` is that of the strengths of edges.
    `wrapper` stands before every key of a shared-weight network but its strengths. `idle` finds what is built and makes
    no difference. `biases` says that convolutions have a bias where a batch-norm without weights follows, which takes
    it away again. `versions` are the names of other versions of the code: a checkpoint has one or the other.
    """

    name: str
    title: str
    edge: str
    choice: str
    preprocess: str = "preprocess{input}"
    head: tuple[str, ...] = ("classifier",)
    auxiliary: str = "auxiliary_head"
    strengths: str | tuple[str, ...] | None = "alphas_{kind}"
    betas: str | None = None
    wrapper: str = ""
    operations: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    idle: Idle | None = None
    biases: bool = False
    versions: tuple[Origin, ...] = ()

    def blocks(self, model: Network) -> Iterator[Block]:
        """The parts of a network that can have weights, in order of computation."""
        chains = {name: chain.span for name, chain in model.plan.stack.chains.items()}
        if model.stem2 is None:
            yield Block("stem", "stem", chains.get("stem"))
        else:
            yield Block("stem", "stem0", chains.get("stem"))
            yield Block("stem2", "stem1", chains.get("stem2"))
        for index, cell in enumerate(model.plan.cells):
            inputs = len(cell.dag.inputs)
            for position in range(inputs):
                theirs = self.preprocess.format(input=2 - inputs + position)
                ours = f"cells.{index}.preprocess.{position}"
                # An older input may go through `align:` instead; the names say enough there.
                older = position < inputs - 1 and "align" in chains
                yield Block(ours, f"cells.{index}.{theirs}", None if older else chains.get("preprocess"))
            for place in places(cell):
                for ours, choice in place.operations:
                    theirs = self._edge(cell, place, choice)
                    yield Block(f"cells.{index}.{ours}", f"cells.{index}.{theirs}", place.edge.span)
        yield from self._head(model, chains.get("head"))
        if model.auxiliary is not None:
            yield Block("auxiliary", self.auxiliary, chains.get("auxiliary"))

    def _edge(self, cell: PlannedCell, place: Place, choice: int) -> str:
        """The name of one operation of one edge, below its cell."""
        fixed = self.fixed.get(cell.dag.name, ())
        if len(fixed) == len(cell.dag.edges):
            return fixed[place.names["edge"]]
        operation = place.edge.operations[choice]
        pattern = self.choice if place.edge.open else self.edge
        there = list(self.operations)
        number = there.index(operation) if operation in there else len(there)
        name = self.operations.get(operation, operation)
        return pattern.format(choice=choice, operation=name, number=number, **place.names)

    def _head(self, model: Network, span: Span | None) -> Iterator[Block]:
        """The head: one part, or a part for each of its layers where the original names them apart."""
        layers = dict.fromkeys(key.rpartition(".")[0] for key in model.head.state_dict())
        if len(self.head) == 1 or len(layers) != len(self.head):
            yield Block("head", self.head[-1], span)
            return
        for layer, theirs in zip(layers, self.head, strict=True):
            yield Block(f"head.{layer}", theirs, span)

    def never_runs(self, model: Network, key: str) -> bool:
        """Whether a key belongs to something that makes no difference to what the original computes."""
        if model.auxiliary is None and key.startswith(f"{self.auxiliary}."):
            return True
        words = key.split(".")
        if self.idle is None or words[0] != "cells" or len(words) < 3 or not words[1].isdecimal():
            return False
        cells = model.plan.cells
        return int(words[1]) < len(cells) and self.idle(cells[int(words[1])].dag, tuple(words[2:]))


@dataclass(frozen=True)
class Place:
    """Where one edge stands. `operations` are the names of our modules, each with its place in the set."""

    edge: Edge
    operations: tuple[tuple[str, int], ...]
    names: dict[str, int]


def numbers(dag: CellDag) -> dict[str, int]:
    """The numbers a genotype gives to inputs and states: `s4` is 4; by order where names do not count."""
    found = {name: 2 - len(dag.inputs) + position for position, name in enumerate(dag.inputs)}
    given = [numbered(state) for state in dag.states]
    taken = [pair[1] for pair in given if pair is not None and pair[0] == "s" and pair[1] >= 2]
    if len(set(taken)) != len(dag.states):
        taken = list(range(2, 2 + len(dag.states)))
    return found | dict(zip(dag.states, taken, strict=True))


def places(cell: PlannedCell) -> Iterator[Place]:
    """The edges of a cell in textual order."""
    number = numbers(cell.dag)
    first = 2 - len(cell.dag.inputs)
    # A mixture stands at `s2.0.mix`, or deeper where the skeleton's `edge:` puts branches around it.
    mixtures = {tuple(step.path.split(".")[:2]): step.path for step in cell.graph.steps if step.kind == MIX}
    in_state: dict[str, int] = {}
    in_pair: dict[tuple[str, str], int] = {}
    for index, edge in enumerate(cell.dag.edges):
        pair = edge.state, edge.source
        position = in_state[edge.state] = in_state.get(edge.state, -1) + 1
        in_pair[pair] = in_pair.get(pair, -1) + 1
        if edge.open:
            prefix = mixtures[state_path(edge.state), str(position)].removesuffix(".mix")
            operations = tuple((safe_path(f"{prefix}.{name}"), choice) for choice, name in enumerate(edge.operations))
        else:
            operations = ((safe_path(f"{state_path(edge.state)}.{position}"), 0),)
        names = {
            "edge": index,
            "state": number[edge.state],
            "node": number[edge.state] - 2,
            "source": number[edge.source],
            "position": position,
            "pair": in_pair[pair],
            "into": number[edge.state] - first,
            "out_of": number[edge.source] - first,
        }
        yield Place(edge, operations, names)

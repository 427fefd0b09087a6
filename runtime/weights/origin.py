"""How one code base names the modules of its networks, and which of them stand where ours do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nasc.compiler.build import safe_path
from nasc.compiler.dag import CellDag, Edge, numbered
from nasc.compiler.expand import PlannedCell
from nasc.compiler.graph import MIX, state_path
from nasc.dsl.source import Span

if TYPE_CHECKING:
    from nasc.compiler.build import Network


@dataclass(frozen=True)
class Block:
    """A part of our network and the part of theirs that is the same: the names of two modules."""

    ours: str
    theirs: str
    span: Span | None


@dataclass(frozen=True)
class Origin:
    """The names of one code base. `edge`, `choice` and `preprocess` are patterns below `cells.K`.

    `edge` is the operation of a decided edge, `choice` one operation of an open edge. They are filled in with
    `edge` (its place among the edges of the cell, in textual order), `state` and `source` (their numbers, the
    inputs being 0 and 1), `node` (state less 2), `position` (its place among the edges of its state), `pair`
    (its place among the edges with its state and source) and `choice` (the operation's place in the set).
    `strengths` is the key of the strengths of all cells of one `kind`, normal or reduce; None where
    checkpoints hold none. `wrapper` stands before every key of a shared-weight network but its strengths.
    `skips` says that a decided edge from a state that is not computed yet is built and never run.
    """

    name: str
    title: str
    edge: str
    choice: str
    preprocess: str = "preprocess{input}"
    head: str = "classifier"
    auxiliary: str = "auxiliary_head"
    strengths: str | None = "alphas_{kind}"
    wrapper: str = ""
    skips: bool = False

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
                    theirs = (self.choice if place.edge.open else self.edge).format(choice=choice, **place.names)
                    yield Block(f"cells.{index}.{ours}", f"cells.{index}.{theirs}", place.edge.span)
        yield Block("head", self.head, chains.get("head"))
        if model.auxiliary is not None:
            yield Block("auxiliary", self.auxiliary, chains.get("auxiliary"))

    def never_runs(self, model: Network, key: str) -> bool:
        """Whether a key belongs to something that makes no difference to what the original computes."""
        if model.auxiliary is None and key.startswith(f"{self.auxiliary}."):
            return True
        parts = key.split(".")
        if not self.skips or parts[0] != "cells" or parts[2:3] != ["_ops"] or len(parts) < 6:
            return False
        if not all(part.isdecimal() for part in (parts[1], parts[3], parts[4], parts[5])):
            return False
        index, state, source = int(parts[1]), int(parts[3]), int(parts[4])
        if index >= len(model.plan.cells):
            return False
        order = list(numbers(model.plan.cells[index].dag).values())
        return state in order[2:] and source not in order[: order.index(state)]


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
        }
        yield Place(edge, operations, names)

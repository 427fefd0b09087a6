"""The canonical text of a labelled acyclic graph: two graphs are alike exactly when their texts are equal.

Vertices are told apart by what stands below and above them (colours, refined until nothing changes). What is still
alike then is either interchangeable, which shows when the parts it falls into have one text, or is told apart by
trying each of the alike vertices as the first and taking the smallest text; symmetries found on the way spare most
of these trials (McKay and Piperno, Practical graph isomorphism II, 2014, sections 2 and 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from nasc.dsl.diagnostic import NasError, fail

MAX_WORK = 1_000_000
"""So many colours are computed at most, in about ten seconds."""
MAX_DEPTH = 250
"""So many alike vertices are chosen one after the other at most."""

Colours = Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class Vertex:
    """One vertex. `children` are earlier vertices, each with the label of the edge to it, in any order."""

    label: str
    children: tuple[tuple[str, int], ...] = ()


def canonical(vertices: Sequence[Vertex], root: int) -> str:
    """The text of what hangs below `root`, independent of the order of vertices and children.

    Raises `NasError` (E105) where a graph is so large or so symmetrical that this would take minutes.
    """
    graph = _Graph(*_reachable(vertices, root))
    order = graph.order(list(range(len(graph.labels))), dict(enumerate(graph.start)), quick=False, depth=0)
    place = {vertex: at for at, vertex in enumerate(order)}
    lines = []
    for vertex in order:
        below = sorted((place[child], label) for label, child in graph.children[vertex])
        lines.append(f"{graph.labels[vertex]} <- " + ", ".join(f"{label}:{child}" for child, label in below))
    return "\n".join([f"root {place[len(order) - 1]}", *lines])


def _reachable(vertices: Sequence[Vertex], root: int) -> tuple[list[str], list[list[tuple[str, int]]]]:
    """Labels and children of what hangs below the root, which comes last."""
    needed = {root}
    for index in range(root, -1, -1):
        if index in needed:
            needed.update(child for _, child in vertices[index].children)
    place = {index: at for at, index in enumerate(sorted(needed))}
    labels = [vertices[index].label for index in place]
    children = [[(label, place[child]) for label, child in vertices[index].children] for index in place]
    return labels, children


class _Graph:
    def __init__(self, labels: list[str], children: list[list[tuple[str, int]]]) -> None:
        self.labels = labels
        self.children = children
        self.parents: list[list[tuple[str, int]]] = [[] for _ in labels]
        for vertex, below in enumerate(children):
            for label, child in below:
                self.parents[child].append((label, vertex))
        self.start = [_digest(b"root" if v == len(labels) - 1 else b"", [(x, b"")]) for v, x in enumerate(labels)]
        self.work = 0

    def order(self, members: list[int], colours: Colours, quick: bool, depth: int) -> list[int]:
        """The canonical order of some vertices; what stands around them is in their colours.

        With `quick` the first of alike vertices is taken instead of the best: the order is then one of many, but two
        orders with one text still are a symmetry.
        """
        colours = self.refined(members, colours)
        classes = _classes(members, colours)
        order = [alike[0] for alike in classes if len(alike) == 1]
        rest = [vertex for alike in classes if len(alike) > 1 for vertex in alike]
        if not rest:
            return order
        parts = self.parts(rest)
        if len(parts) == 1 and not order:
            return self.branched(members, colours, quick, depth)
        found = [self.order(part, {v: colours[v] for v in part}, quick, depth + 1) for part in parts]
        for part in sorted(found, key=lambda part: self.text(part, colours)):
            order += part
        return order

    def refined(self, members: list[int], colours: Colours) -> Colours:
        """Colours that say of each vertex all that can be told from the colours around it, however far."""
        new = {vertex: colours[vertex] for vertex in members}
        upwards, count = sorted(members), len(set(new.values()))
        while True:
            self.spend(2 * len(members))
            for vertices, neighbours in ((upwards, self.children), (upwards[::-1], self.parents)):
                for v in vertices:
                    new[v] = _digest(new[v], sorted((label, new[u]) for label, u in neighbours[v] if u in new))
            now = len(set(new.values()))
            if now == count:
                return new
            count = now

    def parts(self, members: list[int]) -> list[list[int]]:
        """The connected parts of some vertices."""
        left = dict.fromkeys(members)
        parts = []
        while left:
            part, waiting = [], [left.popitem()[0]]
            while waiting:
                vertex = waiting.pop()
                part.append(vertex)
                for _, other in (*self.children[vertex], *self.parents[vertex]):
                    if other in left:
                        del left[other]
                        waiting.append(other)
            parts.append(part)
        return parts

    def branched(self, members: list[int], colours: Colours, quick: bool, depth: int) -> list[int]:
        """The order that has the smallest text, over every choice of a first among alike vertices."""
        if depth > MAX_DEPTH:
            raise too_much()
        first, *others = min(_classes(members, colours), key=len)

        def chosen(vertex: int, quick: bool) -> list[int]:
            marked = {**colours, vertex: _digest(colours[vertex], [("chosen", b"")])}
            return self.order(members, marked, quick, depth + 1)

        if quick:
            return chosen(first, True)
        pattern = chosen(first, True)
        pattern_text = self.text(pattern, colours)
        best = chosen(first, False)
        best_text = self.text(best, colours)
        orbits = _Orbits(members)
        tried = [first]
        for vertex in others:
            if any(orbits.same(vertex, other) for other in tried):
                continue
            trial = chosen(vertex, True)
            if self.text(trial, colours) == pattern_text:
                orbits.join(pattern, trial)
                continue
            tried.append(vertex)
            trial = chosen(vertex, False)
            trial_text = self.text(trial, colours)
            if trial_text == best_text:
                orbits.join(best, trial)
            elif trial_text < best_text:
                best, best_text = trial, trial_text
        return best

    def text(self, order: list[int], colours: Colours) -> list[tuple[bytes, list[tuple[str, int]]]]:
        """What an order of vertices looks like: the colour of each, and its children by their places."""
        self.spend(len(order))
        place = {vertex: at for at, vertex in enumerate(order)}
        return [(colours[v], sorted((x, place[u]) for x, u in self.children[v] if u in place)) for v in order]

    def spend(self, work: int) -> None:
        self.work += work
        if self.work > MAX_WORK:
            raise too_much()


class _Orbits:
    """Which vertices a symmetry exchanges, as far as is known."""

    def __init__(self, members: list[int]) -> None:
        self.above = {vertex: vertex for vertex in members}

    def root(self, vertex: int) -> int:
        while self.above[vertex] != vertex:
            self.above[vertex] = vertex = self.above[self.above[vertex]]
        return vertex

    def same(self, a: int, b: int) -> bool:
        return self.root(a) == self.root(b)

    def join(self, before: list[int], after: list[int]) -> None:
        """Note the symmetry that takes one order to another."""
        for a, b in zip(before, after, strict=True):
            self.above[self.root(a)] = self.root(b)


def _classes(members: list[int], colours: Colours) -> list[list[int]]:
    """The vertices by colour, in the order of the colours."""
    found: dict[bytes, list[int]] = {}
    for vertex in members:
        found.setdefault(colours[vertex], []).append(vertex)
    return [found[colour] for colour in sorted(found)]


def _digest(own: bytes, around: list[tuple[str, bytes]]) -> bytes:
    """A new colour. Python's `hash` would do, but differs from one machine to the next."""
    state = blake2b(own, digest_size=16)
    for label, colour in around:
        state.update(b"\0%d\0%s" % (len(label), label.encode()))
        state.update(colour)
    return state.digest()


def too_much() -> NasError:
    """The error for what cannot be compared in reasonable time."""
    message = "the cell is too large, or has too many parts that look alike, to be compared"
    return fail("E105", message)

"""A cell as a graph of values: what is computed, with everything taken out that changes neither function nor weights.

Layers that act in training alone (`dropout`, `drop_path`) and layers that give what they get are their source.
A layer without weights on one value is one value; a layer with weights is an instance of its own wherever it stands.
Sums are flat: a value is a weighted sum of others, so a mean, and a factor on an edge, are weights of a sum. Zero is
nothing in a sum; an edge from a state that is zero is dropped. Nothing else is rewritten: operations are not
distributed over sums, and the parts of a `concat` keep their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from nasc.compiler import graph
from nasc.compiler.canonical import Vertex, canonical, too_much
from nasc.compiler.graph import Step
from nasc.compiler.layer_rules import Shape
from nasc.compiler.layers import LAYERS

Value = int | None
"""A vertex of the graph; None is zero."""
ONE = Fraction(1)
MAX_VALUES = 1_000_000
IN_TRAINING = ("identity", "dropout", "drop_path")
"""Layers that are their source in the network that was trained."""
KEEPS_ZERO = (
    *("conv", "dwconv", "relu", "tanh", "zero", "max_pool", "avg_pool", "global_avg_pool"),
    *("shift", "take", "shuffle", *IN_TRAINING),
)
"""Layers that make zero of zero."""


class Values:
    """Collects values; each method answers with a value."""

    def __init__(self) -> None:
        self.vertices: list[Vertex] = []
        self.known: dict[Vertex, int] = {}
        self.sums: dict[int, dict[int, Fraction]] = {}

    def new(self, label: str, children: Iterable[tuple[str, Value]]) -> int:
        """A value that is like no other: it has weights of its own."""
        below = tuple((edge, self.like("zero") if child is None else child) for edge, child in children)
        if len(self.vertices) > MAX_VALUES:
            raise too_much()
        self.vertices.append(Vertex(label, below))
        return len(self.vertices) - 1

    def like(self, label: str, children: Iterable[tuple[str, int]] = ()) -> int:
        """The value of this kind from these others, which is one however often it is computed."""
        vertex = Vertex(label, tuple(children))
        if vertex not in self.known:
            self.vertices.append(vertex)
            self.known[vertex] = len(self.vertices) - 1
        return self.known[vertex]

    def total(self, parts: Iterable[tuple[Fraction, Value]]) -> Value:
        """The weighted sum of values."""
        terms: dict[int, Fraction] = {}
        for weight, value in parts:
            if value is not None:
                for inner, factor in self.sums.get(value, {value: ONE}).items():
                    terms[inner] = terms.get(inner, Fraction(0)) + weight * factor
        terms = {value: terms[value] for value in sorted(terms) if terms[value]}
        if not terms:
            return None
        if len(terms) == 1 and ONE in terms.values():
            return next(iter(terms))
        found = self.like("sum", ((str(factor), value) for value, factor in terms.items()))
        self.sums[found] = terms
        return found

    def concat(self, parts: Sequence[tuple[Value, int]]) -> Value:
        """Values one behind the other, each with its number of channels; those within those stand in line."""
        if all(value is None for value, _ in parts):
            return None
        if len(parts) == 1:
            return parts[0][0]
        line: list[int] = []
        for value, channels in parts:
            if value is None:
                line.append(self.like(f"zero of {channels} channels"))
            elif self.vertices[value].label == graph.CONCAT:
                line += [child for _, child in self.vertices[value].children]
            else:
                line.append(value)
        return self.like(graph.CONCAT, ((str(place), value) for place, value in enumerate(line)))

    def layer(self, step: Step, shape: Shape, value: Value) -> Value:
        """A layer behind a value of a shape."""
        if step.kind in IN_TRAINING or (step.kind == "take" and step.shape == shape):
            return value
        bias = step.settings.get("bias", False)
        if step.kind == "zero" or (value is None and step.kind in KEEPS_ZERO and not bias):
            return None
        # identities are written down: what has no bias has the label that it had before there were any
        names = (name for name in sorted(step.settings) if name != "bias" or bias)
        settings = "".join(f" {name}={step.settings[name]}" for name in names)
        label = step.kind + settings.replace(", ", "x")
        if LAYERS[step.kind].params(shape, step.settings):
            return self.new(label, [("", value)])
        return self.like(label, [("", self.like("zero") if value is None else value)])

    def behind(self, steps: Sequence[Step], output: int, value: Value) -> Value:
        """What a chain, written out as steps, makes of a value."""
        at: list[Value] = []
        for step in steps:
            inputs = [at[index] for index in step.inputs]
            match step.kind:
                case graph.INPUT:
                    at.append(value)
                case graph.SUM | graph.MEAN:
                    weight = Fraction(1, len(inputs)) if step.kind == graph.MEAN else ONE
                    at.append(self.total((weight, part) for part in inputs))
                case graph.SCALE:
                    at.append(self.total([(exact(step.settings["factor"]), inputs[0])]))
                case graph.CONCAT:
                    channels = [steps[index].shape[0] for index in step.inputs]
                    at.append(self.concat(list(zip(inputs, channels, strict=True))))
                case graph.MIX:
                    at.append(self.new(step.settings["label"], [("", part) for part in inputs]))
                case graph.WEIGH:
                    at.append(None if inputs[0] is None else self.new("edge weight", [("", inputs[0])]))
                case _:
                    at.append(self.layer(step, steps[step.inputs[0]].shape, inputs[0]))
        return at[output]

    def text(self, root: Value) -> str:
        """The canonical text of a value."""
        return "zero" if root is None else canonical(self.joined(root), root)

    def joined(self, root: int) -> list[Vertex]:
        """The vertices, where a chain of layers that nothing else reads is one vertex: so there are fewer to order.

        Each stays at its place; what the root does not depend on counts for nothing.
        """
        readers = [0] * len(self.vertices)
        readers[root] = 1
        for vertex, count in zip(reversed(self.vertices), reversed(range(len(readers))), strict=True):
            for _, child in vertex.children if readers[count] else ():
                readers[child] += 1
        found: list[Vertex] = []
        for vertex in self.vertices:
            if len(vertex.children) == 1 and vertex.children[0][0] == "":
                child = vertex.children[0][1]
                below = found[child]
                if readers[child] == 1 and len(below.children) == 1 and below.children[0][0] == "":
                    vertex = Vertex(f"{below.label} -> {vertex.label}", below.children)
            found.append(vertex)
        return found


def exact(factor: float | None) -> Fraction:
    """A factor as it was written: 0.3 is three tenths."""
    return ONE if factor is None else Fraction(repr(factor))

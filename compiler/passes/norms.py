"""`fold_strengths`: weighted sums of batch-norms behind pointwise convolutions as one step.

It makes steps of the kind `normed`, which `nasc.compiler.normed` computes. A batch-norm alone behind its convolution
stays as it is: measured, the step is not faster for one term, and slower for wide ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nasc.compiler.graph import MERGE, MIX, NORMED, SUM, LayerGraph, Layout, Step, Term
from nasc.compiler.passes.rewriting import readers, rebuilt


def fold_strengths(graph: LayerGraph) -> LayerGraph:
    """A state's mixtures as one weighted sum: strengths scale the batch-norms of their operations, whose outputs are
    never written, and one gradient serves all of them.

    Requires that `drop_zeros` has run where it is to; ensures that there is no `mix`, and no `sum` of `mix` alone.
    """
    read = readers(graph)
    changed: dict[int, Step] = {}
    dropped: set[int] = set()
    for index, step in enumerate(graph.steps):
        alone = [read[source] == [index] and graph.steps[source].kind == MIX for source in step.inputs]
        if step.kind == SUM and all(alone):
            mixes: Sequence[int] = step.inputs
        elif step.kind == MIX and not _is_summed(graph, read, index):
            mixes = (index,)
        else:
            continue
        found = [_Found.of(graph, read, mix, place) for mix in mixes for place in range(len(graph.steps[mix].inputs))]
        changed[index] = _normed(graph, _alike(found, graph), step)
        for part in found:
            dropped |= part.dropped
        dropped |= set(mixes) - {index}
    return rebuilt(graph, changed, dropped)


def _is_summed(graph: LayerGraph, read: list[list[int]], mix: int) -> bool:
    """Whether a mixture goes into a sum of mixtures and nowhere else."""
    if len(read[mix]) != 1 or read[mix][0] < 0 or graph.steps[read[mix][0]].kind != SUM:
        return False
    total = read[mix][0]
    return all(graph.steps[i].kind == MIX and read[i] == [total] for i in graph.steps[total].inputs)


@dataclass(frozen=True)
class _Found:
    """One operation of a mixture: its term, the step it reads, and the steps that it takes the place of."""

    term: Term
    source: int
    phased: bool
    dropped: frozenset[int]
    end: int

    @staticmethod
    def of(graph: LayerGraph, read: list[list[int]], mix: int, place: int) -> _Found:
        step = graph.steps[mix]
        end = step.inputs[place]
        strength = (step.settings["row"], step.settings["columns"][place])
        plain = _Found(Term(strength), end, False, frozenset(), end)
        norm = graph.steps[end]
        if not _is_norm(norm) or norm.settings["affine"] or read[end] != [mix]:
            return plain
        conv = _pointwise(graph, read, norm.inputs[0], end)
        if conv is None:
            return replace(plain, term=replace(plain.term, norm=norm), source=norm.inputs[0], dropped=frozenset({end}))
        term, dropped, source = Term(strength, norm, conv), {end, norm.inputs[0]}, conv.inputs[0]
        before = graph.steps[source]
        phased = before.kind == MERGE and read[source] == [norm.inputs[0]] and not any(s % 2 for s in before.shape[1:])
        if phased:
            dropped.add(source)
            source = before.inputs[0]
        return _Found(term, source, phased, frozenset(dropped), end)

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """The order of terms in a `Layout`: convolutions, those of interleaved pictures last, norms, the rest."""
        return self.term.norm is None, self.term.conv is None, self.phased


def _alike(found: list[_Found], graph: LayerGraph) -> list[_Found]:
    """The terms in order; where convolutions have inputs of different widths, those unlike the first are kept apart."""
    found = sorted(found, key=lambda part: part.rank)
    widths = [graph.steps[part.source].shape[0] for part in found if part.term.conv is not None]
    if len(set(widths)) > 1:
        found = [
            part
            if part.term.conv is None or graph.steps[part.source].shape[0] == widths[0]
            else _Found(Term(part.term.strength), part.end, False, frozenset(), part.end)
            for part in found
        ]
    return sorted(found, key=lambda part: part.rank)


def _normed(graph: LayerGraph, found: list[_Found], step: Step) -> Step:
    """The step that sums these terms."""
    convs = sum(part.term.conv is not None for part in found)
    norms = sum(part.term.norm is not None for part in found) - convs
    layout = Layout(convs, norms, sum(part.phased for part in found))
    settings = {"layout": layout, "terms": tuple(part.term for part in found)}
    return Step(NORMED, tuple(part.source for part in found), step.shape, settings, step.path, step.span)


def _is_norm(step: Step) -> bool:
    return step.kind == "bn" and not step.settings["shared"]


def _pointwise(graph: LayerGraph, read: list[list[int]], index: int, reader: int) -> Step | None:
    """The convolution at `index`, if it is pointwise and no more, read by `reader` alone, and not narrowing its input.

    For a wider input the covariance costs more than it saves.
    """
    step = graph.steps[index]
    if step.kind != "conv" or read[index] != [reader]:
        return None
    s = step.settings
    plain = s["k"] == (1, 1) and s["stride"] == (1, 1) and s["pad"] == (0, 0) and s["groups"] == 1 and not s["bias"]
    return step if plain and graph.steps[step.inputs[0]].shape[0] <= s["out"] else None

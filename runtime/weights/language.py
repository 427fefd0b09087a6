"""The tensors of the original language models: one matrix for each state, in the order of the genotype.

DARTS, GDAS and EDNAS share the names: `encoder` and `decoder`, `rnns.K._W0` of the gate, `rnns.K._Ws.I` of the I-th
state behind it, `rnns.K.bn` in a search. Checked against: quark0/darts, D-X-Y/GDAS, logue311/EDNAS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from nasc.compiler.language_model import LanguageModel
from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.source import Span
from nasc.runtime.weights.matching import COUNTER, FOREIGN, Match, Pair, misfit, plain_keys, unusable
from nasc.runtime.weights.origin import Block, Origin

LANGUAGE = ("darts", "gdas", "ednas")
"""The origins that have language models."""


class _Place(NamedTuple):
    """One tensor of ours, and the name of theirs."""

    ours: str
    theirs: str
    span: Span | None


def match_language(model: LanguageModel, state_dict: Mapping[str, Tensor], origin: Origin) -> Match:
    """Pair the tensors of a language model, strengths excepted, with the keys of a checkpoint.

    Matrices have one shape whatever the activations, so a checkpoint of another genotype with as many states fits too.
    """
    found = Match(unused=set(state_dict))
    found.dropped = {key for key in state_dict if key.rpartition(".")[2] in FOREIGN}
    names = plain_keys(state_dict, origin)
    ours = {key: value for key, value in model.state_dict().items() if not key.startswith("_alphas.")}
    for place in _places(model):
        target = ours.pop(place.ours)
        if place.theirs not in names or origin.name not in LANGUAGE:
            if not place.ours.endswith(COUNTER):
                found.missing.append((place.ours, Block(place.ours, place.theirs, place.span)))
            continue
        key = names[place.theirs]
        found.unused.discard(key)
        problem = misfit(key, state_dict[key], place.ours, target, place.span)
        if problem is None:
            found.pairs.append(Pair(place.ours, key))
        else:
            found.misfits.append(problem)
    # what the original has no name for: layers that the text has beside its
    found.missing += [(key, Block(key, key, None)) for key in ours if not key.endswith(COUNTER)]
    if model.tied and "decoder.weight" in names:
        _tied(names["encoder.weight"], names["decoder.weight"], state_dict, found)
    for name, key in names.items():
        if key in found.unused - found.dropped and name.split(".")[0] in ("rnns", "decoder"):
            found.other.append((key, Block("cells" if name.startswith("rnns") else "head", name, None)))
            found.unused.discard(key)
    return found


def _tied(encoder: str, decoder: str, state_dict: Mapping[str, Tensor], found: Match) -> None:
    """The second name of the tied matrix: it must be the same."""
    first, second = state_dict[encoder], state_dict[decoder]
    found.unused.discard(decoder)
    message = unusable(decoder, second)
    if message is None and (unusable(encoder, first) or not torch.equal(first, second)):
        message = f"`{decoder}` is not `{encoder}`, which the network scores words by"
    if message is not None:
        help = "write `linear` in the place of `linear(tied=on)` for a decoder of its own"
        found.misfits.append(Diagnostic("E702", message, help=help))


def _places(model: LanguageModel) -> Iterator[_Place]:
    """The tensors of ours that the originals have too, in order of computation."""
    chains = model.plan.stack.chains
    yield _Place("stem.0.weight", "encoder.weight", chains["stem"].span)
    for index, cell in enumerate(model.plan.cells):
        number = 0
        names = model.names(index)
        for state in cell.states:
            span = cell.dag.into[state.name][0].span
            theirs = "_W0" if state.gate else f"_Ws.{number}"
            number += not state.gate
            yield _Place(f"cells.{index}.{names[state.name]}.weight", f"rnns.{index}.{theirs}", span)
        for step in cell.behind:
            if step.kind == "bn" and step.settings["shared"] and not step.settings["affine"]:
                for name in ("running_mean", "running_var", COUNTER):
                    yield _Place(f"cells.{index}.sum.{step.path}.{name}", f"rnns.{index}.bn.{name}", step.span)
    last = f"head.{len(model.head) - 1}"
    if not model.tied:
        yield _Place(f"{last}.weight", "decoder.weight", chains["head"].span)
    yield _Place(f"{last}.bias", "decoder.bias", chains["head"].span)

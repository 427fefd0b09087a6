"""The original authors' weights in our networks: by position in the genotype, checked key by key.

A checkpoint names its tensors after the modules of the code that wrote it. What one code base calls what is
an entry of `ORIGINS`; everything else is said once, in `matching`: the layers of an operation follow each
other there as here, so that the n-th layer with weights of an edge is the n-th of the same edge in the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from nasc.compiler.language_model import LanguageModel
from nasc.compiler.language_supernet import LanguageSupernet
from nasc.compiler.supernet import Supernet
from nasc.dsl.diagnostic import Diagnostic, NasError, fail, nearest
from nasc.runtime.weights import autodl, darts, ddarts, ednas, gdas, nasbench201, nni, ptdarts
from nasc.runtime.weights.language import match_language
from nasc.runtime.weights.matching import Match, Pair, match
from nasc.runtime.weights.origin import Origin
from nasc.runtime.weights.strengths import Row, language_rows, strength_rows

if TYPE_CHECKING:
    from nasc.compiler.build import Network

__all__ = ["Imported", "ORIGINS", "Origin", "import_weights"]

ORIGINS: dict[str, Origin] = {
    origin.name: origin
    for origin in (
        *(darts.DARTS, darts.PCDARTS, darts.PDARTS),
        *(ddarts.DDARTS, ddarts.FAIRDARTS),
        *(ptdarts.PTDARTS, gdas.GDAS, autodl.AUTODL, ednas.EDNAS, nasbench201.NASBENCH201, nni.NNI),
    )
}
"""Every origin by name; each but `autodl` and `nni` is proven by networks of the original code."""


@dataclass(frozen=True)
class Imported:
    """What an import did.

    `loaded` counts the tensors of the model that were written. `surplus` are the keys of the checkpoint that
    were left aside, among them `dropped`: operations that the original builds but never runs, an auxiliary
    head that the model is built without, counters of tools; the rest is there only with `strict=False`.
    `strengths` names the cells whose strengths the checkpoint held.
    """

    loaded: int
    surplus: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()


def import_weights(
    model: Network | LanguageModel, state_dict: Mapping[str, Tensor], origin: str, *, strict: bool = True
) -> Imported:
    """Put the weights of the original authors' code into a network; shared-weight networks and language models too.

    `origin` is a name of `ORIGINS`. Values take the type and the device of the model's. Nothing is written
    unless everything fits. With `strict=False` keys that belong to nothing in the model are left aside; a
    tensor of the model without a value is an error in either case.
    Raises `NasError`: E701 (unknown origin), E702 (a key that does not fit), E703 (missing), E704 (surplus).
    """
    if origin not in ORIGINS:
        known = f"known origins: {', '.join(ORIGINS)}"
        help = "\n".join(filter(None, (nearest(origin, ORIGINS), known)))
        raise fail("E701", f"no checkpoints of `{origin}` are known", help=help)
    found, rows = _read(model, state_dict, ORIGINS[origin], strict)
    diagnostics = found.diagnostics(strict)
    if diagnostics:
        raise NasError(_with_other_origin(model, state_dict, origin, diagnostics))
    ours = model.state_dict()
    targets = [ours[pair.ours] for pair in found.pairs]
    # Every value is converted before the first is written: a failure must not leave half a model.
    values = [_value(pair, state_dict, target) for pair, target in zip(found.pairs, targets, strict=True)]
    strengths = [torch.empty_like(row.parameter[row.index]).copy_(row.value) for row in rows]
    with torch.no_grad():
        for target, value in zip(targets, values, strict=True):
            target.copy_(value)
        for row, value in zip(rows, strengths, strict=True):
            row.parameter[row.index] = value
    surplus = tuple(key for key in state_dict if key in found.unused)
    dropped = tuple(key for key in surplus if key in found.dropped)
    parameters = {id(row.parameter) for row in rows}
    return Imported(len(targets) + len(parameters), surplus, dropped, tuple(dict.fromkeys(r.cell for r in rows)))


def _value(pair: Pair, state_dict: Mapping[str, Tensor], target: Tensor) -> Tensor:
    """The value of one tensor, with the type and on the device of ours."""
    value = torch.empty_like(target).copy_(state_dict[pair.theirs])
    return value if pair.less is None else value - torch.empty_like(target).copy_(state_dict[pair.less])


def _read(
    model: Network | LanguageModel, state_dict: Mapping[str, Tensor], origin: Origin, strict: bool
) -> tuple[Match, list[Row]]:
    """What belongs to what, weights and strengths, by the names of the first version of the code that fits.

    Where none does, those of the origin itself say what is wrong.
    """
    first = _read_version(model, state_dict, origin)
    for version in origin.versions:
        if not first[0].diagnostics(strict):
            break
        other = _read_version(model, state_dict, version)
        if not other[0].diagnostics(strict):
            return other
    return first


def _read_version(
    model: Network | LanguageModel, state_dict: Mapping[str, Tensor], origin: Origin
) -> tuple[Match, list[Row]]:
    """The same by the names of one version."""
    if isinstance(model, LanguageModel):
        found = match_language(model, state_dict, origin)
        if isinstance(model, LanguageSupernet):
            return found, language_rows(model, found, state_dict, origin)
        return found, []
    found = match(model, state_dict, origin)
    rows = strength_rows(model, found, state_dict, origin) if isinstance(model, Supernet) else []
    return found, rows


def _with_other_origin(
    model: Network | LanguageModel, state_dict: Mapping[str, Tensor], origin: str, diagnostics: list[Diagnostic]
) -> list[Diagnostic]:
    """The diagnostics, and the origin that the checkpoint does fit, if there is one."""
    for name, other in ORIGINS.items():
        if name != origin and not _read(model, state_dict, other, True)[0].diagnostics(True):
            first, *rest = diagnostics
            help = f"the checkpoint fits as one of `{name}`"
            return [Diagnostic(first.code, first.message, first.span, first.label, help), *rest]
    return diagnostics

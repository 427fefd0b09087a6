"""What `nasc import-weights` does: a checkpoint of the original authors becomes weights of ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from nasc.compiler.build import Network, decided
from nasc.compiler.language_model import LanguageModel, decided_language
from nasc.compiler.language_plan import LanguagePlan
from nasc.compiler.plan import any_plan
from nasc.compiler.stack import Options
from nasc.dsl.nodes import Document
from nasc.dsl.printer import to_text
from nasc.runtime import weights_file
from nasc.runtime.weights import ORIGINS, Imported, import_weights
from nasc.runtime.weights.checkpoint_file import read_checkpoint
from nasc.runtime.weights.matching import plain_keys


def convert(
    checkpoint: Path,
    document: Document,
    name: str,
    origin: str,
    network: str | None,
    options: Options,
    out: Path,
    data: str,
) -> Imported:
    """Write the weights of a checkpoint as safetensors that say which network they belong to.

    Raises `NasError`: the checkpoint cannot be read (E705), or the first key that does not fit (E702 to E704).
    """
    model, imported = imported_network(checkpoint, document, origin, network, options)
    about = {
        "text": to_text(document),
        "dialect": None,
        "name": name,
        "network": model.plan.stack.name,
        "options": json.dumps(options.__dict__),
        "auxiliary": isinstance(model, Network) and model.auxiliary is not None,
        "data": data,
    }
    weights_file.save(out, model, about)
    return imported


def imported_network(
    checkpoint: Path, document: Document, origin: str, network: str | None, options: Options
) -> tuple[Network | LanguageModel, Imported]:
    """The network of a genotype with the weights of a checkpoint; an auxiliary head if that has one.

    Raises `NasError` as `convert`.
    """
    found = any_plan(document, network, options)
    state = read_checkpoint(checkpoint)
    model: Network | LanguageModel
    if isinstance(found, LanguagePlan):
        model = decided_language(found)
    else:
        model = decided(found, auxiliary=found.auxiliary is not None and _has_auxiliary(state, origin))
    return model, import_weights(model, state, origin)


def _has_auxiliary(state: Mapping[str, Tensor], origin: str) -> bool:
    """Whether a checkpoint holds an auxiliary head, under the name that the origin gives it."""
    known = ORIGINS.get(origin)
    return known is not None and any(name.startswith(f"{known.auxiliary}.") for name in plain_keys(state, known))

"""Which tensor of a checkpoint belongs to which of ours: layers with state are paired in order, by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from nasc.compiler.layer_rules import show
from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.source import Span
from nasc.runtime.weights.origin import Block, Origin

if TYPE_CHECKING:
    from nasc.compiler.build import Network

COUNTER = "num_batches_tracked"
"""What torch before 0.4.1 does not have: free to be there and free to be missing."""
MEAN = "running_mean"
FOREIGN = ("total_ops", "total_params")
"""What thop leaves in the modules that it counted."""
LAST = ("bn", "classifier", "linear")
"""Layers that have names instead of numbers and come behind those beside them (`conv_1`, `conv_2`, `bn`)."""
PARALLEL = "module."
"""What DataParallel puts before every key."""
SHOWN = 3


@dataclass(frozen=True)
class Pair:
    """A tensor of ours and the key of its value, from which that of `less` is subtracted."""

    ours: str
    theirs: str
    less: str | None = None


@dataclass
class Match:
    """What belongs to what, and everything that does not fit."""

    pairs: list[Pair] = field(default_factory=list)
    misfits: list[Diagnostic] = field(default_factory=list)
    missing: list[tuple[str, Block]] = field(default_factory=list)
    other: list[tuple[str, Block]] = field(default_factory=list)
    """Keys within a part of ours that has no layer for them: another operation, whatever `strict` says."""
    unused: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)

    def diagnostics(self, strict: bool) -> list[Diagnostic]:
        """What is wrong: the first key that does not fit, what is missing and what is left over."""
        found = []
        if self.misfits:
            first = self.misfits[0]
            more = f" ({len(self.misfits) - 1} more do not fit)" if len(self.misfits) > 1 else ""
            found.append(Diagnostic("E702", first.message + more, first.span, first.label, first.help))
        if self.missing:
            block = self.missing[0][1]
            message = f"the checkpoint has no value for {_listed([key for key, _ in self.missing])}"
            help = f"the first was looked for below `{block.theirs}`"
            found.append(Diagnostic("E703", message, block.span, help=help))
        if self.other:
            block = self.other[0][1]
            message = f"nothing in `{block.ours}` takes {_listed([key for key, _ in self.other])}"
            help = "another operation or another network wrote this checkpoint"
            found.append(Diagnostic("E704", message, block.span, help=help))
        if strict and (surplus := sorted(self.unused - self.dropped, key=natural)):
            message = f"nothing in the network takes {_listed(surplus)}"
            found.append(Diagnostic("E704", message, help="without `strict` these keys are left aside"))
        return found


def match(model: Network, state_dict: Mapping[str, Tensor], origin: Origin) -> Match:
    """Pair the tensors of a network, strengths excepted, with the keys of a checkpoint."""
    found = Match(unused=set(state_dict))
    found.dropped = {key for key in state_dict if key.rpartition(".")[2] in FOREIGN}
    names = plain_keys(state_dict, origin)
    theirs = Layers({name: state_dict[key] for name, key in names.items() if key not in found.dropped})
    ours = Layers({k: v for k, v in model.state_dict().items() if not k.startswith("_alphas.")})
    for block in origin.blocks(model):
        pair(block, ours, theirs, names, found, origin.biases)
    found.dropped |= {k for name, k in names.items() if k in found.unused and origin.never_runs(model, name)}
    return found


def plain_keys(keys: Iterable[str], origin: Origin) -> dict[str, str]:
    """The keys without what wraps the network: by plain name the key as it stands in the checkpoint."""
    found = {key: key for key in keys}
    if found and all(key.startswith(PARALLEL) for key in found):
        found = {name.removeprefix(PARALLEL): key for name, key in found.items()}
    if origin.wrapper and any(name.startswith(f"{origin.wrapper}stem.") for name in found):
        found = {name.removeprefix(origin.wrapper): key for name, key in found.items()}
    return found


def pair(
    block: Block, ours: Layers, theirs: Layers, names: Mapping[str, str], found: Match, biases: bool = False
) -> None:
    """Pair the layers of one part.

    With `biases` a convolution that has one in front of a batch-norm gives it to the running mean: batch-norm takes
    away the mean of what comes in, so that x + b with the mean m is x with the mean m - b, in both modes.
    """
    here, there = ours.below(block.ours), theirs.below(block.theirs)
    if len(here) != len(there):
        found.missing += [(f"{layer}.{name}", block) for layer in here[len(there) :] for name in ours.layers[layer]]
        for layer in there[len(here) :]:
            found.other += [(names[f"{layer}.{name}"], block) for name in theirs.layers[layer]]
            found.unused -= {names[f"{layer}.{name}"] for name in theirs.layers[layer]}
    bias: str | None = None
    for a, b in zip(here, there, strict=False):
        mine, given = ours.layers[a], theirs.layers[b]
        less, bias = bias, None
        for name, target in mine.items():
            if name not in given:
                if name != COUNTER:
                    found.missing.append((f"{a}.{name}", block))
                continue
            key = names[f"{b}.{name}"]
            found.unused.discard(key)
            problem = misfit(key, given[name], f"{a}.{name}", target, block.span)
            if problem is None:
                found.pairs.append(Pair(f"{a}.{name}", key, less if name == MEAN else None))
            else:
                found.misfits.append(problem)
        for name in sorted(given.keys() - mine.keys()):
            key = names[f"{b}.{name}"]
            if name == COUNTER:
                found.dropped.add(key)
            elif biases and name == "bias" and _takes(ours, here, a, given[name]):
                bias = key
                found.unused.discard(key)
            else:
                found.other.append((key, block))
                found.unused.discard(key)


def _takes(ours: Layers, here: list[str], layer: str, bias: Tensor) -> bool:
    """Whether the layer right behind a convolution is a batch-norm that can take its bias."""
    place, _, number = layer.rpartition(".")
    behind = f"{place}.{int(number) + 1}" if number.isdecimal() else ""
    if behind not in here or MEAN not in ours.layers[behind]:
        return False
    return unusable(layer, bias) is None and ours.layers[behind][MEAN].shape == bias.shape


def misfit(key: str, value: Tensor, ours: str, target: Tensor, span: Span | None) -> Diagnostic | None:
    """What speaks against a value, if anything does."""
    message = unusable(key, value)
    if message is None and value.shape != target.shape:
        message = f"`{key}` is {size(value)}, our `{ours}` is {size(target)}"
    return None if message is None else Diagnostic("E702", message, span, "these weights" if span else "")


def unusable(key: str, value: object) -> str | None:
    """Why a value cannot be copied, if it cannot."""
    if not isinstance(value, Tensor):
        return f"`{key}` is no tensor"
    if value.layout != torch.strided or value.is_quantized or value.is_meta or value.is_complex():
        return f"`{key}` holds no plain numbers ({value.dtype}, {value.layout}, {value.device.type})"
    return None


class Layers:
    """The tensors of a network by layer, layers in order of computation."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self.layers: dict[str, dict[str, Tensor]] = {}
        for key, tensor in tensors.items():
            layer, _, name = key.rpartition(".")
            self.layers.setdefault(layer, {})[name] = tensor
        self.parts: dict[str, list[str]] = {}
        for layer in sorted(self.layers, key=natural):
            words = layer.split(".")
            for end in range(1, len(words) + 1):
                self.parts.setdefault(".".join(words[:end]), []).append(layer)

    def below(self, part: str) -> list[str]:
        """The layers with state in one part of the network, the part itself included."""
        return self.parts.get(part, [])


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts as the modules stand: safetensors files come in alphabetical order.

    >>> sorted(["op.10", "op.2", "op.bn", "op.conv_1"], key=natural)
    ['op.2', 'op.10', 'op.conv_1', 'op.bn']
    """
    return [(0, int(word), "") if word.isdecimal() else (1, int(word in LAST), word) for word in name.split(".")]


def size(tensor: Tensor) -> str:
    """The shape of a tensor in words."""
    return show(tuple(tensor.shape)) or "a single number"


def _listed(keys: list[str]) -> str:
    shown = ", ".join(f"`{key}`" for key in keys[:SHOWN])
    return f"{shown} and {len(keys) - SHOWN} more" if len(keys) > SHOWN else shown

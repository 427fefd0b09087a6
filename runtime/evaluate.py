"""Test accuracy of a run, a checkpoint, exported weights, or a genotype with weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from nasc.compiler.build import Network, decided
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import fail
from nasc.runtime import checkpoint, weights_file
from nasc.runtime.confusion import Confusion, class_names, counted
from nasc.runtime.data.augment import evaluation_transform
from nasc.runtime.data.images import ImageSet
from nasc.runtime.data.places import Part
from nasc.runtime.data.registry import DataSet, describe, fitted, load
from nasc.runtime.job import for_data
from nasc.runtime.metrics import correct
from nasc.runtime.rebuild import rebuild
from nasc.runtime.weights.command import imported_network

BATCH = 250
FEW, SMALL = 50, 64
"""Pictures at a time; large ones are few. In evaluation the figures do not depend on it."""


@dataclass(frozen=True)
class Score:
    """Figures over a whole split: shares of examples (0..1) whose label is best or among the best five; mean loss."""

    dataset: str
    split: str
    examples: int
    top1: float
    top5: float
    loss: float


def open_target(target: Path) -> tuple[Network, str]:
    """The trained network that a run directory, a checkpoint or exported weights hold, and the data it was trained on.

    Raises `NasError` (E503, E504): nothing there, damaged, or not of a training.
    """
    if target.is_dir():
        file = target / "weights.safetensors"
        target = file if file.is_file() else target / "checkpoint.pt"
    if target.suffix == ".safetensors":
        state, about = weights_file.load(target)
        if about is None:
            help = "say which: nasc evaluate FILE --weights " + target.name
            raise fail("E503", f"{target} does not say which genotype it belongs to", help=help)
    else:
        found = checkpoint.load(target)["task"]
        if "about" not in found:
            help = "train what it found first: nasc train RUN/genotype.nas"
            raise fail("E503", f"{target} belongs to a search, which has no network to evaluate", help=help)
        state, about = found["model"], found["about"]
    model, data = rebuild(about, str(target))
    put(model, state, str(target))
    return model, data


def open_genotype(
    document: n.Document,
    network: str | None,
    options: Options,
    weights: Path,
    data: str,
    data_dir: Path | None,
    origin: str | None = None,
    skip: bool = False,
) -> Network:
    """The network of a genotype with weights of ours (safetensors or a checkpoint), built for a data set.

    With an `origin` the weights are a checkpoint of the authors' code of that name (`runtime/weights`).
    """
    data_set = describe(data, data_dir, options.input, skip)
    options = for_data(options, data_set.input, data_set.classes)
    if origin is not None:
        found = imported_network(weights, document, origin, network, options)[0]
        assert isinstance(found, Network)  # a language model is opened elsewhere
        return found
    model = decided(plan(document, network, options))
    if weights.suffix == ".safetensors":
        state, _ = weights_file.load(weights)
    else:
        state = checkpoint.load(weights)["task"]["model"]
    put(model, state, str(weights))
    return model


def put(model: Network, state: Mapping[str, Tensor], name: str) -> None:
    """Load a state of ours into a network; an auxiliary head that only one of the two has is left aside.

    Raises `NasError` (E503) naming the first entry that does not fit.
    """
    own = model.state_dict()
    for key, tensor in own.items():
        if key.startswith("auxiliary."):
            continue
        if key not in state:
            raise fail("E503", f"{name} has no `{key}`, which the network needs", help="is it another genotype's?")
        if state[key].shape != tensor.shape:
            shapes = f"{tuple(state[key].shape)}, the network's {tuple(tensor.shape)}"
            raise fail("E503", f"`{key}` of {name} has the shape {shapes}", help="is it another genotype's?")
    surplus = [key for key in state if key not in own and not key.startswith(("auxiliary.", "_alphas."))]
    if surplus:
        raise fail("E503", f"{name} has `{surplus[0]}`, which the network does not", help="is it another genotype's?")
    model.load_state_dict({**own, **{key: value for key, value in state.items() if key in own}})


@torch.no_grad()
def measure(
    model: Network, images: ImageSet, data_set: DataSet, split: str, device: torch.device, batch: int | None = None
) -> tuple[Score, Confusion]:
    """Evaluate a network (in evaluation mode, without augmentation) on every example; and what was taken for what.

    `batch` examples are taken at a time, by default as many as fit into little memory.
    """
    transform = evaluation_transform(data_set)
    model = model.to(device).eval()
    loss, top1 = 0.0, 0
    counts = torch.zeros(data_set.classes, data_set.classes, dtype=torch.int64)
    top5 = torch.zeros(data_set.classes, dtype=torch.int64)
    batches = torch.split(torch.arange(len(images)), batch or (BATCH if max(data_set.shape[1:]) <= SMALL else FEW))
    for chosen, following in zip(batches, (*batches[1:], None), strict=True):
        pixels, labels = images.take(chosen)
        if following is not None:
            images.expect(following)
        logits, labels = model(transform(pixels).to(device)), labels.to(device)
        assert isinstance(logits, Tensor)
        loss += float(F.cross_entropy(logits, labels, reduction="sum"))
        top1 += correct(logits, labels, 1)
        counted(logits, labels, counts, top5)
    count = len(images)
    found = Score(data_set.name, split, count, top1 / count, int(top5.sum()) / count, loss / count)
    return found, Confusion(counts, top5, class_names(data_set.names, data_set.classes))


def score(model: Network, images: ImageSet, data_set: DataSet, split: str, device: torch.device) -> Score:
    """The figures alone."""
    return measure(model, images, data_set, split, device)[0]


def evaluate(model: Network, data: str, data_dir: Path | None, device: torch.device) -> Score:
    """The figures of a network on the test part of a data set. Raises `NasError` as `evaluate_part`."""
    return evaluate_part(model, data, data_dir, device)[0]


def evaluate_part(
    model: Network,
    data: str,
    data_dir: Path | None,
    device: torch.device,
    part: Part = "test",
    skipped: list[str] | None = None,
    batch: int | None = None,
) -> tuple[Score, Confusion]:
    """The figures of a network on a part of a data set, and what was taken for what.

    Pictures of any size are brought to the network's; those that cannot be read are left out where `skipped` takes
    their paths. Raises `NasError` where data and network do not fit (E509), or the data cannot be read.
    """
    stack = model.plan.stack
    assert isinstance(stack.input, tuple)
    data_set = fitted(describe(data, data_dir, stack.input, skipped is not None), stack.input, stack.classes)
    return measure(model, load(data, data_dir, part, stack.input, skipped), data_set, part, device, batch)


def as_json(found: Score, more: Mapping[str, Any] | None = None) -> str:
    """The row that `nasc evaluate --json` prints; `more` was asked for besides."""
    return json.dumps({**found.__dict__, **(more or {})})

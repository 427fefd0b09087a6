"""Golden shared-weight networks that run a sample of their operations: GDAS, NAS-Bench-201, EDNAS.

The sample is put in as weights, one for what was drawn and zero for the rest. With `only` what was drawn is all that
runs; without it everything does, and makes no difference.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

import nasc
from nasc.compiler.passes import passes
from nasc.compiler.plan import plan
from nasc.compiler.supernet import Supernet
from nasc.runtime.weights import ORIGINS, import_weights
from nasc.runtime.weights.matching import match
from tests.goldens.measure import apart
from tests.goldens.search import KINDS, network, strengths
from tests.goldens.texts import space_text

SPACE201 = """use std.nasbench201
cell normal(s0) { s1..s3 = nasbench201(*)  return s3 }
network golden: nasbench201 { channels: 4  layers: 5  input: 3x16x16 }
"""


def sample(alphas: Tensor, noise: Tensor, tau: float) -> tuple[Tensor, Tensor, Tensor]:
    """Probabilities, choices and weights of a draw: one for the choice, whose gradient is that of its probability."""
    probabilities = ((alphas + noise) / tau).softmax(-1)
    choice = probabilities.argmax(-1)
    chosen = F.one_hot(choice, alphas.shape[1])
    return probabilities, choice, chosen * (1 + probabilities - probabilities.detach())


def kept(weights: dict[str, Tensor]) -> dict[str, list[list[int]]]:
    """The operations of every edge that a sample runs, by cell."""
    return {name: [torch.nonzero(row).flatten().tolist() for row in rows] for name, rows in weights.items()}


def measure_gdas(golden: dict[str, Any], optimize: bool, shared: bool, only: bool) -> dict[str, float]:
    """GDAS: a draw for every cell, or (`shared`) one for all cells of a kind; logits and all gradients of strengths."""
    text = space_text("darts", network("gdas_search", 4, 4), "std.gdas")
    names = ["normal", "reduce", "reduce", "normal"]
    if not shared:
        names = [f"{name}_{index}" for index, name in enumerate(names)]
        cells = "cells: normal[0], reduce[1]/2, reduce[2]/2, normal[3]"
        text = text.replace("layers: 4", cells)
    model = Supernet(plan(nasc.loads(text)), changes=passes(optimize))
    imported = import_weights(model, golden["state_dict"], "gdas")
    assert set(imported.strengths) == set(names)
    assert not imported.surplus
    found = {}
    for mode in ("eval", "train"):
        expected = golden[mode]
        weights: dict[str, Tensor] = {}
        for cell, name in enumerate(names):
            noise = golden["gumbel_noise_per_cell"][cell]
            probabilities, choice, drawn = sample(strengths(model, name), noise, golden["tau"])
            weights.setdefault(name, drawn)
            assert torch.equal(choice, expected["choice"][cell])
            found[f"probabilities, {mode}"] = apart(probabilities, expected["probs"][cell])
        gradients = _run(model, golden, weights, mode, found, only)
        if not shared:
            for cell, name in enumerate(names):
                drawn = F.one_hot(expected["choice"][cell], 8) * gradients[f"weights of {name}"]
                found[f"gradients of weights {cell}, {mode}"] = apart(drawn, expected["dL/dw_per_cell"][cell])
        parts = [[g for name, g in gradients.items() if name.startswith(kind)] for kind in KINDS]
        both = [torch.stack(part).sum(0) for part in parts]
        found[f"gradients, {mode}"] = max(map(apart, both, expected["alpha_grads"]))
    return found


def measure_nasbench201(golden: dict[str, Any], optimize: bool, only: bool) -> dict[str, float]:
    """NAS-Bench-201: one draw; the biases of its convolutions go into the running means."""
    model = Supernet(plan(nasc.loads(SPACE201)), changes=passes(optimize))
    imported = import_weights(model, golden["state_dict"], "nasbench201")
    assert imported.strengths == ("normal",)
    assert not imported.surplus
    found: dict[str, float] = {}
    for mode in ("eval", "train"):
        noise, expected = golden["gumbel_noise(=-log E)"][0], golden[mode]
        probabilities, choice, drawn = sample(strengths(model, "normal"), noise, golden["tau"])
        assert torch.equal(choice, expected["choice"][0])
        found[f"probabilities, {mode}"] = apart(probabilities, expected["probs"][0])
        gradients = _run(model, golden, {"normal": drawn}, mode, found, only)
        found[f"gradients, {mode}"] = apart(gradients["normal"], expected["alpha_grads"][0])
    return found


def measure_ednas(golden: dict[str, Any], optimize: bool, only: bool) -> dict[str, float]:
    """EDNAS: given samples, each in its own cells, and swapped as the published code has it."""
    made = golden["args"]
    text = space_text(
        "darts_without_none", network("darts_search", made["C"], made["layers"]).replace("16x16", "32x32")
    )
    model = Supernet(plan(nasc.loads(text)), changes=passes(optimize))
    assert not import_weights(model, golden["state_dict"], "ednas").surplus
    theirs = {p.ours: p.theirs for p in match(model, golden["state_dict"], ORIGINS["ednas"]).pairs}
    samples = [golden["sampled_weight_normal"], golden["sampled_weight_reduce"]]
    found = {}
    start = {key: value.clone() for key, value in model.state_dict().items()}
    for way, rows in (("intended", samples), ("as_published_swapped", samples[::-1])):
        weights, expected = dict(zip(KINDS, rows, strict=True)), golden[way]
        chosen = kept(weights) if only else None
        model.load_state_dict(start)
        model.zero_grad()
        model.eval()
        with torch.no_grad():
            found[f"logits, {way}"] = apart(model(golden["input"], weights, chosen), expected["eval_output"])
        model.train()
        logits = model(golden["input"], weights, chosen)
        found[f"train, {way}"] = apart(logits, expected["train_output"])
        loss = F.cross_entropy(logits, golden["target"])
        loss.backward()  # type: ignore[no-untyped-call]
        found[f"loss, {way}"] = abs(float(loss.detach()) - expected["loss"])
        given = {theirs[name]: p.grad for name, p in model.named_parameters() if name in theirs and p.grad is not None}
        moved = {key: gradient for key, gradient in given.items() if gradient.any()}
        assert moved.keys() == set(expected["params_with_grad"])
        assert (given.keys() == moved.keys()) is only
        norm = float(torch.stack([gradient.norm() for gradient in moved.values()]).norm())
        found[f"gradients, {way}"] = abs(norm - expected["grad_norm"])
    return found


def _run(
    model: Supernet,
    golden: dict[str, Any],
    weights: dict[str, Tensor],
    mode: str,
    found: dict[str, float],
    only: bool,
) -> dict[str, Tensor]:
    """Run the sample, note how far logits and loss are off, and return the gradients of strengths and weights."""
    model.train(mode == "train")
    logits = model(golden["x"], weights, kept(weights) if only else None)
    found[f"logits, {mode}"] = apart(logits, golden[mode]["logits"])
    loss = F.cross_entropy(logits, golden["y"])
    found[f"loss, {mode}"] = abs(float(loss.detach()) - golden[mode]["loss"])
    given = torch.autograd.grad(loss, [*(strengths(model, name) for name in weights), *weights.values()])
    return dict(zip([*weights, *(f"weights of {name}" for name in weights)], given, strict=True))

"""Golden shared-weight networks: ours with the original's weights and strengths, in float64."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import nasc
from nasc.compiler.passes import passes
from nasc.compiler.plan import cell_dag, plan
from nasc.compiler.supernet import Mixing, Supernet, places
from nasc.runtime.derive import derive_supernet
from nasc.runtime.weights import ORIGINS, import_weights
from nasc.runtime.weights.matching import match
from tests.goldens.measure import apart
from tests.goldens.texts import sets_text, space_text

KINDS = ("normal", "reduce")
PTDARTS = "{darts_without_none | none}"
"""The set of DARTS with `none` at its end."""


def network(skeleton: str, channels: int, layers: int) -> str:
    """The network line of a golden file."""
    return f"network golden: {skeleton} {{ channels: {channels}  layers: {layers}  input: 3x16x16 }}"


def supernet(text: str, optimize: bool, mixing: Mixing = "softmax") -> Supernet:
    """The shared-weight network of a text, in float64."""
    return Supernet(plan(nasc.loads(text)), mixing, changes=passes(optimize)).double()


def strengths(model: Supernet, kind: str) -> nn.Parameter:
    """The one parameter of a cell whose edges all choose among the same operations."""
    found = model.alphas[kind]
    assert isinstance(found, nn.Parameter)
    return found


def measure_darts(golden: dict[str, Any], optimize: bool) -> dict[str, float]:
    """DARTS: logits in both modes, the loss, the first-order gradients of the strengths."""
    made = golden["constructor"]
    model = supernet(space_text("darts", network("darts_search", made["C"], made["layers"])), optimize)
    state = golden["state_dict"] | {f"alphas_{kind}": golden[f"alphas_{kind}"] for kind in KINDS}
    imported = import_weights(model, state, "darts")
    assert imported.strengths == KINDS
    assert not imported.surplus
    found, loss = _logits(
        model, golden["x_val"], golden["y_val"], golden["eval_logits_val"], golden["train_logits_val"]
    )
    found["loss"] = abs(float(loss.detach()) - golden["loss_val"])
    gradients = torch.autograd.grad(loss, [strengths(model, kind) for kind in KINDS])
    found["gradients"] = _apart(gradients, golden["first_order_alpha_grads"])
    return found


def measure_ptdarts(golden: dict[str, Any], optimize: bool) -> dict[str, float]:
    """pt.darts: logits in eval mode, first-order gradients; its strengths are part of the state dict."""
    made = golden["constructor"]
    model = supernet(space_text(PTDARTS, network("darts_search", made["C"], made["n_layers"])), optimize)
    imported = import_weights(model, golden["state_dict"], "ptdarts")
    assert imported.strengths == KINDS
    assert not imported.surplus
    model.eval()
    with torch.no_grad():
        found = {"logits": apart(model(golden["x_val"]), golden["eval_logits_val"])}
    model.train()
    loss = F.cross_entropy(model(golden["x_val"]), golden["y_val"])
    found["loss"] = abs(float(loss.detach()) - golden["loss_val"])
    rows = torch.autograd.grad(loss, [strengths(model, kind) for kind in KINDS])
    found["gradients"] = _apart(
        [part for row in rows for part in torch.split(row, [2, 3, 4, 5])], golden["first_order"]
    )
    return found


def measure_pdarts(golden: dict[str, Any], optimize: bool) -> dict[str, float]:
    """P-DARTS in its second stage: five operations on every edge, others on every edge."""
    made = golden["constructor"]
    sets = {
        kind: [[p for p, on in zip(golden["primitives"], row, strict=True) if on] for row in golden[f"switches_{kind}"]]
        for kind in KINDS
    }
    model = supernet(sets_text(sets, network("pdarts_search", made["C"], made["layers"])), optimize)
    imported = import_weights(model, golden["state_dict"], "pdarts")
    assert imported.strengths == KINDS
    assert not imported.surplus
    found, loss = _logits(model, golden["input"], golden["target"], golden["eval_logits"], golden["train_logits"])
    found["loss"] = abs(float(loss.detach()) - golden["loss"])
    given = torch.autograd.grad(loss, model.strengths())
    rows = dict(zip(map(id, model.strengths()), given, strict=True))
    found["gradients"] = _apart([_by_edge(model, kind, rows) for kind in KINDS], golden["arch_grads"])
    return found


def measure_pcdarts(golden: dict[str, Any], optimize: bool) -> dict[str, float]:
    """PC-DARTS: a quarter of the channels is searched, and edges have weights of their own."""
    made = golden["constructor"]
    model = supernet(space_text("darts", network("pcdarts_search", made["C"], made["layers"])), optimize)
    names = [f"{what}_{kind}" for what in ("alphas", "betas") for kind in KINDS]
    imported = import_weights(model, golden["state_dict"] | dict(zip(names, golden["arch"], strict=True)), "pcdarts")
    assert imported.strengths == KINDS
    assert not imported.surplus
    found, loss = _logits(model, golden["input"], golden["target"], golden["eval_logits"], golden["train_logits"])
    found["loss"] = abs(float(loss.detach()) - golden["loss"])
    found["gradients"] = _apart(torch.autograd.grad(loss, model.strengths()), golden["arch_grads"])
    derived = derive_supernet(model)
    for kind in KINDS:
        edges = cell_dag(derived, kind).edges
        assert [[edge.operations[0], int(edge.source[1:])] for edge in edges] == golden["genotype"][kind]
    return found


def measure_ddarts(golden: dict[str, Any], optimize: bool) -> dict[str, float]:
    """D-DARTS: strengths for every cell, independent sigmoids; gradients of the weights too."""
    cells = "cells: normal[0], normal[1]/2, normal[2]/2"
    text = space_text("ddarts", f"network golden: darts_search {{ channels: 4  {cells} }}", "std.ddarts")
    model = supernet(text, optimize, "sigmoid")
    import_weights(model, golden["state_dict"], "ddarts")
    names = [f"normal_{index}" for index in range(3)]
    with torch.no_grad():
        for name, alphas in zip(names, golden["alphas"], strict=True):
            strengths(model, name).copy_(alphas)
    found, loss = _logits(
        model, golden["input"].double(), golden["target"], golden["out_eval64"], golden["out_train64"]
    )
    found["loss"] = abs(float(loss.detach()) - golden["ce"])
    ours = {p.theirs: p.ours for p in match(model, golden["state_dict"], ORIGINS["ddarts"]).pairs}
    parameters = dict(model.named_parameters())
    weights = [parameters[ours[key]] for key in golden["dw_norm"]]
    given = torch.autograd.grad(loss, [*(strengths(model, name) for name in names), *weights])
    found["gradients"] = _apart(given[:3], golden["dCE_dalpha"])
    norms = [(float(g.norm()), norm) for g, norm in zip(given[3:], golden["dw_norm"].values(), strict=True)]
    found["norms"] = max(abs(a - b) / max(1.0, b) for a, b in norms)
    return found


def _logits(
    model: Supernet, x: Tensor, y: Tensor, evaluated: Tensor, trained: Tensor
) -> tuple[dict[str, float], Tensor]:
    """How far both kinds of logits are off, and the loss in training."""
    model.eval()
    with torch.no_grad():
        found = {"logits": apart(model(x), evaluated)}
    model.train()
    logits = model(x)
    found["train"] = apart(logits, trained)
    return found, F.cross_entropy(logits, y)


def _apart(ours: Any, theirs: Any) -> float:
    return max(apart(a, b) for a, b in zip(ours, theirs, strict=True))


def _by_edge(model: Supernet, kind: str, gradients: dict[int, Tensor]) -> Tensor:
    """The gradients of strengths that lie in several parameters, by edge."""
    given = model.alphas[kind]
    parts = given if isinstance(given, list) else [given]
    return torch.stack([gradients[id(parts[group])][row] for group, row in places(model.dags[kind])])

"""Golden language models: ours with the original's weights, cells and shared-weight networks."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

import nasc
from nasc.compiler.language_model import LanguageModel, LanguageOutput, Masks
from nasc.compiler.plan import cell_dag, language_plan
from nasc.compiler.stack import Options
from nasc.runtime.derive import derive_supernet
from nasc.runtime.search import open_language
from nasc.runtime.weights import ORIGINS, import_weights
from nasc.runtime.weights.language import match_language
from tests.goldens.measure import apart

NAMES = {"_W0": "s0", "bn": "sum.0"}


def foreign(genotype: Mapping[str, Any]) -> str:
    """A recurrent genotype as its authors write it."""
    edges = [tuple(edge) for edge in genotype["recurrent"]]
    return f"Genotype(recurrent={edges}, concat={genotype['concat']})"


def model(genotype: Mapping[str, Any], state: Mapping[str, Tensor], origin: str, optimize: bool) -> LanguageModel:
    """Our language model of a genotype with the original's weights, in their type; 20 words, 8 channels."""
    options = Options(channels=8, vocabulary=20)
    made = LanguageModel(language_plan(nasc.loads(foreign(genotype)), "ptb", options), optimize)
    made.to(state["encoder.weight"].dtype)
    imported = import_weights(made, state, origin)
    assert imported.loaded == len(made.state_dict())
    assert not imported.surplus
    return made


def measure_darts(golden: Mapping[str, Any], optimize: bool) -> dict[str, float]:
    """A cell of DARTS: without dropout, with recorded masks, the losses, and the norms of all gradients."""
    ours = model(golden["genotype"], golden["state_dict"], "darts", optimize)
    tokens, target, hidden = golden["input"], golden["target"], golden["hidden0"]
    ours.eval()
    with torch.no_grad():
        out = ours(tokens, hidden)
    found = {
        "eval": apart(out.logits.log_softmax(-1), golden["eval_log_prob"]),
        "hidden": apart(out.hidden, golden["eval_hidden"]),
        "raw": apart(out.raw, golden["eval_raw"]),
    }
    trained = golden["train"]
    drawn = trained["masks"]
    x_mask, h_mask = drawn["mask2d_call_order"]
    before, after = drawn["locked_call_order"]
    masks = Masks(drawn["emb_row_mask"], before, [x_mask], [h_mask], after)
    ours.train()
    out = ours(tokens, hidden, masks)
    found["train"] = apart(out.logits.log_softmax(-1), trained["log_prob"])
    found["train hidden"] = apart(out.hidden, trained["hidden"])
    found["train raw"] = apart(out.raw, trained["raw"])
    found["dropped"] = apart(out.dropped, trained["dropped"])
    scored = ours.loss(tokens, target, hidden, masks)
    tar = (scored.raw[1:] - scored.raw[:-1]).pow(2).mean() * 1e-3
    found["nll"] = abs(float(scored.nll.detach()) - trained["nll"])
    found["tar"] = abs(float(tar.detach()) - trained["tar_beta_1e3"])
    torch.autograd.backward(scored.nll + tar)
    by_name = dict(ours.named_parameters())
    names = {p.theirs: p.ours for p in match_language(ours, golden["state_dict"], ORIGINS["darts"]).pairs}
    norms = [(by_name[names[key]].grad, norm) for key, norm in trained["grad_norms"].items()]
    found["gradients"] = max(abs(float(grad.norm()) - norm) for grad, norm in norms if grad is not None)
    assert len(norms) == len(by_name)
    return found


def measure_gdas(golden: Mapping[str, Any], net: str, optimize: bool) -> dict[str, float]:
    """A cell of GDAS's code, in float32: both modes, and every gradient."""
    case = golden["nets"][net]
    ours = model(case["genotype"], case["state_dict"], "gdas", optimize)
    ours.eval()
    with torch.no_grad():
        out = ours(golden["x"], golden["h0"])
    found = {
        "eval": apart(out.logits.log_softmax(-1), case["eval_logprob"]),
        "hidden": apart(out.hidden, case["eval_new_hidden"]),
        "raw": apart(out.raw, case["eval_raw_output"]),
    }
    ours.train()
    masks = Masks(x=[golden["x_mask"]], hidden=[golden["h_mask"]])
    out = ours(golden["x"], golden["h0"], masks)
    found["train"] = apart(out.logits.log_softmax(-1), case["train_logprob"])
    scored = ours.loss(golden["x"], golden["targets"].view(5, 3), golden["h0"], masks)
    found["nll"] = abs(float(scored.nll.detach()) - case["train_nll"])
    torch.autograd.backward(scored.nll + (scored.raw[1:] - scored.raw[:-1]).pow(2).mean() * 1e-3)
    by_name = dict(ours.named_parameters())
    names = {p.theirs: p.ours for p in match_language(ours, case["state_dict"], ORIGINS["gdas"]).pairs}
    found["gradients"] = max(_gradient(key, by_name[names[key]].grad, value) for key, value in case["grads"].items())
    assert len(case["grads"]) == len(by_name)
    return found


def _gradient(key: str, ours: Tensor | None, theirs: Tensor) -> float:
    """How far a gradient is off. The recording takes the last word for padding, which has no gradient as an input."""
    assert ours is not None
    return apart(ours[:-1], theirs[:-1]) if key == "encoder.weight" else apart(ours, theirs)


def measure_search(golden: Mapping[str, Any], optimize: bool) -> dict[str, float]:
    """The shared-weight network of DARTS: both modes, statistics, first-order gradients, the genotype."""
    options = Options(channels=8, vocabulary=20)
    space = open_language(nasc.load("rnn"), "search", options, optimize=optimize).double()
    assert not import_weights(space, golden["state_dict"], "darts").surplus
    alphas = space.alphas["rnn"]
    assert isinstance(alphas, Tensor)
    with torch.no_grad():
        alphas.copy_(golden["alphas"])
    space.eval()
    with torch.no_grad():
        out: LanguageOutput = space(golden["input"], golden["hidden0"])
    found = {
        "eval": apart(out.logits.log_softmax(-1), golden["eval_log_prob"]),
        "eval hidden": apart(out.hidden, golden["eval_hidden"]),
    }
    space.train()
    out = space(golden["input"], golden["hidden0"])
    found["train"] = apart(out.logits.log_softmax(-1), golden["train_log_prob"])
    found["train hidden"] = apart(out.hidden, golden["train_hidden"])
    kept = dict(space.named_buffers())
    found["statistics"] = apart(kept["cells.0.sum.0.running_mean"], golden["bn_running_mean_after_train"])
    assert int(kept["cells.0.sum.0.num_batches_tracked"]) == golden["bn_num_batches_tracked_after"]
    scored = space.loss(golden["input_val"], golden["target_val"], golden["hidden0_val"])
    (gradient,) = torch.autograd.grad(scored.nll, space.strengths())
    found["gradients"] = apart(gradient, golden["lr20.0"]["first_order"])
    gate, *edges = cell_dag(derive_supernet(space), "rnn").edges
    assert gate.operations == ("gate",)
    assert [(e.operations[0], int(e.source[1:])) for e in edges] == [tuple(e) for e in golden["genotype"]["recurrent"]]
    return found


def measure_ednas(golden: Mapping[str, Any], optimize: bool) -> dict[str, float]:
    """The cell of EDNAS by itself, which reads 5 numbers and has 7."""
    states = "  ".join(f"s{i} = {name}(s{p})" for i, (name, p) in enumerate(golden["args"]["genotype"]["recurrent"], 1))
    text = f"use std.darts_rnn recurrent c(x, h) {{ s0 = gate(x, h)  {states}  return mean(s1..s8) }}"
    text += "network n: darts_lm { channels: 7  vocabulary: 20  cells: c  stem: embedding(out=5)  head: linear }"
    ours = LanguageModel(language_plan(nasc.loads(text)), optimize)
    cell = ours.cells[0]
    cell.load_state_dict(_cell_state(golden["state_dict"]))
    start, masked = golden["hidden"][0], golden["train_masked"]
    with torch.no_grad():
        plain = ours.run(0, cell, golden["input"], start, None, None)
        dropped = ours.run(0, cell, golden["input"], start, masked["x_mask"], masked["h_mask"])
    return {
        "eval": apart(plain, golden["eval_output"]),
        "train": apart(plain, golden["train_output"]),
        "masked": apart(dropped, masked["output"]),
        "hidden": apart(dropped[-1:], masked["last_hidden"]),
    }


def measure_ednas_search(golden: Mapping[str, Any], optimize: bool, chosen: bool) -> dict[str, float]:
    """The search cell of EDNAS for one sample: by its one-hot weights, or running what is chosen alone."""
    options = Options(channels=7, vocabulary=20)
    space = open_language(nasc.load("ednas_ptb"), "search", options, optimize=optimize)
    cell, wanted = space.cells[0], golden["intended_onehot"]
    # the small file has no counter of batch-norm
    assert set(cell.load_state_dict(_cell_state(golden["state_dict"]), strict=False)[0]) <= {
        "sum.0.num_batches_tracked"
    }
    if chosen:
        rows = [[int(row.argmax())] if row.any() else [] for row in golden["onehot"]]
        choice: dict[str, Any] = {"chosen": {"rnn": rows}}
    else:
        choice = {"weights": {"rnn": golden["onehot"]}}
    found = {}
    for mode in ("eval", "train"):
        space.train(mode == "train")
        with torch.no_grad():
            out = space.run(0, cell, golden["input"], golden["hidden"][0], None, None, **choice)
        found[mode] = apart(out, wanted[f"{mode}_output"])
    kept = dict(cell.named_buffers())
    found["mean"] = apart(kept["sum.0.running_mean"], wanted["bn_running_mean_after"])
    found["variance"] = apart(kept["sum.0.running_var"], wanted["bn_running_var_after"])
    return found


def _cell_state(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of one cell by our names."""
    found = {}
    for key, value in state.items():
        word, _, rest = key.partition(".")
        if word == "_Ws":
            found[f"s{int(rest) + 1}.weight"] = value
        else:
            found[f"{NAMES[word]}.{rest or 'weight'}"] = value
    return found

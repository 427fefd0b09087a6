"""Language models: what is built is what is counted, and the fast forms are the plain ones with the same gradients."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

import nasc
from nasc import genotypes
from nasc.compiler import word_loss
from nasc.compiler.language_model import LanguageModel, Masks
from nasc.compiler.language_supernet import LanguageSupernet
from nasc.compiler.plan import language_plan
from nasc.compiler.stack import Options
from nasc.runtime.search import open_language

SHIPPED = [
    f"{folder}/{name}"
    for folder in genotypes.FOLDERS
    for name in genotypes.names(folder)
    if "recurrent" in genotypes.shipped(f"{folder}/{name}").read_text(encoding="utf-8")
]
STEPS, BATCH, WORDS = 4, 3, 11
LM = "network n: darts_lm { channels: 6  vocabulary: 11  cells: c"
CELLS = {
    "mean": "s0 = gate(x, h)  s1 = relu(s0)  s2 = tanh(s0)  s3 = identity(s1)  s4 = sigmoid(s1)  return mean(s1..s4)",
    "some": "s0 = gate(x, h)  s1 = relu(s0)  s2 = tanh(s1)  s3 = relu(s2)  s4 = relu(s2)  return mean(s1, s4, s3)",
    "sum": "s0 = gate(x, h)  s1 = relu(s0)  return sum(s0, s1)",
    "one": "s0 = gate(x, h)  s1 = tanh(s0)  return s1",
    "gates": "s0 = gate(x, h)  s1 = gate(x, h)  s2 = relu(s1)  s3 = relu(s0)  return mean(s0..s3)",
    "unread": "s0 = gate(x, h)  s1 = relu(s0)  s2 = tanh(s1)  return s1",
    "edges": "s0 = gate(x, h)  s1 = relu(s0) + tanh(s0)  s2 = 0.5*tanh(s1) + none(s0) + relu(s0)  return mean(s1, s2)",
    "zero": "s0 = gate(x, h)  s1 = none(s0)  s2 = 0*tanh(s0)  return mean(s0..s2)",
    "twice": "s0 = gate(x, h)  s1 = relu(s0)  return mean(s1, s1)",
}
OPEN = {
    "every": "s0 = gate(x, h)  s1..s3 = keep 1 of darts_rnn(*)  return mean(s1..s3)",
    "sets": "s0 = gate(x, h)  s1 = {tanh | relu}(s0)  s2 = keep 1 of (ednas_rnn(s0) + {none | tanh}(s1))  return s2",
    "beside": "s0 = gate(x, h)  s1 = ednas_rnn(s0) + tanh(s0)  s2 = 0.5*darts_rnn(s0, s1)  return mean(s1, s2)",
}


def text(cell: str, more: str = "") -> str:
    return f"use std.darts_rnn recurrent c(x, h) {{ {cell} }} {LM} {more} }}"


def model(cell: str, more: str = "", optimize: bool = True) -> LanguageModel:
    made = LanguageModel(language_plan(nasc.loads(text(cell, more))), optimize)
    return made.double()


def space(cell: str, more: str = "", optimize: bool = True) -> LanguageSupernet:
    return open_language(nasc.loads(text(cell, more)), None, Options(), optimize=optimize).double()


def tokens(seed: int = 0) -> Tensor:
    return torch.randint(WORDS, (STEPS, BATCH), generator=torch.Generator().manual_seed(seed))


def spread(made: LanguageModel) -> LanguageModel:
    """The same weights for any model of one text, large enough to matter."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for _, value in sorted(made.named_parameters()):
            value.copy_(torch.randn(value.shape, generator=generator, dtype=torch.float64) * 0.4)
    return made


def outcome(made: LanguageModel, masked: bool, **choice: Any) -> dict[str, Tensor]:
    """Everything that a step gives: outputs, the loss, and all gradients, that of the first state too."""
    spread(made).train()
    made.set_dropouts(**dict.fromkeys(("embedding", "input", "hidden", "x", "output"), 0.4 if masked else 0.0))
    torch.manual_seed(1)
    masks = made.draw(BATCH)
    hidden = torch.randn_like(made.start(BATCH)).requires_grad_()
    out = made(tokens(), hidden, masks, **choice)
    scored = made.loss(tokens(), tokens(5), hidden, masks, **choice)
    penalty = (scored.raw[1:] - scored.raw[:-1]).pow(2).mean() + scored.hidden.pow(2).mean()
    named = {name: value for name, value in made.named_parameters() if value.requires_grad}
    grads = torch.autograd.grad(scored.nll + penalty, [*named.values(), hidden], allow_unused=True)
    leaves = {**named, "hidden": hidden}.items()
    found = {name: torch.zeros_like(leaf) if g is None else g for (name, leaf), g in zip(leaves, grads, strict=True)}
    return {**found, "logits": out.logits.detach(), "raw": out.raw.detach(), "nll": scored.nll.detach()}


@pytest.mark.parametrize("masked", [True, False], ids=["masked", "whole"])
@pytest.mark.parametrize("name", CELLS)
def test_fast_is_plain(name: str, masked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_loss, "SCORES", 5 * WORDS)
    fast, plain = model(CELLS[name]), model(CELLS[name], optimize=False)
    assert list(fast.state_dict()) == list(plain.state_dict())
    assert (fast.cells[0].order is not None) == (name not in ("edges", "zero", "twice"))
    torch.testing.assert_close(outcome(fast, masked), outcome(plain, masked), rtol=1e-9, atol=1e-12)
    fast.eval(), plain.eval()
    with torch.no_grad():
        torch.testing.assert_close(fast(tokens()).logits, plain(tokens()).logits, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("behind", ["", "sum -> bn(affine=off, shared=on)", "sum -> bn(affine=on) -> tanh"])
@pytest.mark.parametrize("name", OPEN)
def test_mixtures_are_plain(name: str, behind: str) -> None:
    more = f"state: {behind}" if behind else ""
    fast, plain = space(OPEN[name], more), space(OPEN[name], more, optimize=False)
    assert list(fast.state_dict()) == list(plain.state_dict())
    torch.testing.assert_close(outcome(fast, True), outcome(plain, True), rtol=1e-8, atol=1e-11)


def test_mixtures_of_sigmoids_and_given_weights() -> None:
    document = nasc.loads(text(OPEN["every"]))
    made = open_language(document, None, Options(), "sigmoid").double()
    weights = {"c": torch.rand(6, 5, dtype=torch.float64).requires_grad_()}
    assert torch.equal(made.mixed()["c"][0], made.alphas["c"][0].sigmoid())
    given, own = made(tokens(), weights=weights).logits, made(tokens()).logits
    assert not torch.allclose(given, own)
    torch.autograd.backward(given.sum())
    assert weights["c"].grad is not None
    assert not weights["c"].grad[:, 0].any()  # `none` adds nothing
    assert weights["c"].grad[:, 1:].all()


def test_a_choice_runs_what_a_decided_cell_runs() -> None:
    chosen = [[1], [], [4], [2], [], []]
    made = space(OPEN["every"])
    decided = model("s0 = gate(x, h)  s1 = tanh(s0)  s2 = identity(s1)  s3 = relu(s0)  return mean(s1..s3)")
    spread(made), spread(decided).load_state_dict(made.state_dict(), strict=False)
    made.eval(), decided.eval()
    out = made(tokens(), chosen={"c": chosen})
    torch.testing.assert_close(out.logits, decided(tokens()).logits)
    made.zero_grad()
    torch.autograd.backward(out.logits.sum())
    assert all(p.grad is None for p in made.strengths())


def test_two_layers() -> None:
    more = "cells: c*2  stem: embedding(out=4) -> dropout(0.5) -> relu"
    more += "  head: dropout(output) -> linear(out=5) -> tanh -> linear"
    settings = text(CELLS["mean"], "").replace("cells: c", more)
    found = language_plan(nasc.loads(settings))
    fast, plain = LanguageModel(found).double(), LanguageModel(found, optimize=False).double()
    torch.testing.assert_close(outcome(fast, True), outcome(plain, True), rtol=1e-9, atol=1e-12)
    out = fast(tokens())
    assert out.hidden.shape == (2, BATCH, 6)
    assert out.dropped.shape == (STEPS, BATCH, 5)
    fast.set_dropouts()
    drawn = fast.draw(BATCH)
    assert drawn.input is not None  # the text says a number
    assert drawn.output is None
    assert len(fast.start(2)) == 2


@pytest.mark.parametrize("name", SHIPPED)
def test_the_model_has_what_the_plan_counts(name: str) -> None:
    found = language_plan(nasc.load(name), None, Options(channels=20, vocabulary=30))
    counts = nasc.stats(nasc.load(name), channels=20, vocabulary=30)
    with torch.device("meta"):
        made = LanguageSupernet(found) if found.open else LanguageModel(found, optimize=False)
        made.eval()
        weights = sum(p.numel() for key, p in made.named_parameters() if not key.startswith("_alphas."))
        with FlopCounterMode(display=False) as counter:
            made(torch.zeros(1, 1, dtype=torch.int64))
    assert weights == counts.params
    assert counter.get_total_flops() == 2 * counts.macs


def test_a_text_in_two_parts_is_the_text() -> None:
    made = spread(model(CELLS["some"])).eval()
    whole = made(tokens())
    first = made(tokens()[:1])
    second = made(tokens()[1:], first.hidden)
    torch.testing.assert_close(torch.cat([first.logits, second.logits]), whole.logits)
    torch.testing.assert_close(second.hidden, whole.hidden)
    assert torch.equal(whole.raw, whole.dropped)


def test_the_loss_is_cross_entropy() -> None:
    made = spread(model(CELLS["one"])).eval()
    wanted = F.cross_entropy(made(tokens()).logits.flatten(0, 1), tokens(5).flatten())
    torch.testing.assert_close(made.loss(tokens(), tokens(5)).nll, wanted)
    with torch.no_grad():
        torch.testing.assert_close(made.loss(tokens(), tokens(5)).nll, wanted)


@pytest.mark.parametrize("learns", ["x", "weight", "bias"])
def test_the_loss_takes_the_gradients_that_are_asked_for(learns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_loss, "SCORES", 3 * WORDS)
    given = {"x": torch.randn(8, 6), "weight": torch.randn(WORDS, 6), "bias": torch.randn(WORDS)}
    given = {name: value.double() for name, value in given.items()}
    leaf = given[learns].requires_grad_()
    found = word_loss.word_loss(**given, targets=tokens().flatten()[:8])
    wanted = F.cross_entropy(F.linear(*given.values()), tokens().flatten()[:8])
    torch.testing.assert_close(torch.autograd.grad(2 * found, leaf), torch.autograd.grad(2 * wanted, leaf))


def test_what_is_dropped() -> None:
    made = spread(model(CELLS["mean"])).train()
    assert made.draw(BATCH) == Masks(None, None, [None], [None], None)
    made.set_dropouts(embedding=0.5, input=0.5, hidden=0.5, x=0.75, output=0.75)
    torch.manual_seed(0)
    drawn = made.draw(BATCH)
    assert drawn.x is not None
    assert drawn.hidden is not None
    kinds = [
        (drawn.embedding, 0.5),
        (drawn.input, 0.5),
        (drawn.x[0], 0.75),
        (drawn.hidden[0], 0.5),
        (drawn.output, 0.75),
    ]
    for mask, rate in kinds:
        assert mask is not None
        assert set(mask.flatten().tolist()) <= {0.0, 1 / (1 - rate)}
    shapes = [tuple(mask.shape) for mask, _ in kinds if mask is not None]
    assert shapes == [(WORDS, 1), (1, BATCH, 6), (BATCH, 6), (BATCH, 6), (1, BATCH, 6)]
    words = torch.arange(WORDS).unsqueeze(1)
    assert drawn.embedding is not None
    vectors = made.embed(words, drawn.embedding)[:, 0]
    assert torch.equal(vectors.any(1), drawn.embedding[:, 0] > 0)
    torch.manual_seed(0)
    one = made(tokens()).logits
    torch.manual_seed(0)
    assert torch.equal(one, made(tokens()).logits)
    assert not torch.equal(one, made(tokens()).logits)
    assert not torch.equal(one, made.eval()(tokens()).logits)
    assert torch.equal(made(tokens()).logits, made(tokens()).logits)


def test_there_is_nothing_to_fold() -> None:
    made: Any = model(CELLS["one"])
    with pytest.raises(nasc.NasError, match="nothing to fold"):
        nasc.for_inference(made)


def test_first_weights() -> None:
    made = LanguageModel(language_plan(nasc.load("rnn_darts_v2"), "ptb", Options(channels=40, vocabulary=60)))
    for name, value in made.named_parameters():
        if name.endswith("bias"):
            assert not value.any()
        else:
            assert 0.035 < float(value.detach().abs().max()) <= 0.04, name
    assert "head.1.weight" not in made.state_dict()


def test_autocast_takes_the_plain_form() -> None:
    made = spread(model(CELLS["mean"])).float().eval()
    with torch.autocast("cpu", torch.bfloat16):
        out, scored = made(tokens()), made.loss(tokens(), tokens(5))
    torch.testing.assert_close(out.logits.float(), made(tokens()).logits, rtol=0.1, atol=0.1)
    assert torch.isfinite(scored.nll)

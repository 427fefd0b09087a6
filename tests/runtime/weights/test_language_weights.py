"""Checkpoints of the original language models: what fits, and what is said of what does not."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

import nasc
from nasc.compiler.language_model import LanguageModel
from nasc.compiler.plan import language_plan
from nasc.compiler.stack import Options
from nasc.dsl.diagnostic import NasError
from nasc.runtime import weights_file
from nasc.runtime.weights import import_weights
from nasc.runtime.weights.command import convert

CELL = "use std.darts_rnn recurrent c(x, h) { s0 = gate(x, h)  s1 = relu(s0)  s2 = tanh(s1)  return mean(s1..s2) }"
NETWORK = "network n: darts_lm { channels: 4  vocabulary: 7  cells: c"


def model(more: str = "") -> LanguageModel:
    return LanguageModel(language_plan(nasc.loads(f"{CELL} {NETWORK} {more} }}")))


def checkpoint(count: int = 2, layers: int = 1) -> dict[str, Tensor]:
    """As the original code saves it: the tied matrix under both of its names."""
    generator = torch.Generator().manual_seed(0)
    words = torch.randn(7, 4, generator=generator)
    state = {"encoder.weight": words}
    for layer in range(layers):
        state[f"rnns.{layer}._W0"] = torch.randn(8, 8, generator=generator)
        state |= {f"rnns.{layer}._Ws.{i}": torch.randn(4, 8, generator=generator) for i in range(count)}
    return state | {"decoder.weight": words, "decoder.bias": torch.randn(7, generator=generator)}


def refused(code: str, made: LanguageModel, state: dict[str, Tensor], origin: str = "darts") -> str:
    before = {name: value.clone() for name, value in made.state_dict().items()}
    with pytest.raises(NasError) as caught:
        import_weights(made, state, origin)
    assert code in [d.code for d in caught.value.diagnostics]
    assert all(torch.equal(value, before[name]) for name, value in made.state_dict().items())
    return " ".join(d.message + d.help for d in caught.value.diagnostics)


@pytest.mark.parametrize("origin", ["darts", "gdas", "ednas"])
def test_every_tensor_has_its_place(origin: str) -> None:
    made, state = model(), checkpoint()
    found = import_weights(made, state, origin)
    assert (found.loaded, found.surplus, found.strengths) == (5, (), ())
    ours = made.state_dict()
    assert torch.equal(ours["stem.0.weight"], state["encoder.weight"])
    assert torch.equal(ours["cells.0.s0.weight"], state["rnns.0._W0"])
    assert torch.equal(ours["cells.0.s2.weight"], state["rnns.0._Ws.1"])
    assert torch.equal(ours["head.1.bias"], state["decoder.bias"])


def test_strengths_of_a_search() -> None:
    space = nasc.supernet(nasc.load("spaces/rnn"), channels=4, vocabulary=7)
    strengths = torch.randn(36, 5)
    bn = {f"rnns.0.bn.{name}": torch.rand(4) for name in ("running_mean", "running_var")}
    state = checkpoint(8) | bn | {"arch_weights": strengths}
    found = import_weights(space, state, "gdas")
    assert (found.surplus, found.strengths) == ((), ("rnn",))
    assert torch.equal(space.alphas["rnn"], strengths)  # type: ignore[arg-type]
    with pytest.raises(NasError, match="nothing in the network takes `arch_weights`"):
        import_weights(space, state | {"arch_weights": torch.zeros(36, 4)}, "gdas")
    with pytest.raises(NasError, match="nothing in the network takes `arch_weights`"):
        import_weights(model(), checkpoint() | {"arch_weights": strengths}, "gdas")


def test_two_layers() -> None:
    text = f"{CELL} {NETWORK.replace('cells: c', 'cells: c*2')} }}"
    made, state = LanguageModel(language_plan(nasc.loads(text))), checkpoint(layers=2)
    assert import_weights(made, state, "darts").loaded == 8
    assert torch.equal(made.state_dict()["cells.1.s1.weight"], state["rnns.1._Ws.0"])


def test_a_decoder_of_its_own() -> None:
    made, state = model("head: dropout(output) -> linear"), checkpoint()
    state["decoder.weight"] = torch.ones(7, 4)
    import_weights(made, state, "darts")
    assert torch.equal(made.state_dict()["head.1.weight"], torch.ones(7, 4))
    assert "`decoder.weight` is not `encoder.weight`" in refused("E702", model(), state)


def test_what_does_not_fit() -> None:
    assert "rnns.0._Ws.2" in refused("E704", model(), checkpoint(3))
    assert "cells.0.s2.weight" in refused("E703", model(), checkpoint(1))
    assert "rnns.1._W0" in refused("E704", model(), checkpoint(layers=2))
    wider = checkpoint()
    wider["rnns.0._W0"] = torch.zeros(9, 8)
    assert "9x8" in refused("E702", model(), wider)
    assert "fits as one of `darts`" in refused("E703", model(), checkpoint(), "ddarts")
    assert "junk" in refused("E704", model(), checkpoint() | {"junk": torch.zeros(1)})
    assert import_weights(model(), checkpoint() | {"junk": torch.zeros(1)}, "darts", strict=False).surplus == ("junk",)
    # a batch-norm of our own, for which the checkpoint has nothing
    assert "cells.0.sum.0.weight" in refused("E703", model("state: sum -> bn(shared=on)"), checkpoint())


def test_the_command(tmp_path: Path) -> None:
    given, out = tmp_path / "model.pt", tmp_path / "words.safetensors"
    torch.save(checkpoint(), given)
    document = nasc.loads(f"{CELL} {NETWORK} }}")
    assert convert(given, document, "words", "darts", None, Options(), out, "ptb").loaded == 5
    state, about = weights_file.load(out)
    assert about is not None
    assert about["network"] == "n"
    made = model()
    made.load_state_dict(state)
    assert torch.equal(made.state_dict()["cells.0.s1.weight"], checkpoint()["rnns.0._Ws.0"])

"""Weights of the original authors' code in our networks: what fits, what does not, and how that is said."""

from collections.abc import Iterator
from typing import TypeVar

import pytest
import torch
from torch import Tensor

import nasc
from nasc.compiler.build import Network
from nasc.compiler.plan import plan
from nasc.compiler.supernet import Supernet
from nasc.runtime.weights import ORIGINS, Imported, Origin, import_weights

AnyNetwork = TypeVar("AnyNetwork", bound=Network)

TEXT = """use std.ddarts
cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + skip_connect(s1) + dil_conv_3x3(s0)
  s3 = conv_7x1_1x7(s2) + avg_pool_3x3(s1)
  return concat(s2, s3)
}
cell reduce(s0, s1) {
  s2 = skip_connect(s0) + bottleneck_1x3x1(s1)
  return concat(s2)
}
network small: darts_cifar { channels: 4  cells: normal, reduce/2, normal, reduce/2 }
network large: darts_imagenet { channels: 4  classes: 10  cells: normal, reduce/2, normal, reduce/2 }
"""
SPACE = """use std.darts
cell normal(s0, s1) { s2..s3 = keep 2 of darts(*)  return concat(s2..s3) }
cell reduce(s0, s1) { s2..s3 = keep 2 of darts(*)  return concat(s2..s3) }
network search: darts_search { channels: 4  layers: 3 }
"""


def network(name: str = "small", auxiliary: bool = False, text: str = TEXT) -> Network:
    """A network with random weights and statistics."""
    return scrambled(nasc.build(nasc.loads(text), name, auxiliary=auxiliary))


def supernet() -> Supernet:
    return scrambled(Supernet(plan(nasc.loads(SPACE))))


def scrambled(model: AnyNetwork) -> AnyNetwork:
    with torch.no_grad():
        for value in model.state_dict().values():
            value.copy_(torch.rand(value.shape) if value.is_floating_point() else torch.tensor(7))
    return model


def foreign(model: Network, origin: str) -> dict[str, Tensor]:
    """The state of our network as code of this origin would have saved it, under names of its layers."""
    return dict(_foreign(model, ORIGINS[origin]))


def _foreign(model: Network, origin: Origin) -> Iterator[tuple[str, Tensor]]:
    state = {key: value.clone() for key, value in model.state_dict().items()}
    for block in origin.blocks(model):
        for key, value in state.items():
            if key.startswith(f"{block.ours}."):
                yield f"{block.theirs}.op{key.removeprefix(block.ours)}", value


def same(a: Network, b: Network) -> bool:
    ours, theirs = a.state_dict(), b.state_dict()
    return all(torch.equal(value, theirs[key]) for key, value in ours.items() if not key.startswith("_alphas."))


def refused(model: Network, state: dict[str, Tensor], origin: str = "darts", strict: bool = True) -> str:
    """The text of the refusal; the model must be as it was."""
    before = {key: value.clone() for key, value in model.state_dict().items()}
    with pytest.raises(nasc.NasError) as caught:
        import_weights(model, state, origin, strict=strict)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    return str(caught.value)


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("name", ["small", "large"])
def test_every_origin_reads_its_own_names(origin: str, name: str) -> None:
    # NNI and AutoDL-Projects have one operation for every state and source.
    text = TEXT.replace(" + dil_conv_3x3(s0)", "") if origin in ("nni", "autodl") else TEXT
    source, target = network(name, True, text), network(name, True, text)
    assert not same(source, target)
    state = foreign(source, origin)
    assert import_weights(target, state, origin) == Imported(len(state))
    assert same(source, target)


@pytest.mark.parametrize("origin", ORIGINS)
def test_every_origin_reads_its_own_supernet(origin: str) -> None:
    source, target = supernet(), supernet()
    state = foreign(source, origin)
    assert import_weights(target, state, origin) == Imported(len(state))
    assert same(source, target)


def test_the_order_of_keys_and_what_wraps_them_do_not_matter() -> None:
    source, target = network(), network()
    state = foreign(source, "darts")
    shuffled = {f"module.{key}": state[key] for key in sorted(state)}
    assert import_weights(target, shuffled, "darts").loaded == len(state)
    assert same(source, target)


def test_named_layers_stand_behind_numbered_ones_of_their_kind() -> None:
    source, target = network(), network()
    state = foreign(source, "darts")
    words = {"1.0.0": "conv_1", "1.1.1": "conv_2", "2": "bn"}
    for ours, theirs in words.items():
        for key in [key for key in state if key.startswith(f"cells.2.preprocess0.op.{ours}.")]:
            state[f"cells.2.preprocess0.{theirs}.{key.rpartition('.')[2]}"] = state.pop(key)
    import_weights(target, {key: state[key] for key in sorted(state)}, "darts")
    assert same(source, target)


def test_counters_may_be_missing() -> None:
    source, target = network(), network()
    state = {k: v for k, v in foreign(source, "darts").items() if not k.endswith("num_batches_tracked")}
    assert import_weights(target, state, "darts") == Imported(len(state))
    assert target.state_dict()["stem.1.num_batches_tracked"] == 7


def test_values_take_the_type_of_the_model() -> None:
    source, target = network(), network().double()
    import_weights(target, foreign(source, "darts"), "darts")
    assert target.state_dict()["stem.0.weight"].dtype == torch.float64
    assert torch.equal(target.state_dict()["stem.0.weight"], source.state_dict()["stem.0.weight"].double())


def test_an_auxiliary_head_that_nobody_asked_for_is_left_aside() -> None:
    state = foreign(network(auxiliary=True), "darts")
    imported = import_weights(network(), state, "darts")
    assert imported.surplus == imported.dropped
    assert {key.split(".")[0] for key in imported.surplus} == {"auxiliary_head"}


def test_what_tools_leave_behind_is_left_aside() -> None:
    state = foreign(network(), "darts")
    counted = {"stem.0.total_ops": torch.zeros(1), "cells.0._ops.0.op.0.total_params": torch.zeros(1)}
    assert import_weights(network(), state | counted, "darts").dropped == tuple(counted)


def test_operations_that_the_original_never_runs_are_left_aside() -> None:
    state = foreign(network(), "ddarts")
    key = "cells.0._ops.2.3.0.op.1.weight"
    imported = import_weights(network(), state | {key: torch.zeros(4, 4, 1, 1)}, "ddarts")
    assert imported.dropped == (key,)
    # From an input it would run: that is another genotype.
    other = "cells.0._ops.3.0.0.op.1.weight"
    assert "E704" in refused(network(), state | {other: torch.zeros(4, 4, 1, 1)}, "ddarts")


def test_strengths_are_set_where_the_checkpoint_has_them() -> None:
    state, model = foreign(supernet(), "darts"), supernet()
    strengths = {"alphas_normal": torch.rand(5, 8), "alphas_reduce": torch.rand(5, 8)}
    imported = import_weights(model, state | strengths, "darts")
    assert imported == Imported(len(state) + 2, strengths=("normal", "reduce"))
    alphas = model.alphas
    assert all(torch.equal(alphas[kind], strengths[f"alphas_{kind}"]) for kind in ("normal", "reduce"))  # type: ignore[arg-type]


def test_strengths_of_edges_are_set_where_the_checkpoint_has_them() -> None:
    text = SPACE.replace("darts_search { channels: 4", "pcdarts_search { channels: 8")
    model = scrambled(Supernet(plan(nasc.loads(text))))
    state = foreign(model, "pcdarts")
    betas = {"betas_normal": torch.rand(5), "betas_reduce": torch.rand(5)}
    assert import_weights(model, state | betas, "pcdarts").strengths == ("normal", "reduce")
    assert all(torch.equal(model.betas[kind], betas[f"betas_{kind}"]) for kind in ("normal", "reduce"))
    for wrong, said in (
        (torch.rand(4), "has one weight"),
        (torch.rand(6), "has 5 open edges there"),
        (torch.rand(5, 1), "has one weight"),
    ):
        with pytest.raises(nasc.NasError, match=said) as caught:
            import_weights(model, state | betas | {"betas_reduce": wrong}, "pcdarts")
        assert caught.value.diagnostics[0].code == "E702"
    with pytest.raises(nasc.NasError) as caught:
        import_weights(supernet(), foreign(supernet(), "pcdarts") | betas, "pcdarts")
    assert [d.code for d in caught.value.diagnostics] == ["E704"]


def test_strengths_of_another_shape() -> None:
    state = foreign(supernet(), "darts")
    assert "`alphas_normal` is 5x7, but edge 0 of cell `normal` chooses among 8 operations" in refused(
        supernet(), state | {"alphas_normal": torch.rand(5, 7)}
    )
    assert "`alphas_reduce` is 6x8, cell `reduce` has 5 open edges there" in refused(
        supernet(), state | {"alphas_reduce": torch.rand(6, 8)}
    )


def test_unknown_origin() -> None:
    assert refused(network(), {}, "dart") == (
        "error[E701]: no checkpoints of `dart` are known\n"
        "  = help: did you mean `darts`?\n"
        "          known origins: darts, pcdarts, pdarts, ddarts, fairdarts, ptdarts, gdas, autodl, ednas,"
        " nasbench201, nni"
    )


def test_a_key_that_does_not_fit() -> None:
    state = foreign(network(), "darts")
    state["cells.0._ops.0.op.1.weight"] = torch.zeros(4, 1, 5, 5)
    state["classifier.op.1.weight"] = torch.zeros(100, 16)
    assert refused(network(), state) == (
        "error[E702]: `cells.0._ops.0.op.1.weight` is 4x1x5x5, our `cells.0.s2.0.1.weight` is 4x1x3x3"
        " (1 more do not fit)\n"
        " --> <text>:3:8\n"
        "  |\n"
        "3 |   s2 = sep_conv_3x3(s0) + skip_connect(s1) + dil_conv_3x3(s0)\n"
        "  |        ^^^^^^^^^^^^^^^^ these weights\n"
        "  = help: is it another genotype's, or of another width, depth or number of classes?"
    )


@pytest.mark.parametrize(
    "value",
    [
        "words",
        torch.zeros(4, 1, 3, 3, device="meta"),
        torch.zeros(4, 1, 3, 3).to_sparse(),
        torch.zeros(4, 1, 3, 3, dtype=torch.complex64),
    ],
)
def test_what_is_no_plain_tensor(value: Tensor) -> None:
    state = foreign(network(), "darts") | {"cells.0._ops.0.op.1.weight": value}
    assert "error[E702]: `cells.0._ops.0.op.1.weight`" in refused(network(), state)


def test_missing_keys() -> None:
    state = foreign(network(), "darts")
    left = {key: value for key, value in state.items() if not key.startswith("cells.0._ops.2.op")}
    assert refused(network(), left).startswith(
        "error[E703]: the checkpoint has no value for `cells.0.s2.2.1.weight`, `cells.0.s2.2.2.weight`,"
        " `cells.0.s2.2.3.weight` and 4 more\n --> <text>:3:46\n"
    )
    assert "E703" in refused(network(), left, strict=False)
    assert "E703" in refused(network(auxiliary=True), state)
    state.pop("stem.op.1.running_mean")
    assert "no value for `stem.1.running_mean`" in refused(network(), state)


def test_surplus_keys() -> None:
    state = foreign(network(), "darts") | {"cells.9.preprocess0.op.1.weight": torch.zeros(1)}
    assert refused(network(), state) == (
        "error[E704]: nothing in the network takes `cells.9.preprocess0.op.1.weight`\n"
        "  = help: without `strict` these keys are left aside"
    )
    imported = import_weights(network(), state, "darts", strict=False)
    assert imported.surplus == ("cells.9.preprocess0.op.1.weight",)
    assert not imported.dropped


def test_another_operation_never_passes() -> None:
    more = {"cells.0._ops.2.op.7.weight": torch.zeros(4), "cells.0._ops.1.op.1.weight": torch.zeros(4)}
    for key, value in more.items():
        state = foreign(network(), "darts") | {key: value}
        assert "error[E704]: nothing in `cells.0.s2." in refused(network(), state, strict=False)


def test_weights_of_another_origin() -> None:
    state = foreign(network(), "ddarts")
    assert "help: the checkpoint fits as one of `ddarts`" in refused(network(), state)


def test_states_keep_the_numbers_of_their_names() -> None:
    text = """use std.darts
cell normal(s0, s1) {
  s4 = sep_conv_3x3(s0)
  s2 = sep_conv_3x3(s4)
  return concat(s4, s2)
}
network n: darts_cifar { channels: 4  cells: normal, normal/2 }
"""
    model = nasc.build(nasc.loads(text))
    assert {"cells.0._ops.4.0.0", "cells.0._ops.2.4.0"} <= {b.theirs for b in ORIGINS["ddarts"].blocks(model)}
    other = nasc.build(nasc.loads(text.replace("s4", "a").replace("s2", "b")))
    assert {"cells.0._ops.2.0.0", "cells.0._ops.3.2.0"} <= {b.theirs for b in ORIGINS["ddarts"].blocks(other)}

"""Golden networks brought into one form: what to build, what goes in, what came out of the original code."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

import nasc
from nasc.compiler.build import Network, decided
from nasc.compiler.passes import passes
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options
from nasc.dsl.nodes import Document
from tests.goldens import texts


@dataclass(frozen=True)
class Dropped:
    """A run with drop path: its masks (N,), one for each call in order, and what came out."""

    rate: float
    masks: list[Tensor]
    logits: Tensor
    auxiliary: Tensor | None


@dataclass(frozen=True)
class Case:
    """One network and the outputs of the original code. What the file does not say is None or empty.

    `cells` are the cells' outputs in eval mode: their shapes and the numbers that `sampled` takes from them, such as
    mean, deviation and some values. `loss` is cross-entropy plus 0.4 times that of the auxiliary head; `norms` are
    those of its gradients, by the original's names, None where there is no gradient.
    """

    origin: str
    document: Document
    options: Options
    state: dict[str, Tensor]
    input: Tensor
    target: Tensor
    logits: Tensor
    cells: list[tuple[Any, list[float]]]
    sampled: Callable[[Tensor], Tensor]
    train_logits: Tensor
    train_auxiliary: Tensor | None
    loss: float | None
    norms: dict[str, float | None]
    after_train: dict[str, Tensor]
    dropped: Dropped | None
    params: int

    def build(self, optimize: bool) -> Network:
        """Our network for it, with weights of its own still."""
        auxiliary = self.train_auxiliary is not None
        return decided(plan(self.document, None, self.options), auxiliary, passes(optimize))


def darts_case(golden: dict[str, Any], origin: str, skeleton: str) -> Case:
    """A network of the DARTS family (files golden_cnn_*); triples where the genotype has triples."""
    made = golden["constructor"]
    text = texts.triples_text if len(golden["genotype"]["normal"][0]) == 3 else texts.pairs_text
    network = f"network golden: {skeleton} {{ channels: {made['C']}  layers: {made['layers']} }}"
    drop = golden["droppath"]
    return Case(
        origin,
        nasc.loads(text(golden["genotype"], network)),
        Options(classes=made["num_classes"]),
        golden["state_dict"],
        golden["input"],
        golden["target"],
        golden["eval_logits"],
        [(shape, [mean, deviation, *values]) for _, shape, mean, deviation, values in golden["eval_cells"]],
        lambda x: torch.stack([x.mean(), x.std(), *x.flatten()[:8]]),
        golden["train_logits"],
        golden["train_aux_logits"],
        golden["train_loss_main_plus_0.4aux"],
        golden["grad_norms"],
        golden["bn_after_train"],
        Dropped(drop["prob"], drop["masks_in_call_order"], drop["logits"], drop["aux_logits"]),
        golden["params_total"],
    )


def ptdarts_case(golden: dict[str, Any]) -> Case:
    """The network of pt.darts."""
    made = golden["constructor"]
    network = f"network golden: ptdarts_cifar {{ channels: {made['C']}  layers: {made['n_layers']} }}"
    return Case(
        "ptdarts",
        nasc.loads(texts.rows_text(golden["genotype"], network)),
        Options(),
        golden["state_dict"],
        golden["input"],
        golden["target"],
        golden["eval_logits"],
        [],
        lambda x: x,
        golden["train_logits"],
        golden["train_aux_logits"],
        golden["train_loss"],
        golden["grad_norms"],
        {},
        None,
        sum(value.numel() for key, value in golden["state_dict"].items() if key in golden["grad_norms"]),
    )


def ddarts_case(golden: dict[str, Any], double: bool) -> Case:
    """A network of D-DARTS or DARTOpti; `double` takes the original's outputs in float64.

    The reductions stay where the file has them, whatever the depth, as the original does it.
    """
    made, drop = golden["metadata"], golden["drop_path"]
    bits = "64" if double else ""
    genotype = nasc.loads(made["genotype"])
    return Case(
        "ddarts",
        genotype,
        Options(channels=made["C"], layers=made["layers"], classes=made["num_classes"], reductions="keep"),
        golden["state_dict"],
        golden["input"],
        golden["target"],
        golden[f"out_eval{bits}"],
        [(shape, [mean, deviation, *values]) for shape, mean, deviation, values in golden["cells_eval"]],
        lambda x: torch.stack([x.mean(), x.std(), *x.flatten()[:: x.numel() // 16][:16]]),
        golden[f"out_train{bits}"],
        golden[f"aux_train{bits}"],
        golden[f"loss_train{bits}"],
        golden["grad_norms64"] if double else {},
        golden["stem_running_after_train"],
        Dropped(drop["prob"], list(drop["keep_masks"]), drop[f"out_train{bits}"], drop[f"aux_train{bits}"]),
        golden["params"],
    )


def leave_out_auxiliary(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A state dict without the auxiliary head."""
    return dict(_without(state, "auxiliary_head."))


def _without(state: dict[str, Tensor], prefix: str) -> Iterator[tuple[str, Tensor]]:
    return ((key, value) for key, value in state.items() if not key.startswith(prefix))

"""The proof that a plan is what is built: the torch module on the meta device, its parameters and output shape."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nasc.compiler.build import Network
from nasc.compiler.expand import Plan
from nasc.compiler.language_model import LanguageModel
from nasc.compiler.language_plan import LanguagePlan
from nasc.compiler.language_supernet import LanguageSupernet
from nasc.compiler.plan import AnyPlan, stats
from nasc.compiler.supernet import Supernet


def build_and_compare(plan: AnyPlan) -> None:
    """Build the network without memory for its weights, run one input through it, and compare with the plan."""
    counts = stats(plan)
    with torch.device("meta"):
        model, out = _words(plan) if isinstance(plan, LanguagePlan) else _pictures(plan)
    built = sum(p.numel() for name, p in model.named_parameters() if not name.startswith("_alphas."))
    planned = counts.params if plan.open or counts.params_aux is None else counts.params_aux
    assert built == planned, f"built {built} parameters, planned {planned}"
    assert tuple(out.shape[1:]) == counts.output_shape, f"built {tuple(out.shape)}, planned {counts.output_shape}"


def _pictures(plan: Plan) -> tuple[nn.Module, Tensor]:
    """The network, and its logits for one picture."""
    model = Supernet(plan) if plan.open else Network(plan, plan.auxiliary is not None)
    out = model.eval()(torch.empty(1, *plan.stack.input))
    assert isinstance(out, Tensor)
    return model, out


def _words(plan: LanguagePlan) -> tuple[nn.Module, Tensor]:
    """The language model, and its scores behind one word."""
    model = LanguageSupernet(plan) if plan.open else LanguageModel(plan, optimize=False)
    out = model.eval()(torch.zeros(1, 1, dtype=torch.int64))
    return model, out.logits[0]

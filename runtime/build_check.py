"""The proof that a plan is what is built: the torch module on the meta device, its parameters and output shape."""

from __future__ import annotations

import torch

from nasc.compiler.build import Network
from nasc.compiler.expand import Plan
from nasc.compiler.plan import stats
from nasc.compiler.supernet import Supernet


def build_and_compare(plan: Plan) -> None:
    """Build the network without memory for its weights, run one picture through it, and compare with the plan."""
    counts = stats(plan)
    with torch.device("meta"):
        model = Supernet(plan) if plan.open else Network(plan, plan.auxiliary is not None)
        model.eval()
        out = model(torch.empty(1, *counts.input_shape))
    assert isinstance(out, torch.Tensor)
    built = sum(p.numel() for name, p in model.named_parameters() if not name.startswith("_alphas."))
    planned = counts.params if plan.open or counts.params_aux is None else counts.params_aux
    assert built == planned, f"built {built} parameters, planned {planned}"
    assert tuple(out.shape[1:]) == counts.output_shape, f"built {tuple(out.shape)}, planned {counts.output_shape}"

"""All passes at once, as a search runs them: in float32 near the plain network in float64, with the same names."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import nasc
from nasc.compiler.build import Network
from nasc.compiler.passes import PASSES, passes
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options
from nasc.compiler.supernet import Supernet

SOME = ("darts_v2", "xception", "spaces/darts", "spaces/ddarts", "spaces/nasbench201", "spaces/pcdarts")


@pytest.mark.parametrize("name", SOME)
def test_float32_is_near_float64(name: str) -> None:
    """One training step: logits, gradients and statistics. The kernel in C takes part where it can be built."""
    found = plan(nasc.load(name), None, Options(channels=8, layers=4, input=(3, 16, 16)))
    x = torch.randn(4, 3, 16, 16, generator=torch.Generator().manual_seed(1))

    def run(dtype: torch.dtype, changes: bool) -> dict[str, Tensor]:
        torch.manual_seed(0)
        kind = Supernet if found.open else Network
        model = kind(found, changes=passes(rounding=True) if changes else (), channels_last=changes)
        model.load_state_dict({key: value.double() for key, value in model.state_dict().items()})
        out = model.to(dtype).train()(x.to(dtype))
        assert isinstance(out, Tensor)
        torch.autograd.backward(out.square().sum())
        gradients = {f"gradient of {key}": p.grad for key, p in model.named_parameters() if p.grad is not None}
        return {"logits": out.detach(), **gradients, **model.state_dict()}

    exact, fast = run(torch.float64, False), run(torch.float32, True)
    assert list(fast) == list(exact)
    for key, value in exact.items():
        # single values may lie on either side of a ReLU
        apart = float((fast[key].double() - value.double()).norm())
        assert apart <= 1e-2 * float(value.double().norm()) + 1e-4, key


@pytest.mark.parametrize("name", SOME)
def test_names_and_their_order_stay(name: str) -> None:
    found = plan(nasc.load(name), None, Options(channels=8, layers=4, input=(3, 16, 16)))
    kind = Supernet if found.open else Network
    plain = list(kind(found).state_dict())
    assert all(list(kind(found, changes=[change]).state_dict()) == plain for change in PASSES.values())
    assert list(kind(found, changes=list(PASSES.values())).state_dict()) == plain

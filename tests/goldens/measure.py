"""How far our network is from the original's outputs: the largest difference of every kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from nasc.compiler import modules
from nasc.compiler.build import Network
from nasc.runtime.weights import ORIGINS, import_weights
from nasc.runtime.weights.matching import match
from tests.goldens.cases import Case

Differences = dict[str, float]
"""By kind of quantity; norms of gradients are relative where they are above 1."""


def measure(case: Case, optimize: bool, dtype: torch.dtype = torch.float32) -> Differences:
    """Build, import, run; every quantity that the case knows is compared."""
    model = case.build(optimize).to(dtype)
    imported = import_weights(model, case.state, case.origin)
    assert imported.loaded == len(case.state) - len(imported.surplus)
    assert set(imported.surplus) == set(imported.dropped)
    found = {"params": float(abs(case.params - _params(model) - _dropped_params(case, imported.dropped)))}
    x, y = case.input.to(dtype), case.target
    found |= _evaluate(case, model, x)
    names = {pair.theirs: pair.ours for pair in match(model, case.state, ORIGINS[case.origin]).pairs}
    start = {key: value.clone() for key, value in model.state_dict().items()}
    found |= _train(case, model, x, y, names)
    if case.dropped is not None:
        model.load_state_dict(start)
        model.set_rates(case.dropped.rate)
        with masked(case.dropped.masks), torch.no_grad():
            out = model(x)
        logits, aux = out if isinstance(out, tuple) else (out, None)
        found["drop path"] = apart(logits, case.dropped.logits)
        if aux is not None and case.dropped.auxiliary is not None:
            found["drop path, auxiliary"] = apart(aux, case.dropped.auxiliary)
    return found


def apart(a: Tensor, b: Tensor) -> float:
    """The largest difference of two tensors of one shape."""
    assert a.shape == b.shape
    return float((a.detach().double() - b.double()).abs().max())


@contextmanager
def masked(masks: list[Tensor]) -> Iterator[None]:
    """Drop path draws these masks, one a call, and all of them."""
    left = iter(masks)
    original = modules.DropPath.mask
    modules.DropPath.mask = lambda self, x: next(left).to(x.dtype).view(-1, 1, 1, 1)  # type: ignore[method-assign]
    try:
        yield
    finally:
        modules.DropPath.mask = original  # type: ignore[method-assign]
    assert next(left, None) is None, "more masks than calls"


def _evaluate(case: Case, model: Network, x: Tensor) -> Differences:
    outputs: list[Tensor] = []
    hooks = [c.register_forward_hook(lambda m, args, out: outputs.append(out)) for c in model.cells]
    model.eval()
    with torch.no_grad():
        logits = model(x)
    for hook in hooks:
        hook.remove()
    found = {"logits": apart(logits, case.logits)}
    for out, (shape, numbers) in zip(outputs, case.cells, strict=False):
        assert out.shape == torch.Size(shape)
        ours = case.sampled(out)
        theirs = torch.tensor([float(number) for number in numbers], dtype=torch.float64)
        scale = max(1.0, float(theirs.abs().max()))
        found["cells"] = max(found.get("cells", 0.0), apart(ours, theirs) / scale)
    assert not case.cells or len(case.cells) == len(outputs)
    return found


def _train(case: Case, model: Network, x: Tensor, y: Tensor, names: dict[str, str]) -> Differences:
    model.train()
    model.zero_grad()
    out = model(x)
    logits, aux = out if isinstance(out, tuple) else (out, None)
    found = {"train": apart(logits, case.train_logits)}
    loss = F.cross_entropy(logits, y)
    if aux is not None:
        assert case.train_auxiliary is not None
        found["train, auxiliary"] = apart(aux, case.train_auxiliary)
        loss = loss + 0.4 * F.cross_entropy(aux, y)
    state = model.state_dict()
    for key, value in case.after_train.items():
        found["batch-norm"] = max(found.get("batch-norm", 0.0), apart(state[names[key]], value))
    if case.loss is not None:
        found["loss"] = abs(float(loss.detach()) - case.loss)
    if case.norms:
        loss.backward()  # type: ignore[no-untyped-call]
        found["gradients"] = _norms(case, model, names)
    return found


def _norms(case: Case, model: Network, names: dict[str, str]) -> float:
    """How far the norm of any gradient is off."""
    parameters: dict[str, Any] = dict(model.named_parameters())
    worst, seen = 0.0, set()
    for key, norm in case.norms.items():
        if key not in names:
            assert norm is None, f"{key} has a gradient in the original and is not here"
            continue
        gradient = parameters[names[key]].grad
        seen.add(names[key])
        assert (gradient is None) == (norm is None), key
        if norm is not None:
            worst = max(worst, abs(float(gradient.norm()) - norm) / max(1.0, norm))
    assert seen == set(parameters), "a parameter of ours that the original does not have"
    return worst


def _params(model: Network) -> int:
    return sum(p.numel() for p in model.parameters())


def _dropped_params(case: Case, dropped: tuple[str, ...]) -> int:
    """The parameters that the original counts in operations it never runs."""
    return sum(case.state[key].numel() for key in dropped if key.endswith((".weight", ".bias")))

"""The optimisers and the steps of DARTS: of the weights, and of the strengths at first and second order.

The steps with one loss take a backward pass to all parameters, also to those that they do not change.
"""

import copy

import torch
from torch import Tensor, nn

from benchmarks.plain_darts import PlainSupernet
from benchmarks.plain_network import PlainNetwork

Batch = tuple[Tensor, Tensor]
"""Images (N, 3, H, W) and class numbers (N,)."""


def weight_optimizer(net: PlainSupernet | PlainNetwork, lr: float = 0.025) -> torch.optim.SGD:
    """Momentum 0.9, weight decay 3e-4."""
    return torch.optim.SGD(net.weights(), lr=lr, momentum=0.9, weight_decay=3e-4)


def strength_optimizer(net: PlainSupernet) -> torch.optim.Adam:
    """Adam at 3e-4, betas 0.5 and 0.999, weight decay 1e-3 added to the gradient."""
    return torch.optim.Adam(net.strengths(), lr=3e-4, betas=(0.5, 0.999), weight_decay=1e-3)


def weight_step(net: PlainSupernet | PlainNetwork, optimizer: torch.optim.SGD, train: Batch) -> Tensor:
    """One step of w on a training batch, the gradient clipped to norm 5; returns the loss, ()."""
    optimizer.zero_grad()
    loss = net.loss(*train)
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(net.weights(), 5.0)
    optimizer.step()
    return loss.detach()


def first_order_step(net: PlainSupernet, optimizer: torch.optim.Adam, val: Batch) -> Tensor:
    """One step of the strengths on a validation batch, w as it is (eq. 7, xi = 0); returns the loss, ()."""
    optimizer.zero_grad()
    loss = net.loss(*val)
    torch.autograd.backward(loss)
    optimizer.step()
    return loss.detach()


def second_order_step(
    net: PlainSupernet, weights: torch.optim.SGD, strengths: torch.optim.Adam, train: Batch, val: Batch
) -> Tensor:
    """One step of the strengths through one step of w (eqs. 7 and 8); returns the validation loss at w', ().

    w' = w - xi (mu buf + dL_train/dw + wd w), with xi, mu, wd and buf those of `weights`, not clipped. The
    implicit term is the two-point difference at w +- R v, v = dL_val/dw', R = 0.01 / |v|. Takes four forward
    and backward passes and a second network; leaves w as it was, but not the running statistics.
    """
    params, group = net.weights(), weights.param_groups[0]
    gradients = torch.autograd.grad(net.loss(*train), params)
    ahead = copy.deepcopy(net)
    ahead.zero_grad()
    with torch.no_grad():
        for target, p, gradient in zip(ahead.weights(), params, gradients, strict=True):
            step = gradient + group["weight_decay"] * p
            buffer = weights.state[p].get("momentum_buffer")
            target.sub_(group["lr"] * (step if buffer is None else step + group["momentum"] * buffer))
    loss = ahead.loss(*val)
    direct_and_v = torch.autograd.grad(loss, ahead.strengths() + ahead.weights())
    direct, v = direct_and_v[:2], direct_and_v[2:]
    radius = 0.01 / torch.cat([g.flatten() for g in v]).norm()
    start = [p.detach().clone() for p in params]
    sides = []
    for sign in (1.0, -1.0):
        with torch.no_grad():
            for p, p0, g in zip(params, start, v, strict=True):
                p.copy_(p0 + sign * radius * g)
        sides.append(torch.autograd.grad(net.loss(*train), net.strengths()))
    with torch.no_grad():
        for p, p0 in zip(params, start, strict=True):
            p.copy_(p0)
        for alpha, d, plus, minus in zip(net.strengths(), direct, *sides, strict=True):
            alpha.grad = d - group["lr"] * (plus - minus) / (2 * radius)
    strengths.step()
    return loss.detach()

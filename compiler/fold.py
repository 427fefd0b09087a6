"""A network for inference alone: batch-norm folded into convolutions, the layout that is fastest.

Not a pass: it changes the weights, and so neither trains nor keeps the names of the state dict.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

import torch
from torch import Tensor, fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from nasc.compiler.build import Network
from nasc.compiler.modules import Dropout, DropPath
from nasc.compiler.passes import PASSES

NOTHING = (nn.Identity, DropPath, Dropout)
"""Layers that do nothing in inference."""
EXACT = ("drop_zeros", "share")
"""Passes that leave convolutions and batch-norms as modules of their own."""


def for_inference(model: Network, channels_last: bool = True) -> Network:
    """A copy of a network without open cells that gives the logits of `model.eval()`, faster.

    Batch-norm behind a convolution, and behind convolutions that are joined, becomes part of their weights; the
    auxiliary head and drop path are gone. `channels_last` sets the layout in memory, which is faster with torch on a
    CPU; programs that read exported files choose their own. Values differ by no more than rounding makes of them.
    """
    copy = Network(model.plan, changes=[PASSES[name] for name in EXACT if name in PASSES])
    parameter = next(iter(model.parameters()))
    copy.to(parameter.device, parameter.dtype)
    own = copy.state_dict()
    copy.load_state_dict({key: value for key, value in model.state_dict().items() if key in own})
    copy.eval().requires_grad_(False)
    for block in (copy.stem, copy.stem2, *copy.cells, copy.head):
        if isinstance(block, fx.GraphModule):
            _fold(block)
    copy.channels_last = channels_last
    layout = torch.channels_last if channels_last else torch.contiguous_format
    return copy.to(memory_format=layout)


def _fold(block: fx.GraphModule) -> None:
    """Fold every batch-norm of a block that reads a convolution, or several joined, which nothing else reads."""
    modules = dict(block.named_modules())
    for node in list(block.graph.nodes):
        if node.op != "call_module":
            continue
        module, source = modules[node.target], node.args[0]
        if isinstance(module, nn.BatchNorm2d):
            convs = _convs(source, modules)
            if convs is None:
                continue
            for conv, part in zip(convs, _split(module, [modules[c.target] for c in convs]), strict=True):
                path = str(conv.target)
                modules[path] = fuse_conv_bn_eval(modules[path], part)
                _replace(block, path, modules[path])
            _remove(block, node, source)
        elif isinstance(module, NOTHING):
            _remove(block, node, source)
    for node in block.graph.nodes:
        if node.op == "call_module" and isinstance(module := modules[node.target], nn.ReLU):
            module.inplace = _is_new(node.args[0], modules)
    block.recompile()


def _is_new(source: fx.Node, modules: dict[str, nn.Module]) -> bool:
    """Whether a value lies in memory of its own that nothing else reads, so that it may be overwritten."""
    if len(source.users) > 1:
        return False
    if source.op == "call_module":
        return isinstance(modules[str(source.target)], nn.Conv2d | nn.BatchNorm2d)
    return source.op == "call_function" and source.target in (torch.cat, operator.add)


def _convs(source: object, modules: dict[str, nn.Module]) -> list[fx.Node] | None:
    """The convolutions whose outputs, joined, are this value; None where it is anything else."""
    if not isinstance(source, fx.Node) or len(source.users) > 1:
        return None
    if source.op == "call_module" and isinstance(modules[str(source.target)], nn.Conv2d):
        return [source]
    if source.op == "call_function" and source.target is torch.cat and isinstance(source.args[0], Sequence):
        found = [_convs(part, modules) for part in source.args[0]]
        return [conv for part in found if part for conv in part] if all(found) else None
    return None


def _split(norm: nn.BatchNorm2d, convs: Sequence[nn.Module]) -> list[nn.BatchNorm2d]:
    """A batch-norm as one for the channels of each convolution, in order."""
    found, start = [], 0
    for conv in convs:
        assert isinstance(conv, nn.Conv2d)
        part = nn.BatchNorm2d(conv.out_channels, norm.eps, affine=norm.affine).to(conv.weight).eval()
        for name, value in norm.state_dict().items():
            if value.dim():
                _tensor(part, name).copy_(value[start : start + conv.out_channels])
        found.append(part)
        start += conv.out_channels
    return found


def _tensor(module: nn.Module, name: str) -> Tensor:
    found = getattr(module, name)
    assert isinstance(found, Tensor)
    return found.detach()


def _replace(block: fx.GraphModule, path: str, module: nn.Module) -> None:
    way, _, name = path.rpartition(".")
    block.get_submodule(way)._modules[name] = module


def _remove(block: fx.GraphModule, node: fx.Node, source: fx.Node) -> None:
    """Take a step out: what reads it reads its source instead."""
    path = str(node.target)
    node.replace_all_uses_with(source)
    block.graph.erase_node(node)
    way, _, name = path.rpartition(".")
    del block.get_submodule(way)._modules[name]

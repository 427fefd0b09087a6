"""A network for inference alone: batch-norm folded into convolutions, the layout that is fastest.

Not a pass: it changes the weights, and so neither trains nor keeps the names of the state dict.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence

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

    Batch-norm behind a convolution, and behind convolutions that are joined, becomes part of their weights. A ReLU that
    all readers of a block begin with is computed once. The auxiliary head and drop path are gone. `channels_last` sets
    the layout in memory, which is faster with torch on a CPU; programs that read exported files choose their own.
    Values differ by no more than rounding makes of them.
    """
    copy = Network(model.plan, changes=[PASSES[name] for name in EXACT if name in PASSES])
    parameter = next(iter(model.parameters()))
    copy.to(parameter.device, parameter.dtype)
    own = copy.state_dict()
    copy.load_state_dict({key: value for key, value in model.state_dict().items() if key in own})
    copy.eval().requires_grad_(False)
    blocks = [block for block in (copy.stem, copy.stem2, *copy.cells, copy.head) if isinstance(block, fx.GraphModule)]
    for block in blocks:
        _fold(block)
    for block, readers in _readers(copy):
        _share_relu(block, readers)
    for block in blocks:
        _overwrite(block)
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


def _readers(model: Network) -> Iterator[tuple[fx.GraphModule, list[fx.Node]]]:
    """Every block but the last, with the inputs of later blocks that take its output."""
    stems = [model.stem, *([model.stem2] if model.stem2 is not None else [])]
    older, newer = 0, len(stems) - 1
    blocks = [*stems, *model.cells]
    readers: list[list[fx.Node]] = [[] for _ in blocks]
    if model.stem2 is not None:
        readers[0] += _inputs(model.stem2)
    for index, cell in enumerate(model.cells, start=len(stems)):
        for source, node in zip((older, newer)[-model.arity[index - len(stems)] :], _inputs(cell), strict=True):
            readers[source].append(node)
        older, newer = newer, index
    readers[newer] += _inputs(model.head)
    for block, found in zip(blocks, readers, strict=True):
        assert isinstance(block, fx.GraphModule)
        yield block, found


def _inputs(block: nn.Module) -> list[fx.Node]:
    assert isinstance(block, fx.GraphModule)
    return [node for node in block.graph.nodes if node.op == "placeholder"]


def _share_relu(block: fx.GraphModule, readers: Sequence[fx.Node]) -> None:
    """Where all that read a block's output begin with ReLU, compute that once, at its end."""
    users = [user for reader in readers for user in reader.users]
    if len(users) < 2 or not all(_is_relu(user) for user in users):
        return
    for user in users:
        owner, source = user.graph.owning_module, user.args[0]
        assert owner is not None
        assert isinstance(source, fx.Node)
        _remove(owner, user, source)
    (output,) = (node for node in block.graph.nodes if node.op == "output")
    name = "relu"
    while name in block._modules:
        name += "_"
    block.add_module(name, nn.ReLU())
    with block.graph.inserting_before(output):
        output.args = (block.graph.call_module(name, (output.args[0],)),)


def _is_relu(node: fx.Node) -> bool:
    owner = node.graph.owning_module
    return node.op == "call_module" and owner is not None and isinstance(owner.get_submodule(str(node.target)), nn.ReLU)


def _overwrite(block: fx.GraphModule) -> None:
    """Let every ReLU overwrite its input, where nothing else reads that."""
    modules = dict(block.named_modules())
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

"""The torch module of each layer, constructed from its completed settings. torch is imported when one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nasc.compiler.layer_rules import Settings, Shape

if TYPE_CHECKING:
    from torch import nn


def conv(shape: Shape, s: Settings) -> nn.Module:
    from torch import nn

    return nn.Conv2d(shape[0], s["out"], s["k"], s["stride"], s["pad"], s["dilation"], s["groups"], s["bias"])


def dwconv(shape: Shape, s: Settings) -> nn.Module:
    from torch import nn

    if s.get("native"):  # set by the pass of that name
        from nasc.compiler.native.depthwise import NativeDepthwise

        return NativeDepthwise(shape[0], s["k"], s["stride"], s["pad"], s["dilation"], s["relu"])
    if s.get("parts"):  # set by the pass `split_kernels`
        from nasc.compiler.fused import WideDepthwise

        return WideDepthwise(shape[0], shape[0], s["k"], s["stride"], s["pad"], s["dilation"], shape[0], bias=False)
    return nn.Conv2d(shape[0], shape[0], s["k"], s["stride"], s["pad"], s["dilation"], shape[0], bias=False)


def linear(shape: Shape, s: Settings) -> nn.Module:
    from nasc.compiler.modules import Linear

    return Linear(shape[0], s["out"])


def bn(shape: Shape, s: Settings) -> nn.Module:
    from torch import nn

    return nn.BatchNorm2d(shape[0], affine=s["affine"])


def max_pool(shape: Shape, s: Settings) -> nn.Module:
    from torch import nn

    return nn.MaxPool2d(s["k"], s["stride"], s["pad"])


def avg_pool(shape: Shape, s: Settings) -> nn.Module:
    from torch import nn

    return nn.AvgPool2d(s["k"], s["stride"], s["pad"], count_include_pad=False)


def own(name: str, *order: str) -> Callable[[Shape, Settings], nn.Module]:
    """A module of ours, or of torch.nn, constructed from the named settings in order."""

    def construct(shape: Shape, settings: Settings) -> nn.Module:
        from torch import nn

        from nasc.compiler import modules

        made: nn.Module = getattr(modules, name, None) or getattr(nn, name)
        return made(*(settings[o] for o in order))  # type: ignore[no-any-return]

    return construct

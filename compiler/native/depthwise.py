"""A depthwise convolution by our own kernel, as a module; pictures are (N, C, H, W), channels-last in memory."""

from __future__ import annotations

import ctypes
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from nasc.compiler.native import library

FIELDS = ("n", "h", "w", "c", "oh", "ow", "kh", "kw", "sh", "sw", "ph", "pw", "dh", "dw", "relu", "threads")
Pair = tuple[int, int]


class Shape(ctypes.Structure):
    """What the kernels want to know: `shape` in depthwise.c."""

    _fields_ = [(name, ctypes.c_long) for name in FIELDS]


class NativeDepthwise(nn.Conv2d):
    """A depthwise convolution, of max(x, 0) with `relu`. Torch's own takes over where the kernel does not serve: on
    other devices, for other types, where it could not be built."""

    def __init__(self, channels: int, k: Pair, stride: Pair, pad: Pair, dilation: Pair, relu: bool) -> None:
        super().__init__(channels, channels, k, stride, pad, dilation, channels, bias=False)
        self.relu = relu

    def forward(self, input: Tensor) -> Tensor:
        if not serves(input, self.weight):
            return super().forward(input.relu() if self.relu else input)
        settings = (*self.stride, *self.padding, *self.dilation, int(self.relu))
        result: Tensor = _Depthwise.apply(input, self.weight, settings)
        return result


def serves(x: Tensor, weight: Tensor) -> bool:
    """Whether the kernel takes such tensors."""
    float32 = x.dtype == weight.dtype == torch.float32
    return float32 and x.device.type == "cpu" and not torch.is_autocast_enabled("cpu") and library() is not None


class _Depthwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, settings: tuple[int, ...]) -> Tensor:
        x = x.contiguous(memory_format=torch.channels_last)
        shape = _shape(x, weight, settings)
        out = torch.empty((shape.n, shape.c, shape.oh, shape.ow), memory_format=torch.channels_last)
        _call("depthwise", shape, x, weight.contiguous(), out)
        ctx.save_for_backward(x, weight)
        ctx.shape = shape
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        x, weight = ctx.saved_tensors
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        dx = dweight = None
        if ctx.needs_input_grad[0]:
            dx = torch.empty_like(x)
            _call("depthwise_input", ctx.shape, gradient, weight.contiguous(), x, dx)
        if ctx.needs_input_grad[1]:
            dweight = torch.empty(weight.shape)
            _call("depthwise_weight", ctx.shape, gradient, x, dweight)
        return dx, dweight, None


def _shape(x: Tensor, weight: Tensor, settings: tuple[int, ...]) -> Shape:
    n, c, h, w = x.shape
    (kh, kw), (sh, sw, ph, pw, dh, dw, relu) = weight.shape[2:], settings
    oh, ow = (h + 2 * ph - dh * (kh - 1) - 1) // sh + 1, (w + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    return Shape(n, h, w, c, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw, relu, torch.get_num_threads())


def _call(name: str, shape: Shape, *tensors: Tensor) -> None:
    """Run one kernel. Raises `MemoryError` if its buffers cannot be had."""
    found = library()
    assert found is not None
    if getattr(found, name)(ctypes.byref(shape), *(ctypes.c_void_p(tensor.data_ptr()) for tensor in tensors)):
        raise MemoryError(f"no room for the buffers of `{name}`")

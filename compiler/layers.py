"""The one table of layers: parameters, shape rule, counting rules, torch constructor.

Layers are all that is implemented in Python; every operation of every paper is written over them in `.nas`.
A shape is (channels, height, width) without the batch. MACs are those of convolutions and linear layers.
Adding a layer is adding one entry here and, if torch has no such module, one class in `modules`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from torch import nn

Shape = tuple[int, ...]
Settings = Mapping[str, Any]
Kind = Literal["int", "pair", "flag", "rate"]

AUTO = None
"""The default of a parameter whose value follows from others: `pad`, `out`, `affine`."""


class ShapeError(Exception):
    """A layer cannot take such an input. The message speaks to the user."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a layer. `int`, `pair` (a number stands for both), `flag` (on, off), `rate` (0..1 or a name)."""

    name: str
    kind: Kind
    default: object = AUTO
    required: bool = False


@dataclass(frozen=True)
class LayerKind:
    """What the compiler knows of one layer.

    `shape` maps an input shape to the output shape and raises `ShapeError`; `params` counts the numbers it
    learns; `macs` takes input and output shape; `module` constructs the torch module (and imports torch);
    it is None for what only language models have.
    """

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    shape: Callable[[Shape, Settings], Shape]
    module: Callable[[Shape, Settings], nn.Module] | None
    params: Callable[[Shape, Settings], int] = lambda shape, settings: 0
    macs: Callable[[Shape, Shape, Settings], int] = lambda shape, out, settings: 0


# ---------------------------------------------------------------- shape rules


def _same(shape: Shape, settings: Settings) -> Shape:
    return shape


def _spatial(shape: Shape, settings: Settings, what: str) -> tuple[int, int]:
    """Height and width behind a window that moves over the picture."""
    if len(shape) != 3:
        raise ShapeError(f"{what} needs a picture, not the shape {show(shape)}")
    sizes = []
    for size, k, s, p, d in zip(
        shape[1:], settings["k"], settings["stride"], settings["pad"], settings["dilation"], strict=True
    ):
        out = (size + 2 * p - d * (k - 1) - 1) // s + 1
        if out < 1:
            raise ShapeError(f"{what} of {k} over {size + 2 * p} pixels leaves nothing: the input is {show(shape)}")
        sizes.append(out)
    return sizes[0], sizes[1]


def _conv_shape(shape: Shape, settings: Settings) -> Shape:
    out, groups = settings["out"], settings["groups"]
    if shape[0] % groups or out % groups:
        raise ShapeError(f"{shape[0]} to {out} channels do not divide into {groups} groups")
    return (out, *_spatial(shape, settings, "a convolution"))


def _dwconv_shape(shape: Shape, settings: Settings) -> Shape:
    return (shape[0], *_spatial(shape, settings, "a convolution"))


def _pool_shape(shape: Shape, settings: Settings) -> Shape:
    for k, p in zip(settings["k"], settings["pad"], strict=True):
        if 2 * p > k:
            raise ShapeError(f"padding {p} is more than half of the pool's {k}")
    return (shape[0], *_spatial(shape, {**settings, "dilation": (1, 1)}, "a pool"))


def _zero_shape(shape: Shape, settings: Settings) -> Shape:
    return (shape[0], *(-(-size // s) for size, s in zip(shape[1:], settings["stride"], strict=True)))


def _global_shape(shape: Shape, settings: Settings) -> Shape:
    return (shape[0],)


def _linear_shape(shape: Shape, settings: Settings) -> Shape:
    if any(size != 1 for size in shape[1:]):
        raise ShapeError(f"a linear layer needs one value a channel, not the shape {show(shape)}")
    return (settings["out"],)


def _take_shape(shape: Shape, settings: Settings) -> Shape:
    first, last = settings["first"], settings["last"]
    if not 0 <= first < last <= shape[0]:
        raise ShapeError(f"channels {first} to {last} cannot be taken from {shape[0]}")
    return (last - first, *shape[1:])


def _shuffle_shape(shape: Shape, settings: Settings) -> Shape:
    if shape[0] % settings["groups"]:
        raise ShapeError(f"{shape[0]} channels do not divide into {settings['groups']} groups")
    return shape


def _embedding_shape(shape: Shape, settings: Settings) -> Shape:
    if len(shape) != 1:
        raise ShapeError(f"`embedding` reads words, not the shape {show(shape)}")
    return (settings["out"],)


def _gate_shape(shape: Shape, settings: Settings) -> Shape:
    raise ShapeError("`gate` stands on an edge of a recurrent cell")


# ---------------------------------------------------------------- counting rules


def _embedding_params(shape: Shape, settings: Settings) -> int:
    out: int = settings["out"]
    return shape[0] * out


def _conv_params(shape: Shape, settings: Settings) -> int:
    kernel: int = settings["k"][0] * settings["k"][1]
    out, groups = int(settings["out"]), int(settings["groups"])
    return kernel * out * (shape[0] // groups)


def _conv_macs(shape: Shape, out: Shape, settings: Settings) -> int:
    return _conv_params(shape, settings) * out[1] * out[2]


def _dwconv_params(shape: Shape, settings: Settings) -> int:
    kernel: int = settings["k"][0] * settings["k"][1]
    return kernel * shape[0]


def _dwconv_macs(shape: Shape, out: Shape, settings: Settings) -> int:
    return _dwconv_params(shape, settings) * out[1] * out[2]


def _bn_params(shape: Shape, settings: Settings) -> int:
    return 2 * shape[0] if settings["affine"] else 0


def _linear_params(shape: Shape, settings: Settings) -> int:
    out: int = settings["out"]
    return out if settings["tied"] else out * shape[0] + out


def _linear_macs(shape: Shape, out: Shape, settings: Settings) -> int:
    return shape[0] * out[0]


# ---------------------------------------------------------------- torch constructors


def _conv(shape: Shape, s: Settings) -> nn.Module:
    from torch import nn

    return nn.Conv2d(shape[0], s["out"], s["k"], s["stride"], s["pad"], s["dilation"], s["groups"], bias=False)


def _dwconv(shape: Shape, s: Settings) -> nn.Module:
    from torch import nn

    if s.get("native"):  # set by the pass of that name
        from nasc.compiler.native.depthwise import NativeDepthwise

        return NativeDepthwise(shape[0], s["k"], s["stride"], s["pad"], s["dilation"], s["relu"])
    if s.get("parts"):  # set by the pass `split_kernels`
        from nasc.compiler.fused import WideDepthwise

        return WideDepthwise(shape[0], shape[0], s["k"], s["stride"], s["pad"], s["dilation"], shape[0], bias=False)
    return nn.Conv2d(shape[0], shape[0], s["k"], s["stride"], s["pad"], s["dilation"], shape[0], bias=False)


def _linear(shape: Shape, s: Settings) -> nn.Module:
    from nasc.compiler.modules import Linear

    return Linear(shape[0], s["out"])


def _bn(shape: Shape, s: Settings) -> nn.Module:
    from torch import nn

    return nn.BatchNorm2d(shape[0], affine=s["affine"])


def _max_pool(shape: Shape, s: Settings) -> nn.Module:
    from torch import nn

    return nn.MaxPool2d(s["k"], s["stride"], s["pad"])


def _avg_pool(shape: Shape, s: Settings) -> nn.Module:
    from torch import nn

    return nn.AvgPool2d(s["k"], s["stride"], s["pad"], count_include_pad=False)


def _own(name: str, *order: str) -> Callable[[Shape, Settings], nn.Module]:
    """A module of ours, or of torch.nn, constructed from the named settings in order."""

    def construct(shape: Shape, settings: Settings) -> nn.Module:
        from torch import nn

        from nasc.compiler import modules

        made: nn.Module = getattr(modules, name, None) or getattr(nn, name)
        return made(*(settings[o] for o in order))  # type: ignore[no-any-return]

    return construct


# ---------------------------------------------------------------- the table

_K = Parameter("k", "pair", required=True)
_STRIDE = Parameter("stride", "pair", 1)
_PAD = Parameter("pad", "pair")
_DILATION = Parameter("dilation", "pair", 1)
_OUT = Parameter("out", "int")

LAYERS: dict[str, LayerKind] = {
    kind.name: kind
    for kind in (
        LayerKind(
            "conv",
            "convolution without bias, to `C` channels unless `out=` says otherwise",
            (_K, _STRIDE, _OUT, _PAD, _DILATION, Parameter("groups", "int", 1)),
            _conv_shape,
            _conv,
            _conv_params,
            _conv_macs,
        ),
        LayerKind(
            "dwconv",
            "depthwise convolution without bias: one filter a channel",
            (_K, _STRIDE, _PAD, _DILATION),
            _dwconv_shape,
            _dwconv,
            _dwconv_params,
            _dwconv_macs,
        ),
        LayerKind(
            "linear",
            "linear layer with bias, to `classes` values unless `out=` says otherwise",
            (_OUT, Parameter("tied", "flag", False)),
            _linear_shape,
            _linear,
            _linear_params,
            _linear_macs,
        ),
        LayerKind(
            "bn",
            "batch normalisation (eps 1e-5, momentum 0.1); with weights except in an open cell",
            (Parameter("affine", "flag"), Parameter("shared", "flag", False)),
            _same,
            _bn,
            _bn_params,
        ),
        LayerKind("relu", "max(x, 0)", (), _same, _own("ReLU")),
        LayerKind("tanh", "hyperbolic tangent", (), _same, _own("Tanh")),
        LayerKind("sigmoid", "1 / (1 + exp(-x))", (), _same, _own("Sigmoid")),
        LayerKind("identity", "x itself", (), _same, _own("Identity")),
        LayerKind("zero", "zeros, at every `stride`-th pixel", (_STRIDE,), _zero_shape, _own("Zero", "stride")),
        LayerKind("max_pool", "largest value of a window", (_K, _STRIDE, _PAD), _pool_shape, _max_pool),
        LayerKind("avg_pool", "mean of a window, padding not counted", (_K, _STRIDE, _PAD), _pool_shape, _avg_pool),
        LayerKind("global_avg_pool", "mean over all pixels", (), _global_shape, _own("GlobalAvgPool")),
        LayerKind(
            "shift",
            "the picture moved up and left by some pixels, zeros behind it",
            (Parameter("down", "int", required=True), Parameter("right", "int", required=True)),
            _same,
            _own("Shift", "down", "right"),
        ),
        LayerKind(
            "take",
            "channels `first` to `last` (exclusive)",
            (Parameter("first", "int", required=True), Parameter("last", "int", required=True)),
            _take_shape,
            _own("Take", "first", "last"),
        ),
        LayerKind(
            "shuffle",
            "channels dealt out over groups (PC-DARTS, section 3.1)",
            (Parameter("groups", "int", required=True),),
            _shuffle_shape,
            _own("Shuffle", "groups"),
        ),
        LayerKind(
            "dropout",
            "values zeroed at random in training; a name is a rate the recipe sets",
            (Parameter("rate", "rate", required=True),),
            _same,
            _own("Dropout", "rate"),
        ),
        LayerKind(
            "drop_path",
            "whole examples zeroed at random in training (FractalNet); its rate is the recipe's",
            (),
            _same,
            _own("DropPath"),
        ),
        # Layers of language models, which are built by themselves: `language_model`, `recurrent_cell`.
        LayerKind(
            "embedding",
            "a vector of `C` numbers for each word, unless `out=` says otherwise",
            (_OUT,),
            _embedding_shape,
            None,
            _embedding_params,
        ),
        LayerKind("gate", "the gated first state of a recurrent cell", (), _gate_shape, None),
    )
}


def complete(kind: LayerKind, given: Settings, width: int, classes: int, affine: bool) -> dict[str, Any]:
    """The settings of a layer with everything that follows from the others filled in.

    `width` is `C`, `classes` what `linear` gives, `affine` whether batch-norm has weights here.
    """
    settings = {p.name: given.get(p.name, _default(p)) for p in kind.parameters}
    if "out" in settings and settings["out"] is AUTO:
        settings["out"] = classes if kind.name == "linear" else width
    if "affine" in settings and settings["affine"] is AUTO:
        settings["affine"] = affine
    if "pad" in settings and settings["pad"] is AUTO:
        dilation = settings.get("dilation", (1, 1))
        settings["pad"] = tuple(0 if k == 2 else d * (k - 1) // 2 for k, d in zip(settings["k"], dilation, strict=True))
    return settings


def _default(parameter: Parameter) -> Any:
    if parameter.kind == "pair" and isinstance(parameter.default, int):
        return (parameter.default, parameter.default)
    return parameter.default


def show(shape: Shape) -> str:
    """`64x32x32`."""
    return "x".join(map(str, shape))

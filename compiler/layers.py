"""The one table of layers: parameters, shape rule, counting rules, torch constructor.

Layers are all that is implemented in Python; every operation of every paper is written over them in `.nas`.
Adding a layer is adding one entry here, its rules in `layer_rules` and its constructor in `layer_modules`; if torch has
no such module, one class in `modules`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nasc.compiler import layer_modules as modules
from nasc.compiler import layer_rules as rules
from nasc.compiler.layer_rules import Settings, Shape

if TYPE_CHECKING:
    from torch import nn

Kind = Literal["int", "pair", "flag", "rate"]

AUTO = None
"""The default of a parameter whose value follows from others: `pad`, `out`, `affine`."""


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
            "convolution to `C` channels unless `out=` says otherwise; with a bias where asked for",
            (_K, _STRIDE, _OUT, _PAD, _DILATION, Parameter("groups", "int", 1), Parameter("bias", "flag", False)),
            rules.conv_shape,
            modules.conv,
            rules.conv_params,
            rules.conv_macs,
        ),
        LayerKind(
            "dwconv",
            "depthwise convolution without bias: one filter a channel",
            (_K, _STRIDE, _PAD, _DILATION),
            rules.dwconv_shape,
            modules.dwconv,
            rules.dwconv_params,
            rules.dwconv_macs,
        ),
        LayerKind(
            "linear",
            "linear layer with bias, to `classes` values unless `out=` says otherwise",
            (_OUT, Parameter("tied", "flag", False)),
            rules.linear_shape,
            modules.linear,
            rules.linear_params,
            rules.linear_macs,
        ),
        LayerKind(
            "bn",
            "batch normalisation (eps 1e-5, momentum 0.1); with weights except in an open cell",
            (Parameter("affine", "flag"), Parameter("shared", "flag", False)),
            rules.same,
            modules.bn,
            rules.bn_params,
        ),
        LayerKind("relu", "max(x, 0)", (), rules.same, modules.own("ReLU")),
        LayerKind("tanh", "hyperbolic tangent", (), rules.same, modules.own("Tanh")),
        LayerKind("sigmoid", "1 / (1 + exp(-x))", (), rules.same, modules.own("Sigmoid")),
        LayerKind("identity", "x itself", (), rules.same, modules.own("Identity")),
        LayerKind(
            "zero", "zeros, at every `stride`-th pixel", (_STRIDE,), rules.zero_shape, modules.own("Zero", "stride")
        ),
        LayerKind("max_pool", "largest value of a window", (_K, _STRIDE, _PAD), rules.pool_shape, modules.max_pool),
        LayerKind(
            "avg_pool", "mean of a window, padding not counted", (_K, _STRIDE, _PAD), rules.pool_shape, modules.avg_pool
        ),
        LayerKind("global_avg_pool", "mean over all pixels", (), rules.global_shape, modules.own("GlobalAvgPool")),
        LayerKind(
            "shift",
            "the picture moved up and left by some pixels, zeros behind it",
            (Parameter("down", "int", required=True), Parameter("right", "int", required=True)),
            rules.same,
            modules.own("Shift", "down", "right"),
        ),
        LayerKind(
            "take",
            "channels `first` to `last` (exclusive)",
            (Parameter("first", "int", required=True), Parameter("last", "int", required=True)),
            rules.take_shape,
            modules.own("Take", "first", "last"),
        ),
        LayerKind(
            "shuffle",
            "channels dealt out over groups (PC-DARTS, section 3.1)",
            (Parameter("groups", "int", required=True),),
            rules.shuffle_shape,
            modules.own("Shuffle", "groups"),
        ),
        LayerKind(
            "dropout",
            "values zeroed at random in training; a name is a rate the recipe sets",
            (Parameter("rate", "rate", required=True),),
            rules.same,
            modules.own("Dropout", "rate"),
        ),
        LayerKind(
            "drop_path",
            "whole examples zeroed at random in training (FractalNet); its rate is the recipe's",
            (),
            rules.same,
            modules.own("DropPath"),
        ),
        # Layers of language models, which are built by themselves: `language_model`, `recurrent_cell`.
        LayerKind(
            "embedding",
            "a vector of `C` numbers for each word, unless `out=` says otherwise",
            (_OUT,),
            rules.embedding_shape,
            None,
            rules.embedding_params,
        ),
        LayerKind("gate", "the gated first state of a recurrent cell", (), rules.gate_shape, None),
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

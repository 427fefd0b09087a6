"""How the emitted Python file constructs each layer; the classes that torch has not are copied from `modules`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from nasc.compiler import modules
from nasc.compiler.emit.python_calls import LIST, Call, Pair, Slot, call
from nasc.compiler.layer_rules import Settings, Shape
from nasc.compiler.parts import Branches, Chain, Layer, Mixture

OWN = ("Zero", "GlobalAvgPool", "Linear", "Shift", "Take", "Shuffle", "Dropout", "DropPath")
"""The classes of `modules` that layers use."""
CONCAT_CLASS = '''class Concat(nn.ModuleList):
    """Branches from one value, their channels one behind the other."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self], 1)
'''
ADD_CLASS = '''class Add(nn.ModuleList):
    """Branches from one value, summed."""

    def forward(self, x: Tensor) -> Tensor:
        first, *others = [branch(x) for branch in self]
        for other in others:
            first = first + other
        return first
'''
HELPERS = {**dict.fromkeys(OWN, ""), "Concat": CONCAT_CLASS, "Add": ADD_CLASS}
"""Classes that the file brings along where it uses them; an empty text is that of `modules`."""


def helper_text(name: str) -> str:
    """The source of a class that the file brings along."""
    return HELPERS[name] or inspect.getsource(getattr(modules, name))


def _pair(value: tuple[int, int], role: str = "", always: bool = False) -> Pair:
    if role == "stride":
        return Pair(Slot(value[0], "stride"), Slot(value[1], "stride"), always)
    return Pair(str(value[0]), str(value[1]), always)


def _conv(c_in: Slot, c_out: Slot, groups: Slot | str, s: Settings) -> Call:
    return call(
        "nn.Conv2d",
        c_in,
        c_out,
        _pair(s["k"]),
        stride=(_pair(s["stride"], "stride"), "1"),
        padding=(_pair(s["pad"]), "0"),
        dilation=(_pair(s["dilation"]), "1"),
        groups=(groups, "1"),
        bias=(str(s.get("bias", False)), "True"),
    )


def _pool(name: str, s: Settings, **more: tuple[str, str]) -> Call:
    stride, pad = (_pair(s["stride"], "stride"), ""), (_pair(s["pad"]), "0")
    return call(name, _pair(s["k"]), stride=stride, padding=pad, **more)


def _plain(name: str, *order: str) -> Callable[[Shape, Settings], Call]:
    """A call with the named settings, in order."""

    def write(shape: Shape, settings: Settings) -> Call:
        values: list[Any] = [settings[key] for key in order]
        return call(name, *(f'"{value}"' if isinstance(value, str) else repr(value) for value in values))

    return write


WRITERS: dict[str, Callable[[Shape, Settings], Call]] = {
    "conv": lambda shape, s: _conv(Slot(shape[0]), Slot(s["out"]), str(s["groups"]), s),
    "dwconv": lambda shape, s: _conv(Slot(shape[0]), Slot(shape[0]), Slot(shape[0]), s),
    "linear": lambda shape, s: call("Linear", Slot(shape[0]), Slot(s["out"])),
    "bn": lambda shape, s: call("nn.BatchNorm2d", Slot(shape[0]), affine=(str(s["affine"]), "True")),
    "relu": _plain("nn.ReLU"),
    "tanh": _plain("nn.Tanh"),
    "sigmoid": _plain("nn.Sigmoid"),
    "identity": _plain("nn.Identity"),
    "zero": lambda shape, s: call("Zero", _pair(s["stride"], "stride", always=True)),
    "max_pool": lambda shape, s: _pool("nn.MaxPool2d", s),
    "avg_pool": lambda shape, s: _pool("nn.AvgPool2d", s, count_include_pad=("False", "True")),
    "global_avg_pool": _plain("GlobalAvgPool"),
    "shift": _plain("Shift", "down", "right"),
    "take": lambda shape, s: call("Take", _channel(s["first"]), _channel(s["last"])),
    "shuffle": _plain("Shuffle", "groups"),
    "dropout": _plain("Dropout", "rate"),
    "drop_path": _plain("DropPath"),
}
"""The call that constructs a layer, from the shape of its input and its settings. A test compares it with `LAYERS`."""


def _channel(number: int) -> Slot | str:
    return Slot(number) if number else "0"


def chain_call(chain: Chain, name: str = "nn.Sequential") -> Call:
    """A chain as a call of `nn.Sequential`, whose names are those of the state dict: layer N is `N`."""
    return call(name, *(item_call(item) for item in chain.items))


def item_call(item: Layer | Branches | Mixture) -> Call:
    """One item of a chain: a layer, or a list of branches that sums or joins them."""
    match item:
        case Layer():
            return WRITERS[item.step.kind](item.shape, item.step.settings)
        case Branches():
            inner = call(LIST, *(chain_call(chain) for chain in item.chains))
            return call("Add" if item.kind == "sum" else "Concat", inner)
        case Mixture():
            raise AssertionError("an open edge is not written as Python")

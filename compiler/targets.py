"""What steps are lowered to: a generated program, or the modules of a cell called at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from keyword import iskeyword
from typing import Any, Protocol

from torch import fx, nn

from nasc.compiler.fused import Normed
from nasc.compiler.graph import Layout

Value = Any
"""An fx node where code is generated, a tensor where a graph is run."""


class Target(Protocol):
    """What steps are lowered to: a `Writer`, which writes them down, or an `Eager`, which does them."""

    def function(self, function: Callable[..., Any], *args: Value) -> Value:
        """Call a function."""

    def module(self, path: str, *args: Value) -> Value:
        """Call the module at a path."""

    def attribute(self, path: str) -> Value:
        """A parameter or buffer."""

    def has(self, path: str) -> bool:
        """Whether there is a module at a path."""

    def add(self, path: str, module: nn.Module) -> None:
        """Put a module that keeps nothing at a path."""

    def normed(self, path: str, layout: Layout, places: tuple[int, ...]) -> str:
        """Where the module stands that computes a `normed` of the step at `path`."""


class Writer:
    """Writes calls into an fx graph over the modules of a root."""

    def __init__(self, root: nn.Module) -> None:
        self.root, self.program = root, fx.Graph()

    def function(self, function: Callable[..., Any], *args: Value) -> fx.Node:
        return self.program.call_function(function, args)

    def module(self, path: str, *args: Value) -> fx.Node:
        return self.program.call_module(path, args)

    def attribute(self, path: str) -> fx.Node:
        return self.program.get_attr(path)

    def has(self, path: str) -> bool:
        module: nn.Module | None = self.root
        for name in path.split("."):
            module = module._modules.get(name) if module is not None else None
        return module is not None

    def add(self, path: str, module: nn.Module) -> None:
        place(self.root, path, module)

    def normed(self, path: str, layout: Layout, places: tuple[int, ...]) -> str:
        name = f"_{path.replace('.', '_')}_sum"
        while name in self.root._modules:
            name += "_"
        self.root.add_module(name, Normed(layout, places))
        return name


class Eager:
    """Does calls at once, with the modules of a cell, and keeps those that it has made for another time."""

    def __init__(self, cell: nn.Module) -> None:
        self.cell = cell
        self.modules = dict(cell.named_modules())
        self.made: dict[tuple[Layout, tuple[int, ...]], str] = {}

    def function(self, function: Callable[..., Any], *args: Value) -> Any:
        return function(*args)

    def module(self, path: str, *args: Value) -> Any:
        module = self.modules[path]
        module.training = self.cell.training
        return module(*args)

    def attribute(self, path: str) -> Any:
        *way, name = path.rpartition(".")
        return getattr(self.modules[way[0]], name)

    def has(self, path: str) -> bool:
        return path in self.modules

    def add(self, path: str, module: nn.Module) -> None:
        self.modules[path] = module

    def normed(self, path: str, layout: Layout, places: tuple[int, ...]) -> str:
        key = layout, places
        if key not in self.made:
            self.made[key] = name = f"_normed_{len(self.made)}"
            device = next((p.device for p in self.cell.parameters()), None)
            self.modules[name] = Normed(layout, places).to(device)
        return self.made[key]


def safe_path(path: str) -> str:
    """A path whose parts are free in every module: a state called `type` lives in `type_`, `type_` in `type__`."""
    taken = _taken()

    def free(part: str) -> str:
        word = part.rstrip("_")
        return f"{part}_" if word in taken or part in taken or iskeyword(word) else part

    return ".".join(map(free, path.split(".")))


@cache
def _taken() -> frozenset[str]:
    """The names that a generated module has of its own."""
    empty = fx.GraphModule(nn.Module(), fx.Graph())
    return frozenset(dir(empty)) | frozenset(empty.__dict__)


def place(root: nn.Module, path: str, module: nn.Module) -> None:
    """Put a module at a dotted path, making plain modules on the way."""
    *way, last = path.split(".")
    for name in way:
        if name not in root._modules:
            root.add_module(name, nn.Module())
        root = root.get_submodule(name)
    assert last not in root._modules, path
    root.add_module(last, module)

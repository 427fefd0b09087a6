"""The operations of the emitted Python file: one class for each that the cells use."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nasc.compiler.emit.python_calls import Argument, Call, Value, lines
from nasc.compiler.emit.python_classes import Names, Settled, Template, Templates, Use
from nasc.compiler.emit.python_layers import chain_call, item_call
from nasc.compiler.emit.python_style import docstring, signature
from nasc.compiler.layers import LAYERS
from nasc.compiler.parts import Chain, Layer
from nasc.compiler.scope import Scope
from nasc.compiler.stack import Stack
from nasc.dsl import nodes as n


@dataclass(frozen=True)
class Made:
    """How one chain is constructed: a call as it stands, or the `use`-th use of a class."""

    value: Value | None
    template: Template | None = None
    use: int = 0


class Operations:
    """Collects the classes of operations; `value` and `classes` are to be asked when all chains are known."""

    def __init__(self, stack: Stack, operations: dict[str, n.Op], names: Names) -> None:
        self.stack = stack
        self.operations = operations
        self.templates = Templates(names)
        self.settled: dict[Template, Settled] = {}

    def made(self, chain: Chain, name: str, stride: int = 1, text: str = "") -> Made:
        """A chain that the text calls by this name; a single layer without parameters needs no class.

        `text` is what it says, where it is no operation of the language.
        """
        if not chain.items:
            return Made(Call("nn.Identity"))
        only = chain.items[0]
        if len(chain.items) == 1 and isinstance(only, Layer) and not has_parameters(only):
            return Made(item_call(only))
        word, about = (name, text) if text else self.named(name, stride)
        values = tuple(argument.value for argument in chain_call(chain).arguments)
        use = Use(values, {"c_in": chain.inner[0], "c_out": chain.outer[0]})
        template, number = self.templates.use(word, about, use)
        return Made(None, template, number)

    def named(self, name: str, stride: int) -> tuple[str, str]:
        """What to call an operation, and its line in the text. `skip_connect/2 = factorized_reduce` is the latter."""
        scope = Scope(self.operations, self.stack.overrides, 0, 0, stride)
        op = scope.find(name)
        for _ in range(len(self.operations)):
            only = op.body.links[0] if op is not None and len(op.body.links) == 1 else None
            if not isinstance(only, n.Call) or only.arguments:
                break
            following = scope.find(only.name.text)
            if following is None:
                break
            name, op = only.name.text, following
        return name, op.span.text if op is not None else name

    def of_chain(self, chain: Chain, written: n.Chain, name: str) -> Made:
        """A chain of the skeleton: called by the operation it consists of, or else by its own name."""
        only = written.links[0] if len(written.links) == 1 else None
        scope = Scope(self.operations, self.stack.overrides, 0, 0)
        if isinstance(only, n.Call) and scope.find(only.name.text) is not None:
            return self.made(chain, only.name.text)
        return self.made(chain, name, text=written.span.text)

    def settle(self) -> None:
        """Decide on the arguments of every class."""
        self.settled = {template: template.settle() for template in self.templates.found.values()}

    def value(self, made: Made) -> Value:
        """The call that constructs a chain."""
        if made.template is None:
            assert made.value is not None
            return made.value
        return self.settled[made.template].call(made.use)

    def classes(self) -> list[str]:
        """The text of every class."""
        return [_text(settled) for settled in self.settled.values()]


def without_drop_path(chain: Chain) -> tuple[Chain, bool]:
    """A chain without the `drop_path` that it ends with, which has no place in an operation; whether it had one."""
    last = chain.items[-1] if chain.items else None
    if isinstance(last, Layer) and last.step.kind == "drop_path":
        return replace(chain, items=chain.items[:-1]), True
    return chain, False


def has_parameters(layer: Layer) -> bool:
    """Whether the layer is in the state dict."""
    return layer.step.kind == "bn" or LAYERS[layer.step.kind].params(layer.shape, layer.step.settings) > 0


def _text(settled: Settled) -> str:
    body = Call("super().__init__", tuple(map(Argument, settled.values)))
    head = f"class {settled.template.name}(nn.Sequential):\n{docstring(settled.template.about)}\n"
    return "\n".join([head, f"    def __init__({signature(settled.parameters)}) -> None:", *lines(body, indent=8)])

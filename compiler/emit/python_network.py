"""The class `Network` of the emitted Python file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from nasc.compiler.emit.python_calls import Value, flat_text, lines, literal
from nasc.compiler.emit.python_layers import chain_call
from nasc.compiler.emit.python_style import docstring
from nasc.compiler.expand import Plan
from nasc.compiler.graph import LayerGraph
from nasc.compiler.parts import block_chain


def network_class(plan: Plan, cells: Sequence[Value], drops: bool, named: bool) -> str:
    """The text of the class; `cells` are the calls that construct the cells.

    `drops` says whether anything has drop path, `named` whether the rate of a dropout has a name.
    """
    found = ["class Network(nn.Module):", docstring(_about(plan)), ""]
    found += [f"    def __init__(self{', auxiliary: bool = False' if plan.auxiliary else ''}) -> None:"]
    found += ["        super().__init__()", *_block("stem", plan.stem)]
    found += _block("stem2", plan.stem2) if plan.stem2 else []
    found += ["        self.cells = nn.ModuleList(", "            ["]
    found += [line for value in _runs(cells) for line in lines(value, "", ",", 16)]
    found += ["            ]", "        )", *_block("head", plan.head)]
    if plan.auxiliary is not None:
        found += ["        self.auxiliary = None", "        if auxiliary:", *_block("auxiliary", plan.auxiliary, 12)]
    return "\n".join([*found, "", *_forward(plan), *_rates(drops, named)])


def _about(plan: Plan) -> str:
    shape = ", ".join(map(str, plan.stack.input))
    about = f"Pictures (N, {shape}) to logits (N, {plan.stack.classes})"
    return f"{about}; in training, with the auxiliary head, to a pair of them." if plan.auxiliary else f"{about}."


def _block(name: str, graph: LayerGraph, indent: int = 8) -> list[str]:
    return lines(literal(chain_call(block_chain(graph))), f"self.{name} = ", indent=indent)


def _forward(plan: Plan) -> Iterator[str]:
    alone = all(len(cell.dag.inputs) == 1 for cell in plan.cells)
    pair = " | tuple[Tensor, Tensor]" if plan.auxiliary else ""
    yield f"    def forward(self, x: Tensor) -> Tensor{pair}:"
    yield f"        {'newer' if alone else 'older = newer'} = self.stem(x)"
    if plan.stem2:
        yield "        newer = self.stem2(newer)"
    step = "newer = cell(newer)" if alone else "older, newer = newer, cell(older, newer)"
    if plan.auxiliary is None:
        yield from ("        for cell in self.cells:", f"            {step}", "        return self.head(newer)")
        return
    yield "        aux = None"
    yield "        for index, cell in enumerate(self.cells):"
    yield f"            {step}"
    yield f"            if index == {plan.auxiliary_after} and self.training and self.auxiliary is not None:"
    yield "                aux = self.auxiliary(newer)"
    yield "        logits = self.head(newer)"
    yield "        return logits if aux is None else (logits, aux)"


def _runs(cells: Iterable[Value]) -> Iterator[Value]:
    """The calls of the cells; those in a row that are alike as one line."""
    for text, same in groupby(map(literal, cells), key=flat_text):
        first, *others = same
        yield f"*({text} for _ in range({len(others) + 1}))" if others else first


def _rates(drops: bool, named: bool) -> Iterator[str]:
    if not drops and not named:
        return
    yield ""
    taken = ["self", *["drop_path: float"] * drops, *["**named: float"] * named]
    yield f"    def set_rates({', '.join(taken)}) -> None:"
    about = ["of every `DropPath`"] * drops + ["by name of every `Dropout` whose rate has one"] * named
    yield f'        """Set the probability {" and ".join(about)}; they begin at 0."""'
    yield "        for module in self.modules():"
    if drops:
        yield "            if isinstance(module, DropPath):"
        yield "                module.rate = drop_path"
    if named:
        yield "            if isinstance(module, Dropout) and module.name is not None:"
        yield "                module.rate = named.get(module.name, 0.0)"

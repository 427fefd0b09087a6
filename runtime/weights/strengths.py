"""The strengths of a shared-weight network, where a checkpoint holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from nasc.compiler.supernet import Supernet, places
from nasc.dsl.diagnostic import Diagnostic
from nasc.runtime.weights.matching import Match, plain_keys, size, unusable
from nasc.runtime.weights.origin import Origin, numbers


@dataclass(frozen=True)
class Row:
    """One row of our strengths and its value: `parameter[index]` becomes `value`, (operations,)."""

    cell: str
    parameter: nn.Parameter
    index: int
    value: Tensor


def strength_rows(model: Supernet, found: Match, state_dict: Mapping[str, Tensor], origin: Origin) -> list[Row]:
    """Every row of strengths that the checkpoint holds; what does not fit is added to `found`.

    The original has one set of strengths for its normal cells and one for its reduction cells: those placed
    here with stride 1 and with stride 2. A checkpoint without strengths leaves ours as they are.
    """
    if origin.strengths is None:
        return []
    keys = plain_keys(state_dict, origin)
    rows = []
    strides = {cell.placement.choice: cell.placement.stride for cell in reversed(model.plan.cells)}
    for cell, dag in model.dags.items():
        number = numbers(dag)
        kind = "reduce" if strides[cell] == 2 else "normal"
        given = model.alphas[cell]
        parameters = given if isinstance(given, list) else [given]
        used: dict[str, int] = {}
        for edge, (group, index) in zip(dag.open_edges, places(dag), strict=True):
            name = origin.strengths.format(kind=kind, node=number[edge.state] - 2)
            if name not in keys:
                continue
            key, row = keys[name], used.get(name, 0)
            used[name] = row + 1
            found.unused.discard(key)
            values, parameter = state_dict[key], parameters[group]
            problem = unusable(key, values)
            if problem is None and (values.shape[1:] != parameter.shape[1:] or row >= len(values)):
                problem = f"`{key}` is {size(values)}, but edge {row} of cell `{cell}` chooses among"
                problem += f" {parameter.shape[1]} operations"
            if problem is not None:
                found.misfits.append(Diagnostic("E702", problem, edge.span))
                return []
            rows.append(Row(cell, parameter, index, values[row]))
        for name, count in used.items():
            values = state_dict[keys[name]]
            if len(values) > count:
                message = f"`{keys[name]}` is {size(values)}, cell `{cell}` has {count} open edges there"
                found.misfits.append(Diagnostic("E702", message, dag.span))
    return rows

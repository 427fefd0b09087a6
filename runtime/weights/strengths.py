"""The strengths of a shared-weight network, where a checkpoint holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from nasc.compiler.language_supernet import LanguageSupernet
from nasc.compiler.supernet import Supernet, places
from nasc.dsl.diagnostic import Diagnostic
from nasc.runtime.weights.matching import Match, plain_keys, size, unusable
from nasc.runtime.weights.origin import Origin, numbers


@dataclass(frozen=True)
class Row:
    """One row of our strengths: `parameter[index]` becomes `value`, (operations,), or () for the weight of an edge."""

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
    rows: list[Row] = []
    for cell, dag in model.dags.items():
        given = model.alphas[cell]
        parameters = given if isinstance(given, list) else [given]
        at = [(parameters[group], index) for group, index in places(dag)]
        names = (origin.strengths,) if isinstance(origin.strengths, str) else origin.strengths
        patterns = [(name, at) for name in names]
        if origin.betas is not None and cell in model.betas:
            patterns.append((origin.betas, [(model.betas[cell], index) for index in range(len(at))]))
        for pattern, given_at in patterns:
            more = _rows(model, cell, given_at, pattern, keys, found, state_dict)
            if more is None:
                return []
            rows += more
    return rows


def _rows(
    model: Supernet,
    cell: str,
    at: Sequence[tuple[nn.Parameter, int]],
    pattern: str,
    keys: Mapping[str, str],
    found: Match,
    state_dict: Mapping[str, Tensor],
) -> list[Row] | None:
    """The rows of one cell under the keys of one pattern; `at` says where those of its open edges stand in ours.

    None where one does not fit.
    """
    dag = model.dags[cell]
    number = numbers(dag)
    stride = next(c.placement.stride for c in model.plan.cells if c.placement.choice == cell)
    rows: list[Row] = []
    used: dict[str, int] = {}
    for edge, (parameter, index) in zip(dag.open_edges, at, strict=True):
        name = pattern.format(kind="reduce" if stride == 2 else "normal", node=number[edge.state] - 2)
        if name not in keys:
            continue
        key, row = keys[name], used.get(name, 0)
        used[name] = row + 1
        found.unused.discard(key)
        values = state_dict[key]
        problem = unusable(key, values)
        if problem is None and (values.shape[1:] != parameter.shape[1:] or row >= len(values)):
            problem = f"`{key}` is {size(values)}, but edge {row} of cell `{cell}` "
            many = parameter.dim() > 1
            problem += f"chooses among {parameter.shape[1]} operations" if many else "has one weight"
        if problem is not None:
            found.misfits.append(Diagnostic("E702", problem, edge.span))
            return None
        rows.append(Row(cell, parameter, index, values[row]))
    for name, count in used.items():
        values = state_dict[keys[name]]
        if len(values) > count:
            message = f"`{keys[name]}` is {size(values)}, cell `{cell}` has {count} open edges there"
            found.misfits.append(Diagnostic("E702", message, dag.span))
    return rows


def language_rows(model: LanguageSupernet, found: Match, state_dict: Mapping[str, Tensor], origin: Origin) -> list[Row]:
    """The strengths of a recurrent cell, where a checkpoint holds them: GDAS does, DARTS and EDNAS do not.

    They are the one tensor that is no module's and has their shape, whatever it is called.
    """
    if len(model.alphas) != 1:
        return []
    ((cell, given),) = model.alphas.items()
    names = plain_keys(state_dict, origin)
    there = [
        key
        for name, key in names.items()
        if key in found.unused
        and "." not in name
        and unusable(key, state_dict[key]) is None
        and isinstance(given, nn.Parameter)
        and state_dict[key].shape == given.shape
    ]
    if len(there) != 1 or not isinstance(given, nn.Parameter):
        return []
    found.unused.discard(there[0])
    return [Row(cell, given, index, values) for index, values in enumerate(state_dict[there[0]])]

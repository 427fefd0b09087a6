"""What a network says of itself by `require`: whether it can be asked, what the network has of it, whether it holds."""

from __future__ import annotations

from collections.abc import Mapping

from nasc.compiler.dag import CellDag
from nasc.compiler.expand import Plan
from nasc.compiler.offered import ACTIVATIONS
from nasc.compiler.plan import AnyPlan, Stats, stats
from nasc.compiler.resolve import Program
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, nearest

QUANTITIES = {
    "params": "params",
    "macs": "macs",
    "params_aux": "params_aux",
    "depth": "depth(normal)",
    "count": "count(skip_connect, normal)",
}
"""What a `require` may speak of, and how it is written."""


def known(item: n.Require, program: Program, findings: Findings) -> bool:
    """Whether a requirement speaks of something that can be asked; reported if not."""
    call = item.quantity
    name = call.name.text
    if name not in QUANTITIES:
        help = nearest(name, QUANTITIES) or f"quantities: {', '.join(QUANTITIES.values())}"
        findings.add("E308", f"there is no quantity `{name}`", call.name.span, help=help)
        return False
    words = _words(call)
    if len(words) != QUANTITIES[name].count(",") + ("(" in QUANTITIES[name]) or "" in words:
        message = f"`{name}` is written `{QUANTITIES[name]}`"
        if name == QUANTITIES[name]:
            message = f"`{name}` stands alone: it speaks of the whole network"
        findings.add("E308", message, call.span, help=f"such as `require {QUANTITIES[name]} <= 3`")
        return False
    if not words or program.missing:
        return True
    if words[-1] not in program.cells:
        help = nearest(words[-1], program.cells)
        findings.add("E210", f"there is no cell `{words[-1]}`", call.arguments[-1].span, help=help)
        return False
    operations = program.operation_names - set(program.sets) | set(ACTIVATIONS)
    if name == "count" and words[0] not in operations:
        help = nearest(words[0], operations)
        findings.add("E202", f"there is no operation `{words[0]}`", call.arguments[0].span, help=help)
        return False
    return True


def _words(call: n.Call) -> list[str]:
    """The arguments of a quantity, each a bare name; an empty text for whatever is none."""
    return [
        a.value.name.text if isinstance(a.value, n.Call) and not a.value.arguments and a.name is None else ""
        for a in call.arguments
    ]


def check_requirements(plan: AnyPlan, requires: list[n.Require], dags: dict[str, CellDag], findings: Findings) -> None:
    """What a network says of itself. In an open network bounds speak of what it may emit, so a search keeps them."""
    counts = stats(plan) if requires else None
    for item in requires:
        assert counts is not None
        name = item.quantity.name.text
        value = quantity(item, plan, counts, dags, findings)
        if value is None:
            continue
        if plan.open and (item.comparison in ("<=", ">=") or name in ("depth", "count")):
            continue
        if not holds(item, value):
            message = f"network `{plan.stack.name}` has {_named(item.quantity)} = {value}"
            findings.add("E304", message, item.span, label=f"off by {value - item.bound.value:+}")


def holds(item: n.Require, value: int) -> bool:
    """Whether a requirement holds for a value."""
    bound = item.bound.value
    match item.comparison:
        case "==":
            return value == bound
        case "<=":
            return value <= bound
        case ">=":
            return value >= bound
        case "~=":
            return abs(value - bound) <= item.bound.precision


def _named(call: n.Call) -> str:
    return call.span.text or call.name.text


def quantity(
    item: n.Require, plan: AnyPlan, counts: Stats, dags: Mapping[str, CellDag], findings: Findings
) -> int | None:
    """What a network has of what a requirement speaks of; None, and reported, where it has none of it."""
    call = item.quantity
    match call.name.text:
        case "params":
            return counts.params
        case "macs":
            return counts.macs
        case "params_aux":
            if counts.params_aux is None:
                error = plan.auxiliary_error if isinstance(plan, Plan) else None
                help = "leave this `require` out, or write `auxiliary: ...` in the network or its skeleton"
                message = error.message if error else "there is no auxiliary head"
                findings.add("E307", message, item.span, help=error.help if error and error.help else help)
            return counts.params_aux
    words = _words(call)
    if words[-1] not in dags:
        return None
    dag = dags[words[-1]]
    if call.name.text == "depth":
        return dag.depth
    return sum(edge.operations == (words[0],) for edge in dag.edges)

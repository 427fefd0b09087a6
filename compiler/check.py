"""Every rule of the language beyond its grammar: one call reports all that is wrong with a document."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nasc.compiler.dag import ACTIVATIONS, CellDag, write_out
from nasc.compiler.expand import Plan, expand
from nasc.compiler.graph import GraphBuilder
from nasc.compiler.operations import ExpandError, Placeholder, Scope, write_chain
from nasc.compiler.plan import Stats, family_network, stats
from nasc.compiler.resolve import Program, resolve
from nasc.compiler.stack import CHAINS, Stack, lay_out
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, nearest

QUANTITIES = ("params", "macs", "params_aux", "depth", "count")


@dataclass(frozen=True)
class Checked:
    """What checking found out about a document: its names, its cells written out, the networks that can be built."""

    program: Program
    dags: dict[str, CellDag]
    plans: dict[str, Plan]
    findings: Findings


def check(document: n.Document) -> Checked:
    """Apply every rule. Never raises: what is wrong is in `findings`."""
    findings = Findings()
    program = resolve(document, findings)
    dags: dict[str, CellDag] = {}
    for name, cell in program.cells.items():
        dag = write_out(cell, program, findings)
        if dag is not None:
            dags[name] = dag
    _operations(document, program, findings)
    plans: dict[str, Plan] = {}
    placed: set[str] = set()
    networks = list(document.networks.values())
    if not networks and not findings.failed and document.cells:
        networks = _family(document, program)
    for network in networks:
        stack = lay_out(network, program, findings)
        if stack is None:
            continue
        placed |= {p.cell for p in stack.placements}
        _placed_kinds(stack, program, findings)
        if stack.input == "tokens":
            for item in stack.requires:
                findings.add("W206", "not checked: language models are not counted", item.span)
            continue
        if any(p.cell not in dags for p in stack.placements) or findings.failed:
            continue
        try:
            plans[network.name.text] = expand(stack, dags, program)
        except ExpandError as error:
            findings.report(error.diagnostic)
            continue
        _requires(plans[network.name.text], dags, findings)
        _gradients(plans[network.name.text], findings)
        _reductions(stack, findings)
    for name, dag in dags.items():
        if name in document.cells:
            _unread(dag, findings)
            if networks and name not in placed:
                findings.add("W202", f"cell `{name}` is placed in no network", document.cells[name].name.span)
    return Checked(program, dags, plans, findings)


def _family(document: n.Document, program: Program) -> list[n.Network]:
    """The network that a text with cells alone is compiled as, where its cells have the names that one places."""
    chosen = family_network(document, program)
    if chosen is None or lay_out(chosen, program, Findings()) is None:
        return []
    return [chosen]


# ---------------------------------------------------------------- operations


def _operations(document: n.Document, program: Program, findings: Findings) -> None:
    """Operations, sets and chains written in this text, used or not: each is written out once on a trial input."""
    overrides: dict[str, n.Op] = {}
    for item in document.items:
        match item:
            case n.Op():
                _trial(item.body, item, program, overrides, findings)
            case n.Ops():
                _members(item, program, findings)
            case n.Network():
                overrides = {o.key: o for o in item.body if isinstance(o, n.Op)}
                for entry in item.body:
                    if isinstance(entry, n.Op):
                        _trial(entry.body, entry, program, overrides, findings)
                    elif isinstance(entry, n.Setting) and isinstance(entry.value, n.Chain):
                        if entry.name.text in CHAINS:
                            _trial(entry.value, None, program, overrides, findings)
                overrides = {}
            case _:
                pass


def _trial(chain: n.Chain, op: n.Op | None, program: Program, overrides: dict[str, n.Op], findings: Findings) -> None:
    """Write a chain out on a large input; whatever depends on the shapes of a real network is left to that network."""
    same: Placeholder = lambda writer, at, scope: at  # noqa: E731  # a placeholder that changes nothing
    scope = Scope(program.ops, overrides, 4096, 10, stride=op.stride or 1 if op else 1)
    if op is not None:
        trail = (op.key,)
        scope = replace(scope, parameters={p.text: 3 for p in op.parameters}, trail=trail)
    else:
        scope = replace(scope, placeholders={"operation": same, "sum": same})
    builder = GraphBuilder()
    at = builder.input((4096, 512, 512))
    try:
        write_chain(builder, chain, at, scope, "trial")
    except ExpandError as error:
        if not error.diagnostic.code.startswith("E3"):
            findings.report(error.diagnostic)


def _members(item: n.Ops, program: Program, findings: Findings) -> None:
    seen: set[str] = set()
    for member in item.members:
        if member.text in seen:
            findings.add("E218", f"`{member}` stands twice in the set `{item.name}`", member.span)
        seen.add(member.text)
        known = program.operation_names - set(program.sets) | set(ACTIVATIONS)
        if member.text not in known:
            findings.add("E202", f"there is no operation `{member}`", member.span, help=nearest(member.text, known))


# ---------------------------------------------------------------- networks


def _placed_kinds(stack: Stack, program: Program, findings: Findings) -> None:
    """Recurrent cells belong into language models, all others into networks of pictures."""
    for placement in {p.cell: p for p in stack.placements}.values():
        kind = program.cells[placement.cell].kind
        if (kind == "recurrent") != (stack.input == "tokens"):
            where = "a language model" if stack.input == "tokens" else "a network of pictures"
            findings.add("E219", f"`{placement.cell}` is a `{kind}`, which {where} cannot place", placement.span)


def _requires(plan: Plan, dags: dict[str, CellDag], findings: Findings) -> None:
    """What a network says of itself. In an open network bounds speak of what it may emit, so a search keeps them."""
    counts = stats(plan)
    for item in plan.stack.requires:
        name = item.quantity.name.text
        if name not in QUANTITIES:
            help = nearest(name, QUANTITIES) or f"quantities: {', '.join(QUANTITIES)}"
            findings.add("E308", f"`{name}` is not known", item.quantity.span, help=help)
            continue
        value = _quantity(item, plan, counts, dags, findings)
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


def _quantity(item: n.Require, plan: Plan, counts: Stats, dags: dict[str, CellDag], findings: Findings) -> int | None:
    call = item.quantity
    match call.name.text:
        case "params":
            return counts.params
        case "macs":
            return counts.macs
        case "params_aux":
            if counts.params_aux is None:
                why = plan.auxiliary_error.message if plan.auxiliary_error else "there is no auxiliary head"
                findings.add("E307", why, item.span)
            return counts.params_aux
    words = [
        a.value.name.text if isinstance(a.value, n.Call) and not a.value.arguments and a.name is None else ""
        for a in call.arguments
    ]
    wanted = "depth(normal)" if call.name.text == "depth" else "count(skip_connect, normal)"
    if len(words) != (1 if call.name.text == "depth" else 2) or "" in words:
        findings.add("E308", f"`{call.name}` is written `{wanted}`", call.span)
        return None
    dag = dags.get(words[-1])
    if dag is None:
        help = nearest(words[-1], dags)
        findings.add("E210", f"there is no cell `{words[-1]}`", call.arguments[-1].span, help=help)
        return None
    if call.name.text == "depth":
        return dag.depth
    return sum(edge.operations == (words[0],) for edge in dag.edges)


# ---------------------------------------------------------------- warnings


def _unread(dag: CellDag, findings: Findings) -> None:
    read = {source for edge in dag.edges for source in edge.sources} | set(dag.returned)
    for state in dag.states:
        if state not in read:
            spans = [edge.span for edge in dag.into[state]]
            help = "it is built and counted all the same"
            message = f"nothing reads `{state}` of cell `{dag.name}`"
            findings.add("W201", message, spans[0] if spans else dag.span, help=help)


def _gradients(plan: Plan, findings: Findings) -> None:
    """Cells that the output does not depend on: they are built and counted, but learn nothing."""
    count = len(plan.cells)
    live = [False] * count
    for index in range(count - 1, -1, -1):
        if index == count - 1:
            live[index] = True
            continue
        later = [after for after in (index + 1, index + 2) if after < count and live[after]]
        live[index] = any(_reads(plan.cells[after].dag, after - index) for after in later)
    dead = [index for index, alive in enumerate(live) if not alive]
    if dead:
        listed = ", ".join(map(str, dead[:8])) + (", ..." if len(dead) > 8 else "")
        plural = "s" * (len(dead) > 1)
        message = f"cell{plural} {listed} of network `{plan.stack.name}` learn{'' if plural else 's'} nothing"
        help = "no later cell reads what is returned there"
        findings.add("W203", message, plan.cells[dead[0]].placement.span, help=help)


def _reads(dag: CellDag, distance: int) -> bool:
    """Whether a cell depends on the output of the cell `distance` places before it."""
    if distance > len(dag.inputs):
        return False
    return dag.inputs[-distance] in dag.live


def _reductions(stack: Stack, findings: Findings) -> None:
    if len(stack.placements) > 1 and all(p.stride == 1 for p in stack.placements):
        help = "write `reduce/2` where the pictures are to become smaller and the network wider"
        findings.add("W204", f"network `{stack.name}` has no `/2`", stack.span, help=help)

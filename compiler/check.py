"""Every rule of the language beyond its grammar: one call reports all that is wrong with a document."""

from __future__ import annotations

from dataclasses import dataclass, field

from nasc.compiler.check_operations import check_operations
from nasc.compiler.dag import CellDag, numbered
from nasc.compiler.expand import Plan
from nasc.compiler.plan import AnyPlan, expand_any, family_network
from nasc.compiler.requirements import check_requirements, known
from nasc.compiler.resolve import Program, is_shipped, resolve
from nasc.compiler.scope import ExpandError
from nasc.compiler.stack import Stack, check_skeleton, lay_out
from nasc.compiler.write_out import write_out
from nasc.dsl import nodes as n
from nasc.dsl.collector import uncollected
from nasc.dsl.diagnostic import Findings
from nasc.dsl.source import Span


@dataclass(frozen=True)
class Checked:
    """What checking found out about a document: its names, its cells written out, the networks that can be built."""

    program: Program = field(repr=False)
    dags: dict[str, CellDag] = field(repr=False)
    plans: dict[str, AnyPlan] = field(repr=False)
    findings: Findings


@uncollected
def check(document: n.Document) -> Checked:
    """Apply every rule. Never raises: what is wrong is in `findings`."""
    findings = Findings()
    program = resolve(document, findings)
    dags: dict[str, CellDag] = {}
    for name, cell in program.cells.items():
        dag = write_out(cell, program, findings)
        if dag is not None:
            dags[name] = dag
    check_operations(document, program, findings)
    _skeletons(document, program, findings)
    # what is wrong so far would be found again, in other words, in every network that is written out
    good = not findings.failed
    plans: dict[str, AnyPlan] = {}
    placed: set[str] = set()
    networks = list(document.networks.values())
    if not networks and good and document.cells:
        networks = _family(document, program)
    complete = not program.missing
    for network in networks:
        requires = [item for item in network.body if isinstance(item, n.Require) and known(item, program, findings)]
        stack = lay_out(network, program, findings)
        if stack is None:
            complete = False
            continue
        placed |= {p.cell for p in stack.placements}
        if not _placed_kinds(stack, program, findings):
            continue
        if not good:
            continue
        try:
            plans[network.name.text] = plan = expand_any(stack, dags, program)
        except ExpandError as error:
            findings.report(error.diagnostic)
            continue
        check_requirements(plan, requires, dags, findings)
        if isinstance(plan, Plan):
            _gradients(plan, findings)
            _reductions(stack, findings)
    for name, dag in dags.items():
        if name in document.cells:
            _unread(document.cells[name], dag, findings)
            if networks and complete and name not in placed:
                help = "place it in the `cells:` of a network, or take it away"
                message = f"cell `{name}` is placed in no network"
                findings.add("W202", message, document.cells[name].name.span, help=help)
    return Checked(program, dags, plans, findings)


def _family(document: n.Document, program: Program) -> list[n.Network]:
    """The network that a text with cells alone is compiled as, where its cells have the names that one places."""
    chosen = family_network(document, program)
    if chosen is None or lay_out(chosen, program, Findings()) is None:
        return []
    return [chosen]


# ---------------------------------------------------------------- networks


def _skeletons(document: n.Document, program: Program, findings: Findings) -> None:
    """Skeletons of this text, extended or not."""
    for item in document.items:
        if isinstance(item, n.Network) and item.kind == "skeleton":
            check_skeleton(item, program, findings)
            for entry in item.body:
                if isinstance(entry, n.Require) and known(entry, program, findings):
                    help = "write it in a network that extends the skeleton"
                    findings.add("W206", "not checked: a skeleton is not built", entry.span, help=help)


def _placed_kinds(stack: Stack, program: Program, findings: Findings) -> bool:
    """Recurrent cells belong into language models, all others into networks of pictures; reported if not."""
    words = stack.input == "tokens"
    good = True
    for placement in {p.cell: p for p in stack.placements}.values():
        kind = program.cells[placement.cell].kind
        span = stack.span if is_shipped(placement.span.source) else placement.span
        if (kind == "recurrent") != words:
            where = "a language model" if words else "a network of pictures"
            help = "a language model places a `recurrent`, a network of pictures a `cell`"
            findings.add("E219", f"`{placement.cell}` is a `{kind}`, which {where} cannot place", span, help=help)
            good = False
        elif words and placement.stride != 1:
            findings.add("E220", "a recurrent cell has no stride", span, help=f"write `{placement.cell}`")
            good = False
    return good


# ---------------------------------------------------------------- warnings


def _unread(cell: n.Cell, dag: CellDag, findings: Findings) -> None:
    """States that nothing reads; those of one statement are named together."""
    read = {source for edge in dag.edges for source in edge.sources} | set(dag.returned)
    places: dict[Span, list[str]] = {}
    for state in dag.states:
        if state not in read:
            places.setdefault(_defined_at(cell, state), []).append(state)
    for span, states in places.items():
        listed = ", ".join(f"`{state}`" for state in states[:8]) + (", ..." if len(states) > 8 else "")
        help = f"{'they are' if len(states) > 1 else 'it is'} built and counted all the same"
        findings.add("W201", f"nothing reads {listed} of cell `{dag.name}`", span, help=help)


def _defined_at(cell: n.Cell, state: str) -> Span:
    """Where a cell defines a state."""
    for item in cell.statements:
        if isinstance(item, n.Triple):
            if state == f"s{item.state.text}":
                return item.state.span
            continue
        first, last, found = numbered(item.state.text), item.last and numbered(item.last.text), numbered(state)
        if item.state.text == state or (
            first and last and found and first[0] == found[0] and first[1] <= found[1] <= last[1]
        ):
            return item.state.span.to(item.last.span if item.last else item.state.span)
    return cell.name.span


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
        help = "no later cell reads what is returned there (cells are counted from 0)"
        span = plan.cells[dead[0]].placement.span
        findings.add("W203", message, plan.stack.span if is_shipped(span.source) else span, help=help)


def _reads(dag: CellDag, distance: int) -> bool:
    """Whether a cell depends on the output of the cell `distance` places before it."""
    if distance > len(dag.inputs):
        return False
    return dag.inputs[-distance] in dag.live


def _reductions(stack: Stack, findings: Findings) -> None:
    if len(stack.placements) > 1 and all(p.stride == 1 for p in stack.placements):
        help = "write `reduce/2` where the pictures are to become smaller and the network wider"
        findings.add("W204", f"network `{stack.name}` has no `/2`", stack.span, help=help)

"""The rules for operations, sets and chains that stand in a text, used or not: each is written out on a trial input."""

from __future__ import annotations

from dataclasses import replace

from nasc.compiler.expand import MAX_LAYERS
from nasc.compiler.graph import GraphBuilder
from nasc.compiler.layers import LAYERS
from nasc.compiler.offered import ACTIVATIONS, as_operation
from nasc.compiler.operations import MAX_DEPTH, PLACEHOLDERS, ChainWriter, write_chain
from nasc.compiler.resolve import Program, brought_by, told_at
from nasc.compiler.scope import ExpandError, Placeholder, Scope
from nasc.compiler.stack import CHAINS, mentions
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, nearest
from nasc.dsl.source import Span

TRIAL = (4096, 512, 512)
"""A large input, so that a trial fails by what is written and not by the shapes of a network."""
TRIAL_LAYERS = 10_000
"""An operation of more layers is not tried: what it is made of is."""
TAKEN = ("C", "stride", "classes", "out", "operation", "edge_weight", "sum")
"""Words with a meaning of their own in a chain."""


def check_operations(document: n.Document, program: Program, findings: Findings) -> None:
    """Report what is wrong with the operations, sets and chains of a document."""
    trials = _Trials(program, findings)
    for item in document.items:
        match item:
            case n.Op():
                trials.operation(item, {}, trials.sizes)
            case n.Ops():
                _members(item, program, findings)
            case n.Network():
                overrides = {o.key: o for o in item.body if isinstance(o, n.Op)}
                sizes = _Sizes(program, overrides) if overrides else trials.sizes
                _replacing(item, program, findings)
                for entry in item.body:
                    if isinstance(entry, n.Op):
                        trials.replacement(entry, overrides, sizes)
                    elif isinstance(entry, n.Setting) and entry.name.text in CHAINS:
                        trials.chain(entry.name.text, entry.value, overrides)
            case _:
                pass


class _Trials:
    def __init__(self, program: Program, findings: Findings) -> None:
        self.program = program
        self.findings = findings
        self.circles: set[frozenset[str]] = set()
        self.limits = False
        self.sizes = _Sizes(program, {})

    def operation(self, op: n.Op, overrides: dict[str, n.Op], sizes: _Sizes) -> None:
        if op.name.text in LAYERS:
            return  # reported where names are resolved
        if op.stride not in (None, 2):
            help = f"edges have stride 1 or 2: write `op {op.name}` for both, `op {op.name}/2` for stride 2"
            self.findings.add("E220", f"an operation has no form `/{op.stride}`", op.name.span, help=help)
            return
        seen: set[str] = set()
        for parameter in op.parameters:
            if parameter.text in seen:
                message = f"parameter `{parameter}` of `{op.name}` is named twice"
                self.findings.add("E208", message, parameter.span, help="leave one out")
            if parameter.text in TAKEN:
                message = f"`{parameter}` has a meaning of its own and cannot name a parameter"
                self.findings.add("E208", message, parameter.span, help="give it another name, such as `k`")
            seen.add(parameter.text)
        if (count := sizes.of(op.key)) > TRIAL_LAYERS:
            if count > MAX_LAYERS:
                self.limit(f"operation `{op.name}` becomes more than {MAX_LAYERS} layers", op.name.span)
            return
        parameters = dict.fromkeys(seen, 3)
        scope = self.scope(overrides, stride=op.stride or 1, parameters=parameters, trail=(op.key,))
        self.run(op.body, scope, op.name.span)

    def replacement(self, op: n.Op, overrides: dict[str, n.Op], sizes: _Sizes) -> None:
        """An operation that a network replaces."""
        if op.name.text in LAYERS:
            help = "a network replaces operations; layers stay what they are"
            self.findings.add("E217", f"`{op.name}` is the name of a layer", op.name.span, help=help)
            return
        self.operation(op, overrides, sizes)

    def chain(self, name: str, chain: n.Value, overrides: dict[str, n.Op]) -> None:
        """A chain of a skeleton; only `edge:` and `state:` have a word for what they stand around."""
        if not isinstance(chain, n.Chain):
            return  # reported where networks are laid out
        words: dict[str, Placeholder] = {word: _same for word, where in PLACEHOLDERS.items() if where == name}
        self.run(chain, self.scope(overrides, placeholders=words), chain.span)

    def limit(self, message: str, span: Span) -> None:
        """Report that a limit is passed, once: what uses such an operation passes it too."""
        if not self.limits:
            self.findings.add("E105", message, span)
        self.limits = True

    def scope(self, overrides: dict[str, n.Op], **more: object) -> Scope:
        return replace(
            Scope(self.program.ops, overrides, TRIAL[0], 10, limit=TRIAL_LAYERS),
            **more,  # type: ignore[arg-type]
        )

    def run(self, chain: n.Chain, scope: Scope, span: Span) -> None:
        """Write a chain out; what depends on the shapes of a real network is left to that network."""
        builder = GraphBuilder()
        at = builder.input(TRIAL)
        try:
            write_chain(builder, chain, at, scope, "trial")
        except ExpandError as error:
            if error.diagnostic.code.startswith("E3") or error.circle in self.circles:
                return
            if self.program.missing and error.diagnostic.code == "E202":
                return
            if error.diagnostic.code == "E105":
                self.limit(error.diagnostic.message, span)
                return
            if error.circle:
                self.circles.add(error.circle)
            self.findings.report(told_at(error.diagnostic, span))


def _same(writer: ChainWriter, at: int, scope: Scope) -> int:
    """A placeholder that changes nothing."""
    return at


class _Sizes:
    """How many layers operations become, counted without writing them out."""

    def __init__(self, program: Program, overrides: dict[str, n.Op]) -> None:
        self.operations = {**program.ops, **overrides}
        self.known: dict[str, int] = {}

    def of(self, key: str, depth: int = 0) -> int:
        if key in self.known or key not in self.operations:
            return self.known.get(key, 0)
        self.known[key] = 0  # within a circle, which is reported elsewhere
        if depth < MAX_DEPTH:
            self.known[key] = self.chain(self.operations[key].body, depth + 1)
        return self.known[key]

    def chain(self, chain: n.Chain, depth: int) -> int:
        total = 0
        for link in chain.links:
            if isinstance(link, n.Call):
                name = link.name.text
                total += 1 if name in LAYERS else max(self.of(name, depth), self.of(f"{name}/2", depth))
            else:
                total += sum(self.chain(branch, depth) for branch in link.branches)
        return total


def _replacing(network: n.Network, program: Program, findings: Findings) -> None:
    """An `op` in a network replaces an operation, or is used by the network itself; a typo does neither."""
    for op in network.body:
        if not isinstance(op, n.Op) or op.name.text in program.operation_names or program.missing:
            continue
        others = [b.body for b in network.body if isinstance(b, n.Op) and b is not op]
        others += [b.value for b in network.body if isinstance(b, n.Setting) and isinstance(b.value, n.Chain)]
        if op.name.text not in LAYERS and not any(mentions(chain, op.name.text) for chain in others):
            names = program.operation_names - set(program.sets)
            help = nearest(op.name.text, names) or "nothing in the network uses it either"
            findings.add("W207", f"`op {op.key}` replaces no operation", op.name.span, help=help)


def _members(item: n.Ops, program: Program, findings: Findings) -> None:
    """A set lists operations, each once."""
    known = program.operation_names - set(program.sets) | set(ACTIVATIONS)
    seen: set[str] = set()
    for member in item.members:
        name = member.text
        if name in seen:
            findings.add("E218", f"`{name}` stands twice in the set `{item.name}`", member.span, help="leave one out")
        seen.add(name)
        if name in known or program.missing:
            continue
        if name in program.sets:
            help = "write its operations out: a set lists operations"
            findings.add("E202", f"`{name}` is a set, not an operation", member.span, help=help)
        elif name in LAYERS:
            findings.add("E202", f"`{name}` is a layer, not an operation", member.span, help=as_operation(name))
        else:
            help = nearest(name, known) or brought_by(n.Op, name)
            findings.add("E202", f"there is no operation `{name}`", member.span, help=help)

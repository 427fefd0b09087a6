"""The keys of NNI 1 and 2: `normal_n3_p1` is the edge from `s1` into `s3`, `normal_n3_switch` names the chosen two.

An edge is the name of its operation, its number or a mask of booleans; `[]` and a mask of nothing are pruned edges.
A switch lists keys, numbers of sources, or a mask. NNI's own loader takes all of them, and so does this one.
"""

import re
from collections.abc import Sequence

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects import Reading, build, rows, two_cells
from nasc.dsl.dialects.fields import Drawn
from nasc.dsl.dialects.literal import Items, Literal, Mapping, Pair, String, Whole, Word
from nasc.dsl.dialects.mappings import by_key, missing, parse_mapping, unknown
from nasc.dsl.dialects.plain import Lost, Plain
from nasc.dsl.dialects.two_cells import CELLS, DARTS
from nasc.dsl.source import Source, Span

NAMES = dict(
    zip(
        ("maxpool", "avgpool", "skipconnect", "sepconv3x3", "sepconv5x5", "dilconv3x3", "dilconv5x5"),
        DARTS,
        strict=True,
    )
)
"""NNI's names of the operations, in its order: numbers and masks follow it."""
THEIRS = {ours: theirs for theirs, ours in NAMES.items()}
_KEY = re.compile(r"(normal|reduce)_n([2-9]|[1-9]\d{1,3})_(?:p(0|[1-9]\d{0,3})|switch)")
_TRUTH = {"true": True, "True": True, "false": False, "False": False}
_SWITCH = -1
"""Stands for the switch among the sources of a state."""


def read(source: Source) -> Reading:
    """The document of an exported architecture. Raises `NasError`: E105, E109, E203."""
    findings = Findings()
    mapping = parse_mapping(source, findings)
    entries: dict[str, dict[int, dict[int, Pair]]] = {name: {} for name in CELLS}
    for key, pair in by_key(mapping, findings).items():
        found = _KEY.fullmatch(key)
        if found is None:
            unknown(pair, "`normal_n2_p0`, `normal_n2_switch`, `reduce_n2_p0`, ...", findings)
        else:
            place = _SWITCH if found[3] is None else int(found[3])
            entries[found[1]].setdefault(int(found[2]), {})[place] = pair
    reader = _Reader(mapping, findings)
    edges = {name: reader.rows(name, entries[name]) for name in CELLS}
    if not findings.failed:
        two_cells.same_depth(edges, mapping.span, findings)
    findings.raise_errors()
    reader.warn()
    cells = [two_cells.cell(name, row, mapping.span, findings) for name, row in edges.items()]
    network = build.network("cifar", "nni_cifar", mapping.span, channels=36, layers=20)
    return Reading(
        build.document(source, "std.darts", mapping.span, *cells, network),
        tuple(findings.in_order()),
    )


class _Reader:
    """Reads the edges of both cells, and collects the operations that are not chosen."""

    def __init__(self, mapping: Mapping, findings: Findings) -> None:
        self.mapping = mapping
        self.findings = findings
        self.left_out: list[Span] = []

    def rows(self, name: str, states: dict[int, dict[int, Pair]]) -> rows.Rows:
        """The two edges into each state."""
        if not states:
            missing(f"the cell `{name}`", self.mapping, self.findings)
            return []
        made = []
        for state in range(2, max(states) + 1):
            entries = states.get(state, {})
            lacks = next((place for place in (*range(state), _SWITCH) if place not in entries), None)
            if lacks is not None:
                key = f"{name}_n{state}_" + ("switch" if lacks == _SWITCH else f"p{lacks}")
                missing(f"the key `{key}`", self.mapping, self.findings)
                return []
            for place, pair in entries.items():
                if place >= state:
                    label = f"`s{state}` can only read states before it"
                    self.findings.add("E203", f"there is no edge from `s{place}` into `s{state}`", pair.key.span, label)
            made.append(self._row(f"{name}_n{state}", state, entries))
        return made

    def _row(self, key: str, state: int, entries: dict[int, Pair]) -> list[Drawn]:
        operations = {place: self._operation(entries[place]) for place in range(state)}
        row = []
        for source in self._chosen(key, state, entries[_SWITCH]):
            operation = operations.pop(source.value)
            if operation is not None:
                row.append(Drawn(operation, source, None, None, operation.span))
            elif not self.findings.failed:
                text = f"`{key}_p{source.value}` is chosen, and has no operation"
                self.findings.add("E109", text, source.span)
        self.left_out += [name.span for name in operations.values() if name is not None]
        return row

    def _operation(self, pair: Pair) -> n.Name | None:
        """The operation of an edge; None where it is pruned, or after an error."""
        value = pair.value
        if isinstance(value, Items) and len(value.members) == 1:
            value = value.members[0]  # NNI takes a list of one for what it holds
        match value:
            case String(value=word) if word in NAMES:
                return n.Name(NAMES[word], value.span)
            case Whole(value=number) if 0 <= number < len(DARTS):
                return n.Name(DARTS[number], value.span)
            case Items(members=members):
                mask = _mask(members)
                if not members or (mask == [] and len(members) == len(DARTS)):
                    return None
                if mask is not None and len(mask) == 1 and len(members) == len(DARTS):
                    return n.Name(DARTS[mask[0].value], mask[0].span)
        help = f"`[]`, a number from 0 to {len(DARTS) - 1}, {len(DARTS)} booleans, or one of: {', '.join(NAMES)}"
        self.findings.add("E109", f"`{pair.key.value}` does not say one operation", value.span, help=help)
        return None

    def _chosen(self, key: str, state: int, pair: Pair) -> list[Whole]:
        """The two sources of a state, each at its place."""
        members = pair.value.members if isinstance(pair.value, Items) else ()
        keys = {f"{key}_p{source}": source for source in range(state)}
        mask = _mask(members)
        chosen: list[Whole] = []
        if mask is not None and len(members) == state:
            chosen = mask
        for member in members:
            match member:
                case String(value=word) if word in keys:
                    chosen.append(Whole(keys[word], member.span))
                case Whole(value=source) if 0 <= source < state:
                    chosen.append(member)
                case Word() if mask is not None:
                    pass
                case _:
                    help = "sources: " + ", ".join(f"`{known}`" for known in list(keys)[: build.SHOWN])
                    self.findings.add("E109", f"this is no source of `s{state}`", member.span, help=help)
                    return []
        if len({source.value for source in chosen}) != 2 or len(chosen) != 2:
            help = "every state takes two edges from different sources"
            self.findings.add("E109", f"`{pair.key.value}` does not choose two", pair.value.span, help=help)
            return []
        return chosen

    def warn(self) -> None:
        """W205 for operations that stand in the text and lead nowhere."""
        if self.left_out:
            count = len(self.left_out)
            text = f"{count} operations are not chosen" if count > 1 else "an operation is not chosen"
            label = "the first of them" if count > 1 else ""
            help = "NNI computes and drops what no `_switch` names; it is left out"
            self.findings.add("W205", text, self.left_out[0], label, help)


def _mask(members: Sequence[Literal]) -> list[Whole] | None:
    """The numbers of the true ones among booleans; None where these are none."""
    found = []
    for place, member in enumerate(members):
        if not (isinstance(member, Word) and member.text in _TRUTH):
            return None
        if _TRUTH[member.text]:
            found.append(Whole(place, member.span))
    return found


def to_write(document: n.Document, lost: Lost) -> dict[str, Plain]:
    """The two cells, in what all forms of NNI 1 and 2 can say. Raises `NasError` (E110)."""
    cells = two_cells.to_write(document, lost)
    two_cells.lose_other_operations(cells, DARTS, lost)
    two_cells.lose_double_sources(cells, lost)
    return cells

"""Names: what a document defines, and what its `use` lines bring."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from nasc import genotypes
from nasc.compiler import layers
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Diagnostic, Findings, NasError, nearest
from nasc.dsl.reader import read, read_path
from nasc.dsl.source import Source, Span

Definition = n.Op | n.Ops | n.Cell | n.Network
_KINDS = {n.Op: "operation", n.Ops: "operation set", n.Cell: "cell", n.Network: "network or skeleton"}


@dataclass(frozen=True)
class Program:
    """A document with every name it can speak of.

    `ops` is keyed by name and form (`skip_connect/2`); `networks` holds skeletons too; `origin` says for each
    definition (by kind and name) which document it stands in. `missing` lists what `use` lines name and cannot be
    read: an unknown name may come from there, so it is not reported.
    """

    document: n.Document
    ops: dict[str, n.Op] = field(default_factory=dict)
    sets: dict[str, n.Ops] = field(default_factory=dict)
    cells: dict[str, n.Cell] = field(default_factory=dict)
    networks: dict[str, n.Network] = field(default_factory=dict)
    origin: dict[tuple[str, str], n.Document] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def table(self, kind: type[Definition]) -> dict[str, Definition]:
        """The table in which definitions of one kind stand."""
        tables: dict[type, object] = {n.Op: self.ops, n.Ops: self.sets, n.Cell: self.cells, n.Network: self.networks}
        return tables[kind]  # type: ignore[return-value]

    @property
    def operation_names(self) -> set[str]:
        """Every name that may stand on an edge: operations in any form, and sets."""
        return {key.partition("/")[0] for key in self.ops} | set(self.sets)


def resolve(document: n.Document, findings: Findings) -> Program:
    """The program of a document. Reports unknown files (E213), circles (E214) and clashing names (E208, E215)."""
    program = Program(document)
    _add_all(program, document, findings, trail=(_identity(document.source),), own=True)
    return program


def _add_all(program: Program, document: n.Document, findings: Findings, trail: tuple[str, ...], own: bool) -> None:
    for item in document.items:
        match item:
            case n.Use():
                used = _used(item, findings)
                if used is None:
                    program.missing.append(item.path)
                    continue
                if _identity(used.source) in trail:
                    findings.add("E214", f"`{item.path}` uses itself", item.span, help="take this line away")
                else:
                    _add_all(program, used, findings, (*trail, _identity(used.source)), own=False)
            case n.Op() | n.Ops() | n.Cell():
                _add(program, item, document, findings)
            case n.Network() if own or item.kind == "skeleton":
                _add(program, item, document, findings)
            case _:
                pass


def _add(program: Program, item: Definition, document: n.Document, findings: Findings) -> None:
    key = item.key if isinstance(item, n.Op) else item.name.text
    kind = _KINDS[type(item)]
    table = program.table(type(item))
    if isinstance(item, n.Op | n.Ops) and item.name.text in layers.LAYERS:
        help = "give the operation another name"
        findings.add("E217", f"`{item.name}` is the name of a layer", item.name.span, help=help)
        return
    if isinstance(item, n.Op | n.Ops):
        other = program.sets if isinstance(item, n.Op) else program.ops
        if item.name.text in other:
            first = other[item.name.text].span
            help = f"the other one stands in {first.source.name}:{first.source.place(first.start)[0]}"
            findings.add("E208", f"`{item.name}` is both an operation and an operation set", item.name.span, help=help)
            return
    if table.get(key) is item:
        return  # one file may come by two ways: by its own `use`, and by that of another
    if key not in table:
        table[key] = item
        program.origin[kind, key] = document
    elif program.origin[kind, key] is document:
        line = table[key].span.source.place(table[key].span.start)[0]
        findings.add("E208", f"{kind} `{key}` is defined twice", item.name.span, help=f"first defined in line {line}")
    elif table[key] != item:
        first = table[key].span
        place = f"{first.source.name}:{first.source.place(first.start)[0]}"
        message = f"{kind} `{key}` differs from the one of the same name in {place}"
        help = "rename one of them"
        if isinstance(item, n.Op):
            help += f"; to replace the operation in one network, write `op {key} = ...` inside that network"
        findings.add("E215", message, item.name.span, help=help)


def _identity(source: Source) -> str:
    path = Path(source.name)
    return str(path.resolve()) if os.path.exists(path) else source.name


def _used(item: n.Use, findings: Findings) -> n.Document | None:
    """The document that a `use` names, or None with the reason reported."""
    try:
        if item.file:
            path = Path(item.span.source.name).parent / item.path
            if not os.path.isfile(path):  # False also for a name that no system allows, where pathlib raises
                help = "a file in quotes is looked for beside the text that names it"
                findings.add("E213", f"there is no file {path}", item.span, help=help)
                return None
            return read(read_path(path)).document
        if not genotypes.shipped(item.path.replace(".", "/")).is_file():
            help = nearest(item.path, _shipped()) or "shipped: " + ", ".join(_shipped())
            findings.add("E213", f"there is no `{item.path}`", item.span, help=help)
            return None
        return shipped_document(item.path.replace(".", "/"))
    except NasError as error:
        for diagnostic in error.diagnostics:
            findings.report(diagnostic)
        return None


def brought_by(kinds: type[Definition] | tuple[type[Definition], ...], name: str) -> str:
    """A `help` that names the shipped file a name comes from, or nothing where none has it."""
    for path in _shipped():
        for item in shipped_document(path.replace(".", "/")).items:
            if isinstance(item, kinds) and item.name.text == name:
                return f"`use {path}` brings it"
    return ""


def is_shipped(source: Source) -> bool:
    """Whether a text is one of the prelude, which a user cannot change."""
    path = source.name.removesuffix(".nas")
    return path.startswith("std/") and genotypes.shipped(path).is_file() and shipped_document(path).source is source


def told_at(diagnostic: Diagnostic, span: Span) -> Diagnostic:
    """A problem that shows within the prelude, told at the place in the user's own text that leads there."""
    at = diagnostic.span
    if at is None or not is_shipped(at.source) or is_shipped(span.source):
        return diagnostic
    words = " ".join(at.text.split())
    words = words if len(words) <= 40 else words[:37] + "..."
    label = diagnostic.label or f"`{words}` in {at.source.name}:{at.source.place(at.start)[0]}"
    return replace(diagnostic, span=span, label=label)


def _shipped() -> list[str]:
    return [f"std.{name}" for name in genotypes.names("std")]


@cache
def shipped_document(path: str) -> n.Document:
    """The parsed text of a shipped file, such as `std/darts`."""
    text = genotypes.shipped(path).read_text(encoding="utf-8")
    return read(Source(f"{path}.nas", text), dialect="nas").document


def uses(document: n.Document) -> Iterator[n.Use]:
    """The `use` lines of a document."""
    return (item for item in document.items if isinstance(item, n.Use))

"""Names: what a document defines, and what its `use` lines bring."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from nasc import genotypes
from nasc.compiler import layers
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, NasError, nearest
from nasc.dsl.reader import read, read_path
from nasc.dsl.source import Source

Definition = n.Op | n.Ops | n.Cell | n.Network
_KINDS = {n.Op: "operation", n.Ops: "operation set", n.Cell: "cell", n.Network: "network or skeleton"}


@dataclass(frozen=True)
class Program:
    """A document with every name it can speak of.

    `ops` is keyed by name and form (`skip_connect/2`); `networks` holds skeletons too; `origin` says for each
    definition (by kind and name) which document it stands in.
    """

    document: n.Document
    ops: dict[str, n.Op] = field(default_factory=dict)
    sets: dict[str, n.Ops] = field(default_factory=dict)
    cells: dict[str, n.Cell] = field(default_factory=dict)
    networks: dict[str, n.Network] = field(default_factory=dict)
    origin: dict[tuple[str, str], n.Document] = field(default_factory=dict)

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
                    continue
                if _identity(used.source) in trail:
                    findings.add("E214", f"`{item.path}` uses itself", item.span)
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
            findings.add("E208", f"`{item.name}` is both an operation and an operation set", item.name.span)
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
        findings.add("E215", message, item.name.span, help="rename one of them")


def _identity(source: Source) -> str:
    path = Path(source.name)
    return str(path.resolve()) if path.exists() else source.name


def _used(item: n.Use, findings: Findings) -> n.Document | None:
    """The document that a `use` names, or None with the reason reported."""
    try:
        if item.file:
            path = Path(item.span.source.name).parent / item.path
            if not path.is_file():
                findings.add("E213", f"there is no file {path}", item.span)
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

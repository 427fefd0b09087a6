"""Drawings of a document, and how they become files: `nasc render`."""

from __future__ import annotations

import html
import importlib.metadata
import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from nasc.compiler.dag import CellDag
from nasc.compiler.draw_cell import Sets, add_cell, cell_drawing, suit
from nasc.compiler.draw_stack import language_drawing, stack_drawing
from nasc.compiler.draw_style import FONT, Drawing, sheet
from nasc.compiler.plan import choose, plan
from nasc.compiler.resolve import Program, resolve
from nasc.compiler.stack import Options, lay_out
from nasc.compiler.write_out import write_out
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, fail, nearest
from nasc.dsl.source import Span

__all__ = ["FORMATS", "cell_drawing", "document_drawings", "language_drawing", "save", "stack_drawing"]

FORMATS = ("svg", "png", "pdf", "dot")
"""The suffixes of files that drawings are saved as."""
SECONDS = 120
"""How long a layout may take: far more than any cell needs that a person could read."""
DPI = 192
"""The resolution of a png: sharp on a slide."""
AS_WRITTEN = Options()
INSTALL = (
    "install Graphviz, such as `apt install graphviz` or `brew install graphviz`; "
    "`pip install graphviz-pure` does for svg and png"
)


# ---------------------------------------------------------------- what is drawn


def document_drawings(
    document: n.Document, network: str | None = None, cell: str | None = None, options: Options = AS_WRITTEN
) -> Drawing:
    """The drawing of one network or one cell, if asked for, else of all cells of the document side by side.

    Cells that the document takes from `std` are drawn where a network of its own places them.
    Raises `NasError`: there is none of that name (E210, E309), or what is wrong with what is to be drawn.
    """
    findings = Findings()
    program = resolve(document, findings)
    if network is not None:
        return _network(document, program, network, options, findings)
    names = [cell] if cell is not None else _names(document, program)
    dags = [_dag(document, name, program, findings) for name in names]
    findings.raise_errors()
    sets = {name: tuple(member.text for member in ops.members) for name, ops in program.sets.items()}
    found = [dag for dag in dags if dag is not None]
    return cell_drawing(found[0], sets) if len(found) == 1 else _side_by_side(found, sets)


def _names(document: n.Document, program: Program) -> list[str]:
    """The cells of a document: those written in it, then those its networks place and `use` brings."""
    placed: list[str] = []
    for network in document.networks.values():
        stack = lay_out(network, program, Findings())
        placed += [p.cell for p in stack.placements] if stack is not None else []
    names = list(dict.fromkeys([*document.cells, *placed]))
    if not names:
        help = "write a cell, or draw the text that it is used from"
        raise fail("E210", "the text has no cell to draw", Span(document.source, 0, 0), help=help)
    return names


def _dag(document: n.Document, name: str, program: Program, findings: Findings) -> CellDag | None:
    if name in program.cells:
        return write_out(program.cells[name], program, findings)
    help = nearest(name, program.cells) or f"cells: {', '.join(program.cells)}"
    raise fail("E210", f"there is no cell `{name}`", Span(document.source, 0, 0), help=help)


def _network(document: n.Document, program: Program, name: str, options: Options, findings: Findings) -> Drawing:
    stack = lay_out(choose(document, program, name), program, findings, options)
    findings.raise_errors()
    assert stack is not None
    if stack.input != "tokens":
        return stack_drawing(plan(document, name, options))
    dags = {placement.cell: _dag(document, placement.cell, program, findings) for placement in stack.placements}
    findings.raise_errors()
    return language_drawing(stack, {name: dag for name, dag in dags.items() if dag is not None})


def _side_by_side(dags: list[CellDag], sets: Sets) -> Drawing:
    """Cells as titled frames, row by row. A cell is wide: few of them stand best one above the other.

    Each is laid out by itself and packed in the order it is given. Graphviz packs before it turns the drawing
    to run from left to right: the columns of the packing become rows, of which the first is at the bottom.
    """
    columns = next((i for i, most in enumerate((3, 10, 18), start=1) if len(dags) <= most), 4)
    drawing = sheet(f"{len(dags)} cells", "")
    drawing.attr(packmode=f"array_ictr{columns}", pack="16", remincross="false")
    suit(drawing, dags)
    for start in reversed(range(0, len(dags), columns)):
        for index in range(start, start + columns):
            if index < len(dags):
                add_cell(drawing, dags[index], sets, index)
            else:
                with drawing.subgraph(name=f"cluster_{index}") as blank:  # frames are packed before bare nodes
                    blank.attr(style="invis")
                    blank.node(f"{index} blank", "", style="invis")
    return drawing


# ---------------------------------------------------------------- files


def save(drawing: Drawing, path: Path) -> str | None:
    """Write a drawing as its suffix says (svg, png, pdf, dot), whole or not at all.

    Gives a sentence to show where another program than `dot` had to draw. Raises `NasError`: nothing here can
    draw it (E801), a suffix that is none of these (E802), a path that cannot be written (E803).
    """
    format = path.suffix.lower().removeprefix(".")
    if format not in FORMATS:
        message = f"{path.name} does not end in the name of a format" if not format else f"`.{format}` cannot be drawn"
        raise fail("E802", message, help=f"end the file's name in {', '.join('.' + f for f in FORMATS)}")
    data, said = (drawing.source.encode(), None) if format == "dot" else laid_out(drawing, format)
    _write(path, data)
    return said


def laid_out(drawing: Drawing, format: str) -> tuple[bytes, str | None]:
    """The drawing in a format, by the first program that can, and what to say about which that was.

    Raises `NasError` (E801): nothing here can draw it.
    """
    problems = []
    for program, pure in _programs():
        if pure and format == "pdf":
            continue
        try:
            # graphviz-pure knows the widths of single fonts, and takes those of Times for a list of them
            source = drawing.source.replace(FONT, FONT.partition(",")[0]) if pure else drawing.source
            data = _run(program, source, format)
        except (OSError, subprocess.SubprocessError) as error:
            problems.append(f"{Path(program).name}: {_reason(error)}")
            continue
        if format == "svg":
            data = _self_contained(data.decode(), drawing.name or "nasc").encode()
        return data, "drawn with graphviz-pure, as the program `dot` is not at hand" if pure else None
    if problems:
        message = f"the drawing could not be laid out ({'; '.join(problems)})"
        raise fail("E801", message, help="save it as .dot and draw that, or draw one cell of it with --cell")
    message = f"nothing here can draw a {format}: the program `dot` of Graphviz was not found"
    raise fail("E801", message, help=INSTALL)


def _programs() -> list[tuple[str, bool]]:
    """The programs that can lay out, the best first, and whether each is graphviz-pure."""
    found = [(dot, False)] if (dot := shutil.which("dot")) else []
    pure = _graphviz_pure()
    return [*found, (pure, True)] if pure else found


def _graphviz_pure() -> str | None:
    """The command of the package graphviz-pure, also where no active environment has put it on the path."""
    try:
        files = importlib.metadata.files("graphviz-pure") or []
    except importlib.metadata.PackageNotFoundError:
        return shutil.which("graphviz-pure")
    for file in files:
        if file.stem == "graphviz-pure" and file.suffix in ("", ".exe") and Path(str(file.locate())).is_file():
            return str(file.locate())
    return shutil.which("graphviz-pure")


def _run(program: str, source: str, format: str) -> bytes:
    command = [program, f"-T{format}", *([f"-Gdpi={DPI}"] if format == "png" else [])]
    done = subprocess.run(command, input=source.encode(), capture_output=True, timeout=SECONDS, check=True)
    if not done.stdout:
        raise OSError("it wrote nothing")
    return done.stdout


def _reason(error: Exception) -> str:
    """Why a program failed, in a line."""
    if isinstance(error, subprocess.TimeoutExpired):
        return f"not done after {SECONDS} seconds"
    if isinstance(error, subprocess.CalledProcessError):
        said = error.stderr.decode(errors="replace").strip().splitlines()
        return said[0] if said else f"exit code {error.returncode}"
    return str(error)


def _self_contained(svg: str, title: str) -> str:
    """An SVG with a title of its own and without the reference to a DTD on the web."""
    svg = re.sub(r"<!DOCTYPE[^>]*>\s*", "", svg, count=1)
    return re.sub(r"<svg\b[^>]*>", lambda m: f"{m[0]}\n<title>{html.escape(title)}</title>", svg, count=1)


def _write(path: Path, data: bytes) -> None:
    """Written beside and renamed, so that no reader meets half a file."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        missing = not path.parent.is_dir()
        help = f"there is no folder {path.parent}" if missing else ""
        raise fail("E803", f"{path} cannot be written: {error.strerror or error}", help=help) from None

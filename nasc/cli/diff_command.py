"""`nasc diff`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nasc.cli.loading import document
from nasc.cli.options import DIALECT, JSON
from nasc.cli.reporting import note
from nasc.dsl.diagnostic import many

if TYPE_CHECKING:
    from nasc.compiler.difference import CellDifference, Difference


@click.command("diff")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@DIALECT
@click.option("--network", metavar="NAME", help="The network meant; else the one that `train` names, or the first.")
@click.option("--svg", "svg", type=click.Path(path_type=Path), help="Draw both there, edges that differ marked.")
@JSON
def command(a: str, b: str, dialect: str | None, network: str | None, svg: Path | None, as_json: bool) -> None:
    """Say in what the genotypes A and B differ: edges cell by cell, what they cost, and the D-DARTS distance.

    \b
    Example:
      nasc diff darts_v1 darts_v2 --svg difference.svg
    """
    from nasc.compiler.difference import difference

    found = difference(document(a, dialect, warn=False), document(b, dialect, warn=False), network)
    if svg is not None:
        from nasc.compiler.draw_difference import difference_drawing
        from nasc.compiler.render import save

        said = save(difference_drawing(found.cells, ("A", "B")), svg)
        if said:
            note(said)
    if as_json:
        click.echo(json.dumps(_as_json(found), indent=2))
        return
    for cell in found.cells:
        _say(cell)
    click.echo("\n".join(_lined_up(_figures(found, (a, b)), right=True)))
    verdict = "A and B are the same genotype" if found.same else "A and B are different genotypes"
    click.echo(f"\n{verdict}")


def _say(cell: CellDifference) -> None:
    """One cell as a table: what A has, what B has."""
    from nasc.compiler.difference import shown

    alone = "only in A" if cell.after is None else "only in B" if cell.before is None else ""
    if cell.same and not cell.edges:
        click.echo(f"{cell.name}: {many(cell.alike, 'edge')}, {'the' if cell.alike == 1 else 'all the'} same\n")
        return
    heading = alone or f"{many(cell.alike, 'edge')} the same"
    click.echo(f"{cell.name}: {heading}")
    rows: list[tuple[str, ...]] = [("", "A", "B")]
    for change in cell.edges:
        before = shown(change.before) if change.before is not None else "-"
        after = shown(change.after) if change.after is not None else "-"
        rows.append((f"{change.edge.state} =", before, after))
    if cell.returns is not None:
        rows.append(("return", *cell.returns))
    click.echo("\n".join(f"  {line}" for line in _lined_up(rows)) + "\n")


FIGURES = {"params": "params", "params_aux": "with auxiliary head", "macs": "MACs"}


def _figures(found: Difference, names: tuple[str, str]) -> list[tuple[str, ...]]:
    """Params, MACs and the distance, where there are any."""
    rows: list[tuple[str, ...]] = [("", *names, "change")]
    for name, title in FIGURES.items():
        before, after = (getattr(stats, name, None) for stats in found.stats)
        if before is not None and after is not None:
            rows.append((title, f"{before:,}", f"{after:,}", f"{after - before:+,}"))
    distance = f"{found.distance:.4f}" if found.distance is not None else "not defined"
    return [*rows, ("D-DARTS distance", "", "", distance)]


def _lined_up(rows: list[tuple[str, ...]], right: bool = False) -> list[str]:
    """Rows with their columns one below the other; the first to the left, the others as told."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        others = [text.rjust(w) if right else text.ljust(w) for text, w in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([row[0].ljust(widths[0]), *others]).rstrip())
    return lines


def _as_json(found: Difference) -> dict[str, Any]:
    from nasc.compiler.difference import shown

    def edge(one: Any) -> str | None:
        return shown(one) if one is not None else None

    def figures(name: str) -> list[int | None]:
        return [getattr(stats, name, None) for stats in found.stats]

    cells = [
        {
            "name": cell.name,
            "alike": cell.alike,
            "edges": [
                {"kind": c.kind, "state": c.edge.state, "a": edge(c.before), "b": edge(c.after)} for c in cell.edges
            ],
            "return": list(cell.returns) if cell.returns is not None else None,
        }
        for cell in found.cells
    ]
    about = {name: figures(name) for name in FIGURES}
    return {"same": found.same, "cells": cells, **about, "distance": found.distance}

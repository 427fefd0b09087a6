"""`nasc check`"""

from __future__ import annotations

import json
from typing import Any

import click

from nasc.cli.loading import checked
from nasc.cli.options import DIALECT, JSON
from nasc.cli.reporting import WRONG, report
from nasc.compiler.check import Checked
from nasc.compiler.space import Space, space_of
from nasc.dsl.diagnostic import Diagnostic, NasError, many


@click.command("check")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@DIALECT
@click.option("--in", "space_file", metavar="SPACE", help="Is each FILE a point of this space, and if not, why?")
@JSON
@click.pass_context
def command(
    ctx: click.Context, files: tuple[str, ...], dialect: str | None, space_file: str | None, as_json: bool
) -> None:
    """Report every problem of FILE..., each at its place; for a space also its exact size.

    \b
    Example:
      nasc check darts_v2 my_space.nas
      nasc check my_genotype.nas --in my_space.nas
    """
    around = None
    if space_file is not None:
        _, around, _ = checked(space_file)
        around.findings.raise_errors()
    diagnostics: list[Diagnostic] = []
    spaces: list[tuple[str, Space]] = []
    for file in files:
        try:
            _, found, problems = checked(file, dialect)
        except NasError as error:
            diagnostics += error.diagnostics
            continue
        diagnostics += problems
        if around is not None and not found.findings.failed:
            from nasc.compiler.membership import contains

            outside = contains(around, found)
            diagnostics += outside
            if not outside and not as_json:
                click.echo(f"{file}: a point of {space_file}")
            continue
        space = None if found.findings.failed else _space(found)
        if space is not None:
            spaces.append((file, space))
        if not as_json:
            _say(file, found, space)
    if as_json:
        about = _as_json(spaces[0][1]) if spaces else None
        click.echo(json.dumps({"diagnostics": [d.as_json() for d in diagnostics], "space": about}, indent=2))
    else:
        report(diagnostics)
    if any(d.severity == "error" for d in diagnostics):
        ctx.exit(WRONG)


def _space(found: Checked) -> Space | None:
    return space_of(found) if any(dag.open for dag in found.dags.values()) else None


def _say(file: str, found: Checked, space: Space | None) -> None:
    if found.findings.failed:
        return
    if space is None:
        click.echo(f"{file}: good")
        return
    line = f"{file}: a space of {many(space.size, 'genotype')}"
    if space.params is not None and space.macs is not None:
        line += f", {space.params[0]:,} to {space.params[1]:,} params, {space.macs[0]:,} to {space.macs[1]:,} MACs"
        line += f" (network `{space.network}`)"
    click.echo(line)


def _as_json(space: Space) -> dict[str, Any]:
    def exact(number: int) -> int | str:
        """JSON readers hold whole numbers exactly up to 2^53; larger ones are texts."""
        return number if abs(number) <= 2**53 else str(number)

    params = [exact(number) for number in space.params] if space.params else None
    macs = [exact(number) for number in space.macs] if space.macs else None
    return {"size": exact(space.size), "params": params, "macs": macs}

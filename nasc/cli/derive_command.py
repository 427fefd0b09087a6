"""`nasc derive`"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from nasc.cli.loading import document
from nasc.cli.options import DIALECT, Count
from nasc.cli.refusing import refuse


@click.command("derive")
@click.argument("file", metavar="RUN|FILE")
@DIALECT
@click.option("--rule", metavar="RULE", help="How edges are chosen; else as the search does it.")
@click.option(
    "--threshold", type=click.FloatRange(0, 1), default=0.85, show_default=True, help="For sparse, edge, complete."
)
@click.option("--layers", type=Count(), help="Number of cells, derived as D-DARTS does it.")
@click.option(
    "--reductions",
    type=click.Choice(["move", "keep"]),
    default="move",
    show_default=True,
    help="With --layers, in a deeper D-DARTS stack: move the /2 cells to the thirds, or keep them.",
)
@click.option("--network", metavar="NAME", help="For --layers; else the one that the recipe names, or the first.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Where to write it; else standard output.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    file: str,
    dialect: str | None,
    rule: str | None,
    threshold: float,
    layers: int | None,
    reductions: Literal["move", "keep"],
    network: str | None,
    out: Path | None,
) -> None:
    """Derive another genotype from saved strengths, by another rule; or a deeper network from a genotype.

    RUN is the directory of a search; FILE a text whose edges carry strengths or, with --layers alone, any genotype.
    Rules: darts, gdas, ptdarts, pdarts, sparse, edge, complete, nasbench201.

    \b
    Example:
      nasc derive runs/first --rule edge -o wider.nas
      nasc derive ddarts_cifar10_sparse --layers 14
    """
    from nasc.compiler.stack import Options
    from nasc.dsl.printer import to_text
    from nasc.runtime.derive_rules import RULES
    from nasc.runtime.derive_saved import derive_any, is_run
    from nasc.runtime.text_file import write_text

    path = Path(file)
    if layers is None:
        refuse(ctx, ("reductions", "network"), "this says how a deeper network is derived, with --layers.")
    if is_run(path):
        refuse(ctx, ("dialect",), "a run is a .nas text.")
    if rule in RULES and not RULES[rule].threshold:
        having = ", ".join(name for name, other in RULES.items() if other.threshold)
        refuse(ctx, ("threshold",), f"the rule `{rule}` has none; {having} have.")
    source = path if is_run(path) else document(file, dialect, warn=False)
    options = Options(layers=layers, reductions=reductions)
    found = derive_any(source, rule, threshold, options, network)
    said = [f"--rule {rule}"] if rule is not None else []
    if layers is not None:
        said.append(f"--layers {layers}" + (" --reductions keep" if reductions == "keep" else ""))
    text = f"# nasc derive {' '.join([path.name, *said])}\n" + to_text(found)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_text(out, text)

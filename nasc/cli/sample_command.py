"""`nasc sample`"""

from __future__ import annotations

from pathlib import Path

import click

from nasc.cli.loading import checked
from nasc.cli.options import Count


@click.command("sample")
@click.argument("file", metavar="SPACE")
@click.option("-n", "count", type=Count(most=10**6), default=1, show_default=True, help="How many.")
@click.option("--seed", type=Count(0, 2**62), default=0, show_default=True, help="Seed of the first.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="A folder for NNNN.nas; else standard output.")
def command(file: str, count: int, seed: int, out: Path | None) -> None:
    """Draw genotypes of SPACE, each of them with the same probability.

    \b
    Example:
      nasc sample darts --seed 7 > random.nas
    """
    from nasc.compiler.sample import sample
    from nasc.compiler.space import open_choices
    from nasc.dsl.diagnostic import fail
    from nasc.dsl.printer import to_text
    from nasc.runtime.text_file import write_text

    _, found, _ = checked(file)
    found.findings.raise_errors()
    if not open_choices(found):
        raise fail("E310", f"nothing is open in {file}", help="an open edge names a set of operations")
    for number in range(seed, seed + count):
        text = f"# nasc sample, seed {number}\n" + to_text(sample(found, number))
        if out is None:
            click.echo(text)
        else:
            write_text(out / f"{number:04d}.nas", text)

"""`nasc import-weights`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nasc.cli.loading import document
from nasc.cli.options import FILE, NETWORK, options_of
from nasc.cli.reporting import note
from nasc.dsl.diagnostic import many


@click.command("import-weights")
@click.argument("checkpoint", metavar="CHECKPOINT", type=click.Path(path_type=Path))
@FILE
@click.option("--from", "origin", required=True, metavar="ORIGIN", help="Whose code wrote it: darts, ddarts, ...")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="The safetensors file to write.")
@click.option("--data", default="", metavar="NAME", help="The data set that the weights were trained on.")
@NETWORK
def command(checkpoint: Path, file: str, origin: str, out: Path, data: str, network: str | None, **given: Any) -> None:
    """Put the original authors' weights of CHECKPOINT into the network of FILE, by position in the genotype.

    \b
    Example:
      nasc import-weights cifar10_model.pt darts_v2 --from darts -o darts_v2.safetensors
    """
    from nasc.runtime.weights.command import convert

    imported = convert(checkpoint, document(file), file, origin, network, options_of(given), out, data)
    note(f"{many(imported.loaded, 'tensor')} loaded")
    for key in imported.surplus:
        note(f"  not used: {key}")
    click.echo(str(out))

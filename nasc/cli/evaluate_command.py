"""`nasc evaluate`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nasc.cli.loading import document
from nasc.cli.options import DIALECT, JSON, MACHINE, NETWORK, options_of

if TYPE_CHECKING:
    from nasc.runtime.evaluate_language import LanguageScore


@click.command("evaluate")
@click.argument("target", metavar="RUN|CHECKPOINT|WEIGHTS|FILE")
@click.option("--data", metavar="NAME", help="The data set; by default the one that was trained on.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the data lies; else the variable NASC_DATA.")
@click.option("--weights", type=click.Path(path_type=Path), help="Weights for the genotype FILE.")
@NETWORK
@MACHINE
@DIALECT
@JSON
def command(
    target: str, data: str | None, data_dir: Path | None, weights: Path | None, as_json: bool, **given: Any
) -> None:
    """Measure a trained network on test data: top-1, top-5 and loss; the perplexity of a language model.

    \b
    Example:
      nasc evaluate runs/first-trained --data digits
      nasc evaluate genotype.nas --weights w.safetensors --data digits
    """
    import torch

    from nasc.runtime.device import choose_device
    from nasc.runtime.evaluate import as_json as row
    from nasc.runtime.evaluate import evaluate, open_genotype, open_target
    from nasc.runtime.evaluate_language import evaluate_spoken, open_spoken, open_with_weights, speaks
    from nasc.runtime.recipe import is_language

    device = choose_device(given.pop("device"), given.pop("threads"))
    network, dialect = given.pop("network"), given.pop("dialect")
    options = options_of(given)
    own = document(target, dialect) if weights is not None else None
    if is_language(own, network) if own is not None else speaks(Path(target)):
        if weights is not None and data is None:
            raise click.UsageError("name the text: --data NAME")
        spoken = (
            open_with_weights(own, network, options, weights, str(data), data_dir)
            if own is not None and weights is not None
            else open_spoken(Path(target))
        )
        _tell(evaluate_spoken(spoken, data or spoken.data, data_dir, "test", device), as_json)
        return
    if weights is None:
        model, trained_on = open_target(Path(target))
    else:
        if data is None:
            raise click.UsageError("name the data set: --data NAME")
        model, trained_on = open_genotype(document(target, dialect), network, options, weights, data, data_dir), data
    found = evaluate(model, data or trained_on, data_dir, device)
    if as_json:
        click.echo(row(found))
        return
    click.echo(f"{found.dataset}, {found.split}: {found.examples:,} examples ({torch.get_num_threads()} threads)")
    click.echo(f"  top-1  {found.top1:8.2%}")
    click.echo(f"  top-5  {found.top5:8.2%}")
    click.echo(f"  loss   {found.loss:8.4f}")


def _tell(found: LanguageScore, as_json: bool) -> None:
    """Print how well a text was foretold."""
    from nasc.runtime.evaluate_language import as_json as row

    if as_json:
        click.echo(row(found))
        return
    click.echo(f"{found.dataset}, {found.split}: {found.tokens:,} tokens")
    click.echo(f"  perplexity  {found.perplexity:9.2f}")
    click.echo(f"  loss        {found.loss:9.4f}")

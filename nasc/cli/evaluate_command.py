"""`nasc evaluate`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nasc.cli.loading import document
from nasc.cli.options import JSON, MACHINE, NETWORK, WHERE, Assignment, Count, options_of
from nasc.cli.refusing import refuse, settings_of
from nasc.cli.reporting import report
from nasc.cli.runs import fetched
from nasc.dsl.diagnostic import many

if TYPE_CHECKING:
    from nasc.compiler.stack import Stack
    from nasc.runtime.confusion import Confusion
    from nasc.runtime.data.corpus import TextPart
    from nasc.runtime.evaluate import Score
    from nasc.runtime.evaluate_language import LanguageScore


TEXTS = (".nas", ".txt", ".json", ".py")
"""Suffixes of genotypes."""


@click.command("evaluate")
@click.argument("target", metavar="RUN|CHECKPOINT|WEIGHTS|FILE")
@click.option("--data", metavar="NAME", help="The data set; by default the one that was trained on.")
@WHERE
@click.option("--weights", type=click.Path(path_type=Path), help="Weights for the genotype FILE.")
@click.option(
    "--from", "dialect", metavar="FORMAT|ORIGIN", help="The format of FILE; or whose code wrote the weights: darts, ..."
)
@click.option(
    "--split",
    type=click.Choice(["train", "valid", "test"]),
    default="test",
    show_default=True,
    help="The part; valid is one of texts.",
)
@click.option("--per-class", is_flag=True, help="The accuracy of each class, and what it is most often taken for.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the confusion matrix to FILE.svg or FILE.png.")
@NETWORK
@MACHINE
@click.option("--amp", type=click.Choice(["bf16", "fp16"]), help="Mixed precision; fp16 on GPUs. Not of texts.")
@click.option(
    "--set",
    "settings",
    type=Assignment(),
    multiple=True,
    help="batch=N: so many pictures, or columns of a text, at a time.",
)
@click.option("--seed", type=Count(0, 2**62), help="Taken as by other commands; nothing is left to chance here.")
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    /,
    target: str,
    data: str | None,
    data_dir: Path | None,
    download: bool,
    skip_unreadable: bool,
    weights: Path | None,
    split: TextPart,
    per_class: bool,
    plot: Path | None,
    amp: str | None,
    settings: tuple[tuple[str, str], ...],
    seed: int | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Measure a trained network on test data: top-1, top-5 and loss; the perplexity of a language model.

    A run, its checkpoint or its weights say how their network was built, and options must not say otherwise. With
    --weights, FILE and the options say it.

    \b
    Example:
      nasc evaluate runs/first-trained --data digits
      nasc evaluate runs/first-trained --per-class --plot confusion.svg
      nasc evaluate genotype.nas --weights w.safetensors --data digits
      nasc evaluate darts_v2 --weights cifar10_model.pt --from darts --data cifar10
    """
    from nasc.runtime.confusion_picture import draw, refuse_suffix
    from nasc.runtime.data.unreadable import warnings_about
    from nasc.runtime.device import choose_device, precision
    from nasc.runtime.evaluate import evaluate_part, open_genotype, open_target
    from nasc.runtime.evaluate_language import evaluate_spoken, open_spoken, open_with_weights, speaks
    from nasc.runtime.recipe import is_language

    if weights is None:
        refuse(ctx, ("dialect",), "what was trained is a file of nasc; this goes with --weights.")
        _refuse_genotype(target)
    if plot is not None:
        refuse_suffix(plot)
    batch = _batch(settings_of(settings))
    device = choose_device(given.pop("device"), given.pop("threads"))
    precise = precision(amp, device)
    network, dialect = given.pop("network"), given.pop("dialect")
    options = options_of(given)
    origin = _origin(dialect, weights)
    own = document(target, None if origin else dialect) if weights is not None else None
    if download and data:
        fetched(data, data_dir)
    if is_language(own, network) if own is not None else speaks(Path(target)):
        if weights is not None and data is None:
            raise click.UsageError("name the text: --data NAME")
        refuse(ctx, ("per_class", "plot"), "a language model has no classes.")
        refuse(ctx, ("skip_unreadable",), "a text has no pictures.")
        refuse(ctx, ("amp",), "language models compute in float32.")
        spoken = (
            open_with_weights(own, network, options, weights, str(data), data_dir, origin)
            if own is not None and weights is not None
            else open_spoken(Path(target))
        )
        if weights is None:
            _refuse_other(ctx, spoken.model.plan.stack)
        if download and not data:
            fetched(spoken.data, data_dir)
        _tell(evaluate_spoken(spoken, data or spoken.data, data_dir, split, device, batch), as_json)
        return
    if split == "valid":
        raise click.UsageError("pictures have the parts train and test")
    skipped: list[str] | None = [] if skip_unreadable else None
    if own is None or weights is None:
        model, trained_on = open_target(Path(target))
        _refuse_other(ctx, model.plan.stack)
        if download and not data:
            fetched(trained_on, data_dir)
        data = data or trained_on
    elif data is None:
        raise click.UsageError("name the data set: --data NAME")
    else:
        model = open_genotype(own, network, options, weights, data, data_dir, origin, skip_unreadable)
    model.amp = precise
    found, confusion = evaluate_part(model, data, data_dir, device, split, skipped, batch)
    report(warnings_about(skipped))
    if plot is not None:
        title = f"{found.dataset}, {found.split}: {many(found.examples, 'example')}, top-1 {found.top1:.2%}"
        draw(confusion, title, plot)
    _show(found, confusion, per_class, as_json, skipped)


def _refuse_other(ctx: click.Context, built: Stack) -> None:
    """Raise `UsageError` where options speak of another network than that which was trained.

    Those that it was trained with may be said again; how `--reductions` laid it out can no longer be told.
    """
    words = built.input == "tokens"
    trained: dict[str, Any] = {"network": built.name, "channels": built.channels, "layers": len(built.placements)}
    trained |= {"classes": None, "size": None} if words else {"classes": built.classes, "size": built.input}
    trained["vocabulary"] = built.vocabulary if words else None
    others = [name for name, value in trained.items() if ctx.params[name] != value]
    refuse(ctx, others, f"that is not how network `{built.name}` was trained; what was trained says it.")


def _refuse_genotype(target: str) -> None:
    """Raise `NasError` (E503) for a text or the name of a shipped one: it has no weights that could be measured."""
    from nasc import genotypes
    from nasc.dsl.diagnostic import fail

    path = Path(target)
    shipped = not path.exists() and any(target in genotypes.names(folder) for folder in genotypes.FOLDERS)
    if shipped or (path.is_file() and path.suffix in TEXTS):
        help = f"`nasc evaluate {target} --weights FILE --data NAME`, or name the run that has trained it"
        raise fail("E503", f"{target} is a text, which has no weights", help=help)


def _batch(settings: tuple[tuple[str, str], ...]) -> int | None:
    """What `--set batch=N` says. Raises `NasError`: another setting (E402), or no such number (E403)."""
    from nasc.dsl.diagnostic import fail

    for name, value in settings:
        if name != "batch":
            help = "it has one, `batch`; what belongs to a training is said to `nasc train`"
            raise fail("E402", f"an evaluation has no setting `{name}`", help=help)
        if not value.isdecimal() or not 0 < int(value[:10]) < 2**31 or len(value) > 10:
            raise fail("E403", f"`batch` takes a whole number from 1, not {value}", help="such as --set batch=100")
        return int(value)
    return None


def _origin(name: str | None, weights: Path | None) -> str | None:
    """Whose code wrote the weights, where they are not ours and `--from` says it."""
    from nasc.dsl.diagnostic import NasError
    from nasc.runtime import checkpoint
    from nasc.runtime.weights import ORIGINS

    if name not in ORIGINS or weights is None or weights.suffix == ".safetensors":
        return None
    try:
        checkpoint.load(weights)
    except NasError:
        return name
    return None


def _show(found: Score, confusion: Confusion, per_class: bool, as_json: bool, skipped: list[str] | None) -> None:
    """Print how well pictures were told apart."""
    import torch

    from nasc.runtime.confusion import as_rows, table
    from nasc.runtime.data.unreadable import record_of
    from nasc.runtime.evaluate import as_json as row

    if as_json:
        click.echo(
            row(found, {**record_of(skipped), **({"classes": as_rows(confusion.by_class())} if per_class else {})})
        )
        return
    threads = many(torch.get_num_threads(), "thread")
    click.echo(f"{found.dataset}, {found.split}: {many(found.examples, 'example')} ({threads})")
    click.echo(f"  top-1  {found.top1:8.2%}")
    click.echo(f"  top-5  {found.top5:8.2%}")
    click.echo(f"  loss   {found.loss:8.4f}")
    if per_class:
        click.echo("\n" + table(confusion.by_class()))


def _tell(found: LanguageScore, as_json: bool) -> None:
    """Print how well a text was foretold."""
    from nasc.runtime.evaluate_language import as_json as row

    if as_json:
        click.echo(row(found))
        return
    click.echo(f"{found.dataset}, {found.split}: {many(found.tokens, 'token')}")
    click.echo(f"  perplexity  {found.perplexity:9.2f}")
    click.echo(f"  loss        {found.loss:9.4f}")

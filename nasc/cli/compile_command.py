"""`nasc compile`"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from nasc.cli.loading import document
from nasc.cli.options import DIALECT, FILE, JSON, MACHINE, NETWORK, Count, options_of
from nasc.cli.refusing import refuse
from nasc.cli.reporting import note, report
from nasc.compiler.plan import Stats
from nasc.dsl.diagnostic import Diagnostic

EMITTED = {"none": None, "python": ".py", "pt2": ".pt2", "onnx": ".onnx", "dot": ".dot"}
"""What can be written besides the summary, with the suffix of its files."""
BINARY = ("pt2", "onnx")


@click.command("compile")
@FILE
@DIALECT
@NETWORK
@click.option("--emit", type=click.Choice(list(EMITTED)), default="none", help="What to write besides the summary.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Where to write that; else standard output.")
@click.option("--weights", type=click.Path(path_type=Path), help="Weights of nasc for --emit pt2 and onnx.")
@click.option("--profile", is_flag=True, help="Time every cell and operation; count the bytes kept for backward.")
@click.option("--batch", type=Count(most=65536), default=8, show_default=True, help="Pictures, for --profile.")
@MACHINE
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    /,
    file: str,
    dialect: str | None,
    network: str | None,
    as_json: bool,
    emit: str,
    out: Path | None,
    weights: Path | None,
    profile: bool,
    batch: int,
    device: str | None,
    threads: int | None,
    **given: Any,
) -> None:
    """Build a network and print what it costs: params with and without the auxiliary head, MACs, every cell.

    \b
    --emit python  one readable file that needs torch alone, with the same names in its state dict
    --emit pt2     the network in evaluation, for torch.export.load
    --emit onnx    the same for ONNX Runtime and others; needs the extra nasc[onnx]
    --emit dot     the stack of cells, for Graphviz

    --batch, --device and --threads go with --profile.

    \b
    Example:
      nasc compile darts_v2
      nasc compile darts_v2 --channels 16 --layers 8 --json
      nasc compile darts_v2 --emit python -o net.py
      nasc compile runs/trained --weights runs/trained/weights.safetensors --emit onnx -o net.onnx
      nasc compile darts_v2 --profile --batch 16 --threads 1
    """
    from nasc.compiler.expand import Plan
    from nasc.compiler.plan import any_plan, plan, stats
    from nasc.runtime.build_check import build_and_compare

    _usage(emit, out, weights, as_json, profile)
    if not profile:
        refuse(ctx, ("batch", "device", "threads"), "nothing is run without --profile.")
    options = options_of(given)
    text = document(file, dialect)
    # what is emitted and measured are networks of pictures; a language model is refused before anything is printed
    found = (any_plan if emit == "none" and not profile else plan)(text, network, options)
    if options.overriding:
        message = "not checked: it speaks of the network as written"
        help = "without options such as --channels and --layers it is"
        report(Diagnostic("W206", message, item.span, help=help) for item in found.stack.requires[:1])
    counts = stats(found)
    build_and_compare(found)
    row: dict[str, Any] = asdict(counts)
    if not as_json and (emit == "none" or out is not None):
        _summary(counts)
    if profile and isinstance(found, Plan):
        from nasc.cli.profile_table import show_profile
        from nasc.compiler.profile import profile as measure
        from nasc.runtime.device import choose_device

        measured = measure(found, batch, choose_device(device, threads))
        row["profile"] = asdict(measured)
        if not as_json:
            show_profile(measured)
    if as_json:
        click.echo(json.dumps(row))
    if emit != "none" and isinstance(found, Plan):
        from nasc.cli.emitting import emitted
        from nasc.runtime.text_file import write_atomically

        data = emitted(emit, text, found, weights)
        if out is None:
            click.echo(data.decode(), nl=False)
        else:
            write_atomically(out, lambda target: target.write(data))
            note(f"wrote {out}")


def _usage(emit: str, out: Path | None, weights: Path | None, as_json: bool, profile: bool) -> None:
    """Refuse options that contradict each other."""
    if emit in BINARY and out is None:
        raise click.UsageError(f"--emit {emit} is not text: say where to write it, -o net{EMITTED[emit]}")
    if emit != "none" and out is None and (as_json or profile):
        raise click.UsageError("standard output takes one of them: write what --emit makes with -o FILE")
    if out is not None and emit == "none":
        raise click.UsageError(f"--out {out}: say what is to be written there, with --emit")
    if weights is not None and emit not in BINARY:
        raise click.UsageError("--weights go into --emit pt2 and --emit onnx; a Python file loads its own")


def _summary(counts: Stats) -> None:
    from nasc.compiler.layer_rules import show

    taken = show(counts.input_shape) if counts.input_shape is not None else "a word"
    click.echo(f"network {counts.network}: {taken} to {show(counts.output_shape)}")
    click.echo(f"  params            {counts.params:>15,}")
    if counts.input_shape is not None:
        with_aux = f"{counts.params_aux:>15,}" if counts.params_aux is not None else f"{'does not fit':>15}"
        click.echo(f"  with auxiliary    {with_aux}")
    click.echo(f"  MACs              {counts.macs:>15,}")
    click.echo()
    rows = [("cell", "", "shape", "params", "MACs")]
    for cell in counts.cells:
        name = cell.name + ("/2" if cell.stride == 2 else "")
        rows.append((str(cell.index), name, show(cell.shape), f"{cell.params:,}", f"{cell.macs:,}"))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    for row in rows:
        left = f"  {row[0]:>{widths[0]}}  {row[1]:<{widths[1]}}"
        click.echo(left + "".join(f"  {text:>{width}}" for text, width in zip(row[2:], widths[2:], strict=True)))

"""Searches: one loop, one file for each algorithm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nasc.compiler.expand import Plan
from nasc.compiler.language_plan import LanguagePlan
from nasc.compiler.plan import AnyPlan, any_plan, language_plan, plan, recipe_network
from nasc.compiler.stack import Options, lay_out
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, fail, many
from nasc.dsl.source import Span

if TYPE_CHECKING:
    from nasc.compiler.language_supernet import LanguageSupernet
    from nasc.compiler.passes.rewriting import Pass
    from nasc.compiler.supernet import Mixing, Supernet

MIXING: dict[str, Mixing] = {"fairdarts": "sigmoid", "ddarts": "sigmoid"}
"""How strengths become weights, where it is not the softmax of DARTS."""


def mixing_of(document: n.Document) -> Mixing:
    """How the algorithm that a document's first `search` names makes weights of strengths."""
    recipe = next(iter(document.recipes("search")), None)
    return MIXING.get(recipe.name.text if recipe and recipe.name else "", "softmax")


def searched_network(document: n.Document, network: str | None) -> str | None:
    """The network to search: the one named, else that of `search`, else the first that no `train` names."""
    if network is not None:
        return network
    recipe = next(iter(document.recipes("search")), None)
    named = recipe_network(recipe) if recipe is not None else None
    if named is not None:
        return named
    trained = {recipe_network(recipe) for recipe in document.recipes("train")}
    return next((name for name in document.networks if name not in trained), None)


def open_plan(document: n.Document, network: str | None, options: Options) -> Plan:
    """The plan of the network to search. Raises `NasError`: it cannot be built, or nothing in it is open (E310)."""
    found = plan(document, searched_network(document, network), options)
    _refuse_decided(found)
    if options.layers is not None:
        _refuse_left_out(found, options.layers)
    return found


def _refuse_decided(found: AnyPlan) -> None:
    if not found.open:
        help = "an open edge names a set of operations, such as `keep 2 of darts(*)`"
        start = Span(found.program.document.source, 0, 0)
        raise fail("E310", f"nothing is open in network `{found.stack.name}`", start, help=help)


def _refuse_left_out(found: Plan, layers: int) -> None:
    """Raise E306 where cells of the text would not be searched at this depth, and so could not be written."""
    network = found.program.document.networks.get(found.stack.name)
    stack = lay_out(network, found.program, Findings()) if network is not None else None
    left_out = [name for name in stack.choices if name not in found.stack.choices] if stack is not None else []
    if left_out:
        listed = ", ".join(f"`{name}`" for name in left_out)
        message = f"with {many(layers, 'layer')}, {listed} would not be searched"
        raise fail("E306", message, found.stack.span, help="write the smaller stack in `cells:` of every network")


def open_supernet(
    document: n.Document,
    network: str | None,
    options: Options,
    mixing: Mixing | None = None,
    changes: Sequence[Pass] | None = None,
    channels_last: bool = False,
) -> Supernet:
    """The shared-weight network of a document; without a name the one that `search` names.

    `changes` are the passes, by default those that keep every bit.
    Raises `NasError`: it cannot be built, or nothing in it is open (E310).
    """
    found = open_plan(document, network, options)
    mixing = mixing or mixing_of(document)
    from nasc.compiler.passes import passes
    from nasc.compiler.supernet import Supernet

    return Supernet(found, mixing, changes=passes() if changes is None else changes, channels_last=channels_last)


def open_language(
    document: n.Document,
    network: str | None,
    options: Options,
    mixing: Mixing | None = None,
    optimize: bool = True,
) -> LanguageSupernet:
    """The shared-weight language model of a document; otherwise as `open_supernet`."""
    found = language_plan(document, searched_network(document, network), options)
    _refuse_decided(found)
    from nasc.compiler.language_supernet import LanguageSupernet

    return LanguageSupernet(found, mixing or mixing_of(document), optimize)


def open_any(
    document: n.Document,
    network: str | None,
    options: Options,
    mixing: Mixing | None = None,
    optimize: bool = True,
    changes: Sequence[Pass] | None = None,
) -> Supernet | LanguageSupernet:
    """The shared-weight network of a document, of pictures or of words. Raises as `open_supernet` does."""
    if isinstance(any_plan(document, searched_network(document, network), options), LanguagePlan):
        return open_language(document, network, options, mixing, optimize)
    return open_supernet(document, network, options, mixing, changes)

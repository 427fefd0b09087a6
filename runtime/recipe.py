"""Recipes: what a text, the command line and the published recipe say of a search or a training, brought together.

The published values stand in `genotypes/recipes/*.nas`, what settings there are in `settings`.
This module imports no torch, so that `nasc check` can use it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, replace
from functools import cache
from typing import Any, Literal, TypeVar

from nasc import genotypes
from nasc.compiler.plan import choose, recipe_network
from nasc.compiler.resolve import Program, resolve, shipped_document
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings, NasError, fail, nearest
from nasc.dsl.source import Span
from nasc.runtime.language_settings import LANGUAGE_SEARCHES, LanguageTraining
from nasc.runtime.recipe_values import overridden, values_of
from nasc.runtime.search import searched_network
from nasc.runtime.search.start import check_start
from nasc.runtime.setting import Recipe
from nasc.runtime.settings import SEARCHES, TRAININGS

R = TypeVar("R", bound=Recipe)
OF_WORDS = "rnn_"
"""Before the names of searches in the published recipes that are those of language models."""
FALLBACK = {False: "darts_cifar", True: "ptb_darts"}
"""Whose values a training begins with where nothing else says it: of pictures, and of words."""


@cache
def published(kind: Literal["search", "train"]) -> dict[str, n.Recipe]:
    """The published recipes of one kind by name.

    `train SKELETON { recipe: NAME }` says which recipe serves the networks of a skeleton: both names mean that one.
    """
    found: dict[str, n.Recipe] = {}
    serving: dict[str, str] = {}
    for file in genotypes.names("recipes"):
        for recipe in shipped_document(f"recipes/{file}").recipes(kind):
            assert recipe.name is not None
            if (other := named_recipe(recipe)) is not None and other != recipe.name.text:
                serving[recipe.name.text] = other
            else:
                found[recipe.name.text] = recipe
    return found | {skeleton: found[name] for skeleton, name in serving.items()}


def named_recipe(recipe: n.Recipe) -> str | None:
    """The published recipe that a `train` names: by its setting `recipe`, else behind the word."""
    said = recipe.setting("recipe")
    if said is not None and isinstance(said.value, n.Chain):
        return said.value.word
    return recipe.name.text if recipe.name is not None else None


def training_defaults(
    recipe: n.Recipe | None, family: Sequence[str], overrides: Mapping[str, str] | None = None, words: bool = False
) -> n.Recipe:
    """The recipe whose values a training begins with.

    The one that the command line names, else the one that the text names, else that of the nearest skeleton which the
    network extends and which has one, else that of DARTS on CIFAR, or on the Penn Treebank for `words`.
    Raises `NasError` (E401): there is none of the name, or it trains networks of the other kind.
    """
    known = published("train")
    name, span = (overrides or {}).get("recipe"), None
    if name is None and recipe is not None and (name := named_recipe(recipe)) is not None:
        said = recipe.setting("recipe")
        span = said.value.span if said is not None else recipe.name.span if recipe.name is not None else None
    if name is None:
        return next((known[skeleton] for skeleton in family if skeleton in known), known[FALLBACK[words]])
    if name not in known:
        fitting = [own for own in known if (training_kind(known[own]) is LanguageTraining) == words]
        help = nearest(name, fitting) or f"recipes: {', '.join(fitting)}"
        raise fail("E401", f"there is no recipe `{name}`", span, help=help)
    if (training_kind(known[name]) is LanguageTraining) != words:
        what = "language models" if words else "networks of pictures"
        help = f"those that do: {', '.join(r for r in known if (training_kind(known[r]) is LanguageTraining) == words)}"
        raise fail("E401", f"the recipe `{name}` does not train {what}", span, help=help)
    return known[name]


def training_kind(defaults: n.Recipe) -> type[Recipe]:
    """What a published recipe trains: the first kind of training that has all of its settings."""
    said = {setting.name.text for setting in defaults.settings}
    return next(kind for kind in TRAININGS if said <= {field.name for field in fields(kind)})


def family_of(program: Program, recipe: n.Recipe) -> tuple[str, ...]:
    """The skeletons that the network of a recipe extends, the nearest first."""
    document = program.document
    network = document.networks.get(recipe_network(recipe) or next(iter(document.networks), ""))
    found: list[str] = []
    while network is not None and network.base is not None and network.base.text not in found:
        found.append(network.base.text)
        network = program.networks.get(network.base.text)
    return tuple(found)


def read_recipe(
    kind: type[R], defaults: n.Recipe, given: n.Recipe | None, overrides: Mapping[str, str] | None = None
) -> R:
    """The settings: published values, what the text says, what the command line says, the later going before.

    `overrides` are texts, such as `{"epochs": "5"}`. Raises `NasError`: unknown setting (E402), wrong value (E403).
    """
    findings = Findings()
    values: dict[str, Any] = {f.name: None for f in fields(kind) if str(f.type).endswith("| None")}
    overriding = overridden(given or defaults, overrides or {})
    for recipe in (defaults, given, overriding):
        if recipe is not None:
            values |= values_of(kind, recipe, findings)
    findings.raise_errors()
    if "recipe" in values and defaults.name is not None:
        values["recipe"] = defaults.name.text
    missing = [f.name for f in fields(kind) if f.name not in values and f.default is MISSING]
    assert not missing, f"{kind.__name__} has no published value for {missing}"
    made = kind(**values)
    if wrong := made.wrong():
        saying = [recipe for recipe in (overriding, given) if recipe is not None]
        raise fail("E403", wrong, *_place_and_help(kind, wrong, saying, given or defaults))
    return made


def _place_and_help(
    kind: type[Recipe], wrong: str, saying: Sequence[n.Recipe], whole: n.Recipe
) -> tuple[Span, str, str]:
    """Where what is wrong stands, no label, and what the settings mean that it names."""
    named = [f for f in fields(kind) if f"`{f.name}" in wrong]
    said = [item for recipe in saying for f in named if (item := recipe.setting(f.name)) is not None]
    help = "\n".join(f"`{f.name}`: {f.metadata['meaning']}" for f in named)
    return (said[0].span if said else whole.span), "", help


def check_recipes(program: Program, findings: Findings) -> None:
    """Check every recipe of a document: its algorithm, the network it names, its settings."""
    document = program.document
    for recipe in (item for item in document.items if isinstance(item, n.Recipe)):
        named = recipe.setting("network")
        if named is not None and isinstance(named.value, n.Chain) and named.value.word not in document.networks:
            word = named.value.word or ""
            message, help = f"there is no network `{named.value.span.text}`", nearest(word, document.networks)
            if word in program.networks:
                message = f"`{word}` is a skeleton, which is not built"
                help = f"name a network that extends it: `network NAME: {word} {{ ... }}`"
            elif not help:
                listed = ", ".join(document.networks)
                help = f"networks here: {listed}" if listed else "write `network cifar: darts_cifar {}`"
            findings.add("E309", message, named.value.span, help=help)
        try:
            if recipe.kind == "train":
                words = takes_words(program, recipe_network(recipe))
                defaults = training_defaults(recipe, family_of(program, recipe), words=words)
                read_recipe(training_kind(defaults), defaults, recipe)
            else:
                words = takes_words(program, searched_network(document, None))
                read_recipe(*search_kind(recipe, words), recipe)
                check_start(program, recipe)
        except NasError as error:
            for diagnostic in error.diagnostics:
                findings.report(diagnostic)


def is_language(document: n.Document, name: str | None) -> bool:
    """Whether the network that is meant is a language model. Raises `NasError` (E309): there is none of that name."""
    program = resolve(document, Findings())
    if name is not None or document.networks:
        name = choose(document, program, name).name.text
    return takes_words(program, name)


def takes_words(program: Program, name: str | None) -> bool:
    """Whether a network is a language model; without a name the first of the text."""
    network = program.document.networks.get(name or next(iter(program.document.networks), ""))
    seen: set[str] = set()
    while network is not None and network.name.text not in seen:
        seen.add(network.name.text)
        said = [item for item in network.body if isinstance(item, n.Setting) and item.name.text == "input"]
        if said:
            return isinstance(said[-1].value, n.Chain) and said[-1].value.word == "tokens"
        network = program.networks.get(network.base.text) if network.base is not None else None
    return False


def search_kind(recipe: n.Recipe, words: bool = False) -> tuple[type[Recipe], n.Recipe]:
    """The settings of a search's algorithm, and its published recipe; `words` says that it searches a language model.

    Raises `NasError` (E401).
    """
    known = published("search")
    if recipe.name is None:
        span = replace(recipe.span, end=recipe.span.start + len(recipe.kind))
        raise fail("E401", "`search` names an algorithm", span, help="write `search darts { ... }`")
    name = recipe.name.text
    if name not in SEARCHES:
        help = nearest(name, SEARCHES) or f"algorithms: {', '.join(SEARCHES)}"
        raise fail("E401", f"there is no algorithm `{name}`", recipe.name.span, help=help)
    if not words:
        return SEARCHES[name], known[name]
    if name not in LANGUAGE_SEARCHES:
        help = f"these do: {', '.join(LANGUAGE_SEARCHES)}"
        raise fail("E401", f"`{name}` does not search language models", recipe.name.span, help=help)
    return LANGUAGE_SEARCHES[name], known[f"{OF_WORDS}{name}"]

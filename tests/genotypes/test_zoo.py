"""Every text that ships: it is well formed, laid out, explained, and costs what it says."""

from collections.abc import Iterator
from functools import cache
from math import factorial, prod

import pytest

import nasc
from nasc import genotypes
from nasc.compiler.check import Checked, check
from nasc.compiler.plan import recipe_network
from nasc.compiler.resolve import shipped_document
from nasc.compiler.space import space_of
from nasc.compiler.zoo import DIFFERS, KINDS, PUBLISHED, entries
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Findings
from nasc.dsl.parser import parse
from nasc.dsl.printer import format_text
from nasc.dsl.source import Source
from nasc.runtime.recipe import check_recipes

SHIPPED = [f"{folder}/{name}" for folder in ("std", *KINDS) for name in genotypes.names(folder)]
DEAD = {
    "zoo/ddarts_cifar100_sparse",
    "zoo/do_xception_cifar100_edge",
    "zoo/do_xception_cifar100_sparse",
    "zoo/do_xception_cifar10_edge",
    "zoo/do_xception_cifar10_sparse",
    "zoo/inceptionv4",
    "zoo/resnet18",
    "zoo/resnet50",
    "zoo/xception",
    "spaces/do_resnet18",
    "spaces/do_resnet50",
    "spaces/do_xception",
}
"""Texts with cells that learn nothing, as published: nothing behind them reads what they return."""


def text_of(path: str) -> str:
    return genotypes.shipped(path).read_text(encoding="utf-8")


@cache
def checked(path: str) -> Checked:
    return check(shipped_document(path))


def networks(path: str) -> Iterator[n.Network]:
    yield from shipped_document(path).networks.values()


def words(path: str) -> bool:
    """Whether a text is about language models, whose spaces state no counts."""
    return any(use.path == "std.darts_rnn" for use in shipped_document(path).items if isinstance(use, n.Use))


@pytest.mark.parametrize("path", SHIPPED)
def test_a_shipped_text(path: str) -> None:
    text = text_of(path)
    assert format_text(Source(path, text)) == text
    document = shipped_document(path)
    assert parse(Source(path, nasc.dumps(document))) == document
    assert {d.code for d in checked(path).findings.in_order()} == ({"W203"} if path in DEAD else set())
    findings = Findings()
    check_recipes(checked(path).program, findings)
    assert not findings.in_order()


@pytest.mark.parametrize("path", SHIPPED)
def test_it_begins_by_saying_what_it_is(path: str) -> None:
    first, second, *rest = text_of(path).splitlines()
    assert first == "nas 1"
    assert second.startswith("# ")
    assert not second.startswith((PUBLISHED, DIFFERS)), "these come behind the title"
    header = [second, *rest[: rest.index("")]]
    assert all(line.startswith("# ") and len(line) <= 120 for line in header)


@pytest.mark.parametrize("path", [path for path in SHIPPED if path.startswith("zoo/")])
def test_a_genotype_states_what_it_costs(path: str) -> None:
    for network in networks(path):
        stated = {i.quantity.name.text for i in network.body if isinstance(i, n.Require) and i.comparison == "=="}
        assert stated >= ({"params"} if network.name.text == "cifar100" else {"params", "macs"}), network.name
    assert not any(dag.open for dag in checked(path).dags.values())


@pytest.mark.parametrize("path", [path for path in SHIPPED if path.startswith("spaces/")])
def test_a_space_is_open_and_says_how_it_is_searched(path: str) -> None:
    document = shipped_document(path)
    assert any(dag.open for dag in checked(path).dags.values())
    trained = [recipe_network(recipe) for recipe in document.recipes("train")]
    assert len(document.recipes("search")) == 1
    assert len(set(trained)) == len(trained) == (2 if words(path) else 1)  # of words: each text has its recipe
    stated = any(isinstance(i, n.Require) for network in networks(path) for i in network.body)
    assert stated is not words(path)


def test_no_name_means_two_texts() -> None:
    assert not set(genotypes.names("zoo")) & set(genotypes.names("spaces"))


def test_what_the_zoo_lists() -> None:
    found = {entry.name: entry for entry in entries()}
    assert sorted(found) == sorted(name for folder in KINDS for name in genotypes.names(folder))
    for folder in KINDS:
        for name in genotypes.names(folder):
            entry = found[name]
            assert entry.kind == KINDS[folder]
            if folder == "zoo" or not words(f"{folder}/{name}"):
                assert entry.exact is True, name
            remarks = [c.text for c in shipped_document(f"{folder}/{name}").comments]
            assert (entry.published is not None) is any(remark.startswith(PUBLISHED) for remark in remarks)
            assert (entry.reason is not None) is any(remark.startswith(DIFFERS) for remark in remarks)


CELL = 1_037_664_180
"""A cell of DARTS: 180 ways to choose two edges for each of four states, seven operations on each of eight edges."""
PAIRS = 1 + 7 * 2 + 7**2, 1 + 7 * 3 + 3 * 7**2, 1 + 7 * 4 + 6 * 7**2, 1 + 7 * 5 + 10 * 7**2
"""At most two edges of 2, 3, 4 and 5, each one of seven operations."""
SIZES = {
    "darts": CELL**2,
    "ddarts": prod(PAIRS) ** 8,
    "ddarts_edge": (1 + 7 + 21) ** (14 * 8),
    "do_resnet18": 169 * 469 * 913 * 1501,
    "do_resnet50": (169 * 469 * 913 * 1501 * 2233 * 3109) ** 3,
    "do_xception": (169 * 469 * 913 * 1501) ** 3,
    "ednas": CELL**2,
    "ednas_as_shipped": (CELL * 15 * 7**2) ** 2,
    "ednas_on_imagenet": CELL**2,
    "ednas_ptb": 2_642_411_520,
    "fairdarts": prod(PAIRS) ** 2,
    "fairdarts_edge": (1 + 7 + 21) ** (14 * 2),
    "gdas": CELL**2,
    "gdas_autodl": CELL**2,
    "gdas_autodl_frc": CELL,
    "gdas_frc": CELL,
    "nasbench201": 15_625,
    "pcdarts": CELL**2,
    "pcdarts_on_imagenet": CELL**2,
    "pdarts_space": CELL**2,
    "rnn": factorial(8) * 4**8,
}


def test_every_space_has_its_size_here() -> None:
    assert sorted(SIZES) == genotypes.names("spaces")


@pytest.mark.parametrize(
    "name",
    [
        *SIZES,
    ],
)
def test_how_large_a_space_is(name: str) -> None:
    assert space_of(checked(f"spaces/{name}")).size == SIZES[name]


def test_the_largest_and_smallest_of_nasbench201() -> None:
    space = space_of(checked("spaces/nasbench201"))
    largest, smallest = (nasc.stats(shipped_document(f"zoo/nb201_{name}")) for name in ("all_c3x3", "all_idnt"))
    assert space.params == (smallest.params, largest.params)
    assert space.macs == (smallest.macs, largest.macs)

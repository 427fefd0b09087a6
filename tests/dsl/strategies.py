"""Hypothesis strategies for documents, built in memory: every one of them has a text in the language.

`documents()` says anything that the grammar can say, sense or not. `genotypes()` and `spaces()` make sense,
too: operations of `std.darts`, edges from earlier states only, a network that places the cells.

Words are drawn from lists rather than from patterns, since documents hold many and patterns are slow.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

from hypothesis import strategies as st

from nasc.dsl import nodes as n
from nasc.dsl.source import Source, Span

NOWHERE = Span(Source("<nasc>", ""), 0, 0)
WORDS = (
    *("s0", "s1", "s2", "s3", "s10", "s02", "C", "k", "conv", "bn", "sep_conv_3x3", "factorized_reduce", "on"),
    *("_", "__", "of_", "_of", "ops1", "cells2", "nasty", "operation", "keeper", "user", "x1", "x3", "e5", "K", "M"),
    *("relu", "sum", "concat", "cells_", "Cell", "RETURN", "a_name_of_quite_some_length_that_makes_lines_long"),
)
"""Names that may stand anywhere: none of the words that are reserved somewhere."""
NUMBERS = (
    *("0", "1", "2", "36", "-1", "007", "0.025", "-0.5", "3e-4", "1E9", "2.5e+10", "3.3M", "50%", "-2%", "1K", "2G"),
    *("123456789012345678", "0.10", "1.0", "99.99%", "1e5"),
)
DARTS = ("max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5")

_T = TypeVar("_T")


def _some(elements: st.SearchStrategy[_T], low: int, high: int) -> st.SearchStrategy[tuple[_T, ...]]:
    return st.lists(elements, min_size=low, max_size=high).map(tuple)


def _make(kind: Callable[..., _T], *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[_T]:
    """A node of its parts, without a place."""
    return st.builds(kind, *parts, st.just(NOWHERE))


# ---------------------------------------------------------------- words and numbers


def names() -> st.SearchStrategy[n.Name]:
    """Names that may stand anywhere, some of them odd or long."""
    return st.sampled_from([n.Name(word, NOWHERE) for word in WORDS])


def keys(*words: str) -> st.SearchStrategy[n.Name]:
    """Names where some words, reserved elsewhere, are names."""
    return st.sampled_from([n.Name(word, NOWHERE) for word in words + WORDS])


def integers() -> st.SearchStrategy[n.Number]:
    return st.integers(0, 12).map(lambda value: n.Number(str(value), NOWHERE))


def numbers() -> st.SearchStrategy[n.Number]:
    """Numbers in every form they can be written in."""
    return st.sampled_from([n.Number(text, NOWHERE) for text in NUMBERS])


def sizes() -> st.SearchStrategy[n.Size]:
    return st.sampled_from([n.Size(text, NOWHERE) for text in ("3x32x32", "1x7", "3x1", "0x0", "1x28x28")])


def texts() -> st.SearchStrategy[n.Text]:
    """Quoted texts, with what would be a comment or a block elsewhere."""
    inside = ("", " ", "my ops.nas", "a # b", "{ } 'x' -> y: \\n", "Größe", "\t\x85\u2028")
    return st.sampled_from([n.Text(value, NOWHERE) for value in inside])


# ---------------------------------------------------------------- operations


def expressions(depth: int = 2) -> st.SearchStrategy[n.Expression]:
    """What an argument may be. Arithmetic has no brackets: a sum has products, a product has neither."""
    atoms: st.SearchStrategy[n.Expression] = st.one_of(numbers(), sizes(), texts(), _make(n.Call, names(), st.just(())))
    if depth == 0:
        return atoms
    inner = st.deferred(lambda: expressions(depth - 1))
    atoms = st.one_of(atoms, calls(depth - 1), _make(n.Tuple, _some(inner, 2, 3)))
    signs: st.SearchStrategy[Literal["*", "/"]] = st.sampled_from(["*", "/"])
    products = st.one_of(atoms, _make(n.Times, atoms, _some(st.tuples(signs, atoms), 1, 2)))
    return st.one_of(products, _make(n.Plus, _some(products, 2, 3)))


def calls(depth: int = 2) -> st.SearchStrategy[n.Call]:
    inner = st.deferred(lambda: expressions(depth))
    arguments = _make(n.Argument, st.none() | names(), inner)
    return _make(n.Call, names(), st.just(()) | _some(arguments, 1, 3))


def chains(depth: int = 2) -> st.SearchStrategy[n.Chain]:
    """Chains, branching into each other down to `depth`."""
    links: st.SearchStrategy[n.Link] = calls(min(depth, 1))
    if depth:
        branches = _some(st.deferred(lambda: chains(depth - 1)), 2, 3)
        links = st.one_of(links, links, _make(n.Both, branches), _make(n.Joined, branches))
    return _make(n.Chain, _some(links, 1, 4))


def ops() -> st.SearchStrategy[n.Op]:
    return _make(n.Op, names(), _some(names(), 0, 2), st.sampled_from([None, None, 1, 2]), chains())


def values() -> st.SearchStrategy[n.Value]:
    """What a setting may be. In its tuples, words are calls without arguments."""
    words = _make(n.Call, names(), st.just(()))
    members: st.SearchStrategy[n.Expression] = st.recursive(
        st.one_of(words, numbers(), sizes(), texts()),
        lambda inner: _make(n.Tuple, _some(inner, 2, 3)),
        max_leaves=4,
    )
    return st.one_of(chains(), numbers(), sizes(), texts(), _make(n.Tuple, _some(members, 2, 3)))


# ---------------------------------------------------------------- cells


def counts() -> st.SearchStrategy[n.Count]:
    return _make(n.Count, st.integers(0, 12), st.integers(0, 12))


def edges() -> st.SearchStrategy[n.Edge]:
    choices = _make(n.Choice, st.none() | counts(), _some(names(), 1, 4))
    sources = st.none() | _some(names(), 1, 3)
    return _make(n.Edge, st.none() | numbers(), names() | choices, sources, st.none() | numbers())


def statements() -> st.SearchStrategy[n.Statement]:
    terms = st.one_of(edges(), _make(n.Keep, counts(), _some(edges(), 1, 4)))
    return _make(n.Statement, names(), st.none() | names(), _some(terms, 1, 5))


def triples() -> st.SearchStrategy[n.Triple]:
    odd = keys("", "two words", "#", '"', "op", "keep", "conv(3)")
    return _make(n.Triple, odd, integers(), integers() | numbers().filter(lambda number: number.text.isdigit()))


def returns() -> st.SearchStrategy[n.Return]:
    stretches = _make(n.Stretch, names(), st.none() | names())
    alone = names().map(lambda name: n.Return(None, (n.Stretch(name, None, NOWHERE),), NOWHERE))
    return st.one_of(alone, _make(n.Return, names(), _some(stretches, 1, 4)))


def cells() -> st.SearchStrategy[n.Cell]:
    kinds = st.sampled_from(["cell", "recurrent"])
    return _make(n.Cell, kinds, names(), _some(names(), 1, 3), _some(statements() | triples(), 0, 5), returns())


# ---------------------------------------------------------------- networks, recipes, documents


@st.composite
def placed(draw: st.DrawFn) -> n.Placed:
    first = draw(st.none() | st.integers(0, 20))
    last = None if first is None else draw(st.just(first) | st.integers(0, 20))
    stride, repeat = draw(st.integers(1, 3)), draw(st.integers(0, 12))
    return n.Placed(draw(names()), first, last, stride, repeat, NOWHERE)


def networks() -> st.SearchStrategy[n.Network]:
    requires = _make(n.Require, calls(1), st.sampled_from(["==", "<=", ">=", "~="]), numbers())
    settings = _make(n.Setting, keys("input", "stem"), values())
    body = st.one_of(settings, settings, requires, ops(), _make(n.Cells, _some(placed(), 1, 12)))
    kinds = st.sampled_from(["network", "skeleton"])
    return _make(n.Network, kinds, keys("search", "train"), st.none() | names(), _some(body, 0, 5))


def recipes() -> st.SearchStrategy[n.Recipe]:
    settings = _make(n.Setting, keys("network", "keep", "layers"), values())
    return _make(n.Recipe, st.sampled_from(["search", "train"]), st.none() | names(), _some(settings, 0, 5))


def uses() -> st.SearchStrategy[n.Use]:
    paths = _some(names(), 1, 3).map(lambda parts: n.Use(".".join(map(str, parts)), False, NOWHERE))
    return st.one_of(paths, texts().map(lambda text: n.Use(text.value, True, NOWHERE)))


def documents() -> st.SearchStrategy[n.Document]:
    """Any document that can be written, sense or not."""
    sets = _make(n.Ops, names(), _some(names(), 1, 9))
    items = st.one_of(uses(), ops(), sets, cells(), networks(), recipes())
    return st.builds(n.Document, st.sampled_from([None, n.VERSION]), _some(items, 0, 5))


# ---------------------------------------------------------------- documents that make sense


def _name(text: str) -> n.Name:
    return n.Name(text, NOWHERE)


def _edge(operation: str, source: int) -> n.Edge:
    return n.Edge(None, _name(operation), (_name(f"s{source}"),), None, NOWHERE)


def _document(cells: Sequence[n.Cell]) -> n.Document:
    stack = tuple(n.Placed(cell.name, None, None, 1 if i % 2 == 0 else 2, 1, NOWHERE) for i, cell in enumerate(cells))
    network = n.Network("network", _name("cifar"), _name("darts_cifar"), (n.Cells(stack, NOWHERE),), NOWHERE)
    return n.Document(n.VERSION, (n.Use("std.darts", False, NOWHERE), *cells, network))


def _returned(draw: st.DrawFn, last: int) -> n.Return:
    how = draw(st.sampled_from(["concat", "sum", "mean"]))
    return n.Return(_name(how), (n.Stretch(_name("s2"), _name(f"s{last}"), NOWHERE),), NOWHERE)


@st.composite
def genotypes(draw: st.DrawFn, most_states: int = 5) -> n.Document:
    """A decided document over `std.darts`: two cells of two inputs, up to 3 edges a state, all returned."""
    made = []
    for name in ("normal", "reduce"):
        last = draw(st.integers(2, most_states + 1))
        body = []
        for state in range(2, last + 1):
            pairs = st.tuples(st.sampled_from(DARTS), st.integers(0, state - 1))
            terms = tuple(_edge(*pair) for pair in draw(st.lists(pairs, min_size=1, max_size=3)))
            body.append(n.Statement(_name(f"s{state}"), None, terms, NOWHERE))
        inputs = (_name("s0"), _name("s1"))
        made.append(n.Cell("cell", _name(name), inputs, tuple(body), _returned(draw, last), NOWHERE))
    return _document(made)


@st.composite
def spaces(draw: st.DrawFn, most_states: int = 4) -> n.Document:
    """A document over `std.darts` with open edges: `keep`, sets written in place, decided edges besides."""
    made = []
    for name in ("normal", "reduce"):
        last = draw(st.integers(2, most_states + 1))
        everything = n.Edge(None, _name("darts"), None, None, NOWHERE)
        low, high = draw(st.sampled_from([(1, 1), (2, 2), (0, 2)]))
        kept = n.Keep(n.Count(low, high, NOWHERE), (everything,), NOWHERE)
        members = draw(st.lists(st.sampled_from(DARTS), min_size=2, max_size=4, unique=True))
        choice = n.Choice(None, tuple(map(_name, members)), NOWHERE)
        in_place = n.Edge(None, choice, (_name(draw(st.sampled_from(["s0", "s1"]))),), None, NOWHERE)
        several: list[n.Edge | n.Keep] = [kept, in_place, _edge("skip_connect", 0)]
        body = n.Statement(
            _name("s2"),
            _name(f"s{last}"),
            (kept, *draw(st.lists(st.sampled_from(several), max_size=2))),
            NOWHERE,
        )
        inputs = (_name("s0"), _name("s1"))
        made.append(n.Cell("cell", _name(name), inputs, (body,), _returned(draw, last), NOWHERE))
    return _document(made)

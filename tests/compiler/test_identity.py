"""The identity of genotypes: what is the same, what is not, and the same question asked by brute force."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import permutations
from random import Random

import pytest

import nasc
from nasc.compiler.canonical import Vertex, canonical
from nasc.compiler.check import check
from nasc.compiler.identity import identity
from nasc.compiler.sample import sample
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import NasError

USE = "use std.darts\n"
NETWORK = "network n: darts_cifar { cells: normal*2, normal/2, normal }\n"


def cell(equations: str, name: str = "normal", kind: str = "cell", inputs: str = "s0, s1") -> str:
    return f"{kind} {name}({inputs}) {{ {equations} }}\n"


def of(equations: str, network: str = NETWORK, more: str = "") -> str:
    """The identity of a cell placed at stride 1 and 2."""
    return identity(nasc.loads(USE + more + cell(equations) + network))


BASE = "s2 = sep_conv_3x3(s0) + skip_connect(s1)  s3 = max_pool_3x3(s2) + sep_conv_3x3(s2)  return concat(s2..s3)"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BASE, BASE.replace("sep_conv_3x3(s0) + skip_connect(s1)", "skip_connect(s1) + sep_conv_3x3(s0)")),
        (BASE, BASE.replace("s2", "first").replace("first..s3", "first, s3")),
        (BASE, BASE.replace("return", "s4 = sep_conv_5x5(s3)  return")),
        (BASE, BASE.replace("(s1) ", "(s1) + none(s0) ")),
        (BASE, BASE.replace("sep_conv_3x3(s0)", "sep_conv_3x3(s0) @0.3")),
        (BASE, BASE.replace("max_pool", "1*max_pool")),
        # an identity is its source, and sums are flat
        ("s2 = sep_conv_3x3(s0)  s3 = skip_connect(s2) + sep_conv_5x5(s1)  return s3",
         "s3 = sep_conv_3x3(s0) + sep_conv_5x5(s1)  return s3"),
        ("s2 = sep_conv_3x3(s0) + sep_conv_5x5(s1)  s3 = skip_connect(s2)  return s3",
         "s2 = sep_conv_3x3(s0) + sep_conv_5x5(s1)  return sum(s2)"),
        # operations without weights on one value are one value
        ("s2 = sep_conv_3x3(s0)  s3 = max_pool_3x3(s2)  s4 = max_pool_3x3(s2)  s5 = sep_conv_3x3(s3, s4)  return s5",
         "s2 = sep_conv_3x3(s0)  s3 = max_pool_3x3(s2)  s5 = sep_conv_3x3(s3, s3)  return s5"),
        # a state without live edges is zero, and edges from it are dropped
        ("s2 = none(s0, s1)  s3 = sep_conv_3x3(s2, s0) + max_pool_3x3(s2)  return s3",
         "s2 = sep_conv_3x3(s0)  return s2"),
        ("s2 = none(s0)  s3 = sep_conv_3x3(s2)  return s3", "s2 = none(s1)  return s2"),
        # sums and means are weighted sums
        ("s2 = 2*sep_conv_3x3(s0)  s3 = skip_connect(s2)  return s3",
         "s2 = sep_conv_3x3(s0)  s3 = skip_connect(s2, s2)  return s3"),
        ("s2 = sep_conv_3x3(s0)  s3 = sep_conv_3x3(s1)  return mean(s2, s3)",
         "s2 = 0.5*sep_conv_3x3(s0) + 0.5*sep_conv_3x3(s1)  return s2"),
        ("s2 = sep_conv_3x3(s0)  s3 = sep_conv_3x3(s2)  return sum(s2, s3)",
         "s2 = sep_conv_3x3(s0)  s3 = skip_connect(s2) + sep_conv_3x3(s2)  return s3"),
    ],
)  # fmt: skip
def test_the_same(one: str, other: str) -> None:
    assert of(one) == of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BASE, BASE.replace("s0", "s1")),
        (BASE, BASE.replace("sep_conv_3x3(s2)", "sep_conv_5x5(s2)")),
        (BASE, BASE.replace("concat", "sum")),
        (BASE, BASE.replace("max_pool", "0.5*max_pool")),
        # the parts of a concat are channels, each with its weights in what reads the cell
        (BASE, BASE.replace("s2..s3", "s3, s2")),
        # a + a is not a
        ("s2 = max_pool_3x3(s0, s0)  return s2", "s2 = max_pool_3x3(s0)  return s2"),
        # two operations with weights are two, one that is read twice is one
        ("s2 = sep_conv_3x3(s0)  s3 = sep_conv_3x3(s0)  s4 = max_pool_3x3(s2) + skip_connect(s3)  return s4",
         "s2 = sep_conv_3x3(s0)  s4 = max_pool_3x3(s2) + skip_connect(s2)  return s4"),
        # an identity at stride 2 is none
        ("s2 = skip_connect(s0, s0)  return s2", "s2 = 2*skip_connect(s0)  return s2"),
        # operations are not distributed over sums
        ("s2 = sep_conv_3x3(s0, s1)  s3 = avg_pool_3x3(s2)  return s3",
         "s2 = sep_conv_3x3(s0)  s3 = sep_conv_3x3(s1)  s4 = avg_pool_3x3(s2, s3)  return s4"),
        # a part of zeros in a concat is channels too
        ("s2 = sep_conv_3x3(s0)  s3 = none(s0)  return concat(s2, s3)", "s2 = sep_conv_3x3(s0)  return concat(s2)"),
        ("s2 = sep_conv_3x3(s0)  s3 = none(s0)  return mean(s2, s3)", "s2 = sep_conv_3x3(s0)  return s2"),
    ],
)  # fmt: skip
def test_not_the_same(one: str, other: str) -> None:
    assert of(one) != of(other)


def test_operations_compare_by_definition() -> None:
    half = "relu -> dwconv(3{}) -> conv(1) -> bn"
    mine = f"op mine = {half.format(', stride')} -> {half.format('')}  op nothing = relu -> zero(stride)\n"
    assert of(BASE.replace("sep_conv_3x3", "mine"), more=mine) == of(BASE)
    assert of(BASE.replace("(s1) ", "(s1) + nothing(s0) "), more=mine) == of(BASE)
    parts = "op a = relu\nop b = conv(3) -> bn\nop ab = relu -> conv(3) -> bn\n"
    split = "s2 = sep_conv_3x3(s0)  s3 = a(s2)  s4 = b(s3)  return s4"
    assert of(split, more=parts) == of("s2 = sep_conv_3x3(s0)  s4 = ab(s2)  return s4", more=parts)


def test_what_a_network_replaces_counts() -> None:
    pools = NETWORK.replace("{ ", "{ op max_pool_3x3 = max_pool(3, stride) -> bn  ")
    assert of(BASE, pools) != of(BASE) == of(BASE, NETWORK.replace("{ ", "{ op sep_conv_7x7 = sep_conv(9)  "))
    assert of(BASE, NETWORK.replace("darts_cifar", "ptdarts_cifar")) == of(BASE, pools)
    # drop path acts in training alone
    assert of(BASE, NETWORK.replace("darts_cifar", "fairdarts_cifar")) == of(BASE)
    assert of(BASE, NETWORK.replace("{ ", "{ preprocess: conv(3)  ")) != of(BASE)


def test_what_stands_around_the_cells_does_not_count() -> None:
    for more in ("channels: 8", "classes: 100", "input: 3x64x64", "stem: conv(5, out=3*C)"):
        assert of(BASE, NETWORK.replace("{ ", f"{{ {more}  ")) == of(BASE)
    assert of(BASE, NETWORK.replace("normal*2", "normal*5")) == of(BASE)
    assert of(BASE, NETWORK.replace("darts_cifar", "darts_imagenet")) == of(BASE)
    assert of(BASE, NETWORK + "train { network: n  epochs: 3 }\nsearch darts {}") == of(BASE)


def test_the_stack_counts() -> None:
    assert of(BASE, NETWORK.replace("normal/2, ", "")) != of(BASE)
    two = cell(BASE, "again") + NETWORK.replace("normal }", "again }")
    assert of(BASE, two) == of(BASE)
    other = cell(BASE.replace("max", "avg"), "again") + NETWORK.replace("normal }", "again }")
    assert of(BASE, other) != of(BASE)


def test_an_operation_that_fits_one_width_alone() -> None:
    odd = "op odd = [conv(1, out=36), take(0, C)] -> take(0, 36)  op add = (conv(1, out=36) + identity)\n"
    network = "network n: darts_cifar { channels: 36  cells: normal }"
    assert of("s2 = odd(s0) + add(s1)  return s2", network, odd) == of(
        "s2 = add(s1) + odd(s0)  return s2", network, odd
    )


def test_which_network_counts() -> None:
    both = (
        "network search: darts_search {{ cells: normal  channels: 16 }}\nnetwork n: darts_cifar {{ cells: normal }}{}"
    )
    alone = of(BASE, "network n: darts_cifar { cells: normal }")
    assert of(BASE, both.format("")) == of(BASE, both.format("train { network: n }")) == alone
    searched = of(BASE, "network n: darts_search { cells: normal }")
    assert searched == of(BASE, both.format("train { network: search }")) != alone
    assert identity(nasc.loads(USE + cell(BASE) + both.format("")), "search") == searched


def test_without_a_network() -> None:
    reduce = cell(BASE.replace("max", "avg"), "reduce")
    text = USE + cell(BASE) + reduce
    assert identity(nasc.loads(text)) == identity(nasc.loads(text + "network n: darts_cifar {}"))
    swapped = (
        text.replace("cell normal", "cell x").replace("cell reduce", "cell normal").replace("cell x", "cell reduce")
    )
    assert identity(nasc.loads(swapped)) != identity(nasc.loads(text))
    alone = USE + cell(BASE, "mine")
    assert identity(nasc.loads(alone)) == identity(nasc.loads(alone.replace("s2", "x").replace("x..s3", "x, s3")))
    assert identity(nasc.loads(alone)) != identity(nasc.loads(alone.replace("max", "avg")))


def test_a_foreign_genotype_is_its_shipped_text() -> None:
    text = nasc.dumps(nasc.load("darts_v2"))
    foreign = (
        "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1),"
        " ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)],"
        " normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2),"
        " ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)],"
        " reduce_concat=[2, 3, 4, 5])"
    )
    assert nasc.identity(nasc.loads(text)) == nasc.identity(nasc.loads(foreign)) == nasc.identity(nasc.load("darts_v2"))
    assert nasc.identity(nasc.loads(foreign, dialect="gdas")) != nasc.identity(nasc.loads(foreign))


# ---------------------------------------------------------------- recurrent cells


RNN = "use std.darts_rnn\n"


def rnn(equations: str) -> str:
    return identity(nasc.loads(RNN + cell(equations, "c", "recurrent", "x, h")))


def test_recurrent_cells() -> None:
    base = "s0 = gate(x, h)  s1 = identity(s0)  s2 = tanh(s0)  s3 = relu(s1)  return mean(s1..s3)"
    assert rnn(base) == rnn(base.replace("s1", "a").replace("a..s3", "a, s3, s2"))
    assert rnn(base) == rnn(base.replace("identity(s0)", "none(s0) + identity(s0)"))
    assert rnn(base) == rnn(base.replace("return", "s4 = relu(s3)  return"))
    # an identity has weights
    assert rnn(base) != rnn(base.replace("relu(s1)", "relu(s0)"))
    # two states have two matrices
    two = "s0 = gate(x, h)  s1 = tanh(s0)  s2 = tanh(s0)  s3 = relu(s1)  s4 = relu(s{})  return mean(s3..s4)"
    assert rnn(two.format(1)) != rnn(two.format(2))
    placed = nasc.loads(RNN + cell(base, "c", "recurrent", "x, h") + "network n: darts_lm { vocabulary: 9  cells: c }")
    assert identity(placed) == rnn(base)
    searched = nasc.loads(
        RNN + cell(base, "c", "recurrent", "x, h") + "network n: darts_lm_search { vocabulary: 9  cells: c }"
    )
    assert identity(searched) != rnn(base)


# ---------------------------------------------------------------- spaces


def test_spaces() -> None:
    one = "s2 = keep 1 of {sep_conv_3x3 | skip_connect}(*)  s3 = {none | max_pool_3x3}(s2)  return concat(s2..s3)"
    same = [one.replace("sep_conv_3x3 | skip_connect", "skip_connect | sep_conv_3x3"), one.replace("(*)", "(s1, s0)")]
    other = [
        one.replace("keep 1 of ", "keep 0..1 of "),
        one.replace("keep 1 of ", ""),
        one.replace("none | ", "skip_connect | "),
    ]
    assert {of(text) for text in same} == {of(one)}
    assert of(one) not in {of(text) for text in other}


def test_cells_that_share_a_choice() -> None:
    open_cell = "s2 = keep 1 of darts(*)  return s2"
    network = "network n: darts_cifar {{ cells: {} }}"
    assert of(open_cell, network.format("normal[0..1]")) != of(open_cell, network.format("normal*2"))
    assert of(open_cell, network.format("normal[0..1]")) == of(open_cell, network.format("normal[4], normal[3]"))
    assert of(BASE, network.format("normal[0..1]")) == of(BASE, network.format("normal*2"))


# ---------------------------------------------------------------- in bulk


def test_nothing_that_is_written_differently_counts() -> None:
    """Samples of the DARTS space, with states renamed and statements, edges and cells in another order."""
    space = check(nasc.load("darts"))
    random = Random(1)
    seen = set()
    for seed in range(20):
        genotype = sample(space, seed)
        found = identity(genotype)
        seen.add(found)
        assert found == identity(shuffled(genotype, random))
    assert len(seen) == 20


def shuffled(document: n.Document, random: Random) -> n.Document:
    items = [disguised(item, random) if isinstance(item, n.Cell) else item for item in document.items]
    cells = [item for item in items if isinstance(item, n.Cell)]
    others = [item for item in items if not isinstance(item, n.Cell)]
    random.shuffle(cells)
    return replace(document, items=(*others, *cells))


def disguised(cell: n.Cell, random: Random) -> n.Cell:
    statements = [s for s in cell.statements if isinstance(s, n.Statement)]
    states = [s.state.text for s in statements]
    fresh = random.sample([f"q{i}x" for i in range(100)], len(states))
    inputs = ["b", "a"]
    new = dict(zip(states, fresh, strict=True)) | dict(zip([i.text for i in cell.inputs], inputs, strict=True))

    def renamed(name: n.Name) -> n.Name:
        return n.Name(new[name.text], name.span)

    done = [i.text for i in cell.inputs]
    left, written = list(statements), []
    while left:
        ready = [
            s for s in left if all(x.text in done for e in s.terms if isinstance(e, n.Edge) for x in e.sources or ())
        ]
        one = random.choice(ready)
        left.remove(one)
        done.append(one.state.text)
        edges = [replace(e, sources=tuple(map(renamed, e.sources or ()))) for e in one.terms if isinstance(e, n.Edge)]
        written.append(replace(one, state=renamed(one.state), terms=tuple(random.sample(edges, len(edges)))))
    returned = cell.returned.states[0]
    assert returned.last is not None
    line = tuple(n.Stretch(renamed(n.Name(state, returned.span)), None, returned.span) for state in states)
    return replace(
        cell,
        inputs=tuple(map(renamed, cell.inputs)),
        statements=tuple(written),
        returned=replace(cell.returned, states=line),
    )


OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
PAIRS = ((1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2))


def nasbench201(operations: tuple[str, ...]) -> n.Document:
    states = {
        s: " + ".join(f"{o}(s{p})" for o, (t, p) in zip(operations, PAIRS, strict=True) if t == s) for s in (1, 2, 3)
    }
    equations = "  ".join(f"s{s} = {edges}" for s, edges in states.items())
    text = f"use std.nasbench201\n{cell(equations + '  return s3', inputs='s0')}network n: nasbench201 {{}}"
    return nasc.loads(text)


def function(operations: tuple[str, ...]) -> str:
    """The smallest text of the cell's function over all ways to number its instances: equal for equal functions."""
    zero = {0: False}
    for state in (1, 2, 3):
        into = [(o, p) for o, (t, p) in zip(operations, PAIRS, strict=True) if t == state]
        zero[state] = all(o == "none" or zero[p] for o, p in into)
    alive, live = {3}, list(operations)
    for i in reversed(range(6)):
        state, source = PAIRS[i]
        if zero[source] or state not in alive:
            live[i] = "none"
        if live[i] != "none":
            alive.add(source)
    kinds = [[i for i in range(6) if live[i] == kind] for kind in ("nor_conv_1x1", "nor_conv_3x3")]
    texts = []
    for small in permutations(range(len(kinds[0]))):
        for large in permutations(range(len(kinds[1]))):
            numbers = dict(zip(kinds[0] + kinds[1], small + large, strict=True))
            texts.append(repr(symbolic(live, numbers)))
    return min(texts)


def symbolic(operations: list[str], numbers: dict[int, int]) -> list[str]:
    """The sum that is returned, as the sorted list of its terms."""
    values = {0: ["x"], 1: [], 2: [], 3: []}
    for i, (state, source) in enumerate(PAIRS):
        if operations[i] == "skip_connect":
            values[state] = sorted(values[state] + values[source])
        elif operations[i] != "none":
            values[state] = sorted([*values[state], f"{operations[i]}{numbers.get(i, '')}({values[source]})"])
    return values[3]


def test_nasbench201_against_all_numberings() -> None:
    """Random cells, and for each some that differ from it in one or two edges, so that equal ones are among them."""
    random = Random(3)
    drawn = set()
    for _ in range(50):
        one = tuple(random.choices(OPERATIONS, k=6))
        drawn.add(one)
        for _ in range(3):
            other = list(one)
            for place in random.sample(range(6), random.choice([1, 2])):
                other[place] = random.choice(OPERATIONS)
            drawn.add(tuple(other))
    ordered = sorted(drawn)
    identities = [identity(nasbench201(one)) for one in ordered]
    functions = [function(one) for one in ordered]
    assert len(set(functions)) == len(set(identities)) == len(set(zip(functions, identities, strict=True)))
    assert len(set(functions)) < len(ordered)


# ---------------------------------------------------------------- graphs that look alike


def graph(edges: list[tuple[int, int]], count: int, order: list[int]) -> str:
    """Vertices with weights of their own, each edge the sum of two, all summed; in some order."""
    vertices = [Vertex("input")]
    place = {}
    for v in order:
        place[v] = len(vertices)
        vertices.append(Vertex("conv", (("", 0),)))
    sums = []
    for a, b in sorted(edges, key=lambda edge: (order.index(edge[0]), edge)):
        sums.append(len(vertices))
        vertices.append(Vertex("pool", (("1", place[b]), ("1", place[a]))))
    vertices.append(Vertex("sum", tuple(("1", s) for s in sums)))
    assert len(place) == count
    return canonical(vertices, len(vertices) - 1)


CIRCLE = [(i, (i + 1) % 12) for i in range(12)]
TWO_CIRCLES = [(i, (i + 1) % 6) for i in range(6)] + [(6 + i, 6 + (i + 1) % 6) for i in range(6)]
ROOK = [(a, b) for a in range(16) for b in range(a) if a // 4 == b // 4 or a % 4 == b % 4]
STEPS = {(0, 1), (0, 3), (1, 0), (3, 0), (1, 1), (3, 3)}
SHRIKHANDE = [(a, b) for a in range(16) for b in range(a) if ((a // 4 - b // 4) % 4, (a - b) % 4) in STEPS]


@pytest.mark.parametrize(
    ("edges", "others", "count"),
    [(CIRCLE, TWO_CIRCLES, 12), (ROOK, SHRIKHANDE, 16)],
    ids=["circles", "strongly regular"],
)
def test_graphs_that_colours_cannot_tell_apart(
    edges: list[tuple[int, int]], others: list[tuple[int, int]], count: int
) -> None:
    assert len(edges) == len(others)
    random = Random(0)
    orders = [random.sample(range(count), count) for _ in range(3)]
    assert len({graph(edges, count, order) for order in orders}) == 1
    assert len({graph(others, count, order) for order in orders}) == 1
    assert graph(edges, count, orders[0]) != graph(others, count, orders[0])


def test_random_graphs() -> None:
    random = Random(5)
    for _ in range(10):
        edges = [(a, b) for a in range(9) for b in range(a) if random.random() < 0.4]
        texts = {graph(edges, 9, random.sample(range(9), 9)) for _ in range(4)}
        assert len(texts) == 1


def test_many_that_are_alike() -> None:
    """200 states that can be exchanged, each read twice."""
    states = "  ".join(f"a{i} = sep_conv_3x3(s0)  b{i} = max_pool_3x3(a{i}) + sep_conv_3x3(a{i})" for i in range(200))
    start = time.process_time()
    assert of(f"{states}  return sum({', '.join(f'b{i}' for i in range(200))})").startswith("arch:")
    assert time.process_time() - start < 10


def test_what_would_take_minutes_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nasc.compiler.canonical.MAX_WORK", 30_000)
    count = 20
    first = "  ".join(f"a{i} = sep_conv_3x3(s0)" for i in range(count))
    every = ", ".join(f"a{i}" for i in range(count))
    second = "  ".join(
        f"b{i} = sep_conv_3x3({every})  c{i} = sep_conv_3x3(b{i}) + max_pool_3x3(b{i})" for i in range(count)
    )
    document = nasc.loads(
        USE + cell(f"{first}  {second}  return sum({', '.join(f'c{i}' for i in range(count))})") + NETWORK
    )
    with pytest.raises(NasError) as raised:
        identity(document)
    assert [d.code for d in raised.value.diagnostics] == ["E105"]

"""The genotypes of DARTS and its relatives: pairs, with strengths or not, rows, triples, recurrent cells."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasc.dsl.diagnostic import NasError, show
from nasc.dsl.dialects import DIALECTS, Reading, read, recognise, write
from nasc.dsl.parser import parse
from nasc.dsl.printer import to_text
from nasc.dsl.source import Source

V2 = (
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), "
    "('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], "
    "normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), "
    "('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), "
    "('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])"
)
V2_NAS = """nas 1
use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) + sep_conv_3x3(s1)
  s3 = sep_conv_3x3(s0) + sep_conv_3x3(s1)
  s4 = sep_conv_3x3(s1) + skip_connect(s0)
  s5 = skip_connect(s0) + dil_conv_3x3(s2)
  return concat(s2..s5)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) + max_pool_3x3(s1)
  s3 = skip_connect(s2) + max_pool_3x3(s1)
  s4 = max_pool_3x3(s0) + skip_connect(s2)
  s5 = skip_connect(s2) + max_pool_3x3(s1)
  return concat(s2..s5)
}

network cifar: darts_cifar { channels: 36  layers: 20 }
network imagenet: darts_imagenet { channels: 48  layers: 14 }
"""
NETWORKS = {
    "gdas": """
network cifar: gdas_cifar { channels: 36 layers: 20 cells: normal*, frc/2, normal*, frc/2, normal* }
network imagenet: gdas_imagenet { channels: 52 layers: 14 cells: normal*, frc/2, normal*, frc/2, normal* }
""",
    "ptdarts": """
network cifar: ptdarts_cifar { channels: 36 layers: 20 }
network mnist: ptdarts_mnist { channels: 36 layers: 20 }
""",
    "autodl": """
network cifar: darts_cifar { channels: 36 layers: 20 }
network imagenet: pdarts_imagenet { channels: 48 layers: 14 }
""",
    "fairdarts": """
network cifar: fairdarts_cifar { channels: 36 layers: 20 }
network imagenet: darts_imagenet { channels: 48 layers: 14 edge: operation state: sum -> drop_path }
""",
    "rnn": """
network ptb: darts_lm { channels: 850 vocabulary: 10000 cells: rnn }
network wikitext2: darts_lm { channels: 700 vocabulary: 33278 cells: rnn }
""",
}
CELLS = {
    "gdas": """use std.gdas
cell normal(s0, s1) { s2 = sep_conv_3x3(s0) @0.16 + skip_connect(s1) @0.13 return concat(s2) }""",
    "ptdarts": """use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0) + skip_connect(s1) return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0) + max_pool_3x3(s1) return concat(s2) }""",
    "fairdarts": """use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0) + skip_connect(s1) return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0) return concat(s2) }""",
    "autodl": """use std.darts
cell normal(s0, s1) { s2 = sep_conv_3x3(s0) + skip_connect(s1) return concat(s2) }
cell reduce(s0, s1) { s2 = max_pool_3x3(s0) + max_pool_3x3(s1) return concat(s2) }""",
    "rnn": """use std.darts_rnn
recurrent rnn(x, h) { s0 = gate(x, h) s1 = tanh(s0) s2 = relu(s1) return mean(s1, s2) }""",
}


def reading(text: str, dialect: str | None = None) -> Reading:
    return read(Source("small.txt", text), dialect or recognise(text) or "")


def test_darts_v2() -> None:
    result = reading(V2)
    assert result.document == parse(Source("v2.nas", V2_NAS))
    assert result.warnings == ()
    assert write(result.document, "darts") == V2
    assert to_text(result.document) == to_text(parse(Source("v2.nas", V2_NAS)))


def test_fields_in_any_form() -> None:
    normal = V2[V2.index("normal=") + 7 : V2.index(", normal_concat")]
    reduce = V2[V2.index("reduce=") + 7 : V2.index(", reduce_concat")]
    for text in (
        f"DARTS_V2 = Genotype(\n  {normal},\n  [2, 3, 4, 5],  # all\n  {reduce},\n  range(2, 6),\n)\n",
        f"Genotype({normal}, reduce=({reduce[1:-1]}), reduce_concat=(2, 3, 4, 5), normal_concat=range(2, 6))",
        V2.replace("'", '"'),
    ):
        assert reading(text).document == reading(V2).document


@pytest.mark.parametrize(
    ("concat", "expected"),
    [
        ("[4, 5, 3, 2]", "concat(s4, s5, s3, s2)"),
        ("[2, 4, 5]", "concat(s2, s4, s5)"),
        ("[5, 2, 3, 4]", "concat(s5, s2..s4)"),
        ("[0, 1, 1]", "concat(s0, s1, s1)"),
        ("range(3, 6)", "concat(s3..s5)"),
    ],
)
def test_what_concat_lists_is_returned(concat: str, expected: str) -> None:
    text = V2.replace("normal_concat=[2, 3, 4, 5]", f"normal_concat={concat}")
    document = reading(text).document
    assert f"return {expected}\n" in to_text(document)
    assert reading(write(document, "darts")).document == document


@pytest.mark.parametrize("name", CELLS)
def test_the_examples_of_the_relatives(name: str) -> None:
    document = reading(DIALECTS[name].example).document
    assert document == parse(Source("small.nas", f"nas 1 {CELLS[name]} {NETWORKS[name]}"))
    again = write(document, name)
    assert recognise(again) == name
    assert reading(again).document == document


def test_the_dialect_can_be_named() -> None:
    document = reading(V2, "gdas").document
    assert [str(network.base) for network in document.networks.values()] == ["gdas_cifar", "gdas_imagenet"]
    assert document.cells == reading(V2).document.cells
    assert write(document, "gdas") == V2


@pytest.mark.parametrize(
    ("score", "strength"),
    [
        ("0.16", "0.16"),
        ("1", "1.0"),
        (".5", "5.0000000000000000e-01"),
        ("1e-200", "0.0"),
        ("-2.5e-05", "-2.5e-05"),
    ],
)
def test_strengths_are_kept(score: str, strength: str) -> None:
    text = f"Genotype([('a', 0, {score}), ('b', 1)], [2], None, None)"
    document = reading(text, "gdas").document
    assert f"s2 = a(s0) @{strength} + b(s1)" in to_text(document)
    assert write(document, "gdas").startswith(f"Genotype(normal=[('a', 0, {strength}), ('b', 1)], normal_concat=[2]")
    assert "@" not in to_text(reading(write(reading(V2).document, "darts")).document)


# ---------------------------------------------------------------- diagnostics

DIAGNOSED = {
    "Genotype([('a', 0), ('b', 3)],\n [2, 9], [('a', 0), ('b', 2), ('c', 0), ('d', 1)], range(2, 99))": (
        "darts",
        """error[E203]: `s3` is not defined in cell `normal`
 --> small.txt:1:27
  |
1 | Genotype([('a', 0), ('b', 3)],
  |                           ^ states defined here: s0, s1

error[E203]: `s9` is not defined in cell `normal`
 --> small.txt:2:6
  |
2 |  [2, 9], [('a', 0), ('b', 2), ('c', 0), ('d', 1)], range(2, 99))
  |      ^ states defined here: s0, s1, s2

error[E203]: `s2` is not defined in cell `reduce`
 --> small.txt:2:27
  |
2 |  [2, 9], [('a', 0), ('b', 2), ('c', 0), ('d', 1)], range(2, 99))
  |                           ^ states defined here: s0, s1
  = help: `s2` can only read states before it

error[E203]: `s4` is not defined in cell `reduce`
 --> small.txt:2:52
  |
2 |  [2, 9], [('a', 0), ('b', 2), ('c', 0), ('d', 1)], range(2, 99))
  |                                                    ^^^^^^^^^^^^ states defined here: s0, s1, s2, s3""",
    ),
    "Genotype([('a', 0), ('b', 1), ('c', 2)], [2], None, [2])": (
        "darts",
        """error[E109]: `normal` has 3 edges: the last state has one only
 --> small.txt:1:31
  |
1 | Genotype([('a', 0), ('b', 1), ('c', 2)], [2], None, [2])
  |                               ^^^^^^^^
  = help: every state takes two

error[E109]: `reduce` is not a list of edges
 --> small.txt:1:47
  |
1 | Genotype([('a', 0), ('b', 1), ('c', 2)], [2], None, [2])
  |                                               ^^^^
  = help: the fixed reduction cell of GDAS: read the text as `gdas`""",
    ),
    "Genotype([('a', 0, 1), ('b', '1')], [], [], [2])": (
        "darts",
        """error[E109]: this is not an edge
 --> small.txt:1:11
  |
1 | Genotype([('a', 0, 1), ('b', '1')], [], [], [2])
  |           ^^^^^^^^^^^ expected `(operation, source)`

error[E109]: this is not an edge
 --> small.txt:1:24
  |
1 | Genotype([('a', 0, 1), ('b', '1')], [], [], [2])
  |                        ^^^^^^^^^^ expected `(operation, source)`

error[E109]: cell `reduce` has no edges
 --> small.txt:1:41
  |
1 | Genotype([('a', 0, 1), ('b', '1')], [], [], [2])
  |                                         ^^""",
    ),
    "Genotype([[('a', 0)], []], [2], [[('a', 0)]], [])": (
        "ptdarts",
        """error[E109]: a state of `normal` has no edges
 --> small.txt:1:23
  |
1 | Genotype([[('a', 0)], []], [2], [[('a', 0)]], [])
  |                       ^^

error[E109]: cell `reduce` returns nothing
 --> small.txt:1:47
  |
1 | Genotype([[('a', 0)], []], [2], [[('a', 0)]], [])
  |                                               ^^""",
    ),
    "Genotype([[('a', 0)]], [2], [[('a', 0)]], [2], None, connects=2)": (
        "autodl",
        """error[E109]: `connects` is not `None`
 --> small.txt:1:63
  |
1 | Genotype([[('a', 0)]], [2], [[('a', 0)]], [2], None, connects=2)
  |                                                               ^
  = help: no published network has another value""",
    ),
    "Genotype([('a', 2, 0), ('b', 3, 4), ('c', 3, 0)], [2, 3, 4, 5], [('a', 2, 0)], [2])": (
        "fairdarts",
        """warning[W205]: the edge `b(s4)` into `s3` of cell `normal` never runs
 --> small.txt:1:24
  |
1 | Genotype([('a', 2, 0), ('b', 3, 4), ('c', 3, 0)], [2, 3, 4, 5], [('a', 2, 0)], [2])
  |                        ^^^^^^^^^^^ nothing makes `s4`
  = help: the authors' code passes over it, though it counts its parameters; it is left out

warning[W205]: the authors' code ignores `normal_concat`
 --> small.txt:1:51
  |
1 | Genotype([('a', 2, 0), ('b', 3, 4), ('c', 3, 0)], [2, 3, 4, 5], [('a', 2, 0)], [2])
  |                                                   ^^^^^^^^^^^^ `normal` returns s2, s3
  = help: it returns all states, in the order of their evaluation, and so does what is read here""",
    ),
    "Genotype(recurrent=[('tanh', 0), ('relu', 2)], concat=range(1, 9))": (
        "rnn",
        """error[E203]: `s2` is not defined in cell `rnn`
 --> small.txt:1:43
  |
1 | Genotype(recurrent=[('tanh', 0), ('relu', 2)], concat=range(1, 9))
  |                                           ^ states defined here: s0, s1
  = help: `s2` can only read states before it

error[E203]: `s3` is not defined in cell `rnn`
 --> small.txt:1:55
  |
1 | Genotype(recurrent=[('tanh', 0), ('relu', 2)], concat=range(1, 9))
  |                                                       ^^^^^^^^^^^ states defined here: s0, s1, s2""",
    ),
    "Genotype(recurrent=[('none', 0), ('relu', 1)], concat=[2])": (
        "rnn",
        """warning[W205]: the authors' code keeps a part of `s0` under `none`
 --> small.txt:1:21
  |
1 | Genotype(recurrent=[('none', 0), ('relu', 1)], concat=[2])
  |                     ^^^^^^^^^^^
  = help: GDAS has it as an activation whose values are zero; here such a state is zero""",
    ),
    "Genotype(recurrent=[], concat=[])": (
        "rnn",
        """error[E109]: cell `rnn` has no states
 --> small.txt:1:20
  |
1 | Genotype(recurrent=[], concat=[])
  |                    ^^""",
    ),
}


@pytest.mark.parametrize("text", DIAGNOSED)
def test_diagnosed(text: str) -> None:
    dialect, expected = DIAGNOSED[text]
    try:
        found = "\n\n".join(show(reading(text, dialect).warnings))
    except NasError as error:
        found = str(error)
    assert found == expected


# ---------------------------------------------------------------- round trips

OPS = st.sampled_from(["sep_conv_3x3", "skip_connect", "none", "dil_conv_5x5"])
SCORES = st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr)


@st.composite
def rows(draw: st.DrawFn, each: int | None) -> list[list[tuple[str, int]]]:
    """The edges of each state: (operation, source)."""
    made = []
    for state in range(2, 2 + draw(st.integers(1, 6))):
        count = each or draw(st.integers(1, 4))
        made.append([(draw(OPS), draw(st.integers(0, state - 1))) for _ in range(count)])
    return made


@st.composite
def genotypes(draw: st.DrawFn, dialect: str) -> str:
    if dialect == "rnn":
        acts = st.sampled_from(["tanh", "relu", "sigmoid", "identity"])
        edges = [(draw(acts), draw(st.integers(0, i))) for i in range(draw(st.integers(1, 9)))]
        concat = draw(st.lists(st.integers(1, len(edges)), min_size=1, unique=True))
        return f"Genotype(recurrent={edges}, concat={concat})"
    fields = {}
    for name in ("normal", "reduce"):
        cell = draw(rows(None if dialect in ("ptdarts", "autodl", "fairdarts") else 2))
        flat = [edge for row in cell for edge in row]
        match dialect:
            case "gdas":
                text = "[" + ", ".join(f"('{op}', {source}, {draw(SCORES)})" for op, source in flat) + "]"
            case "ptdarts" | "autodl":
                text = str(cell)
            case "fairdarts":
                text = str([(op, state, source) for state, row in enumerate(cell, 2) for op, source in row])
            case _:
                text = str(flat)
        fields[name] = text
        fields[f"{name}_concat"] = str(draw(st.lists(st.integers(0, len(cell) + 1), min_size=1)))
    if dialect == "gdas" and draw(st.booleans()):
        fields |= {"reduce": "None", "reduce_concat": "range(2, 6)"}
    if dialect == "autodl":
        fields |= {"connectN": "None", "connects": "None"}
    order = draw(st.permutations(list(fields)))
    return f"Genotype({', '.join(f'{name}={fields[name]}' for name in order)})"


def test_tuples_for_states_are_autodl_without_its_unused_fields_too() -> None:
    rows = "[(('sep_conv_3x3', 0), ('max_pool_3x3', 1))]"
    short = f"normal={rows}, normal_concat=[2], reduce={rows}, reduce_concat=[2]"
    whole = reading(f"Genotype({short}, connectN=None, connects=None)").document
    assert to_text(reading(f"Genotype({short})").document) == to_text(whole)
    assert "ptdarts" not in to_text(whole)
    assert write(whole, "autodl") == f"Genotype({short}, connectN=None, connects=None)"


SEARCHED = """{'normal': [(('dua_sepc_3x3', 0, 0.16), ('dil_sepc_5x5', 1, 0.15)),
 (('avg_pool_3x3', 2, 0.14), ('skip_connect', 2, 0.13))], 'normal_concat': [2, 3]"""


def test_what_searches_of_autodl_print() -> None:
    result = reading(SEARCHED + ", 'reduce': [(('max_pool_3x3', 1, 0.2), ('none', 0, 0.1))], 'reduce_concat': [2]}")
    text = """use std.darts
cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) @0.16 + dil_conv_5x5(s1) @0.15
  s3 = avg_pool_3x3(s2) @0.14 + skip_connect(s2) @0.13
  return concat(s2, s3)
}
cell reduce(s0, s1) { s2 = max_pool_3x3(s1) @0.2 + none(s0) @0.1  return concat(s2) }"""
    assert result.document == parse(Source("small.txt", f"nas 1 {text}{NETWORKS['autodl']}"))
    assert reading(write(result.document, "autodl")).document == result.document
    assert [(d.code, d.message) for d in result.warnings] == [
        ("W205", "two edges of cell `normal` come from `s2` into one state")
    ]
    fixed = reading(SEARCHED + "}").document
    assert write(fixed, "autodl") == SEARCHED.replace("\n", "") + "}"
    assert "frc/2" in to_text(fixed)
    assert "reduce=None" in write(fixed, "gdas")
    for more, message in {
        ", 'reduce': [(('none', 0, 0.1),)]}": "the key `reduce_concat` is missing",
        ", 'tau': 1}": "the key `tau` is not known",
        "": "the genotype ends too early",
    }.items():
        with pytest.raises(NasError) as caught:
            reading(SEARCHED + more)
        assert [(d.message, d.span is not None) for d in caught.value.diagnostics] == [(message, True)]


def test_edges_of_fairdarts_with_factors() -> None:
    pairs = "[('sep_conv_3x3', 0, 0.7), ('skip_connect', 1, 0.25)]"
    text = f"Genotype(normal={pairs}, normal_concat=[2], reduce={pairs}, reduce_concat=[2])"
    result = reading(text, "fairdarts")
    body = "(s0, s1) { s2 = 0.7*sep_conv_3x3(s0) + 0.25*skip_connect(s1)  return concat(s2) }"
    cells = f"nas 1 use std.darts cell normal{body} cell reduce{body}"
    networks = V2_NAS[V2_NAS.index("network") :]
    assert result.document == parse(Source("small.txt", f"{cells} {networks}"))
    assert [d.code for d in result.warnings] == ["W205"]
    assert write(result.document, "fairdarts") == text
    with pytest.raises(NasError, match="a factor on an edge cannot be said in the format `gdas`"):
        write(result.document, "gdas")
    mixed = parse(Source("some.nas", cells.replace("0.25*skip", "skip") + " " + networks))
    with pytest.raises(NasError, match="a factor on an edge cannot be said in the format `fairdarts`"):
        write(mixed, "fairdarts")


@pytest.mark.parametrize("dialect", ["darts", "gdas", "ptdarts", "autodl", "fairdarts", "rnn"])
def test_read_write_read_is_the_identity(dialect: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(genotypes(dialect))
    def check(text: str) -> None:
        assert recognise(text) == dialect
        document = reading(text).document
        written = write(document, dialect)
        assert recognise(written) == dialect
        assert reading(written).document == document
        assert write(reading(written).document, dialect) == written
        assert parse(Source("out.nas", to_text(document))) == document

    check()


# ---------------------------------------------------------------- the published genotypes


@pytest.mark.skipif(
    "NASC_REFERENCE" not in os.environ,
    reason="NASC_REFERENCE does not name the folder of `darts-genotypes.json`",
)
def test_the_published_genotypes() -> None:
    path = Path(os.environ["NASC_REFERENCE"]) / "darts-genotypes.json"
    published = json.loads(path.read_text(encoding="utf-8"))
    formats = {
        "official_flat": "darts",
        "fair_triples": "fairdarts",
        "weighted": "gdas",
        "pt_nested": "ptdarts",
        "per-node tuple pairs": "ptdarts",
    }
    warned = {}
    for entry in published["cnn"]:
        fields = {name: _tuples(value) for name, value in entry["raw"].items()}
        text = f"Genotype({', '.join(f'{name}={value}' for name, value in fields.items())})"
        dialect = formats.get(entry["format"], "gdas")
        assert recognise(text) == dialect
        result = reading(text)
        if entry["format"] == "weighted":  # as its authors mean it: the third value is a factor
            document = reading(text, "fairdarts").document
            assert write(document, "fairdarts") == text
        warned[entry["name"]] = len(result.warnings)
        assert reading(write(result.document, dialect)).document == result.document
    assert len(warned) == len(published["cnn"])
    assert {name: count for name, count in warned.items() if count} == {
        "FairDARTS_a": 1,
        "FairDARTS_c": 2,
        "FairDARTS_e": 1,
        "FairDARTS_g": 2,
    }
    for entry in published["rnn"]:
        edges = _tuples(entry["recurrent_act_prev"])
        document = reading(f"Genotype(recurrent={edges}, concat={entry['concat']})").document
        assert reading(write(document, "rnn")).document == document


def _tuples(value: object) -> object:
    """JSON has lists where the published texts have tuples."""
    match value:
        case [str(), *_]:
            return tuple(value)
        case list():
            return [_tuples(member) for member in value]
    return value

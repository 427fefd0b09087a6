"""The layout itself, as texts before and after. That it says the same for any document: test_roundtrip."""

from dataclasses import replace

import pytest

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import NasError
from nasc.dsl.parser import parse
from nasc.dsl.printer import format_text, to_text
from nasc.dsl.source import Source
from tests.dsl.strategies import NOWHERE

FORMATTED = {
    "a genotype": """\
nas 1  # language version

use std.darts  # operations, operation sets and skeletons of DARTS

cell normal(s0, s1) {  # s0 = output of cell k-2, s1 = output of cell k-1
  s2 = sep_conv_3x3(s0) + sep_conv_3x3(s1)
  s3 = 0.3*skip_connect(s0) @0.2 + dil_conv_3x3(s2) @0.31
  return concat(s2..s3)
}

network cifar: darts_cifar {
  channels: 36
  cells: normal*6, reduce/2, normal[0..1]/2*3, normal[3], normal*
  require params == 3349342  # without the auxiliary head
}

network layout: darts_cifar { require params == 3349342 }  # the same from `layers: 20`
network imagenet: darts_imagenet { require count(skip_connect, normal) <= 2 }
""",
    "a space": """\
nas 1
use std.darts

# at most two edges a state
cell normal(s0, s1) { s2..s5 = keep 0..2 of darts(*)  return concat(s2..s5) }
cell reduce(s0, s1) { s2..s5 = {keep 0..2 of darts}(*)  return s5 }

cell third(s0, s1) {
  s2 = keep 1 of (darts(s0) + {a | b}(s1)) + keep 2 of darts(*)
  return mean(s2, s0..s1)
}

network search: darts_search {}
network cifar: darts_cifar { channels: 36  layers: 20 }

search pdarts {
  layers: (5, 11, 17)  # of the three stages
  keep: (8, 5, 3)      # operations left on an edge in each
  tau: (10, (a, -1))
  start: "a file"
}

train { network: cifar  epochs: 600  drop: 50%  rate: 3e-4 }
""",
    "operations": """\
# Operations, sets and skeletons.

op relu_conv_bn(k) = relu -> conv(k, stride) -> bn
op skip_connect/2 = factorized_reduce
op frc = conv(1x3, stride=(1, stride), groups=-8) -> bn(affine=off)

op shared_stem(k, j) = (relu -> conv(k, out=3*C/4+1) -> bn + conv(1)) -> [a, b -> (c + d)]
op bottleneck_1x3x1 = relu -> conv(1) -> bn -> conv(3, stride) -> bn -> conv(1, out=4*C) -> bn
                      -> relu -> conv(1) -> bn
ops darts = none | max_pool_3x3 | avg_pool_3x3 | skip_connect | sep_conv_3x3 | sep_conv_5x5
          | dil_conv_3x3 | dil_conv_5x5

skeleton darts_cifar {
  op max_pool_3x3 = max_pool(3, stride) -> bn
  input: 3x32x32
  auxiliary: relu -> avg_pool(5, stride=3, pad=0) -> conv(1, out=128) -> bn -> relu
             -> conv(2, out=768, pad=0) -> bn -> relu -> linear  # the paper's
  cells: normal[0]*3, normal[1], normal[2]/2, normal[4], normal[3], normal[4], normal[3],
         normal[5]/2, normal[6], normal[7], normal[6], normal[7]
}

skeleton fairdarts_cifar: darts_cifar { edge: operation  state: sum -> drop_path }
""".replace("3*C/4+1", "3*C/4 + 1"),
    "a recurrent cell": """\
recurrent gdas(x, h) {
  s0 = gate(x, h)
  s1 = relu(s0)
  return mean(s0..s1)
}
""",
    "only comments": """\
# one

# two
""",
    "nothing": "",
}

CHANGED = {
    "columns and blank lines": (
        "use std . x\n\n\n\nop a   = b\nop ab = c\ncell a(s0){\n\n return s0\n\n}\ncell b(s0) { return s0 }",
        "use std.x\n\nop a = b\nop ab = c\n\ncell a(s0) {\n  return s0\n}\n\ncell b(s0) { return s0 }\n",
    ),
    "settings on one line": (
        "search   x{epochs:50 batch : 64\torder: 2}train{\n}train{epochs:\n1}",
        "search x { epochs: 50  batch: 64  order: 2 }\ntrain {}\n\ntrain {\n  epochs: 1\n}\n",
    ),
    "a line that is too long": (
        "network n: m {cells: normal*6, reduce/2, normal*6 require params == 3349342 require macs <= 1234G }",
        "network n: m {\n  cells: normal*6, reduce/2, normal*6\n  require params == 3349342\n"
        "  require macs <= 1234G\n}\n",
    ),
    "a sum that is too long": (
        f"cell a(s0) {{ s1 = {' + '.join(['sep_conv_3x3(s0) @0.31'] * 5)} return s1 }}",
        "cell a(s0) {\n"
        "  s1 = sep_conv_3x3(s0) @0.31 + sep_conv_3x3(s0) @0.31 + sep_conv_3x3(s0) @0.31\n"
        "     + sep_conv_3x3(s0) @0.31 + sep_conv_3x3(s0) @0.31\n"
        "  return s1\n}\n",
    ),
    "brackets that are too long": (
        f"op a = b -> [{', '.join(['relu -> conv(1, stride=2)'] * 4)}] -> bn",
        "op a = b\n"
        "       -> [relu -> conv(1, stride=2), relu -> conv(1, stride=2), relu -> conv(1, stride=2),\n"
        "           relu -> conv(1, stride=2)] -> bn\n",
    ),
    "a name that is too long to align under": (
        f"ops {'n' * 70} = {' | '.join('m' * 15 for _ in range(6))}",
        f"ops {'n' * 70} = {'m' * 15}\n    | {' | '.join('m' * 15 for _ in range(5))}\n",
    ),
    "triples": (
        "cell a(s0, s1) { ('max_pool_3x3', 2, 1), (skip_connect,2,0), return s2 }",
        "cell a(s0, s1) { ('max_pool_3x3', 2, 1)  ('skip_connect', 2, 0)  return s2 }\n",
    ),
    "comments at the top and the end": (
        "\ufeff# a\r\n\r\n\r\nnas # b\r\n1 #c \t\r\nuse x#d\r\n# e",
        "# a\n\n# b\n# c\nnas 1\nuse x  # d\n# e\n".replace("# c", "#c").replace("# d", "#d"),
    ),
    "a single comment inside goes behind": (
        "op a = relu -> # why\n  conv(1)\ntrain # which\n{ epochs: 5 }",
        "op a = relu -> conv(1)  # why\n\ntrain {  # which\n  epochs: 5\n}\n",
    ),
    "several comments inside go above": (
        "op y = z\n\nops a = b # one\n | c # two\n | d # three\nuse x",
        "op y = z\n\n# one\n# two\n# three\nops a = b | c | d\nuse x\n",
    ),
    "comments between a name and its brace": (
        "network n # one\n: m # two\n{ # three\n # four\n}",
        "# one\n# two\nnetwork n: m {  # three\n  # four\n}\n",
    ),
    "comments around an empty block": (
        "train # one\n{ # two\n} # three\nsearch # one\n # two\n x {}\nsearch x # one\n{}",
        "# one\ntrain {  # two\n}  # three\n\n# one\n# two\nsearch x {}\nsearch x {}  # one\n",
    ),
    "comments in the input list and before the brace": (
        "cell a(s0, # older\n s1) {\n  return s1\n\n\n # last\n\n}\n# after",
        "cell a(s0, s1) {  # older\n  return s1\n\n  # last\n}\n# after\n",
    ),
    "a comment behind the second statement of a line": (
        "cell a(s0) {\n s1 = a(s0) s2 = b(s1) # of s2\n return s2 }",
        "cell a(s0) {\n  s1 = a(s0)\n  s2 = b(s1)  # of s2\n  return s2\n}\n",
    ),
    "comments in a column": (
        "train {\na: 1 # a\nbcd: 234567 # b\n\ne: 5 # e\nf: 6\ngg: 7 # g\nh: 1 #" + "h" * 80 + "\n}",
        "train {\n  a: 1         # a\n  bcd: 234567  # b\n\n  e: 5  # e\n  f: 6\n  gg: 7  # g\n  h: 1   #"
        + "h" * 80
        + "\n}\n",
    ),
    "no column where a line would get too long": (
        "train {\na: 1 # a\nb: 2 #" + "b" * 75 + "\nlonger: relu -> conv(1) -> bn # c\n}",
        "train {\n  a: 1  # a\n  b: 2  #" + "b" * 75 + "\n  longer: relu -> conv(1) -> bn  # c\n}\n",
    ),
    "a blank line above a comment is enough": (
        "cell a(s0) {\n return s0\n}\n# about a\n\n# about b\ncell b(s0) { return s0 }",
        "cell a(s0) {\n  return s0\n}\n# about a\n\n# about b\ncell b(s0) { return s0 }\n",
    ),
}

UPGRADED = {
    "in order, with comments": (
        "('max_pool_3x3', 2, 1), # one\n('sep_conv', 2, 0)\n(skip_connect, 3, 2) # two\n",
        "s2 = max_pool_3x3(s1) + sep_conv(s0)  # one\n  s3 = skip_connect(s2)                 # two\n",
    ),
    "into an equation": (
        "s2 = a(s0) @0.3\ns3 = a(s2)\n('b', 2, 1) # late\n",
        "s2 = a(s0) @0.3 + b(s1)\n  s3 = a(s2)\n  # late\n",
    ),
    "a source that is defined later": (
        "('a', 3, 0)\n('b', 2, 0)\n('c', 3, 2)\n",
        "('a', 3, 0)\n  s2 = b(s0)\n  ('c', 3, 2)\n",
    ),
    "an equation behind a triple": ("('a', 2, 0)\ns2 = b(s1)\n", "('a', 2, 0)\n  s2 = b(s1)\n"),
    "the equation of a range": (
        "s2..s4 = b(s1)\n('a', 3, 0)\n('a', 5, 4)\n",
        "s2..s4 = b(s1)\n  ('a', 3, 0)\n  s5 = a(s4)\n",
    ),
    "no name": (
        "('two words', 2, 0)\n('keep', 3, 0)\n('a', 04, 1)\n",
        "('two words', 2, 0)\n  ('keep', 3, 0)\n  s4 = a(s1)\n",
    ),
}


def formatted(text: str, upgrade: bool = False) -> str:
    return format_text(Source("test.nas", text), upgrade)


@pytest.mark.parametrize("text", FORMATTED.values(), ids=FORMATTED)
def test_what_is_formatted_stays(text: str) -> None:
    assert formatted(text) == text


@pytest.mark.parametrize(("before", "after"), CHANGED.values(), ids=CHANGED)
def test_layout(before: str, after: str) -> None:
    assert formatted(before) == after
    assert formatted(after) == after


@pytest.mark.parametrize(("before", "after"), UPGRADED.values(), ids=UPGRADED)
def test_upgrade(before: str, after: str) -> None:
    head, tail = "cell a(s0, s1) {\n  ", "  return s2\n}\n"
    assert formatted(head + before + tail, upgrade=True) == head + after + tail
    assert "(" in formatted(head + before + tail)


def test_comments_can_be_left_out() -> None:
    document = parse(Source("test.nas", "# a\nop a = b # c\ntrain { # d\n}\n"))
    assert to_text(document, comments=False) == "op a = b\ntrain {}\n"


def test_a_text_with_errors_is_not_formatted() -> None:
    with pytest.raises(NasError):
        formatted("cell a(s0) { return }")


# ---------------------------------------------------------------- documents built in memory


def name(text: str) -> n.Name:
    return n.Name(text, NOWHERE)


def setting(key: str, value: str) -> n.Setting:
    return n.Setting(name(key), n.Number(value, NOWHERE), NOWHERE)


def cell(title: str) -> n.Cell:
    edge = n.Edge(None, name("relu"), (name("s0"),), n.Number("0.31", NOWHERE), NOWHERE)
    returned = n.Return(None, (n.Stretch(name("s1"), None, NOWHERE),), NOWHERE)
    statement = n.Statement(name("s1"), None, (edge,), NOWHERE)
    return n.Cell("cell", name(title), (name("s0"),), (statement,), returned, NOWHERE)


def test_built_in_memory() -> None:
    sets = n.Ops(name("few"), (name("a"), name("b")), NOWHERE)
    long = tuple(setting("a_setting_with_a_long_name", "123456") for _ in range(3))
    items = (
        n.Use("std.darts", False, NOWHERE),
        n.Use("my ops.nas", True, NOWHERE),
        sets,
        cell("a"),
        cell("b"),
        n.Network("skeleton", name("s"), None, (setting("channels", "16"),), NOWHERE),
        n.Network("network", name("n"), name("s"), (setting("channels", "36"), setting("layers", "8")), NOWHERE),
        n.Network("network", name("m"), None, (), NOWHERE),
        n.Recipe("search", name("darts"), long, NOWHERE),
        n.Recipe("train", None, (setting("epochs", "600"),), NOWHERE),
    )
    assert (
        to_text(n.Document(1, items))
        == """\
nas 1
use std.darts
use "my ops.nas"

ops few = a | b

cell a(s0) {
  s1 = relu(s0) @0.31
  return s1
}

cell b(s0) {
  s1 = relu(s0) @0.31
  return s1
}

skeleton s { channels: 16 }

network n: s { channels: 36  layers: 8 }
network m {}

search darts {
  a_setting_with_a_long_name: 123456
  a_setting_with_a_long_name: 123456
  a_setting_with_a_long_name: 123456
}

train { epochs: 600 }
"""
    )
    assert to_text(n.Document(None, ())) == ""


def test_a_cell_put_into_a_parsed_document() -> None:
    """What search does: comments of what was replaced stay, at the next place that is left."""
    text = """\
# top
cell a(s0) { s1..s2 = keep 1 of x(*)  return s2 }
cell b(s0) {  # head
  s1 = x(s0)  # gone

  # above
  return s1
}  # b
# about train
train { epochs: 600 }
"""
    document = parse(Source("test.nas", text))
    one, two, train = document.items
    assert isinstance(one, n.Cell)
    assert isinstance(two, n.Cell)
    decided = replace(one, statements=cell("a").statements, returned=cell("a").returned)
    inside = replace(two, statements=cell("b").statements)
    assert (
        to_text(replace(document, items=(decided, inside, train)))
        == """\
# top
cell a(s0) {
  s1 = relu(s0) @0.31
  return s1
}

cell b(s0) {  # head
  s1 = relu(s0) @0.31
  # gone

  # above
  return s1
}  # b

# about train
train { epochs: 600 }
"""
    )
    remark = n.Comment("# found by search", NOWHERE)
    whole = replace(document, items=(cell("a"), two, train), comments=(remark, *document.comments))
    assert to_text(whole).startswith("# found by search\ncell a(s0) {\n")
    assert to_text(whole).count("#") == 7

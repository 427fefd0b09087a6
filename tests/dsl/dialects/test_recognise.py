"""Which format a text is in, from its first characters."""

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasc.dsl.dialects import DIALECTS, recognise

PAIRS = "[('sep_conv_3x3', 0), ('skip_connect', 1)]"
RECOGNISED = {
    "Genotype_nested(genes=[], concat=[], reductions=[])": "ddarts",
    "Genotype_nested(reductions=[2, 6], genes=[])": "ddarts",
    "Genotype_opt(": "ddarts",
    f"Genotype(normal={PAIRS}, normal_concat=[2])": "darts",
    f"Genotype({PAIRS}, [2], {PAIRS}, [2])": "darts",
    f"\ufeff# PC-DARTS\n  PCDARTS = Genotype (\r\n  normal = {PAIRS},\n": "darts",
    f"Genotype(reduce_concat=range(2, 6), reduce={PAIRS}": "darts",
    "Genotype(": "darts",
    "Genotype(normal=[('sep_conv_3x3', 0, 0.25), ('none', 1, 0.1)]": "gdas",
    'Genotype(normal=[("sep_conv_3x3", 0, 1e-3)]': "gdas",
    f"Genotype(normal={PAIRS}, normal_concat=[2], reduce=None": "gdas",
    f"Genotype({PAIRS}, [2], None, [2])": "gdas",
    f"Genotype(normal=[  # states\n {PAIRS}]": "ptdarts",
    "Genotype(normal=[(('a', 0), ('b', 1))]": "autodl",
    "Genotype(normal=[[('a', 0), ('b', 1)]]": "ptdarts",
    "Genotype(normal=[('sep_conv_3x3', 2, 0)]": "fairdarts",
    "Genotype(normal_concat=[2], normal=(('sep_conv_3x3', 2, 0),)": "fairdarts",
    f"Genotype(normal=[{PAIRS}], normal_concat=[2], reduce=[{PAIRS}], reduce_concat=[2], connectN=None": "autodl",
    f"Genotype([{PAIRS}], [2], [{PAIRS}], [2], None, None)": "autodl",
    "Genotype(recurrent=[('tanh', 0)], concat=range(1, 9))": "rnn",
    "Genotype(concat=range(1, 9), recurrent=[('none', 0)])": "rnn",
    "Genotype([('tanh', 0)], [1])": "rnn",
    '{"normal_n2_p0": "sepconv3x3"': "nni",
    '{"reduce_n3_p0": [], "reduce_n3_switch": ["reduce_n3_p0", ': "nni",
    "arch = {'normal_n2_p0': 3, 'normal_n2_p1': [], 'normal_n2_switch': ['normal_n2_p0'": "nni",
    '{"normal_n2_p0": [\n    false,\n    true': "nni_masks",
    '{"normal_n2_p0": "maxpool", "normal_n2_switch" : [ 1, 0 ]': "nni2",
    '# the hub\n{"width": 16, "normal/op_2_0": "maxpool"': "nni3",
    "{'reduce/input_2_1': [0]": "nni3",
    '{"CreateImageDataLoader:batch_size": 96, "NetworkSelectorDatasetInfo:darts:edge_normal_0": ""': "nasbench301",
    "{'normal': [(('dua_sepc_3x3', 0, 0.1), ('none', 1, 0.1))], ": "autodl",
    "(((0, 3), (1, 3), ": "naslib",
    "[[[0,3],[1,3],": "naslib",
    "six = (4, 3, 0, 1, 2, 3,)  # indices\n": "naslib",
    "|nor_conv_3x3~0|+|none~0|none~1|": "nasbench201",
    "\ufeff# ResNet\n | nor_conv_3x3 ~ 0 |": "nasbench201",
}


@pytest.mark.parametrize("text", RECOGNISED)
def test_recognised(text: str) -> None:
    assert recognise(text) == RECOGNISED[text]
    assert [name for name, dialect in DIALECTS.items() if dialect.recognises(text)] == [RECOGNISED[text]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nas 1\nuse std.darts\n",
        "# Genotype(normal=[\nuse std.darts",
        "cell Genotype(s0, s1) { }",
        "op Genotype(k) = conv(k)",
        "op Genotype = conv(3)",
        "ops Genotype = a | b",
        "network Genotype: darts_cifar { }",
        "Genotype",
        "Genotypes(normal=[",
        "x.Genotype(",
        '{"search_space": {"type": "layer_choice"}}',
        '{"layers": 20}',
        "(0, 1, 2, 3, 4)",
        "(0, 1, 2, 3, 4, 0, 1)",
        "[('sep_conv_3x3', 0)]",
        "((0, 3), (1, 3))",
        "{ }",
        "|nor_conv_3x3~|+|none~0|none~1|",
        "nor_conv_3x3~0|",
    ],
)
def test_not_recognised(text: str) -> None:
    assert recognise(text) is None


@pytest.mark.parametrize("name", DIALECTS)
def test_the_example_of_each_dialect_is_recognised(name: str) -> None:
    assert recognise(DIALECTS[name].example) == name


@given(st.sampled_from(list(RECOGNISED)), st.text("# \n\t\ufeff=", max_size=8), st.text(max_size=20))
def test_any_text_gives_a_name_or_none(text: str, before: str, behind: str) -> None:
    assert recognise(before + text + behind) in {None, *DIALECTS}


@pytest.mark.parametrize("piece", ["#\n", " ", "a", "=", "Genotype(", "Genotype([", "'"])
def test_the_look_is_short(piece: str) -> None:
    start = time.perf_counter()
    recognise(piece * (2**24 // len(piece)))
    recognise("Genotype(" + piece * (2**24 // len(piece)))
    assert time.perf_counter() - start < 2


def test_names_are_listed_without_the_parser() -> None:
    program = (
        "import sys, nasc.dsl.dialects as d; d.recognise('Genotype('); "
        "assert {*d.DIALECTS} and 'nasc.dsl.dialects.literal' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)

"""Language models without torch: what they cost, and what their spaces leave open."""

import json

import pytest
from click.testing import CliRunner

import nasc
from nasc.cli.compile_command import command
from nasc.compiler.bounds import operation_costs
from nasc.compiler.check import check
from nasc.compiler.plan import language_plan, plan
from nasc.compiler.sample import sample
from nasc.compiler.space import space_of
from nasc.compiler.stack import Options
from nasc.dsl.diagnostic import NasError

SPACES = [
    "s1 = {none | tanh}(s0)  s2 = keep 1..2 of {tanh | relu}(s0, s1)  return mean(s0..s2)",
    "s1..s3 = keep 1 of darts_rnn(*)  return mean(s1..s3)",
    "s1 = ednas_rnn(s0)  s2 = keep 2 of darts_rnn(s0, s1) + tanh(s0)  return s2",
    "s1 = {keep 1..2 of tanh | relu}(s0)  return s1",
]


def text(states: str, more: str = "") -> str:
    return (
        f"use std.darts_rnn recurrent c(x, h) {{ s0 = gate(x, h)  {states} }} "
        f"network n: darts_lm {{ channels: 5  vocabulary: 9  cells: c {more} }}"
    )


@pytest.mark.parametrize("more", ["", "state: sum -> bn"])
@pytest.mark.parametrize("states", SPACES)
def test_bounds_are_reached(states: str, more: str) -> None:
    found = check(nasc.loads(text(states, more)))
    space = space_of(found)
    sampled = [nasc.stats(sample(found, seed)) for seed in range(60)]
    params, macs = {s.params for s in sampled}, {s.macs for s in sampled}
    if space.params is None or space.macs is None:
        assert "tanh(s0)" in states  # two edges from one state share a product
        return
    assert space.params == (min(params), max(params))
    assert space.macs == (min(macs), max(macs))
    assert len(params) == 1  # a state has its matrix whatever is chosen


def test_what_a_space_offers_costs() -> None:
    document = nasc.loads(text(SPACES[0]))
    program = check(document).program
    macs = operation_costs(program, "n", "macs")
    assert macs["c", 0, "none"] == 0
    assert macs["c", 0, "tanh"] == macs["c", 2, "relu"] == 5 * 10
    assert set(operation_costs(program, "n", "params").values()) == {0}


def test_published_counts() -> None:
    for name, ptb, wikitext in (
        ("rnn_darts_v1", 22_960_000, 33_127_878),
        ("rnn_darts_v2", 22_960_000, 33_127_878),
        ("rnn_gdas", 22_960_000, 33_127_878),
        ("rnn_ednas", 22_960_000, 33_127_878),
        ("rnn_enas", 27_295_000, 36_067_878),
    ):
        document = nasc.load(name)
        assert (nasc.stats(document, "ptb").params, nasc.stats(document, "wikitext2").params) == (ptb, wikitext)
    assert nasc.stats(nasc.load("rnn"), "search").params == 4_810_000


def test_several_layers_and_sizes_of_their_own() -> None:
    chains = "stem: embedding(out=3)  head: dropout(output) -> linear(out=4) -> linear"
    found = nasc.stats(nasc.loads(text("s1 = tanh(s0)  return s1", chains).replace("cells: c", "cells: c*2")))
    first, second = (3 + 5) * 10 + 50, (5 + 5) * 10 + 50
    assert [cell.params for cell in found.cells] == [cell.macs for cell in found.cells] == [first, second]
    assert found.params == 9 * 3 + first + second + (5 * 4 + 4) + (4 * 9 + 9)
    assert found.macs == first + second + 5 * 4 + 4 * 9
    assert (found.input_shape, found.output_shape) == (None, (9,))


def test_batch_norm_counts_once_where_it_is_shared() -> None:
    states = "s1 = tanh(s0)  return s1"
    plain = nasc.stats(nasc.loads(text(states))).params
    assert nasc.stats(nasc.loads(text(states, "state: sum -> bn(shared=on)"))).params == plain + 10
    assert nasc.stats(nasc.loads(text(states, "state: sum -> bn"))).params == plain + 20
    assert nasc.stats(nasc.loads(text(states, "state: sum -> bn(affine=off)"))).params == plain


def test_each_kind_of_plan_refuses_the_other() -> None:
    for make, name in ((plan, "rnn_darts_v2"), (language_plan, "darts_v2")):
        with pytest.raises(NasError) as caught:
            make(nasc.load(name))
        assert [d.code for d in caught.value.diagnostics] == ["E311"]
    with pytest.raises(NasError) as caught:
        language_plan(nasc.load("rnn_darts_v2"), None, Options(input=(3, 8, 8)))
    assert [d.code for d in caught.value.diagnostics] == ["E212"]


def test_compile_prints_json() -> None:
    given = ["rnn_darts_v2", "--json", "--vocabulary", "100", "--channels", "20"]
    done = CliRunner().invoke(command, given, catch_exceptions=False)
    found = json.loads(done.stdout)
    assert (found["input_shape"], found["output_shape"], found["params_aux"]) == (None, [100], None)
    assert found["params"] == 100 * 20 + 100 + 4 * 20**2 + 16 * 20**2
    assert found["macs"] == 20 * 20**2 + 100 * 20

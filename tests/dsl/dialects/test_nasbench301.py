"""Configurations of NAS-Bench-301, as dictionaries, JSON and result files."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from nasc.compiler.plan import plan, stats
from nasc.compiler.resolve import shipped_document
from nasc.dsl.diagnostic import NasError
from nasc.dsl.dialects import DIALECTS, read, recognise, write
from nasc.dsl.dialects.nasbench301 import PREFIX, RESULT, numbered
from nasc.dsl.nodes import Document
from nasc.dsl.printer import to_text
from nasc.dsl.source import Source
from tests.dsl.dialects.cells import Row, damaged, nas, outcome, two_cells

NETWORK = "network cifar: darts_cifar { channels: 32 layers: 8 }"
EDGES = {  # of `results_0.json` among the benchmark's own tests
    **{"normal_0": "skip_connect", "normal_1": "sep_conv_3x3", "reduce_0": "max_pool_3x3"},
    **{"reduce_1": "avg_pool_3x3", "normal_10": "sep_conv_3x3", "normal_11": "skip_connect"},
    **{"normal_2": "sep_conv_3x3", "normal_3": "skip_connect", "normal_5": "dil_conv_3x3"},
    **{"normal_7": "dil_conv_5x5", "reduce_11": "sep_conv_3x3", "reduce_12": "dil_conv_3x3"},
    **{"reduce_2": "skip_connect", "reduce_3": "dil_conv_5x5", "reduce_6": "sep_conv_3x3"},
    **{"reduce_7": "sep_conv_5x5"},
}
INPUTS = {
    **{"normal_3": "0_1", "normal_4": "0_2", "normal_5": "1_2"},
    **{"reduce_3": "0_1", "reduce_4": "1_2", "reduce_5": "2_3"},
}


def configuration() -> dict[str, Any]:
    """What that file says of the network."""
    edges = {f"{PREFIX}edge_{key}": operation for key, operation in EDGES.items()}
    inputs = {f"{PREFIX}inputs_node_{key}": sources for key, sources in INPUTS.items()}
    return edges | inputs | {f"{PREFIX}init_channels": 50, f"{PREFIX}layers": 20}


def document(text: str) -> Document:
    return read(Source("small.json", text), "nasbench301").document


def test_the_count_that_the_benchmark_has_recorded() -> None:
    """`results_0.json` says 6,369,358 parameters, with the auxiliary head."""
    found = stats(plan(document(json.dumps(configuration())), "cifar"))
    assert found.params_aux == 6_369_358


def test_cells_and_size_are_read() -> None:
    training = {"CreateImageDataLoader:batch_size": 96, f"{PREFIX}auxiliary": "True", f"{PREFIX}drop_path_prob": 0.2}
    cells: dict[str, list[Row]] = {
        "normal": [
            [("skip_connect", 0), ("sep_conv_3x3", 1)],
            [("sep_conv_3x3", 0), ("skip_connect", 1)],
            [("dil_conv_3x3", 0), ("dil_conv_5x5", 2)],
            [("sep_conv_3x3", 1), ("skip_connect", 2)],
        ],
        "reduce": [
            [("max_pool_3x3", 0), ("avg_pool_3x3", 1)],
            [("skip_connect", 0), ("dil_conv_5x5", 1)],
            [("sep_conv_3x3", 1), ("sep_conv_5x5", 2)],
            [("sep_conv_3x3", 2), ("dil_conv_3x3", 3)],
        ],
    }
    expected = nas(cells, "network cifar: darts_cifar { channels: 50 layers: 20 }")
    config = training | configuration()
    result = {"final_metric_score": -97.68, RESULT: config, "budget": 1500, "info": [{"epochs": 1488}]}
    for text in (json.dumps(config), str(config), json.dumps(result), f"config = {config}"):
        assert recognise(text) == "nasbench301"
        assert document(text) == expected
    again = write(expected, "nasbench301")
    assert json.loads(again) == configuration()
    assert document(again) == expected


def test_the_order_of_edges_is_that_of_their_keys() -> None:
    cells = shipped_document("zoo/darts_v2").cells
    text = write(shipped_document("zoo/darts_v2"), "nasbench301")
    assert document(text).cells == cells
    assert json.loads(text)[f"{PREFIX}inputs_node_normal_4"] == "0_1"
    turned = json.loads(text)
    turned[f"{PREFIX}edge_normal_6"] = turned.pop(f"{PREFIX}edge_normal_6")
    assert to_text(document(text)).count("s4 = sep_conv_3x3(s1) + skip_connect(s0)") == 1
    assert to_text(document(json.dumps(turned))).count("s4 = skip_connect(s0) + sep_conv_3x3(s1)") == 1


def test_numbers_of_edges() -> None:
    """Those into each state come behind those into the states before."""
    pairs = [(state, source) for state in (2, 3, 4, 5) for source in range(state)]
    assert [numbered(*pair) for pair in pairs] == list(range(14))


@settings(max_examples=60, deadline=None)
@given(two_cells(states=4))
def test_read_write_read_is_the_identity(cells: dict[str, list[Row]]) -> None:
    made = nas(cells, NETWORK)
    text = write(made, "nasbench301")
    assert recognise(text) == "nasbench301"
    assert document(text) == made
    assert write(document(text), "nasbench301") == text


def edited(**changes: object) -> str:
    """The configuration with other values, without those that are None, a key on each line."""
    config = configuration() | {PREFIX + key: value for key, value in changes.items()}
    return json.dumps({key: value for key, value in config.items() if value is not None}, indent=1)


DIAGNOSED = {
    edited(
        edge_normal_0="none",
        inputs_node_normal_4="2_0",
        edge_reduce_4="sep_conv_3x3",
        edge_reduce_12=None,
        edge_normal_14="max_pool_3x3",
        layers="many",
    ): """error[E109]: `edge_normal_0` names no operation
 --> small.json:2:53
  |
2 |  "NetworkSelectorDatasetInfo:darts:edge_normal_0": "none",
  |                                                     ^^^^
  = help: operations there: max_pool_3x3, avg_pool_3x3, skip_connect, sep_conv_3x3, sep_conv_5x5, \
dil_conv_3x3, dil_conv_5x5

error[E109]: these are not two sources of `s4`
  --> small.json:18:60
   |
18 |  "NetworkSelectorDatasetInfo:darts:inputs_node_normal_4": "2_0",
   |                                                            ^^^
   = help: two of 0 to 3, the lower first, such as `"0_1"`

error[E109]: `layers` is not a number from 1 to 1,000,000
  --> small.json:24:46
   |
24 |  "NetworkSelectorDatasetInfo:darts:layers": "many",
   |                                              ^^^^

error[E109]: the key `NetworkSelectorDatasetInfo:darts:edge_normal_14` is not known
  --> small.json:26:3
   |
26 |  "NetworkSelectorDatasetInfo:darts:edge_normal_14": "max_pool_3x3"
   |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = help: keys: `edge_normal_0` to `edge_normal_13`, `inputs_node_normal_3`, ...

error[E109]: the key `edge_reduce_12` (from `s3` into `s5`) is missing
  --> small.json:27:1
   |
27 | }
   | ^""",
    edited(edge_reduce_4="sep_conv_3x3"): """error[E109]: this edge leads nowhere
  --> small.json:26:3
   |
26 |  "NetworkSelectorDatasetInfo:darts:edge_reduce_4": "sep_conv_3x3"
   |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = help: it is not among the sources that `inputs_node_reduce_...` names""",
    edited(inputs_node_reduce_5=None): """error[E109]: the key `inputs_node_reduce_5` is missing
  --> small.json:25:1
   |
25 | }
   | ^""",
    '{"NetworkSelectorDatasetInfo:darts:edge_normal_0": "max_pool_3x3",\n "a": [1, "b}': """\
error[E109]: the string does not end on its line
 --> small.json:2:11
  |
2 |  "a": [1, "b}
  |           ^
  = help: a backslash cannot stand in it""",
}


@pytest.mark.parametrize("text", DIAGNOSED)
def test_diagnosed(text: str) -> None:
    assert recognise(text) == "nasbench301"
    with pytest.raises(NasError) as caught:
        document(text)
    assert str(caught.value) == DIAGNOSED[text]


@settings(max_examples=100, deadline=None)
@given(damaged(DIALECTS["nasbench301"].example))
def test_damaged_texts_never_break_the_reader(text: str) -> None:
    found, errors = outcome(text, "nasbench301")
    assert (found is None) == bool(errors)
    assert all(d.code in ("E105", "E109", "E203") and d.span for d in errors)
    assert found is None or document(write(found, "nasbench301")) == found


def test_what_would_be_lost() -> None:
    rows: list[Row] = [[("none", 0), ("skip_connect", 0)], *([[("skip_connect", 0), ("max_pool_3x3", 1)]] * 2)]
    with pytest.raises(NasError) as caught:
        write(nas({"normal": rows, "reduce": rows}), "nasbench301")
    assert {d.message.split(" cannot")[0] for d in caught.value.diagnostics} == {
        "a cell of 3 states",
        "the operation `none`",
        "a second edge from `s0` into `s2`",
    }

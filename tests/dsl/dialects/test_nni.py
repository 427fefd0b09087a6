"""Architectures that NNI exports, in the forms of its generations."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasc.compiler.plan import plan, stats
from nasc.compiler.resolve import shipped_document
from nasc.dsl.diagnostic import NasError, show
from nasc.dsl.dialects import DIALECTS, Reading, read, recognise, write
from nasc.dsl.dialects.nni_keys import NAMES, THEIRS
from nasc.dsl.dialects.two_cells import DARTS
from nasc.dsl.parser import parse
from nasc.dsl.printer import to_text
from nasc.dsl.source import Source
from tests.dsl.dialects.cells import Row, damaged, nas, outcome, two_cells

FORMS = ["nni", "nni_masks", "nni2", "nni3"]
NETWORKS = {
    "nni3": "network cifar: darts_cifar { channels: 36 layers: 20 }\n"
    "network imagenet: pdarts_imagenet { channels: 48 layers: 14 }",
}
OLD = "network cifar: nni_cifar { channels: 36 layers: 20 }"
V2 = {  # the darts-v2 of NNI's hub
    **{"normal/op_2_0": "sep_conv_3x3", "normal/op_2_1": "sep_conv_3x3", "normal/input_2_0": [0]},
    **{"normal/input_2_1": [1], "normal/op_3_0": "sep_conv_3x3", "normal/op_3_1": "sep_conv_3x3"},
    **{"normal/input_3_0": [0], "normal/input_3_1": [1], "normal/op_4_0": "sep_conv_3x3"},
    **{"normal/op_4_1": "skip_connect", "normal/input_4_0": [1], "normal/input_4_1": [0]},
    **{"normal/op_5_0": "skip_connect", "normal/op_5_1": "dil_conv_3x3", "normal/input_5_0": [0]},
    **{"normal/input_5_1": [2], "reduce/op_2_0": "max_pool_3x3", "reduce/op_2_1": "max_pool_3x3"},
    **{"reduce/input_2_0": [0], "reduce/input_2_1": [1], "reduce/op_3_0": "skip_connect"},
    **{"reduce/op_3_1": "max_pool_3x3", "reduce/input_3_0": [2], "reduce/input_3_1": [1]},
    **{"reduce/op_4_0": "max_pool_3x3", "reduce/op_4_1": "skip_connect", "reduce/input_4_0": [0]},
    **{"reduce/input_4_1": [2], "reduce/op_5_0": "skip_connect", "reduce/op_5_1": "max_pool_3x3"},
    **{"reduce/input_5_0": [2], "reduce/input_5_1": [1]},
}


def reading(text: str, dialect: str | None = None) -> Reading:
    return read(Source("small.json", text), dialect or recognise(text) or "")


def example(form: str) -> dict[str, Any]:
    """The example of a form, to be changed by a test."""
    found: dict[str, Any] = json.loads(DIALECTS[form].example)
    return found


def test_the_examples() -> None:
    cells = {"normal": [[("sep_conv_3x3", 0), ("skip_connect", 1)]], "reduce": [[("max_pool_3x3", 0)] * 2]}
    cells["reduce"][0][1] = ("max_pool_3x3", 1)
    for form in FORMS:
        expected = cells if form != "nni2" else {**cells, "normal": [cells["normal"][0][::-1]]}
        result = reading(DIALECTS[form].example)
        assert result.document == nas(expected, NETWORKS.get(form, OLD))
        assert result.warnings == ()


def test_other_spellings_are_read_as_the_same() -> None:
    document = reading(DIALECTS["nni"].example).document
    switch = example("nni")
    switch["normal_n2_switch"] = [0, 1]
    numbers = example("nni") | {"normal_n2_p0": 3, "normal_n2_p1": [2]}
    mask = example("nni") | {"normal_n2_p0": [i == 3 for i in range(7)], "reduce_n2_switch": [True, True]}
    for same in (switch, numbers, mask, dict(reversed(example("nni").items()))):
        assert reading(json.dumps(same)).document == document
        assert reading(str(same)).document == document  # a dictionary as Python prints it
        assert reading(f"arch = {same}  # epoch 49").document == document
    sources = example("nni3") | {"normal/input_2_0": 0, "reduce/input_2_1": 1}
    assert reading(str(sources)).document == reading(DIALECTS["nni3"].example).document


def test_darts_v2_of_the_hub() -> None:
    document = reading(json.dumps(V2, indent=4)).document
    published = shipped_document("zoo/darts_v2")
    assert document.cells == published.cells
    written = json.loads(write(published, "nni3"))
    assert written == V2
    assert stats(plan(document, "cifar")).params == 3_349_342


@pytest.mark.parametrize("form", ["nni", "nni2"])
def test_the_network_is_that_of_nni(form: str) -> None:
    """Counts as measured on the example of NNI 1 with the cells of DARTS_V2."""
    document = reading(write(shipped_document("zoo/darts_v2"), form)).document
    found = stats(plan(document, "cifar"))
    assert (found.params, found.params_aux, found.macs) == (3_309_166, 3_785_592, 528_359_040)


def test_width_and_depth_of_the_hub() -> None:
    text = json.dumps({"width": 24, "depth": 8} | example("nni3"))
    document = reading(text).document
    assert to_text(document).endswith(
        "network cifar: darts_cifar { channels: 24  layers: 8 }\n"
        "network imagenet: pdarts_imagenet { channels: 24  layers: 8 }\n"
    )
    again = write(document, "nni3")
    assert json.loads(again) == json.loads(text)
    assert reading(again).document == document


# ---------------------------------------------------------------- round trips


@pytest.mark.parametrize("form", FORMS)
def test_read_write_read_is_the_identity(form: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(two_cells(ordered=form == "nni_masks", distinct=form != "nni3"))
    def check(cells: dict[str, list[Row]]) -> None:
        document = nas(cells, NETWORKS.get(form, OLD))
        text = write(document, form)
        json.loads(text)
        assert recognise(text) == form
        assert reading(text).document == document
        assert write(reading(text).document, form) == text
        assert parse(Source("out.nas", to_text(document))) == document

    check()


@settings(max_examples=60, deadline=None)
@given(two_cells(), st.data())
def test_what_a_switch_does_not_choose_is_left_out(cells: dict[str, list[Row]], data: st.DataObject) -> None:
    document = nas(cells, OLD)
    fields = json.loads(write(document, "nni2"))
    spare = [
        f"{name}_n{state}_p{source}"
        for name, rows in cells.items()
        for state, row in enumerate(rows, 2)
        for source in set(range(state)) - {s for _, s in row}
    ]
    for key in spare:
        fields[key] = data.draw(st.sampled_from(list(NAMES)))
    result = reading(json.dumps(fields))
    assert result.document == document
    assert [w.code for w in result.warnings] == ["W205"][: len(spare)]


@pytest.mark.skipif("NASC_REFERENCE" not in os.environ, reason="NASC_REFERENCE does not name the folder with the file")
def test_the_published_file() -> None:
    _file_comes_back(Path(os.environ["NASC_REFERENCE"]) / "nni-epoch_49.json")


@pytest.mark.skipif("NASC_GOLDENS" not in os.environ, reason="NASC_GOLDENS does not name the folder with the file")
def test_the_recorded_export() -> None:
    _file_comes_back(Path(os.environ["NASC_GOLDENS"]) / "darts" / "nni_v1_export_example.json")


def _file_comes_back(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert recognise(text) == "nni"
    result = reading(text)
    assert result.warnings == ()
    written = json.loads(write(result.document, "nni"))
    assert list(written.items()) == list(json.loads(text).items())
    chosen = {key: value for key, value in written.items() if "_p" in key and value}
    assert len(chosen) == 16
    for name, cell in result.document.cells.items():
        for statement in cell.statements:
            for term in statement.terms:  # type: ignore[union-attr]
                key = f"{name}_n{str(statement.state)[1:]}_p{str(term.sources[0])[1:]}"  # type: ignore[union-attr, index]
                assert chosen.pop(key) == THEIRS[str(term.what)]  # type: ignore[union-attr]
    assert not chosen


# ---------------------------------------------------------------- diagnostics

DIAGNOSED: dict[str, tuple[str, str]] = {
    "a damaged file": (
        '{"normal_n2_p0": "maxpool", "normal_n2_p1": "maxpool" "x"}',
        """error[E109]: `"x"` cannot stand here
 --> small.json:1:55
  |
1 | {"normal_n2_p0": "maxpool", "normal_n2_p1": "maxpool" "x"}
  |                                                       ^^^ expected `,` or `}`""",
    ),
    "a file that ends": (
        '{"normal_n2_p0":\n "maxpool", "normal_n2_p1": [',
        """error[E109]: the genotype ends too early
 --> small.json:2:30
  |
2 |  "maxpool", "normal_n2_p1": [
  |                              ^ expected a value or `]`""",
    ),
    "operations and keys that are none": (
        '{"normal_n2_p0": "sepconv7x7", "normal_n2_p1": [true, true, false, false, false, false, false],\n'
        ' "normal_n2_switch": ["normal_n2_p0", "normal_n3_p1"], "normal_n2_p2": [], "layers": 20,\n'
        ' "normal_n2_p0": [], "reduce_n2_p0": 7, "reduce_n2_p1": "maxpool", "reduce_n2_switch": [0, 0]}',
        """error[E109]: `normal_n2_p0` does not say one operation
 --> small.json:1:19
  |
1 | {"normal_n2_p0": "sepconv7x7", "normal_n2_p1": [true, true, false, false, false, false, false],
  |                   ^^^^^^^^^^
  = help: `[]`, a number from 0 to 6, 7 booleans, or one of: maxpool, avgpool, skipconnect, sepconv3x3, \
sepconv5x5, dilconv3x3, dilconv5x5

error[E109]: `normal_n2_p1` does not say one operation
 --> small.json:1:48
  |
1 | {"normal_n2_p0": "sepconv7x7", "normal_n2_p1": [true, true, false, false, false, false, false],
  |                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = help: `[]`, a number from 0 to 6, 7 booleans, or one of: maxpool, avgpool, skipconnect, sepconv3x3, \
sepconv5x5, dilconv3x3, dilconv5x5

error[E109]: this is no source of `s2`
 --> small.json:2:40
  |
2 |  "normal_n2_switch": ["normal_n2_p0", "normal_n3_p1"], "normal_n2_p2": [], "layers": 20,
  |                                        ^^^^^^^^^^^^
  = help: sources: `normal_n2_p0`, `normal_n2_p1`

error[E203]: there is no edge from `s2` into `s2`
 --> small.json:2:57
  |
2 |  "normal_n2_switch": ["normal_n2_p0", "normal_n3_p1"], "normal_n2_p2": [], "layers": 20,
  |                                                         ^^^^^^^^^^^^ `s2` can only read states before it

error[E109]: the key `layers` is not known
 --> small.json:2:77
  |
2 |  "normal_n2_switch": ["normal_n2_p0", "normal_n3_p1"], "normal_n2_p2": [], "layers": 20,
  |                                                                             ^^^^^^
  = help: keys: `normal_n2_p0`, `normal_n2_switch`, `reduce_n2_p0`, ...

error[E109]: the key `normal_n2_p0` is given twice
 --> small.json:3:3
  |
3 |  "normal_n2_p0": [], "reduce_n2_p0": 7, "reduce_n2_p1": "maxpool", "reduce_n2_switch": [0, 0]}
  |   ^^^^^^^^^^^^

error[E109]: `reduce_n2_p0` does not say one operation
 --> small.json:3:38
  |
3 |  "normal_n2_p0": [], "reduce_n2_p0": 7, "reduce_n2_p1": "maxpool", "reduce_n2_switch": [0, 0]}
  |                                      ^
  = help: `[]`, a number from 0 to 6, 7 booleans, or one of: maxpool, avgpool, skipconnect, sepconv3x3, \
sepconv5x5, dilconv3x3, dilconv5x5

error[E109]: `reduce_n2_switch` does not choose two
 --> small.json:3:88
  |
3 |  "normal_n2_p0": [], "reduce_n2_p0": 7, "reduce_n2_p1": "maxpool", "reduce_n2_switch": [0, 0]}
  |                                                                                        ^^^^^^
  = help: every state takes two edges from different sources""",
    ),
    "an edge that is chosen and pruned": (
        '{"normal_n2_p0": [], "normal_n2_p1": 0, "normal_n2_switch": ["normal_n2_p0", "normal_n2_p1"],\n'
        ' "normal_n9_p0": []}',
        """error[E109]: `normal_n2_p0` is chosen, and has no operation
 --> small.json:1:63
  |
1 | {"normal_n2_p0": [], "normal_n2_p1": 0, "normal_n2_switch": ["normal_n2_p0", "normal_n2_p1"],
  |                                                               ^^^^^^^^^^^^

error[E109]: the key `normal_n3_p0` is missing
 --> small.json:2:20
  |
2 |  "normal_n9_p0": []}
  |                    ^

error[E109]: the cell `reduce` is missing
 --> small.json:2:20
  |
2 |  "normal_n9_p0": []}
  |                    ^""",
    ),
    "an edge that is not chosen": (
        '{"normal_n2_p0": 1, "normal_n2_p1": 0, "normal_n2_switch": [1, 0], "reduce_n2_p0": 0, "reduce_n2_p1": 0,\n'
        ' "reduce_n2_switch": [1, 0], "normal_n3_p0": 1, "normal_n3_p1": 1, "normal_n3_p2": 1,\n'
        ' "normal_n3_switch": [1, 0], "reduce_n3_p0": 1, "reduce_n3_p1": 1, "reduce_n3_p2": [],\n'
        ' "reduce_n3_switch": [1, 0]}',
        """warning[W205]: an operation is not chosen
 --> small.json:2:84
  |
2 |  "reduce_n2_switch": [1, 0], "normal_n3_p0": 1, "normal_n3_p1": 1, "normal_n3_p2": 1,
  |                                                                                    ^
  = help: NNI computes and drops what no `_switch` names; it is left out""",
    ),
    "cells of different depth": (
        '{"normal_n2_p0": 1, "normal_n2_p1": 0, "normal_n2_switch": [1, 0], "reduce_n2_p0": 0, "reduce_n2_p1": 0,\n'
        ' "reduce_n2_switch": [1, 0], "normal_n3_p0": 1, "normal_n3_p1": 1, "normal_n3_p2": [],\n'
        ' "normal_n3_switch": [1, 0]}',
        """error[E109]: the states of the cells are not as many: 2 in `normal`, 1 in `reduce`
 --> small.json:3:28
  |
3 |  "normal_n3_switch": [1, 0]}
  |                            ^
  = help: both cells have the same number""",
    ),
    "the hub": (
        '{"normal/op_2_0": "sep_conv_3x3", "normal/op_2_1": 3, "normal/input_2_0": [0, 1], "normal/input_2_1": 1,\n'
        ' "reduce/op_2_0": "a b", "reduce/op_2_1": "none", "reduce/input_2_0": 0, "width": 0, "normal/op_2_2": 1}',
        """error[E109]: `normal/op_2_1` is no name of an operation
 --> small.json:1:52
  |
1 | {"normal/op_2_0": "sep_conv_3x3", "normal/op_2_1": 3, "normal/input_2_0": [0, 1], "normal/input_2_1": 1,
  |                                                    ^ expected such as `"sep_conv_3x3"`

error[E109]: `normal/input_2_0` is not one source
 --> small.json:1:75
  |
1 | {"normal/op_2_0": "sep_conv_3x3", "normal/op_2_1": 3, "normal/input_2_0": [0, 1], "normal/input_2_1": 1,
  |                                                                           ^^^^^^ expected such as `[0]`

error[E109]: `a b` cannot name an operation
 --> small.json:2:20
  |
2 |  "reduce/op_2_0": "a b", "reduce/op_2_1": "none", "reduce/input_2_0": 0, "width": 0, "normal/op_2_2": 1}
  |                    ^^^

error[E109]: `width` is not a number from 1 to 1,000,000
 --> small.json:2:83
  |
2 |  "reduce/op_2_0": "a b", "reduce/op_2_1": "none", "reduce/input_2_0": 0, "width": 0, "normal/op_2_2": 1}
  |                                                                                   ^

error[E109]: the key `normal/op_2_2` is not known
 --> small.json:2:87
  |
2 |  "reduce/op_2_0": "a b", "reduce/op_2_1": "none", "reduce/input_2_0": 0, "width": 0, "normal/op_2_2": 1}
  |                                                                                       ^^^^^^^^^^^^^
  = help: keys: `normal/op_2_0`, `normal/input_2_0`, ..., `width`, `depth`

error[E109]: the key `reduce/input_2_1` is missing
 --> small.json:2:104
  |
2 |  "reduce/op_2_0": "a b", "reduce/op_2_1": "none", "reduce/input_2_0": 0, "width": 0, "normal/op_2_2": 1}
  |                                                                                                        ^""",
    ),
    "a state that is not there yet": (
        ",\n".join(json.dumps(example("nni3") | {"normal/input_2_1": [2]}).split(", ")),
        """error[E203]: `s2` is not defined in cell `normal`
 --> small.json:4:22
  |
4 | "normal/input_2_1": [2],
  |                      ^ states defined here: s0, s1
  = help: `s2` can only read states before it""",
    ),
    "no object": (
        "[1, 2]",
        """error[E109]: this is not an object of keys and values
 --> small.json:1:1
  |
1 | [1, 2]
  | ^^^^^^
  = help: `{"key": value, ...}`""",
    ),
}


@pytest.mark.parametrize("kind", DIAGNOSED)
def test_diagnosed(kind: str) -> None:
    text, expected = DIAGNOSED[kind]
    try:
        found = "\n\n".join(show(reading(text, recognise(text) or "nni").warnings))
    except NasError as error:
        found = str(error)
    assert found == expected


def test_five_states_are_doubted() -> None:
    fields: dict[str, object] = {}
    for name in ("normal", "reduce"):
        for state in range(2, 7):
            fields |= {f"{name}/op_{state}_{place}": "max_pool_3x3" for place in (0, 1)}
            fields |= {f"{name}/input_{state}_{place}": [place] for place in (0, 1)}
    (warning,) = reading(json.dumps(fields)).warnings
    assert (warning.code, warning.message) == ("W205", "this looks like another space of NNI's hub")


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_texts_never_break_the_reader(form: str, data: st.DataObject) -> None:
    found, errors = outcome(data.draw(damaged(DIALECTS[form].example)), form)
    assert (found is None) == bool(errors)
    assert all(d.code in ("E105", "E109", "E203") and d.span for d in errors)
    if found is not None and form != "nni_masks":
        assert reading(write(found, form), form).document == found


# ---------------------------------------------------------------- what cannot be written

GOOD = {name: [[("skip_connect", 0), ("max_pool_3x3", 1)]] for name in ("normal", "reduce")}


def refused(document_of: dict[str, list[Row]], form: str) -> list[str]:
    with pytest.raises(NasError) as caught:
        write(nas(document_of), form)
    assert {d.code for d in caught.value.diagnostics} == {"E110"}
    return [d.message.removesuffix(f" cannot be said in the format `{form}`") for d in caught.value.diagnostics]


def test_what_would_be_lost() -> None:
    for form in FORMS:
        deeper = GOOD | {"reduce": GOOD["reduce"] * 2}
        assert refused(deeper, form) == ["cells of different numbers of states"]
    for form in FORMS[:3]:
        other = GOOD | {"normal": [[("sep_conv_7x7", 0), ("none", 1)]]}
        assert refused(other, form) == ["the operation `sep_conv_7x7`", "the operation `none`"]
        double = GOOD | {"normal": [[("skip_connect", 1), ("max_pool_3x3", 1)]]}
        assert refused(double, form) == ["a second edge from `s1` into `s2`"]
    turned = GOOD | {"normal": [GOOD["normal"][0][::-1]]}
    assert refused(turned, "nni_masks") == ["the order of the edges of `s2`"]


def test_operations_are_numbered_alike() -> None:
    """NNI's search space lists them in this order."""
    assert list(NAMES.values()) == list(DARTS)
    assert list(NAMES) == [
        *("maxpool", "avgpool", "skipconnect", "sepconv3x3"),
        *("sepconv5x5", "dilconv3x3", "dilconv5x5"),
    ]

"""Another derivation from what was saved: the run of a search, the strengths in a text, the command line."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

import nasc
from nasc.cli.derive_command import command
from nasc.compiler.plan import cell_dag
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import NasError
from nasc.runtime import checkpoint
from nasc.runtime.derive import derive_supernet
from nasc.runtime.derive_rules import RULES
from nasc.runtime.search import open_supernet
from tests.runtime.tiny import SPACE, job

TEXT = """nas 1
use std.darts

cell normal(s0, s1) {
  s2 = sep_conv_3x3(s0) @0.9300 + max_pool_3x3(s0) @0.8700 + dil_conv_3x3(s1) @0.9100
  s3 = skip_connect(s2) @0.8600 + sep_conv_5x5(s1) @0.9900 + sep_conv_3x3(s0) @0.8500
  return concat(s2..s3)
}

cell reduce(s0, s1) {
  s2 = max_pool_3x3(s0) @0.5000 + max_pool_3x3(s1)
  return s2
}

network cifar: darts_cifar { channels: 4  layers: 3 }
"""


def edges(document: n.Document, cell: str = "normal") -> list[str]:
    return [f"{e.state}={e.operations[0]}({e.source})" for e in cell_dag(document, cell).edges]


# ---------------------------------------------------------------- runs


def test_a_run_says_what_its_search_has_written(searched: Path) -> None:
    written = nasc.load(searched / "genotype.nas")
    assert nasc.derive(searched) == nasc.derive(str(searched), "darts") == written


def test_a_run_by_every_rule(searched: Path) -> None:
    """What the checkpoint says is what the shared-weight network says that it is loaded into."""
    document = nasc.load(searched / "space.nas")
    asked = json.loads((searched / "run.json").read_text())["options"]
    space = open_supernet(document, None, Options(**{**asked, "input": tuple(asked["input"])}))
    state = checkpoint.load(searched / "checkpoint.pt")["task"]["model"]
    with torch.no_grad():
        for name, parameter in space.named_parameters():
            if name.startswith("_alphas."):
                parameter.copy_(state[name])
    for rule in RULES:
        assert nasc.derive(searched, rule, threshold=0.1) == derive_supernet(space, rule, threshold=0.1), rule
    assert nasc.derive(searched, "complete", threshold=0.1) != nasc.derive(searched, "edge", threshold=0.1)


def test_strengths_that_become_weights_each_by_itself(tmp_path: Path) -> None:
    """A space of FairDARTS: sigmoids, and the rule with a threshold."""
    space = nasc.loads(SPACE.replace("keep 2 of", "keep 0..2 of").replace("search darts", "search fairdarts"))
    net = nasc.supernet(space, input=(1, 8, 8))
    with torch.no_grad():
        for alphas in net.strengths():
            alphas[:] = torch.tensor([0.0, 3.0, 1.0, -3.0])
    found = nasc.derive(net)
    assert edges(found)[:2] == ["s2=max_pool_3x3(s0)", "s2=max_pool_3x3(s1)"]
    assert nasc.derive(net, "sparse") == found
    wider = nasc.derive(net, "complete", threshold=0.7)
    assert edges(wider)[:2] == ["s2=max_pool_3x3(s0)", "s2=skip_connect(s0)"]


def test_other_directories(searched: Path, trained: Path, tmp_path: Path) -> None:
    with pytest.raises(NasError, match="learns no strengths") as caught:
        nasc.derive(trained)
    assert caught.value.diagnostics[0].code == "E406"
    shutil.copytree(searched, tmp_path / "run")
    state = checkpoint.load(tmp_path / "run" / "checkpoint.pt")
    model = state["task"]["model"]
    key = next(key for key in model if key.startswith("_alphas."))
    for wrong in (model[key][:1], None):
        model[key] = wrong
        checkpoint.save(tmp_path / "run" / "checkpoint.pt", state)
        with pytest.raises(NasError, match="does not hold the strengths of cell `normal`") as caught:
            nasc.derive(tmp_path / "run")
        assert caught.value.diagnostics[0].code == "E503"
    (tmp_path / "run" / "checkpoint.pt").unlink()
    with pytest.raises(NasError, match="there is no checkpoint"):
        nasc.derive(tmp_path / "run")


# ---------------------------------------------------------------- texts


def test_strengths_of_a_text() -> None:
    document = nasc.loads(TEXT)
    assert edges(nasc.derive(document, "sparse")) == [
        *("s2=sep_conv_3x3(s0)", "s2=dil_conv_3x3(s1)"),
        *("s3=sep_conv_5x5(s1)", "s3=skip_connect(s2)"),
    ]
    assert edges(nasc.derive(document, "sparse", threshold=0.9)) == [
        *("s2=sep_conv_3x3(s0)", "s2=dil_conv_3x3(s1)", "s3=sep_conv_5x5(s1)"),
    ]
    assert edges(nasc.derive(document, "edge")) == [
        *("s2=max_pool_3x3(s0)", "s2=sep_conv_3x3(s0)", "s2=dil_conv_3x3(s1)"),
        *("s3=sep_conv_3x3(s0)", "s3=sep_conv_5x5(s1)", "s3=skip_connect(s2)"),
    ]
    assert edges(nasc.derive(document, "nasbench201"))[:2] == ["s2=sep_conv_3x3(s0)", "s2=dil_conv_3x3(s1)"]
    # the strengths go on with the edges, so that it can be derived again; `reduce` does not have them all
    again = nasc.derive(document, "sparse")
    assert nasc.derive(again, "sparse") == again == nasc.loads(nasc.dumps(again))
    assert edges(again, "reduce") == edges(document, "reduce")
    assert nasc.build(again, auxiliary=False)


@pytest.mark.parametrize("seed", range(5))
def test_a_text_with_every_strength_is_derived_as_its_search(seed: int) -> None:
    """Four digits of each strength are enough to tell these apart."""
    net = nasc.supernet(nasc.loads(SPACE), input=(1, 8, 8))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for alphas in net.strengths():
            alphas.normal_(generator=generator)
    wide = nasc.loads(nasc.dumps(nasc.derive(net, "complete", threshold=0.0)))
    for rule in ("darts", "gdas", "pdarts", "sparse", "edge"):
        for cell in ("normal", "reduce"):
            found = nasc.derive(wide, rule, threshold=0.2), nasc.derive(net, rule, threshold=0.2)
            assert edges(found[0], cell) == edges(found[1], cell), rule


def test_a_text_without_strengths() -> None:
    with pytest.raises(NasError) as caught:
        nasc.derive(nasc.load("darts_v2"), "sparse")
    assert (
        str(caught.value)
        == """error[E406]: no state of the text has strengths on all its edges
 --> zoo/darts_v2.nas:1:1
  |
1 | nas 1
  | ^
  = help: a search writes them behind edges, such as `sep_conv_3x3(s0) @0.31`; or name the directory of its run"""
    )
    with pytest.raises(NasError) as caught:
        nasc.derive(nasc.loads(TEXT), "spars")
    assert [d.code for d in caught.value.diagnostics] == ["E404"]
    with pytest.raises(NasError) as caught:
        nasc.derive(nasc.loads(TEXT), "sparse", threshold=0.995)
    assert [d.code for d in caught.value.diagnostics] == ["E405"]


# ---------------------------------------------------------------- the command line


def test_the_command(tmp_path: Path, searched: Path) -> None:
    text = tmp_path / "found.nas"
    text.write_text(TEXT)
    found = CliRunner().invoke(command, [str(text), "--rule", "sparse", "--layers", "5"])
    assert found.exit_code == 0, found.output
    assert found.output.startswith("# nasc derive found.nas --rule sparse --layers 5\nnas 1\n")
    assert nasc.loads(found.output) == nasc.derive(nasc.loads(TEXT), "sparse", layers=5)
    out = tmp_path / "out.nas"
    found = CliRunner().invoke(command, [str(searched), "--rule", "edge", "--threshold", "0.2", "-o", str(out)])
    assert (found.exit_code, found.output) == (0, "")
    assert nasc.load(out) == nasc.derive(searched, "edge", threshold=0.2)
    assert isinstance(CliRunner().invoke(command, ["darts_v2", "--rule", "edge"]).exception, NasError)


def test_help_names_every_rule() -> None:
    assert f"Rules: {', '.join(RULES)}." in " ".join(CliRunner().invoke(command, ["--help"]).output.split())


def test_a_derived_genotype_is_trained(tmp_path: Path, searched: Path) -> None:
    from nasc.runtime.train_job import train

    text = nasc.dumps(nasc.derive(searched, "edge", threshold=0.2, layers=4))
    assert train(job(tmp_path / "trained", text)).path.exists()


# ---------------------------------------------------------------- bounds


def test_a_text_is_derived_within_its_bounds() -> None:
    """The rule leaves two of three edges; one that is asked for stays in the place of a stronger one."""
    free = edges(nasc.derive(nasc.loads(TEXT), "darts"))
    assert not any("max_pool_3x3" in edge for edge in free)
    bound = TEXT.replace("layers: 3 }", "layers: 3  require count(max_pool_3x3, normal) >= 1 }")
    found = edges(nasc.derive(nasc.loads(bound), "darts"))
    assert "s2=max_pool_3x3(s0)" in found
    assert len(found) == len(free)


def test_what_only_one_genotype_has_binds_no_other() -> None:
    bound = TEXT.replace("layers: 3 }", f"layers: 3  require params == {nasc.stats(nasc.loads(TEXT)).params} }}")
    assert edges(nasc.derive(nasc.loads(bound), "darts")) == edges(nasc.derive(nasc.loads(TEXT), "darts"))

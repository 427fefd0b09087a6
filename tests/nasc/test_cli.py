"""The command line as a user meets it: results, exit codes, no tracebacks, quick commands without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nasc import genotypes
from nasc.cli import COMMANDS

ROOT = Path(__file__).parents[2]
QUICK = [
    ["--help"],
    ["check", "darts_v2"],
    ["check", "darts", "--json"],
    ["fmt", "--check", "darts_v2"],
    ["import", "darts_v2"],
    ["export", "darts_v2", "--to", "darts"],
    ["explain", "darts_v2"],
    ["explain", "E203"],
    ["render", "darts_v2", "-o", "OUT/cells.dot"],
    ["sample", "darts"],
    ["hash", "darts_v2"],
    ["derive", "darts_v2", "--layers", "8"],
    ["diff", "darts_v1", "darts_v2"],
    ["check", "darts_v2", "--in", "darts"],
    ["zoo"],
    ["new", "OUT/mine", "--like", "darts"],
    ["report", "tests/runtime/report/run", "-o", "OUT/report.html"],
]


REFUSE_TORCH = """
import importlib.abc, sys
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        assert name.split('.')[0] not in ('torch', 'torchvision'), 'torch is imported'
sys.meta_path.insert(0, Refuse())
"""


def nasc(*arguments: str, text: str | None = None, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run `nasc`; `before` is Python that runs first in the same process."""
    code = f"{before}\nimport sys\nsys.argv = ['nasc', *{list(arguments)!r}]\nfrom nasc.cli import main\nmain()\n"
    return subprocess.run(
        [sys.executable, "-c", code], input=text, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False
    )


@pytest.mark.parametrize("arguments", QUICK, ids=lambda arguments: " ".join(arguments[:2]))
def test_quick_commands_do_not_import_torch(arguments: list[str], tmp_path: Path) -> None:
    done = nasc(*(a.replace("OUT", str(tmp_path)) for a in arguments), before=REFUSE_TORCH)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    done = nasc(name, "--help")
    assert done.returncode == 0
    assert f"nasc {name}" in done.stdout.partition("Example:")[2]


def test_importing_the_package_imports_neither_torch_nor_networkx() -> None:
    code = "import sys, nasc, nasc.cli; print([m for m in ('torch', 'networkx', 'graphviz') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT).strip() == "[]"


def test_compile_prints_the_published_figures() -> None:
    found = json.loads(nasc("compile", "darts_v2", "--json").stdout)
    assert (found["params"], found["params_aux"], found["macs"]) == (3_349_342, 3_825_768, 528_359_040)
    assert found["input_shape"] == [3, 32, 32]
    assert found["output_shape"] == [10]
    assert found["cells"][6] == {
        "index": 6, "name": "reduce", "stride": 2, "shape": [288, 16, 16], "params": 21024, "macs": 21233664,
    }  # fmt: skip


def test_explain_prints_the_trace_of_the_search_network() -> None:
    out = nasc("explain", "darts", "--network", "search", "--channels", "16", "--layers", "8").stdout
    shapes = [line.split()[-3] for line in out.splitlines() if line.startswith(("stem", "cell", "head"))]
    assert shapes == [
        "48x32x32", "64x32x32", "64x32x32", "128x16x16", "128x16x16", "128x16x16", "256x8x8", "256x8x8", "256x8x8",
        "10",
    ]  # fmt: skip


def test_errors_exit_with_1_and_wrong_usage_with_2(tmp_path: Path) -> None:
    broken = tmp_path / "broken.nas"
    broken.write_text("use std.darts\ncell c(s0) { s1 = sep_conv_3x(s0)  return s1 }\n")
    done = nasc("check", str(broken))
    assert done.returncode == 1
    assert "error[E202]" in done.stderr
    assert "did you mean `sep_conv_3x3`?" in done.stderr
    assert nasc("check").returncode == 2
    assert nasc("chekc").returncode == 2
    assert nasc("check", "no_such_thing").returncode == 1
    assert nasc("compile", "darts_v2", "--layers", "0").returncode == 2


def test_check_json_has_the_documented_rows(tmp_path: Path) -> None:
    broken = tmp_path / "broken.nas"
    broken.write_text("use std.darts\ncell c(s0) { s1 = skip_connect(s7)  return s1 }\n")
    done = nasc("check", str(broken), "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["space"] is None
    row = found["diagnostics"][0]
    assert (row["code"], row["severity"], row["line"], row["column"]) == ("E203", "error", 2, 32)
    assert (row["end_line"], row["end_column"], row["file"]) == (2, 34, str(broken))
    space = json.loads(nasc("check", "darts", "--json").stdout)["space"]
    assert space["size"] == str(1_037_664_180**2)
    assert space["params"] == [1_370_134, 5_144_086]


def test_a_text_may_come_from_standard_input() -> None:
    text = "use std.darts\ncell c(s0, s1) { s2 = skip_connect(s0)  return s2 }\n"
    assert nasc("check", "-", text=text).returncode == 0


def test_fmt_changes_a_file_in_place_and_leaves_a_broken_one_alone(tmp_path: Path) -> None:
    file, broken = tmp_path / "a.nas", tmp_path / "b.nas"
    file.write_text("use   std.darts # mine\n\n\n\ncell c(s0){s1=skip_connect(s0) return s1}\n")
    broken.write_text("cell {")
    assert nasc("fmt", "--check", str(file)).returncode == 1
    assert nasc("fmt", str(file)).returncode == 0
    assert file.read_text() == "use std.darts  # mine\n\ncell c(s0) { s1 = skip_connect(s0)  return s1 }\n"
    assert nasc("fmt", "--check", str(file)).returncode == 0
    assert nasc("fmt", str(broken)).returncode == 1
    assert broken.read_text() == "cell {"


def test_import_and_export_are_inverse(tmp_path: Path) -> None:
    text = nasc("export", "darts_v2", "--to", "darts").stdout
    assert text.startswith("Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1)")
    (tmp_path / "g.txt").write_text(text)
    back = nasc("import", str(tmp_path / "g.txt"))
    assert back.returncode == 0
    (tmp_path / "g.nas").write_text(back.stdout)
    assert nasc("export", str(tmp_path / "g.nas"), "--to", "darts").stdout == text


def test_new_writes_a_space_that_checks_and_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "mine.nas"
    assert nasc("new", str(path), "--like", "darts").returncode == 0
    assert nasc("check", str(path)).returncode == 0
    path.write_text("mine")
    assert nasc("new", str(path), "--like", "darts").returncode == 1
    assert path.read_text() == "mine"


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "dot"])
def test_render_writes_every_format(suffix: str, tmp_path: Path) -> None:
    pytest.importorskip("graphviz")
    out = tmp_path / f"cells.{suffix}"
    done = nasc("render", "darts_v2", "-o", str(out))
    if done.returncode and suffix == "pdf":
        assert "E801" in done.stderr  # no `dot` on this machine
        return
    assert done.returncode == 0, done.stderr
    assert out.stat().st_size > 500


def test_the_zoo_lists_everything_that_is_shipped() -> None:
    found = json.loads(nasc("zoo", "--json").stdout)
    assert [row["name"] for row in found] == [n for folder in genotypes.FOLDERS for n in genotypes.names(folder)]
    assert all(row["exact"] or row["name"].startswith("rnn_") for row in found if row["kind"] == "genotype")
    keys = {"name", "kind", "params", "params_aux", "macs", "published", "exact", "reason", "networks"}
    assert set(found[0]) == keys
    assert set(found[0]["networks"][0]) == {"name", "params", "params_aux", "macs", "published"}
    for row in found:
        assert (row["params"], row["macs"]) == (row["networks"][0]["params"], row["networks"][0]["macs"])


FIGURES = """\
name      kind      network      params  with auxiliary         MACs  as stated
darts_v2  genotype  cifar     3,349,342       3,825,768  528,359,040        yes
    published: CIFAR-10 test error 2.76 ± 0.09 %, 3.3 M params
                    imagenet  4,718,752       5,979,528  529,911,552
    published: ImageNet top-1 error 26.7 %, 4.7 M params, 574 M MACs
                    ptdarts   3,351,502       3,827,928  528,359,040
                    nni       3,309,166       3,785,592  528,359,040
    differs: the 574 M MACs of the ImageNet table are not those of this network, which has 529.9 M
"""


def test_the_zoo_prints_a_text_and_the_figures_of_its_networks(tmp_path: Path) -> None:
    done = nasc("zoo", "darts_v2")
    assert done.stdout == genotypes.shipped("zoo/darts_v2").read_text(encoding="utf-8")
    assert done.stderr == FIGURES
    row = json.loads(nasc("zoo", "snas", "--json").stdout)
    assert [own["name"] for own in row["networks"]] == ["cifar", "imagenet", "imagenet_52"]
    assert row["networks"][1]["published"] == "ImageNet top-1 error 27.3 %, 4.3 M, 522 M MACs (mild)"
    own = tmp_path / "own.nas"
    own.write_text("use std.darts\n")
    assert nasc("zoo", str(own)).stdout == "use std.darts\n"
    assert nasc("zoo", str(own), "--json").returncode == 2


def test_the_whole_path_from_text_to_test_accuracy(tmp_path: Path) -> None:
    small = ["--data", "digits", "--channels", "4", "--layers", "3", "--threads", "1", "--limit-batches", "2"]
    space, found, trained = tmp_path / "space.nas", tmp_path / "found", tmp_path / "trained"
    assert nasc("new", str(space)).returncode == 0
    done = nasc("search", str(space), *small, "--set", "epochs=2", "--set", "batch=8", "--out", str(found))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(found / "genotype.nas")
    assert sorted(p.name for p in (found / "epochs").iterdir()) == ["0001.nas", "0002.nas"]
    assert nasc("check", str(found / "genotype.nas")).returncode == 0
    done = nasc("train", str(found / "genotype.nas"), *small, "--epochs", "1", "--out", str(trained))
    assert done.returncode == 0, done.stderr
    by_run = json.loads(nasc("evaluate", str(trained), "--json").stdout)
    by_weights = json.loads(nasc("evaluate", str(trained / "weights.safetensors"), "--json").stdout)
    by_checkpoint = json.loads(nasc("evaluate", str(trained / "checkpoint.pt"), "--json").stdout)
    by_file = nasc(
        "evaluate", str(found / "genotype.nas"), "--weights", str(trained / "weights.safetensors"),
        "--data", "digits", "--channels", "4", "--layers", "3", "--json",
    )  # fmt: skip
    assert by_run == by_weights == by_checkpoint == json.loads(by_file.stdout)
    assert set(by_run) == {"dataset", "split", "examples", "top1", "top5", "loss"}
    assert (by_run["dataset"], by_run["split"], by_run["examples"]) == ("digits", "test", 360)


SMALL = ["--channels", "4", "--layers", "3", "--input", "3x16x16"]


def test_compile_writes_a_python_file_that_runs_without_nasc(tmp_path: Path) -> None:
    out = tmp_path / "net.py"
    done = nasc("compile", "darts_v2", *SMALL, "--emit", "python", "-o", str(out))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("network cifar")
    assert nasc("compile", "darts_v2", *SMALL, "--emit", "python").stdout == out.read_text(encoding="utf-8")
    code = "import sys, torch, net; print(net.Network()(torch.zeros(2, 3, 16, 16)).shape, 'nasc' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert run.stdout == "torch.Size([2, 10]) False\n"


def test_compile_writes_trained_weights_into_a_pt2_file(tmp_path: Path) -> None:
    import torch

    import nasc as package
    from nasc.runtime import weights_file

    out, weights = tmp_path / "net.pt2", tmp_path / "w.safetensors"
    model = package.build(package.load("darts_v2"), channels=4, layers=3, input=(3, 16, 16), auxiliary=False)
    weights_file.save(weights, model, {})
    done = nasc("compile", "darts_v2", *SMALL, "--emit", "pt2", "--weights", str(weights), "-o", str(out))
    assert done.returncode == 0, done.stderr
    assert "newly drawn" not in done.stderr
    x = torch.randn(3, 3, 16, 16)
    torch.testing.assert_close(torch.export.load(out).module()(x), model.eval()(x), rtol=1e-4, atol=1e-5)
    done = nasc("compile", "darts_v2", *SMALL, "--channels", "8", "--emit", "pt2", "--weights", str(weights), "-o", "x")
    assert done.returncode == 1
    assert "E503" in done.stderr


def test_compile_refuses_what_cannot_be_emitted() -> None:
    assert nasc("compile", "darts_v2", "--emit", "onnx").returncode == 2
    assert nasc("compile", "darts_v2", "--emit", "python", "--json").returncode == 2
    assert nasc("compile", "darts_v2", "--emit", "dot", "--weights", "w.safetensors").returncode == 2
    done = nasc("compile", "darts", *SMALL, "--emit", "python")
    assert done.returncode == 1
    assert "E310" in done.stderr


def test_compile_profiles_cells_and_operations() -> None:
    options = [*SMALL, "--profile", "--batch", "2", "--threads", "1", "--device", "cpu"]
    found = json.loads(nasc("compile", "darts_v2", *options, "--json").stdout)["profile"]
    assert (found["batch"], found["threads"], found["device"]) == (2, 1, "cpu")
    assert set(found["network"]) == {"forward", "backward", "kept"}
    assert found["cells"][0]["operations"][2]["text"] == "sep_conv_3x3(s0)"
    table = nasc("compile", "darts_v2", *options).stdout
    assert "s2 = sep_conv_3x3(s0)" in table
    assert "backward ms" in table

"""The emitted Python file is the network: same names, same values, same draws; it needs torch alone and lints."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn

import nasc
from nasc.compiler.build import decided
from nasc.compiler.emit.python import python
from nasc.compiler.emit.python_layers import WRITERS
from nasc.compiler.expand import Plan
from nasc.compiler.layers import LAYERS
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options
from tests.compiler.emit.shipped import FEW, ZOO, calibrate

ROOT = Path(__file__).parents[3]
NARROW = Options(channels=16, classes=7)


def module(text: str, folder: Path) -> ModuleType:
    """The emitted text, written and imported."""
    path = folder / "emitted.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("emitted", path)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def same(text: str, found: Plan, folder: Path) -> None:
    """Compare what the text builds with what `nasc.build` does: names, values, and what a seed draws."""
    auxiliary = found.auxiliary is not None
    made = module(text, folder).Network
    with torch.device("meta"):  # names and shapes of the whole network
        theirs: nn.Module = made(auxiliary=True) if auxiliary else made()
        ours = decided(found, auxiliary, changes=())
    assert {k: v.shape for k, v in theirs.state_dict().items()} == {k: v.shape for k, v in ours.state_dict().items()}
    assert list(theirs.state_dict()) == list(ours.state_dict())
    torch.manual_seed(1)
    theirs = made(auxiliary=True) if auxiliary else made()
    torch.manual_seed(1)
    ours = decided(found, auxiliary, changes=())
    begun = theirs.state_dict()
    for key, value in ours.state_dict().items():
        assert torch.equal(value, begun[key]), key
    ours.set_rates(0.3)
    set_rates = getattr(theirs, "set_rates", None)
    if set_rates is not None:
        set_rates(0.3)
    x = torch.randn(2, *found.stack.input)
    calibrate(ours, theirs)
    results = []
    for model in (ours.train(), theirs.train()):
        torch.manual_seed(2)
        with torch.no_grad():
            out = model(x)
        results.append(out if isinstance(out, tuple) else (out,))
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(b, a, rtol=1e-6, atol=1e-6)
    with torch.no_grad():
        expected, given = ours.eval()(x), theirs.eval()(x)
    assert given.std() > 0
    torch.testing.assert_close(given, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ZOO)
def test_every_shipped_network_is_the_same_as_a_file(name: str, tmp_path: Path) -> None:
    document = nasc.load(name)
    found = plan(document, None, NARROW)
    alone(text := python(document, found))
    same(text, found, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ZOO)
def test_every_other_network_of_it_is_too(name: str, tmp_path: Path) -> None:
    document = nasc.load(name)
    for network in list(document.networks)[1:]:
        found = plan(document, network, NARROW)
        alone(text := python(document, found))
        same(text, found, tmp_path)


def alone(text: str) -> None:
    """The file imports torch alone; lines of code are not too long, those of the genotype are as they were."""
    imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {alias.name if isinstance(node, ast.Import) else node.module for node in imports for alias in node.names}
    assert named <= {"torch", "torch.nn", "collections.abc"}
    assert all(len(line) <= 120 for line in text.splitlines() if not line.startswith("# "))


MINE = """use std.darts
op true = conv(1) -> bn  op concat = relu -> dwconv(3, stride) -> [conv(1, out=C/2), conv(1, out=C/2)] -> bn
op both = (conv(1, stride) + conv(3, stride) -> bn) -> tanh
cell tensor(self, lambda) {
  torch = concat(self) + 0.5*skip_connect(lambda)
  forward = true(torch) + both(self)
  drop_path = max_pool_3x3(lambda)
  unread = both(self)
  return mean(torch, forward)
}
cell one(x) { preprocess = sep_conv_3x3(x)  s = skip_connect(preprocess)  return concat(preprocess, s) }
"""


@pytest.mark.parametrize(
    "settings",
    [
        "network n: darts_cifar { channels: 8 cells: tensor*2, tensor/2, one/2, tensor }",
        "network n: darts_cifar { channels: 8 state: sum -> bn -> drop_path  edge: operation -> dropout(mine)\n"
        "  cells: tensor, one/2, one, tensor }",
        "network n: darts_cifar { channels: 8 edge: [take(0, C/4) -> operation(out=C/4), take(C/4, C) -> bypass]\n"
        "  -> shuffle(4)  cells: one, one/2, one }",
        "network n { channels: 8 input: 3x32x32 classes: 3 head: global_avg_pool -> linear\n"
        "  cells: leaf, leaf/2 stem: conv(3) }",
    ],
)
def test_cells_of_ones_own_with_names_of_python(settings: str, tmp_path: Path) -> None:
    leaf = "cell leaf(x) { lambda = zero_conv(x)  return lambda }\nop zero_conv = conv(3, stride) -> sigmoid\n"
    document = nasc.loads(MINE + leaf + settings)
    found = plan(document, "n")
    text = python(document, found)
    same(text, found, tmp_path)
    lint(tmp_path / "emitted.py")


def lint(path: Path) -> None:
    """The file is laid out as this project's own, and follows the rules that say something of generated code."""
    run = [sys.executable, "-m", "ruff"]
    config = ["--config", str(ROOT / "pyproject.toml")]
    rules = ["--select=E,F,W,I,UP,B", "--ignore=E501"]
    done = subprocess.run([*run, "check", *rules, *config, str(path)], capture_output=True, text=True, check=False)
    if "No module named" in done.stderr:
        pytest.skip("ruff is not installed")
    assert done.returncode == 0, done.stdout
    done = subprocess.run([*run, "format", "--diff", *config, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", FEW)
def test_the_file_lints(name: str, tmp_path: Path) -> None:
    document = nasc.load(name)
    path = tmp_path / "net.py"
    path.write_text(python(document, plan(document)), encoding="utf-8")
    lint(path)


def test_forward_reads_like_the_text() -> None:
    document = nasc.load("darts_v2")
    text = python(document, plan(document))
    assert "s4 = self.drop_path(self.s4[0](s1)) + self.s4[1](s0)" in text
    assert "self.s4 = nn.ModuleList([SepConv3x3(c), nn.Identity()])" in text
    assert text.count("class SepConv3x3(") == text.count("class Normal(") == text.count("class Reduce(") == 1
    assert "# cell normal(s0, s1) {" in text


def test_every_layer_of_pictures_can_be_written() -> None:
    assert set(WRITERS) == {name for name, kind in LAYERS.items() if kind.module is not None}

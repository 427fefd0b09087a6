"""Checkpoint files of other programs: tensors come out, code does not run."""

import pickle
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

import nasc
from nasc.runtime.weights.checkpoint_file import read_checkpoint

STATE = {"stem.weight": torch.ones(2), "stem.bias": torch.zeros(2)}


class Foreign:
    """A class of some training script."""


def refused(path: Path) -> str:
    with pytest.raises(nasc.NasError) as caught:
        read_checkpoint(path)
    assert [d.code for d in caught.value.diagnostics] == ["E705"]
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        STATE,
        {"state_dict": STATE, "epoch": 3, "optimizer": {"state": {}}},
        {"model": {"network": STATE, "alphas": [1.0]}},
        {"epoch": 600, "args": Namespace(arch="GDAS_V1", seed=1, nested=Namespace(a=[1.0])), "state_dict": STATE},
        {"search_model": STATE, "args": Namespace(), "genotypes": {-1: "|none~0|"}},
    ],
)
@pytest.mark.parametrize("new", [True, False], ids=["zip", "legacy"])
def test_state_dicts_in_whatever_they_lie(content: Any, new: bool, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "x.pt", _use_new_zipfile_serialization=new)
    found = read_checkpoint(tmp_path / "x.pt")
    assert list(found) == list(STATE)
    assert torch.equal(found["stem.weight"], STATE["stem.weight"])


@pytest.mark.parametrize("name", ["x.safetensors", "x.bin"])
def test_safetensors_under_any_name(name: str, tmp_path: Path) -> None:
    save_file(STATE, tmp_path / name)
    assert set(read_checkpoint(str(tmp_path / name))) == set(STATE)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (nn.Linear(2, 2), "torch.nn.modules.linear.Linear"),
        ({"state_dict": STATE, "criterion": nn.CrossEntropyLoss()}, "torch.nn.modules.loss.CrossEntropyLoss"),
        ({"state_dict": STATE, "best": np.float64(0.9)}, "numpy"),
        ({"state_dict": STATE, "args": Foreign()}, "Foreign"),
        ({"state_dict": STATE, "args": Namespace(model=nn.ReLU())}, "torch.nn.modules.activation.ReLU"),
    ],
)
def test_what_only_code_could_restore(content: Any, named: str, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "x.pt")
    text = refused(tmp_path / "x.pt")
    assert named in text
    assert "which only running code from the file could restore" in text
    assert "help: in the program that wrote it, save the weights alone" in text


def test_options_of_a_command_line_are_let_through_here_only(tmp_path: Path) -> None:
    torch.save({"state_dict": STATE, "args": Namespace(epochs=1)}, tmp_path / "x.pt")
    assert set(read_checkpoint(tmp_path / "x.pt")) == set(STATE)
    with pytest.raises(pickle.UnpicklingError, match="Namespace"):
        torch.load(tmp_path / "x.pt", weights_only=True)


def test_code_in_a_pickle_is_not_run(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    (tmp_path / "x.pt").write_bytes(b"\x80\x02cos\nsystem\n(S'touch " + str(trace).encode() + b"'\ntR.")
    assert "it holds a `os.system`" in refused(tmp_path / "x.pt")
    assert not trace.exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([1], "it holds a list, not weights by name"),
        ({"epoch": 1}, "its entries: `epoch`"),
        ({}, "its entries: none"),
        ({"a": torch.ones(1), "epoch": 1}, "its entry `epoch` is no tensor but a int"),
    ],
)
def test_no_state_dict(content: Any, reason: str, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "x.pt")
    assert reason in refused(tmp_path / "x.pt")


@pytest.mark.parametrize("data", [b"", b"plain words, no checkpoint", b"PK\x03\x04____", bytes(8) + b"{"])
def test_damaged_files(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(data)
    assert "damaged" in refused(tmp_path / "x.pt")


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "none.pt")
    assert "no weights can be read" in refused(tmp_path)

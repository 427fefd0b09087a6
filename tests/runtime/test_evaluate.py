"""Evaluation: figures against a direct computation, from everything that holds trained weights."""

import json
import random
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import save_file
from torch.nn import functional as F

import nasc
from nasc.cli import group
from nasc.compiler.stack import Options
from nasc.runtime import checkpoint, weights_file
from nasc.runtime.data.registry import describe
from nasc.runtime.evaluate import as_json, evaluate, open_genotype, open_target
from nasc.runtime.train_job import train
from tests.runtime.data.memory import load
from tests.runtime.tiny import GENOTYPE, job

CPU = torch.device("cpu")


def refused(target: Path) -> str:
    with pytest.raises(nasc.NasError) as caught:
        open_target(target)
    assert caught.value.diagnostics[0].code == "E503"
    return str(caught.value)


def test_the_figures_are_those_of_a_direct_computation(trained: Path) -> None:
    model, data = open_target(trained)
    assert data == "digits"
    found = evaluate(model, data, None, CPU)
    other = nasc.build(nasc.loads(GENOTYPE), "cifar", classes=10, input=(1, 8, 8), optimize=False).eval()
    other.load_state_dict(checkpoint.load(trained / "checkpoint.pt")["task"]["model"])
    images, about = load("digits", None, "test"), describe("digits", None)
    with torch.no_grad():
        logits = other((images.pixels.float() / 255 - about.mean[0]) / about.std[0])
    assert isinstance(logits, torch.Tensor)
    rank = (logits > logits.gather(1, images.labels[:, None])).sum(1)
    assert found.top1 == pytest.approx(float((rank < 1).float().mean()), abs=1e-6)
    assert found.top5 == pytest.approx(float((rank < 5).float().mean()), abs=1e-6)
    assert found.loss == pytest.approx(float(F.cross_entropy(logits, images.labels)), rel=1e-5)
    assert (found.dataset, found.split, found.examples) == ("digits", "test", 360)
    row = json.loads(as_json(found))
    assert list(row) == ["dataset", "split", "examples", "top1", "top5", "loss"]


def test_a_run_a_checkpoint_and_weights_alone_say_the_same(trained: Path, tmp_path: Path) -> None:
    weights, saved = tmp_path / "weights.safetensors", tmp_path / "checkpoint.pt"
    shutil.copy(trained / "weights.safetensors", weights)
    shutil.copy(trained / "checkpoint.pt", saved)
    expected = evaluate(open_target(trained)[0], "digits", None, CPU)
    for target in (weights, saved):
        model, data = open_target(target)
        assert evaluate(model, data, None, CPU) == expected
    document = nasc.load(trained / "genotype.nas")
    for file in (weights, saved):
        model = open_genotype(document, None, Options(), file, "digits", None)
        assert evaluate(model, "digits", None, CPU) == expected


def test_weights_suffice_where_the_text_uses_files_of_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "mine.nas").write_text("nas 1\nuse std.darts\nop mine = relu -> conv(3, stride) -> bn\n")
    text = GENOTYPE.replace("use std.darts\n", 'use std.darts\nuse "mine.nas"\n').replace("sep_conv_3x3(", "mine(")
    (tmp_path / "genotype.nas").write_text(text)
    from nasc.runtime.files import open_source

    given = job(tmp_path / "run", settings={"epochs": "1"}, limit=1)
    object.__setattr__(given, "source", open_source(str(tmp_path / "genotype.nas")))
    train(given)
    (tmp_path / "mine.nas").unlink()
    assert evaluate(open_target(tmp_path / "run")[0], "digits", None, CPU).examples == 360
    assert nasc.build(nasc.load(tmp_path / "run" / "genotype.nas"), "cifar", input=(1, 8, 8))
    about = weights_file.load(tmp_path / "run" / "weights.safetensors")[1]
    assert about is not None
    assert str(tmp_path) not in json.dumps(about)  # whose folders they were is nobody's business


def test_data_that_does_not_fit(trained: Path) -> None:
    model, _ = open_target(trained)
    with pytest.raises(nasc.NasError, match="3x32x32 in 10 classes, the network takes 1x8x8") as caught:
        evaluate(model, "cifar10", None, CPU)
    assert caught.value.diagnostics[0].code == "E509"


def test_a_search_has_no_network_to_evaluate(searched: Path) -> None:
    for target in (searched, searched / "checkpoint.pt"):
        assert "belongs to a search" in refused(target)
        assert "nasc train" in refused(target)
    with pytest.raises(nasc.NasError, match="another genotype's") as caught:
        open_genotype(nasc.loads(GENOTYPE), "cifar", Options(), searched / "checkpoint.pt", "digits", None)
    assert caught.value.diagnostics[0].code == "E503"


def test_weights_of_another_genotype(trained: Path) -> None:
    for text, words in [
        (GENOTYPE.replace("channels: 2", "channels: 4"), "has the shape"),
        (GENOTYPE.replace("skip_connect(s1)\n", "dil_conv_3x3(s1)\n"), "which the network needs"),
        (GENOTYPE.replace("sep_conv_3x3(s0)", "skip_connect(s0)"), "which the network does not"),
    ]:
        assert text != GENOTYPE
        with pytest.raises(nasc.NasError, match=words) as caught:
            open_genotype(nasc.loads(text), "cifar", Options(), trained / "weights.safetensors", "digits", None)
        assert caught.value.diagnostics[0].code == "E503"


def test_an_auxiliary_head_is_left_aside(tmp_path: Path) -> None:
    document = nasc.loads(GENOTYPE)
    full = nasc.build(document, "cifar", input=(1, 32, 32), auxiliary=True)
    weights_file.save(tmp_path / "w.safetensors", full, {})
    from nasc.runtime.evaluate import put

    bare = nasc.build(document, "cifar", input=(1, 32, 32))
    put(bare, full.state_dict(), "w")
    x = torch.randn(2, 1, 32, 32)
    assert torch.equal(bare.eval()(x), full.eval()(x))
    put(full, bare.state_dict(), "w")


def test_weights_that_do_not_say_what_they_are_of(trained: Path, tmp_path: Path) -> None:
    state, about = weights_file.load(trained / "weights.safetensors")
    assert about is not None
    save_file(state, str(tmp_path / "bare.safetensors"))
    assert "does not say which genotype" in refused(tmp_path / "bare.safetensors")
    assert "--weights" in refused(tmp_path / "bare.safetensors")
    wrong = ({"options": "{"}, {"options": '{"no": 1}'}, {"text": 1})
    broken: list[Any] = [{}, [], "x", *({**about, **entry} for entry in wrong)]
    for said in broken:
        save_file(state, str(tmp_path / "w.safetensors"), {"nasc": json.dumps(said)})
        assert "w.safetensors says of its network cannot be read" in refused(tmp_path / "w.safetensors")
    save_file(state, str(tmp_path / "w.safetensors"), {"nasc": "{"})
    refused(tmp_path / "w.safetensors")


def test_nothing_there(tmp_path: Path) -> None:
    assert "there is no checkpoint" in refused(tmp_path)
    assert "there are no weights" in refused(tmp_path / "w.safetensors")
    assert "there is no checkpoint" in refused(tmp_path / "nothere")


def test_weights_that_a_disk_has_changed_are_noticed(trained: Path, tmp_path: Path) -> None:
    data = bytearray((trained / "weights.safetensors").read_bytes())
    data[-7] ^= 1
    (tmp_path / "w.safetensors").write_bytes(data)
    assert "checksum" in refused(tmp_path / "w.safetensors")


def test_damaged_weights_never_end_in_a_traceback(trained: Path, tmp_path: Path) -> None:
    good = (trained / "weights.safetensors").read_bytes()
    header = int.from_bytes(good[:8], "little") + 8
    chance = random.Random(0)
    for turn in range(120):
        data = bytearray(good)
        if turn % 3 == 0:
            del data[chance.randrange(len(data)) :]
        else:
            data[chance.randrange(header)] = chance.randrange(256)
        (tmp_path / "w.safetensors").write_bytes(data)
        with suppress(nasc.NasError):
            open_target(tmp_path / "w.safetensors")


def test_the_options_of_other_commands(trained: Path) -> None:
    def told(*options: str) -> dict[str, Any]:
        done = CliRunner().invoke(group, ["evaluate", str(trained), "--json", *options])
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.stdout))

    plain = told()
    parts = told("--seed", "3", "--set", "batch=7")
    assert parts["loss"] == pytest.approx(plain["loss"], rel=1e-5)
    assert {**parts, "loss": plain["loss"]} == plain
    mixed = told("--amp", "bf16")
    assert mixed["loss"] != plain["loss"]
    assert mixed["loss"] == pytest.approx(plain["loss"], rel=0.05)
    for options, code in ((("--set", "lr=1"), "E402"), (("--set", "batch=0"), "E403"), (("--amp", "fp16"), "E508")):
        done = CliRunner().invoke(group, ["evaluate", str(trained), "--device", "cpu", *options])
        assert isinstance(done.exception, nasc.NasError)
        assert done.exception.diagnostics[0].code == code

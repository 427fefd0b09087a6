"""The LSTM beside a compiled cell, and a comparison that goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from benchmarks import words
from benchmarks.plain_lstm import PlainLstm, size, width_for
from nasc.runtime.data.texts import load_text


def test_the_lstm_is_torch_s() -> None:
    torch.manual_seed(0)
    own = PlainLstm(11, 6).eval()
    own.set_dropouts(embedding=0.5, input=0.5, output=0.5, hidden=0.0, x=0.0)
    tokens, targets = torch.randint(11, (2, 5, 3))
    found = own.loss(tokens, targets)
    raw, (state, memory) = own.cell(own.embedding(tokens))
    logits = raw @ own.embedding.weight.T + own.bias
    torch.testing.assert_close(found.nll, F.cross_entropy(logits.view(-1, 11), targets.view(-1)))
    again = own.loss(tokens, targets, found.hidden)
    torch.testing.assert_close(again.raw, own.cell(own.embedding(tokens), (state, memory))[0])
    own.train()
    kept = own.loss(tokens, targets).dropped != 0
    assert bool((kept == kept[:1]).all())  # the same for all words
    assert 0 < int(kept[0].sum()) < kept[0].numel()


def test_its_width_is_the_largest_of_no_more_params() -> None:
    assert size(11, 6) == sum(p.numel() for p in PlainLstm(11, 6).parameters())
    width = width_for(3_880_720, 10_000)
    assert size(10_000, width) <= 3_880_720 < size(10_000, width + 1)


def test_what_is_done_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    found = words.run(tmp_path, "shakespeare", 4, 1, None, limit=1)
    assert [row.name for row in found] == ["rnn_darts_v2", "LSTM", "LSTM, equal time"]
    assert found[1].params <= found[0].params
    assert all(row.test > 1 and row.valid > 1 and row.seconds > 0 for row in found)
    monkeypatch.setattr(words, "run_task", lambda *given, **more: pytest.fail("trained again"))
    assert words.run(tmp_path, "shakespeare", 4, 1, None, limit=1) == found
    assert "LSTM, equal time" in words.report(found)
    assert isinstance(words.compiled(4, load_text("shakespeare", None)), nn.Module)

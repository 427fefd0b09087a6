"""Texts: their words and numbers, where they are found, what is refused, and the segments that are gone through."""

import itertools
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch

from nasc.dsl.diagnostic import NasError
from nasc.runtime.data import text_table
from nasc.runtime.data.corpus import PARTS, TextPart, closed, cut, opened, words_of
from nasc.runtime.data.registry import describe
from nasc.runtime.data.segments import columns, drawn, halved, regular
from nasc.runtime.data.text_table import NAMES, TEXTS, Text
from nasc.runtime.data.texts import load_text

SMALL: dict[TextPart, str] = {"train": " the cat\n the dog \n", "valid": " a cat\n", "test": " the end\n"}


REAL = os.environ.get("NASC_DATA")


@pytest.fixture(autouse=True)
def _no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NASC_DATA", raising=False)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts of few words in the place of the real ones."""
    for text in TEXTS.values():
        unchecked = Text(**{**text.__dict__, "counts": (0, 0, 0, 0)})
        monkeypatch.setitem(text_table.TEXTS, text.name, unchecked)


def _code(name: str, data_dir: Path | None = None, **given: Any) -> str:
    with pytest.raises(NasError) as caught:
        load_text(name, data_dir, **given)
    return caught.value.diagnostics[0].code


def test_lines_end_as_in_files() -> None:
    """As `for line in file` has them: a form feed, a next line or a line separator of Unicode is white space."""
    assert words_of("a b\n\nc") == ["a", "b", "<eos>", "<eos>", "c", "<eos>"]
    assert words_of("a\x0cb\x85c\u2028d\r\n") == ["a", "b", "c", "d", "<eos>"]
    assert words_of("") == []
    assert words_of("\n") == ["<eos>"]


def test_words_are_numbered_as_they_first_appear() -> None:
    found = closed("it", {part: words_of(SMALL[part]) for part in PARTS})
    assert found.words == ("the", "cat", "<eos>", "dog", "a", "end")
    assert found.train.tolist() == [0, 1, 2, 0, 3, 2]
    assert found.valid.tolist() == [4, 1, 2]
    assert found.test.tolist() == [0, 5, 2]


def test_an_open_vocabulary_is_that_of_the_training_part() -> None:
    found = opened("it", {part: words_of(SMALL[part]) for part in PARTS})
    assert found.words == ("<unk>", "the", "<eos>")
    assert found.train.tolist() == [1, 0, 2, 1, 0, 2]
    assert found.valid.tolist() == [0, 0, 2]
    assert opened("it", {part: words_of(SMALL[part]) for part in PARTS}, most=2).words == ("<unk>", "the")


def test_a_text_is_cut_in_order() -> None:
    found = cut([str(number) for number in range(200)])
    assert [len(found[part]) for part in PARTS] == [180, 10, 10]
    assert found["train"][-1] == "179"
    assert found["test"][0] == "190"


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("packed", [False, True])
def test_each_is_found_under_each_of_its_names(name: str, packed: bool, tmp_path: Path, small: None) -> None:
    text = TEXTS[name]
    for number, place in enumerate(text.archives if packed else text.folders):
        for pattern in text.files:
            root = tmp_path / f"{number}{pattern.format('')}"
            root.mkdir()
            if packed:
                with zipfile.ZipFile(root / place, "w") as file:
                    file.writestr("__MACOSX/" + pattern.format("train"), b"\x00")
                    for part in PARTS:
                        file.writestr("deep/" + pattern.format(part), SMALL[part])
            else:
                (root / place).mkdir()
                for part in PARTS:
                    (root / place / pattern.format(part)).write_text(SMALL[part])
            found = load_text(name, root)
            assert found.tokens() == {"train": 6, "valid": 3, "test": 3}
            assert load_text(name, root / place).fingerprint() == found.fingerprint()


def test_another_text_under_a_known_name_is_noticed(tmp_path: Path) -> None:
    for part in PARTS:
        (tmp_path / f"{part}.txt").write_text(SMALL[part])
    with pytest.raises(NasError, match="6 words, where the Penn Treebank has 10,000"):
        load_text("ptb", tmp_path)


def test_own_texts(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("to be or not to be\n" * 50)
    found = load_text("text:own.txt", tmp_path)
    assert found.words == ("<unk>", "to", "be", "or", "not", "<eos>")
    assert found.tokens() == {"train": 315, "valid": 17, "test": 18}
    assert load_text("chars:own.txt", tmp_path).words == ("<unk>", *"to bern", "\n")
    (tmp_path / "parts").mkdir()
    for part in PARTS:
        (tmp_path / "parts" / f"{part}.txt").write_text(SMALL[part])
    assert load_text("text:parts", tmp_path).words == ("<unk>", "the", "<eos>")


def test_a_text_in_the_words_of_another(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("a b\n" * 50)
    assert load_text("text:own.txt", tmp_path, words=("b", "<unk>")).train[:4].tolist() == [1, 0, 1, 1]
    assert _code("text:own.txt", tmp_path, words=("b", "<eos>")) == "E509"


def test_what_is_not_there_or_no_text(tmp_path: Path) -> None:
    assert _code("ptb") == _code("ptb", tmp_path) == _code("text:none.txt", tmp_path) == "E601"
    assert _code("digits") == _code("folder:x") == "E509"
    assert _code("pbt") == "E603"
    (tmp_path / "short.txt").write_text("too short\n")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe" * 500)
    (tmp_path / "ptb.zip").write_bytes(b"no archive")
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "train.txt").write_text("a")
    assert _code("text:short.txt", tmp_path) == _code("text:bytes.txt", tmp_path) == _code("ptb", tmp_path) == "E602"
    assert _code("text:half", tmp_path) == "E601"
    with zipfile.ZipFile(tmp_path / "ptb.zip", "w") as file:
        file.writestr("else.txt", "")
    assert _code("ptb", tmp_path) == "E602"


def test_texts_are_no_pictures() -> None:
    for name in (*NAMES, "text:some.txt"):
        with pytest.raises(NasError) as caught:
            describe(name, None)
        assert caught.value.diagnostics[0].code == "E509"


def test_the_embedded_text() -> None:
    found = load_text("shakespeare", None)
    assert (len(found.words), found.tokens()) == (3456, {"train": 98458, "valid": 5470, "test": 5470})
    assert " ".join(found.words[number] for number in found.train[4:16].tolist()).startswith("scene i . elsinore")
    assert len(load_text("shakespeare", None, vocabulary=500).words) == 500


@pytest.mark.skipif(REAL is None or not Path(REAL, "ptb.zip").is_file(), reason="needs NASC_DATA with ptb.zip")
def test_the_penn_treebank() -> None:
    found = load_text("ptb", Path(str(REAL)))
    assert len(found.words) == 10_000
    assert found.tokens() == {"train": 929_589, "valid": 73_760, "test": 82_430}
    assert found.words[:3] == ("aer", "banknote", "berlitz")


def test_columns() -> None:
    found = columns(torch.arange(11), 3)
    assert found.tolist() == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]


def test_segments_cover_the_text_and_depend_on_seed_and_epoch_alone() -> None:
    found = drawn(2000, 35, 1, 2)
    assert found == drawn(2000, 35, 1, 2)
    assert found != drawn(2000, 35, 1, 3)
    assert found != drawn(2000, 35, 2, 2)
    for segments in (found, halved(2000, 35, 1, 2), regular(2000, 35)):
        assert segments[0].start == 0
        for one, following in itertools.pairwise(segments):
            assert following.start == one.start + one.length
            assert one.length == one.wanted
        last = segments[-1]
        assert last.start + last.length == 1999
    rows = columns(torch.arange(4000), 2)
    tokens, targets = found[3].of(rows)
    assert torch.equal(tokens + 1, targets)
    assert tokens.shape == (found[3].length, 2)


def test_lengths_are_those_of_the_originals() -> None:
    wanted = torch.tensor([s.wanted for s in drawn(2_000_000, 35, 0, 0)], dtype=torch.float64)
    assert wanted.min() >= 5
    assert wanted.max() <= 55
    # 0.95 of N(35, 5) and 0.05 of N(17.5, 5), both rounded down
    assert abs(wanted.mean() - (0.95 * 34.5 + 0.05 * 17)) < 0.15
    assert abs((wanted < 22).double().mean() - (0.95 * 0.0047 + 0.05 * 0.8159)) < 0.005
    assert abs((wanted >= 40).double().mean() - 0.95 * 0.1587) < 0.006
    short = [s.wanted for s in halved(200_000, 35, 0, 0)]
    assert set(short) == {35, 17}
    assert 0.035 < short.count(17) / len(short) < 0.065

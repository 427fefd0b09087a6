"""Data sets fetched: what appears, what is thrown away, and what is said; the places are files here."""

import hashlib
import io
import os
import pickle
import re
import tarfile
import time
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import numpy
import pytest

from nasc.cli.runs import fetched
from nasc.dsl.diagnostic import NasError
from nasc.runtime import world
from nasc.runtime.data import cifar100, download, fashion_mnist
from nasc.runtime.data.download import PLACES, Told, fetch
from nasc.runtime.data.registry import load
from tests.runtime.ranks import ranks


def silent(name: str, done: int, size: int) -> None:
    pass


class Answer(io.BytesIO):
    """What a server answers."""

    def __init__(self, content: bytes, said: int | None = None) -> None:
        super().__init__(content)
        self.headers = Message()
        self.headers["Content-Length"] = str(len(content) if said is None else said)


def archive(names: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as file:
        for name, data in names.items():
            about = tarfile.TarInfo(name)
            about.size = len(data)
            file.addfile(about, io.BytesIO(data))
    return content.getvalue()


def batch(count: int) -> bytes:
    return pickle.dumps({b"data": numpy.zeros((count, 3072), "u1"), b"fine_labels": list(range(count))}, 2)


CIFAR100 = archive({"cifar-100-python/train": batch(3), "cifar-100-python/test": batch(2)})


@pytest.fixture(autouse=True)
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were asked; they answer with a small CIFAR-100."""
    asked: list[str] = []

    def answer(url: str, timeout: float) -> Answer:
        asked.append(url)
        return Answer(CIFAR100)

    monkeypatch.delenv("NASC_DATA", raising=False)
    monkeypatch.setattr(cifar100, "COUNTS", {"train": 3, "test": 2})
    monkeypatch.setattr(fashion_mnist, "DEBIAN", tmp_path / "debian")
    monkeypatch.setattr(urllib.request, "urlopen", answer)
    expect(CIFAR100, monkeypatch)
    return asked


def expect(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the checksum of CIFAR-100 be that of this."""
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    monkeypatch.setitem(PLACES, "cifar100", (replace(PLACES["cifar100"][0], md5=digest),))


def refused(name: str, data_dir: Path | None) -> str:
    with pytest.raises(NasError) as caught:
        fetch(name, data_dir, silent)
    assert caught.value.diagnostics[0].code == "E606"
    return str(caught.value)


def test_fetched_once_and_whole(tmp_path: Path, asked: list[str]) -> None:
    told: list[tuple[str, int, int]] = []
    fetch("cifar100", tmp_path / "new", lambda *said: told.append(said))
    assert asked == ["https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"]
    assert told[-1] == ("cifar-100-python.tar.gz", len(CIFAR100), len(CIFAR100))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["cifar-100-python"]
    assert load("cifar100", tmp_path / "new", "train").labels.tolist() == [0, 1, 2]
    fetch("cifar100", tmp_path / "new", silent)
    assert len(asked) == 1


def test_nothing_is_fetched_unasked(tmp_path: Path, asked: list[str]) -> None:
    with pytest.raises(NasError, match="E601"):
        load("cifar100", tmp_path, "train")
    fetch("digits", None, silent)  # the package has them
    assert asked == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda *_, **__: Answer(b"<html>log in</html>"), "another checksum"),
        (lambda *_, **__: Answer(CIFAR100[:-9]), "another checksum"),
        (lambda *_, **__: Answer(CIFAR100[:-9], len(CIFAR100)), r"it ended after .* of .* bytes"),
        (urllib.error.URLError("Name or service not known"), "Name or service not known"),
        (urllib.error.HTTPError("u", 404, "Not Found", Message(), None), "Not Found"),
        (TimeoutError("timed out"), "timed out"),
    ],
)
def test_what_does_not_arrive(answer: Any, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise answer

    monkeypatch.setattr(urllib.request, "urlopen", fails if isinstance(answer, Exception) else answer)
    assert (tmp_path / "new").exists() is False
    message = refused("cifar100", tmp_path / "new")
    assert "cifar-100-python.tar.gz" in message
    assert re.search(words, message)
    assert list((tmp_path / "new").iterdir()) == []


def test_an_archive_that_leaves_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = archive({"../outside": b"x", "cifar-100-python/train": b""})
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: Answer(bad))
    expect(bad, monkeypatch)
    assert "outside" in refused("cifar100", tmp_path / "new")
    assert not (tmp_path / "outside").exists()
    assert list((tmp_path / "new").iterdir()) == []


def test_what_cannot_be_fetched(tmp_path: Path) -> None:
    assert "terms" in refused("imagenet", tmp_path)
    assert "these can be fetched: cifar10, cifar100, fashion_mnist" in refused("folder:pets", tmp_path)
    assert "--data-dir" in refused("cifar100", None)
    (tmp_path / "file").write_text("")
    assert "cannot be fetched" in refused("cifar100", tmp_path / "file")


def test_fashion_mnist_comes_in_four_files(tmp_path: Path, asked: list[str]) -> None:
    assert "another checksum" in refused("fashion_mnist", tmp_path)
    assert len(PLACES["fashion_mnist"]) == 4
    assert asked == [PLACES["fashion_mnist"][0].url]


def test_progress_is_told_sparsely(capsys: pytest.CaptureFixture[str]) -> None:
    told = Told()
    for done in range(0, 101):
        told("a.tar.gz", done << 20, 100 << 20)
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "fetching a.tar.gz: 100.0 of 100.0 MiB"
    assert len(lines) <= 2
    assert download.PATIENCE < 120


def test_other_ranks_wait_until_the_first_has_fetched(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than a rank is waited for otherwise; what they read then is whole."""
    monkeypatch.setattr(world, "PATIENCE", timedelta(seconds=1))
    told = tmp_path / "asked"

    def slow(url: str, timeout: float) -> Answer:
        told.open("a").write(f"{os.environ['RANK']}\n")
        time.sleep(2)
        return Answer(CIFAR100)

    def work(own: world.World) -> None:
        fetched("cifar100", tmp_path / "new")
        assert load("cifar100", tmp_path / "new", "train").labels.tolist() == [0, 1, 2]

    monkeypatch.setattr(urllib.request, "urlopen", slow)
    ranks(2, work)
    assert told.read_text() == "0\n"


def test_a_first_rank_that_cannot_fetch_ends_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(url: str, timeout: float) -> Answer:
        raise urllib.error.URLError("Name or service not known")

    def work(own: world.World) -> None:
        with pytest.raises(NasError) as caught:
            fetched("cifar100", tmp_path / "new")
        own.speak(caught.value)  # as the command line does
        code, said = caught.value.diagnostics[0].code, str(caught.value)
        assert code == ("E606" if own.main else "E512")
        assert "Name or service not known" in said

    monkeypatch.setattr(urllib.request, "urlopen", refuses)
    ranks(2, work)

"""Run directories made of text, and what a page must be whatever stands in one."""

import json
import re
import shutil
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

from nasc.runtime.report.page import page_of
from nasc.runtime.report.record import open_record

RUN = Path(__file__).parent / "run"
"""A search of three epochs, as it was written."""
VOID = {"meta", "link", "input", "br"}
"""Elements that have no end."""


def copied(tmp_path: Path, **asked: Any) -> Path:
    """A copy of the search, asked otherwise in some."""
    path = Path(shutil.copytree(RUN, tmp_path / "run"))
    said = json.loads((path / "run.json").read_text()) | asked
    (path / "run.json").write_text(json.dumps(said))
    return path


def made(path: Path, asked: dict[str, Any], files: dict[str, str]) -> Path:
    """A run directory of these files."""
    for name, text in {"run.json": json.dumps(asked), **files}.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, encoding="utf-8")
    return path


def figures(*rows: dict[str, float]) -> str:
    """The lines of `metrics.jsonl`."""
    return "".join(json.dumps({"epoch": epoch, **row}) + "\n" for epoch, row in enumerate(rows, 1))


class Page(HTMLParser):
    """A page taken apart. `elements` are tag and attributes in their order, `sections` the text below each `h2`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.sections: dict[str, str] = {}
        self.text, self.section = "", ""
        self.feed(html)
        self.close()
        assert self.open == []
        check(self)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), (tag, names)
        self.elements.append((tag, {name: value or "" for name, value in attributes}))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "h2":
            self.section = ""

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        if inside in ("style", "script"):
            return
        self.text += data
        if inside == "h2":
            self.section += data
            self.sections[self.section] = ""
        elif self.section:
            self.sections[self.section] += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """The attributes of all elements of a name that have these."""
        found = [attributes for name, attributes in self.elements if name == tag]
        return [one for one in found if all(one.get(key.rstrip("_")) == value for key, value in wanted.items())]

    @property
    def data(self) -> dict[str, Any]:
        """What the script of the page reads."""
        found = re.search(r'<script type="application/json" id="data">(.*?)</script>', self.html, re.DOTALL)
        assert found is not None
        return dict(json.loads(found[1]))


def check(page: Page) -> None:
    """What holds for every page: it asks for nothing, runs nothing but our script, and can be read without eyes."""
    for word in ("http:", "https:", "//", "@import", "url(", "javascript:"):
        beside = re.sub(r"<script>.*?</script>", "", page.html, flags=re.DOTALL)  # its comments begin with //
        assert word not in beside, word
    identities = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(identities) == len(set(identities))
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "src"], (tag, attributes)
        assert tag not in ("img", "iframe", "object", "embed", "base", "form", "image", "use", "foreignobject")
        if tag == "svg":
            assert attributes.get("aria-label") or attributes.get("aria-hidden") == "true"
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert attributes.get(name, identities[0]) in identities
        target = attributes.get("href", "data:,")
        assert target == "data:," or target.removeprefix("#") in identities
    scripts = page.all("script")
    assert len(scripts) in (0, 2)
    assert len(page.all("h1")) == len(page.all("main")) == 1
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def page(path: Path) -> Page:
    """The page of a run directory."""
    html, _ = page_of(open_record(path))
    return Page(html)

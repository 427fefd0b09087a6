"""The table of codes: it holds every code of the source and no other, and what it says of them is so."""

import importlib.util
import re
from pathlib import Path

import pytest

from nasc.compiler.check import check
from nasc.dsl.codes import CODES, GROUPS, explanation
from nasc.dsl.diagnostic import NasError
from nasc.dsl.reader import read
from nasc.dsl.source import Source
from nasc.runtime.recipe import check_recipes

ROOT = Path(__file__).parents[2]
QUOTED = re.compile(r"\"([EW]\d{3})\"")
ANYWHERE = re.compile(r"\b[EW]\d{3}\b")
CELLS = {
    "normal": "cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }",
    "reduce": "cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }",
}
ITEMS = ("nas ", "use ", "op ", "ops ", "cell ", "recurrent ", "network ", "skeleton ", "search ", "train ")


def sources() -> list[Path]:
    folders = ("dsl", "compiler", "runtime", "nasc/cli")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if path.name != "codes.py"]
    return [*found, *(ROOT / "nasc").glob("*.py"), ROOT / "dsl" / "codes.py"]


def test_every_code_is_explained() -> None:
    given: set[str] = set()
    for path in sources():
        text = path.read_text(encoding="utf-8")
        given |= set(re.findall(r"fail\(\"([EW]\d{3})\"", text) if path.name == "codes.py" else QUOTED.findall(text))
    assert given == set(CODES)


def test_codes_that_are_spoken_of_are_known() -> None:
    for path in sources():
        spoken = set(ANYWHERE.findall(path.read_text(encoding="utf-8")))
        assert spoken <= set(CODES), path


def test_order_and_groups() -> None:
    assert list(CODES) == sorted(CODES)
    assert all(sum(code.startswith(group) for group in GROUPS) == 1 for code in CODES)


@pytest.mark.parametrize("code", CODES)
def test_explanation(code: str) -> None:
    said = CODES[code]
    text = explanation(code)
    assert said.title == said.title.strip()
    assert not said.title.endswith(".")
    assert said.meaning.endswith(".")
    assert text.startswith(f"{'error' if code[0] == 'E' else 'warning'}[{code}]: {said.title}\n\n")
    prose = text.partition("\n\nWrong:")[0].partition("\n\nRight:")[0]
    assert max(map(len, prose.splitlines())) <= 80


@pytest.mark.parametrize("code", ["E999", "E2033", "W", "e203"])
def test_unknown_code(code: str) -> None:
    with pytest.raises(NasError) as caught:
        explanation(code)
    assert caught.value.diagnostics[0].code == "E111"
    assert code in caught.value.diagnostics[0].message


def whole(text: str) -> str:
    """An example as a whole text: what it leaves out stands around it."""
    if not text.startswith(ITEMS):
        text = f"cell c(s0, s1) {{ {text}{'' if 'return' in text else '  return s2'} }}"
    cells = [cell for name, cell in CELLS.items() if f"cell {name}" not in text and "network" in text]
    head = "" if text.startswith("nas ") else "use std.darts\n"
    return "\n".join([head + text, *cells])


def codes_of(text: str) -> set[str]:
    try:
        checked = check(read(Source("example.nas", text), "nas").document)
    except NasError as error:
        return {d.code for d in error.diagnostics}
    check_recipes(checked.program, checked.findings)
    return {d.code for d in checked.findings}


@pytest.mark.parametrize("code", [code for code, said in CODES.items() if said.wrong])
def test_wrong_example(code: str) -> None:
    assert codes_of(whole(CODES[code].wrong)) == {code}


@pytest.mark.parametrize("code", [code for code, said in CODES.items() if said.right])
def test_right_example(code: str) -> None:
    found = codes_of(whole(CODES[code].right))
    assert not {c for c in found if c.startswith("E")}
    assert code not in found


def test_page() -> None:
    path = ROOT / "docs" / "make_errors.py"
    spec = importlib.util.spec_from_file_location("make_errors", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "run: python docs/make_errors.py"

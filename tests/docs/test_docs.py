"""Every example of the pages in docs/, run; every table of names and values in them, compared with the code.

A fenced block is an example if its first word says so:

- `nas`: a whole text; it has neither errors nor warnings, and stands in canonical layout.
  `fragment` wraps it in what it needs: items (the default), the statements of a `cell` or of a `recurrent`, or the
  body of a `network`. `error E203` and `warning W201` name what checking reports. `file=NAME` puts the text where
  other examples of the page find it.
- `foreign FORMAT`: a genotype in that format; it is recognised, and written back.
- `python`: run in the order of the page; what it shows is compared.
- `console`: lines that begin with `$ nasc` are run in the order of the page; output that is shown is compared.
"""

import contextlib
import doctest
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from inspect import Parameter, signature
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

import nasc
from nasc import genotypes
from nasc.cli import COMMANDS, group
from nasc.cli.reporting import guarded
from nasc.compiler import expand, layers, offered, operations, placing, stack, state_names, write_out
from nasc.compiler.check import check
from nasc.compiler.passes import PASSES
from nasc.compiler.requirements import QUANTITIES
from nasc.compiler.resolve import shipped_document
from nasc.dsl import dialects, nesting, nodes, parser, reader
from nasc.dsl.diagnostic import Diagnostic, NasError
from nasc.dsl.printer import format_text
from nasc.dsl.source import Source
from nasc.runtime import language_settings, recipe, recipe_values, settings
from nasc.runtime.data import text_table
from nasc.runtime.data.registry import DATA_SETS

ROOT = Path(__file__).parents[2]
PAGES = sorted(page for page in (ROOT / "docs").glob("*.md") if page.stem != "errors")
"""All pages but the one that is made of the table of codes, and tested with it."""
SHOWN = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
NETWORK = "network n: darts_cifar {{ channels: 8  cells: {} }}\n"


@dataclass(frozen=True)
class Block:
    """One fenced block: the words behind the fence, the text, and where it stands."""

    page: Path
    line: int
    words: tuple[str, ...]
    text: str

    def after(self, word: str) -> str | None:
        """The word behind `word`, such as the code behind `error`."""
        return self.words[self.words.index(word) + 1] if word in self.words else None

    @property
    def file(self) -> str | None:
        """The name under which other examples find it."""
        return next((word.removeprefix("file=") for word in self.words if word.startswith("file=")), None)


def blocks(page: Path) -> Iterator[Block]:
    fence, start, words, lines = "", 0, (), list[str]()
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        opening = re.fullmatch(r"(`{3,})(.*)", line.strip())
        if not fence and opening:
            fence, start, words, lines = opening[1], number, tuple(opening[2].split()), []
        elif fence and line.strip() == fence:
            yield Block(page, start, words, "".join(f"{line}\n" for line in lines))
            fence = ""
        elif fence:
            lines.append(line)
    assert not fence, f"{page.name}:{start} is not closed"


ALL = [block for page in PAGES for block in blocks(page)]


def of(*languages: str) -> pytest.MarkDecorator:
    """The blocks of some languages, as parameters of a test."""
    chosen = [block for block in ALL if block.words[:1] and block.words[0] in languages]
    return pytest.mark.parametrize("block", chosen, ids=lambda block: f"{block.page.name}:{block.line}")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """A folder for each page, with the files that it shows."""
    found = {page: tmp_path_factory.mktemp(page.stem) for page in PAGES}
    for block in ALL:
        if block.file:
            (found[block.page] / block.file).write_text(block.text, encoding="utf-8")
    return found


# ---------------------------------------------------------------- texts of the language


def whole(block: Block) -> str:
    """The text with what a fragment leaves out."""
    text = block.text
    if "fragment" not in block.words:
        return text
    if "cell" in block.words:
        text = f"cell example(s0, s1) {{\n{text}{returned(text)}}}\n"
    elif "recurrent" in block.words:
        return f"use std.darts_rnn\nrecurrent example(x, h) {{\n{text}{returned(text)}}}\n"
    elif "network" in block.words:
        text = f"network n: darts_cifar {{\n{text}}}\n"
    if not re.search(r"^use ", text, re.MULTILINE):
        text = f"use std.darts\n{text}"
    cells = re.findall(r"^cell (\w+)", text, re.MULTILINE)
    if not re.search(r"^network ", text, re.MULTILINE):
        text += NETWORK.format(", ".join(f"{cell}, {cell}/2, {cell}" for cell in cells or ["normal", "reduce"]))
    for name in ("normal", "reduce"):
        if name not in cells:
            text += f"cell {name}(s0, s1) {{ s2 = sep_conv_3x3(s0, s1)  return s2 }}\n"
    return text


def returned(text: str) -> str:
    """A `return` of all states that statements define, where they do not have one."""
    if re.search(r"^\s*return ", text, re.MULTILINE):
        return ""
    states = re.findall(r"^\s*(\w+(?:\.\.\w+)?) = ", text, re.MULTILINE)
    states += [f"s{number}" for number in re.findall(r"\('?\w+'?, (\d+), \d+\)", text)]
    return f"return mean({', '.join(dict.fromkeys(states))})\n"


def found_in(text: str, path: Path) -> list[Diagnostic]:
    """Everything that reading and checking a text reports."""
    try:
        reading = reader.read(Source(str(path), text))
        checked = check(reading.document)
        recipe.check_recipes(checked.program, checked.findings)
    except NasError as error:
        return list(error.diagnostics)
    return [*reading.warnings, *checked.findings.in_order()]


@of("nas")
def test_texts(block: Block, places: dict[Path, Path]) -> None:
    text = whole(block)
    found = found_in(text, places[block.page] / (block.file or "example.nas"))
    shown = text + "\n\n".join(f"{d.severity}[{d.code}]: {d.message}" for d in found)
    codes = {severity: {d.code for d in found if d.severity == severity} for severity in ("error", "warning")}
    if error := block.after("error"):
        assert codes["error"] == {error}, shown
        return
    assert not codes["error"], shown
    if warning := block.after("warning"):
        assert warning in codes["warning"], shown
    elif "fragment" not in block.words:
        assert not codes["warning"], shown
        assert format_text(Source("example", text)) == text


@of("foreign")
def test_foreign_texts(block: Block) -> None:
    name = block.words[1]
    assert dialects.recognise(block.text) == name
    document = dialects.read(Source("example", block.text), name).document
    assert dialects.read(Source("again", dialects.write(document, name)), name).document == document


# ---------------------------------------------------------------- Python and the command line


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Examples are tiny: a second thread only waits, and in vain where others use the machine."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python(page: Path, places: dict[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(places[page])
    names: dict[str, Any] = {}
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=SHOWN, verbose=False)
    for block in blocks(page):
        if block.words[:1] != ("python",):
            continue
        if ">>>" not in block.text:
            exec(compile(block.text, f"{page.name}:{block.line}", "exec"), names)  # noqa: S102  # our own page
            continue
        test = doctest.DocTestParser().get_doctest(block.text, names, page.name, str(page), block.line)
        runner.run(test, out=said.append, clear_globs=False)
        names = test.globs
    assert not runner.failures, "".join(said)


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """A command line and what it says on both outputs."""
    words = line.split()
    assert words[0] == "nasc", line
    monkeypatch.setattr(sys, "argv", words)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = guarded(group)
    return code, said.getvalue()


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_command_lines(page: Path, places: dict[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(places[page])
    for block in blocks(page):
        if block.words[:1] != ("console",):
            continue
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            line, _, wanted = part.partition("\n")
            if not line.startswith("nasc "):
                continue
            code, said = run(line, monkeypatch)
            assert code == (1 if "error[" in wanted else 0), f"{line}\n{said}"
            if wanted.strip():
                shown = doctest.OutputChecker().check_output(wanted.strip() + "\n", said.strip() + "\n", SHOWN)
                assert shown, f"{page.name}: $ {line}\nwanted:\n{wanted}\nsaid:\n{said}"


# ---------------------------------------------------------------- tables and lists


def text_of(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """What stands between a heading and the next."""
    lines = text_of(page).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("#") and line.lstrip("# ") == heading)
    return "\n".join(takewhile(lambda line: not re.match(r"#+ ", line), lines[at + 1 :]))


def table(page: str, *head: str) -> list[list[str]]:
    """The rows of the table with that head, or of the first one that begins so."""
    return rows(text_of(page), *head)


def columns(page: str, *head: str) -> list[str]:
    """The head of that table."""
    return next(found for line in text_of(page).splitlines() if (found := cells(line))[: len(head)] == list(head))


def rows(text: str, *head: str) -> list[list[str]]:
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if cells(line)[: len(head)] == list(head))
    return [cells(line) for line in takewhile(lambda line: line.startswith("|"), lines[at + 2 :])]


def cells(line: str) -> list[str]:
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def plain(cell: str) -> str:
    return cell.replace("`", "")


def code(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def test_layers() -> None:
    def shown(parameter: layers.Parameter) -> str:
        flag = isinstance(parameter.default, bool)
        default = ("on" if parameter.default else "off") if flag else parameter.default
        return f"`{parameter.name}`" if default is None else f"`{parameter.name}={default}`"

    wanted = [[f"`{kind.name}`", ", ".join(map(shown, kind.parameters)), kind.title] for kind in layers.LAYERS.values()]
    assert table("language", "layer", "parameters") == wanted


def test_settings_of_networks() -> None:
    named = [code(row[0])[0] for row in table("language", "setting", "value")]
    assert sorted(named) == sorted([*stack.SETTINGS, "cells"])


def test_recipes_of_searches() -> None:
    for name in settings.SEARCHES:
        published = recipe.published("search")[name]
        found = rows(section("language", f"`search {name}`"), "setting", "default", "meaning")
        known = {field.name: field for field in fields(settings.SEARCHES[name])}
        given = {s.name.text: s.value.span.text for s in published.settings}
        unsaid = {name: "" for name, field in known.items() if recipe_values.optional(field)}
        assert {code(row[0])[0]: plain(row[1]) for row in found} == {**unsaid, **given}
        assert {code(row[0])[0]: row[2] for row in found} == {n: f.metadata["meaning"] for n, f in known.items()}


def test_settings_of_trainings() -> None:
    def shown(default: Any) -> str:
        if default is MISSING:
            return ""
        words = {True: "on", False: "off", (): "off"}
        return f"`{default:g}`" if type(default) in (int, float) else f"`{words.get(default, default)}`"

    wanted = [[f"`{f.name}`", shown(f.default), f.metadata["meaning"]] for f in fields(settings.Training)]
    assert table("training", "setting", "default", "meaning") == wanted


def test_recipes_of_trainings() -> None:
    known = recipe.published("train")
    head, *_, last = columns("training", "recipe", "`epochs`")
    assert (head, last) == ("recipe", "besides")
    shown = {}
    for row in table("training", "recipe", "`epochs`"):
        said = dict(zip(columns("training", "recipe", "`epochs`")[1:-1], row[1:-1], strict=True))
        values = {plain(name): plain(value) for name, value in said.items() if value}
        besides = [pair.split(": ", 1) for pair in code(row[-1])]
        shown[code(row[0])[0]] = {"momentum": "0.9", "clip": "5", "auxiliary": "0.4", **values, **dict(besides)}
    of_pictures = {n: r for n, r in known.items() if recipe.training_kind(r) is settings.Training}
    own = {name: found for name, found in of_pictures.items() if found.name and found.name.text == name}
    assert shown == {name: {s.name.text: s.value.span.text for s in found.settings} for name, found in own.items()}
    serving = {code(row[0])[0]: code(row[1])[0] for row in table("training", "skeleton", "recipe")}
    assert serving == {n: found.name.text for n, found in of_pictures.items() if n not in own and found.name}


def test_recipes_of_language_models() -> None:
    known = {n: r for n, r in recipe.published("train").items() if n.startswith(("ptb_", "wikitext2_"))}
    names = [plain(name) for name in columns("language-models", "recipe", "`epochs`")]
    shown = {code(row[0])[0]: [plain(value) for value in row[1:]] for row in table("language-models", *names[:1])}
    for name, found in known.items():
        said = {s.name.text: s.value.span.text for s in found.settings}
        assert shown.pop(name) == [said[setting] for setting in names[1:]], name
    assert not shown


def test_settings_of_language_models() -> None:
    own = {field.name for field in fields(language_settings.LanguageTraining)}
    assert {code(row[0])[0] for row in table("language-models", "setting", "in the published code")} == own
    searches = language_settings.LANGUAGE_SEARCHES
    of = {(code(row[0])[0], plain(row[1])) for row in table("language-models", "setting", "of")}
    shared = {field.name for field in fields(language_settings.LanguageSearch)}
    assert of == {
        *((name, "all") for name in shared - {f.name for f in fields(language_settings.LanguageRecipe)}),
        *((f.name, name) for name, kind in searches.items() for f in fields(kind) if f.name not in shared),
    }


def test_texts_that_are_learned_from() -> None:
    shown = [code(row[0])[0] for row in table("language-models", "`--data`")]
    assert shown == [*text_table.NAMES, f"{text_table.WORDS}FILE", f"{text_table.CHARACTERS}FILE"]


def test_every_algorithm_is_described() -> None:
    for name in settings.SEARCHES:
        assert section("language", f"`search {name}`")


def test_shipped_texts() -> None:
    named = {code(row[0])[0]: set(code(row[1])) for row in table("language", "text", "brings")}
    assert set(named) == {f"std.{name}" for name in genotypes.names("std")}
    skeletons = {code(row[0])[0]: row for row in table("language", "skeleton", "from")}
    for name in genotypes.names("std"):
        for item in shipped_document(f"std/{name}").items:
            if isinstance(item, nodes.Network):
                row = skeletons.pop(item.name.text)
                assert code(row[1]) == [f"std.{name}"], row
                assert plain(row[2]) == (item.base.text if item.base else ""), row
            if isinstance(item, nodes.Ops | nodes.Cell):
                assert item.name.text in named[f"std.{name}"], item.name
    assert not skeletons


def test_foreign_formats() -> None:
    assert [code(row[0])[0] for row in table("language", "format", "whose")] == list(dialects.DIALECTS)
    assert {block.words[1] for block in ALL if block.words[:1] == ("foreign",)} == set(dialects.DIALECTS)


def test_quantities() -> None:
    named = [re.split(r"\W", code(row[0])[0])[0] for row in table("language", "quantity")]
    assert sorted(named) == sorted(QUANTITIES)


def test_reserved_words() -> None:
    pattern = re.search(r"^NAME: /\(\?!\(\?:([a-z|]+)\)", parser.grammar(), re.MULTILINE)
    assert pattern is not None
    line = next(line for line in section("language", "Names").splitlines() if line.startswith("`use` `op`"))
    assert sorted(code(line)) == sorted(pattern[1].split("|"))


def test_limits() -> None:
    shown = {row[0]: row[1] for row in table("language", "what", "at most")}
    assert shown == {
        "a text": f"{parser.MAX_BYTES >> 20} MiB",
        "brackets within brackets": str(nesting.MAX_NESTING),
        "operations that use each other": str(operations.MAX_DEPTH),
        "states of a cell": f"{state_names.MAX_STATES:,}",
        "edges of a cell": f"{write_out.MAX_EDGES:,}",
        "cells of a network": f"{placing.MAX_CELLS:,}",
        "layers of a network": f"{expand.MAX_LAYERS:,}",
    }


def test_activations() -> None:
    line = next(line for line in section("language", "Recurrent cells").splitlines() if "is an activation" in line)
    assert sorted(code(line)[:5]) == sorted(offered.ACTIVATIONS)


@pytest.mark.parametrize("row", table("language", "statement", "ways"), ids=lambda row: row[0])
def test_sizes_of_spaces(row: list[str]) -> None:
    from nasc.compiler.space import space_of

    statement = code(row[0])[0]
    text = f"use std.darts\ncell c(s0, s1) {{ {statement}  return {statement.split('.')[0].split()[0]} }}\n"
    assert space_of(check(nasc.loads(text))).size == int(row[1])


@pytest.mark.parametrize("row", table("language", "`cells`", "`layers`"), ids=lambda row: f"{row[0]} {row[1]}")
def test_stacks(row: list[str]) -> None:
    from nasc.compiler.plan import plan

    cell = "cell {}(s0, s1) {{ s2 = skip_connect(s0, s1)  return s2 }}\n"
    network = f"network n: darts_cifar {{ channels: 4  layers: {row[1]}  cells: {plain(row[0])} }}\n"
    document = nasc.loads("use std.darts\n" + cell.format("normal") + cell.format("reduce") + network)
    found = plan(document).stack.placements
    assert [(p.cell[0], p.stride) for p in found] == [(word, 2 if word == "r" else 1) for word in row[2].split()]


def test_every_public_name_is_documented() -> None:
    text = text_of("python")
    for name in nasc.__all__:
        assert re.search(rf"^#+ .*`nasc\.{name}\b", text, re.MULTILINE), name


@pytest.mark.parametrize("name", ["load", "loads", "dumps", "check", "stats", "graph", "build", "supernet", "derive"])
def test_every_parameter_is_documented(name: str) -> None:
    text = text_of("python")
    heading = re.search(rf"^#+ `nasc\.{name}\((.*)\)`$", text, re.MULTILINE)
    assert heading is not None
    wanted = []
    for parameter in signature(getattr(nasc, name)).parameters.values():
        default = "" if parameter.default is Parameter.empty else f"={parameter.default!r}"
        if parameter.kind is Parameter.KEYWORD_ONLY and "*" not in wanted:
            wanted.append("*")
        wanted.append(parameter.name + default)
    assert heading[1] == ", ".join(wanted)


def test_origins_and_data_sets() -> None:
    from nasc.runtime.weights import ORIGINS

    assert {code(row[0])[0] for row in table("python", "`origin`")} == set(ORIGINS)
    rows = {code(row[0])[0]: row for row in table("data", "`--data`")}
    assert set(rows) == {*DATA_SETS, "imagenet:CLASSES", "folder:DIR"}
    for name, data_set in DATA_SETS.items():
        size = "any size" if data_set.any_size else "x".join(map(str, data_set.shape))
        assert (rows[name][1], rows[name][2]) == (size, str(data_set.classes))


def test_passes_are_named() -> None:
    assert [code(row[0])[0] for row in table("design", "pass")] == list(PASSES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_exist(page: Path) -> None:
    """Paths of the project that a page names, and links between pages and within them."""
    text = page.read_text(encoding="utf-8")
    for path in re.findall(r"`((?:dsl|compiler|runtime|genotypes|nasc|tests|benchmarks|docs)/[\w/.-]*)`", text):
        assert (ROOT / path).exists(), path
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        if file.startswith(("http:", "https:")):
            continue
        linked = page.parent / file if file else page
        assert linked.is_file(), target
        if anchor:
            assert anchor in anchors(linked), target


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of headings."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page: Path) -> None:
    for name in re.findall(r"`nasc ([a-z][a-z-]+)", page.read_text(encoding="utf-8")):
        assert name in COMMANDS, name

"""What is packed: the lists of pyproject.toml against the tree, the links, a wheel used from elsewhere."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FOLDERS = {f"nasc.{folder}": folder for folder in ("dsl", "compiler", "runtime", "genotypes")}
"""The sub-packages that are folders of the root, each behind a link in `nasc/`."""
pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="runs in a checkout")


def settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def modules() -> dict[str, Path]:
    """The dotted name of each folder that is to be packed, and the folder: `nasc.dsl` -> ROOT/dsl."""
    return {"nasc": ROOT / "nasc"} | {name: ROOT / folder for name, folder in FOLDERS.items()}


def walk(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """A package and the packages below it, with their folders. The links in `nasc/` are not followed."""
    yield name, folder
    for below in sorted(folder.iterdir()):
        if below.is_dir() and not below.is_symlink() and (below / "__init__.py").is_file():
            yield from walk(f"{name}.{below.name}", below)


def tree() -> dict[str, Path]:
    return {name: at for top, folder in modules().items() for name, at in walk(top, folder)}


def test_the_listed_packages_are_those_of_the_tree() -> None:
    assert sorted(settings()["tool"]["setuptools"]["packages"]) == sorted(tree())


def test_every_folder_with_python_is_a_package() -> None:
    packages = set(tree().values())
    holding = {file.parent for folder in modules().values() for file in folder.rglob("*.py")}
    assert sorted(holding - packages) == []


def test_the_map_names_the_folders_of_the_root() -> None:
    assert settings()["tool"]["setuptools"]["package-dir"] == {"nasc": "nasc"} | FOLDERS


@pytest.mark.parametrize("folder", FOLDERS.values())
def test_links_resolve_and_are_relative(folder: str) -> None:
    link = ROOT / "nasc" / folder
    assert link.is_symlink(), "this checkout has no symbolic links: set git's core.symlinks"
    assert os.readlink(link) == f"../{folder}"
    assert link.resolve() == ROOT / folder


def test_nothing_else_in_nasc_is_a_link() -> None:
    assert sorted(p.name for p in (ROOT / "nasc").iterdir() if p.is_symlink()) == sorted(FOLDERS.values())


def data_files() -> set[Path]:
    """The files that are not Python: grammars, genotypes, the digits. `rglob` does not follow links."""
    return {
        file
        for folder in modules().values()
        for file in folder.rglob("*")
        if file.is_file()
        and file.suffix not in (".py", ".pyc")
        and not any(part.startswith(".") for part in file.relative_to(ROOT).parts)
    }


def test_every_data_file_is_packed() -> None:
    listed = settings()["tool"]["setuptools"]["package-data"]
    packed = {file for name, globs in listed.items() for glob in globs for file in tree()[name].glob(glob)}
    found = data_files()
    assert {"nas.lark", "darts.nas", "digits.npz", "DIGITS.md", "py.typed"} <= {file.name for file in found}
    assert sorted(found - packed) == []


@pytest.mark.parametrize("name", settings()["tool"]["setuptools"]["package-data"])
def test_every_pattern_of_data_files_finds_some(name: str) -> None:
    for glob in settings()["tool"]["setuptools"]["package-data"][name]:
        assert any(tree()[name].glob(glob)), glob


def test_git_knows_our_files() -> None:
    lines = (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    attributes = {words[0]: words[1:] for words in map(str.split, lines) if words}
    assert attributes["*.nas"][0] == "linguist-language=nasc"
    assert {"text", "eol=lf"} <= set(attributes["*.nas"])
    assert attributes["*.npz"] == ["binary"]


def test_every_dependency_is_pinned_within_its_range() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    project = settings()["project"]
    extras = project["optional-dependencies"]
    for text in [*project["dependencies"], *extras["dev"], *extras["render"]]:
        requirement = Requirement(text)
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), text


def test_every_make_target_says_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert targets is not None
    described = re.findall(r"^([a-z-]+):.*## \S", text, re.MULTILINE)
    assert sorted(described) == sorted(targets[1].split())


def test_ci_calls_the_same_targets_as_people_do() -> None:
    run = ROOT / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert "for target in check test;" in run.read_text(encoding="utf-8")


def python(*arguments: str | Path, at: Path, path: Path) -> str:
    """What a Python says that finds nasc in `path` alone and was started in `at`."""
    variables = os.environ | {"PYTHONPATH": str(path), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=at, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed, built from a copy, since an old `build/` would leak into it."""
    source, wheels, site = (tmp_path_factory.mktemp(name) for name in ("source", "wheels", "site"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    for folder in ("nasc", *FOLDERS.values()):
        skip = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / folder, source / folder, symlinks=True, ignore=skip)
    offline = ("--no-deps", "--no-index")
    build = ("-m", "pip", "wheel", *offline, "--no-build-isolation", "--wheel-dir", wheels, source)
    python(*build, at=source, path=site)
    (wheel,) = wheels.glob("*.whl")
    python("-m", "pip", "install", *offline, "--target", site, wheel, at=source, path=site)
    return site


def test_the_wheel_holds_every_file_and_nothing_else(installed: Path) -> None:
    sources = {file for folder in tree().values() for file in folder.glob("*.py")} | data_files()
    wanted = {file.relative_to(ROOT / "nasc" if (ROOT / "nasc") in file.parents else ROOT) for file in sources}
    found = {file.relative_to(installed / "nasc") for file in (installed / "nasc").rglob("*") if file.is_file()}
    assert {file for file in found if file.suffix != ".pyc"} == wanted
    (information,) = installed.glob("nasc-*.dist-info")
    assert {entry.name for entry in installed.iterdir()} <= {"nasc", "bin", information.name}
    assert (information / "licenses" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_works_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    script = "import nasc, nasc.dsl; print(nasc.__file__, nasc.dsl.__file__, sep='\\n')"
    places = python("-c", script, at=tmp_path, path=installed).splitlines()
    assert all(Path(place).is_relative_to(installed) for place in places), places
    assert "Usage" in python("-m", "nasc", "--help", at=tmp_path, path=installed)
    script = "import nasc; doc = nasc.load('darts_v2'); print(nasc.loads(nasc.dumps(doc)) == doc)"
    assert python("-c", script, at=tmp_path, path=installed) == "True\n"

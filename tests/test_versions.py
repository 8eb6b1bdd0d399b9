"""What is installed is locked, declared and bounded, and all three agree."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import placement
from tests.sources import named_after_import

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = ("3.12", "3.13", "3.14")
DECIDING = ("highspy", "llvmlite", "numba", "numpy", "pulp", "scipy")
"""What decides which of several equal plans is found, and when a proof ends."""


def declared(*extras: str) -> dict[str, Requirement]:
    """Return what the project asks for, by name, with extras and what builds it."""
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *PROJECT["dependency-groups"]["build"]]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    found = {canonicalize_name(one.name): one for one in map(Requirement, wanted)}
    itself = found.pop(canonicalize_name(project["name"]), None)  # an extra that holds another
    return found if itself is None else found | declared(*sorted(itself.extras))


def locked(name: str) -> dict[tuple[str, str], tuple[Version, int]]:
    """Return version and number of hashes of each package of a lock, by name and Python."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found: dict[tuple[str, str], tuple[Version, int]] = {}
    for entry in re.split(r"\n(?=\S)", re.sub(r"(?m)^ *#.*\n", "", text)):
        if not entry.strip():
            continue
        line, *hashes = entry.replace("\\\n", "\n").strip().split("\n")
        wanted = Requirement(line)
        (pin,) = wanted.specifier
        assert pin.operator == "=="
        assert all(re.fullmatch(r" *--hash=sha256:[0-9a-f]{64} *", one) for one in hashes)
        for python in PYTHONS:
            here = {"python_version": python, "python_full_version": f"{python}.0"}
            if wanted.marker is None or wanted.marker.evaluate(here):
                key = canonicalize_name(wanted.name), python
                assert key not in found
                found[key] = Version(pin.version), len(hashes)
    return found


LOCKS = {"run": (), "develop": ("test", "check"), "docs": ("docs",), "lowest": ("test",)}


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("python", PYTHONS)
def test_a_lock_holds_what_the_project_asks_for(name: str, python: str) -> None:
    pins = locked(name)
    for package, wanted in declared(*LOCKS[name]).items():
        version, _ = pins[package, python]
        assert wanted.specifier.contains(version), f"{package} {version}: run `make lock`"


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_its_hashes(name: str) -> None:
    assert all(hashes for _, hashes in locked(name).values())


def test_what_runs_is_the_same_where_it_is_tested() -> None:
    run, develop = locked("run"), locked("develop")
    assert {key: develop.get(key) for key in run} == run


def test_the_lowest_are_the_lowest_that_are_declared() -> None:
    pins = locked("lowest")
    for package, wanted in declared("test").items():
        (least,) = (one.version for one in wanted.specifier if one.operator in {">=", "=="})
        assert pins[package, "3.12"][0] == Version(least), package


def test_what_decides_the_results_is_bounded_on_both_sides() -> None:
    wanted = declared()
    for package in DECIDING:
        assert {one.operator for one in wanted[package].specifier} == {">=", "<"}, package


def test_the_environment_builds_what_the_build_asks_for() -> None:
    builds = {one.name: one for one in map(Requirement, PROJECT["build-system"]["requires"])}
    assert builds == {name: declared()[name] for name in builds}


packages = cache(packages_distributions)


def imported(path: Path) -> Iterator[str]:
    """Yield what a module imports from elsewhere, by first name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


@pytest.mark.parametrize(
    ("folder", "extras"),
    [("placement", ("dask", "print", "plots", "grids")), ("tests", ("test",))],
    ids=["placement", "tests"],
)
def test_what_is_imported_is_declared(folder: str, extras: tuple[str, ...]) -> None:
    homes = packages()
    ours = {*sys.stdlib_module_names, "placement", "tests"}
    if folder == "tests":  # it also runs scripts of the plans and of the benchmarks
        ours |= {path.stem for way in ("data", "benchmarks") for path in (ROOT / way).rglob("*")}
    wanted = declared(*extras)
    for path, names in named_after_import(ROOT / folder).items():
        for name in {name.partition(".")[0] for name in names} - ours:
            if not {canonicalize_name(home) for home in homes.get(name, ())} & set(wanted):
                assert name not in imported(ROOT / folder / path), path


def test_every_import_is_looked_at() -> None:
    for name in ("placement", "placement/cli", "tests/browser"):
        for path, names in named_after_import(ROOT / name).items():
            if path.count("/") == 0:
                found = {name.partition(".")[0] for name in names}
                assert set(imported(ROOT / name / path)) <= found, path


def test_the_file_of_the_version_is_the_one_that_is_built() -> None:
    path = ROOT / PROJECT["tool"]["hatch"]["version"]["path"]
    assert f'__version__ = "{placement.__version__}"' in path.read_text(encoding="utf-8")


def test_pythons_that_are_named_are_allowed() -> None:
    allowed = Requirement(f"python{PROJECT['project']['requires-python']}").specifier
    named = [
        line.rpartition(" ")[2]
        for line in PROJECT["project"]["classifiers"]
        if re.search(r":: 3\.\d+$", line)
    ]
    default = (ROOT / ".python-version").read_text(encoding="utf-8").strip()
    assert default in named
    assert set(named) <= set(PYTHONS)
    assert all(allowed.contains(f"{python}.0") for python in named)

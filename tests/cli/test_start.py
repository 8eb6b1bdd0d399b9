"""The command line starts fast and shows what there is."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import placement
from placement.cli import place

HEAVY = ("numpy", "scipy", "pandas", "geopandas", "shapely", "pyproj", "pyogrio", "numba", "pulp",
         "folium", "pydantic", "rich", "osmium")  # fmt: skip
COMMANDS = (
    "optimise",
    "cover",
    "why",
    "init",
    "check",
    "map",
    "audit",
    "diff",
    "schema",
    "completion",
)
ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["optimise", "--help"], []])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['place', *{arguments!r}]\n"
        "from placement.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('HEAVY', sorted(set(sys.modules) & set({HEAVY!r})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines()[-1] == "HEAVY []"


@pytest.mark.slow
def test_a_plan_of_text_files_is_checked_without_what_reads_other_formats() -> None:
    code = (
        "import sys\n"
        "from placement.cli import main\n"
        "sys.argv = ['place', 'check', 'placement/cli/starter']\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code\n"
        "heavy = {'pandas', 'geopandas', 'pyogrio', 'pyarrow', 'osmium', 'pulp'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_a_page_is_written_without_pandas_and_folium_has_it_all_the_same(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from placement.cli import main\n"
        f"sys.argv = ['place', 'optimise', 'placement/cli/starter', '--out', {str(tmp_path)!r}]\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code\n"
        "print(sorted({'pandas', 'orloge', 'ortools'} & set(sys.modules)))\n"
        "from folium.utilities import validate_locations\n"
        "import pandas\n"
        "print(validate_locations(pandas.DataFrame({'lat': [48.0], 'lon': [2.0]})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines()[-2:] == ["[]", "[[48.0, 2.0]]"]
    assert (tmp_path / "map.html").exists()


def test_printing_imports_neither_folium_nor_arrow() -> None:
    code = (
        "import sys, placement.auditing.audit, placement.maps.paper\n"
        "print(sorted({'folium', 'branca', 'pandas', 'pyarrow'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = f"import sys, placement; print(sorted(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    for name in placement.__all__:
        assert getattr(placement, name) is not None
    assert placement.optimize is placement.optimise
    assert set(placement.__all__) <= set(dir(placement))
    with pytest.raises(AttributeError, match="no attribute 'optimice'"):
        placement.optimice  # noqa: B018


def test_help_lists_every_command() -> None:
    shown = CliRunner().invoke(place, ["--help"])
    assert shown.exit_code == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", shown.output, re.MULTILINE)


@pytest.mark.parametrize("name", [*COMMANDS, "optimize"])
def test_every_command_and_option_says_what_it_does(name: str) -> None:
    shown = CliRunner().invoke(place, [name, "--help"])
    assert shown.exit_code == 0
    context = click.Context(place)
    command = place.get_command(context, name)
    assert command is not None
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version(option: str) -> None:
    assert CliRunner().invoke(place, [option]).output == f"place {placement.__version__}\n"


def test_python_m_placement_is_place() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "placement", "--version"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert done.stdout == f"place {placement.__version__}\n"


def test_an_unknown_command_names_the_nearest() -> None:
    shown = CliRunner().invoke(place, ["optimis"])
    assert shown.exit_code == 2
    assert "there is no command 'optimis'; did you mean 'optimise'?" in shown.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    shown = CliRunner().invoke(place, ["completion", shell])
    assert shown.exit_code == 0
    assert "_PLACE_COMPLETE" in shown.output


def test_the_shell_completes_commands_and_options() -> None:
    def complete(words: str, number: str) -> str:
        return CliRunner().invoke(
            place,
            [],
            prog_name="place",
            env={
                "_PLACE_COMPLETE": "bash_complete",
                "COMP_WORDS": words,
                "COMP_CWORD": number,
            },
        ).output  # fmt: skip

    assert "plain,optimise" in complete("place opti", "1")
    assert "plain,--time-limit" in complete("place optimise --ti", "2")


README = ROOT / "README.md"


def test_every_command_is_in_the_readme_and_every_one_there_exists() -> None:
    text = README.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|[`$ ])place ([a-z-]+)", text, re.MULTILINE))
    assert set(COMMANDS) - named == set(), "commands that README.md does not show"
    context = click.Context(place)
    shown = set(re.findall(r"(?:^\s*(?:\$ )?|`)place ([a-z-]+)", text, re.MULTILINE))
    assert {name for name in shown if place.get_command(context, name) is None} == set()


@pytest.mark.parametrize(
    "page", [README, ROOT / "docs" / "explanation" / "streets.md"], ids=lambda page: page.name
)
def test_every_option_the_pages_show_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    context = click.Context(place)
    for name, rest in re.findall(r"(?:^\s*(?:\$ )?|`)place ([a-z-]+)([^`\n]*)", text, re.MULTILINE):
        command = place.get_command(context, name)
        if isinstance(command, click.Group) and rest.split():
            command = command.get_command(context, rest.split()[0]) or command
        assert command is not None, name
        known = {opt for parameter in command.params for opt in parameter.opts} | {"--help"}
        assert set(re.findall(r"--[a-z-]+", rest)) <= known, f"place {name}{rest}"

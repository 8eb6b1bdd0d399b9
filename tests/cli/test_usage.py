"""Wrong calls: exit code 2, one sentence, what to write instead; nothing is read or written."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from placement.cli import place


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--budget", "many"], "'many' is not a finite number of at least 0"),
        (["--budget", "-1"], "'-1' is not a finite number of at least 0"),
        (["--budget", "nan"], "'nan' is not a finite number"),
        (["--budget", "inf"], "'inf' is not a finite number"),
        (["--time-limit", "0"], "'0' is not a finite number above 0"),
        (["--gap", "-0.1"], "'-0.1' is not a finite number of at least 0, such as 0.01 or 1%"),
        (["--gap", "-1%"], "'-1%' is not a finite number of at least 0"),
        (["--gap", "\u0661%"], "'\u0661%' is not a finite number of at least 0"),
        (["--gap", "inf%"], "'inf%' is not a finite number of at least 0"),
        (["--gap", "%"], "'%' is not a finite number of at least 0"),
        (["--budget", "5%"], "'5%' is not a finite number of at least 0"),
        (["--quiet", "--verbose"], "give --quiet or --verbose, not both"),
        (["--limit", "dog_team"], "write it as in `--limit dog_team=4`"),
        (["--limit", "=4"], "write it as in `--limit dog_team=4`"),
        (["--limit", "dog_team=few"], "'few' is not a whole number from 0 to 999999999"),
        (["--limit", "dog_team=-1"], "'-1' is not a whole number from 0 to 999999999"),
        (["--limit", "dog_team=1.5"], "'1.5' is not a whole number"),
        (["--limit", "a=1", "--limit", "a=2"], "'a' is given twice; give it once"),
        (["--layer", "streets"], "write it as in `--layer streets=paris.osm.pbf`"),
        (["--layer", "streets="], "write it as in `--layer streets=paris.osm.pbf`"),
        (["--layer", "s=a", "--layer", "s=b"], "'s' is given twice"),
        (["--wrong"], "No such option"),
        (["one", "two"], "unexpected extra argument"),
    ],
)
def test_wrong_options_of_optimise(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(place, ["optimise", *arguments])
    assert done.exit_code == 2
    assert says.lower() in done.stderr.lower()
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["replay", "done", "--nights", "0"], "'0' is not a whole number from 1 to"),
        (["risk"], "there is no solution to judge: name one"),
        (["risk", "done", "--nights", "-1"], "'-1' is not a whole number from 1 to"),
        (["alternatives", "--count", "0"], "'0' is not a whole number from 1 to"),
        (["alternatives", "--differ", "0"], "'0' is not a whole number from 1 to"),
        (["roster", "done", "--days", "0"], "'0' is not a whole number from 1 to"),
        (["loss", "done", "--jobs", "0"], "'0' is not a whole number from 1 to"),
    ],
)
def test_wrong_options_of_studies(arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(place, arguments)
    assert done.exit_code == 2
    assert says in done.stderr


def test_init_does_not_overwrite(tmp_path: Path) -> None:
    target = tmp_path / "mine"
    assert CliRunner().invoke(place, ["init", str(target)]).exit_code == 0
    plan = target / "plan.toml"
    plan.write_text("mine", encoding="utf-8")
    again = CliRunner().invoke(place, ["init", str(target)])
    assert again.exit_code == 2
    assert "is already there and is not overwritten" in again.stderr
    assert plan.read_text(encoding="utf-8") == "mine"


def test_init_copies_all_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(place, ["init", str(tmp_path)])
    assert done.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["sites.csv"]


def test_init_of_an_unknown_example_names_the_known(tmp_path: Path) -> None:
    done = CliRunner().invoke(place, ["init", str(tmp_path / "x"), "--example", "rome"])
    assert done.exit_code == 2
    assert "there is no bundled plan 'rome'; take one of: " in done.stderr
    assert not (tmp_path / "x").exists()


def test_init_into_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("", encoding="utf-8")
    done = CliRunner().invoke(place, ["init", str(tmp_path / "x")])
    assert done.exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        "map done --png a.jpg",
        "map done --svg a.png",
        "map done -o a.pdf",
        "print done -o a.png",
        "export done --to csv -o a.xlsx",
        "export done --to geojson -o a.csv",
        "routes done -o a.csv",
        "catchments done -o a.svg",
        "patch done diff -o a.txt",
        "seal done -o a.txt",
        "evaluate posts -o a.csv",
        "replay done -o a.csv",
        "cordon plan -o a.csv",
        "candidates streets -o a.toml",
        "streets read streets -o a.csv",
        "streets fetch --around route -o a.pbf",
        "streets info streets --islands a.csv",
        "streets info streets --map a",
    ],
)
def test_a_file_whose_suffix_says_something_else_is_refused_first(
    arguments: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(place, arguments.split())
    assert done.exit_code == 3
    assert done.stderr.startswith("Error: a")
    assert "is not that of what is written; name a file with the suffix ." in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_every_file_that_a_command_writes_has_suffixes() -> None:
    """Those of `place merge` go where git says, and those of `place export` by their format."""
    context = click.Context(place)
    commands = {name: place.get_command(context, name) for name in place.list_commands(context)}
    streets = commands["streets"]
    assert isinstance(streets, click.Group)
    open_to_all = {
        name
        for name, command in {**commands, **streets.commands}.items()
        if command is not None
        for option in command.params
        if option.name == "out" and isinstance(option.type, click.Path) and option.type.file_okay
        if option.callback is None
    }
    assert open_to_all == {"merge", "export"}

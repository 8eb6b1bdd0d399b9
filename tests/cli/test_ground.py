"""Closures on the command line, and solutions made with them looked at again."""

import json
from pathlib import Path

import pytest

from tests.builders import box, write_geojson, write_plan
from tests.cli.running import run


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_plan(
        tmp_path / "town",
        extra='[[closures]]\nstreet = "Street 2"\nbegins = "18:00"\nends = "23:00"\n',
    )
    return tmp_path / "town"


def test_closures_of_a_run_are_those_of_its_audit(town: Path, tmp_path: Path) -> None:
    fence = tmp_path / "fence.geojson"
    write_geojson(fence, [box(2.3515, 48.8460, 2.3530, 48.8487, id="a")])
    words = ("--closure", fence, "--closure", "street 3", "--at", "18:30")
    done = run("optimise", town, *words, "--json", "--no-map")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)["placement"]
    assert (told["at"], told["closures"]) == ("18:30", ["fence.geojson", "street 3"])
    out = tmp_path / "outputs" / "drawn"
    missing = run("audit", out, town)
    assert missing.exit_code == 2
    assert "--closure PATH/fence.geojson" in missing.stderr
    # the name of the street and the time stand in the solution
    audited = run("audit", out, town, "--closure", fence)
    assert (audited.exit_code, audited.stderr) == (0, "")
    assert run("map", out, town, "--closure", fence).exit_code == 0
    post = told["periods"] and json.loads(done.stdout)["posts"][0]["id"]
    why = run("why", post, town, "--solution", out, "--closure", fence)
    assert why.exit_code == 0, why.stderr


def test_check_says_what_holds(town: Path) -> None:
    told = json.loads(run("check", town, "--at", "19:00", "--closure", "Street 1", "--json").stdout)
    assert (told["closures"], told["closures_with_hours"], told["at"]) == (2, 1, "19:00")
    assert "taken as at 19:00" in run("check", town, "--at", "19:00").stdout
    assert "taken all at once" in run("check", town).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "--at", "7 pm"), "'7 pm' is not a valid time"),
        (("check", "--closure", "Street 9"), "write 'Street"),
        (("check", "--closure", "none.geojson"), "there is no such file"),
        (("check", "--closure", "a", "--closure", "A"), "given twice"),
        (("optimise", "--closure", "Street 9"), "no street of streets.geojson"),
        (("why", "north-west", "--at", "6"), "not a valid time"),
        (("cover", "--share", "checkpoint=0.5", "--at", "6"), "not a valid time"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(
    arguments: tuple[str, ...], words: str, town: Path
) -> None:
    command, *options = arguments
    at = 1 if command == "why" else 0
    refused = run(command, *options[:at], town, *options[at:])
    assert refused.exit_code in {2, 3}
    assert words in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_layers_beside_the_solution_are_written_then_and_later(town: Path, tmp_path: Path) -> None:
    done = run("optimise", town, "--no-map", "--catchments", "2,4", "--routes", "--json")
    assert done.exit_code == 0, done.stderr
    out = tmp_path / "outputs" / "drawn"
    files = json.loads(done.stdout)["files"]
    assert files["catchments"] == "outputs/drawn/catchments.geojson"
    written = {path.name: path.read_bytes() for path in out.iterdir()}
    assert sorted(written) == ["catchments.geojson", "routes.geojson", "solution.geojson"]
    for name in ("catchments.geojson", "routes.geojson"):
        (out / name).unlink()
    assert run("catchments", out, town, "--minutes", "4,2").exit_code == 0
    told = run("routes", out, town)
    assert told.exit_code == 0, told.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == written
    head, *rows = told.stdout.splitlines()
    assert head.split() == ["resource", "area", "within", "median", "95%", "longest", "post",
                            "by", "way", "of"]  # fmt: skip
    assert len(rows) == sum(map(len, json.loads(done.stdout)["placement"]["areas"].values()))
    post = json.loads((out / "routes.geojson").read_text())["features"][0]["properties"]["post"]
    one = json.loads(run("routes", out, town, "--post", post, "--json").stdout)
    assert {route["post"] for route in one["routes"]} == {post}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("catchments", "--minutes", "3;5"), "'3;5' is not a list of minutes"),
        (("catchments", "--minutes", "3,3"), "given once"),
        (("catchments", "--minutes", "nan"), "above 0"),
        (("routes", "--post", "nowhere/checkpoint"), "the solution has no post"),
    ],
)
def test_layers_that_cannot_be(arguments: tuple[str, ...], words: str, town: Path) -> None:
    assert run("optimise", town, "--no-map").exit_code == 0
    command, *options = arguments
    refused = run(command, "outputs/drawn", town, *options)
    assert refused.exit_code == 2
    assert words in refused.stderr

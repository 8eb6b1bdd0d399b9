"""`place streets`: what it keeps, says and writes, end to end."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from placement.cli.group import place
from tests.streets.draw import _BACK, CRS, ORIGIN, write_lines


@pytest.fixture
def town(tmp_path: Path) -> Path:
    lines = [
        ([(0, 0), (500, 0), (500, 300)], {"name": "Rue A", "class": "residential"}),
        ([(500, 300), (500, 400)], {"class": "steps"}),
        ([(900, 900), (905, 900)], {"name": "Cour", "class": "footway"}),
    ]
    return write_lines(tmp_path / "town.geojson", lines)


def test_read_then_info_tells_the_same(tmp_path: Path, town: Path) -> None:
    kept = tmp_path / "streets.parquet"
    run = CliRunner().invoke(place, ["streets", "read", str(town), "-o", str(kept), "--crs", CRS])
    assert run.exit_code == 0, run.output
    facts = []
    for file in (town, kept):
        run = CliRunner().invoke(place, ["streets", "info", str(file), "--crs", CRS, "--json"])
        assert run.exit_code == 0, run.output
        facts.append(json.loads(run.stdout))
    assert facts[0] == facts[1]
    assert facts[0]["other_parts"] == 1
    assert facts[0]["km"] == pytest.approx(0.905, abs=1e-3)


def test_islands_are_written_to_be_drawn(tmp_path: Path, town: Path) -> None:
    out = tmp_path / "islands.geojson"
    run = CliRunner().invoke(place, ["streets", "info", str(town), "--islands", str(out)])
    assert run.exit_code == 0, run.output
    assert "residential" in run.stdout
    (feature,) = json.loads(out.read_text("utf-8"))["features"]
    assert feature["properties"] == {"part": 1, "class": "footway", "name": "Cour"}


def test_a_map_of_the_network_is_written(tmp_path: Path, town: Path) -> None:
    pages = [tmp_path / "one.html", tmp_path / "two.html"]
    for page in pages:
        run = CliRunner().invoke(place, ["streets", "info", str(town), "--map", str(page)])
        assert run.exit_code == 0, run.output
    assert pages[0].read_bytes() == pages[1].read_bytes()
    away = tmp_path / "none" / "map.html"
    run = CliRunner().invoke(place, ["streets", "info", str(town), "--map", str(away)])
    assert run.exit_code == 3
    assert "Traceback" not in run.output


def test_step_free_leaves_steps_out_and_says_so(town: Path) -> None:
    run = CliRunner().invoke(place, ["streets", "info", str(town), "--step-free", "--json"])
    assert json.loads(run.stdout)["dropped"] == {"steps on a step-free walk": 1}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["read", "none.pbf", "-o", "s.parquet"], 3),
        (["read", "town.geojson", "-o", "s.txt"], 3),
        (["info", "none.osm"], 3),
        (["fetch", "--around", "none.geojson", "-o", "s.osm"], 3),
        (["fetch", "--around", "none.geojson", "--margin", "-5", "-o", "s.osm"], 2),
    ],
)
def test_what_cannot_be_done_ends_in_one_sentence(words: list[str], code: int) -> None:
    run = CliRunner().invoke(place, ["streets", *words])
    assert run.exit_code == code
    assert "Traceback" not in run.output


def test_two_files_of_one_name_are_refused(tmp_path: Path, town: Path) -> None:
    one, same = tmp_path / "both.geojson", tmp_path / "both.html"
    one.symlink_to(same)
    arguments = ["streets", "info", str(town), "--islands", str(one), "--map", str(same)]
    run = CliRunner().invoke(place, arguments)
    assert run.exit_code == 2, run.output
    assert "--islands and --map name the same file" in run.output
    assert not same.exists()


def test_the_levels_that_stand_at_a_place(tmp_path: Path) -> None:
    deck = {"name": "Pont", "class": "primary", "bridge": True, "level": 1}
    lines = [
        ([(0, 0), (200, 0)], {"name": "Quai", "class": "residential"}),
        ([(100, -80), (100, 80)], deck),
        ([(100, 80), (200, 0)], {"class": "steps"}),
    ]
    town = str(write_lines(tmp_path / "town.geojson", lines))
    words = ["streets", "info", town, "--crs", CRS, "--at"]
    lon, lat = _BACK.transform(ORIGIN[0] + 103, ORIGIN[1] + 8)
    run = CliRunner().invoke(place, [*words, f"{lon},{lat}", "--json"])
    assert run.exit_code == 0, run.output
    levels = json.loads(run.stdout)["levels"]
    assert [(one["level"], one["name"], one["bridge"]) for one in levels] == [
        (1, "Pont", True), (0, "Quai", False),
    ]  # fmt: skip
    assert [one["distance_m"] for one in levels] == pytest.approx([3, 8], abs=0.1)
    run = CliRunner().invoke(place, [*words, f"{lon},{lat}"])
    assert "Pont (primary, bridge), 3 m" in " ".join(run.stdout.split())
    run = CliRunner().invoke(place, [*words, "0,0"])
    assert "no street stands there" in run.stdout
    for bad in ("2.35", "48.8,200", "a,b", "nan,1", "1,2,3"):
        run = CliRunner().invoke(place, [*words, bad])
        assert run.exit_code == 2
        assert "write its longitude and latitude" in " ".join(run.output.split())

"""`place streets`: what it keeps, says and writes, end to end."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from placement.cli.group import place
from tests.streets.draw import CRS, write_lines


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
        (["read", "town.geojson", "-o", "s.txt"], 2),
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
    one, same = tmp_path / "both.html", tmp_path / "." / "both.html"
    arguments = ["streets", "info", str(town), "--islands", str(one), "--map", str(same)]
    run = CliRunner().invoke(place, arguments)
    assert run.exit_code == 2, run.output
    assert "--islands and --map name the same file" in run.output
    assert not one.exists()

"""People are counted to one whatever the order of the rows; what cannot be is one sentence."""

import csv
import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.errors import InputError, MissingExtraError, PlacementError, UsageError
from placement.starting.demand_arrivals import read_stops, window_of
from placement.starting.demand_grids import read_grid
from placement.starting.demand_layers import count_people, layer_texts
from placement.starting.demand_people import Imported, whole_people
from placement.starting.demand_stations import read_stations
from placement.starting.demand_tickets import read_tickets
from placement.starting.perimeter import around_route, read_perimeter
from tests.amount import cases
from tests.builders import box, line, point
from tests.cli.running import run

STATIONS = Path(__file__).parents[2].parent / "shared" / "data" / "paris" / "stations.csv"
WINDOW = window_of("15:30-18:30", period_min=30)
amounts = st.lists(
    st.one_of(st.integers(0, 50_000), st.floats(0, 5_000, allow_nan=False)), min_size=1, max_size=9
)
few = settings(max_examples=cases(12, 25), deadline=None, derandomize=True)


def collection(path: Path, features: list[dict]) -> Path:
    text = json.dumps({"type": "FeatureCollection", "features": features})
    path.write_text(text, encoding="utf-8")
    return path


def table(path: Path, head: str, rows: list[str]) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def lon(n: int) -> float:
    return round(2.30 + 0.003 * n, 6)


def texts(*imported: Imported) -> dict[str, str]:
    return dict(layer_texts(count_people(imported)))


def rounded(people: list[float]) -> int:
    return math.floor(math.fsum(people) + 0.5)


@given(amounts)
@few
def test_rounding_keeps_the_sum_and_moves_nobody_by_a_whole_person(people: list[float]) -> None:
    found = whole_people(np.array(people, float))
    assert sum(found) == rounded(people)
    assert all(abs(one - exact) < 1 for one, exact in zip(found, people, strict=True))


@given(amounts, st.lists(st.integers(0, 8), max_size=12), st.integers(0, 99))
@few
def test_stations_keep_their_people_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, people: list[float], doors: list[int], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("stations")
    rows = [f"s{n},Station {n},48.85,{lon(n)},{one!r}" for n, one in enumerate(people)]
    drawn = [
        point(lon(n) + 0.0001 * at, 48.8501, id=f"d{at}", station=f"Station {n}", weight=1 + at % 3)
        for at, n in enumerate(doors)
    ]
    seen = []
    for shuffle in (False, True):
        if shuffle:
            random.Random(seed).shuffle(rows)
            random.Random(seed).shuffle(drawn)
        file = table(folder / "s.csv", "id,name,latitude,longitude,entries_2024", rows)
        entrances = collection(folder / "e.geojson", drawn) if drawn else None
        found = read_stations(file, entrances=entrances)
        assert found.people == rounded(people)
        seen.append(texts(found))
    assert seen[0] == seen[1]
    by_zone: dict[str, int] = {}
    for one in found.points:
        by_zone[one.zone] = by_zone.get(one.zone, 0) + one.people
    assert all(abs(by_zone.get(f"s{n}", 0) - one) < 1 for n, one in enumerate(people))


@given(amounts, st.floats(0, 1.5), st.integers(0, 99), st.sampled_from(["tickets", "seats"]))
@few
def test_tickets_and_seats_keep_their_people_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, counts: list[float], rate: float, seed: int, kind: str
) -> None:
    folder = tmp_path_factory.mktemp("tickets")
    drawn = [
        box(lon(n), 48.85, lon(n) + 0.001, 48.851, id=f"b{n}", **{kind: one})
        for n, one in enumerate(counts)
    ]
    seen = []
    for shuffle in (False, True):
        if shuffle:
            random.Random(seed).shuffle(drawn)
        found = read_tickets(collection(folder / "t.geojson", drawn), source=kind, rate=rate)
        assert found.people == rounded([one * rate for one in counts])
        seen.append(texts(found))
    assert seen[0] == seen[1]
    assert bool(found.doubts) == (rate > 1)


@given(amounts, st.integers(0, 99))
@few
def test_hexagons_keep_their_people_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, people: list[float], seed: int
) -> None:
    h3 = pytest.importorskip("h3")
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(48.85, 2.35, 9), 2))
    rows = [f"{cell},{one!r}" for cell, one in zip(cells, people, strict=False)]
    file = tmp_path_factory.mktemp("grid") / "g.csv"
    found = read_grid(table(file, "h3,people", rows))
    random.Random(seed).shuffle(rows)
    again = read_grid(table(file, "h3,people", rows))
    assert found.people == rounded(people)
    assert texts(found) == texts(again)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(900, 1140), st.floats(0, 90)),
        min_size=1, max_size=12,
    ),
    st.integers(0, 99), st.booleans(),
)  # fmt: skip
@few
def test_arrivals_keep_their_people_in_any_order(
    tmp_path_factory: pytest.TempPathFactory,
    trips: list[tuple[int, int, float]], seed: int, placed: bool,
) -> None:  # fmt: skip
    rows = [
        f"stop{n},{t // 60}:{t % 60:02d}:07,{p!r}" + (f",{lon(n)},48.85" if placed else "")
        for n, t, p in trips
    ]
    file = tmp_path_factory.mktemp("stops") / "stops.csv"
    head = "stop,time,people" + (",lon,lat" if placed else "")
    found, profiles = read_stops(table(file, head, rows), WINDOW)
    random.Random(seed).shuffle(rows)
    again = read_stops(table(file, head, rows), WINDOW)
    inside = [p for _, t, p in trips if 930 <= t < 1110]
    assert sum(one.people for one in profiles) == rounded(inside)
    assert found.people == (rounded(inside) if placed else 0)
    assert (profiles, found.points) == (again[1], again[0].points)
    lost = sum(one.people for one in found.left_out)
    assert math.isclose(found.counted + lost, math.fsum(p for _, _, p in trips), abs_tol=1e-6)


def raster(
    path: Path, values: np.ndarray, *, crs: str | None = "EPSG:2154", **rest: object
) -> Path:
    rasterio = pytest.importorskip("rasterio")
    from rasterio.transform import from_origin

    height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=1, dtype="float32", crs=crs,
        transform=from_origin(652_000, 6_862_000, 100, 100), **rest,
    ) as grid:  # fmt: skip
        grid.write(values.astype("float32"), 1)
    return path


def test_a_raster_keeps_its_people_and_says_what_it_left_out(tmp_path: Path) -> None:
    values = np.random.default_rng(5).gamma(0.4, 3.0, (12, 15)).astype("float32")
    values[0, :3], values[1, 1] = -9999, -4
    file = raster(tmp_path / "g.tif", values, nodata=-9999)
    found = read_grid(file)
    good = values[values >= 0].astype(float).tolist()
    assert found.people == rounded(good)
    why = {one.why: one.rows for one in found.left_out}
    assert why["cells without a value"] == 3
    assert why["cells with a negative number"] == 1
    assert "negative" in found.doubts[0]
    row, column = np.unravel_index(values.argmax(), values.shape)
    fullest = next(one for one in found.points if one.id == f"grid-{row:02d}-{column:02d}")
    assert abs(fullest.people - values[row, column]) < 1
    near = read_perimeter(
        collection(tmp_path / "p.geojson", [box(2.3455, 48.85, 2.36, 48.8546, id="p")])
    )
    part = read_grid(file, within=near)
    beyond = {one.why: one for one in part.left_out}["beyond the perimeter"]
    assert 0 < part.people < found.people
    assert math.isclose(part.counted + beyond.people, math.fsum(good), rel_tol=1e-12)


def test_doubts_are_said(tmp_path: Path) -> None:
    a_station = table(tmp_path / "s.csv", "id,lon,lat,people", ["a,2.301,48.851,40"])
    areas = collection(
        tmp_path / "t.geojson", [box(2.3, 48.85, 2.302, 48.852, id="b", tickets=100)]
    )
    water = collection(tmp_path / "w.geojson", [box(2.299, 48.849, 2.3015, 48.853, id="w")])
    found = count_people(
        [read_stations(a_station), read_tickets(areas, rate=1.2)], water=water, stated=150
    )
    assert found.people == 160
    said = "\n".join(found.doubts)
    assert "so more people come than there are tickets" in said
    assert "counted more than once" in said
    assert "40 people at 1 point stand on water" in said
    assert "75% of area 'b'" in said
    assert "160 people were counted, +10 against the 150 that were stated" in said


@pytest.mark.parametrize(
    ("words", "head", "rows", "said"),
    [
        ("--stations", "id,lon,lat,people", ["a,2.3,48.8,many"], "is not a number"),
        ("--stations", "id,lon,lat,people", ["a,2.3,48.8,-4"], "must be at least 0"),
        ("--stations", "id,lon,lat,people", ["a,2.3,48.8,4", "a,2.3,48.8,4"], "occurs twice"),
        ("--stations", "id,lon,people", ["a,2.3,4"], "'lat': is missing"),
        ("--stations", "id,lon,lat,entries_1,entries_2", ["a,2.3,48.8,4,5"], "--column"),
        ("--column=zzz --stations", "id,lon,lat,people", ["a,2.3,48.8,4"], "'zzz': is missing"),
        ("--stops", "stop,time,people", ["a,25h,4"], "is not a valid time"),
        ("--stops", "stop,time,people", ["default,15:30,4"], "cannot be the name of a profile"),
        ("--stops", "stop,time", ["a,15:30"], "'people': is missing"),
        ("--stops", "stop,time,people,lon,lat", ["a,15:30,1,2,48", "a,15:40,1,2,49"], "two places"),
        ("--grid", "h3,people", ["nonsense,4"], "is not an H3 cell"),
        ("--grid", "h3,people", ["891fb466257ffff,4", "891fb466257ffff,1"], "occurs twice"),
        ("--grid", "h3,people", ["891fb466257ffff,many"], "is not a number"),
        ("--grid", "cell_id,people", ["891fb466257ffff,4"], "'h3': is missing"),
    ],
)
def test_what_cannot_be_counted_is_one_sentence(
    tmp_path: Path, words: str, head: str, rows: list[str], said: str
) -> None:
    file = table(tmp_path / "rows.csv", head, rows)
    done = run("demand", *words.split(), file, "-o", tmp_path / "out")
    assert done.exit_code == 3, done.output
    assert said in done.stderr
    assert "rows.csv" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ground", ["--within", "--around"])
def test_a_perimeter_without_a_name_is_refused_and_does_not_count_everybody(
    tmp_path: Path, ground: str
) -> None:
    file = table(tmp_path / "rows.csv", "id,lon,lat,people", ["a,2.3,48.8,4"])
    done = run("demand", "--stations", file, ground, "")
    assert done.exit_code in {2, 3}
    assert done.stdout == ""


def test_polygons_and_rasters_that_cannot_be_counted_are_one_sentence(tmp_path: Path) -> None:
    none = collection(tmp_path / "t.geojson", [box(2.3, 48.85, 2.31, 48.86, id="b")])
    with pytest.raises(InputError, match="field 'tickets': is missing"):
        read_tickets(none)
    with pytest.raises(InputError, match="has no coordinate system"):
        read_grid(raster(tmp_path / "g.tif", np.ones((2, 2)), crs=None))
    (tmp_path / "broken.tif").write_bytes(b"II*\0" + b"\1" * 90)
    with pytest.raises(InputError, match="cannot be read as a GeoTIFF"):
        read_grid(tmp_path / "broken.tif")
    with pytest.raises(InputError, match="not that of a grid"):
        read_grid(none)
    route = collection(tmp_path / "r.geojson", [line((2.3, 48.85), (2.31, 48.85), id="r")])
    for asked in (str(route), f"{route}:-4", ":250"):
        with pytest.raises(UsageError, match=r"route\.geojson:250"):
            around_route(asked)
    with pytest.raises(UsageError, match="nobody to count"):
        count_people([])
    for window in ("late", "18:30-15:30", "15:30-18:40"):
        with pytest.raises(UsageError):
            window_of(window, period_min=30)


@pytest.mark.parametrize(("name", "package"), [("g.tif", "rasterio"), ("g.csv", "h3")])
def test_without_the_extra_one_sentence_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    (tmp_path / name).write_text("h3,people\n891fb466257ffff,4\n", encoding="utf-8")
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"needs {package}.*event-placement\[grids\]"):
        read_grid(tmp_path / name)


def test_entrances_of_unknown_or_unclear_stations_are_told(tmp_path: Path) -> None:
    stations = table(
        tmp_path / "s.csv", "id,name,lon,lat,people", ["a,Twin,2.3,48.8,5", "b,Twin,2.4,48.8,5"]
    )
    doors = collection(tmp_path / "e.geojson", [point(2.3, 48.8, id="d", station="Elsewhere")])
    found = read_stations(stations, entrances=doors)
    assert [one.why for one in found.left_out] == ["entrances of no station that is counted"]
    assert "2 stations have no entrance" in found.doubts[0]
    doors = collection(tmp_path / "e.geojson", [point(2.3, 48.8, id="d", station="Twin")])
    with pytest.raises(PlacementError, match="is the name of 2 stations"):
        read_stations(stations, entrances=doors)


def test_a_plan_takes_what_was_written_and_check_accepts_it(tmp_path: Path) -> None:
    assert run("init", tmp_path / "plan").exit_code == 0
    stations = table(
        tmp_path / "s.csv", "id,name,lon,lat,people",
        ["b,Bellecour,4.8322,45.7576,4200.5", "h,Hôtel de Ville,4.8360,45.7673,3100.2"],
    )  # fmt: skip
    stops = table(
        tmp_path / "stops.csv", "stop,time,people",
        ["Bellecour,15:31:00,40", "Bellecour,16:59:59,20", "h,18:29,7", "h,18:30,9"],
    )  # fmt: skip
    seats = collection(
        tmp_path / "seats.geojson",
        [box(4.8325, 45.7570, 4.8335, 45.7575, id="stand", name="Stand", seats=801, fill=0.9)],
    )
    out = tmp_path / "plan" / "counted"
    done = run(
        "demand", "--stations", stations, "--stops", stops, "--seats", seats, "-o", out, "--json"
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["people"] == 7301 + 721
    assert told["people_in_profiles"] == 67
    assert [one["why"] for one in told["left_out"]] == ["outside the window"]
    with (out / "demand.csv").open(encoding="utf-8", newline="") as rows:
        assert {row["arrival"] for row in csv.DictReader(rows)} == {"Bellecour", "h"}
    plan = tmp_path / "plan" / "plan.toml"
    text = plan.read_text(encoding="utf-8")
    assert '\ndemand = "demand.csv"' in text
    text = text.replace(
        '\ndemand = "demand.csv"',
        '\ndemand = "counted/demand.csv"\nareas = "counted/areas.geojson"'
        '\narrivals = "counted/arrivals.csv"',
    )
    if ".lanes]" not in text:
        text += "\n[resources.checkpoint.lanes]\n"
    plan.write_text(text, encoding="utf-8")
    checked = run("check", plan, "--json")
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["people"] == told["people"]


@pytest.mark.skipif(not STATIONS.exists(), reason="the shared data is not here")
def test_the_day_of_paris_keeps_all_its_entries() -> None:
    with STATIONS.open(encoding="utf-8", newline="") as rows:
        entries = [row["entries_2024_07_26"] for row in csv.DictReader(rows)]
    found = read_stations(STATIONS)
    assert found.people == sum(int(one) for one in entries if one)
    left_out = {one.why: one.rows for one in found.left_out}
    assert left_out["stations without a number"] == entries.count("")
    assert len(found.points) + sum(left_out.values()) == 187

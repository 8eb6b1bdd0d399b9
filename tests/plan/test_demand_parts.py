"""A demand in parts makes the plan that one file of all its rows does, in any order of them."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import placement
from placement.errors import InputError
from placement.executor import Here
from placement.plan.places import exact, rounded
from placement.review.geojson import solution_text
from tests.builders import write_plan
from tests.parted_town import drawn, shuffled, told, write


def solved(path: Path, executor: Here | None = None) -> str:
    plan = placement.load_plan(path, executor=executor)
    found = placement.optimise(plan)
    assert placement.audit(plan, found).ok
    return solution_text(found)


def test_parts_give_the_solution_of_one_file_to_the_byte(tmp_path: Path) -> None:
    frame = drawn(60)
    some = frame.drop(columns="step_free")
    whole = solved(write(tmp_path / "whole", some, parts=0))
    again = write(tmp_path / "again", shuffled(some, 7), parts=9)
    assert solved(again, Here(2)) == whole
    # a share of the people is held as their number, so that its digest is another one
    slow = told(write(tmp_path / "slow", frame, parts=0))
    assert told(write(tmp_path / "parts", frame, parts=4)) == slow
    assert "p0001~step-free" in slow["id"] or "p0002~step-free" in slow["id"]


@pytest.mark.parametrize("more", ["", "[walking]\naggregate_m = 60\n"])
def test_the_order_of_parts_and_rows_decides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    frame = drawn(80)
    # several at a place, some of whom differ in what is said of them
    frame.geometry = frame.geometry.iloc[np.arange(80) // 4].to_numpy()
    found = [
        told(write(tmp_path / f"{seed}", shuffled(frame, seed), parts=1 + 3 * seed, more=more))
        for seed in range(3)
    ]
    monkeypatch.setattr("placement.reading.parts.ROWS_AT_ONCE", 3)
    found.append(told(tmp_path / "0" / "plan.toml"))
    assert all(one == found[0] for one in found)
    assert 20 <= len(found[0]["id"]) < 2 * 80


def test_people_of_a_cell_are_added_and_stand_at_the_place_nearest_to_its_middle(
    tmp_path: Path,
) -> None:
    frame = drawn(300).drop(columns=["tier", "priority", "zone", "step_free"]).to_crs(2154)
    frame["people"] = np.arange(300) % 7
    more = "[walking]\naggregate_m = 50\n"
    path = write(tmp_path / "parts", frame, parts=5, more=more)
    demand = placement.load_plan(path).problem.demand
    xy = np.column_stack([frame.geometry.x, frame.geometry.y])
    cells: dict[tuple[int, ...], list[int]] = {}
    for at, cell in enumerate(np.floor(xy / 50).astype(int).tolist()):
        cells.setdefault(tuple(cell), []).append(at)
    expected = {}
    for cell, members in cells.items():
        middle = (np.array(cell) + 0.5) * 50
        nearest = min(members, key=lambda at: float(((xy[at] - middle) ** 2).sum()))
        expected[frame["id"][nearest]] = (xy[nearest].tolist(), frame["people"][members].sum())
    found = zip(demand.id, demand.xy.tolist(), demand.people.tolist(), strict=True)
    assert {name: (place, people) for name, place, people in found} == expected
    assert demand.people.sum() == frame["people"].sum()
    alone = write(tmp_path / "alone", frame, parts=0, more=more)
    assert told(alone) == told(path)
    # points in GeoArrow's own encoding are not read at a glance
    other = write(tmp_path / "other", frame, parts=0, more=more)
    frame.to_parquet(other.parent / "demand.parquet", geometry_encoding="geoarrow")
    assert told(other) == told(path)


def test_what_is_said_of_people_keeps_them_apart(tmp_path: Path) -> None:
    frame = drawn(6)
    frame.geometry = frame.geometry.iloc[[0] * 6].to_numpy()
    frame = frame.assign(
        people=10.0, priority=1.0, tier=[1, 1, 2, 1, 1, 1], step_free=[np.nan] * 4 + [0.5, 0.25],
        zone=["a", "a", "a", "b", "b", "b"],
    )  # fmt: skip
    demand = placement.load_plan(write(tmp_path / "parts", frame, parts=2)).problem.demand
    assert dict(zip(demand.id, demand.people.tolist(), strict=True)) == {
        "p0000": 20.0,
        "p0002": 10.0,
        "p0003": 10.0,
        "p0004": 12.5,
        "p0004~step-free": 7.5,
    }


@given(st.lists(st.floats(0, 1e15, exclude_max=True), min_size=1, max_size=20), st.randoms())
def test_sums_of_people_are_exact_in_any_order(values: list[float], random: Any) -> None:
    one = exact(np.array(values))
    rest = [value for value in values if value == 0 or value > 1e-7]
    assert rounded(exact(np.array(rest))).tolist() == rest
    random.shuffle(values)
    total = exact(np.array(values)).sum(axis=0)
    assert total.tolist() == one.sum(axis=0).tolist()
    whole = sum(Fraction(int(limb), 2 ** (26 * at)) for at, limb in enumerate(total))
    assert abs(whole - sum(map(Fraction, values))) <= Fraction(len(values), 2**78)


FAULTS: dict[str, tuple[Mapping[str, Any], str]] = {
    "a negative number": ({"people": -1.0}, "'p0005', field 'people': must be at least 0"),
    "no number": ({"people": np.nan}, "'p0005', field 'people': is missing; add the number"),
    "no identifier": ({"id": None}, "'row 6', field 'id': is missing; add it"),
    "a slash": ({"id": "a/b"}, "'a/b', field 'id': holds a slash; rename it"),
    "an unseen letter": ({"id": "a\u200b"}, "field 'id': holds an invisible character"),
    "a tier": ({"tier": 0}, "'p0005', field 'tier': must be a whole number from 1 to 20, not 0"),
    "a priority": ({"priority": 0.0}, "'p0005', field 'priority': must be more than 0"),
    "a share": ({"step_free": 1.5}, "'p0005', field 'step_free': must be a share from 0 to 1"),
    "nowhere": ({"geometry": None}, "'p0005': has no geometry, or an empty one; draw it"),
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.replace(" ", "-"))
def test_a_fault_in_a_part_names_the_part_and_the_row(tmp_path: Path, fault: str) -> None:
    wrong, sentence = FAULTS[fault]
    frame = drawn(20)
    for key, value in wrong.items():
        frame.loc[5, key] = value
    path = write(tmp_path / "parts", frame, parts=2)
    with pytest.raises(InputError) as told:
        placement.load_plan(path)
    assert f"{tmp_path}/parts/demand.parquet/0.parquet, feature " in str(told.value)
    assert sentence in str(told.value)
    assert told.value.file is not None


def test_a_part_that_is_broken_or_elsewhere_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "parts", drawn(20), parts=2)
    part = path.parent / "demand.parquet" / "1.parquet"
    good = part.read_bytes()

    def refusal() -> str:
        with pytest.raises(InputError) as told:
            placement.load_plan(path)
        return str(told.value)

    part.write_bytes(good[:900])
    assert f"{part}: cannot be read as GeoParquet" in refusal()
    part.write_bytes(b"people\n")
    assert refusal() == f"{part}: is not a GeoParquet file; check the file, or its suffix."
    drawn(20, seed=2).to_crs(2154).to_parquet(part)
    assert refusal().startswith(f"{part}: is in RGF93 v1 / Lambert-93, and 0.parquet in WGS 84")
    shifted = drawn(5)
    shifted.geometry = shifted.geometry.translate(40, 0)
    shifted.to_parquet(part)
    assert f"{part}, feature " in (said := refusal())
    assert "lies outside the area that EPSG:2154 is made for" in said
    frame = drawn(5).drop(columns="geometry")
    frame.to_parquet(part)
    assert refusal() == f"{part}: has no geometries; write it as GeoParquet."
    part.write_bytes((path.parent / "demand.parquet" / "0.parquet").read_bytes())
    assert refusal() == (
        f"{path.parent}/demand.parquet, feature 'p0000', field 'id': occurs twice; give every "
        "feature an id of its own."
    )


def test_a_demand_of_too_many_places_says_what_joins_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placement.plan.places.MOST_PLACES", 30)
    path = write(tmp_path / "parts", drawn(40), parts=2)
    with pytest.raises(InputError, match=r"more than 30 places; join .* aggregate_m = 20 under"):
        placement.load_plan(path)
    frame = drawn(40)[["id", "people", "geometry"]]
    other = write(tmp_path / "joined", frame, parts=2, more="[walking]\naggregate_m = 400\n")
    assert len(placement.load_plan(other).problem.demand) < 15


def test_a_grid_for_a_demand_that_is_no_geoparquet_is_told(tmp_path: Path) -> None:
    path = write_plan(tmp_path / "plain", extra="[walking]\naggregate_m = 20\n")
    plan = placement.load_plan(path)
    assert "no demand in GeoParquet: walking.aggregate_m counts for nothing" in plan.warnings


def test_every_part_is_an_input_of_the_plan(tmp_path: Path) -> None:
    path = write(tmp_path / "parts", drawn(20), parts=3)
    parts = [tmp_path / "parts" / "demand.parquet" / f"{number}.parquet" for number in range(3)]
    plan = placement.load_plan(path)
    assert [one for one in plan.inputs if one.suffix == ".parquet"] == parts
    assert plan.layers["demand"] == "demand.parquet"


def test_a_matrix_of_walks_names_the_points_of_parts(tmp_path: Path) -> None:
    path = write(tmp_path / "parts", drawn(4).drop(columns="step_free"), parts=2)
    text = path.read_text(encoding="utf-8").replace('streets = "streets.geojson"\n', "")
    path.write_text(text, encoding="utf-8")
    walks = np.full((4, 6), 60.0)
    with pytest.raises(InputError, match=r"walk_s: has no identifiers, and the rows of a demand"):
        placement.load_plan(path, walk_s=walks)
    sites = ["bridge-north", "bridge-south", "north-east", "north-west", "south-east", "south-west"]
    named = pd.DataFrame(walks, index=[f"p000{at}" for at in range(4)], columns=sites)
    assert placement.load_plan(path, walk_s=named).walk_s is not None

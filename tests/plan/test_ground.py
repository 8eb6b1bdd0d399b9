"""Closures and their hours, crowds, railways and paces, as a plan says them."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placement.errors import UsageError
from placement.plan.clock import DAY_MIN, clock_of, hours_of, minutes_of
from placement.plan.ground import parts_of_day
from placement.plan.layers import load_plan
from placement.plan.shapes import ClosureRule
from tests.builders import box, line, write_plan

LANES = "\n[resources.checkpoint.lanes]\nopens = '15:30'\ncloses = '18:30'\n"

minute = st.integers(0, DAY_MIN - 1)
rules = st.lists(
    st.none() | st.tuples(minute, minute).filter(lambda hours: hours[0] != hours[1]), max_size=5
).map(lambda all_hours: [ClosureRule(id=str(n), hours=h) for n, h in enumerate(all_hours)])


@given(rules)
def test_the_parts_of_a_day_are_what_each_minute_says(closing: list[ClosureRule]) -> None:
    parts = parts_of_day(closing)
    if not parts:
        assert all(rule.hours is None for rule in closing)
        return
    seen = []
    for begins, ends, holding in parts:
        length = (ends - begins) % DAY_MIN or DAY_MIN
        for number in range(length):
            now = (begins + number) % DAY_MIN
            seen.append(now)
            assert holding == tuple(rule for rule in closing if rule.holds(now))
    assert sorted(seen) == list(range(DAY_MIN))
    assert len(parts) == 1 or all(a[2] != b[2] for a, b in pairwise(parts))


def test_hours_go_over_midnight() -> None:
    night = ClosureRule(id="night", hours=hours_of("22:00", "26:00"))
    assert night.hours == (22 * 60, 120)
    assert [hour for hour in (21, 22, 1, 2, 12) if night.holds(60 * hour)] == [22, 1]
    assert night.holds(None)
    assert hours_of(None, "06:00") == (0, 360)
    assert hours_of(None, None) is None


@given(st.integers(0, 2 * DAY_MIN))
def test_a_time_of_day_is_read_as_it_is_written(minutes: int) -> None:
    assert minutes_of(clock_of(minutes)) == minutes


@pytest.mark.parametrize(
    "text", ["", "18", "18:5", "18:60", "48:01", "-1:00", "18:30\n", "\u0660\u0669:\u0660\u0660"]
)
def test_what_is_no_time_of_day(text: str) -> None:
    assert minutes_of(text) is None


def test_closures_of_the_layer_the_plan_and_the_run(tmp_path: Path) -> None:
    drawn = {
        "closures": [
            line((2.346, 48.85), (2.354, 48.85), id="fence", begins="18:00", ends="20:00"),
            box(2.35, 48.85, 2.351, 48.851, id="box", street="Street 1"),
            line((2.346, 48.85), (2.354, 48.85), id="one", oneway=True),
        ],
        "rail": [line((2.346, 48.85), (2.354, 48.85), id="line-1")],
        "barriers": [line((2.346, 48.85), (2.354, 48.85), id="wall")],
        "crowd": [box(2.35, 48.85, 2.351, 48.851, id="fans", density=2.5)],
    }
    extra = '[[closures]]\nstreet = "Pont Dessiné"\nbegins = "17:00"\nends = "25:00"\n'
    path = write_plan(tmp_path, layers=drawn, extra=extra)
    plan = load_plan(path, closures=["Street 2", tmp_path / "closures.geojson"], at="19:00")
    assert [rule.id for rule in plan.closing] == [
        "box", "fence", "one", "Pont Dessiné", "Street 2",
        "closures.geojson:box", "closures.geojson:fence", "closures.geojson:one",
    ]  # fmt: skip
    assert [rule.hours for rule in plan.closing[1:4]] == [(1080, 1200), None, (1020, 60)]
    assert [rule.oneway for rule in plan.closing[:3]] == [False, False, True]
    assert plan.closing[0].street == "Street 1"
    assert plan.closed == ("Street 2", "closures.geojson")
    assert [shape.id for shape in plan.barriers] == ["line-1", "wall"]
    assert [(crowd.shape.id, crowd.per_m2) for crowd in plan.crowds] == [("fans", 2.5)]
    assert plan.at == 19 * 60
    assert plan.timed
    assert plan.warnings == ()


def test_features_may_name_a_street_in_place_of_a_shape(tmp_path: Path) -> None:
    named = [
        {"type": "Feature", "properties": properties, "geometry": None}
        for properties in (
            {"street": "Street 2", "begins": "18:00"},
            {"id": "quay", "street": "Street 1"},
        )
    ]
    for drawn in ([], [box(2.35, 48.85, 2.351, 48.851, id="square")]):
        for number, rows in enumerate(([*drawn, *named], [*named[::-1], *drawn])):
            folder = tmp_path / f"{len(drawn)}-{number}"
            plan = load_plan(write_plan(folder, layers={"closures": rows}))
            found = [(rule.id, rule.street, rule.hours) for rule in plan.closing]
            assert found[len(drawn) :] == [
                ("Street 2", "Street 2", (1080, 0)),
                ("quay", "Street 1", None),
            ]
            assert [shape.id for shape in plan.closures] == ["square"] * len(drawn)
            assert plan.warnings == ()


def test_the_time_a_plan_is_made_for(tmp_path: Path) -> None:
    assert load_plan(write_plan(tmp_path / "none")).at is None
    assert load_plan(write_plan(tmp_path / "lanes", extra=LANES)).at == 15 * 60 + 30
    own = write_plan(tmp_path / "own", extra=LANES + '\n[walking]\nat = "25:00"\n')
    assert load_plan(own).at == 60
    assert load_plan(own, at="09:15").at == 9 * 60 + 15


def test_a_misspelt_column_of_a_closure_is_worth_a_warning(tmp_path: Path) -> None:
    area = box(2.35, 48.85, 2.351, 48.851, id="area", begin="18:00")
    plan = load_plan(write_plan(tmp_path, layers={"closures": [area]}))
    assert plan.warnings == (
        "closures.geojson: column 'begin' is not used; did you mean 'begins'?",
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"at": "6 pm"}, "'6 pm' is not a valid time"),
        ({"closures": ["Street 1", "STREET 1"]}, "'STREET 1' is given twice"),
        ({"closures": ["a/c.geojson", "b/c.geojson"]}, "'b/c.geojson' is given twice"),
        ({"closures": [" "]}, "has no name"),
    ],
)
def test_runs_that_cannot_be(tmp_path: Path, options: dict[str, object], words: str) -> None:
    path = write_plan(tmp_path)
    with pytest.raises(UsageError, match=words):
        load_plan(path, **options)  # type: ignore[arg-type]


def test_nothing_is_closed_without_streets(tmp_path: Path) -> None:
    path = write_plan(tmp_path, layers={"streets": None})
    with pytest.raises(UsageError, match="no street layer"):
        load_plan(path, closures=["Street 1"])

"""Periods of a day: one choice of posts for all, each period counted on its own ground."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import placement
from placement.errors import InputError, UsageError
from placement.maps import map_page
from placement.review.geojson import read_solution, solution_text
from tests.amount import cases
from tests.builders import drawn_layers, point, streets, write_plan
from tests.days import Day, draw_day, right_answer
from tests.sealed_town import SEALED, write_sealed


@pytest.mark.slow
def test_random_days_have_the_right_answer(tmp_path: Path) -> None:
    """Every choice of posts is tried, each period counted as a plan of its own."""
    turned = shut = 0
    for seed in range(cases(8, 200)):
        day = draw_day(tmp_path / f"{seed}", seed)
        plan = placement.load_plan(day.write())
        solution = placement.optimise(plan)
        worth, _ = right_answer(day, tmp_path / f"{seed}-alone")
        assert solution.status.value == "optimal"
        assert solution.objective == pytest.approx(worth, abs=1e-5), seed
        assert placement.audit(plan, solution).ok
        assert [one.name for one in solution.periods] == [part.name for part in day.parts]
        turned += any(part.out for part in day.parts)
        shut += any(one.closed for one in solution.periods)
    assert turned > 2
    assert shut > 2


def test_figures_of_each_period_are_those_of_its_plan_alone(tmp_path: Path) -> None:
    """The same posts, proposed to the plan of each period by itself, cover the same people."""
    for seed in range(cases(3, 60)):
        day = draw_day(tmp_path / f"{seed}", seed)
        plan = placement.load_plan(day.write())
        solution = placement.optimise(plan)
        posts = {post.id: post.units for post in solution.posts_list}
        for part, told in zip(day.parts, solution.periods, strict=True):
            for resource, own in day.alone(part, tmp_path / f"{seed}-alone").items():
                if resource not in told.covered:
                    assert part.name not in day.serves[resource]
                    continue
                alone = placement.evaluate(own, posts).solution
                assert told.covered[resource] == pytest.approx(alone.coverage[resource].covered)
                assert told.people == pytest.approx(alone.coverage[resource].total)
                assert alone.walk is not None
                assert told.mean_s[resource] == pytest.approx(alone.walk.mean_s[resource], abs=0.11)
        for resource, whole in solution.coverage.items():
            parts = [one for one in solution.periods if resource in one.covered]
            assert whole.covered == pytest.approx(sum(one.covered[resource] for one in parts))
            assert whole.total == pytest.approx(sum(one.people or 0 for one in parts))


def test_the_order_of_periods_and_rows_changes_no_byte(tmp_path: Path) -> None:
    for seed in (1, 4):
        day = draw_day(tmp_path / f"{seed}", seed)
        texts = {
            solution_text(placement.optimise(placement.load_plan(day.write(order=order))))
            for order in (0, 1, 2)
        }
        assert len(texts) == 1


def test_a_day_of_one_period_is_the_plan_without(tmp_path: Path) -> None:
    day = draw_day(tmp_path / "day", 2)
    part = replace(day.parts[0], out=(), weight=1, layers={})
    one = Day(day.folder, (part,), {}, day.ground, 40, {})
    plain = replace(one, folder=tmp_path / "plain", parts=())
    found, alone = (placement.optimise(placement.load_plan(each.write())) for each in (one, plain))
    assert found.posts_list == alone.posts_list
    assert found.coverage == alone.coverage
    assert found.walk == alone.walk
    assert (found.objective, found.bound, found.cost) == (alone.objective, alone.bound, alone.cost)
    assert {name: {f"{part.name}:{area}": walks for area, walks in table.items()}
            for name, table in alone.areas.items()} == found.areas  # fmt: skip


def test_the_written_solution_is_read_as_it_was(tmp_path: Path) -> None:
    solution = placement.optimise(placement.load_plan(draw_day(tmp_path, 3).write()))
    placement.write_solution(solution, tmp_path / "solution.geojson")
    read = read_solution(tmp_path / "solution.geojson")
    assert read.periods == solution.periods
    assert solution_text(read) == solution_text(solution)


def test_what_is_altered_of_a_period_is_found(tmp_path: Path) -> None:
    """Posts of one period's best, closures left out and periods left out are refused."""
    day = draw_day(tmp_path, 6)
    plan = placement.load_plan(day.write())
    solution = placement.optimise(plan)
    first = solution.periods[0]
    for other in (
        replace(first, people=(first.people or 0) + 1),
        replace(first, closed=(*first.closed, "Rue 9")),
        replace(first, begins="00:01"),
        replace(first, name="other"),
        replace(first, covered={name: many + 1 for name, many in first.covered.items()}),
        replace(first, mean_s={name: one + 5 for name, one in first.mean_s.items()}),
        replace(first, covered={}, mean_s={}),
    ):
        told = replace(solution, periods=(other, *solution.periods[1:]))
        assert not placement.audit(plan, told).ok, other
    assert not placement.audit(plan, replace(solution, periods=())).ok
    swapped = replace(solution, periods=(*solution.periods[1:], solution.periods[0]))
    assert len(solution.periods) == 1 or not placement.audit(plan, swapped).ok


LANES = """
[resources.checkpoint.lanes]
rate_per_h = 60
efficiency = 1.0
opens = "15:30"
closes = "17:00"
period_min = 30
max_wait_min = 30
profile = [0.2, 0.5, 0.3]
[resources.checkpoint.lanes.profiles]
early = [0.8, 0.2, 0.0]
"""


def test_lanes_open_in_one_period_and_admit_its_people_alone(tmp_path: Path) -> None:
    """Who passes them is who passes in a plan of that period by itself."""
    draw = draw_day(tmp_path / "day", 4)
    people = [one for one in drawn_layers()["demand"] if one["properties"].get("level") is None]
    people[0]["properties"]["arrival"] = "early"
    open_ = replace(draw.parts[0], out=(), weight=1, layers={"demand": people})
    later = replace(
        draw.parts[0],
        name="later",
        begins=open_.ends,
        ends=open_.ends + 60,
        layers={"demand": [point(2.3535, 48.8485, id="late", people=900, arrival="early")]},
    )
    day = replace(draw, parts=(open_, later), shut={}, budget=60)
    file = replace(day, serves={"checkpoint": (open_.name,), "dog_team": ("later",)}).write()
    file.write_text(file.read_text(encoding="utf-8") + LANES, encoding="utf-8")
    alone = write_plan(
        tmp_path / "alone",
        layers={"demand": people, "areas": None, "streets": day.ground},
        replace={"amount = 40": "amount = 60", "value = 1\n": "value = 0\n"},
        extra=LANES,
    )
    plan = placement.load_plan(file)
    found = placement.optimise(plan)
    other = placement.optimise(placement.load_plan(alone))
    assert placement.audit(plan, found).ok
    assert found.coverage["checkpoint"].total == other.coverage["checkpoint"].total
    assert found.coverage["dog_team"].total == 900
    assert found.lanes is not None
    assert other.lanes is not None
    assert {name: one.people for name, one in found.lanes.profiles.items()} == {
        name: one.people for name, one in other.lanes.profiles.items()
    }
    assert found.coverage["checkpoint"].covered <= other.coverage["checkpoint"].covered + 1e-6
    shares = {"checkpoint": 0.3}
    cheap = placement.least_cost(plan, shares)
    assert cheap.cost == placement.least_cost(placement.load_plan(alone), shares).cost
    assert placement.audit(plan, cheap).ok


def test_a_plan_without_files_has_periods_too(tmp_path: Path) -> None:
    sites = pd.DataFrame({"id": ["a", "b"], "lon": [2.30, 2.31], "lat": [48.86, 48.86]})
    come = pd.DataFrame({"id": ["p"], "lon": [2.301], "lat": [48.86], "people": [100]})
    go = pd.DataFrame({"id": ["p"], "lon": [2.309], "lat": [48.86], "people": [250]})
    plan = placement.Plan.from_frames(
        sites=sites,
        resources={"team": {"walk_limit_min": 5, "unit_cost": 1}},
        budget=1,
        periods=[
            {"name": "go", "begins": "20:00", "ends": "22:00", "layers": {"demand": go}},
            {"name": "come", "begins": "16:00", "ends": "18:00", "layers": {"demand": come}},
        ],
    )
    solution = placement.optimise(plan)
    assert [post.site for post in solution.posts_list] == ["b"]
    assert [(one.name, one.covered["team"]) for one in solution.periods] == [
        ("come", 0),
        ("go", 250),
    ]
    assert sorted(solution.digests or {}) == ["come:demand", "go:demand", "plan", "sites"]
    with pytest.raises(UsageError, match="walk_s tells the walks of one period"):
        placement.Plan.from_frames(
            sites=sites,
            demand=go,
            resources={"team": {"walk_limit_min": 5}},
            budget=1,
            periods=[{"name": "go", "begins": "20:00", "ends": "22:00"}],
            walk_s=pd.DataFrame([[1.0, 2.0]], index=["p"], columns=["a", "b"]),
        )


def test_a_sealed_perimeter_asks_for_the_same_streets_in_each_period(tmp_path: Path) -> None:
    periods = '[[periods]]\nname = "day"\nbegins = "10:00"\nends = "20:00"\n'
    sealed = placement.optimise(placement.load_plan(write_sealed(tmp_path, rule=SEALED)))
    with_one = placement.load_plan(write_sealed(tmp_path, rule=SEALED + periods))
    assert placement.optimise(with_one).posts_list == sealed.posts_list
    closed = '[[closures]]\nstreet = "Street 0"\nbegins = "21:00"\nends = "22:00"\n'
    file = write_sealed(tmp_path, rule=SEALED + periods + closed)
    with pytest.raises(InputError, match="others are open in 'day'"):
        placement.load_plan(file)


def test_posts_where_a_site_forbids_them_are_counted_in_every_period(tmp_path: Path) -> None:
    day = draw_day(tmp_path, 1)
    parts = tuple(replace(part, layers={}) for part in day.parts)
    file = replace(day, parts=parts, serves={}).write()
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("walk_limit_min = 3", "walk_limit_min = 6"), encoding="utf-8")
    plan = placement.load_plan(file)
    posts = {"south-west/dog_team": 1, "bridge-south/checkpoint": 1}
    found = placement.evaluate(plan, posts, bound=False)
    assert any("forbids" in sentence for sentence in found.broken)
    assert placement.audit(plan, found.solution).ok
    assert found.solution.coverage["dog_team"].covered == sum(
        one.covered["dog_team"] for one in found.solution.periods
    )
    assert found.solution.coverage["dog_team"].covered > 0
    page = map_page(plan, found.solution)
    assert all(one.name in page for one in plan.periods)


def test_a_period_on_streets_of_its_own_owes_to_those_who_made_them(tmp_path: Path) -> None:
    """An extract of OpenStreetMap in one period is named, and walked on in that period alone."""
    part = replace(draw_day(tmp_path, 2).parts[0], out=(), weight=1, layers={})
    day = Day(tmp_path / "day", (part,), {}, streets(), 40, {})
    file = day.write()
    corners = {lon: at for at, lon in enumerate((2.346, 2.350, 2.354), start=1)}
    nodes = "".join(f'<node id="{at}" lat="48.8515" lon="{lon}"/>' for lon, at in corners.items())
    way = "".join(f'<nd ref="{at}"/>' for at in corners.values())
    (file.parent / "own.osm").write_text(
        f'<osm version="0.6">{nodes}<way id="9">{way}<tag k="highway" v="footway"/></way></osm>',
        encoding="utf-8",
    )
    text = file.read_text(encoding="utf-8")
    text = text.replace("directions = {  }", 'directions = {}\nlayers = { streets = "own.osm" }')
    file.write_text(text, encoding="utf-8")
    plan = placement.load_plan(file)
    found = placement.optimise(plan)
    assert found.attribution == "© OpenStreetMap contributors, ODbL"
    assert f"{part.name}:streets" in (found.digests or {})
    assert placement.audit(plan, found).ok
    plain = placement.load_plan(day.write())
    assert placement.optimise(plain).areas != found.areas
    assert not placement.audit(plan, replace(found, attribution="")).ok

"""Several arrival profiles: a small plan by hand, and one profile under two names."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

import placement
from placement.cli import place
from placement.cli.rules import rule_rows
from placement.cover.lanes import arrivals_of
from placement.errors import InputError
from placement.plan.problem import Plan
from placement.review.geojson import solution_text
from placement.solution import Admission, Solution
from tests.solve.capacitated.test_lanes_in_plans import write_lanes_plan

SMALL = Path(__file__).parents[2] / "cases/arrivals"


@pytest.fixture(scope="module")
def small() -> tuple[Plan, Solution]:
    plan = placement.load_plan(SMALL)
    return plan, placement.optimise(plan)


def lanes_of(solution: Solution) -> Admission:
    assert solution.lanes is not None
    return solution.lanes


def test_rows_count_more_than_zones_and_zones_more_than_the_plan() -> None:
    demand = placement.load_plan(SMALL).problem.demand
    # profiles by name: default, coaches, early
    assert dict(zip(demand.id, demand.arrival.tolist(), strict=True)) == {
        "staff": 2,
        "stand-east": 1,
        "stand-east-2": 0,
        "stand-west": 0,
    }


def test_a_table_of_people_makes_shares() -> None:
    rule = placement.load_plan(SMALL).problem.resources[0].lanes
    assert rule is not None
    assert dict(rule.profiles) == {
        "default": (0.25, 0.25, 0.25, 0.25),
        "coaches": (0.0, 0.25, 0.75, 0.0),
        "early": (1.0, 0.0, 0.0, 0.0),
    }


def test_lanes_are_as_many_as_the_coaches_need(small: tuple[Plan, Solution]) -> None:
    plan, solution = small
    # a lane lets 100 through in half an hour; those who come in the last two half-hours, 800 and
    # 200, must all be in by then: 5 lanes, where 4.25 would do if people came evenly
    assert solution.coverage["checkpoint"].covered == 1700
    assert [post.units for post in solution.posts_list] == [5]
    profiles = lanes_of(solution).profiles
    assert {name: one.coming for name, one in profiles.items()} == {
        "coaches": (0.0, 200.0, 600.0, 0.0),
        "default": (200.0, 200.0, 200.0, 200.0),
        "early": (100.0, 0.0, 0.0, 0.0),
    }
    assert all(one.sent == one.coming for one in profiles.values())
    assert placement.audit(plan, solution).ok


def test_with_too_few_lanes_those_are_left_out_who_come_at_once(tmp_path: Path) -> None:
    copytree(SMALL, tmp_path / "plan")
    file = tmp_path / "plan/plan.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("amount = 35", "amount = 30"), encoding="utf-8")
    peaked = placement.optimise(placement.load_plan(file))
    for old in ('[resources.checkpoint.lanes.arrival]\neast = "coaches"\n', ",early"):
        text = text.replace(old, "")
    file.write_text(text.replace("amount = 35", "amount = 30"), encoding="utf-8")
    demand = tmp_path / "plan/demand.csv"
    demand.write_text(demand.read_text(encoding="utf-8").replace("early", ""), encoding="utf-8")
    plan = placement.load_plan(file)
    assert "arrival profile 'coaches' is used by no demand" in plan.warnings
    even = placement.optimise(plan)
    assert lanes_of(even).profiles == {}
    # 4 lanes: 800 of the 1,000 of the last hour; of 425 every half-hour 400
    assert (peaked.objective, even.objective) == (1500.0, 1600.0)


@pytest.mark.slow
def test_one_profile_under_several_names_is_the_collapsed_model(tmp_path: Path) -> None:
    for seed in range(200, 212):
        file = write_lanes_plan(tmp_path / str(seed), seed)
        text = file.read_text(encoding="utf-8")
        if "profile = " not in text:
            continue
        one = placement.load_plan(file)
        shares = "[0.1, 0.4, 0.3, 0.2]"
        named = f'profiles = {{ a = {shares}, b = {shares} }}\narrival = {{ Z0 = "b", Z1 = "a" }}\n'
        file.write_text(text.replace("max_wait_min", f"{named}max_wait_min"), encoding="utf-8")
        if "Z1" not in (file.parent / "demand.csv").read_text(encoding="utf-8"):
            continue
        several = placement.load_plan(file)
        assert set(several.problem.demand.arrival.tolist()) == {1, 2}
        assert arrivals_of(several.problem)[0].classes == 1
        first, second = placement.optimise(one), placement.optimise(several)
        assert set(lanes_of(second).profiles) == {"a", "b"}
        assert second.posts_list == first.posts_list
        same = replace(second, digests=first.digests, lanes=replace(lanes_of(second), profiles={}))
        assert solution_text(same) == solution_text(first)


def test_the_order_of_rows_changes_nothing(small: tuple[Plan, Solution], tmp_path: Path) -> None:
    copytree(SMALL, tmp_path / "plan")
    for name in ("sites", "demand", "arrivals"):
        file = tmp_path / f"plan/{name}.csv"
        header, *rows = file.read_text(encoding="utf-8").splitlines()
        file.write_text("\n".join([header, *rows[::-1]]) + "\n", encoding="utf-8")
    again = placement.optimise(placement.load_plan(tmp_path / "plan"))
    assert solution_text(again) == solution_text(small[1])


def _told(solution: Solution, name: str, **changes: object) -> Solution:
    told = lanes_of(solution)
    one = replace(told.profiles[name], **changes)  # type: ignore[arg-type]
    return replace(solution, lanes=replace(told, profiles={**told.profiles, name: one}))


def _exchanged(solution: Solution) -> Solution:
    """Let coaches bring what others bring, and the other way round."""
    told = lanes_of(solution)
    coaches, others = told.profiles["coaches"], told.profiles["default"]
    profiles = {
        **told.profiles,
        "coaches": replace(coaches, sent=others.sent),
        "default": replace(others, sent=coaches.sent),
    }
    return replace(solution, lanes=replace(told, profiles=profiles))


MUTATIONS: dict[str, Callable[[Solution], Solution]] = {
    "no profiles": lambda s: replace(s, lanes=replace(lanes_of(s), profiles={})),
    "a profile under another name": lambda s: replace(
        s,
        lanes=replace(
            lanes_of(s),
            profiles={
                f"{name}{'r' * (name == 'early')}": one
                for name, one in lanes_of(s).profiles.items()
            },
        ),
    ),
    "more people": lambda s: _told(s, "early", people=101.0),
    "others than come": lambda s: _told(s, "early", coming=(99.0, 1.0, 0.0, 0.0)),
    "a period less": lambda s: _told(s, "early", sent=(100.0, 0.0, 0.0)),
    "a person less": lambda s: _told(s, "early", sent=(99.0, 0.0, 0.0, 0.0)),
    "those of another profile": _exchanged,
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_audit_refuses_what_was_touched(name: str, small: tuple[Plan, Solution]) -> None:
    plan, solution = small
    report = placement.audit(plan, MUTATIONS[name](solution))
    assert not report.ok


def test_the_audit_refuses_a_plan_of_other_arrivals(
    small: tuple[Plan, Solution], tmp_path: Path
) -> None:
    copytree(SMALL, tmp_path / "plan")
    file = tmp_path / "plan/arrivals.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("17:00,30", "17:30,30"))
    assert not placement.audit(placement.load_plan(tmp_path / "plan"), small[1]).ok


def test_profiles_go_through_the_command_line(tmp_path: Path) -> None:
    run = CliRunner()
    done = run.invoke(place, ["optimise", str(SMALL), "--out", str(tmp_path), "--no-map"])
    assert done.exit_code == 0, done.output
    found = placement.read_solution(tmp_path / "solution.geojson")
    rows = rule_rows(placement.load_plan(SMALL), found)
    assert rows[1] == ("Arrivals", "coaches", "800 of 800 admitted", "most at 17:00")
    assert rows[3] == ("", "early", "100 of 100 admitted", "most at 16:00")
    done = run.invoke(place, ["audit", str(tmp_path / "solution.geojson"), str(SMALL)])
    assert done.exit_code == 0, done.output


def test_arrivals_of_a_plan_without_lanes_count_for_nothing(tmp_path: Path) -> None:
    copytree(SMALL, tmp_path / "plan")
    file = tmp_path / "plan/plan.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("[resources.checkpoint.lanes]")], encoding="utf-8")
    plan = placement.load_plan(file)
    assert "no resource has lanes: arrivals count for nothing" in plan.warnings
    assert not plan.problem.demand.arrival.any()


def test_a_table_is_csv(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the suffix '\.txt' is not known"):
        placement.load_plan(SMALL, layers={"arrivals": _written(tmp_path / "arrivals.txt")})


def _written(path: Path) -> Path:
    path.write_text("profile,begins,share\n", encoding="utf-8")
    return path

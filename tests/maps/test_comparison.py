"""What the page of several solutions is given: what is shared, and each line with its posts."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from placement.cover.survey import survey
from placement.errors import InputError
from placement.maps import State, comparison_page, slider_page
from placement.maps.comparison import comparison_data, slider_data, spoken
from placement.maps.page import page_data, uncovered
from placement.maps.webmap import languages
from placement.plan.problem import Plan
from placement.review import compare, read_solution
from placement.review.told_totals import _STAGES
from tests.maps.pages import NASTY, drawn_plan, hostile_plan, solution_of
from tests.maps.test_webmap import Page

CASES = Path(__file__).parent.parent / "cases"
OTHERS = (
    ("bridge-north", "checkpoint"),
    ("bridge-south", "dog_team"),
    ("north-east", "checkpoint"),
    ("north-west", "checkpoint"),
)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return drawn_plan(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def states(plan: Plan) -> tuple[State, State]:
    old = State(plan=plan, solution=solution_of(plan))
    new = solution_of(plan, OTHERS)
    posts = tuple(
        replace(post, units=3) if post.id == "north-west/checkpoint" else post
        for post in new.posts_list
    )
    return old, State(plan=plan, solution=replace(new, posts_list=posts, budget=50.0))


def test_every_post_that_changed_stands_in_its_own_line(states: tuple[State, State]) -> None:
    data = comparison_data(*states)
    kinds = ("checkpoint", "dog_team")
    names = [f"{post['site']}/{kinds[post['resource']]}" for post in data["posts"]]
    lines = dict(data["difference"]["lines"])
    about = {names[posts[-1]]: text for text, posts in lines["Decided"] if posts}
    assert about.keys() == {
        "bridge-north/dog_team",
        "bridge-south/checkpoint",
        "bridge-south/dog_team",
        "north-east/checkpoint",
        "north-west/checkpoint",
    }
    assert all(name in text for name, text in about.items())
    assert next(text for text, _ in lines["Asked"]).startswith("budget: 40 → 50")


def test_what_is_shared_is_written_once(states: tuple[State, State]) -> None:
    data = comparison_data(*states)
    assert {"areas", "streets", "water", "route", "sites", "labels"} <= data.keys()
    for state in data["states"]:
        assert not {"areas", "streets", "water", "route", "sites", "labels"} & state.keys()
    kept = [post for post in data["posts"] if post["site"] == "north-west"]
    assert len(kept) == 1


def test_people_not_covered_are_those_of_the_page_of_each_solution(
    states: tuple[State, State],
) -> None:
    data = comparison_data(*states)
    spots = np.cumsum(np.reshape(data["places"]["d"], (-1, 2)), axis=0).tolist()
    for state, told in zip(states, data["states"], strict=True):
        walks = survey(state.plan)
        own = uncovered(state.plan, state.solution, walks)
        demand = state.plan.problem.demand
        bits = sum(
            own[kind.id].astype(int) << at for at, kind in enumerate(state.plan.problem.resources)
        )
        expected = sorted(
            [*np.rint(lonlat * 1e6).astype(int).tolist(), int(bit)]
            for lonlat, bit, people in zip(demand.lonlat, bits, demand.people, strict=True)
            if bit and people
        )
        found = [[*spot, ord(one) - 48] for spot, one in zip(spots, told["missing"], strict=True)]
        assert sorted(one for one in found if one[2]) == expected


def test_a_number_is_that_of_the_new_plan_and_a_closed_post_has_none(
    states: tuple[State, State],
) -> None:
    data = comparison_data(*states)
    number = {(post["site"], post["resource"]): post["number"] for post in data["posts"]}
    assert number["bridge-south", 0] == ""
    assert number["bridge-north", 1] == ""
    assert sorted(one for one in number.values() if one) == ["C1", "C2", "C3", "D1"]


def test_a_slider_goes_up_and_each_post_keeps_its_number(states: tuple[State, State]) -> None:
    old, new = states
    data = slider_data([new, old], "budget")
    assert data["slider"] == {"by": "budget", "values": [40.0, 50.0]}
    numbers = [post["number"] for post in data["posts"]]
    assert len(set(numbers)) == len(numbers) == 6
    assert slider_data([new, old], "covered")["slider"]["values"] == [1410.0, 1820.0]


def test_a_slider_goes_by_the_units_that_were_allowed(states: tuple[State, State]) -> None:
    """They stand in place of the fleet of the plan file, of which a run may have more."""
    old, new = states
    most = replace(new, solution=replace(new.solution, limits={"dog_team": 9}))
    data = slider_data([most, old], "dog_team")
    here = sum(post.units for post in old.solution.posts_list if post.resource == "dog_team")
    assert data["slider"] == {"by": "units", "resource": 1, "values": [float(here), 9.0]}
    assert [state["resources"][1]["fleet"] for state in data["states"]] == [
        old.plan.problem.resources[1].fleet,
        9,
    ]


def test_a_post_whose_site_is_gone_is_drawn_where_it_stood(states: tuple[State, State]) -> None:
    old, new = states
    odd = replace(old.solution.posts_list[0], site="gone", name=NASTY[1])
    gone = replace(old.solution, posts_list=(odd, *old.solution.posts_list[1:]))
    data = comparison_data(State(plan=old.plan, solution=gone), new)
    post = next(post for post in data["posts"] if post["site"] == "gone")
    assert post["at"] == [odd.lon, odd.lat]
    assert (post["reach"], post["number"]) == ([], "")


def test_a_post_of_an_unknown_resource_is_refused(states: tuple[State, State]) -> None:
    old, new = states
    odd = replace(old.solution.posts_list[0], resource="drone")
    strange = replace(old.solution, posts_list=(odd,))
    with pytest.raises(InputError, match="no resource 'drone'"):
        comparison_data(State(plan=old.plan, solution=strange), new)


def test_inputs_that_differ_are_named(states: tuple[State, State]) -> None:
    old, new = states
    before = replace(old.solution, digests={"plan": "a", "sites": "b"})
    after = replace(new.solution, digests={"plan": "a", "sites": "c"})
    data = comparison_data(
        State(plan=old.plan, solution=before), State(plan=new.plan, solution=after)
    )
    inputs = data["difference"]["inputs"]
    assert inputs["changed"] == [["sites", old.plan.layers["sites"]]]
    assert inputs["recounted"] is True


@pytest.mark.parametrize("names", [("agreed", "revised"), ("ruled", "ruled-later")])
def test_every_sentence_of_a_difference_has_its_french(names: tuple[str, str]) -> None:
    phrases = [re.compile(pattern) for pattern, _ in languages()["fr"]["diff"]["phrases"]]
    old, new = (read_solution(CASES / f"{name}.geojson") for name in names)
    for one, other in ((old, new), (new, old), (old, old)):
        for text in (spoken(line.text) for line in compare(one, other).lines()):
            assert any(each.fullmatch(said) for each in phrases for said in (text.strip(), text)), (
                text
            )


def test_what_is_proven_by_stages_is_french_too() -> None:
    between = [re.compile(one) for one, _ in languages()["fr"]["diff"]["between"]]
    assert all(any(one.search(stage) for one in between) for stage in _STAGES.values())


def test_a_line_about_the_run_stands_with_the_figures(states: tuple[State, State]) -> None:
    """What a reader did not ask for is not told as asked; nothing of `place diff` is left out."""
    old, new = states
    run = State(plan=new.plan, solution=replace(new.solution, overrides=("budget",)))
    lines = dict(comparison_data(old, run)["difference"]["lines"])
    asked = [text for text, _ in lines["Asked"]]
    assert asked == [one for one in asked if one.startswith("budget")] != []
    assert [text for text, _ in lines["Result"] if "override" in text] != []
    told = sorted(text for part in lines.values() for text, _ in part)
    assert told == sorted(spoken(line.text) for line in compare(old.solution, run.solution).lines())


@pytest.mark.parametrize(
    ("line", "page"),
    [
        ("cost: 95 → 80 officers (-15)", "cost: 95 → 80 officers (−15)"),
        ("covered by a: 9 → 8, -1,125.5 people", "covered by a: 9 → 8, −1,125.5 people"),
        ("  -12  quay-2  30 → 18", "  −12  quay-2  30 → 18"),
        ("closed: - quay-2, + 1-2 Lane - east", "closed: − quay-2, + 1-2 Lane - east"),
        ("  - f-7/fence  Pont - Neuf  cost 2.5", "  − Pont - Neuf (f-7)  cost 2.5"),
        ("  + f-7/fence  Quay  cost 1,000", "  + Quay (f-7)  cost 1,000"),
        ("  - s-1/gate  Quay  2 units, cost 3", "  − s-1/gate  Quay  2 units, cost 3"),
    ],
)  # fmt: skip
def test_a_line_on_a_page_has_minus_signs_and_barriers_by_their_ways(line: str, page: str) -> None:
    assert spoken(line) == page


def test_hostile_texts_add_no_element(tmp_path: Path, states: tuple[State, State]) -> None:
    hostile = hostile_plan(tmp_path)
    both = [State(plan=hostile, solution=solution_of(hostile, posts)) for posts in ((), OTHERS)]
    both[0] = State(plan=hostile, solution=solution_of(hostile))
    for nasty, plain in (
        (comparison_page(*both), comparison_page(*states)),
        (slider_page(both, "cost"), slider_page(states, "cost")),
    ):
        found = Page(nasty)
        assert [tag for tag, _ in found.tags] == [tag for tag, _ in Page(plain).tags]
        data = json.loads(found.inside["script"][0])
        assert {post["name"] for post in data["posts"]} <= set(hostile.problem.sites.name)
        assert found.inside["script"][1:] == Page(plain).inside["script"][1:]


def test_the_page_is_the_same_bytes_twice_and_says_what_was_not_checked(
    states: tuple[State, State],
) -> None:
    one, two = (comparison_page(*states, checked=False, language="fr") for _ in range(2))
    assert one == two
    assert "Not checked: A drawn town" in Page(one).inside["title"][0]


def test_points_off_the_streets_of_one_plan_alone_are_not_drawn_on_both(
    states: tuple[State, State], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a bridge on which people stand is closed in the newer plan."""
    old, new = states
    lost = iter([None, {"people": 2}, {"people": 2}])  # of the older plan, of the newer, and of all
    told = page_data

    def with_lost(*given: Any, **how: Any) -> dict[str, Any]:
        data = told(*given, **how)
        return data | {"walks": data["walks"] | {"unsnapped": next(lost)}}

    monkeypatch.setattr("placement.maps.states.page_data", with_lost)
    assert comparison_data(old, new)["walks"]["unsnapped"] is None
    lost = iter([{"people": 2}] * 3)
    assert comparison_data(old, new)["walks"]["unsnapped"] == {"people": 2}

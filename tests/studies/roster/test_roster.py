"""A roster of a drawn town: who stands where, and an audit that finds every fault."""

import copy
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import placement
from placement.auditing.roster import audit_roster
from placement.counts import counted
from placement.errors import InfeasibleError, InputError, UsageError
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.plan.rest_places import RestPlaces, read_rest_places
from placement.solution import Post, Solution
from placement.solve.core.stopping import Stop
from placement.solve.mip.relief_model import Kind, Shift
from placement.studies.roster.choosing import Reach
from placement.studies.roster.files import as_answer, duty_rows
from placement.studies.roster.holding import Held, hold
from placement.studies.roster.rules import Rules
from placement.studies.roster.study import roster
from tests.builders import write_plan
from tests.cli.running import run

UNITS = {
    "bridge-north/checkpoint": 2,
    "south-west/checkpoint": 1,
    "bridge-north/dog_team": 1,
    "bridge-south/dog_team": 1,
    "north-east/dog_team": 1,
}
PLACES = (
    ("kennel", "North kennel", 2.3501, 48.8530),
    ("yard", "South yard", 2.3500, 48.8470),
)
HOURS = {"begins": 600, "ends": 780}
RULES = Rules(handover_min=5, cap_min=120, break_min=60, within_min=90)


def layer(places: Any = PLACES) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"id": name, "name": title},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        for name, title, lon, lat in places
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Solution, RestPlaces]:
    folder = tmp_path_factory.mktemp("town")
    plan = load_plan(write_plan(folder), budget=1000, limits={"dog_team": 9})
    (folder / "rest.geojson").write_text(layer(), encoding="utf-8")
    solution = placement.evaluate(plan, UNITS, bound=False).solution
    return plan, solution, read_rest_places(folder / "rest.geojson", plan)


@pytest.fixture(scope="module")
def told(town: tuple[Plan, Solution, RestPlaces]) -> dict[str, Any]:
    plan, solution, rest = town
    return as_answer(roster(plan, solution, rules=RULES, rest=rest, spare=2, **HOURS))


def test_each_post_is_served_from_the_nearest_rest_place_and_every_rule_is_kept(
    town: tuple[Plan, Solution, RestPlaces], told: dict[str, Any]
) -> None:
    assert audit_roster(town[0], town[1], told, town[2]) == ()
    served = {base["id"]: sorted(base["out_s"]) for base in told["bases"]}
    assert served == {
        "kennel": ["bridge-north/dog_team", "north-east/dog_team"],
        "yard": ["bridge-south/dog_team"],
    }
    assert all(base["out_s"][post] > 60 for base in told["bases"] for post in base["out_s"])
    assert told["spare"] == [f"T{told['teams'] + n:02d}" for n in (1, 2)]
    assert told["bound"] <= told["teams"]
    assert (told["status"] == "optimal") == (told["bound"] == told["teams"])


def test_without_rest_places_each_post_has_its_own_teams(
    town: tuple[Plan, Solution, RestPlaces],
) -> None:
    plan, solution, _ = town
    found = roster(plan, solution, **HOURS)
    assert [len(base.teams) for base in found.bases] == [2, 2, 2]
    assert found.status.value == "optimal"
    assert audit_roster(plan, solution, as_answer(found)) == ()
    posts = {one.team: {o.post for o in found.duties if o.team == one.team} for one in found.duties}
    assert all(len(mine) == 1 for mine in posts.values())


def test_officers_are_counted_by_what_a_post_costs_and_go_home_after_their_shift(
    town: tuple[Plan, Solution, RestPlaces],
) -> None:
    plan, solution, _ = town
    rules = Rules(work_min=120, rest_min=20, cap_min=None, shift_min=480)
    found = roster(
        plan, solution, resource="checkpoint", rules=rules, count="cost", begins=480, ends=1320
    )
    told = as_answer(found)
    assert found.positions == {"bridge-north/checkpoint": 15, "south-west/checkpoint": 13}
    assert audit_roster(plan, solution, told) == ()
    for base in found.bases:
        held = sum(found.positions[post] for post in base.out_s)
        assert len(base.teams) >= 2 * held  # two shifts, and breaks
        assert len(base.teams) - base.bound <= 2


@pytest.mark.parametrize("rested", [False, True])
@pytest.mark.parametrize("teams", range(9))
def test_too_few_teams_leave_the_posts_empty_that_cost_the_fewest_people(
    town: tuple[Plan, Solution, RestPlaces], teams: int, *, rested: bool
) -> None:
    plan, solution, rest = town
    places = rest if rested else None
    posts = sorted(post for post in UNITS if post.endswith("/dog_team"))
    reach = Reach(plan, {post: UNITS[post] for post in posts})
    best = 0.0
    for held in itertools.chain.from_iterable(itertools.combinations(posts, n) for n in range(4)):
        kept = [p for p in solution.posts_list if p.id in held]
        needed = roster(plan, _with(solution, kept), rest=places, **HOURS).teams if kept else 0
        if needed <= teams:
            best = max(best, reach.of({posts.index(post) for post in held}))
    if not best:
        with pytest.raises(InfeasibleError, match="no post is held"):
            roster(plan, solution, rest=places, teams=teams, **HOURS)
        return
    found = roster(plan, solution, rest=places, teams=teams, **HOURS)
    covered = found.covered
    if covered is None:
        assert not found.empty
        assert best == reach.of(set(range(len(posts))))
    else:
        assert covered.people == best
        assert covered.proven
        assert covered.bound == best
    assert found.teams + len(found.spare) == teams
    held = {(one.post, one.position) for one in found.duties}
    assert found.held == len(held)
    assert f"hold {counted(len(held), 'position')} " in repr(found)
    assert audit_roster(plan, solution, as_answer(found), places) == ()


def _with(solution: Solution, posts: list[Post]) -> Solution:
    return replace(solution, posts_list=tuple(posts))


FAULTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "is empty for": lambda told: told["duties"].pop(3),
    "in one go": lambda told: told["duties"][0].update(off="11:20", back="11:25"),
    "hand over for": lambda told: told["duties"][-1].update(on=_later(told["duties"][-1]["on"])),
    "minutes for a walk": lambda told: told["duties"][0].update(leaves=told["duties"][0]["on"]),
    "from another rest place": lambda told: told["duties"][0].update(team=_other(told)),
    "two places at once": lambda told: told["duties"].append(told["duties"][0]),
    "the posts are not those": lambda told: told["positions"].pop("north-east/dog_team"),
    "positions, 1 by": lambda told: told["positions"].update({"north-east/dog_team": 2}),
    "out_s of": lambda told: told["bases"][0]["out_s"].update({"north-east/dog_team": 1.0}),
    "is not the rest place nearest": lambda told: told["bases"][0].update(id="yard"),
    "not named once": lambda told: told["bases"][0]["teams"].append("T01"),
    "a spare team has duties": lambda told: told.update(spare=["T01"]),
    "sum of its parts": lambda told: told.update(bound=1),
    "above the number of teams": lambda told: told["bases"][0].update(bound=99),
    "the status is": lambda told: told.update(
        status="feasible" if told["status"] == "optimal" else "optimal"
    ),
    "minutes in 24 hours": lambda told: told["rules"].update(cap_min=30),
    "rests for": lambda told: told["rules"].update(rest_min=100),
    "has no rest of": lambda told: told["rules"].update(within_min=30),
    "nothing says whom": lambda told: told.update(empty=["north-east/dog_team"]),
    "people covered": lambda told: told.update(covered={"people": 1, "promised": 2, "bound": 3}),
    "said to be empty": lambda told: told.update(empty=["north-east/dog_team"]),
}


def _later(clock: str) -> str:
    hours, minutes = map(int, clock.split(":"))
    return f"{hours + (minutes + 5) // 60}:{(minutes + 5) % 60:02d}"


def _other(told: dict[str, Any]) -> str:
    return str(told["bases"][1]["teams"][0])


@pytest.mark.parametrize("said", FAULTS)
def test_the_audit_finds_a_fault(
    town: tuple[Plan, Solution, RestPlaces], told: dict[str, Any], said: str
) -> None:
    wrong = copy.deepcopy(told)
    FAULTS[said](wrong)
    assert said in " ".join(audit_roster(town[0], town[1], wrong, town[2]))


def test_rows_in_another_order_give_the_same_roster(
    town: tuple[Plan, Solution, RestPlaces], told: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "rest.geojson").write_text(layer(PLACES[::-1]), encoding="utf-8")
    rest = read_rest_places(tmp_path / "rest.geojson", town[0])
    again = roster(town[0], town[1], rules=RULES, rest=rest, spare=2, **HOURS)
    assert json.dumps(as_answer(again)) == json.dumps(told)


def test_a_team_rests_until_it_leaves_again(town: tuple[Plan, Solution, RestPlaces]) -> None:
    rows = duty_rows(roster(town[0], town[1], **HOURS))
    for at, until in enumerate(rows["rests_until"]):
        last = at + 1 == len(rows["team"]) or rows["team"][at + 1] != rows["team"][at]
        assert until == ("" if last else rows["leaves"][at + 1])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"begins": None}, "from when until when"),
        ({"ends": 600}, "cannot be rostered"),
        ({"begins": 601}, "multiple of 5"),
        ({"days": 0}, "1 to 366"),
        ({"days": 10**9}, "1 to 366"),
        ({"spare": 10**9}, "are not named"),
        ({"teams": 10**9}, "are not named"),
        ({"spare": -1}, "are not named"),
        ({"teams": -1}, "are not named"),
        ({"count": "dogs"}, "neither 'units' nor 'cost'"),
        ({"days": 2, "ends": 600 + 855}, "585 minutes are left"),
        ({"resource": "balloon"}, "no post of 'balloon'"),
    ],
)
def test_what_cannot_be_rostered_is_refused(
    town: tuple[Plan, Solution, RestPlaces], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        roster(town[0], town[1], **(HOURS | given))


def test_a_solution_without_posts_has_no_roster(town: tuple[Plan, Solution, RestPlaces]) -> None:
    with pytest.raises(UsageError, match="no post; it has none"):
        roster(town[0], replace(town[1], posts_list=()), **HOURS)


def test_teams_do_not_leave_the_day_before(town: tuple[Plan, Solution, RestPlaces]) -> None:
    with pytest.raises(UsageError, match="the day before"):
        roster(town[0], town[1], rest=town[2], begins=0, ends=120)


def test_a_post_without_a_rest_place_is_named(
    town: tuple[Plan, Solution, RestPlaces], tmp_path: Path
) -> None:
    far = tmp_path / "far.geojson"
    far.write_text(layer([("far", "Far", 2.40, 48.85)]), encoding="utf-8")
    with pytest.raises(InputError, match="no street is within"):
        roster(town[0], town[1], rest=read_rest_places(far, town[0]), **HOURS)


def test_the_command_writes_a_table_and_says_what_is_proven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path / "town")
    (tmp_path / "rest.geojson").write_text(layer(), encoding="utf-8")
    assert run("optimise", "town", "--no-map", "-o", "done").exit_code == 0
    words = ("roster", "done", "town", "--from", "10:00", "--to", "13:00", "-o", "w")
    ended = run(*words, "--rest-at", "rest.geojson", "--break", "60/180")
    assert ended.exit_code == 0, ended.stderr
    assert "proven: no fewer do" in ended.stdout
    assert "North kennel" in ended.stdout
    assert "They rest at their post" in run(*words).stdout
    rows = (tmp_path / "w" / "roster.csv").read_text(encoding="utf-8").splitlines()
    told = json.loads((tmp_path / "w" / "roster.json").read_text(encoding="utf-8"))
    assert len(rows) == len(told["duties"]) + 1
    assert rows[0].startswith("team,rest_place,post,position,leaves,on,off,back,rests_until")


def test_the_sentences_count_as_people_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path / "town")
    assert run("optimise", "town", "--no-map", "-o", "done").exit_code == 0
    words = ("roster", "done", "town", "-o", "w", "--from", "10:00", "--to")
    told = json.loads(run(*words, "10:30", "--json").stdout)
    few = run(*words, "10:30", "--teams", "1").stdout.splitlines()
    assert told["teams"] > 1
    assert few[0].startswith("drawn: 1 team holds 1 position of ")
    assert any(line == "Each works 30 minutes a day, 1 duty in all." for line in few)
    many = run(*words, "10:30", "--spare", "1000").stdout
    assert f" to T{1000 + told['teams']} (1,000)." in many
    assert "duties a day." in run(*words, "10:30", "--days", "3").stdout
    # a cap is one of 24 hours: more than those are not told as a day
    assert "minutes a day" not in run(*words, "34:05").stdout


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("--from", "25"), "--from '25' is not a time", 2),
        (("--break", "60"), "--break '60' is not MIN/MIN", 2),
        (("--teams", "0"), "with --teams 0 no post is held that covers anybody; give more", 4),
        (("--rest-at", "none.geojson"), "none.geojson", 3),
        (("--rest-at", "town/areas.geojson"), "areas.geojson", 3),
    ],
)
def test_bad_words_are_refused_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    said: str,
    code: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path / "town")
    assert run("optimise", "town", "--no-map", "-o", "done").exit_code == 0
    hours = ("--from", "10:00", "--to", "12:00")
    ended = run("roster", "done", "town", *hours, *words, "-o", "w")
    assert ended.exit_code == code
    assert said in ended.stderr
    assert not (tmp_path / "w").exists()


def test_posts_alike_share_the_time_that_one_of_them_needs(
    town: tuple[Plan, Solution, RestPlaces], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = []

    def timed(slots: int, kinds: Sequence[Kind], shift: Shift, *, stop: Stop) -> Held:
        seconds.append(stop.left())
        return hold(slots, kinds, shift, stop=stop)

    monkeypatch.setattr("placement.studies.roster.study.hold", timed)
    roster(town[0], town[1], time_limit=600.0, **HOURS)
    assert len(seconds) == 1
    assert seconds[0] > 500

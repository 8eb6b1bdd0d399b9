"""Rings in a plan with periods: people pass them while lanes are open, on the ground of then."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import placement
from placement.cover.survey import survey
from placement.errors import InfeasibleError, InputError, UsageError
from placement.maps.day import day_data
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.studies.replay import Scenario, replay
from tests.amount import cases
from tests.ringed_town import Oracle, Town, draw_ruled_town, draw_town, write_town

DAY = Path(__file__).parents[3] / "data" / "geo" / "drawn-day"
HOURS = """
[[periods]]
name = "entry"
begins = "16:00"
ends = "18:00"

[[periods]]
name = "late"
begins = "18:00"
ends = "20:00"
"""


@pytest.mark.slow
@pytest.mark.parametrize("draw", [draw_town, draw_ruled_town])
def test_random_plans_whose_patrols_serve_at_other_hours_equal_every_plan_tried(
    draw: Callable[[int], Town], tmp_path: Path
) -> None:
    solved = 0
    for seed in range(20, 20 + cases(1, 60)):
        town = draw(seed)
        file = write_town(tmp_path / str(seed), town, seed)
        try:
            alone = placement.load_plan(file)
        except InfeasibleError:
            continue
        # the same people are there in both periods: each resource counts them in its own
        text = file.read_text(encoding="utf-8")
        text = text.replace("[resources.gate]\n", '[resources.gate]\nperiods = "entry"\n')
        text = text.replace("[resources.patrol]\n", '[resources.patrol]\nperiods = "late"\n')
        file.write_text(text + HOURS, encoding="utf-8")
        plan = placement.load_plan(file)
        expected = Oracle(town, alone).best()
        if expected is None:
            with pytest.raises(InfeasibleError):
                placement.optimise(plan, lock=town.lock)
            continue
        solution = placement.optimise(plan, lock=town.lock)
        assert solution.status.value == "optimal", seed
        assert solution.objective == pytest.approx(sum(expected), abs=1e-4), seed
        solved += solution.objective > 0
    assert solved > 0


RINGS = """
[resources.checkpoint.lanes]
rate_per_h = 100
opens = "{opens}"
closes = "{closes}"

[[rings]]
name = "outer"
sites = ["bridge-south", "south-west", "south-east", "north-east"]

[[rings]]
name = "inner"
sites = ["bridge-north", "north-west"]
walk_limit_min = 14

[[zones]]
zone = "south"
resource = "checkpoint"
ring = "outer"
"""
PERIODS = {"event": ("19:00", "21:00"), "egress": ("22:30", "24:30")}
OUTWARD = 'directions = { checkpoint = "out" }\n'


def drawn(folder: Path, period: str, *, closure: str = "", alone: bool = False) -> Path:
    """Write the drawn day with rings that are passed in a period, or that period as a plan."""
    folder.mkdir()
    for file in DAY.glob("*.geojson"):
        (folder / file.name).write_bytes(file.read_bytes())
    opens, closes = PERIODS[period]
    head, _, tail = DAY.joinpath("plan.toml").read_text(encoding="utf-8").partition("[[closures]]")
    head = head.replace('periods = ["event", "egress"]', f'periods = "{period}"')
    head = head.replace("walkers", f'periods = "{period}"\nwalkers', 1)
    head = head.replace("walk_limit_min = 4", "walk_limit_min = 8", 1).replace("= 38", "= 110")
    head = head.replace("[layers]", "[walking]\nstep_free_share = 0.1\n\n[layers]")
    if alone:
        head = head.replace(f'periods = "{period}"\n', "")
        tail = closure
    else:
        tail = f"[[closures]]{tail}".replace(OUTWARD, "").replace('"metro"', '"south"')
        tail = tail.replace('period = "egress"\n', "").replace("share = 0.5", "share = 0.2")
        tail = tail.replace('layers = { demand = "stations.geojson" }\nweight = 1.5', "")
    text = head + RINGS.format(opens=opens, closes=closes) + tail
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    return folder / "plan.toml"


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Plan, Solution]:
    """The drawn day with rings that are passed before the bridge closes, and after; solved."""
    folder = tmp_path_factory.mktemp("evening")
    before = placement.load_plan(drawn(folder / "before", "event"))
    after = placement.load_plan(drawn(folder / "after", "egress"))
    return before, after, placement.optimise(before)


@pytest.mark.slow
def test_people_walk_from_gate_to_gate_on_the_ground_of_the_period_of_the_lanes(
    evening: tuple[Plan, Plan, Solution], tmp_path: Path
) -> None:
    before, after, _ = evening
    closed = '[[closures]]\nstreet = "Pont Dessiné"\n'
    pairs = [
        (before, drawn(tmp_path / "open", "event", alone=True)),
        (after, drawn(tmp_path / "shut", "egress", closure=closed, alone=True)),
    ]
    found = []
    for plan, file in pairs:
        there, alone = survey(plan).between, survey(placement.load_plan(file)).between
        assert there is not None
        assert alone is not None
        for mine, other in zip(there, alone, strict=True):
            np.testing.assert_allclose(mine.toarray(), other.toarray(), rtol=1e-9)
        found.append(there[0].toarray())
    assert not np.array_equal(*found)  # the bridge lies between the rings


@pytest.mark.slow
def test_the_best_plan_of_the_day_passes_as_many_as_that_of_its_period_alone(
    evening: tuple[Plan, Plan, Solution], tmp_path: Path
) -> None:
    before, _, solution = evening
    alone = placement.optimise(
        placement.load_plan(drawn(tmp_path / "alone", "event", alone=True)),
        budget=before.problem.budget,
    )
    assert solution.status.value == alone.status.value == "optimal"
    assert solution.objective == pytest.approx(alone.objective)
    assert solution.lanes is not None
    assert all(ring.people > 0 for ring in solution.lanes.rings)
    told = {one.name: one.covered for one in solution.periods}
    assert "checkpoint" in told["event"]
    assert "checkpoint" not in told["egress"]


@pytest.mark.slow
def test_the_audit_walks_between_gates_on_the_ground_of_the_period_of_the_lanes(
    evening: tuple[Plan, Plan, Solution],
) -> None:
    before, after, solution = evening
    assert placement.audit(before, solution).ok
    findings = " ".join(placement.audit(after, solution).findings)
    assert "which nobody of it may or can take" in findings


@pytest.mark.slow
def test_replay_and_page_tell_of_rings_in_the_period_of_the_lanes(
    evening: tuple[Plan, Plan, Solution],
) -> None:
    before, after, solution = evening
    played = replay(before, solution, Scenario(), nights=20)
    assert solution.lanes is not None
    assert {one.post for one in played.gates} == set(solution.lanes.gates)
    with pytest.raises(UsageError, match="where the plan has no walk"):
        replay(after, solution, Scenario(), nights=20)
    page = day_data(before, solution, replay=played)
    queues = [part["lanes"] for part in page["parts"]]
    assert [told is not None for told in queues] == [False, True, False]
    assert [ring["name"] for ring in queues[1]["rings"]] == ["outer", "inner"]
    for part in page["parts"]:  # a post keeps the name of its ring all day
        gates = [post for post in part["posts"] if post["resource"] == 0]
        assert all(post["ring"] for post in gates)


def test_people_do_not_walk_out_through_rings(tmp_path: Path) -> None:
    file = drawn(tmp_path / "out", "egress")
    text = file.read_text(encoding="utf-8").replace(
        'ends = "25:00"\n', f'ends = "25:00"\n{OUTWARD}'
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="people walk out by 'checkpoint'") as caught:
        placement.load_plan(file)
    assert 'write directions = { checkpoint = "in" } for that period' in str(caught.value)


@pytest.mark.slow
def test_a_plan_of_one_period_is_the_plan_without(tmp_path: Path) -> None:
    source = DAY.parent / "drawn-rings"
    for file in ("plan.toml", "sites.csv", "demand.csv"):
        (tmp_path / file).write_bytes((source / file).read_bytes())
    with (tmp_path / "plan.toml").open("a", encoding="utf-8") as text:
        text.write('\n[[periods]]\nname = "evening"\nbegins = "16:00"\nends = "23:00"\n')
    plan = placement.load_plan(tmp_path)
    solution, alone = placement.optimise(plan), placement.optimise(placement.load_plan(source))
    assert solution.objective == pytest.approx(alone.objective)
    assert [post.id for post in solution.posts_list] == [post.id for post in alone.posts_list]
    assert solution.lanes is not None
    assert alone.lanes is not None
    assert solution.lanes.rings == alone.lanes.rings
    assert placement.audit(plan, solution).ok

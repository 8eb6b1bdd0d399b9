"""Every way is a post or a barrier, and the budget pays both: against every choice there is."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, box

import placement
from placement.errors import InfeasibleError
from placement.prove.proof import Verdict, prove_again
from tests.amount import NIGHT, cases
from tests.builders import point
from tests.sealed_town import every_choice, gates, ways, write_random, write_sealed

SEEDS = 1_000 if NIGHT else 40


@pytest.mark.slow
def test_no_choice_of_posts_and_barriers_is_better(tmp_path: Path) -> None:
    sealed_by_posts = infeasible = 0
    for seed in range(SEEDS):
        folder = tmp_path / str(seed)
        plan = placement.load_plan(write_random(folder, seed))
        choices = every_choice(plan, folder)
        if not choices:
            infeasible += 1
            with pytest.raises(InfeasibleError, match="no plan keeps every rule"):
                placement.optimise(plan)
            continue
        found = placement.optimise(plan)
        named = tuple(post.id for post in found.posts_list)
        assert found.status == "optimal"
        assert found.objective == pytest.approx(choices[0].objective), seed
        assert named in {choice.posts for choice in choices}, (seed, named)
        assert found.cost == pytest.approx({c.posts: c.cost for c in choices}[named])
        # of plans as good and with walks as short none is cheaper: no barrier beside a post
        posts = {post.id for post in found.without_barriers}
        alike = [c for c in choices if posts == {p for p in c.posts if p[0] == "S"}]
        assert found.cost == pytest.approx(min(choice.cost for choice in alike)), seed
        sealed_by_posts += found.rules["sealed"].asked > sum(
            one.count for one in found.barriers.values()
        )
    assert sealed_by_posts > SEEDS / 8
    assert infeasible > 2


def test_a_post_cheaper_than_a_barrier_seals_its_way_by_itself(tmp_path: Path) -> None:
    plan = placement.load_plan(write_sealed(tmp_path / "a", budget=29.5))
    found = placement.optimise(plan)
    names = {post.id for post in found.posts_list}
    # 3 for the gate in place of 6 for the fence: the fences alone cost 32.5
    assert {"gate-east/checkpoint", "south/vehicle_block", "west-2/fence"} <= names
    assert "east-3/fence" not in names
    assert found.cost == 29.5
    assert found.barriers["fence"].count == 3
    assert (found.barriers["fence"].cost, found.barriers["vehicle_block"].cost) == (18, 8.5)
    assert found.rules["sealed"].reached == 5


def test_money_for_barriers_is_not_spent_on_posts(tmp_path: Path) -> None:
    rich = placement.optimise(placement.load_plan(write_sealed(tmp_path / "a", budget=34)))
    poor = placement.optimise(placement.load_plan(write_sealed(tmp_path / "b", budget=30)))
    assert rich.objective > poor.objective
    assert {rich.rules["sealed"].reached, poor.rules["sealed"].reached} == {5}


@pytest.mark.slow
def test_the_second_solver_agrees(tmp_path: Path) -> None:
    for budget in (29.5, 40):
        plan = placement.load_plan(write_sealed(tmp_path / str(budget), budget=budget))
        proof = prove_again(plan, placement.optimise(plan))
        assert proof.verdict is Verdict.TWICE


def test_lanes_serve_people_at_the_gates_that_seal(tmp_path: Path) -> None:
    lanes = "[resources.checkpoint.lanes]\nrate_per_h = 60\n"
    plan = placement.load_plan(
        write_sealed(tmp_path, rule=f'[sealed]\nresources = ["checkpoint"]\nband_m = 60\n{lanes}')
    )
    found = placement.optimise(plan)
    assert found.status == "optimal"
    assert found.rules["sealed"].reached == 5
    assert found.lanes is not None
    assert prove_again(plan, found).verdict is Verdict.TWICE


@pytest.mark.slow
def test_the_second_solver_agrees_on_random_plans_with_lanes(tmp_path: Path) -> None:
    lanes = 'rate_per_h = 10\nopens = "10:00"\ncloses = "11:00"\nperiod_min = 30\n'
    proven = 0
    for seed in range(cases(7, 300)):
        path = write_random(tmp_path / str(seed), 5_000 + seed)
        text = path.read_text(encoding="utf-8")
        laned = text.replace("[sealed]", f"[resources.gate.lanes]\n{lanes}[sealed]")
        path.write_text(laned, encoding="utf-8")
        plan = placement.load_plan(path)
        try:
            found = placement.optimise(plan)
        except InfeasibleError as refused:
            assert any(rule.startswith("sealed: ") for rule in refused.rules)  # noqa: PT017
            continue
        assert prove_again(plan, found).verdict is Verdict.TWICE, seed
        proven += 1
    assert proven > cases(2, 3)


def test_lanes_that_nobody_reaches_seal_all_the_same(tmp_path: Path) -> None:
    lanes = "[resources.checkpoint.lanes]\nrate_per_h = 60\n"
    far = [point(2.3465, 48.8471, id="far", people=100, zone="south")]
    rule = f'[sealed]\nresources = ["checkpoint"]\nband_m = 60\n{lanes}'
    path = write_sealed(tmp_path, layers={"demand": far, "areas": None}, rule=rule, budget=30)
    found = placement.optimise(placement.load_plan(path))
    assert (found.objective, found.cost) == (0, 29.5)


def test_ways_that_cannot_be_paid_are_named(tmp_path: Path) -> None:
    plan = placement.load_plan(write_sealed(tmp_path, budget=20))
    with pytest.raises(InfeasibleError) as caught:
        placement.optimise(plan)
    assert "budget 20" in caught.value.rules
    assert any(rule.startswith("sealed: ") for rule in caught.value.rules)
    assert "budget 29.5 would do" in caught.value.remedies


def test_a_way_whose_barrier_is_forbidden_is_named(tmp_path: Path) -> None:
    plan = placement.load_plan(write_sealed(tmp_path))
    with pytest.raises(InfeasibleError) as caught:
        placement.optimise(plan, forbid=["west-3/fence"])
    assert set(caught.value.rules) == {
        "forbidden post 'west-3/fence'",
        "sealed: way 'west-3' (Street 3)",
    }
    # where a post can stand in the way it is opened
    found = placement.optimise(plan, forbid=["west-2/fence"])
    assert "gate-west/checkpoint" in {post.id for post in found.posts_list}


def test_a_gate_takes_no_barrier(tmp_path: Path) -> None:
    drawn = ways()
    drawn[0]["properties"] = {"id": "west-2", "name": "Street 2", "kind": "gate", "price": 1}
    plan = placement.load_plan(write_sealed(tmp_path, layers={"ways": drawn}))
    found = placement.optimise(plan)
    assert "gate-west/checkpoint" in {post.id for post in found.posts_list}


def test_the_same_plan_in_another_order_gives_the_same_bytes(tmp_path: Path) -> None:
    texts = []
    for name, turned in (("a", 1), ("b", -1)):
        layers = {"ways": ways()[::turned], "sites": gates()[::turned]}
        found = placement.optimise(
            placement.load_plan(write_sealed(tmp_path / name, layers=layers, budget=40))
        )
        placement.write_solution(found, tmp_path / f"{name}.geojson")
        texts.append((tmp_path / f"{name}.geojson").read_bytes())
    assert texts[0] == texts[1]
    again = placement.read_solution(tmp_path / "a.geojson")
    assert again.barriers == found.barriers


def test_frames_are_sealed_as_files_are() -> None:
    way = gpd.GeoDataFrame(
        {"id": ["east", "west"], "price": [3.0, 5.0], "kind": ["fence", "fence"]},
        geometry=[LineString([(x, 48.8499), (x, 48.8501)]) for x in (2.31, 2.30)],
        crs=4326,
    )
    plan = placement.Plan.from_frames(
        sites=pd.DataFrame({"id": ["a", "b"], "lon": [2.30, 2.31], "lat": [48.85, 48.85]}),
        demand=pd.DataFrame({"id": ["p"], "lon": [2.3], "lat": [48.85], "people": [100]}),
        ways=way,
        perimeter=gpd.GeoDataFrame(
            {"id": ["p"]}, geometry=[box(2.30, 48.849, 2.31, 48.851)], crs=4326
        ),
        resources={"team": {"walk_limit_min": 5, "unit_cost": 4}},
        sealed={"resources": ["team"]},
        budget=7,
        walk_s=pd.DataFrame([[10.0, 20.0]], index=["p"], columns=["a", "b"]),
    )
    assert plan.warnings == ("no street layer: nobody looks for a way past those to be sealed",)
    assert [post.id for post in placement.optimise(plan).posts_list] == ["a/team", "east/fence"]


def test_the_cheapest_plan_for_a_share_seals_too(tmp_path: Path) -> None:
    plan = placement.load_plan(write_sealed(tmp_path))
    found = placement.least_cost(plan, shares={"checkpoint": 0.3})
    assert found.rules["sealed"].reached == 5
    assert found.coverage["checkpoint"].share >= 0.3


def test_a_barrier_that_alone_seals_its_way_cannot_be_left_out(tmp_path: Path) -> None:
    plan = placement.load_plan(write_sealed(tmp_path, budget=70))
    found = placement.optimise(plan)
    (alone,) = placement.why(plan, found, "south")
    assert (alone.standing, alone.is_open, alone.status) == ("alone", True, "infeasible")
    assert alone.cost is None
    # a way that a gate could seal, too: the other of the two seals it instead
    names = {post.id for post in found.posts_list}
    here, there = "gate-west/checkpoint", "west-2/fence"
    is_open, other = (here, there) if here in names else (there, here)
    (either,) = placement.why(plan, found, is_open.split("/")[0])
    assert (either.standing, either.status) == ("open", "optimal")
    assert other in either.opened

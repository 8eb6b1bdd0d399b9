"""Ticket zones together with all other rules: one right answer, named when nothing keeps them."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

import placement
from placement.cover.survey import survey
from placement.errors import InfeasibleError
from placement.prove.proof import Verdict, prove_again
from placement.review.geojson import solution_text
from placement.solve.mclp import solver
from tests.amount import cases
from tests.ruled_plans import Drawn, draw_plan, right_answer, write_ruled_plan
from tests.solve.capacitated.test_lanes_in_plans import assert_best_of, write_lanes_plan
from tests.ticket_zones import draw_zones, enters, write_zones


def ruled_with_zones(folder: Path, seed: int) -> tuple[Drawn, Path]:
    """Write a plan that mixes every rule, ticket zones among them."""
    drawn = draw_plan(seed)
    zones = sorted({one["zone"] for one in drawn.demand})
    sites = {name: [s["id"] for s in drawn.sites if name in s["may"]] for name in drawn.kinds}
    drawn.zones = draw_zones(seed, zones, sites)
    folder.mkdir()
    return drawn, write_ruled_plan(folder, drawn)


@pytest.mark.slow
def test_random_plans_with_ticket_zones_have_the_one_right_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solver, "_FIRST_ROUNDS", 20)
    monkeypatch.setattr(solver, "_MORE_ROUNDS", 20)
    solved = proven = named = 0
    for seed in range(cases(32, 400)):
        drawn, file = ruled_with_zones(tmp_path / str(seed), seed)
        try:
            plan = placement.load_plan(file)
        except InfeasibleError:
            continue
        expected = right_answer(drawn, plan)
        if expected is None:
            with pytest.raises(InfeasibleError) as raised:
                placement.optimise(plan, **drawn.wishes())
            tables, drawn.zones = drawn.zones, []
            freed = right_answer(drawn, plan)
            zones = [rule for rule in raised.value.rules if rule.startswith("zones: ")]
            if freed is not None:  # the zones are what makes it impossible
                assert zones, seed
                named += 1
            assert set(zones) <= {f"zones: {t['zone']!r} by {t['resource']!r}" for t in tables}
            continue
        solution = placement.optimise(plan, **drawn.wishes())
        assert solution.status.value == "optimal", seed
        assert solution.objective == pytest.approx(expected.objective, abs=1e-5), seed
        assert {post.id: post.units for post in solution.posts_list} == expected.units, seed
        assert placement.audit(plan, solution, baseline=drawn.wishes().get("baseline")).ok, seed
        solved += 1
        if seed % 6 == 0:
            assert prove_again(plan, solution, time_limit=60).verdict is Verdict.TWICE, seed
            proven += 1
    assert solved > 12
    assert proven > 2
    assert named > 0


@pytest.mark.slow
def test_random_plans_with_lanes_and_ticket_zones_equal_explicit_flows_in_time(
    tmp_path: Path,
) -> None:
    for seed in range(300, 300 + cases(6, 40)):
        file = write_lanes_plan(tmp_path / str(seed), seed, profiles=seed % 2 == 1)
        rows = (file.parent / "sites.csv").read_text(encoding="utf-8").splitlines()[1:]
        sites = [row.split(",")[0] for row in rows]
        tables = draw_zones(seed, ["Z0", "Z1"], {"gate": sites})
        draw = Random(seed)
        for table in tables:
            if draw.random() < 0.5:
                table["headroom"] = draw.choice([0.5, 0.8])
        write_zones(file, tables)
        assert_best_of(file, seed)


def test_the_same_rows_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    _, file = ruled_with_zones(tmp_path / "drawn", 6)
    text = solution_text(placement.optimise(placement.load_plan(file)))
    for name in ("sites.csv", "demand.csv"):
        head, *rows = (file.parent / name).read_text(encoding="utf-8").splitlines()
        (file.parent / name).write_text("\n".join([head, *rows[::-1]]) + "\n", encoding="utf-8")
    assert solution_text(placement.optimise(placement.load_plan(file))) == text


def test_only_their_own_gates_are_in_reach_of_the_people_of_a_zone(tmp_path: Path) -> None:
    for seed in range(12):
        drawn, file = ruled_with_zones(tmp_path / str(seed), seed)
        try:
            plan = placement.load_plan(file)
        except InfeasibleError:
            continue
        sites, demand = plan.problem.sites, plan.problem.demand
        for name, walks in survey(plan).walk.items():
            point, site = walks.tocoo().coords
            assert all(
                enters(drawn.zones, name, sites.id[s], demand.zones[demand.zone[p]])
                for p, s in np.column_stack([point, site]).tolist()
            )

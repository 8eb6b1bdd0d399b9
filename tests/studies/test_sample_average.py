"""The best plan for nights when posts are missing: against every plan on every night."""

import itertools
import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import placement
from placement.cover.survey import survey
from placement.errors import InfeasibleError, UsageError
from placement.plan.layers import load_plan
from placement.plan.problem import Plan
from placement.solve.core.stopping import Stop
from placement.studies.computed_bound import bound_by_count
from placement.studies.risk import WORST, Absences, Aim, draw, worst_mean
from placement.studies.sample_average import Ground, choose_under_risk
from placement.studies.sampled import Candidates
from placement.studies.under_risk import UnderRisk
from tests.amount import by_night, cases
from tests.builders import write_plan
from tests.ruled_plans import Drawn, draw_plan, worth_by_night, write_ruled_plan

CASES = Path(__file__).parents[1] / "cases" / "plans"
AWAY = {"checkpoint": 0.2, "dog_team": 0.1, "north-east/dog_team": 0.4}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return load_plan(write_plan(tmp_path_factory.mktemp("town")))


def draw_ruled(seed: int) -> Drawn:
    """Draw a plan with rules that are known on nights with posts missing."""
    drawn = draw_plan(seed)
    drawn.lock, drawn.forbid, drawn.baseline, drawn.most, drawn.price = [], [], None, None, 0.0
    for one in drawn.demand:
        one["tier"] = 1
    for kind in drawn.kinds.values():
        kind.pop("backup", None)
    return drawn


def load_ruled(folder: Path, drawn: Drawn) -> Plan:
    folder.mkdir(exist_ok=True)
    return load_plan(write_ruled_plan(folder, drawn))


def absences_of(drawn: Drawn, plan: Plan, seed: int) -> Absences:
    rng = random.Random(f"away {seed}")
    names = [*drawn.kinds, *rng.sample(drawn.posts, min(2, len(drawn.posts)))]
    away = {name: rng.choice([0.0, 0.1, 0.3, 0.6]) for name in names}
    shut = {name: rng.choice([0.05, 0.2]) for name in names if rng.random() < 0.3}
    return Absences.of(plan, away, shut, drawn.posts)


@pytest.mark.slow
@pytest.mark.parametrize("aim", ["mean", "worst5"])
def test_no_plan_is_better_on_a_sample_than_the_one_found(tmp_path: Path, aim: Aim) -> None:
    solved = 0
    for seed in range(cases(10, 400)):
        drawn = draw_ruled(seed)
        plan = load_ruled(tmp_path / str(seed), drawn)
        absences = absences_of(drawn, plan, seed)
        walks = survey(plan)
        candidates = Candidates.of(plan, walks, absences)
        ground = Ground(plan, walks, candidates, absences, (0.5, 1.5), aim)
        power, key = (3, (seed, 1)) if seed % 2 else (5, (seed, 1))
        points = draw(len(candidates.names) + 1, power, key=(*key, 0))
        nights = [
            {
                name: next((n for n in range(1, 99) if point[at] >= absences.gone(name, n)), 99)
                for at, name in enumerate(candidates.names)
            }
            for point in points
        ]
        come = 0.5 + points[:, -1]
        best, plans = -math.inf, {}
        for posts, worth in worth_by_night(drawn, plan, nights):
            value = np.mean(worth) if aim == "mean" else float(worst_mean(np.array(worth) * come))
            plans[tuple(sorted(posts.items()))] = float(value)
            best = max(best, float(value))
        if not plans:
            continue
        units, found = ground.solve(power, key=key, plans=[], stop=Stop())
        solved += 1
        assert found.status == "optimal"
        assert found.objective == pytest.approx(best, abs=1e-5)
        assert found.bound == pytest.approx(best, abs=1e-5)
        assert plans[tuple(sorted(units.items()))] == pytest.approx(best, abs=1e-5)
    assert solved > 5


def every_night(
    candidates: Candidates, come: tuple[float, ...]
) -> tuple[list[dict[str, int]], np.ndarray, np.ndarray]:
    """Every night there can be, how likely it is, and who comes: shares that are as likely."""
    there = []
    for column, name in enumerate(candidates.names):
        most = int(candidates.most[column])
        gone = np.concatenate([[1.0], candidates.gone[column, :most], [0.0]])
        there.append([(name, n + 1, float(p)) for n, p in enumerate(-np.diff(gone)) if p > 0])
    nights, chance, share = [], [], []
    for night in itertools.product(*there):
        for part in come:
            nights.append({name: needed for name, needed, _ in night})
            chance.append(math.prod(p for _, _, p in night) / len(come))
            share.append(part)
    return nights, np.array(chance), np.array(share)


def mean_of_worst(worth: np.ndarray, chance: np.ndarray) -> float:
    order = np.argsort(worth)
    until = np.minimum(np.cumsum(chance[order]), WORST)
    return float(np.diff(until, prepend=0.0) @ worth[order]) / WORST


@pytest.mark.slow
@pytest.mark.parametrize("aim", ["mean", "worst5"])
def test_no_plan_is_worth_more_on_all_nights_than_is_computed(tmp_path: Path, aim: Aim) -> None:
    compared = nearer = 0
    for seed in range(cases(24, 400)):
        drawn = draw_ruled(seed)
        plan = load_ruled(tmp_path / str(seed), drawn)
        absences = absences_of(drawn, plan, seed)
        walks = survey(plan)
        candidates = Candidates.of(plan, walks, absences)
        if math.prod(int(most) + 1 for most in candidates.most) > 600:
            continue
        # attendance from 0.8 to 1.2; of its halves the means, which are told apart less
        nights, chance, share = every_night(candidates, (0.9, 1.1))
        plans = [(posts, np.array(each)) for posts, each in worth_by_night(drawn, plan, nights)]
        if not plans:
            continue
        usual = max(plans, key=lambda one: float(one[1].max()))[0]
        worths = [each for _, each in plans]
        best = max(
            float(worth * share @ chance) if aim == "mean" else mean_of_worst(worth * share, chance)
            for worth in worths
        )
        bound, _ = bound_by_count(
            plan, walks, absences, attendance=(0.8, 1.2) if aim == "mean" else (0.9, 1.1),
            aim=aim, usual=usual, stop=Stop(),
        )  # fmt: skip
        assert bound >= best - 1e-6
        compared += 1
        nearer += bound < max(float(worth.max()) for worth in worths) * 0.95
    assert compared >= 5
    assert nearer >= 3


@pytest.mark.parametrize("aim", ["mean", "worst5"])
def test_what_is_computed_is_exact_where_posts_share_nobody_and_are_alike(aim: Aim) -> None:
    """Four posts of 100 people each, a fifth out of reach of the money: the tail of a binomial."""
    apart = {"id": list("abcde"), "lon": 2.0 + 0.1 * np.arange(5), "lat": 48.0}
    team = {"walkers": "people", "walk_limit_min": 5, "value": 1, "open_cost": 1, "max_units": 1}
    plan = Plan.from_frames(
        sites=pd.DataFrame(apart),
        demand=pd.DataFrame({**apart, "people": 100.0}),
        resources={"team": team},
        budget=4,
    )
    absences = Absences.of(plan, {"team": 0.2}, {}, ())
    chance = np.array([math.comb(4, n) * 0.2**n * 0.8 ** (4 - n) for n in range(5)])
    worth = 100.0 * (4 - np.arange(5))
    right = float(worth @ chance) if aim == "mean" else mean_of_worst(worth, chance)
    bound, units = bound_by_count(
        plan, survey(plan), absences, attendance=(1.0, 1.0), aim=aim,
        usual={f"{site}/team": 1 for site in "bcde"}, stop=Stop(),
    )  # fmt: skip
    assert bound == pytest.approx(right)
    assert len(units) == 4


def test_the_mean_is_that_of_expected_cover_and_so_is_the_best_plan() -> None:
    """MEXCLP (Daskin 1983), as ``unavailable`` has it, where every unit is counted."""
    plan = load_plan(CASES / "expected")
    resources = [replace(one, counted_units=9) for one in plan.problem.resources]
    plan = replace(plan, problem=replace(plan.problem, resources=tuple(resources)))
    usual = placement.optimise(plan)
    found = choose_under_risk(plan, nights=4096, samples=6)
    assert found.against == usual
    assert found.value.low <= usual.objective <= found.value.high
    assert found.gain.low <= 0.0 <= found.gain.high
    assert found.bound.low <= usual.objective <= found.bound.high


@pytest.mark.slow
def test_the_plan_found_is_better_on_the_nights_it_is_for(town: Plan) -> None:
    usual = placement.optimise(town)
    mean = choose_under_risk(town, away=AWAY, nights=2048, samples=3)
    worst = choose_under_risk(town, aim="worst5", away=AWAY, nights=2048, samples=3)
    assert mean.gain.low > 0.0
    assert worst.gain.low > 0.0
    for one in (mean, worst):
        assert one.against == usual
        assert one.value.low <= one.bound.high
        assert 0.0 <= one.gap <= one.gap_most
        assert placement.audit(town, one.solution).ok
        assert one.solution.status == "feasible"
        assert one.solution.bound == usual.bound
        units = {post.id: post.units for post in one.solution.posts_list}
        assert placement.evaluate(town, units, bound=False).broken == ()
        before = {post.id for post in usual.posts_list}
        assert set(one.opened) == units.keys() - before
        assert set(one.closed) == before - units.keys()


@pytest.mark.slow
def test_value_and_gain_are_those_of_the_table_beside_them(town: Plan) -> None:
    for aim in ("mean", "worst5"):
        found = choose_under_risk(town, aim=aim, away=AWAY, nights=256, samples=2, scenarios=16)
        assert found.gain.value == pytest.approx(found.value.value - found.against_value.value)
    found = choose_under_risk(town, away=AWAY, nights=256, samples=2, scenarios=16)
    values = {one.id: one.value for one in town.problem.resources}
    assert (town.problem.demand.priority > 1).any()
    told = sum(values[one.resource] * one.mean.value for one in found.risks.rows if one.solution)
    assert found.value.value == pytest.approx(told)


def test_with_nobody_missing_it_is_the_plans_own_best(town: Plan) -> None:
    usual = placement.optimise(town)
    for aim in ("mean", "worst5"):
        found = choose_under_risk(town, aim=aim, nights=16, samples=2, scenarios=4)
        assert found.solution == usual
        assert found.gap == found.gap_most == 0.0
        assert found.value.value == usual.objective


def test_a_solution_that_is_given_is_what_it_is_compared_with(town: Plan) -> None:
    poor = placement.evaluate(town, {"south-west/checkpoint": 1}, bound=False).solution
    found = choose_under_risk(town, against=poor, away=AWAY, nights=64, samples=2, scenarios=16)
    assert found.against == poor
    assert found.gain.low > 0
    assert found.closed in {(), ("south-west/checkpoint",)}


def in_short(found: UnderRisk) -> tuple[object, ...]:
    return found.solution.posts_list, found.value, found.bound, found.samples, found.gain


@pytest.mark.slow
def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    told = []
    for shuffle in (None, 1):
        plan = load_plan(write_plan(tmp_path / str(shuffle), shuffle=shuffle))
        found = [
            choose_under_risk(
                plan, aim=aim, away=AWAY, attendance=(0.9, 1.1), nights=64, samples=2, scenarios=16
            )
            for aim in ("mean", "worst5")
        ]
        told.append([in_short(one) for one in found])
    assert told[0] == told[1]


def best_of_sample(plan: Plan, share: float, aim: Aim, seed: int) -> float:
    absences = Absences.of(plan, {kind.id: share for kind in plan.problem.resources}, {}, ())
    walks = survey(plan)
    candidates = Candidates.of(plan, walks, absences)
    ground = Ground(plan, walks, candidates, absences, (1.0, 1.0), aim)
    return ground.solve(4, key=(seed, 1), plans=[], stop=Stop())[1].objective


@pytest.mark.slow
def test_more_money_and_fewer_absences_are_never_worse(tmp_path: Path) -> None:
    """Of one sample, whose numbers are the same: its best plan is worth no less."""
    for seed in range(cases(5, 100)):
        drawn = draw_ruled(seed)
        drawn.floors = []
        for site in drawn.sites:
            site["status"] = "optional"
        plan = load_ruled(tmp_path / str(seed), drawn)
        richer = replace(plan, problem=replace(plan.problem, budget=plan.problem.budget + 4))
        for aim in ("mean", "worst5"):
            usual = best_of_sample(plan, 0.3, aim, seed)
            assert best_of_sample(richer, 0.3, aim, seed) >= usual - 1e-6
            assert best_of_sample(plan, 0.2, aim, seed) >= usual - 1e-6


@by_night
def test_the_bound_holds_for_the_best_plan_of_all_nights_there_are(tmp_path: Path) -> None:
    """Two posts, of which the money buys one: the best is known, and nineteen of twenty hold."""
    drawn = draw_ruled(3)
    plan = load_ruled(tmp_path, drawn)
    away = dict.fromkeys(drawn.kinds, 0.25)
    resources = [replace(one, unavailable=0.25, counted_units=20) for one in plan.problem.resources]
    best = placement.optimise(
        replace(plan, problem=replace(plan.problem, resources=tuple(resources)))
    ).objective
    found = [
        choose_under_risk(plan, away=away, samples=8, scenarios=32, nights=512, seed=seed)
        for seed in range(1, 101)
    ]
    assert sum(one.bound.high >= best for one in found) >= 93
    assert sum(best <= one.value.value * (1 + one.gap_most) + 1e-6 for one in found) >= 93


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"aim": "median"}, "aim is 'median'"),
        ({"scenarios": 0}, "scenarios is 0"),
        ({"scenarios": 10_000}, "from 1 to 4,096"),
        ({"samples": 1}, "from 2 to 64"),
        ({"samples": True}, "samples is True"),
        ({"nights": 0}, "take 1 to 262,144"),
        ({"away": {"drone": 0.1}}, "away 'drone' is neither"),
        ({"shut": {"nowhere/checkpoint": 0.1}}, "shut 'nowhere/checkpoint' is neither"),
        ({"shut": {"checkpoint": 1.0}}, "shut 'checkpoint' is 1"),
        ({"attendance": (0.0, 1.0)}, "two shares above 0"),
    ],
)
def test_what_cannot_be_is_refused(town: Plan, given: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        choose_under_risk(town, **given)


@pytest.mark.parametrize(
    ("case", "rule"),
    [("tiers", "tiers"), ("backup-worth", "backup")],
)
def test_a_rule_that_is_not_known_on_such_nights_is_named(case: str, rule: str) -> None:
    with pytest.raises(UsageError, match=rule):
        choose_under_risk(load_plan(CASES / case), away={}, nights=16)


def test_rules_that_clash_are_named_as_ever() -> None:
    with pytest.raises(InfeasibleError):
        choose_under_risk(load_plan(CASES / "clash"), nights=16)

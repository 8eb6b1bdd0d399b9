"""Gates of rings on nights when lanes are missing: against every night there can be, one by one."""

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

import placement
from placement.cover.instance_builder import posting
from placement.cover.survey import survey
from placement.errors import InfeasibleError, UsageError
from placement.executor import Here
from placement.plan.problem import Plan
from placement.solution import Solution
from placement.solve.capacitated.gate_flow import FlowProgram, OpenGates
from placement.solve.core.stopping import Stop
from placement.studies.computed_bound import bound_by_count
from placement.studies.risk import Absences, Aim, draw
from placement.studies.sample_average import Ground
from placement.studies.sampled import Candidates
from tests.amount import cases
from tests.ringed_town import Oracle, draw_town, write_town

SEEDS = cases((0, 12), tuple(range(80)))
AWAY, SHUT = 0.2, 0.1


@pytest.fixture(scope="module", params=SEEDS)
def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Plan, Solution, Oracle]:
    """A drawn plan without floors, its best plan, and what sends people by hand."""
    drawn = replace(draw_town(request.param), floor=None, lock=[], status={}, budget=32)
    folder: Path = tmp_path_factory.mktemp("town")
    try:
        plan = placement.load_plan(write_town(folder, drawn, request.param))
    except InfeasibleError as error:
        pytest.skip(str(error))
    solution = placement.optimise(plan)
    if not any(post.resource == "gate" for post in solution.posts_list):
        pytest.skip("the best plan opens no gate")
    return plan, solution, Oracle(drawn, plan)


def through(oracle: Oracle, lanes: dict[str, int], come: float = 1.0) -> float:
    """Return how many people some lanes let all the way in where a share of all people come."""
    plan, problem = oracle.plan, oracle.plan.problem
    fewer = replace(problem.demand, people=problem.demand.people * come)
    oracle.plan = replace(plan, problem=replace(problem, demand=fewer))
    gates = {site: many for site, many in lanes.items() if many}
    found = oracle.passing(gates, [0], counted=True)
    oracle.plan = plan
    assert found is not None
    return found[0]


def test_the_mean_and_the_worst_night_are_those_of_all_nights_there_are(
    town: tuple[Plan, Solution, Oracle],
) -> None:
    plan, solution, oracle = town
    gates = {post.site: post.units for post in solution.posts_list if post.resource == "gate"}
    risks = placement.risk(
        plan, [solution], away={"gate": AWAY}, shut={"gate": SHUT}, nights=4096, executor=Here(1)
    )
    told = next(one for one in risks.rows if one.resource == "gate")
    nights: list[tuple[float, float]] = []
    for there in itertools.product(*(range(many + 1) for many in gates.values())):
        likely = 1.0
        for lanes, many in zip(there, gates.values(), strict=True):
            each = math.comb(many, lanes) * (1 - AWAY) ** lanes * AWAY ** (many - lanes)
            likely *= (1 - SHUT) * each + (SHUT if lanes == 0 else 0.0)
        nights.append((through(oracle, dict(zip(gates, there, strict=True))), likely))
    assert sum(likely for _, likely in nights) == pytest.approx(1.0)
    mean = sum(people * likely for people, likely in nights)
    room = 3 * (told.mean.high - told.mean.low) + 1e-6
    assert told.mean.value == pytest.approx(mean, abs=room)
    assert told.promised == pytest.approx(through(oracle, gates), abs=1e-5)
    assert told.exact is None
    # the worst 5% of all nights, the last of them counted in part
    left, worst = 0.05, 0.0
    for people, likely in sorted(nights):
        worst += people * min(left, likely)
        left -= min(left, likely)
    assert told.worst.value == pytest.approx(
        worst / 0.05, abs=3 * (told.worst.high - told.worst.low) + 0.02 * told.promised + 1e-6
    )


def test_whatever_share_comes_the_lanes_let_in_as_many_as_by_hand(
    town: tuple[Plan, Solution, Oracle],
) -> None:
    plan, solution, oracle = town
    units = {post.id: post.units for post in solution.posts_list if post.resource == "gate"}
    posts, walks = posting(plan.problem, survey(plan)), survey(plan)
    every = plan.problem.units_of(units)[posts.site, posts.resource]
    gates = np.flatnonzero(every)
    names = [plan.problem.sites.id[site] for site in posts.site[gates].tolist()]
    flow = FlowProgram(OpenGates.of(plan, posts, walks, gates))
    come = np.random.default_rng(1).uniform(0.1, 3.0, 60)
    for lanes in (every[gates], np.maximum(every[gates] - 1, 0)):
        found = flow.most(lanes, come)
        for at in range(0, len(come), 6):
            by_hand = through(oracle, dict(zip(names, lanes.tolist(), strict=True)), come[at])
            assert found[at] == pytest.approx(by_hand, abs=1e-4)
        assert np.array_equal(flow.most(lanes, come[::-1])[::-1], found)
    assert not flow.most(np.zeros(len(gates), dtype=np.int64), come).any()


def test_fewer_people_come_and_solutions_of_other_plans_are_refused(
    town: tuple[Plan, Solution, Oracle],
) -> None:
    plan, solution, _ = town
    usual, few = (
        placement.risk(plan, [solution], attendance=part, nights=64, executor=Here(1))
        for part in ((1.0, 1.0), (0.5, 0.5))
    )
    for one, other in zip(usual.rows, few.rows, strict=True):
        assert other.mean.value >= one.mean.value / 2 - 1e-5  # lanes admit the more of fewer
        assert other.promised == one.promised
    patrols = sorted(s for s in plan.problem.sites.id)
    other = placement.evaluate(plan, {f"{patrols[0]}/gate": 1}, bound=False).solution
    stranger = replace(
        other, posts_list=tuple(replace(post, site="nowhere") for post in other.posts_list)
    )
    with pytest.raises(UsageError, match="knows no post"):
        placement.risk(plan, [stranger])


@pytest.mark.slow
@pytest.mark.parametrize("aim", ["mean", "worst5"])
@pytest.mark.parametrize("seed", cases((3,), tuple(range(60))))
def test_no_plan_is_better_on_a_sample_of_nights_than_the_one_found(
    tmp_path: Path, aim: Aim, seed: int
) -> None:
    drawn = replace(draw_town(seed), lock=[], tiers=False, budget=24)
    try:
        plan = placement.load_plan(write_town(tmp_path, drawn, seed))
    except InfeasibleError as error:
        pytest.skip(str(error))
    absences = Absences.of(plan, {"gate": AWAY}, {"gate": SHUT}, [])
    walks = survey(plan)
    candidates = Candidates.of(plan, walks, absences)
    ground = Ground(plan, walks, candidates, absences, (1.0, 1.0), aim)
    points = draw(len(candidates.names) + 1, 2, key=(seed, 1, 0))
    column = {name: at for at, name in enumerate(candidates.names)}
    asked, free = Oracle(drawn, plan), Oracle(replace(drawn, floor=None), plan)
    known: dict[tuple[tuple[str, int], ...], float] = {}
    kept: dict[tuple[tuple[str, int], ...], bool] = {}
    best, demand = -math.inf, plan.problem.demand
    for gates, patrols, _ in asked.choices():
        met, key = asked.covered(patrols), tuple(gates.items())
        assert met is not None
        if key not in kept:
            kept[key] = asked.passing(gates, [0], counted=True) is not None
        if not kept[key]:
            continue
        worth = []
        for point in points:
            there = {}
            for site, lanes in gates.items():
                fewer = SHUT + (1 - SHUT) * binom.cdf(np.arange(lanes), lanes, 1 - AWAY)
                many = int((point[column[f"{site}/gate"]] >= fewer).sum())
                there |= {site: many} if many else {}
            night = tuple(there.items())
            if night not in known:
                inside = free.passing(there, [1])
                assert inside is not None
                known[night] = inside[0]
            worth.append(known[night] + float(demand.people * demand.priority @ met))
        best = max(best, float(np.mean(worth) if aim == "mean" else min(worth)))
    if best == -math.inf:
        pytest.skip("no plan keeps every rule")
    _, found = ground.solve(2, key=(seed, 1), plans=[], stop=Stop())
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best, rel=2e-6, abs=1e-4)
    if aim == "mean":  # of as many fewer lanes the flow of all lanes, in as many smaller parts
        usual = placement.optimise(plan)
        units = {post.id: post.units for post in usual.posts_list}
        bound, _ = bound_by_count(
            plan, walks, absences, attendance=(1.0, 1.0), aim=aim, usual=units, stop=Stop()
        )
        least = usual.objective * (1 - AWAY) * (1 - SHUT)
        assert least * (1 - 1e-6) <= bound <= usual.objective * (1 + 1e-6)

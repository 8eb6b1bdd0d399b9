"""Gates with lanes against explicit flows in time, solved by another model."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from placement.cover.instance import Instance, Limit, Rule
from placement.cover.lanes import Arrivals, Lanes
from placement.solution import Status
from placement.solve.capacitated.solver import solve_lanes
from placement.solve.capacitated.state import settled
from placement.solve.core.stopping import Effort, Stop
from tests.amount import cases


def random_case(seed: int, periods: int, classes: int) -> tuple[Instance, Lanes]:
    """Draw up to six gates, two dog posts and twelve rows, with every rule there is."""
    rng = np.random.default_rng(seed)
    gates, dogs = int(rng.integers(1, 6)), int(rng.integers(0, 3))
    n = gates + dogs
    laned = int(rng.integers(1, 9))
    others = int(rng.integers(1, 4)) if dogs else 0
    cover = [
        np.sort(rng.choice(gates, size=int(rng.integers(1, min(gates, 3) + 1)), replace=False))
        for _ in range(laned)
    ] + [
        np.sort(gates + rng.choice(dogs, size=int(rng.integers(1, dogs + 1)), replace=False))
        for _ in range(others)
    ]
    people = rng.integers(1, 60, laned).astype(np.float64)
    worth = rng.choice([1.0, 2.0], laned) if rng.random() < 0.5 else np.full(laned, 2.0)
    weight = np.concatenate([people * worth, rng.integers(1, 40, others)])
    is_gate = np.arange(n) < gates
    limits = []
    lane_use = np.zeros((0, 0))
    if rng.random() < 0.4:
        limits.append(Limit(name="fleet", use=(~is_gate).astype(float), most=1.0))
        limits.append(Limit(name="lanes", use=np.zeros(n), most=float(rng.integers(2, 8))))
        lane_use = np.stack([np.zeros(n), is_gate.astype(float)])
    rules = []
    for number in range(int(rng.integers(0, 3))):
        zone = np.flatnonzero(rng.random(laned) < 0.5)
        rules.append(
            Rule(
                name=f"floor {number}",
                slope=np.zeros(n),
                rows=zone,
                times=np.ones(len(zone), dtype=np.int64),
                share=people[zone],
                most=-math.floor(0.4 * rng.random() * people[zone].sum()),
            )
        )
    near = [
        np.sort(rng.choice(gates, size=int(rng.integers(1, gates + 1)), replace=False))
        if not is_gate[j]
        else np.zeros(0, dtype=np.int64)
        for j in range(n)
    ]
    state = rng.random(n)
    instance = Instance.build(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in cover])]),
        indices=np.concatenate(cover),
        weight=weight,
        cost=rng.integers(0, 8, n).astype(np.float64),
        budget=float(rng.integers(5, 60)),
        required=state < 0.05,
        excluded=state > 0.93,
        limits=tuple(limits),
        near_indptr=np.concatenate([[0], np.cumsum([len(row) for row in near])]),
        near_indices=np.concatenate(near),
        coupled=~is_gate,
        rules=tuple(rules),
    )
    least = rng.integers(0, 3, n)
    shares = rng.random((classes, periods)) * (rng.random((classes, periods)) < 0.8) + 0.01
    shares /= shares.sum(axis=1, keepdims=True)
    return instance, Lanes(
        people=np.concatenate([people, np.zeros(others)]),
        gate=is_gate,
        least=least,
        most=least + rng.integers(0, 5, n),
        lane_cost=np.where(is_gate, rng.integers(1, 6, n), 0).astype(np.float64),
        lane_people=np.where(is_gate, rng.choice([10.0, 17.5, 30.0], n), 0.0),
        lane_use=lane_use,
        arrivals=Arrivals(shares=shares, carry=int(rng.integers(0, 3)) if periods > 1 else 0),
        profile=np.concatenate([rng.integers(0, classes, laned), np.zeros(others, np.int64)]),
    )


def best_by_flows(instance: Instance, lanes: Lanes) -> float:
    """Solve the model with a flow from each row and period to each gate and period."""
    n, rows = instance.columns, instance.rows
    periods, carry = lanes.arrivals.periods, lanes.arrivals.carry
    objective: list[float] = [-float(p) for p in (*instance.profit, *lanes.lane_worth)]
    low = [*instance.required.astype(float), *np.zeros(n)]
    high = [*(~instance.excluded).astype(float), *np.where(lanes.gate, lanes.most, 0)]
    lines: list[tuple[dict[int, float], float]] = []  # Σ ≤ most

    def new(price: float, most: float) -> int:
        objective.append(-price)
        low.append(0.0)
        high.append(most)
        return len(objective) - 1

    part: list[dict[int, float]] = []  # of each row, how much of it counts
    served: dict[tuple[int, int], dict[int, float]] = {}
    for r in range(rows):
        cover = instance.indices[instance.indptr[r] : instance.indptr[r + 1]]
        if lanes.people[r] == 0:
            z = new(instance.weight[r], 1.0)
            # worth falls from level to level, so that the levels fill in order
            more = [new(gain, 1.0) for gain in instance.gains[r]]
            met = {z: 1.0, **dict.fromkeys(more, 1.0)}
            lines.append((met | {int(j): -1.0 for j in cover}, 0.0))
            part.append({z: 1.0})
            continue
        mine: dict[int, float] = {}
        for t in range(periods):
            come = lanes.people[r] * lanes.arrivals.shares[lanes.profile[r], t]
            leaving: dict[int, float] = {}
            for j in cover:
                through = {}
                for s in range(t, min(t + carry, periods - 1) + 1):
                    f = new(instance.weight[r] / lanes.people[r], come)
                    through[f] = 1.0
                    served.setdefault((int(j), s), {})[f] = 1.0
                    mine[f] = 1.0 / lanes.people[r]
                lines.append(({**through, int(j): -come}, 0.0))
                leaving |= through
            lines.append((leaving, come))
        part.append(mine)
    for (j, _), flows in served.items():
        lines.append(({**flows, n + j: -lanes.lane_people[j] / periods}, 0.0))
    for j in np.flatnonzero(lanes.gate):
        lines.append(({int(j): -float(lanes.most[j]), n + int(j): 1.0}, 0.0))
        lines.append(({int(j): float(lanes.least[j]), n + int(j): -1.0}, 0.0))
    for j in np.flatnonzero(instance.coupled):
        near = instance.near_indices[instance.near_indptr[j] : instance.near_indptr[j + 1]]
        lines.append(({int(j): 1.0, **{int(m): -1.0 for m in near}}, 0.0))
    money = {**dict(enumerate(instance.cost))}
    lines.append((money | {n + j: lanes.lane_cost[j] for j in range(n)}, instance.budget))
    for number, limit in enumerate(instance.limits):
        each = {n + j: lanes.lane_use[number][j] for j in range(n)}
        lines.append((dict(enumerate(limit.use)) | each, limit.most))
    for rule in instance.rules:
        line = dict(enumerate(rule.slope))
        for r, share in zip(rule.rows, rule.share, strict=True):
            for variable, amount in part[r].items():
                line[variable] = line.get(variable, 0.0) - share * amount
        lines.append((line, rule.most))
    i = np.concatenate([np.full(len(line), k) for k, (line, _) in enumerate(lines)])
    j = np.concatenate([np.fromiter(line, dtype=np.int64) for line, _ in lines])
    v = np.concatenate([np.fromiter(line.values(), dtype=np.float64) for line, _ in lines])
    size = (len(lines), len(objective))
    answer = milp(
        np.array(objective),
        integrality=np.arange(len(objective)) < 2 * n,
        bounds=Bounds(np.array(low), np.array(high)),
        constraints=LinearConstraint(
            coo_array((v, (i, j)), shape=size).tocsr(), ub=np.array([most for _, most in lines])
        ),
        options={"mip_rel_gap": 0.0},
    )
    return -math.inf if answer.x is None else -float(answer.fun)


SIZE = cases(8, 25)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(cases(2, 4)))
@pytest.mark.parametrize(("periods", "classes"), [(1, 1), (6, 1), (4, 2)])
def test_random_cases_equal_explicit_flows_in_time(batch: int, periods: int, classes: int) -> None:
    for seed in range(batch * SIZE, batch * SIZE + SIZE):
        instance, lanes = random_case(seed, periods, classes)
        if (instance.required & instance.excluded).any():
            continue
        top = best_by_flows(instance, lanes)
        found = solve_lanes(instance, lanes, Effort(stop=Stop()))
        if top == -math.inf:
            assert found.status is Status.INFEASIBLE, seed
            continue
        assert found.chosen is not None, seed
        assert found.objective == pytest.approx(top, rel=2e-6, abs=1e-6), seed
        assert found.status is Status.OPTIMAL, seed
        rest = settled(instance, lanes, found.lanes, found.admitted)
        assert rest.broken_rule(found.chosen, tolerance=1e-6) is None, seed
        assert (found.admitted <= lanes.people + 1e-6).all()


def test_pieces_of_the_evening_profile() -> None:
    shares = np.array([0.10, 0.14, 0.20, 0.20, 0.20, 0.16])
    alpha, beta = Arrivals(shares=shares, carry=1).pieces()
    assert alpha == pytest.approx([1, 0.24, 0.10, 0])
    assert beta == pytest.approx([0, 2 / 3, 5 / 6, 1])


def test_several_profiles_have_no_common_pieces() -> None:
    with pytest.raises(ValueError, match="several profiles"):
        Arrivals(shares=np.array([[1.0, 0.0], [0.0, 1.0]])).pieces()


@pytest.mark.slow
@pytest.mark.parametrize("factor", [2.0**-30, 2.0**-17, 2.0**20])
@pytest.mark.parametrize("seed", [4, 10, 12, 17, 29])
def test_optimal_is_not_said_where_worths_are_too_small_to_tell_plans_apart(
    seed: int, factor: float
) -> None:
    instance, lanes = random_case(seed, 1 + seed % 3, 1)
    best = best_by_flows(instance, lanes)
    found = solve_lanes(
        replace(instance, weight=instance.weight * factor), lanes, Effort(stop=Stop())
    )
    assert found.bound >= best * factor * (1 - 1e-6)
    if found.status is Status.OPTIMAL:
        assert math.isclose(found.objective, best * factor, rel_tol=1e-6)


def test_optimal_is_not_said_where_one_crowd_is_worth_so_much_that_others_do_not_count() -> None:
    for seed in range(cases(8, 200)):
        instance, lanes = random_case(seed, 1 + seed % 2, 1)
        weight = instance.weight.copy()
        weight[0] *= 2.0**30
        heavy = replace(instance, weight=weight)
        found = solve_lanes(heavy, lanes, Effort(stop=Stop()))
        if found.status is Status.OPTIMAL:
            assert found.objective >= best_by_flows(heavy, lanes) - 1

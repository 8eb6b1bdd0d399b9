"""Block bounds against the best plan found by trying every plan."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from placement.cover.instance import Instance, Limit
from placement.solve.core.stopping import Stop
from placement.solve.mclp.bounds import variable_splitting
from placement.solve.mclp.bounds.bound import fix, relaxation
from placement.solve.mclp.bounds.branch import solve_block
from placement.solve.mclp.bounds.lagrangian_instance import adjust, block_of
from tests.amount import cases
from tests.solve.mclp.bounds.by_blocks import by_blocks
from tests.solve.mclp.bounds.every import every_plan


def random_instance(seed: int, *, whole: bool = True, rules: bool = True) -> Instance:
    """Draw a small instance whose rows lie along a line, so that blocks make sense."""
    rng = np.random.default_rng(seed)
    columns, rows = int(rng.integers(1, 11)), int(rng.integers(0, 20))
    at, reach = rng.uniform(0, 10, columns), rng.uniform(0.5, 3.0)
    covers = np.abs(np.sort(rng.uniform(0, 10, rows))[:, None] - at) <= reach
    weight = rng.integers(1, 20, rows) if whole else rng.uniform(1e-9, 7.0, rows)
    cost = rng.integers(0, 6, columns) if whole else rng.uniform(0.0, 3.0, columns)
    if rng.random() < 0.5:
        cost = np.ones(columns)
    near = rng.random((columns, columns)) < 0.3
    coupled = (rng.random(columns) < 0.3) & rules
    near[~coupled] = False
    limits = ()
    if rules and rng.random() < 0.5:
        use = (rng.random(columns) < 0.6) * 1.0
        limits = (Limit(name="fleet", use=use, most=float(rng.integers(1, 4))),)
    instance = Instance.build(
        indptr=np.concatenate([[0], np.cumsum(covers.sum(axis=1))]),
        indices=np.nonzero(covers)[1],
        weight=weight,
        cost=cost,
        budget=float(np.sum(cost) * rng.uniform(0.1, 0.8)),
        required=(rng.random(columns) < 0.1) & rules,
        excluded=(rng.random(columns) < 0.1) & rules,
        limits=limits,
        near_indptr=np.concatenate([[0], np.cumsum(near.sum(axis=1))]),
        near_indices=np.nonzero(near)[1],
        coupled=coupled,
    )
    profit = rng.integers(0, 9, columns) * 1.0 if whole else rng.uniform(0, 5, columns)
    return replace(instance, profit=profit * (rng.random() < 0.5))


@pytest.mark.slow
@given(seed=st.integers(0, 2**32 - 1), cheap=st.sampled_from([0.3, 1.0, 3.0]))
@example(seed=291, cheap=0.3)  # nothing costs anything, and the budget is large
@settings(max_examples=cases(18, 150), deadline=None)
def test_a_block_is_solved_exactly(seed: int, cheap: float) -> None:
    instance = random_instance(seed, rules=False)
    instance = replace(instance, budget=1e9)
    adjusted = adjust(instance, relaxation(instance, stop=Stop()))
    block = block_of(adjusted, np.arange(instance.rows))
    rng = np.random.default_rng(seed)
    size = len(block.columns)
    price = np.round(rng.uniform(-3, 40, size) * cheap)
    fixed = np.where(rng.random(size) < 0.2, rng.integers(0, 2, size), -1)
    worths = {}
    for choice in itertools.product((0, 1), repeat=size):
        plan = np.array(choice, dtype=np.bool_)
        if (plan[fixed >= 0] == fixed[fixed >= 0]).all():
            covered = np.zeros(len(block.rows), dtype=np.bool_)
            for i in range(len(block.rows)):
                covered[i] = plan[block.indices[block.indptr[i] : block.indptr[i + 1]]].any()
            worths[choice] = block.weight[covered].sum() - price[plan].sum()
    best = max(worths.values())
    start = rng.uniform(0, 30, len(block.rows)).round()
    plan = np.zeros(size, dtype=np.bool_)
    bound, worth, nodes = solve_block(block, price, start, fixed, plan, -np.inf, 10**6)
    assert (bound, worth) == (best, best)
    assert worths[tuple(plan.astype(int))] == best
    assert nodes >= 1
    above, below = best + 3.0, best - 3.0
    for floor in (above, below):
        again = np.zeros(size, dtype=np.bool_)
        assert solve_block(block, price, start, fixed, again, floor, 10**6)[0] == max(best, floor)
    short = np.zeros(size, dtype=np.bool_)
    assert solve_block(block, price, start, fixed, short, -np.inf, 1)[0] >= best


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("sizes", [(3,), (2, 6), (100,)])
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=cases(15, 60), deadline=None)
def test_no_plan_is_worth_more_than_the_blocks_allow(
    seed: int, sizes: tuple[int, ...], *, whole: bool
) -> None:
    instance = random_instance(seed, whole=whole)
    plans = every_plan(instance)
    if not plans:
        return
    best, chosen = max(plans)
    start = relaxation(instance, stop=Stop())
    for known in (best, 0.5 * best):
        split = by_blocks(
            instance,
            stop=Stop(),
            best=known,
            start=start,
            plan=np.array(chosen, dtype=np.int64),
            sizes=sizes,
            steps=20,
        )
        assert best <= split.bound.value <= start.value
        must_open, must_close = fix(instance, split.bound, best)
        for value, columns in plans:
            is_open = np.zeros(instance.columns, dtype=np.bool_)
            is_open[list(columns)] = True
            covered = instance.covered_rows(np.array(columns, dtype=np.int64))
            for row in split.cuts:
                worth = row.weight[covered[row.rows]].sum()
                paid = row.price[is_open[row.columns]].sum()
                assert worth <= row.most + paid + 1e-9 * max(1.0, best)
            if value == best:
                assert (is_open >= must_open).all()
                assert not (is_open & must_close).any()


def test_blocks_close_what_the_relaxation_leaves_open() -> None:
    """Triangles far apart, half of whose columns may open: the relaxation opens halves."""
    triangles = 8
    indptr = np.arange(0, 6 * triangles + 1, 2)
    indices = np.concatenate([np.array([0, 1, 1, 2, 0, 2]) + 3 * t for t in range(triangles)])
    instance = Instance.build(
        indptr=indptr,
        indices=indices,
        weight=np.ones(3 * triangles),
        cost=np.ones(3 * triangles),
        budget=1.5 * triangles,
    )
    start = relaxation(instance, stop=Stop())
    assert start.value == 24.0
    split = by_blocks(instance, stop=Stop(), best=20.0, start=start, sizes=(3,))
    assert split.bound.value == 20.0


def test_same_input_gives_the_same_split(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    at, rows = rng.uniform(0, 10, (40, 2)), rng.uniform(0, 10, (300, 2))
    covers = np.hypot(*(rows[:, None] - at).transpose(2, 0, 1)) <= 2.0
    covers = covers[covers.any(axis=1)]
    instance = Instance.build(
        indptr=np.concatenate([[0], np.cumsum(covers.sum(axis=1))]),
        indices=np.nonzero(covers)[1],
        weight=rng.integers(1, 100, len(covers)),
        cost=np.ones(40),
        budget=8.0,
    )
    start = relaxation(instance, stop=Stop())
    found = []
    for workers in (1, 2):
        monkeypatch.setattr(variable_splitting, "WORKERS", workers)
        found.append(
            by_blocks(instance, stop=Stop(), best=0.9 * start.value, start=start, sizes=(12, 30))
        )
    first, second = found
    assert first.bound.value == second.bound.value < start.value
    assert first.bound.reduced.tobytes() == second.bound.reduced.tobytes()

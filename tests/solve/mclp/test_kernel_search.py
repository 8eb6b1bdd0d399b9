"""Trees of relaxations against trying every choice."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mip.branch_and_bound import Tree
from placement.solve.mip.integer_units import Posts
from placement.solve.mip.lp_relaxation import Relaxed
from tests import oracle
from tests.amount import cases


def teams(seed: int) -> Instance:
    """Draw gates, and teams of up to three units that lean on them and count more than once."""
    rng = np.random.default_rng(seed)
    gates, posts, units = 3, 3, 2 + seed % 2
    columns = gates + posts * units
    near = [np.zeros(0, dtype=np.int64)] * gates
    cover: list[np.ndarray] = []
    for post in range(posts):
        first = gates + post * units
        near.append(np.sort(rng.choice(gates, int(rng.integers(1, 3)), replace=False)))
        near += [np.array([first + unit]) for unit in range(units - 1)]
    for _ in range(4):
        cover.append(np.sort(rng.choice(gates, int(rng.integers(1, 3)), replace=False)))
    for _ in range(6):
        some = np.sort(rng.choice(posts, int(rng.integers(1, 4)), replace=False))
        cover.append(np.concatenate([gates + p * units + np.arange(units) for p in some]))
    weight = rng.integers(1, 30, len(cover)).astype(np.float64)
    counted = np.arange(len(cover)) >= 4
    return Instance.build(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in cover])]),
        indices=np.concatenate(cover),
        weight=weight,
        cost=np.where(np.arange(columns) < gates, 3.0, 1.0),
        budget=float(rng.integers(4, 10)),
        near_indptr=np.concatenate([[0], np.cumsum([len(row) for row in near])]),
        near_indices=np.concatenate(near),
        coupled=np.arange(columns) >= gates,
        gains=np.column_stack([weight / 2, weight / 4]) * counted[:, None],
    )


def drawn(seed: int) -> Instance:
    return teams(seed) if seed % 2 else oracle.random_instance(seed, deep=seed % 4 == 0)


def grow(
    instance: Instance, *, most: int = 10_000, enough: float = -math.inf
) -> tuple[float, Tree]:
    """Grow a tree; return the best plan's worth."""
    best = -math.inf

    def take(chosen: np.ndarray) -> None:
        nonlocal best
        if instance.broken_rule(chosen) is None:
            best = max(best, instance.value(chosen))

    tree = Tree(
        Relaxed(instance),
        known=lambda: best,
        on_plan=take,
        enough=lambda bound: bound <= enough,
        stop=Stop(),
    )
    tree.totals(20)
    tree.grow(most)
    return best, tree


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(cases(15, 60)))
def test_trees_find_and_prove_the_best_plan(seed: int) -> None:
    instance = drawn(seed)
    right, plans = oracle.best(instance)
    found, tree = grow(instance)
    if not plans:
        assert (found, tree.bound) == (-math.inf, -math.inf)
        return
    assert found == pytest.approx(right, rel=1e-9)
    assert max(found, tree.bound) == pytest.approx(right, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(cases(8, 30)))
def test_bounds_hold_wherever_a_tree_is_cut_off(seed: int) -> None:
    instance = drawn(seed)
    right, plans = oracle.best(instance)
    for most in range(4):
        found, tree = grow(instance, most=most)
        assert not plans or max(found, tree.bound) >= right * (1 - 1e-9)


@pytest.mark.slow
def test_a_bound_that_is_enough_ends_the_growth() -> None:
    for seed in range(1, 40, 2):
        instance = teams(seed)
        _, tree = grow(instance)
        _, short = grow(instance, enough=1.5 * oracle.best(instance)[0])
        assert short.solved <= tree.solved
        assert short.bound >= tree.bound


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, cases(12, 40), 2))
def test_cuts_and_closed_columns_lose_no_plan(seed: int) -> None:
    instance = teams(seed)
    right, _ = oracle.best(instance)
    relaxed = Relaxed(instance)
    point, _ = relaxed.look(relaxed.low, relaxed.high, Stop())
    assert point is not None
    first = point.bound
    while relaxed.separate(point):
        point, _ = relaxed.look(relaxed.low, relaxed.high, Stop())
        assert point is not None
        assert right - 1e-6 <= point.bound <= first + 1e-6
    for least in (right, 0.8 * right):
        closed = relaxed.closed(point, least)
        for chosen in oracle.choices(instance.columns):
            if oracle.keeps_rules(instance, chosen) and oracle.worth(instance, chosen) >= least:
                assert not closed[list(chosen)].any()


def test_cuts_close_what_parts_of_gates_leave_open() -> None:
    """Two half gates reach a row in full; with one of them held by a cut its half is lost."""
    seeds = [seed for seed in range(1, 80, 2) if _tightened(teams(seed))]
    assert len(seeds) >= 5


def _tightened(instance: Instance) -> bool:
    relaxed = Relaxed(instance)
    point, _ = relaxed.look(relaxed.low, relaxed.high, Stop())
    assert point is not None
    if not relaxed.separate(point):
        return False
    after, _ = relaxed.look(relaxed.low, relaxed.high, Stop())
    assert after is not None
    return after.bound < point.bound - 1e-6


def test_units_of_a_post_are_put_together_only_where_they_are_alike() -> None:
    instance = teams(1)
    posts = Posts.of(instance)
    assert posts.further.tolist() == [0, 0, 0, 2, 2, 2]
    assert posts.instance.columns == 6
    chosen = posts.chosen(np.array([1, 0, 0, 1, 0, 0], dtype=bool), np.array([1, 0, 0, 2, 0, 0]))
    assert chosen.tolist() == [0, 3, 4]
    dear = replace(instance, cost=np.where(np.arange(instance.columns) == 5, 2.0, instance.cost))
    assert Posts.of(dear).further.tolist() == [0, 0, 0, 0, 0, 0, 2, 2]
    for first, then in itertools.pairwise(Posts.of(dear).columns):
        assert first[-1] < then[0]


def test_stopped_before_it_begins_a_tree_says_nothing() -> None:
    relaxed = Relaxed(teams(3))
    tree = Tree(
        relaxed,
        known=lambda: 0.0,
        on_plan=lambda _: None,
        enough=lambda _: False,
        stop=Stop(0.0),
    )
    tree.totals(10)
    tree.grow(10)
    assert tree.bound == math.inf
    assert [leaf.point for leaf in tree.leaves] == [None]

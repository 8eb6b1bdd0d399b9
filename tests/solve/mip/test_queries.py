"""What PuLP and HiGHS are known to do, and what the model makes of it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from placement.cover.instance import Instance
from placement.solve.core.stopping import Stop
from placement.solve.mip import mip_model, queries
from tests import oracle


def plain(seed: int) -> Instance:
    return oracle.random_instance(seed, coupling=False, limits=False, status=False)


def test_without_a_solution_nothing_is_read() -> None:
    """PuLP reads 0.0 from variables that have no value: that would be the empty plan."""
    instance = plain(1)
    must = np.zeros(instance.columns, dtype=bool)
    must[:2] = True
    poor = replace(instance, required=must, cost=np.ones(instance.columns), budget=1.0)
    answer = queries.most_cover(poor, stop=Stop())
    assert (answer.infeasible, answer.chosen, answer.bound) == (True, None, -math.inf)


def test_no_time_leaves_a_bound_that_holds() -> None:
    instance = plain(3)
    answer = queries.most_cover(instance, stop=Stop(0.0))
    assert not answer.infeasible
    assert answer.bound >= oracle.best(instance)[0]
    if answer.chosen is not None:
        assert instance.broken_rule(answer.chosen) is None


def test_the_best_of_a_million_is_told_from_the_next() -> None:
    """HiGHS calls anything within 1e-4 optimal unless it is asked for no gap at all."""
    weight = np.array([1e6, 1e6 + 1, 1e6 - 1])
    instance = Instance.build(
        indptr=np.arange(4), indices=np.arange(3), weight=weight, cost=np.ones(3), budget=1.0
    )
    answer = queries.most_cover(instance, stop=Stop(), warm=np.array([0]))
    assert answer.chosen is not None
    assert answer.chosen.tolist() == [1]
    assert answer.bound == 1e6 + 1


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("gap", [0.0, 0.05])
def test_bounds_hold_whatever_the_gap_and_the_size_of_weights(seed: int, gap: float) -> None:
    """Weights of 2²⁰ with binaries a millionth off are worth more than a plan can be."""
    instance = plain(seed)
    large = replace(instance, weight=instance.weight * 2.0**20, profit=instance.profit * 2.0**20)
    for each in (instance, large):
        best = oracle.best(each)[0]
        answer = queries.most_cover(each, stop=Stop(), gap=gap)
        assert answer.chosen is not None
        assert each.broken_rule(answer.chosen) is None
        assert answer.bound >= best * (1 - 1e-9)
        assert each.value(answer.chosen) >= best / (1 + gap) - 1e-9 * best
        if gap == 0.0:
            assert answer.bound == pytest.approx(best, rel=1e-9)


def test_a_limit_of_nodes_leaves_the_warm_start_and_a_bound() -> None:
    rng = np.random.default_rng(5)
    covers = rng.random((120, 30)) < 0.12
    covers = covers[covers.any(axis=1)]
    instance = Instance.build(
        indptr=np.concatenate([[0], np.cumsum(covers.sum(axis=1))]),
        indices=np.nonzero(covers)[1],
        weight=rng.integers(1, 100, len(covers)),
        cost=np.ones(30),
        budget=6.0,
    )
    warm = np.arange(6)
    short = queries.most_cover(instance, stop=Stop(), warm=warm, max_nodes=1)
    whole = queries.most_cover(instance, stop=Stop())
    assert short.chosen is not None
    assert whole.chosen is not None
    assert instance.value(short.chosen) >= instance.value(warm)
    assert short.bound >= whole.bound == instance.value(whole.chosen)


def test_units_of_a_post_are_one_whole_number_where_rows_count_them() -> None:
    # columns 0 and 3 open posts, 1 and 2 add units to the first; 4 leans on 3 and covers else
    instance = replace(
        Instance.build(
            indptr=np.array([0, 3, 7, 8]),
            indices=np.array([0, 1, 2, 0, 1, 2, 3, 4]),
            weight=np.array([5.0, 4.0, 3.0]),
            cost=np.ones(5),
            budget=3.0,
        ),
        coupled=np.array([False, True, True, False, True]),
        near_indptr=np.array([0, 0, 1, 2, 2, 3]),
        near_indices=np.array([0, 1, 3]),
    )
    assert [members.tolist() for members in mip_model.stacks(instance)] == [[0, 1, 2]]
    answer = queries.most_cover(instance, stop=Stop())
    assert answer.chosen is not None
    assert answer.bound == instance.value(answer.chosen) == 12.0


def test_budgets_are_written_on_totals_of_what_uses_the_same() -> None:
    cost = np.array([3.0, 3.0, 2.0, 2.0, 2.0])
    instance = Instance.build(
        indptr=np.arange(6), indices=np.arange(5), weight=np.arange(1.0, 6.0), cost=cost, budget=7.0
    )
    made = mip_model.Model(instance, maximise=True)
    assert [members.tolist() for members, _ in made.totals] == [[2, 3, 4], [0, 1]]
    assert [use for _, use in made.used(cost)] == [2.0, 3.0]
    assert len(made.used(np.array([1.0, 2.0, 0.0, 0.0, 1.0]))) == 3  # told column by column
    each = replace(instance, cost=np.array([1.0, 1.5, 2.0, 2.5, 3.0]))
    for plain in (replace(instance, cost=np.ones(5)), each):
        answer = queries.most_cover(plain, stop=Stop())
        assert answer.chosen is not None
        assert answer.bound == plain.value(answer.chosen)

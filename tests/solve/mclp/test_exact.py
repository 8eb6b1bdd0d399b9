"""What is called optimal is, in exact arithmetic, and a budget is kept to the last digit."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement import Cover, InfeasibleError, maximise
from placement.cover.instance import Instance
from placement.solution import Status, Stopped
from placement.solve.core.stopping import Effort, Stop
from placement.solve.mclp import solver
from tests.amount import cases

SEVERAL = settings(max_examples=cases(20, 40), deadline=None, derandomize=True)


def exactly(number: float) -> Fraction:
    """The decimal a number is written as."""
    return Fraction(repr(float(number)))


def plans(matrix, cost, budget, must=()):
    """Every choice of sites that keeps the budget as decimals."""
    for size in range(matrix.shape[1] + 1):
        for some in combinations(range(matrix.shape[1]), size):
            spent = sum((exactly(cost[site]) for site in some), Fraction(0))
            if spent <= exactly(budget) and set(must) <= set(some):
                yield list(some)


def worth(matrix, weight, some, of=exactly) -> Fraction:
    covered = matrix[:, some].any(axis=1)
    return sum((of(one) for one in np.asarray(weight)[covered].tolist()), Fraction(0))


def check(matrix, weight, cost, budget, must=(), *, proven: bool | None = None) -> None:
    """Compare what is told with every choice, tried in exact arithmetic."""
    result = maximise(
        Cover.from_matrix(matrix, weight), budget=budget, cost=cost, required=must, time_limit=None
    )
    spent = sum((exactly(cost[site]) for site in result.chosen.tolist()), Fraction(0))
    assert spent <= exactly(budget)
    best = max(worth(matrix, weight, some) for some in plans(matrix, cost, budget, must))
    reached = worth(matrix, weight, result.chosen.tolist())
    assert result.covered == pytest.approx(float(reached), rel=1e-15, abs=0)
    assert Fraction(result.bound) >= best * (1 - Fraction(1, 10**15))
    assert (result.status is Status.OPTIMAL) == (result.gap == 0.0)
    if result.status is Status.OPTIMAL:
        assert reached == best
        assert result.bound == result.covered
        assert result.stopped is Stopped.PROVEN
    if proven:
        assert result.status is Status.OPTIMAL


SMALL = st.integers(1, 60)


@st.composite
def covers(draw, whole=SMALL):
    sites, points = draw(st.integers(1, 6)), draw(st.integers(1, 9))
    bits = draw(st.lists(st.booleans(), min_size=sites * points, max_size=sites * points))
    weight = draw(st.lists(whole, min_size=points, max_size=points))
    cost = draw(st.lists(st.integers(0, 9), min_size=sites, max_size=sites))
    return np.array(bits).reshape(points, sites), weight, cost


@pytest.mark.slow
@SEVERAL
@given(covers(), st.integers(-12, 12), st.integers(-12, 12), st.integers(0, 12), st.booleans())
def test_proofs_hold_at_every_scale(cover, power, of_money, budget, beside) -> None:
    matrix, weight, cost = cover
    weight = [float(f"{one}e{power}") for one in weight]
    cost = [float(f"{one}e{of_money}") for one in cost]
    if beside:  # a row that every site covers, and that dwarfs all others
        matrix = np.vstack([matrix, np.ones((1, matrix.shape[1]), dtype=bool)])
        weight.append(float(f"2e{power + 15}"))
    check(matrix, weight, cost, float(f"{budget}e{of_money}"), proven=not beside)


@SEVERAL
@given(covers(st.integers(1, 10**12)), st.integers(0, 12))
def test_proofs_hold_where_weights_differ_by_a_billionth_of_themselves(cover, budget) -> None:
    matrix, weight, cost = cover
    check(matrix, [float(10**12 + one) for one in weight], cost, budget)


@pytest.mark.slow
@SEVERAL
@given(covers(st.sampled_from([1, 10**6, 10**12, 10**15])), st.integers(0, 12))
def test_proofs_hold_of_the_smallest_beside_the_largest(cover, budget) -> None:
    matrix, weight, cost = cover
    check(matrix, [float(one) for one in weight], cost, budget)


@pytest.mark.slow
@SEVERAL
@given(covers(), st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_weights_that_share_no_step_are_proven_in_full(cover, budget, seed) -> None:
    matrix, weight, cost = cover
    irrational = np.sqrt(np.random.default_rng(seed).permutation(90)[: len(weight)] + 0.5)
    result = maximise(
        Cover.from_matrix(matrix, irrational), budget=budget, cost=cost, time_limit=None
    )
    best = max(worth(matrix, irrational, some, Fraction) for some in plans(matrix, cost, budget))
    assert result.status is Status.OPTIMAL
    assert result.covered == pytest.approx(float(best), rel=1e-15)
    assert worth(matrix, irrational, result.chosen.tolist(), Fraction) >= best * (
        1 - Fraction(1, 10**15)  # rows of the same sites are merged, and rounded once
    )


def amounts():
    """Costs that share a step, of up to ten digits, and such that share none."""
    digits = st.integers(0, 10).flatmap(
        lambda places: st.integers(0, 10**10).map(lambda units: float(f"{units}e-{places}"))
    )
    return st.one_of(digits, st.integers(1, 99).map(lambda one: float(np.sqrt(one))))


@pytest.mark.slow
@SEVERAL
@given(covers(), st.data())
def test_a_budget_is_spent_to_the_last_digit_and_never_beyond(cover, data) -> None:
    matrix, weight, _ = cover
    sites = matrix.shape[1]
    cost = data.draw(st.lists(amounts(), min_size=sites, max_size=sites))
    some = data.draw(st.lists(st.sampled_from(range(sites)), unique=True))
    spent = float(sum((exactly(cost[site]) for site in some), Fraction(0)))
    away = data.draw(st.sampled_from([0.0, -np.inf, np.inf]))  # one step of floats below, above
    budget = spent if away == 0.0 else max(0.0, float(np.nextafter(spent, away)))
    check(matrix, weight, cost, budget, proven=True)


DEAR = st.sampled_from([5e-324, 1e-10, 2**0.5, 1.0, 2.0, 795.0906408, 2.0**30, 1e308])


@pytest.mark.slow
@SEVERAL
@given(
    covers(), st.data(), st.sampled_from(["budget 0", "dear", "excluded", "no demand", "no sites"])
)
def test_the_plan_without_a_site_is_proven_where_nothing_is_left_to_choose(cover, data, why):
    matrix, weight, cost = cover
    sites = matrix.shape[1]
    budget, excluded = 1.0, []
    if why == "no demand":
        matrix = np.zeros_like(matrix) if data.draw(st.booleans()) else matrix[:0]
        weight = weight[: len(matrix)]
    elif why == "no sites":
        matrix, cost, sites = matrix[:, :0], [], 0
    else:
        cost = data.draw(st.lists(DEAR, min_size=sites, max_size=sites))
        budget = {"budget 0": 0.0, "dear": np.nextafter(min(cost), 0.0)}.get(why, 1e308)
        excluded = range(sites) if why == "excluded" else []
    result = maximise(
        Cover.from_matrix(matrix, weight), budget=budget, cost=cost, excluded=excluded
    )
    assert (result.status, result.stopped) == (Status.OPTIMAL, Stopped.PROVEN)
    assert (result.covered, result.bound, result.gap) == (0.0, 0.0, 0.0)
    assert why == "no demand" or not len(result.chosen)


def test_a_site_that_any_row_would_have_but_no_budget_buys_is_not_taken_for_one() -> None:
    matrix = np.array([[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [1, 0, 1, 0, 0]], dtype=bool)
    cost = [2**0.5, 2, 1, 2, 2**30]  # rounded down, the first and the third cost nothing
    for budget, covered in ((0.0, 0.0), (1.0, 1.0), (2**0.5, 1.0)):
        result = maximise(Cover.from_matrix(matrix, [1, 1, 1]), budget=budget, cost=cost)
        assert (result.status, result.covered) == (Status.OPTIMAL, covered)
        assert len(result.chosen) == covered


@pytest.mark.parametrize(
    ("cost", "budget", "chosen"),
    [
        ([1e-10, 1.0], 0.0, []),
        ([795.0906408, 795.0906409], 795.0906407, []),
        ([795.0906408, 795.0906407], 795.0906407, [1]),
        ([0.1, 0.2], 0.3, [0, 1]),
        ([0.1, 0.2], 0.29999999999999993, [0]),
        ([1e300, 1e300], 1e300, [0]),
        ([1e308, 1e308], 1.7e308, [0]),
        ([5e-324, 5e-324], 5e-324, [0]),
        ([1.0, 2.0], float("inf"), [0, 1]),
    ],
)
def test_budgets_are_exact(cost, budget: float, chosen: list[int]) -> None:
    result = maximise(
        Cover.from_matrix(np.eye(2, dtype=bool), [3, 3]), budget=budget, cost=cost, excluded=()
    )
    assert result.status is Status.OPTIMAL
    assert len(result.chosen) == len(chosen)
    assert sum(map(exactly, np.array(cost)[result.chosen].tolist())) <= exactly(
        min(budget, 1e308 * 1.7)
    )


def test_required_sites_are_dear_by_their_decimals() -> None:
    cover = Cover.from_matrix(np.eye(2, dtype=bool))
    assert maximise(cover, budget=0.3, cost=[0.1, 0.2], required=[0, 1]).cost == 0.3
    with pytest.raises(InfeasibleError, match="the required sites cost 1e-10, the budget is 0"):
        maximise(cover, budget=0.0, cost=[1e-10, 1.0], required=[0])


def test_a_weight_of_next_to_nothing_is_worth_covering() -> None:
    for weight in (1e-9, 1e-300, 5e-324, 1e300):
        result = maximise(Cover.from_matrix([[1]], [weight]), budget=1)
        assert (result.chosen.tolist(), result.covered) == ([0], weight)
        assert (result.status, result.bound) == (Status.OPTIMAL, weight)


def test_a_heavy_row_that_every_site_covers_hides_nothing() -> None:
    rng = np.random.default_rng(5)
    points, sites = rng.uniform(0, 10, (800, 2)), rng.uniform(0, 10, (60, 2))
    near = np.hypot(*(points[:, None] - sites[None]).transpose(2, 0, 1)) <= 1.1
    weight = rng.integers(1, 5, 800).astype(float)
    alone = maximise(Cover.from_matrix(near, weight), budget=12, time_limit=None)
    heavy = maximise(
        Cover.from_matrix(np.vstack([near, np.ones((1, 60), bool)]), np.append(weight, 2e12)),
        budget=12,
        time_limit=None,
    )
    assert alone.status is heavy.status is Status.OPTIMAL
    assert heavy.covered == alone.covered + 2e12
    assert heavy.bound == heavy.covered


def test_no_site_at_all_is_not_taken_for_a_site_that_any_row_would_have() -> None:
    rows = {"indptr": np.array([0, 3]), "indices": np.array([0, 1, 2]), "weight": np.array([5.0])}
    instance = Instance.build(**rows, cost=np.ones(3), budget=2.0)
    for start, chosen in (([], [0]), ([2], [2]), (None, [0])):
        known = None if start is None else np.array(start, dtype=np.int64)
        found = solver.solve(instance, Effort(stop=Stop(0.0)), start=known)
        assert (found.chosen.tolist(), found.objective) == (chosen, 5.0)
        assert found.status is Status.OPTIMAL

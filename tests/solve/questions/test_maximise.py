"""The public engine on hostile input, within limits, and beside itself."""

import signal
import threading
from itertools import combinations

import numpy as np
import pytest

import placement
from placement import Cover, UsageError, maximise
from placement.solution import Status, Stopped
from placement.solve.mclp import solver


def best_of(matrix, weight, cost, budget) -> float:
    """Try every choice of sites."""
    sites = range(matrix.shape[1])
    return max(
        weight[matrix[:, list(some)].any(axis=1)].sum()
        for size in range(matrix.shape[1] + 1)
        for some in combinations(sites, size)
        if cost[list(some)].sum() <= budget
    )


@pytest.mark.parametrize("scale", [1e12, 1.0, 1e-9])
@pytest.mark.parametrize("seed", range(4))
def test_weights_of_any_size_equal_every_choice_tried(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.random((40, 9)) < 0.25
    weight = scale * rng.integers(0, 50, 40)
    cost = rng.integers(0, 5, 9).astype(float)
    result = maximise(Cover.from_matrix(matrix, weight), budget=7, cost=cost, time_limit=None)
    assert result.status is Status.OPTIMAL
    assert result.covered == pytest.approx(best_of(matrix, weight, cost, 7), rel=1e-12)
    assert result.bound == pytest.approx(result.covered, rel=1e-12)
    assert result.cost <= 7


def test_all_points_in_one_place() -> None:
    sites = np.array([[0.0, 0.0], [50.0, 0.0], [500.0, 0.0]])
    cover = Cover.from_discs(np.zeros((10_000, 2)), sites, 100.0, np.full(10_000, 3.0))
    result = maximise(cover, budget=2)
    assert (result.status, result.covered) == (Status.OPTIMAL, 30_000.0)


def test_no_site_covers_anything() -> None:
    cover = Cover.from_discs(np.zeros((5, 2)), np.full((3, 2), 1e6), 10.0)
    result = maximise(cover, budget=2)
    assert (result.status, result.covered, result.bound) == (Status.OPTIMAL, 0.0, 0.0)


def test_one_site_covers_all() -> None:
    matrix = np.eye(6, dtype=bool)
    matrix[:, 4] = True
    result = maximise(Cover.from_matrix(matrix, np.arange(1.0, 7.0)), budget=1)
    assert (result.chosen.tolist(), result.covered) == ([4], 21.0)
    assert result.status is Status.OPTIMAL


def test_a_budget_below_every_cost_opens_nothing_and_is_proven() -> None:
    cover = Cover.from_matrix(np.eye(3, dtype=bool), np.ones(3))
    result = maximise(cover, budget=1.5, cost=[2.0, 3.0, 4.0])
    assert (result.chosen.tolist(), result.covered, result.bound) == ([], 0.0, 0.0)
    assert result.status is Status.OPTIMAL


@pytest.fixture
def hard(monkeypatch) -> Cover:
    """A town whose relaxation leaves a gap that only blocks, or all of HiGHS, can close."""
    monkeypatch.setattr(solver, "_FEW_ENTRIES", 400)  # little is left to the integer model
    monkeypatch.setattr(solver, "_LONG_ROUNDS", 1_000)
    rng = np.random.default_rng(2)
    points, sites = rng.uniform(0, 10, (3_000, 2)), rng.uniform(0, 10, (100, 2))
    return Cover.from_discs(points, sites, 1.2, rng.integers(1, 101, 3_000))


@pytest.mark.slow
def test_without_a_limit_the_same_seed_gives_the_same_steps(hard: Cover) -> None:
    first, second = (maximise(hard, budget=18, time_limit=None, seed=5) for _ in range(2))
    assert first.status is Status.OPTIMAL
    assert first.chosen.tobytes() == second.chosen.tobytes()
    steps = [[(m.objective, m.bound) for m in run.trace] for run in (first, second)]
    assert steps[0] == steps[1]


@pytest.mark.slow
def test_with_a_limit_the_search_beside_the_blocks_ends_with_them(hard: Cover) -> None:
    before = threading.active_count()
    limited = maximise(hard, budget=18, time_limit=600)
    assert threading.active_count() == before
    assert limited.status is Status.OPTIMAL
    assert limited.covered == maximise(hard, budget=18, time_limit=None).covered
    worth = [moment.objective for moment in limited.trace]
    bound = [moment.bound for moment in limited.trace]
    assert worth == sorted(worth)
    assert bound == sorted(bound, reverse=True)


@pytest.mark.slow
def test_a_gap_that_is_good_enough_ends_the_work(hard: Cover) -> None:
    result = maximise(hard, budget=18, gap=0.004)
    assert result.gap <= 0.004
    assert result.stopped in {Stopped.GAP, Stopped.PROVEN}
    assert result.bound >= maximise(hard, budget=18).covered


def test_an_interrupt_leaves_the_best_plan_with_its_bound(hard: Cover) -> None:
    handler = signal.getsignal(signal.SIGINT)
    pressed: list[float] = []

    def press(_seconds: float, covered: float, _bound: float) -> None:
        if covered > 0 and not pressed:
            pressed.append(covered)
            signal.raise_signal(signal.SIGINT)

    result = maximise(hard, budget=18, progress=press)
    assert signal.getsignal(signal.SIGINT) is handler
    assert (result.status, result.stopped) == (Status.FEASIBLE, Stopped.INTERRUPTED)
    assert result.covered >= pressed[0]
    assert result.bound >= result.covered


@pytest.mark.parametrize("rule", ["required", "excluded"])
@pytest.mark.parametrize(
    ("sites", "words"),
    [
        ([True, False, False], r"row numbers of sites, and not a mask; give numpy.flatnonzero"),
        (np.array([False, True, False]), r"not a mask; give numpy.flatnonzero"),
        ([1.0], "whole numbers"),
        (np.array([0.0, 2.0]), "whole numbers"),
        ([float("nan")], "whole numbers"),
        (["1"], "whole numbers"),
        ("12", "a list of row numbers"),
        (2, "a list of row numbers"),
        ([None], "whole numbers"),
        ([3], "sites are 0 to 2"),
        ([-1], "sites are 0 to 2"),
        ([1, 1], "names site 1 twice"),
    ],
)
def test_sites_that_are_no_row_numbers_are_refused(rule: str, sites, words: str) -> None:
    cover = Cover.from_matrix(np.eye(3, dtype=bool))
    with pytest.raises(UsageError, match=rf"{rule}.*{words}"):
        maximise(cover, budget=2, **{rule: sites})


def test_row_numbers_of_every_kind_of_list_are_taken() -> None:
    cover = Cover.from_matrix(np.eye(3, dtype=bool), [1, 2, 3])
    for sites in ([0], (0,), {0}, np.array([0]), np.array([0], dtype=np.uint8), iter([0])):
        assert maximise(cover, budget=2, required=sites).chosen.tolist() == [0, 2]
    assert maximise(cover, budget=1, required=np.array([])).chosen.tolist() == [2]


@pytest.mark.parametrize("wrong", ["3", True, None, float("nan"), -1, [1]])
def test_a_budget_that_is_no_number_is_refused(wrong) -> None:
    with pytest.raises(UsageError, match="budget"):
        maximise(Cover.from_matrix([[1]]), budget=wrong)


@pytest.mark.parametrize("cost", [["1"], [True], [-1.0], [np.nan], [np.inf], [1, 2], [[1]]])
def test_costs_that_are_no_amounts_are_refused(cost) -> None:
    with pytest.raises(UsageError, match="cost must hold 1 finite numbers"):
        maximise(Cover.from_matrix([[1]]), budget=1, cost=cost)


def test_both_spellings_and_the_result_are_public() -> None:
    assert placement.maximize is maximise
    assert placement.maximize.__name__ == "maximise"
    assert isinstance(maximise(Cover.from_matrix([[1]]), budget=1), placement.Result)
    assert {"Result", "maximize", "maximise"} <= set(placement.__all__) <= set(dir(placement))

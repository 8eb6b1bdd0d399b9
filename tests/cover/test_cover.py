"""A cover is an exact, immutable relation: the same figures as the plain definition."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix, csc_array, csr_array

from placement.cover.cover import Cover
from placement.errors import InputError, UsageError
from tests.amount import cases


def covered_weight(matrix, weight, chosen):
    return int(weight[matrix[:, chosen].any(axis=1)].sum())


@given(data=st.data(), points=st.integers(0, 25), sites=st.integers(1, 6))
@settings(deadline=None)
def test_evaluate_equals_the_definition(data, points, sites):
    seed = data.draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    matrix = rng.random((points, sites)) < 0.3
    weight = rng.integers(0, 100, points)
    cover = Cover.from_matrix(csr_array(matrix), weight)
    chosen = data.draw(st.lists(st.integers(0, sites - 1), max_size=sites))
    assert cover.evaluate(chosen) == covered_weight(matrix, weight, chosen)
    assert cover.total == weight.sum()
    assert (cover.n_points, cover.n_sites) == (points, sites)
    assert (cover.weight > 0).all()
    assert (np.diff(cover.indptr) > 0).all()


DISTANCES = [[0.0, 7.0, 3.2], [5.0, 2.5, 9.0]]


@pytest.mark.parametrize(
    "matrix",
    [
        DISTANCES,
        np.array(DISTANCES),
        csr_array(DISTANCES),
        csc_array(DISTANCES),
        coo_matrix(DISTANCES),
        [[0.5, 0], [0, 1]],
        [[2, 0], [0, 1]],
        [[-1, 0], [0, 1]],
        [[float("nan"), 0], [0, 1]],
        csr_array(([float("nan"), 1.0], [0, 1], [0, 1, 2]), shape=(2, 2)),
    ],
)
def test_a_matrix_of_distances_is_no_cover_and_the_way_to_one_is_named(matrix) -> None:
    with pytest.raises(UsageError, match=r"row \d, column \d holds .*Cover\.from_cost_matrix"):
        Cover.from_matrix(matrix)


@pytest.mark.parametrize("matrix", [[["a", "b"]], [[None, 1]], np.array([[1j, 0]])])
def test_a_matrix_of_no_numbers_is_refused(matrix) -> None:
    for take in (Cover.from_matrix, lambda matrix: Cover.from_cost_matrix(matrix, 1.0)):
        with pytest.raises(UsageError, match="a cover matrix holds numbers"):
            take(matrix)


@given(data=st.data())
@settings(deadline=None, max_examples=cases(20, 50))
def test_a_cost_matrix_covers_what_is_within_the_limit(data) -> None:
    shape = data.draw(st.tuples(st.integers(0, 6), st.integers(1, 4)))
    some = st.one_of(st.integers(0, 4).map(float), st.just(np.inf), st.just(np.nan))
    numbers = data.draw(st.lists(some, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    matrix = np.array(numbers, dtype=float).reshape(shape)
    limit = np.array(data.draw(st.lists(st.integers(0, 4), min_size=shape[1], max_size=shape[1])))
    weight = np.arange(1.0, shape[0] + 1)
    within = np.array(
        [[bool(np.isfinite(d)) and d <= m for d, m in zip(row, limit, strict=True)]
         for row in matrix], dtype=bool,
    ).reshape(shape)  # fmt: skip
    wanted = Cover.from_matrix(within, weight)
    held = ~np.isnan(matrix)  # a sparse one: what is left out cannot be reached
    stored = coo_matrix((matrix[held], np.nonzero(held)), shape=shape)
    for costs in (matrix, stored, csr_array(stored)):
        cover = Cover.from_cost_matrix(costs, limit, weight)
        assert cover.indptr.tolist() == wanted.indptr.tolist()
        assert cover.indices.tolist() == wanted.indices.tolist()
        assert cover.weight.tolist() == wanted.weight.tolist()
        assert (cover.total, cover.n_points) == (wanted.total, wanted.n_points)


def test_a_cost_matrix_without_an_entry_is_out_of_reach_and_a_stored_zero_is_near() -> None:
    stored = csr_array(([0.0, 3.0], [0, 1], [0, 1, 2]), shape=(2, 2))
    cover = Cover.from_cost_matrix(stored, 1.0)
    assert (cover.evaluate([0]), cover.evaluate([1])) == (1.0, 0.0)


def test_a_cost_matrix_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match=r"row 1, column 0 holds -2; write infinity or NaN"):
        Cover.from_cost_matrix([[1.0, 2.0], [-2.0, 0.0]], 3.0)
    for limit in (-1.0, np.nan, np.inf, [1.0, 2.0, 3.0]):
        with pytest.raises(UsageError, match="limit"):
            Cover.from_cost_matrix([[1.0, 2.0]], limit)


@pytest.mark.slow
@pytest.mark.parametrize("weight", [[1e308, 1e308], [1.7e308, 1.7e308]])
def test_weights_whose_sum_is_beyond_all_floats_get_a_sentence(weight) -> None:
    for make in (
        lambda: Cover.from_matrix([[1, 0], [0, 1]], weight),
        lambda: Cover.from_matrix([[1], [1]], weight),
        lambda: Cover.from_discs([[0, 0], [9, 9]], [[0, 0]], 1.0, weight),
    ):
        with pytest.raises(InputError, match=r"more than the largest.*divide them all"):
            make()


def test_weights_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(UsageError, match="weights are numbers"):
        Cover.from_matrix([[1]], ["3"])


def test_every_sparse_format_gives_the_same_cover_and_stored_zeros_do_not_cover():
    dense = np.array([[1, 0, 1], [0, 0, 0], [1.0, 0, 1]])
    zeros = csr_array(([1.0, 0, 1, 1, 1], [0, 1, 2, 0, 2], [0, 3, 3, 5]), shape=(3, 3))
    covers = [
        Cover.from_matrix(matrix, [1, 2, 3])
        for matrix in (dense, csr_array(dense), csc_array(dense), coo_matrix(dense), zeros)
    ]
    for cover in covers:
        assert cover.indices.tolist() == [0, 2]
        assert cover.weight.tolist() == [4.0]
        assert cover.total == 6.0
    assert zeros.nnz == 5, "the caller's matrix is left as it was"


def test_a_cover_never_changes():
    cover = Cover.from_matrix(csr_array([[1, 0], [1, 1]]))
    for array in (cover.indptr, cover.indices, cover.weight):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(AttributeError, match="never changes"):
        cover.total = 7
    with pytest.raises(AttributeError, match="never changes"):
        del cover.total


def test_a_cover_survives_copy_and_pickle():
    cover = Cover.from_matrix(csr_array([[1, 0], [1, 1]]), [3, 4])
    for other in (copy.deepcopy(cover), pickle.loads(pickle.dumps(cover))):  # noqa: S301
        assert repr(other) == repr(cover)
        assert other.evaluate([1]) == 4.0
        assert not other.weight.flags.writeable


@pytest.mark.parametrize("wrong", [[-1], [2], [0, 7]])
def test_an_unknown_site_is_named(wrong):
    cover = Cover.from_matrix(csr_array([[1, 0], [1, 1]]))
    with pytest.raises(UsageError, match=rf"no site {wrong[-1]}; .* from 0 to 1"):
        cover.evaluate(wrong)


def test_what_cannot_be_used_is_refused():
    with pytest.raises(UsageError, match="row numbers"):
        Cover.from_matrix(csr_array([[1, 0]])).evaluate([0.5])
    with pytest.raises(UsageError, match="has 1 dimension"):
        Cover.from_matrix(np.array([1, 0, 1]))
    with pytest.raises(InputError, match="negative"):
        Cover.from_matrix(csr_array([[1, 0]]), [-3])


@pytest.mark.parametrize(
    ("matrix", "weight", "rows", "covered"),
    [
        (np.ones((50, 3)), np.full(50, 1e12), 1, 5e13),  # all points alike, huge weights
        (np.zeros((50, 3)), np.ones(50), 0, 0.0),  # no site covers anything
        (np.eye(3), np.full(3, 1e-9), 3, 1e-9),  # tiny weights
        (np.eye(3), np.zeros(3), 0, 0.0),  # nobody there
        (np.zeros((0, 3)), np.zeros(0), 0, 0.0),  # no demand
    ],
)
def test_hostile_instances(matrix, weight, rows, covered):
    cover = Cover.from_matrix(csr_array(matrix), weight)
    assert len(cover.weight) == rows
    assert cover.evaluate([1]) == covered
    assert cover.evaluate([]) == 0.0
    assert cover.total == pytest.approx(weight.sum())

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


def test_every_sparse_format_gives_the_same_cover_and_stored_zeros_do_not_cover():
    dense = np.array([[1, 0, 2], [0, 0, 0], [-1, 0, 0.5]])
    zeros = csr_array(([1, 0, 2, -1, 0.5], [0, 1, 2, 0, 2], [0, 3, 3, 5]), shape=(3, 3))
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
    with pytest.raises(UsageError, match="1 dimensions"):
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

"""Equal rows become one row, exactly, whatever the order, the chunks and the hash."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.cover import aggregate as room
from placement.cover.aggregate import Tally, aggregate
from placement.errors import InputError, UsageError

rows_of_sites = st.lists(st.lists(st.integers(0, 5), max_size=5), max_size=40)


def compressed(rows):
    lengths = [len(row) for row in rows]
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return indptr, np.array([site for row in rows for site in row], dtype=np.int64)


def by_dictionary(rows, weight, key):
    """The distinct rows with their sums, in the promised order, the slow and plain way."""
    sums: dict[tuple[int, tuple[int, ...]], Fraction] = {}
    for row, worth, of_key in zip(rows, weight, key, strict=True):
        if row:
            name = (of_key, tuple(sorted(set(row))))
            sums[name] = sums.get(name, Fraction(0)) + Fraction(worth)
    return sorted(sums.items())


def rows_in(indptr, indices):
    return [tuple(indices[a:b].tolist()) for a, b in pairwise(indptr)]


@given(rows=rows_of_sites, data=st.data(), mask=st.sampled_from([0, 1, 2**64 - 1]))
@settings(deadline=None)
def test_sums_equal_a_dictionary_even_when_all_hashes_collide(rows, data, mask):
    count = len(rows)
    weight = data.draw(st.lists(st.floats(0, 1e12), min_size=count, max_size=count))
    key = data.draw(st.lists(st.integers(-2, 2), min_size=count, max_size=count))
    expected = by_dictionary(rows, weight, key)
    tally = Tally(hash_mask=mask)
    group = tally.add(*compressed(rows), weight, key=np.array(key, dtype=np.int64))
    order = tally.order()
    indptr, indices, sums = tally.rows(order)
    assert rows_in(indptr, indices) == [row for (_, row), _ in expected]
    assert sums.tolist() == pytest.approx([float(total) for _, total in expected], rel=1e-15)
    for i, row in enumerate(rows):
        if not row:
            assert group[i] == -1
        else:
            position = int(np.flatnonzero(order == group[i])[0])
            assert expected[position][0] == (key[i], tuple(sorted(set(row))))


def test_rows_with_the_same_hash_are_compared_before_they_merge():
    rows = [[a, b] for a in range(20) for b in range(a + 1, 20)]
    tally = Tally(hash_mask=0)
    tally.add(*compressed(rows), None)
    assert tally.count == len(rows) == 190


@given(rows=rows_of_sites, seed=st.integers(0, 1000))
@settings(deadline=None)
def test_permuting_the_input_changes_nothing(rows, seed):
    weight = np.arange(len(rows), dtype=np.float64)
    turn = np.random.default_rng(seed).permutation(len(rows))
    one = aggregate(*compressed(rows), weight)
    two = aggregate(*compressed([rows[i] for i in turn]), weight[turn])
    for before, after in zip(one[:3], two[:3], strict=True):
        assert before.tobytes() == after.tobytes()
    assert one[3][turn].tolist() == two[3].tolist()


@given(rows=rows_of_sites, cut=st.integers(0, 40), block=st.integers(1, 7))
@settings(deadline=None)
def test_chunks_blocks_and_merged_tallies_give_the_same_rows(rows, cut, block):
    weight = np.arange(len(rows), dtype=np.float64)
    whole = Tally()
    whole.add(*compressed(rows), weight)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "ENTRIES_AT_ONCE", block)
        first, second = Tally(), Tally()
        first.add(*compressed(rows[:cut]), weight[:cut])
        second.add(*compressed(rows[cut:]), weight[cut:])
        first.merge(second)
    for one, two in zip(whole.rows(whole.order()), first.rows(first.order()), strict=True):
        assert one.tobytes() == two.tobytes()
    assert (whole.total, whole.points) == (first.total, first.points)


def test_starts_that_do_not_begin_at_zero_are_a_window_of_the_entries():
    indptr, indices = compressed([[5], [0, 1], [1, 0], [2]])
    window = aggregate(indptr[1:], indices, np.array([2.0, 3.0, 4.0]))
    assert rows_in(*window[:2]) == [(0, 1), (2,)]
    assert window[2].tolist() == [5.0, 4.0]


def test_whole_weights_are_summed_exactly_where_floats_would_lose_them():
    weight = np.array([2.0**53, *[1.0] * 1000, 2.0**53])
    rows = [[0]] * len(weight)
    _, _, sums, _ = aggregate(*compressed(rows), weight)
    assert sums.tolist() == [2.0**54 + 1000]


def test_many_rows_grow_every_array():
    rng = np.random.default_rng(7)
    rows = [sorted(rng.choice(400, size=9, replace=False).tolist()) for _ in range(5000)]
    indptr, indices, sums, group = aggregate(*compressed(rows), np.ones(5000))
    distinct = sorted({tuple(row) for row in rows})
    assert rows_in(indptr, indices) == distinct
    assert sums.sum() == 5000
    assert [distinct[g] for g in group] == [tuple(row) for row in rows]


def test_nothing_gives_nothing():
    indptr, indices, weight, group = aggregate(*compressed([]), [])
    assert (indptr.tolist(), len(indices), len(weight), len(group)) == ([0], 0, 0, 0)
    indptr, indices, weight, group = aggregate(*compressed([[], []]), [1, 2])
    assert (indptr.tolist(), len(indices), len(weight), group.tolist()) == ([0], 0, 0, [-1, -1])


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_a_weight_that_cannot_be_summed_names_its_row_and_the_remedy(bad):
    with pytest.raises(InputError, match=r"row 2.*weight.*finite weight of 0 or more"):
        aggregate(*compressed([[0]] * 3), [1.0, 2.0, bad])


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(UsageError, match="3 points need as many weights"):
        aggregate(*compressed([[0]] * 3), [1.0, 2.0])
    with pytest.raises(UsageError, match="need 3 keys, not 2"):
        aggregate(*compressed([[0]] * 3), None, key=np.zeros(2, dtype=np.int64))
    with pytest.raises(UsageError, match="do not fit"):
        aggregate(np.array([0, 4]), np.array([0]), None)

"""Walks packed for the page are the walks that were given, to the tenth of a second."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from placement.arrays import Bools, Floats, Ints
from placement.maps.packed_walks import (
    BEFORE,
    FIRST,
    NOTHING,
    PARTS,
    TWIN,
    packed,
    runs,
    signed,
    walk_rows,
)
from tests.amount import cases

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def unpacked(text: str) -> Iterator[int]:
    number, place = 0, 0
    for letter in text:
        digit = LETTERS.index(letter)
        number += digit % 32 << place
        place += 5
        if digit < 32:
            yield number
            number, place = 0, 0


def unsigned(number: int) -> int:
    return -(number + 1) // 2 if number % 2 else number // 2


def within(walks: list[int], ratio: float, limit: int, allowed: Bools) -> list[int]:
    longer = [int(np.floor(walk * ratio + 0.5)) if walk >= 0 else -1 for walk in walks]
    return [
        walk if walk <= limit and may else -1 for walk, may in zip(longer, allowed, strict=True)
    ]


def read(
    text: str, rows: int, sites: int, twin: Ints, ratios: list[float], limits: list[float],
    allowed: list[Bools],
) -> list[list[list[int]]]:  # fmt: skip
    """Read what `walk_rows` writes, as its docstring says it is written."""
    take = unpacked(text)
    tables: list[list[list[int]]] = []
    for at, ratio in enumerate(ratios):
        table: list[list[int]] = []
        limit, held = round(limits[at] * PARTS) + 1, [0] * sites
        for row in range(rows):
            told = {
                NOTHING: lambda: [-1] * sites,
                BEFORE: lambda table=table, row=row: table[row - 1],
                FIRST: lambda row=row, limit=limit, at=at: within(
                    tables[0][row], 1.0, limit, allowed[at]
                ),
                TWIN: lambda table=table, row=row, ratio=ratio, limit=limit, at=at: within(
                    table[twin[row]], ratio, limit, allowed[at]
                ),
            }[next(take)]()
            here, site = [walk >= 0 for walk in told], -1
            for _ in range(next(take)):
                site += next(take)
                here[site] = not here[site]
            both = [site for site in range(sites) if here[site] and told[site] >= 0]
            changes = [unsigned(next(take)) for _ in range(next(take))]
            which = {site: min(held[site], len(changes) - 1) for site in both}
            place = -1
            for _ in range(next(take) if len(changes) > 1 else 0):
                place += next(take)
                which[both[place]] = next(take)
            walks = [-1] * sites
            for site in both:
                walks[site], held[site] = told[site] + changes[which[site]], which[site]
            for site in range(sites):
                if here[site] and told[site] < 0:
                    walks[site] = limit - unsigned(next(take))
            table.append(walks)
        tables.append(table)
    assert next(take, None) is None
    return tables


def check(seed: int, rows: int, sites: int, *, like: float) -> None:
    """Pack tables of which neighbours are alike in so many rows, and read them back."""
    random = np.random.default_rng(seed)
    limits, ratios = [300.0, 240.0], [1.25, 1.0]
    allowed = [random.random(sites) < 0.9 for _ in ratios]
    drift = np.cumsum(random.integers(-30, 31, (rows, 1)) / 10, axis=0)
    jump = random.random((rows, sites)) * 90 * (random.random((rows, 1)) > like)
    twin = np.where(random.random(rows) < 0.4, random.integers(0, rows, rows), -1)
    twin = np.where(twin < np.arange(rows), twin, -1)
    seconds: Floats = np.abs(random.random(sites) * 200 + drift + jump)
    tables = []
    for at, limit in enumerate(limits):
        walk = np.where(twin[:, None] >= 0, seconds * ratios[at], seconds)
        at_row, column = np.nonzero((walk <= limit) & allowed[at])
        tables.append(csr_array((walk[at_row, column], (at_row, column)), shape=walk.shape))
    text = walk_rows(tables, twin, ratios, limits, allowed)
    found = read(text, rows, sites, twin, ratios, limits, allowed)
    for table, walks in zip(tables, found, strict=True):
        whole, exact = np.array(walks), table.toarray()
        there = np.zeros(exact.shape, dtype=np.bool_)
        there[table.nonzero()] = True
        assert np.array_equal(whole >= 0, there)
        assert np.array_equal(
            np.floor(whole[there] / (PARTS / 10) + 0.5), np.rint(exact[there] * 10)
        )


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 8), st.sampled_from([0.0, 0.8]))
@settings(max_examples=cases(30, 1_000))
def test_what_is_packed_is_read_back(seed: int, rows: int, sites: int, like: float) -> None:
    check(seed, rows, sites, like=like)


@pytest.mark.slow
def test_large_tables_are_packed_in_compiled_loops() -> None:
    check(1, 700, 80, like=0.9)


@given(st.lists(st.integers(0, 2**53)))
def test_numbers_are_packed_as_letters(numbers: list[int]) -> None:
    assert list(unpacked(packed(numbers))) == numbers


def test_equal_neighbours_are_written_once() -> None:
    assert runs(np.array([3, 3, 1])) == [3, 2, 1, 1]
    assert runs(np.zeros(0, dtype=np.int64)) == []
    assert [signed(number) for number in (0, -1, 1, -2, 2)] == [0, 1, 2, 3, 4]

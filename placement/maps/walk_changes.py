"""Walks that change when streets close: what is told of them, and what follows from that."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from placement.arrays import Ints
from placement.maps.packed_walks import packed
from placement.plan.problem import Problem

if TYPE_CHECKING:
    from placement.cover.survey import Survey

#: Longer than any walk: there is none within the limit.
_NO_WALK = np.iinfo(np.int64).max


class Changes(NamedTuple):
    """Walks that are others than while all streets are open.

    Attributes
    ----------
    at
        (E,) int64, positions in the flat (M, N) table, ascending.
    parts
        (E,) int64, parts of a second; the largest number where there is no walk any more.
    """

    at: Ints
    parts: Ints


class Between(NamedTuple):
    """Walks between sites that rules of a resource ask for, None where none does.

    Attributes
    ----------
    near
        By site, from which sites it is near enough.
    apart
        By two sites, the lower first, how many seconds they are apart where that may be too few.
    onward
        Of gates of rings, by gate and gate of the next ring inward, how many seconds people walk
        on who walk as usual, and those who walk without steps.
    """

    near: tuple[frozenset[int], ...] | None
    apart: dict[tuple[int, int], float] | None
    onward: tuple[dict[tuple[int, int], float], ...] | None


def changed(before: Ints, after: Ints) -> Changes:
    """Return what changes in a table.

    Parameters
    ----------
    before, after
        (M, N) int64, parts of a second, −1 where there is no walk.
    """
    at = np.flatnonzero(before.ravel() != after.ravel())
    parts = after.ravel()[at]
    return Changes(at, np.where(parts < 0, _NO_WALK, parts))


def longest(all_: Sequence[Changes]) -> Changes:
    """Return what follows for more streets from what is told of fewer: the longest of each walk."""
    nothing = np.zeros(0, dtype=np.int64)
    at = np.concatenate([nothing, *(one.at for one in all_)])
    parts = np.concatenate([nothing, *(one.parts for one in all_)])
    order = np.lexsort((parts, at))
    at, parts = at[order], parts[order]
    last = np.ones(len(at), dtype=np.bool_)
    last[:-1] = at[1:] != at[:-1]
    return Changes(at[last], parts[last])


def other_than(found: Changes, follows: Changes) -> Changes:
    """Return what is to be told: the changes that do not follow from what is told already."""
    known = np.full(len(found.at), -1, dtype=np.int64)
    place = np.searchsorted(found.at, follows.at)
    # fewer streets are open, and no walk gets shorter by that
    assert (found.at[place] == follows.at).all()  # noqa: S101
    known[place] = follows.parts
    kept = known != found.parts
    return Changes(found.at[kept], found.parts[kept])


def written_changes(changes: Changes, sites: int) -> str:
    """Write changes: empty where there are none.

    Parameters
    ----------
    changes
        Of a table.
    sites
        How many columns it has.

    Returns
    -------
    str
        `packed`, point by point: the gap to it, how many walks change, and of each the gap to its
        site and 0 where there is no walk any more, else one more than its parts of a second.
    """
    points, columns = np.divmod(changes.at, sites)
    parts = np.where(changes.parts == _NO_WALK, -1, changes.parts)
    numbers: list[int] = []
    last = -1
    for at in np.unique(points).tolist():
        mine = slice(*np.searchsorted(points, [at, at + 1]).tolist())
        numbers += [at - last, mine.stop - mine.start]
        last = at
        gaps = np.diff(columns[mine], prepend=-1).tolist()
        for gap, part in zip(gaps, parts[mine].tolist(), strict=True):
            numbers += [gap, part + 1]
    return packed(numbers)


def between_sites(problem: Problem, walks: "Survey", at: int, column: Ints) -> Between:
    """Return the walks between sites, in the order of the page's columns, of a resource."""
    kind = problem.resources[at]
    near, apart, onward = None, None, None
    if kind.near is not None:
        pairs = walks.near[kind.id].tocsr()[column][:, column].tocsr()
        near = tuple(
            frozenset(pairs.indices[first:last].tolist())
            for first, last in pairwise(pairs.indptr.tolist())
        )
    if kind.separation_s is not None:
        walked = _by_pair(walks.apart[kind.id], column)
        apart = {(a, b): seconds for (a, b), seconds in walked.items() if a < b}
    if at == problem.laned and walks.between is not None:
        onward = tuple(_by_pair(table, column) for table in walks.between)
    return Between(near, apart, onward)


def _by_pair(table: csr_array, column: Ints) -> dict[tuple[int, int], float]:
    """Return the walks of a table of sites by two of them, in the order of the page's columns."""
    place = np.argsort(column)
    entries = table.tocoo()
    rows, columns = (place[one].tolist() for one in entries.coords)
    return dict(zip(zip(rows, columns, strict=True), entries.data.tolist(), strict=True))


def longest_between(all_: Sequence[Between]) -> Between:
    """Return what follows for more streets from what is known of fewer, one at least."""
    near, apart, onward = all_[0]
    for one in all_[1:]:
        if near is not None and one.near is not None:
            near = tuple(mine & other for mine, other in zip(near, one.near, strict=True))
        if apart is not None and one.apart is not None:
            apart = _longer(apart, one.apart)
        if onward is not None and one.onward is not None:
            onward = tuple(_longer(*both) for both in zip(onward, one.onward, strict=True))
    return Between(near, apart, onward)


def _longer(
    some: dict[tuple[int, int], float], others: dict[tuple[int, int], float]
) -> dict[tuple[int, int], float]:
    """Return the longer of both walks of every pair that has both."""
    return {pair: max(walk, others[pair]) for pair, walk in some.items() if pair in others}


def written_between(problem: Problem, at: int, between: Between) -> dict[str, Any]:
    """Write the walks between sites that rules of a resource ask for."""
    kind = problem.resources[at]
    found: dict[str, Any] = {"near": None, "apart": None}
    if kind.near is not None and between.near is not None:
        numbers: list[int] = []
        for row in between.near:
            numbers += [len(row), *np.diff(np.array(sorted(row), np.int64), prepend=-1).tolist()]
        found["near"] = {
            "resource": problem.resource_index(kind.near.resource),
            "walk_s": kind.near.walk_s,
            "sites": packed(numbers),
        }
    if kind.separation_s is not None and between.apart is not None:
        found["apart"] = {
            "least_s": kind.separation_s,
            "walks": _walks_text(between.apart),
        }
    if between.onward is not None:
        found["onward"] = [_walks_text(walks) for walks in between.onward]
    return found


def _walks_text(walks: Mapping[tuple[int, int], float]) -> list[list[Any]]:
    return [[a, b, seconds] for (a, b), seconds in sorted(walks.items())]

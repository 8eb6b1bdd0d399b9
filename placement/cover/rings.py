"""Through the rings of a plan: walks from gate to gate, and the routes that people may take.

A route is one gate of each ring that somebody passes, from the outside in; each gate is near enough
to the one before, and the person's ticket zone admits them at each.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from placement.arrays import Bools, Floats, Ints
from placement.errors import InputError
from placement.plan.problem import Problem, Rings

MOST_ROUTES = 200_000
"""Ways of a crowd through gates, at most: with more no solver would end."""


def between_rings(
    problem: Problem, usual: "_Walks", step_free: "_Walks"
) -> tuple[csr_array, csr_array] | None:
    """Return the walks from gates of each ring to those of the next one inward.

    Parameters
    ----------
    problem
        What is asked.
    usual, step_free
        Give the (N, N) walks in seconds from some sites, (n,) int64, to all within a limit in
        seconds: of people who walk as usual, and of those who walk without steps.

    Returns
    -------
    tuple of two (N, N) sparse, or None
        As `placement.cover.survey.Survey.between`; None in a plan without rings.
    """
    rings = problem.rings
    if rings is None or problem.laned is None:
        return None
    gate, found = problem.sites.allowed[:, problem.laned], list[csr_array]()
    for walks in (usual, step_free):
        parts: list[tuple[Ints, Ints, Floats]] = []
        for inner in range(1, len(rings.passed)):
            outside = np.flatnonzero(gate & (rings.level == inner - 1))
            table = walks(outside, float(rings.walk_s[inner])).tocoo()
            kept = (gate & (rings.level == inner))[table.coords[1]]
            parts.append((table.coords[0][kept], table.coords[1][kept], table.data[kept]))
        found.append(_table(parts, len(gate)))
    return found[0], found[1]


def _table(parts: list[tuple[Ints, Ints, Floats]], size: int) -> csr_array:
    """Return a sparse square table of rows, columns and seconds; walks of zero seconds are kept."""
    if not parts:
        return csr_array((size, size))
    row, column, seconds = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((column, row))
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=size))])
    return csr_array((seconds[order], column[order], starts), shape=(size, size))


type _Walks = Callable[[Ints, float], csr_array]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RingClasses:
    """People who may go on from the same gates to the same gates.

    Attributes
    ----------
    depth, step_free, zone
        (c,) int64, (c,) bool and (c,) int64: how many rings each class passes, whether it walks
        without steps, and the number of its ticket zone, 0 for none.
    of
        (M,) int64, the class of each demand point.
    """

    depth: Ints
    step_free: Bools
    zone: Ints
    of: Ints


def ring_classes(problem: Problem, rings: Rings) -> RingClasses:
    """Part the people of a plan by the gates by which they may go on."""
    demand = problem.demand
    entry = problem.entries.get(problem.laned or 0)
    zone = np.zeros(len(demand), dtype=np.int64) if entry is None else entry.of
    key = np.column_stack([rings.depth, demand.step_free, zone])
    classes, of = np.unique(key, axis=0, return_inverse=True)
    return RingClasses(
        depth=classes[:, 0], step_free=classes[:, 1] > 0, zone=classes[:, 2], of=of.ravel()
    )


def gates_of_class(
    problem: Problem,
    rings: Rings,
    classes: RingClasses,
    number: int,
    between: tuple[csr_array, csr_array],
    is_gate: Bools,
) -> list[Bools]:
    """Return, ring by ring from the outside in, the gates from which a class reaches its last ring.

    Parameters
    ----------
    problem, rings, classes, number
        What is asked, and the class by its number.
    between
        As `placement.cover.survey.Survey.between`.
    is_gate
        (N,) bool, which sites may be passed at all.

    Returns
    -------
    list of (N,) bool
        One for each ring that the class passes.
    """
    entry = problem.entries.get(problem.laned or 0)
    may = is_gate if entry is None else is_gate & entry.admits[:, classes.zone[number]]
    table = between[int(classes.step_free[number])]
    depth = int(classes.depth[number])
    found = [may & (rings.level == depth - 1)]
    row = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    for level in range(depth - 2, -1, -1):
        onward = np.zeros(len(may), dtype=np.bool_)
        onward[row[found[0][table.indices]]] = True
        found.insert(0, may & onward & (rings.level == level))
    return found


def leading_in(
    problem: Problem, rings: Rings, walk: csr_array, between: tuple[csr_array, csr_array]
) -> csr_array:
    """Keep the walks to gates of the outermost ring from which a person gets all the way in.

    Parameters
    ----------
    problem, rings
        What is asked.
    walk
        (M, N) sparse, walks to gates by which people may enter; walks of zero seconds are kept.
    between
        As `placement.cover.survey.Survey.between`.
    """
    classes = ring_classes(problem, rings)
    is_gate = problem.sites.allowed[:, problem.laned or 0]
    first = np.array(
        [
            gates_of_class(problem, rings, classes, number, between, is_gate)[0]
            for number in range(len(classes.depth))
        ]
    ).reshape(len(classes.depth), len(is_gate))
    rows = np.repeat(np.arange(walk.shape[0]), np.diff(walk.indptr))
    kept = first[classes.of[rows], walk.indices]
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=walk.shape[0]))])
    return csr_array((walk.data[kept], walk.indices[kept], starts), shape=walk.shape)


def routes_of_class(
    problem: Problem,
    rings: Rings,
    classes: RingClasses,
    number: int,
    between: tuple[csr_array, csr_array],
    is_open: Bools,
) -> tuple[Ints, Floats]:
    """Return every route of a class through open gates, in the order of its gates.

    Parameters
    ----------
    problem, rings, classes, number, between
        As for `gates_of_class`.
    is_open
        (N,) bool, sites of open gates.

    Returns
    -------
    sites
        (r, P) int64, the sites of each route from the outside in, −1 for rings beyond its last.
    seconds
        (r,) float64, the walk from its first gate to its last.

    Raises
    ------
    InputError
        If there are more than `MOST_ROUTES`.
    """
    onward = gates_of_class(problem, rings, classes, number, between, is_open)
    table = between[int(classes.step_free[number])]
    sites = np.full((int(onward[0].sum()), len(rings.passed)), -1, dtype=np.int64)
    sites[:, 0] = np.flatnonzero(onward[0])
    seconds = np.zeros(len(sites))
    for level, gates in enumerate(onward[1:], start=1):
        last = sites[:, level - 1]
        many = table.indptr[last + 1] - table.indptr[last]
        before = np.repeat(np.arange(len(sites)), many)
        first = np.repeat(table.indptr[last], many)
        at = first + np.arange(len(before)) - np.repeat(np.cumsum(many) - many, many)
        kept = gates[table.indices[at]]
        before, at = before[kept], at[kept]
        check_routes(len(before))
        sites, seconds = sites[before], seconds[before] + table.data[at]
        sites[:, level] = table.indices[at]
    return sites, seconds


def ways_in(
    problem: Problem,
    rings: Rings,
    walk: csr_array,
    between: tuple[csr_array, csr_array],
    is_open: Bools,
) -> tuple[list[list[tuple[int, ...]]], Ints]:
    """Return by which open gates, one after the other, people can get all the way in.

    Parameters
    ----------
    problem, rings, walk, between
        As for `leading_in`.
    is_open
        (N,) bool, sites of open gates.

    Returns
    -------
    ways
        For each crowd of people with the same ways in: the sites of each, from the outside in.
    of
        (M,) int64, the crowd of each demand point, −1 where there is no way in.

    Raises
    ------
    InputError
        If there are more than `MOST_ROUTES`.
    """
    classes = ring_classes(problem, rings)
    onward: list[dict[int, list[tuple[int, ...]]]] = []
    for number in range(len(classes.depth)):
        by_first: dict[int, list[tuple[int, ...]]] = {}
        sites, _ = routes_of_class(problem, rings, classes, number, between, is_open)
        for route in sites[:, : classes.depth[number]].tolist():
            by_first.setdefault(route[0], []).append(tuple(route))
        onward.append(by_first)
    ways: list[list[tuple[int, ...]]] = []
    known: dict[tuple[int, tuple[int, ...]], int] = {}
    of = np.full(walk.shape[0], -1, dtype=np.int64)
    ends, gates = walk.indptr.tolist(), walk.indices.tolist()
    for point, kind in enumerate(classes.of.tolist()):
        outer = sorted(gates[ends[point] : ends[point + 1]])
        key = kind, tuple(gate for gate in outer if gate in onward[kind])
        if not key[1]:
            continue
        if key not in known:
            known[key] = len(ways)
            ways.append([route for gate in key[1] for route in onward[kind][gate]])
            check_routes(sum(map(len, ways)))
        of[point] = known[key]
    return ways, of


def check_routes(many: int) -> None:
    """Refuse more routes than a solver would come to an end with.

    Raises
    ------
    InputError
        If there are more than `MOST_ROUTES`.
    """
    if many > MOST_ROUTES:
        raise InputError(
            f"there are more than {MOST_ROUTES:,} ways through the rings",
            field="rings",
            remedy="shorten walk_limit_min of the inner rings, or leave sites out",
        )

"""From a surveyed plan to rows and columns: which posts could be opened, and whom they cover."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.cover import rules
from placement.cover.aggregate import aggregate
from placement.cover.columns import columns_of, coupling, least_units, statuses
from placement.cover.instance import Instance
from placement.cover.survey import Survey
from placement.plan.problem import Problem


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Posting:
    """The candidate posts of a problem and the covering instance over them.

    Attributes
    ----------
    instance
        Rows are groups of demand points that the same posts of one resource cover.
    site, resource
        (C,) int64, position of the site and of the resource of each column, in the order of
        (site identifier, resource identifier).
    units
        (C,) int64, units of the post if it is opened: the least allowed, since units beyond them
        cost and cover nobody more. Where units may be unavailable, each is a column of its own.
    opens
        (C,) bool: whether the column opens a post; else it adds units to the post before it.
    people
        (R,) float64, people of each row, whatever they are worth.
    row_resource
        (R,) int64, position of the resource whose posts cover the row.
    row_tier
        (R,) int64, tier of the row's people.
    tiers
        All tiers, also those whose people no post reaches; one in a plan without tiers.
    row_of
        By resource: (M,) int64, the row of each demand point, −1 where it has none.
    """

    instance: Instance
    site: Ints
    resource: Ints
    units: Ints
    opens: Bools
    people: Floats
    row_resource: Ints
    row_tier: Ints
    tiers: tuple[int, ...]
    row_of: tuple[Ints, ...] = ()


def posting(problem: Problem, survey: Survey, *, counted: Collection[str] = ()) -> Posting:
    """Write a problem as rows and columns.

    Demand points with the same covering posts are merged into one row of their summed weight,
    which changes no optimum (isomorphic aggregation, Chen et al. 2023); points that a rule tells
    apart stay apart.

    Parameters
    ----------
    problem, survey
        What is asked, and the walks.
    counted
        Resources whose people get rows even where covering them is worth nothing.

    Returns
    -------
    Posting
    """
    columns = columns_of(problem)
    rows = [
        _rows(problem, survey, position, counted=kind.id in counted)
        for position, kind in enumerate(problem.resources)
    ]
    start = np.cumsum([0] + [len(one.worth) for one in rows])
    row_of = [
        np.where(one.row_of >= 0, one.row_of + first, -1)
        for one, first in zip(rows, start[:-1].tolist(), strict=True)
    ]
    lengths = np.concatenate([np.diff(one.indptr) for one in rows])
    worth = np.concatenate([one.worth for one in rows])
    people = np.concatenate([one.people for one in rows])
    resource = np.repeat(np.arange(len(rows)), np.diff(start))
    tier = np.ones(len(worth), dtype=np.int64)
    for of_kind in row_of:
        tier[of_kind[of_kind >= 0]] = problem.demand.tier[of_kind >= 0]
    certain = np.array([1.0 - kind.unavailable for kind in problem.resources])
    near_indptr, near_indices, coupled = coupling(problem, survey, columns)
    required, excluded = statuses(problem, columns)
    sealed, alone = rules.sealed(problem, columns)
    indptr, indices = _with_units(
        np.concatenate([[0], np.cumsum(lengths)]),
        np.concatenate([one.indices for one in rows]),
        columns.opening,
    )
    return Posting(
        instance=Instance.build(
            indptr=indptr,
            indices=indices,
            weight=worth * certain[resource],
            cost=columns.cost,
            budget=problem.budget,
            required=required | alone,
            excluded=excluded,
            limits=rules.limits(problem, survey, columns),
            near_indptr=near_indptr,
            near_indices=near_indices,
            coupled=coupled,
            gains=rules.gains(problem, row_of, worth, resource),
            rules=(
                *rules.floors(problem, columns, row_of, people),
                *least_units(problem, columns),
                *sealed,
            ),
        ),
        site=columns.site,
        resource=columns.resource,
        units=columns.units,
        opens=columns.opens,
        people=people,
        row_resource=resource,
        row_tier=tier,
        tiers=problem.demand.tiers,
        row_of=tuple(row_of),
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Rows:
    """Rows of one resource: their opening columns, worth and people, and the row of each point."""

    indptr: Ints
    indices: Ints
    worth: Floats
    people: Floats
    row_of: Ints


def _rows(problem: Problem, survey: Survey, position: int, *, counted: bool) -> _Rows:
    """Merge the demand points that the same posts of a resource cover and the same rules count."""
    kind, demand = problem.resources[position], problem.demand
    column_of = columns_of(problem).of(problem)
    walk = survey.walk[kind.id]
    worth = kind.value * demand.people * demand.priority
    kept = demand.people > 0 if counted else worth > 0
    for floor in problem.floors:
        if floor.resource == position:
            kept[floor.points] |= demand.people[floor.points] > 0
    key = rules.row_keys(problem, position)
    lengths = np.diff(walk.indptr)
    entries = np.repeat(kept, lengths)
    indptr, indices, merged, group = aggregate(
        np.concatenate([[0], np.cumsum(lengths[kept])]).astype(np.int64),
        column_of[walk.indices[entries], position],
        worth[kept],
        key=None if key is None else key[kept],
    )
    met = group >= 0
    row_of = np.full(len(demand), -1, dtype=np.int64)
    row_of[kept] = group
    people = np.bincount(group[met], weights=demand.people[kept][met], minlength=len(merged))
    return _Rows(indptr=indptr, indices=indices, worth=merged, people=people, row_of=row_of)


def _with_units(indptr: Ints, indices: Ints, opening: Ints) -> tuple[Ints, Ints]:
    """Let every unit of a post cover what its opening column covers."""
    size = np.bincount(opening, minlength=len(opening))
    if len(indices) == 0 or size.max() <= 1:
        return indptr, indices
    each = size[indices]
    first = np.repeat(indices, each)
    number = np.arange(len(first)) - np.repeat(np.cumsum(each) - each, each)
    total = np.concatenate([[0], np.cumsum(each)])
    return total[indptr], first + number

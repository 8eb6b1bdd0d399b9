"""From a surveyed plan to rows and columns: which posts could be opened, and whom they cover."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from placement.cover.aggregate import aggregate
from placement.cover.instance import Instance, Limit
from placement.cover.survey import Survey
from placement.plan.problem import Problem, SiteStatus

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


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
        cost and cover nobody more.
    """

    instance: Instance
    site: Ints
    resource: Ints
    units: Ints


def posting(problem: Problem, survey: Survey) -> Posting:
    """Write a problem as rows and columns.

    Demand points with the same covering posts are merged into one row of their summed weight,
    which changes no optimum (isomorphic aggregation, Chen et al. 2023).

    Parameters
    ----------
    problem, survey
        What is asked, and the walks.

    Returns
    -------
    Posting
    """
    sites = problem.sites
    site, resource = np.nonzero(sites.allowed)
    column_of = np.full(sites.allowed.shape, -1, dtype=np.int64)
    column_of[site, resource] = np.arange(len(site))
    units = sites.min_units[site, resource]
    status = sites.status[site, resource]

    pieces = []
    for position, kind in enumerate(problem.resources):
        walk = survey.walk[kind.id]
        worth = kind.value * problem.demand.people * problem.demand.priority
        counted = worth > 0
        lengths = np.diff(walk.indptr)
        entries = np.repeat(counted, lengths)
        pieces.append(
            aggregate(
                np.concatenate([[0], np.cumsum(lengths[counted])]).astype(np.int64),
                column_of[walk.indices[entries], position],
                worth[counted],
            )
        )
    lengths = np.concatenate([np.diff(piece[0]) for piece in pieces])
    near_indptr, near_indices, coupled = _coupling(problem, survey, site, resource, column_of)
    return Posting(
        instance=Instance.build(
            indptr=np.concatenate([[0], np.cumsum(lengths)]),
            indices=np.concatenate([piece[1] for piece in pieces]),
            weight=np.concatenate([piece[2] for piece in pieces]),
            cost=sites.open_cost[site, resource] + sites.unit_cost[site, resource] * units,
            budget=problem.budget,
            required=status == SiteStatus.REQUIRED,
            excluded=status == SiteStatus.EXCLUDED,
            limits=_limits(problem, resource, units),
            near_indptr=near_indptr,
            near_indices=near_indices,
            coupled=coupled,
        ),
        site=site,
        resource=resource,
        units=units,
    )


def _limits(problem: Problem, resource: Ints, units: Ints) -> tuple[Limit, ...]:
    """Return the fleet and post limits, named as in the plan file."""
    limits = []
    for position, kind in enumerate(problem.resources):
        of_kind = (resource == position).astype(np.float64)
        if kind.fleet is not None:
            use = of_kind * units
            limits.append(Limit(name=f"resources.{kind.id}.fleet", use=use, most=kind.fleet))
        if kind.posts is not None:
            limits.append(Limit(name=f"resources.{kind.id}.posts", use=of_kind, most=kind.posts))
    return tuple(limits)


def _coupling(
    problem: Problem, survey: Survey, site: Ints, resource: Ints, column_of: Ints
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Return, for each column, the columns of which one must be open beside it."""
    neighbours: list[Ints] = []
    coupled = np.zeros(len(site), dtype=np.bool_)
    none = np.zeros(0, dtype=np.int64)
    for column in range(len(site)):
        near = problem.resources[resource[column]].near
        if near is None:
            neighbours.append(none)
            continue
        coupled[column] = True
        table = survey.near[problem.resources[resource[column]].id]
        around = table.indices[table.indptr[site[column]] : table.indptr[site[column] + 1]]
        others = column_of[around, problem.resource_index(near.resource)]
        neighbours.append(np.sort(others[others >= 0]))
    lengths = np.array([len(found) for found in neighbours], dtype=np.int64)
    return (
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate(neighbours) if neighbours else none,
        coupled,
    )

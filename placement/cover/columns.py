"""The columns of a plan: each opens a post with its least units, or adds a unit to one."""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.cover.instance import Rule
from placement.cover.survey import Survey
from placement.decimals import cost_of
from placement.plan.problem import Problem, SiteStatus


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Columns:
    """What can be opened, in the order of (site identifier, resource identifier, unit).

    Attributes
    ----------
    site, resource
        (C,) int64, positions.
    units
        (C,) int64, units the column brings.
    opens
        (C,) bool: whether it opens a post; else it adds a unit to the post of the column before.
    must
        (C,) bool: whether it belongs to the least units of its post, which come all or none.
    cost
        (C,) float64.
    """

    site: Ints
    resource: Ints
    units: Ints
    opens: Bools
    must: Bools
    cost: Floats

    @property
    def opening(self) -> Ints:
        """(C,) int64, the column that opens the post each column belongs to."""
        return np.asarray(np.flatnonzero(self.opens)[np.cumsum(self.opens) - 1])

    def of(self, problem: Problem) -> Ints:
        """Return (N, K) int64, the column that opens each post, −1 where there is none."""
        column = np.full(problem.sites.allowed.shape, -1, dtype=np.int64)
        opening = np.flatnonzero(self.opens)
        column[self.site[opening], self.resource[opening]] = opening
        return column


def columns_of(problem: Problem) -> Columns:
    """List the columns of a problem.

    A post gets its least units, for more would cover nobody more. Only where units may be
    unavailable does a further unit count, up to as many as count for one person: there each is a
    column of its own, and so are the least units, for each of them counts.
    """
    sites = problem.sites
    site, resource = np.nonzero(sites.allowed)
    least, most = sites.min_units[site, resource], sites.max_units[site, resource]
    counted = np.array(
        [kind.counted_units if kind.unavailable else 1 for kind in problem.means],
        dtype=np.int64,
    )[resource]
    fleet = np.array(
        [10**9 if kind.fleet is None else kind.fleet for kind in problem.means],
        dtype=np.int64,
    )[resource]
    tied = np.minimum(least, counted)
    more = np.clip(np.minimum(np.minimum(most, counted) - tied, fleet - least), 0, None)
    size = tied + more
    start = np.cumsum(size) - size
    post = np.repeat(np.arange(len(site)), size)
    number = np.arange(len(post)) - start[post]
    opens = number == 0
    units = np.where(opens, (least - tied)[post] + 1, 1)
    site, resource = site[post], resource[post]
    opening = np.where(opens, sites.open_cost[site, resource], 0.0)
    return Columns(
        site=site,
        resource=resource,
        units=units,
        opens=opens,
        must=number < tied[post],
        cost=cost_of(opening, sites.unit_cost[site, resource], units),
    )


def statuses(problem: Problem, columns: Columns) -> tuple[Bools, Bools]:
    """Return which columns are required and which excluded."""
    status = problem.sites.status[columns.site, columns.resource]
    return (status == SiteStatus.REQUIRED) & columns.must, status == SiteStatus.EXCLUDED


def least_units(problem: Problem, columns: Columns) -> tuple[Rule, ...]:
    """Return the rules that an open post has its least units, where they are columns."""
    opening = columns.opening
    found = []
    for column in np.flatnonzero(columns.must & ~columns.opens).tolist():
        slope = np.zeros(len(columns.site))
        slope[opening[column]], slope[column] = 1.0, -1.0
        kind = problem.means[columns.resource[column]]
        none = np.zeros(0, dtype=np.int64)
        found.append(
            Rule(
                name=f"resources.{kind.id}.min_units",
                slope=slope,
                rows=none,
                times=none,
                share=np.zeros(0),
                most=0.0,
            )
        )
    return tuple(found)


def coupling(problem: Problem, survey: Survey, columns: Columns) -> tuple[Ints, Ints, Bools]:
    """Return, for each column, the columns of which one must be open beside it.

    A post needs one of the resource it must be near; a further unit needs the unit before it.

    Returns
    -------
    indptr, indices
        (C + 1,) and (any,) int64.
    coupled
        (C,) bool.
    """
    column_of = columns.of(problem)
    neighbours: list[Ints] = []
    coupled = np.zeros(len(columns.site), dtype=np.bool_)
    none = np.zeros(0, dtype=np.int64)
    for column, opens in enumerate(columns.opens.tolist()):
        if not opens:
            coupled[column] = True
            neighbours.append(np.array([column - 1], dtype=np.int64))
            continue
        kind = problem.means[columns.resource[column]]
        if kind.near is None:
            neighbours.append(none)
            continue
        coupled[column] = True
        table = survey.near[kind.id]
        site = columns.site[column]
        around = table.indices[table.indptr[site] : table.indptr[site + 1]]
        others = column_of[around, problem.resource_index(kind.near.resource)]
        neighbours.append(np.sort(others[others >= 0]))
    lengths = np.array([len(found) for found in neighbours], dtype=np.int64)
    return (
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate(neighbours) if neighbours else none,
        coupled,
    )

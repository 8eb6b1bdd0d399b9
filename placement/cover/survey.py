"""Who can walk where: the plan's points on the plan's streets, and the walks between them."""

import weakref
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from placement.plan.problem import Plan, Walkers
from placement.streets import Snapped, Streets, read_streets, snap, walking_times

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Survey:
    """Walks between the candidate sites and the people, in seconds.

    Attributes
    ----------
    streets
        The walking network, or None where walks are straight lines times the detour factor.
    sites, demand
        Where the N sites and the M demand points meet the streets; None without streets.
    walk
        By resource: (M, N) sparse, seconds of each walk within the resource's limit. Walks of zero
        seconds are stored too, so the stored entries are the cover relation.
    near
        By resource that needs another one nearby: (N, N) sparse, entry (j, m) is the walk from
        site m, where the other resource would be, to site j.
    unsnapped_sites, unsnapped_demand
        Positions of the points that lie too far from any street; they cover nothing and are
        covered by nothing.
    """

    streets: Streets | None
    sites: Snapped | None
    demand: Snapped | None
    walk: Mapping[str, csr_array]
    near: Mapping[str, csr_array]
    unsnapped_sites: Ints
    unsnapped_demand: Ints

    @property
    def walking(self) -> str:
        """How walks were measured: ``"streets"`` or ``"straight line"``."""
        return "straight line" if self.streets is None else "streets"


_surveys: "weakref.WeakKeyDictionary[Plan, Survey]" = weakref.WeakKeyDictionary()


def survey(plan: Plan) -> Survey:
    """Measure the walks of a plan, once: a plan never changes, so neither does its survey.

    Parameters
    ----------
    plan
        A loaded plan.

    Returns
    -------
    Survey

    Raises
    ------
    InputError
        If the street layer cannot be read.
    """
    found = _surveys.get(plan)
    if found is None:
        found = _straight(plan) if plan.streets is None else _on_streets(plan)
        _surveys[plan] = found
    return found


def _on_streets(plan: Plan) -> Survey:
    """Survey on the street network."""
    assert plan.streets is not None  # noqa: S101 - told by the caller
    walking = plan.settings.walking
    streets = read_streets(plan.streets, crs=plan.crs, speed_m_s=walking.speed_m_s)
    if plan.closures:
        streets = streets.close([shape.xy for shape in plan.closures])
    problem = plan.problem
    water = [shape.xy for shape in plan.water]
    at_sites, at_demand = (
        snap(streets, points.xy, level=points.level, water=water, max_m=walking.snap_m)
        for points in (problem.sites, problem.demand)
    )
    walk: dict[str, csr_array] = {}
    near: dict[str, csr_array] = {}
    for position, resource in enumerate(problem.resources):
        posted = np.flatnonzero(problem.sites.allowed[:, position])
        times = walking_times(
            streets,
            at_sites.take(posted),
            at_demand,
            limit_s=resource.walk_limit_s,
            outward=resource.walkers is Walkers.TEAM,
        )
        walk[resource.id] = _by_demand(times, posted, len(problem.sites))
        if resource.near is not None:
            other = problem.sites.allowed[:, problem.resource_index(resource.near.resource)]
            at_other = np.flatnonzero(other)
            times = walking_times(
                streets,
                at_sites.take(at_other),
                at_sites,
                limit_s=resource.near.walk_s,
                outward=True,
            )
            near[resource.id] = _by_demand(times, at_other, len(problem.sites))
    return Survey(
        streets=streets,
        sites=at_sites,
        demand=at_demand,
        walk=walk,
        near=near,
        unsnapped_sites=np.flatnonzero(at_sites.edge < 0),
        unsnapped_demand=np.flatnonzero(at_demand.edge < 0),
    )


def _by_demand(times: csr_array, sources: Ints, sites: int) -> csr_array:
    """Turn (some sources × targets) into (targets × all sites), keeping walks of zero seconds."""
    table = times.tocoo()
    rows, columns = table.coords
    order = np.lexsort((sources[rows], columns))
    counts = np.bincount(columns, minlength=times.shape[1])
    return csr_array(
        (
            table.data[order],
            sources[rows][order],
            np.concatenate([[0], np.cumsum(counts)]),
        ),
        shape=(times.shape[1], sites),
    )


def _straight(plan: Plan) -> Survey:
    """Survey along straight lines, lengthened by the detour factor."""
    walking = plan.settings.walking
    problem = plan.problem
    metres_per_second = walking.speed_m_s / walking.detour_factor
    walk: dict[str, csr_array] = {}
    near: dict[str, csr_array] = {}
    for position, resource in enumerate(problem.resources):
        posted = np.flatnonzero(problem.sites.allowed[:, position])
        walk[resource.id] = _within(
            problem.demand.xy,
            problem.sites.xy,
            posted,
            limit_s=resource.walk_limit_s,
            metres_per_second=metres_per_second,
        )
        if resource.near is not None:
            other = problem.sites.allowed[:, problem.resource_index(resource.near.resource)]
            near[resource.id] = _within(
                problem.sites.xy,
                problem.sites.xy,
                np.flatnonzero(other),
                limit_s=resource.near.walk_s,
                metres_per_second=metres_per_second,
            )
    none = np.zeros(0, dtype=np.int64)
    return Survey(
        streets=None,
        sites=None,
        demand=None,
        walk=walk,
        near=near,
        unsnapped_sites=none,
        unsnapped_demand=none,
    )


def _within(
    points: Floats, sites: Floats, posted: Ints, *, limit_s: float, metres_per_second: float
) -> csr_array:
    """Return the (points × sites) walks within a limit, inclusive."""
    reach = limit_s * (1.0 + 1e-9)
    if len(posted) == 0 or len(points) == 0:
        return csr_array((len(points), len(sites)))
    tree = KDTree(sites[posted])
    # a hair more than the limit: the exact test below decides, with the same rule for all
    lists = tree.query_ball_point(points, reach * metres_per_second * (1.0 + 1e-9))
    counts = np.fromiter((len(found) for found in lists), dtype=np.int64, count=len(points))
    rows = np.repeat(np.arange(len(points)), counts)
    columns = posted[np.concatenate([np.sort(found) for found in lists]).astype(np.int64)]
    offset = points[rows] - sites[columns]
    seconds = np.hypot(offset[:, 0], offset[:, 1]) / metres_per_second
    kept = seconds <= reach
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=len(points)))])
    return csr_array((seconds[kept], columns[kept], indptr), shape=(len(points), len(sites)))

"""Who can walk where: the plan's points on the plan's streets, and the walks between them."""

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from placement.arrays import Bools, Floats, Ints
from placement.cover.ground import Ground, Surface, ground, share_streets
from placement.cover.open_ground import shorter
from placement.cover.pairs import check_pairs
from placement.cover.rings import between_rings, leading_in
from placement.plan.problem import Plan, Problem, Resource, Walkers
from placement.streets import Snapped, Streets, walking_times


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
        Positions of the points that lie too far from any street, and from one another over open
        ground; they cover nothing and are covered by nothing.
    apart
        By resource with a least walk between its posts: (N, N) sparse and symmetric, the walk
        between two sites, the shorter way round, up to twice that least; no site with itself.
    plain
        The streets and where the points meet them and one another; None without streets.
    step_free
        The streets without steps and where the points meet them, or None where nobody walks
        step-free or walks are straight lines.
    given
        Whether the plan gives the walks to people as a table; those between sites are straight
        lines then.
    by_any
        `walk` as if there were no ticket zones and no rings, for the resources that have some.
    between
        (N, N) sparse, entry (m, j) is the walk from gate m to gate j of the next ring inward,
        within its limit: of people who walk as usual, and of those who walk without steps; None
        in a plan without rings.
    """

    streets: Streets | None
    sites: Snapped | None
    demand: Snapped | None
    walk: Mapping[str, csr_array]
    near: Mapping[str, csr_array]
    unsnapped_sites: Ints
    unsnapped_demand: Ints
    apart: Mapping[str, csr_array] = field(default_factory=dict)
    plain: Surface | None = None
    step_free: Surface | None = None
    given: bool = False
    by_any: Mapping[str, csr_array] = field(default_factory=dict)
    between: tuple[csr_array, csr_array] | None = None

    @property
    def walking(self) -> str:
        """How walks were measured: ``"streets"``, ``"straight line"`` or ``"given times"``."""
        if self.given:
            return "given times"
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
        If the street layer cannot be read, or a closure names a street that it does not have.
    """
    found = _surveys.get(plan)
    if found is None:
        if plan.periods and plan.streets is not None:
            share_streets(plan)
        found = _straight(plan) if plan.streets is None else _on_streets(plan)
        found = _through_the_day(plan, found) if plan.periods else found
        found = _by_own_gates(plan.problem, found)
        _surveys[plan] = found
    return found


def _through_the_day(plan: Plan, found: Survey) -> Survey:
    """Take the walks of each period's people from its own survey; those between sites stay."""
    problem, parts = plan.problem, [survey(period.plan) for period in plan.periods]
    screening = plan.screening
    shape = (len(problem.demand), len(problem.sites))
    walk = {}
    for kind in problem.resources:
        tables = [
            (period.points[table.coords[0]], table.coords[1], table.data)
            for number, (period, part) in enumerate(zip(plan.periods, parts, strict=True))
            if kind.periods is None or number in kind.periods
            for table in [part.by_any.get(kind.id, part.walk[kind.id]).tocoo()]
        ]
        walk[kind.id] = _table(*(np.concatenate(p) for p in zip(*tables, strict=True)), shape=shape)
    lost = [p.points[part.unsnapped_demand] for p, part in zip(plan.periods, parts, strict=True)]
    never = set(parts[0].unsnapped_sites.tolist())
    for part in parts[1:]:
        never &= set(part.unsnapped_sites.tolist())
    return replace(
        found,
        walk=walk,
        unsnapped_sites=np.array(sorted(never), dtype=np.int64),
        unsnapped_demand=np.sort(np.concatenate(lost)),
        between=None if screening is None else survey(screening.plan).between,
    )


def in_period(plan: Plan, number: int) -> Plan:
    """Return a period as a plan of its own: its people, and whom they may walk to.

    Parameters
    ----------
    plan
        A plan with periods.
    number
        Position of the period.

    Returns
    -------
    Plan
        Its survey is that of the plan, for these people. It has no rules; lanes where they open.
    """
    whole, period = survey(plan), plan.periods[number]
    points, problem = period.points, period.plan.problem
    kinds = tuple(
        kind if kind.periods is None or number in kind.periods else replace(kind, lanes=None)
        for kind in problem.resources
    )
    entries = {at: replace(one, of=one.of[points]) for at, one in plan.problem.entries.items()}
    found = replace(period.plan, problem=replace(problem, resources=kinds, entries=entries))
    walk = {name: table[points] for name, table in whole.walk.items()}
    _surveys[found] = replace(survey(period.plan), walk=walk, near=whole.near, apart=whole.apart)
    return found


def _by_own_gates(problem: Problem, found: Survey) -> Survey:
    """Leave out walks to gates by which people may not enter."""
    limited = set(problem.entries)
    if problem.rings is not None and problem.laned is not None:
        limited.add(problem.laned)
    if not limited:
        return found
    names = [problem.resources[position].id for position in sorted(limited)]
    by_any = {name: found.walk[name] for name in names}
    return entering(problem, replace(found, by_any=by_any))


def entering(problem: Problem, found: Survey) -> Survey:
    """Return a survey of the same plan under the ticket zones and the rings of a problem.

    Parameters
    ----------
    problem
        Says by which posts whom may enter.
    found
        A survey of its plan.
    """
    walk = dict(found.walk)
    for position, entry in problem.entries.items():
        name = problem.resources[position].id
        walk[name] = entry.only(found.by_any[name])
    if problem.rings is not None and problem.laned is not None and found.between is not None:
        name = problem.resources[problem.laned].id
        walk[name] = leading_in(problem, problem.rings, walk[name], found.between)
    return replace(found, walk=walk)


def _on_streets(plan: Plan) -> Survey:
    """Survey on the street network."""
    problem = plan.problem
    found = ground(plan, at=plan.at)
    plain, slow = found.plain, found.step_free

    def counted(name: str, sites: Ints) -> int:
        resource = problem.resources[problem.resource_index(name)]
        return int(_to_demand(plain, resource, sites).nnz)

    if not plan.periods:
        check_pairs(plan, counted)
    walk: dict[str, csr_array] = {}
    near: dict[str, csr_array] = {}
    apart: dict[str, csr_array] = {}
    for position, resource in enumerate(problem.resources):
        posted = np.flatnonzero(problem.sites.allowed[:, position])
        if not plan.periods:  # each has walks of its own
            walk[resource.id] = to_demand(problem, found, resource, posted)
        if resource.near is not None:
            other = problem.sites.allowed[:, problem.resource_index(resource.near.resource)]
            near[resource.id] = _to_sites(plain, np.flatnonzero(other), resource.near.walk_s)
        if resource.separation_s is not None:
            walks = _to_sites(plain, posted, 2 * resource.separation_s)
            apart[resource.id] = _shorter_way(walks, posted)
    unsnapped = _alone(plain)
    if slow is not None:
        unsnapped = np.where(problem.demand.step_free, _alone(slow), unsnapped)
    return Survey(
        streets=plain.streets,
        sites=plain.sites,
        demand=plain.demand,
        walk=walk,
        near=near,
        unsnapped_sites=np.flatnonzero(
            (plain.sites.edge < 0) & (np.diff(plain.straight.indptr) == 0) & problem.posted
        ),
        unsnapped_demand=np.flatnonzero(unsnapped),
        apart=apart,
        plain=plain,
        step_free=slow,
        between=_on_from_gates(problem, plain, slow),
    )


def _alone(surface: Surface) -> Bools:
    """Say which demand points neither a street nor a site over open ground is near enough to."""
    met = np.zeros(len(surface.demand), dtype=np.bool_)
    met[surface.straight.indices] = True
    return (surface.demand.edge < 0) & ~met


def to_posts(problem: Problem, found: Ground, position: int, posted: Ints) -> csr_array:
    """Return the (M, N) walks of the people who may enter by some posts and get all the way in.

    Parameters
    ----------
    problem, found
        What is asked, and the ground of some part of the day.
    position
        Of the resource.
    posted
        (n,) int64, sites of its posts. Farther in, any site that may have one will do.
    """
    table = to_demand(problem, found, problem.resources[position], posted)
    if position in problem.entries:
        table = problem.entries[position].only(table)
    if problem.rings is None or position != problem.laned:
        return table
    between = _on_from_gates(problem, found.plain, found.step_free)
    return table if between is None else leading_in(problem, problem.rings, table, between)


def _on_from_gates(
    problem: Problem, plain: Surface, slow: Surface | None
) -> tuple[csr_array, csr_array] | None:
    return between_rings(problem, *(partial(_from_sites, one) for one in (plain, slow or plain)))


def to_demand(problem: Problem, found: Ground, resource: Resource, posted: Ints) -> csr_array:
    """Return the (M, N) walks between some sites and the people, within a resource's limit.

    Parameters
    ----------
    problem
        What is asked.
    found
        What is walked on.
    resource
        Whose posts they are.
    posted
        Positions of the sites; the columns of all others are empty.
    """
    walks = _to_demand(found.plain, resource, posted)
    if found.step_free is not None and resource.walkers is Walkers.PEOPLE:
        slow = _to_demand(found.step_free, resource, posted)
        walks = _each_their_own(walks, slow, problem.demand.step_free)
    return walks


def _to_demand(surface: Surface, resource: Resource, posted: Ints) -> csr_array:
    """Return the (demand points × sites) walks within a resource's limit."""
    times = walking_times(
        surface.streets,
        surface.sites.take(posted),
        surface.demand,
        limit_s=resource.walk_limit_s,
        outward=resource.outward,
        ordered=False,  # put in order below
    )
    walks = _by_demand(times, posted, len(surface.sites.edge))
    return shorter(walks, _columns(surface.straight, posted), limit_s=resource.walk_limit_s)


def _columns(straight: csr_array, posted: Ints) -> csr_array:
    """Return walks over open ground by their target, those from some sites alone."""
    table = straight.tocoo()
    rows, columns = table.coords
    mine = np.zeros(straight.shape[0], dtype=np.bool_)
    mine[posted] = True
    kept = mine[rows]
    shape = (straight.shape[1], straight.shape[0])
    return _table(columns[kept], rows[kept], table.data[kept], shape=shape)


def _to_sites(surface: Surface, origins: Ints, limit_s: float) -> csr_array:
    """Return the (sites × sites) walks within a limit, entry (j, m) from origin m to site j."""
    times = walking_times(
        surface.streets,
        surface.sites.take(origins),
        surface.sites,
        limit_s=limit_s,
        outward=True,
        ordered=False,
    )
    walks = _by_demand(times, origins, len(surface.sites.edge))
    return shorter(walks, _columns(surface.between, origins), limit_s=limit_s)


def _from_sites(surface: Surface, origins: Ints, limit_s: float) -> csr_array:
    """Return the (N, N) walks within a limit, entry (m, j) from origin m to site j."""
    return csr_array(_to_sites(surface, origins, limit_s).T)


def _each_their_own(usual: csr_array, slow: csr_array, step_free: Bools) -> csr_array:
    """Take the rows of those who walk step-free from one table and all others from another."""
    whole = (usual.tocoo(), slow.tocoo())
    parts = [
        (table.coords[0][kept], table.coords[1][kept], table.data[kept])
        for table, mine in zip(whole, (~step_free, step_free), strict=True)
        for kept in [mine[table.coords[0]]]
    ]
    return _table(*(np.concatenate(part) for part in zip(*parts, strict=True)), shape=usual.shape)


def _shorter_way(walks: csr_array, posted: Ints) -> csr_array:
    """Return the shorter of the walks there and back between two different sites."""
    table = walks.tocoo()
    one, other = table.coords
    may = np.zeros(walks.shape[0], dtype=np.bool_)
    may[posted] = True
    kept = (one != other) & may[one] & may[other]
    one, other, seconds = one[kept], other[kept], table.data[kept]
    rows, columns = np.concatenate([one, other]), np.concatenate([other, one])
    both = np.concatenate([seconds, seconds])
    order = np.lexsort((both, columns, rows))
    rows, columns, both = rows[order], columns[order], both[order]
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    return _table(rows[first], columns[first], both[first], shape=walks.shape)


def _table(rows: Ints, columns: Ints, seconds: Floats, *, shape: tuple[int, int]) -> csr_array:
    """Return a sparse table that keeps walks of zero seconds."""
    order = np.lexsort((columns, rows))
    counts = np.bincount(rows, minlength=shape[0])
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return csr_array((seconds[order], columns[order], indptr), shape=shape)


def _by_demand(times: csr_array, sources: Ints, sites: int) -> csr_array:
    """Turn (some sources × targets) into (targets × all sites), keeping walks of zero seconds."""
    table = times.tocoo()
    rows, columns = table.coords
    return _table(columns, sources[rows], table.data, shape=(times.shape[1], sites))


def _straight(plan: Plan) -> Survey:
    """Survey along straight lines, lengthened by the detour factor, or by the times given."""
    if plan.walk_s is None:
        check_pairs(plan, None)
    walking = plan.settings.walking
    problem = plan.problem
    metres_per_second = walking.speed_m_s / walking.detour_factor
    walk: dict[str, csr_array] = {}
    near: dict[str, csr_array] = {}
    apart: dict[str, csr_array] = {}
    for position, resource in enumerate(problem.resources):
        posted = np.flatnonzero(problem.sites.allowed[:, position])
        walk[resource.id] = (
            _straight_to_demand(plan, resource, posted)
            if plan.walk_s is None
            else _given(plan.walk_s, resource, posted)
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
        if resource.separation_s is not None:
            walks = _within(
                problem.sites.xy,
                problem.sites.xy,
                posted,
                limit_s=2 * resource.separation_s,
                metres_per_second=metres_per_second,
            )
            apart[resource.id] = _shorter_way(walks, posted)
    none = np.zeros(0, dtype=np.int64)
    return Survey(
        streets=None,
        sites=None,
        demand=None,
        walk=walk,
        near=near,
        unsnapped_sites=none,
        unsnapped_demand=none,
        apart=apart,
        given=plan.walk_s is not None,
        between=between_rings(
            problem,
            *(
                partial(_straight_between, problem, speed / walking.detour_factor)
                for speed in (walking.speed_m_s, walking.step_free_speed_m_s)
            ),
        ),
    )


def _straight_between(
    problem: Problem, metres_per_second: float, origins: Ints, limit_s: float
) -> csr_array:
    """Return the (N, N) straight walks between sites, entry (m, j) from origin m to site j."""
    xy = problem.sites.xy
    walks = _within(xy, xy, origins, limit_s=limit_s, metres_per_second=metres_per_second)
    return csr_array(walks.T)


def _straight_to_demand(plan: Plan, resource: Resource, posted: Ints) -> csr_array:
    """Return the (demand points × sites) straight walks within a resource's limit."""
    walking, problem = plan.settings.walking, plan.problem

    def walks(speed_m_s: float) -> csr_array:
        return _within(
            problem.demand.xy,
            problem.sites.xy,
            posted,
            limit_s=resource.walk_limit_s,
            metres_per_second=speed_m_s / walking.detour_factor,
        )

    usual, step_free = walks(walking.speed_m_s), problem.demand.step_free
    if not step_free.any() or resource.walkers is not Walkers.PEOPLE:
        return usual
    return _each_their_own(usual, walks(walking.step_free_speed_m_s), step_free)


def _given(walk_s: csr_array, resource: Resource, posted: Ints) -> csr_array:
    """Return the (demand points × sites) given walks within a resource's limit."""
    table = walk_s.tocoo()
    rows, columns = table.coords
    may = np.zeros(walk_s.shape[1], dtype=np.bool_)
    may[posted] = True
    kept = may[columns] & (table.data <= resource.walk_limit_s * (1.0 + 1e-9))
    return _table(rows[kept], columns[kept], table.data[kept], shape=walk_s.shape)


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

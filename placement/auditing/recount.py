"""Walks measured anew for the audit: scipy's Dijkstra on the split graph, shared with nobody."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from placement.arrays import Floats, Ints
from placement.auditing.open_ground import straight_walks
from placement.auditing.periods import people_of, rows_of, turned_in
from placement.auditing.squares import entries, straight
from placement.cover.survey import Survey, survey
from placement.plan.problem import Plan, Resource, Walkers
from placement.streets import Snapped, Streets


def to_demand(
    plan: Plan,
    walks: Survey,
    resource: Resource,
    where: Ints,
    *,
    at: int | None = None,
    turned: bool = False,
) -> Floats:
    """Return (posts × demand points) walking seconds, infinite where far beyond the limit.

    Parameters
    ----------
    plan, walks
        The plan; its survey says where points meet the streets, and nothing else is taken from it.
    resource
        Whose posts they are.
    where
        (n,) int64, positions of their sites.
    at
        Minute of the day, where it is another than the plan's.
    turned
        Whether everybody walks the other way.
    """
    if plan.periods:
        return _through_the_day(plan, resource, where)
    minute = plan.at if at is None else at
    demand, sites, walking = plan.problem.demand, plan.problem.sites, plan.settings.walking
    on_foot = demand.step_free & (resource.walkers is Walkers.PEOPLE)
    if plan.walk_s is not None:  # given, not measured: there is nothing to recompute them from
        return _given(plan.walk_s, where)
    if walks.streets is None or walks.sites is None or walks.demand is None:
        speed = np.where(on_foot, walking.step_free_speed_m_s, walking.speed_m_s)
        return _straight(sites.xy[where], demand.xy, speed / walking.detour_factor)
    usual = walks_between(
        walks.streets,
        walks.sites.take(where),
        walks.demand,
        limit_s=resource.walk_limit_s,
        outward=(resource.walkers is Walkers.TEAM) != turned,
    )
    places = (sites.xy[where], sites.level[where])
    crowd = (demand.xy, demand.level)
    straight = straight_walks(
        plan,
        walks.streets,
        (*places, walks.sites.take(where)),
        (*crowd, walks.demand),
        at=minute,
    )
    usual = np.minimum(usual, straight)
    if not on_foot.any() or walks.step_free is None:
        return usual
    slow = walks_between(
        walks.step_free.streets,
        walks.step_free.sites.take(where),
        walks.step_free.demand,
        limit_s=resource.walk_limit_s,
        outward=turned,
    )
    straight = straight_walks(
        plan,
        walks.step_free.streets,
        (*places, walks.step_free.sites.take(where)),
        (*crowd, walks.step_free.demand),
        at=minute,
    )
    return np.where(on_foot, np.minimum(slow, straight), usual)


def _through_the_day(plan: Plan, resource: Resource, where: Ints) -> Floats:
    """Walk in each period on its own ground; nobody walks to what does not serve then."""
    table = np.full((len(where), len(plan.problem.demand)), np.inf)
    serves = people_of(plan, resource.id) > 0
    for asked, period in zip(plan.settings.periods, plan.periods, strict=True):
        mine = rows_of(plan, asked.name)
        table[:, mine] = to_demand(
            period.plan,
            survey(period.plan),
            resource,
            where,
            turned=turned_in(asked, resource.id),
        )
    table[:, ~serves] = np.inf
    return table


def to_sites(
    plan: Plan,
    walks: Survey,
    origins: Ints,
    where: Ints,
    *,
    limit_s: float,
    step_free: bool = False,
) -> Floats:
    """Return (origins × sites) walking seconds, infinite where far beyond the limit.

    Of those who walk slowly and without steps, where that is asked.
    """
    sites, walking = plan.problem.sites, plan.settings.walking
    if walks.streets is None or walks.sites is None:
        speed = walking.step_free_speed_m_s if step_free else walking.speed_m_s
        return _straight(sites.xy[origins], sites.xy[where], speed / walking.detour_factor)
    streets, snapped = walks.streets, walks.sites
    if step_free and walks.step_free is not None:
        streets, snapped = walks.step_free.streets, walks.step_free.sites
    by_street = walks_between(
        streets,
        snapped.take(origins),
        snapped.take(where),
        limit_s=limit_s,
        outward=True,
    )
    ends = [(sites.xy[one], sites.level[one], snapped.take(one)) for one in (origins, where)]
    return np.minimum(by_street, straight_walks(plan, streets, *ends, at=plan.at))


def _given(walk_s: csr_array, where: Ints) -> Floats:
    """Return the (sites × demand points) walking seconds that a plan gives."""
    table = np.full(walk_s.shape, np.inf)
    for point in range(walk_s.shape[0]):
        span = slice(walk_s.indptr[point], walk_s.indptr[point + 1])
        table[point, walk_s.indices[span]] = walk_s.data[span]
    return np.asarray(table[:, where].T)


def _straight(origins: Floats, targets: Floats, metres_per_second: Floats | float) -> Floats:
    """Return walking seconds along straight lines."""
    offset = origins[:, None, :] - targets[None, :, :]
    metres = np.hypot(offset[..., 0], offset[..., 1])
    return np.asarray(metres / metres_per_second)


def walks_between(
    streets: Streets, origins: Snapped, targets: Snapped, *, limit_s: float, outward: bool
) -> Floats:
    """Return (origins × targets) walking seconds by scipy's Dijkstra.

    Walking towards the origins is walking away from them with every street turned round. Who stands
    on a square begins and ends at any junction of it in sight, and walks straight to whoever is.
    """
    ahead, back = streets.forward_s, streets.backward_s
    if not outward:
        ahead, back = back, ahead
    table = np.full((len(origins.edge), len(targets.edge)), np.inf)
    for first in range(0, len(origins.edge), 16):  # a few at a time: distances are dense
        rows = slice(first, min(first + 16, len(origins.edge)))
        count = rows.stop - rows.start
        graph, entry = _with_origins(streets, ahead, back, origins, rows)
        nodes = dijkstra(graph, indices=np.arange(entry, entry + count), limit=2 * limit_s + 60)
        on_street = targets.edge >= 0
        edge, part = targets.edge[on_street], targets.fraction[on_street]
        by_tail = nodes[:, streets.edge_tail[edge]] + _along(ahead[edge], part)
        by_head = nodes[:, streets.edge_head[edge]] + _along(back[edge], 1.0 - part)
        seconds = np.minimum(by_tail, by_head)
        for n in range(count):  # both on one street: straight along it
            source = rows.start + n
            same = edge == origins.edge[source]
            along = part[same] - origins.fraction[source]
            direct = np.where(
                along >= 0, _along(ahead[edge[same]], along), _along(back[edge[same]], -along)
            )
            direct += origins.access_s[source]
            seconds[n, same] = np.minimum(seconds[n, same], direct)
        table[rows, on_street] = seconds + targets.access_s[on_street][None, :]
        point, door, near = entries(streets, targets)
        np.minimum.at(table, (np.arange(count)[:, None] + first, point), nodes[:, door] + near)
    result: Floats = np.minimum(table, straight(streets, origins, targets))
    return result


def _along(seconds: Floats, share: Floats) -> Floats:
    """Return the time along a share of an edge, infinite where it cannot be walked that way.

    None of it takes no time, whichever way it may be walked: who stands there is there already.
    """
    walkable = ~np.isnan(seconds)
    whole = np.where(walkable, np.where(walkable, seconds, 0.0) * share, np.inf)
    return np.where(share == 0.0, 0.0, whole)


def _with_origins(
    streets: Streets, ahead: Floats, back: Floats, origins: Snapped, rows: slice
) -> tuple[csr_array, int]:
    """Return the street graph with a node for each origin, and the first of these nodes."""
    nodes = len(streets.node_xy)
    edge, part = origins.edge[rows], origins.fraction[rows]
    own = nodes + np.arange(len(edge))
    on_street = edge >= 0
    edge, part, own = edge[on_street], part[on_street], own[on_street]
    start = np.concatenate([streets.edge_tail, streets.edge_head, own, own])
    end = np.concatenate(
        [streets.edge_head, streets.edge_tail, streets.edge_head[edge], streets.edge_tail[edge]]
    )
    access = origins.access_s[rows][on_street]
    by_edge = _along(ahead[edge], 1 - part) + access, _along(back[edge], part) + access
    seconds = np.concatenate([ahead, back, *by_edge])
    point, door, near = entries(streets, origins)
    mine = (point >= rows.start) & (point < rows.stop)
    start = np.concatenate([start, nodes + point[mine] - rows.start])
    end, seconds = np.concatenate([end, door[mine]]), np.concatenate([seconds, near[mine]])
    usable = np.isfinite(seconds)
    start, end, seconds = start[usable], end[usable], seconds[usable]
    # of parallel streets the quickest; a sparse matrix would add them up
    order = np.lexsort((seconds, end, start))
    start, end, seconds = start[order], end[order], seconds[order]
    first = np.ones(len(start), dtype=np.bool_)
    first[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    size = nodes + rows.stop - rows.start
    graph = csr_array((seconds[first], (start[first], end[first])), shape=(size, size))
    return graph, nodes

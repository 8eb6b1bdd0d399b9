"""How long people walk when they leave: to each exit, and from it to each station."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from placement.arrays import Floats, Ints
from placement.cover.ground import Surface, barriers, ground, water
from placement.cover.open_ground import Places, closing_shapes, open_walks, places
from placement.errors import InputError, UsageError
from placement.plan.outlets import Outlets
from placement.plan.problem import Plan
from placement.streets import Snapped, snap, walking_times
from placement.studies.egress.exits import Exits

LONGEST_WALK_S = 7200.0
"""Nobody walks longer than this to an exit, nor from there to a station (A)."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Walks:
    """Seconds of walks, infinite where nobody walks so.

    Attributes
    ----------
    out
        (M, E) float64, from each demand point to each exit, at the pace of its people.
    on
        (2, E, S) float64, from each exit to each station: of most people, and of those who walk
        step-free.
    """

    out: Floats
    on: Floats


def walks_of(plan: Plan, exits: Exits, stations: Outlets | None) -> Walks:
    """Measure all walks, on the streets as the plan's closures leave them at its time of the day.

    Raises
    ------
    InputError
        If no street is near enough to an exit or a station.
    UsageError
        If the plan gives walks as a table, and more is asked than the table says.
    """
    if plan.walk_s is not None:
        return _given(plan, exits, stations)
    if plan.streets is None:
        return _straight(plan, exits, stations)
    found = ground(plan, at=plan.at)
    slow = plan.problem.demand.step_free
    out, on = _on_streets(plan, found.plain, exits, stations, demanded=True)
    both = np.stack([on, on])
    if found.step_free is not None:
        out_slow, both[1] = _on_streets(plan, found.step_free, exits, stations, demanded=False)
        out = np.where(slow[:, None], out_slow, out)
    return Walks(out=out, on=both)


def _given(plan: Plan, exits: Exits, stations: Outlets | None) -> Walks:
    assert plan.walk_s is not None  # noqa: S101 - asked before
    if stations is not None or (exits.site < 0).any():
        raise UsageError(
            "the plan gives its walks as a table, which knows no exits or stations beside its "
            "sites: leave out --exits and --stations, or give the plan streets."
        )
    table = plan.walk_s.tocoo()
    out = np.full(table.shape, np.inf)
    out[table.coords[0], table.coords[1]] = table.data
    return Walks(out=out[:, exits.site], on=np.zeros((2, len(exits.id), 0)))


def _straight(plan: Plan, exits: Exits, stations: Outlets | None) -> Walks:
    walking, demand = plan.settings.walking, plan.problem.demand
    paces = np.array([walking.speed_m_s, walking.step_free_speed_m_s]) / walking.detour_factor
    xy = np.zeros((0, 2)) if stations is None else stations.xy
    out = _apart(demand.xy, exits.xy) / paces[demand.step_free.astype(np.int64)][:, None]
    on = _apart(exits.xy, xy)[None] / paces[:, None, None]
    return Walks(out=_within(out), on=_within(on))


def _apart(one: Floats, other: Floats) -> Floats:
    offset = one[:, None, :] - other[None, :, :]
    return np.asarray(np.hypot(offset[..., 0], offset[..., 1]))


def _within(seconds: Floats) -> Floats:
    return np.where(seconds <= LONGEST_WALK_S, seconds, np.inf)


type _Met = tuple[Snapped, Places]


def _on_streets(
    plan: Plan, surface: Surface, exits: Exits, stations: Outlets | None, *, demanded: bool
) -> tuple[Floats, Floats]:
    """Return (M, E) seconds to the exits and (E, S) from there.

    Where streets are `demanded`, points that meet none are refused.
    """
    demand, max_m = plan.problem.demand, plan.settings.walking.snap_m
    people = (
        surface.demand,
        places(surface.streets, demand.xy, demand.level, surface.demand, max_m=max_m),
    )
    there = _meet(plan, surface, exits.xy, exits.level)
    for at in np.flatnonzero(demanded & (there[0].edge < 0) & (exits.site < 0)).tolist():
        raise InputError(
            f"no street is within {max_m:g} m of the exit",
            feature=exits.id[at],
            remedy="move it to a street, or raise snap_m of the plan",
        )
    out = _between(plan, surface, there, people, outward=False).T
    if stations is None:
        return out, np.zeros((len(exits.id), 0))
    away = _meet(plan, surface, stations.xy, stations.level)
    for at in np.flatnonzero(demanded & (away[0].edge < 0)).tolist():
        raise InputError(
            f"no street is within {max_m:g} m",
            file=stations.file,
            feature=stations.id[at],
            remedy="move it to a street, or raise snap_m of the plan",
        )
    return out, _between(plan, surface, there, away, outward=True)


def _meet(plan: Plan, surface: Surface, xy: Floats, level: Ints) -> _Met:
    max_m = plan.settings.walking.snap_m
    met = snap(
        surface.streets,
        xy,
        level=level,
        water=water(plan),
        barriers=barriers(plan),
        max_m=max_m,
    )
    return met, places(surface.streets, xy, level, met, max_m=max_m)


def _between(plan: Plan, surface: Surface, one: _Met, other: _Met, *, outward: bool) -> Floats:
    """Return seconds from one to the other, or the other way, on streets and over open ground."""
    times = walking_times(
        surface.streets, one[0], other[0], limit_s=LONGEST_WALK_S, outward=outward
    )
    straight = open_walks(
        one[1],
        other[1],
        speed_m_s=surface.streets.speed_m_s,
        barring=[*water(plan), *barriers(plan), *closing_shapes(plan, plan.at)],
        crowds=[(crowd.shape.xy, crowd.per_m2) for crowd in plan.crowds],
    )
    found = np.minimum(_dense(times), _dense(straight))
    return _within(found)


def _dense(table: csr_array) -> Floats:
    found = np.full(table.shape, np.inf)
    rows = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    found[rows, table.indices] = table.data
    return found

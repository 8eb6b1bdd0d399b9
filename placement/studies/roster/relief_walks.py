"""How long teams walk between their rest place and their posts."""

from collections.abc import Sequence

import numpy as np

from placement.arrays import Floats, Ints
from placement.cover.ground import Surface, barriers, ground, water
from placement.cover.open_ground import closing_shapes, open_walks, places
from placement.errors import InputError
from placement.plan.problem import Plan
from placement.plan.rest_places import RestPlaces
from placement.streets import snap, walking_times

LONGEST_WALK_S = 1800.0
"""No team walks longer than this to its post [A]."""


def relief_walks(plan: Plan, rest: RestPlaces, sites: Sequence[int]) -> tuple[Floats, Floats]:
    """Return seconds from each rest place to each site, and back.

    Streets are as the plan's closures leave them at its time of the day. Where a plan has no
    streets, walks are straight lines times the detour factor.

    Returns
    -------
    out, back
        (R, P) float64, infinite where it is farther than `LONGEST_WALK_S`.

    Raises
    ------
    InputError
        If no street is near enough to a rest place.
    """
    where = np.array(sites, dtype=np.int64)
    if plan.streets is None:
        walking = plan.settings.walking
        apart = rest.xy[:, None, :] - plan.problem.sites.xy[where][None, :, :]
        seconds = np.hypot(apart[..., 0], apart[..., 1])
        seconds *= walking.detour_factor / walking.speed_m_s
        seconds[seconds > LONGEST_WALK_S] = np.inf
        return seconds, seconds
    surface = ground(plan, at=plan.at).plain
    out, back = (_walks(plan, surface, rest, where, outward=way) for way in (True, False))
    return out, back


def _walks(plan: Plan, surface: Surface, rest: RestPlaces, where: Ints, *, outward: bool) -> Floats:
    """Return (R, P) seconds on the streets and over open ground."""
    streets, max_m = surface.streets, plan.settings.walking.snap_m
    walls = (water(plan), barriers(plan))
    met = snap(streets, rest.xy, level=rest.level, water=walls[0], barriers=walls[1], max_m=max_m)
    for at in np.flatnonzero(met.edge < 0).tolist():
        raise InputError(
            f"no street is within {max_m:g} m",
            file=rest.file,
            feature=rest.id[at],
            remedy="move it to a street, or raise snap_m of the plan",
        )
    times = walking_times(
        streets, met, surface.sites.take(where), limit_s=LONGEST_WALK_S, outward=outward
    )
    found = np.full(times.shape, np.inf)
    rows = np.repeat(np.arange(times.shape[0]), np.diff(times.indptr))
    found[rows, times.indices] = times.data
    sites = plan.problem.sites
    straight = open_walks(
        places(streets, rest.xy, rest.level, met, max_m=max_m),
        places(
            streets, sites.xy[where], sites.level[where], surface.sites.take(where), max_m=max_m
        ),
        speed_m_s=streets.speed_m_s,
        barring=[*walls[0], *walls[1], *closing_shapes(plan, plan.at)],
        crowds=[(crowd.shape.xy, crowd.per_m2) for crowd in plan.crowds],
    )
    rows = np.repeat(np.arange(straight.shape[0]), np.diff(straight.indptr))
    np.minimum.at(found, (rows, straight.indices), straight.data)
    found[found > LONGEST_WALK_S] = np.inf
    return found

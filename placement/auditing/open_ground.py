"""Straight walks over open ground, counted anew for the audit: pair by pair, wall by wall."""

import numpy as np
import shapely

from placement.arrays import Floats, Ints
from placement.plan.problem import Plan
from placement.streets import Snapped, Streets

_ON_STREET_M, _SAME_PLACE_M = 3.0, 1e-3
_JAM = 1.0 / 5.4


def straight_walks(
    plan: Plan,
    streets: Streets,
    origins: tuple[Floats, Ints, Snapped],
    targets: tuple[Floats, Ints, Snapped],
    *,
    at: int | None,
) -> Floats:
    """Return (origins × targets) seconds over open ground, infinite where a street leads.

    Parameters
    ----------
    plan
        The plan.
    streets
        The network; what is taken from it is its speed, and how long a metre of its plane is.
    origins, targets
        Metres in the plane, levels, and where the points meet the streets.
    at
        Minute of the day, for closures; None takes all.
    """
    walls = [*plan.water, *plan.barriers]
    for rule in plan.closing:
        about_all = rule.street is None and not rule.oneway
        if rule.shape is not None and about_all and rule.holds(at):
            walls.append(rule.shape)
    plane = np.array([float(shapely.length(line)) for line in streets.edge_lines()])
    long = streets.length_m > 1.0
    stretch = np.full(streets.n_edges, plane.sum() / streets.length_m.sum())
    stretch[long] = plane[long] / streets.length_m[long]
    (xy, level, met), (their_xy, their_level, theirs) = origins, targets
    off = _off_street(plan, streets, met)
    their_off = _off_street(plan, streets, theirs)
    found = np.full((len(xy), len(their_xy)), np.inf)
    for i in range(len(xy)):
        unit = stretch[met.edge[i]] if met.edge[i] >= 0 else float(np.median(stretch))
        apart = np.sqrt(((their_xy - xy[i]) ** 2).sum(axis=1)) / unit
        lonely = (off[i] > _ON_STREET_M) & (their_off > _ON_STREET_M)
        seen = (apart <= _SAME_PLACE_M) | (lonely & (apart < off[i] + their_off - _SAME_PLACE_M))
        mine = np.flatnonzero(seen & (their_level == level[i]))
        lines = np.array([shapely.LineString([xy[i], place]) for place in their_xy[mine]], object)
        free = np.ones(len(mine), np.bool_)
        for wall in walls:
            if wall.levels is None or int(level[i]) in wall.levels:
                outline = wall.xy if wall.xy.area == 0 else wall.xy.boundary
                free &= ~shapely.intersects(lines, outline) | (apart[mine] == 0)
        for j, line in zip(mine[free].tolist(), lines[free], strict=True):
            found[i, j] = (apart[j] + _slowed_m(plan, line) / unit) / streets.speed_m_s
    return found


def _off_street(plan: Plan, streets: Streets, met: Snapped) -> Floats:
    metres = met.access_s * streets.speed_m_s
    return np.where(met.edge < 0, plan.settings.walking.snap_m, metres)


def _slowed_m(plan: Plan, line: shapely.LineString) -> float:
    """Return how many metres longer a line seems for the crowds on it, the densest first."""
    extra, left = 0.0, line
    for crowd in sorted(plan.crowds, key=lambda crowd: -crowd.per_m2):
        inside = left.intersection(crowd.shape.xy).length
        if crowd.per_m2 > 0:
            kept = 1.0 - np.exp(-1.913 * (1.0 / crowd.per_m2 - _JAM))
            extra += inside * (1.0 / kept - 1.0)
        left = left.difference(crowd.shape.xy)
    return extra

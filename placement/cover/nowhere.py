"""Why a point meets no street, and what helps: told of each point that is left out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from placement.arrays import Floats, Ints
from placement.cover.ground import barriers, untouched, water
from placement.cover.survey import Survey
from placement.plan.problem import Plan
from placement.streets import Snapped, Streets, snap
from placement.streets.snap import plane_scale
from placement.streets.standing import standing_at

_FAR_M = 5_000.0  # farther streets are not looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Nowhere:
    """A point that meets no street.

    Attributes
    ----------
    kind
        ``"sites"`` or ``"demand"``.
    id
        Identifier of the point.
    reason
        ``"wall"``, ``"water"``, ``"closure"``, ``"level"``, ``"island"``, ``"beyond"`` (outside the
        street layer), ``"tunnel"`` or ``"far"``.
    street
        Name of the street it is about, may be empty.
    distance_m
        How far that street is, or how far outside the layer the point lies; infinite where nothing
        is within 5 km.
    level
        Level of that street.
    """

    kind: str
    id: str
    reason: str
    street: str
    distance_m: float
    level: int

    @property
    def sentence(self) -> str:
        """Say it in words: what lies in the way, how far, and what helps."""
        name = f"{self.street!r}" if self.street else "the nearest street"
        far = f"{self.distance_m:.0f} m"
        return {
            "wall": f"a wall or railway lies between it and {name}, {far} away; move it to that "
            "side, or open the wall in its layer",
            "water": f"water lies between it and {name}, {far} away; move it to the bank, or draw "
            "the water there smaller",
            "closure": f"{name}, {far} away, is closed; move it, or draw the closure smaller",
            "level": f"{name}, {far} away, is a bridge; who stands on it has level = {self.level}",
            "tunnel": f"{name}, {far} away, is a tunnel; who stands in it has level = {self.level}",
            "island": f"{name}, {far} away, is an island that nothing joins to the other streets; "
            "draw the missing link in the street layer",
            "beyond": f"it lies {far} outside the street layer; give an extract that reaches so "
            "far",
            "far": f"{name} is {far} away; move it, draw the street, or raise walking.snap_m above "
            "that"
            if np.isfinite(self.distance_m)
            else "no street is within 5 km; check its coordinates",
        }[self.reason]


def nowhere(plan: Plan, walks: Survey) -> list[Nowhere]:
    """Return why each unsnapped site and demand point meets no street, in the order of ids.

    Parameters
    ----------
    plan, walks
        A plan with streets, and its survey.
    """
    if walks.streets is None:
        return []
    problem = plan.problem
    found = []
    for kind, points, lost in (
        ("sites", problem.sites, walks.unsnapped_sites),
        ("demand", problem.demand, walks.unsnapped_demand),
    ):
        told = _reasons(plan, walks.streets, points.xy[lost], points.level[lost])
        found += [
            Nowhere(
                kind=kind, id=points.id[at], reason=reason, street=street, distance_m=far,
                level=level,
            )
            for at, (reason, street, far, level) in zip(lost.tolist(), told, strict=True)
        ]  # fmt: skip
    return found


def _reasons(
    plan: Plan, streets: Streets, xy: Floats, level: Ints
) -> list[tuple[str, str, float, int]]:
    """Try without each obstacle in turn; the first without which a street is met is the reason."""
    result: list[tuple[str, str, float, int] | None] = [None] * len(xy)
    most = plan.settings.walking.snap_m

    def met(reason: str, net: Streets, snapped: Snapped) -> None:
        for i in np.flatnonzero(snapped.edge >= 0).tolist():
            if result[i] is None:
                edge = int(snapped.edge[i])
                far = float(snapped.access_s[i]) * net.speed_m_s
                result[i] = (reason, str(net.name[edge]), far, int(net.level[edge]))

    if len(xy) == 0:
        return []
    met("wall", streets, snap(streets, xy, level=level, water=water(plan), max_m=most))
    walls = barriers(plan)
    met("water", streets, snap(streets, xy, level=level, barriers=walls, max_m=most))
    met("water", streets, snap(streets, xy, level=level, max_m=most))
    if plan.closing:
        whole = untouched(plan, step_free=False)
        met("closure", whole, snap(whole, xy, level=level, max_m=most))
    for i, one in enumerate(result):
        if one is None:
            result[i] = _apart(streets, xy[i], int(level[i]), most)
    met("far", streets, snap(streets, xy, level=level, max_m=_FAR_M))
    return [one or ("far", "", float("inf"), 0) for one in result]


def _apart(
    streets: Streets, xy: Floats, level: int, most: float
) -> tuple[str, str, float, int] | None:
    """Say whether a point is near a bridge, a tunnel or an island, or outside the street layer."""
    above = [one for one in standing_at(streets, xy) if one.level != level]
    if above:
        nearest = min(above, key=lambda one: one.distance_m)
        kind = "tunnel" if streets.tunnel[nearest.edge] else "level"
        return kind, str(streets.name[nearest.edge]), nearest.distance_m, nearest.level
    scale = float(np.median(plane_scale(streets)))
    island = np.flatnonzero(streets.island)
    if len(island):
        far = shapely.distance(streets.edge_lines()[island], shapely.Point(xy)) / scale
        if far.min() <= most:
            return "island", str(streets.name[island[far.argmin()]]), float(far.min()), 0
    low, high = streets.node_xy.min(axis=0), streets.node_xy.max(axis=0)
    beyond = float(np.hypot(*np.maximum(np.maximum(low - xy, xy - high), 0.0))) / scale
    return ("beyond", "", beyond, 0) if beyond > 0 else None


def by_reason(found: Sequence[Nowhere]) -> dict[str, list[Nowhere]]:
    """Return the points by their reason, reasons in order."""
    groups: dict[str, list[Nowhere]] = {}
    for one in found:
        groups.setdefault(one.reason, []).append(one)
    return dict(sorted(groups.items()))

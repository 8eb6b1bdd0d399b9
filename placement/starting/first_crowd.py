"""A first demand: people spread evenly over the open ground beside the route.

It knows nothing of who comes: it fills squares and streets at one density, so that a plan can be
drawn and argued about until real figures take its place.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.errors import InputError, UsageError
from placement.starting.drawn import Drawn
from placement.starting.ground import Ground, route_ground
from placement.starting.mapped import MappedWay
from placement.starting.room import own_width
from placement.starting.street_names import told_apart
from placement.streets.snap import snap

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from placement.arrays import Floats, Ints

#: Ground of a person who stands in a crowd, m² (standing boxes of Paris 2024, press) [S].
M2_PER_PERSON = 3.0
#: People watch from the route's own ground and so far beside it, metres [A].
BESIDE_M = 60.0
#: A stretch of street whose people are one point, metres: a minute's walk [A].
STRETCH_M = 80.0
#: Of a street that the route goes along, this share is left to who watches [A].
BESIDE_ROUTE_SHARE = 0.5
#: Points of this much of the route are one zone, metres [A].
ZONE_M = 500.0
MOST_PEOPLE = 100_000_000
_ON_ROUTE_M = 12.0
_SHORE_M = 0.5
#: Ways that crowds stand on.
_CROWDED = frozenset(
    {"pedestrian", "footway", "living_street", "residential", "unclassified", "tertiary",
     "secondary", "primary", "tertiary_link", "secondary_link", "primary_link", "road", "path",
     "trail", "pier"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Crowd:
    """A first demand.

    Attributes
    ----------
    points
        People on streets, with their zones.
    areas
        People on squares.
    people
        All of them.
    """

    points: tuple[Drawn, ...]
    areas: tuple[Drawn, ...]
    people: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Spot:
    """Ground that people stand on: a stretch of street, or a square."""

    id: str
    name: str
    shape: "BaseGeometry"
    at: "BaseGeometry"
    m2: float
    level: int
    source: str


def first_crowd(ground: Ground, *, people: int | None = None) -> Crowd:
    """Spread people over the walkable open ground beside a route, or within a perimeter.

    Parameters
    ----------
    ground
        What they may stand on.
    people
        How many there are; without it as many as stand there at 3 m² each.

    Returns
    -------
    Crowd
        Whole people; their sum is `people` to one.

    Raises
    ------
    InputError
        If there is nothing to stand on.
    UsageError
        If `people` cannot be.
    """
    if people is not None and not 1 <= people <= MOST_PEOPLE:
        raise UsageError(f"--people takes from 1 to {MOST_PEOPLE:,}, not {people:,}.")
    area = _crowd_ground(ground)
    spots = [*_squares(ground, area), *_stretches(ground, area)]
    spots = _reachable(ground, spots)
    if not spots:
        raise InputError(
            "there is no walkable street or square beside the route, or within the perimeter",
            file=ground.streets.source,
            remedy="give an extract that holds the streets of the event, or a route along them",
        )
    squares = [spot for spot in spots if spot.shape is not spot.at]
    names = told_apart([(spot.name, spot.at) for spot in squares])
    title = {spot.id: name for spot, name in zip(squares, names, strict=True)}
    m2 = np.array([spot.m2 for spot in spots])
    total = max(1, round(float(m2.sum()) / M2_PER_PERSON)) if people is None else people
    counts = shared_out(total, m2)
    points, areas = [], []
    for spot, count in zip(spots, counts.tolist(), strict=True):
        if count == 0:
            continue
        facts: dict[str, object] = {"people": count, "level": spot.level, "m2": round(spot.m2)}
        if spot.shape is not spot.at:
            areas.append(_drawn(replace(spot, name=title[spot.id]), spot.shape, facts))
        else:
            points.append(_drawn(spot, spot.at, {**facts, "zone": _zone(ground, spot.at)}))
    return Crowd(points=tuple(points), areas=tuple(areas), people=total)


def shared_out(total: int, weight: "Floats") -> "Ints":
    """Share a whole number out by weights: largest remainders, the first among equals.

    Parameters
    ----------
    total
        What is shared out.
    weight
        (N,) float64 above 0.

    Returns
    -------
    ndarray
        (N,) int64, whose sum is `total`.
    """
    exact = total * (weight / weight.sum())
    counts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - counts), kind="stable")
    short = total - int(counts.sum())
    counts[order[:short]] += 1
    return counts


def _drawn(spot: _Spot, shape: "BaseGeometry", facts: dict[str, object]) -> Drawn:
    return Drawn(
        id=spot.id, name=spot.name, shape=shape, source=spot.source, accuracy="assumed", facts=facts
    )


def _crowd_ground(ground: Ground) -> "BaseGeometry":
    own = route_ground(ground)
    if own is None:
        return ground.event.perimeter
    return shapely.intersection(own.buffer(BESIDE_M), ground.event.perimeter)


def _squares(ground: Ground, area: "BaseGeometry") -> list[_Spot]:
    found = []
    wet = ground.wet
    for square in ground.squares:
        inside = shapely.difference(shapely.intersection(square.shape, area), wet)
        inside = shapely.buffer(shapely.buffer(inside, -0.5), 0.5)  # no slivers
        parts = [part for part in shapely.get_parts(inside).tolist() if part.area >= 50.0]
        if parts:
            shape = shapely.union_all(parts)
            found.append(
                _Spot(id=f"square-{square.id}", name=square.name, shape=shape,
                      at=shape.representative_point(), m2=float(shape.area), level=0,
                      source=square.source)
            )  # fmt: skip
    return found


def _stretches(ground: Ground, area: "BaseGeometry") -> list[_Spot]:
    route = ground.event.route
    wet = ground.wet.buffer(_SHORE_M)
    taken = shapely.union_all([wet, *(one.shape for one in ground.squares)])
    shapely.prepare(area)
    shapely.prepare(taken)
    found = []
    for at in np.flatnonzero(shapely.intersects(ground.lines, area)).tolist():
        way = ground.walks[at]
        if not _is_crowded(way):
            continue
        count = max(1, int(np.ceil(way.line.length / STRETCH_M)))
        size = way.line.length / count
        middles = way.line.interpolate((np.arange(count) + 0.5) * size)
        kept = shapely.intersects(area, middles) & ~shapely.intersects(taken, middles)
        width, _ = own_width(way)
        level = 0 if way.walked is None else way.walked.level
        for n in np.flatnonzero(kept).tolist():
            place = middles[n]
            share = 1.0
            if route is not None and shapely.dwithin(route, place, _ON_ROUTE_M):
                share = BESIDE_ROUTE_SHARE
            part = f"-n{way.nodes[0]}" if not way.whole else ""
            found.append(
                _Spot(id=f"street-w{way.id}{part}-{n + 1}", name="", shape=place, at=place,
                      m2=size * width * share, level=level, source=f"way/{way.id}")
            )  # fmt: skip
    return found


def _is_crowded(way: MappedWay) -> bool:
    how = way.walked
    if how is None or how.bridge or how.tunnel or how.edge_class not in _CROWDED:
        return False
    return way.tags.get("footway") != "crossing" and way.tags.get("indoor", "no") == "no"


def _reachable(ground: Ground, spots: list[_Spot]) -> list[_Spot]:
    """Keep what lies on or beside the main network, in the order of identifiers."""
    if not spots:
        return []
    spots = sorted(spots, key=lambda spot: spot.id)
    xy = np.array([(spot.at.x, spot.at.y) for spot in spots])
    level = np.array([spot.level for spot in spots], np.int64)
    near = snap(
        ground.streets, xy, level=level, max_m=30.0, from_bridges=False,
        water=ground.wet, barriers=ground.obstacles,
    )  # fmt: skip
    return [spot for spot, edge in zip(spots, near.edge.tolist(), strict=True) if edge >= 0]


def _zone(ground: Ground, place: "BaseGeometry") -> str:
    """Return the half kilometre of the route that a place is nearest to."""
    route = ground.event.route
    if route is None:
        return "streets"
    lines = shapely.get_parts(shapely.line_merge(route))
    nearest = int(np.argmin(np.round(shapely.distance(lines, place), 3)))
    before = float(shapely.length(lines[:nearest]).sum())
    along = before + float(shapely.line_locate_point(lines[nearest], place))
    begins = int(along // ZONE_M) * ZONE_M / 1000
    return f"km {begins:04.1f}-{begins + ZONE_M / 1000:04.1f}"

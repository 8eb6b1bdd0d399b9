"""What candidates and people stand on: the event's streets, water, squares and stations."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.arrays import Floats, Geometries
from placement.starting.drawn import Drawn
from placement.starting.event import MARGIN_M, Event
from placement.starting.mapped import Mapped, MappedWay
from placement.starting.obstacles import barriers_of, barring, rail_of
from placement.starting.places import squares_of, stations_of
from placement.starting.street_names import StreetNames
from placement.starting.water import water_of
from placement.streets.barring import Barring
from placement.streets.network import Streets

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: The route's own ground: this far beside it, and beside the water under it, metres [A].
ROUTE_M, QUAY_M = 30.0, 40.0
#: Water under so much of the route in one piece is its way, and no river it crosses, metres [A].
ON_WATER_M = 400.0
#: Streets farther outside the perimeter matter to nobody who draws it, metres [A].
NEAR_M = 300.0
#: What is walked indoors or on a platform is no place for a post, nor is the way to a car park
#: underground.
_INDOORS = frozenset({"corridor", "platform", "elevator", "escalator"})


@dataclass(frozen=True, eq=False, kw_only=True)
class Ground:
    """What candidates are looked for on.

    Attributes
    ----------
    mapped, event, streets
        The extract, the event, and the network of the plan.
    water, squares, stations
        As `water_of`, `squares_of` and `stations_of` return them.
    rail, barriers
        Railways and walls near the perimeter, as `rail_of` and `barriers_of` return them.
    names
        What places on the streets are called.
    walks
        Ways near the perimeter that a post may stand on, outlines of squares left out.
    lines
        (W,) their lines.
    """

    mapped: Mapped
    event: Event
    streets: Streets
    water: tuple[Drawn, ...]
    squares: tuple[Drawn, ...]
    stations: tuple[Drawn, ...]
    rail: tuple[Drawn, ...]
    barriers: tuple[Drawn, ...]
    names: StreetNames
    walks: tuple[MappedWay, ...]
    lines: Geometries

    @cached_property
    def wet(self) -> "BaseGeometry":
        """All water, metres."""
        return shapely.union_all([one.shape for one in self.water])

    @cached_property
    def obstacles(self) -> list[Barring]:
        """Railways, walls and fences near the perimeter: nobody crosses them to reach a street."""
        return barring(one for found in (self.rail, self.barriers) for one in found)


def ground_of(mapped: Mapped, event: Event, streets: Streets) -> Ground:
    """Look an extract through for what candidates, and people, stand on."""
    near = shapely.bounds(shapely.buffer(event.perimeter, NEAR_M))
    names = StreetNames([way for way in mapped.ways if _is_near(way, near)])
    squares = tuple(squares_of(mapped, names))
    outlines = {one.id for one in squares}
    walks = tuple(
        way
        for way in mapped.ways
        if _is_near(way, near)
        and way.walked is not None
        and way.walked.edge_class not in _INDOORS
        and not (way.walked.tunnel and way.walked.edge_class == "service")
        and not (way.closed and f"w{way.id}" in outlines)
    )
    return Ground(
        mapped=mapped,
        event=event,
        streets=streets,
        water=tuple(water_of(mapped)),
        squares=squares,
        stations=tuple(stations_of(mapped)),
        rail=_around(event, rail_of(mapped)),
        barriers=_around(event, barriers_of(mapped)),
        names=names,
        walks=walks,
        lines=np.array([way.line for way in walks], object),
    )


def _around(event: Event, features: list[Drawn]) -> tuple[Drawn, ...]:
    """Return the features that lie within 800 m of the perimeter."""
    area = shapely.buffer(event.perimeter, MARGIN_M)
    shapely.prepare(area)
    return tuple(one for one in features if shapely.intersects(area, one.shape))


def _is_near(way: MappedWay, bounds: Floats) -> bool:
    low, high = way.xy.min(axis=0), way.xy.max(axis=0)
    return bool((high >= bounds[:2]).all() and (low <= bounds[2:]).all())


def route_ground(ground: Ground) -> "BaseGeometry | None":
    """Return the route's own ground: it, and the water that it goes along; None without a route."""
    route = ground.event.route
    if route is None:
        return None
    wet = shapely.intersection(ground.wet, ground.event.perimeter)
    along = shapely.get_parts(shapely.line_merge(shapely.intersection(route, wet)))
    along = along[shapely.length(along) >= ON_WATER_M] if len(along) else along
    near = shapely.union_all([line.buffer(ON_WATER_M) for line in along])
    quays = shapely.intersection(wet, near) if len(along) else shapely.Polygon()
    return shapely.union_all([route.buffer(ROUTE_M), quays.buffer(QUAY_M)])

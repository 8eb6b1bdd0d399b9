"""Squares, and stations with their entrances: places that people come from, or gather on."""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from placement.starting.drawn import Drawn, name_of
from placement.starting.mapped import Mapped, Tags
from placement.starting.street_names import StreetNames
from placement.starting.water import outline_of
from placement.streets.tags import allowed, is_area

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Less is a pavement or a landing, m² [A].
LEAST_SQUARE_M2 = 400.0
#: An entrance belongs to the station nearest to it within this distance, metres [A].
OF_STATION_M = 400.0
#: A station with an entrance so near is left by it; other stations are entrances themselves [A].
NO_ENTRANCE_M = 200.0
_ENTRANCES = frozenset({"subway_entrance", "train_station_entrance"})
_STATIONS = frozenset({"station", "halt"})


class _Place(NamedTuple):
    """A station or an entrance: identifier, source, tags and point."""

    id: str
    source: str
    tags: Tags
    point: "BaseGeometry"


def squares_of(mapped: Mapped, names: StreetNames) -> list[Drawn]:
    """Return the squares in the frame: surfaces that are walked across, and named places.

    Returns
    -------
    list of Drawn
        Polygons of at least 400 m², those of OpenStreetMap; one that lies in another is its part.
    """
    found = []
    for relation in mapped.relations:
        if _is_square(relation.tags):
            shape = outline_of(mapped, relation)
            found += _square(mapped, f"r{relation.id}", f"relation/{relation.id}", relation.tags,
                             shape)  # fmt: skip
    for way in mapped.ways:
        if way.closed and _is_square(way.tags):
            shape = shapely.make_valid(shapely.Polygon(way.xy))
            found += _square(mapped, f"w{way.id}", f"way/{way.id}", way.tags, shape)
    found.sort(key=lambda one: (-shapely.area(one.shape), one.id))
    kept: list[Drawn] = []
    for one in found:
        inside = [
            shapely.area(shapely.intersection(one.shape, other.shape)) for other in kept
            if shapely.intersects(one.shape, other.shape)
        ]  # fmt: skip
        if sum(inside) < 0.5 * shapely.area(one.shape):
            kept.append(one)
    return sorted((_named(one, names) for one in kept), key=lambda one: one.id)


def _named(square: Drawn, names: StreetNames) -> Drawn:
    """Call a square without a name after the street that is nearest to it."""
    if square.name:
        return square
    near = names.near(shapely.centroid(square.shape)) or names.near(square.shape)
    return replace(square, name=f"Square, {near[0]}" if near else "Square")


def _is_square(tags: Tags) -> bool:
    if allowed(tags) is False or tags.get("tunnel", "no") != "no" or tags.get("indoor") == "yes":
        return False
    if tags.get("highway") == "corridor" or _level(tags) < 0:
        return False
    walked = is_area({"area": "yes", **tags} if tags.get("type") == "multipolygon" else tags)
    platform = "platform" in {tags.get("railway"), tags.get("public_transport")}
    return (walked and not platform) or tags.get("place") == "square"


def _level(tags: Tags) -> float:
    text = (tags.get("level") or tags.get("layer") or "0").split(";")[0]
    try:
        return float(text)
    except ValueError:
        return 0.0


def _square(
    mapped: Mapped, name: str, source: str, tags: Tags, shape: "BaseGeometry | None"
) -> list[Drawn]:
    if shape is None:
        return []
    parts = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[shapely.get_type_id(parts) == 3]
    solid = shapely.union_all(parts)
    if shapely.area(solid) < LEAST_SQUARE_M2 or not shapely.intersects(solid, mapped.frame):
        return []
    return [
        Drawn(id=name, name=name_of(tags), shape=solid, source=source,
              accuracy="mapped", facts={"area_m2": round(float(shapely.area(solid)))})
    ]  # fmt: skip


def stations_of(mapped: Mapped) -> list[Drawn]:
    """Return the stations in the frame and their entrances.

    Returns
    -------
    list of Drawn
        Points of kind ``station`` and ``entrance``; an entrance has the name of the nearest
        station within 400 m, and that station's identifier. A station without an entrance within
        200 m is taken for its own.
    """
    stations, entrances = _places(mapped)
    places = np.array([point for *_, point in stations], object)
    found = []
    for name, source, tags, point in entrances:
        facts = {"kind": "entrance"}
        far = shapely.distance(places, point) if len(places) else np.zeros(0)
        title = name_of(tags)
        if len(far) and far.min() <= OF_STATION_M:
            owner = stations[int(np.argmin(far))]
            facts["station"] = owner[0]
            title = name_of(owner[2]) or title
        if tags.get("ref"):
            title = f"{title} {name_of({'name': tags['ref']})}".strip()
        found.append(Drawn(id=name, name=title or "Station entrance", shape=point, source=source,
                           accuracy="mapped", facts=facts))  # fmt: skip
    doors = np.array([one.shape for one in found], object)
    for name, source, tags, point in stations:
        near = bool(len(doors)) and bool(shapely.dwithin(doors, point, NO_ENTRANCE_M).any())
        facts = {"kind": "station", "entrances": "mapped" if near else "the station itself"}
        found.append(Drawn(id=name, name=name_of(tags) or "Station", shape=point, source=source,
                           accuracy="mapped", facts=facts))  # fmt: skip
    return sorted(found, key=lambda one: one.id)


def _places(mapped: Mapped) -> tuple[list[_Place], list[_Place]]:
    """Return stations and entrances as they are mapped."""
    stations, entrances = [], []
    for node in mapped.nodes:
        place = _Place(f"n{node.id}", f"node/{node.id}", node.tags, shapely.Point(node.xy))
        if node.tags.get("railway") in _ENTRANCES:
            if allowed(node.tags) is not False:
                entrances.append(place)
        elif _is_station(node.tags):
            stations.append(place)
    named = {name_of(place.tags) for place in stations}
    for way in mapped.ways:
        if way.closed and _is_station(way.tags) and name_of(way.tags) not in named:
            middle = shapely.centroid(way.line)
            stations.append(_Place(f"w{way.id}", f"way/{way.id}", way.tags, middle))
    return stations, entrances


def _is_station(tags: Tags) -> bool:
    return tags.get("railway") in _STATIONS or tags.get("public_transport") == "station"

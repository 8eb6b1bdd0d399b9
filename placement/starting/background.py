"""What lies around an event, to draw the map on: buildings, green, named squares, stations."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from placement.plan.background import BUILDING, GREEN, SQUARE, STATION
from placement.starting.drawn import Drawn, name_of
from placement.starting.ground import Ground
from placement.starting.mapped import Mapped, Tags
from placement.starting.water import outline_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Smaller than this nobody finds their way by it: a shed, a flower bed, m² [A].
LEAST_M2 = 40.0
#: Buildings so near to each other are one block: a party wall that was drawn twice, metres [A].
JOINED_M = 0.5
_GREEN = {
    "leisure": {"park", "garden", "golf_course", "nature_reserve", "dog_park", "common"},
    "landuse": {"grass", "forest", "meadow", "recreation_ground", "village_green", "cemetery",
                "orchard", "vineyard", "allotments"},
    "natural": {"wood", "scrub", "grassland", "heath"},
}  # fmt: skip
#: Values of `building` that people walk through or under.
_OPEN = frozenset({"no", "roof", "carport", "bridge"})


def background_of(ground: Ground) -> list[Drawn]:
    """Return what a map of the event is drawn on.

    Parameters
    ----------
    ground
        What the extract holds around the event.

    Returns
    -------
    list of Drawn
        In metres, with their ``kind``: ``building``, blocks of buildings that touch; ``green``,
        parks, woods and grass; ``square`` and ``station``, those with a name.
    """
    mapped = ground.mapped
    drawn = [*_outlines(mapped)]
    blocks = _blocks([one for one in drawn if one.facts["kind"] == BUILDING])
    green = [_within(one, mapped) for one in drawn if one.facts["kind"] == GREEN]
    named = _names(mapped)
    squares = [
        replace(one, name=named[one.id], facts={"kind": SQUARE})
        for one in ground.squares
        if named.get(one.id)
    ]
    stations = [
        replace(one, facts={"kind": STATION})
        for one in ground.stations
        if one.facts["kind"] == STATION and named.get(one.id)
    ]
    return [
        replace(one, id=f"{one.facts['kind']}-{one.id}")  # a park may be a square as well
        for one in (*blocks, *green, *squares, *stations)
        if not shapely.is_empty(one.shape)
    ]


def _outlines(mapped: Mapped) -> Iterable[Drawn]:
    """Yield buildings and green as they are mapped; an outline of a multipolygon is its part."""
    outlines = {
        member
        for relation in mapped.relations
        if _kind(relation.tags)
        for member in relation.members
    }
    for relation in mapped.relations:
        yield from _drawn(
            f"r{relation.id}", "relation", relation.tags, outline_of(mapped, relation)
        )
    for way in mapped.ways:
        if way.closed and way.id not in outlines:
            yield from _drawn(f"w{way.id}", "way", way.tags, shapely.Polygon(way.xy))


def _drawn(name: str, element: str, tags: Tags, shape: "BaseGeometry | None") -> Iterable[Drawn]:
    kind = _kind(tags)
    if kind is None or shape is None or shapely.area(shape) < LEAST_M2:
        return
    yield Drawn(
        id=name,
        name=name_of(tags),
        shape=shapely.make_valid(shape),
        source=f"{element}/{name[1:]}",
        accuracy="mapped",
        facts={"kind": kind},
    )


def _kind(tags: Tags) -> str | None:
    """Tell buildings and green; None is neither, or lies below the ground."""
    below = (tags.get("layer") or tags.get("level") or "0").strip().startswith("-")
    if below or tags.get("location") == "underground" or tags.get("indoor") == "yes":
        return None
    if tags.get("building", "no") not in _OPEN:
        return BUILDING
    return GREEN if any(tags.get(key) in values for key, values in _GREEN.items()) else None


def _blocks(buildings: Sequence[Drawn]) -> list[Drawn]:
    """Join buildings that touch; a block has the identifier of the first of them."""
    if not buildings:
        return []
    shapes = np.array([one.shape for one in buildings], object)
    near = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=JOINED_M)
    pairs = coo_array((np.ones(near.shape[1]), near), shape=(len(shapes),) * 2)
    count, block = connected_components(pairs, directed=False)
    found = []
    for at in range(count):
        members = np.flatnonzero(block == at).tolist()
        mine = sorted((buildings[one] for one in members), key=lambda one: one.id)
        if len(mine) > 1:
            joined = shapely.union_all([one.shape for one in mine])
            mine[0] = replace(mine[0], name="", shape=joined, accuracy="derived")
        found.append(mine[0])
    return found


def _within(one: Drawn, mapped: Mapped) -> Drawn:
    """Cut a wood that goes on for miles to what the plan shows."""
    parts = shapely.get_parts(shapely.intersection(one.shape, mapped.frame))
    return replace(one, shape=shapely.union_all(parts[shapely.get_dimensions(parts) == 2]))


def _names(mapped: Mapped) -> dict[str, str]:
    """Return the names that OpenStreetMap has, by identifier as features have it."""
    return {
        **{f"n{node.id}": name_of(node.tags) for node in mapped.nodes},
        **{f"w{way.id}": name_of(way.tags) for way in mapped.ways},
        **{f"r{relation.id}": name_of(relation.tags) for relation in mapped.relations},
    }

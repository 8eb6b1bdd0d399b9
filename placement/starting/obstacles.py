"""What nobody crosses to reach a street: railways in the open, walls and fences."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import shapely

from placement.reading.levels import Levels, levels_of_tags, read_levels
from placement.starting.drawn import Drawn, name_of
from placement.starting.mapped import Mapped, Tags
from placement.streets.barring import Barring

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Railways with a track bed of their own; trams are walked across.
_RAIL = frozenset({"rail", "light_rail", "subway", "narrow_gauge", "monorail", "funicular"})
#: What stops who walks; kerbs, bollards and the like do not.
_WALLS = frozenset({"wall", "city_wall", "retaining_wall", "fence", "hedge", "guard_rail"})
_LEVELS = ("bridge", "tunnel", "layer", "level")


def rail_of(mapped: Mapped) -> list[Drawn]:
    """Return the railways in the frame; what runs in a tunnel or under cover bars nobody."""
    return [
        one
        for way in mapped.ways
        if way.tags.get("railway") in _RAIL and not _underground(way.tags)
        for one in _lines(mapped, way.id, way.tags, way.line, way.nodes)
    ]


def barriers_of(mapped: Mapped) -> list[Drawn]:
    """Return the walls and fences in the frame."""
    return [
        one
        for way in mapped.ways
        if way.tags.get("barrier") in _WALLS and not _underground(way.tags)
        for one in _lines(mapped, way.id, way.tags, way.line, way.nodes)
    ]


def barring(features: Iterable[Drawn]) -> list[Barring]:
    """Return railways and walls as what bars walkers, on the levels a plan reads them at."""
    return [Barring(one.shape, _levels(one.facts)) for one in features]


def _levels(facts: Tags) -> Levels:
    """Return the levels of what is drawn: by ``level``, else as its tags say."""
    if "level" in facts:
        return read_levels(facts["level"])
    bridge, tunnel = (facts.get(key, "no") != "no" for key in ("bridge", "tunnel"))
    return levels_of_tags(facts.get("layer", ""), bridge=bridge, tunnel=tunnel)


def _underground(tags: Tags) -> bool:
    covered = tags.get("tunnel", "no") != "no" or tags.get("covered", "no") != "no"
    text = (tags.get("layer") or tags.get("level") or "0").strip()
    return covered or (text.startswith("-") and text != "-0")


def _lines(
    mapped: Mapped, number: int, tags: Tags, line: "BaseGeometry", nodes: tuple[int, ...]
) -> list[Drawn]:
    inside = shapely.intersection(line, mapped.frame)
    parts = [part for part in shapely.get_parts(inside) if part.geom_type == "LineString"]
    if not parts:
        return []
    name = f"w{number}"
    if len(mapped.by_id[number]) > 1:
        name += f"-n{nodes[0]}"  # the file lacks a node, and holds the way in parts
    facts = {key: tags[key] for key in _LEVELS if tags.get(key)}
    try:
        _levels(facts)
    except ValueError:
        del facts["level"]  # "0.5", "-1--3": no plan reads those
    title = name_of(tags) or str(tags.get("railway") or tags.get("barrier")).replace("_", " ")
    shape = parts[0] if len(parts) == 1 else shapely.multilinestrings(parts)
    return [
        Drawn(id=name, name=title, shape=shape, source=f"way/{number}", accuracy="mapped",
              facts=facts)
    ]  # fmt: skip

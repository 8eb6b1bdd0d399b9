"""Water of an extract: lakes, rivers and the sea, whose coastline is closed on the right side.

OpenStreetMap draws a coastline with the land to its left and the sea to its right, and ends it
where the file ends. The frame of the plan closes it: what lies to the right is sea. A river whose
outline the file has in part only is closed by the frame too; of the two sides the one is water on
which fewer streets lie.
"""

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.starting.drawn import Drawn, name_of
from placement.starting.faces import Faces, cut_into_faces
from placement.starting.mapped import Mapped, MappedRelation, Tags

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from placement.arrays import Bools

#: Smaller than this nobody plans round it: a fountain, a garden's pond, m² [A].
LEAST_M2 = 50.0
_RIVERBANKS = frozenset({"riverbank", "dock"})
_BASINS = frozenset({"reservoir", "basin"})
#: Values of `water` that hold no water that stops anybody.
_DRY = frozenset({"wastewater", "fountain", "reflecting_pool"})


def is_water(tags: Tags) -> bool:
    """Say whether an outline is one of water in the open."""
    if tags.get("tunnel", "no") != "no" or tags.get("covered", "no") != "no":
        return False
    if tags.get("intermittent") == "yes" or tags.get("water") in _DRY:
        return False
    return (
        tags.get("natural") == "water"
        or tags.get("waterway") in _RIVERBANKS
        or tags.get("landuse") in _BASINS
    )


def water_of(mapped: Mapped) -> list[Drawn]:
    """Return the water in the frame, each polygon cut to what the extract covers.

    Parameters
    ----------
    mapped
        The extract.

    Returns
    -------
    list of Drawn
        In the order of their identifiers; the sea is one polygon.
    """
    frame = mapped.known
    if shapely.is_empty(frame):
        return []
    found: list[Drawn] = []
    members: set[int] = set()
    for relation in mapped.relations:
        if not is_water(relation.tags):
            continue
        members |= {*relation.members}
        shape = outline_of(mapped, relation)
        if shape is None:
            shape = _partial(mapped, relation, frame)
        found += _cut(f"r{relation.id}", f"relation/{relation.id}", relation.tags, shape, frame)
    for way in mapped.ways:
        if way.closed and is_water(way.tags) and way.id not in members:
            shape = shapely.make_valid(shapely.Polygon(way.xy))
            found += _cut(f"w{way.id}", f"way/{way.id}", way.tags, shape, frame)
    found += _cut("sea", "natural=coastline", {}, _sea(mapped, frame), frame)
    return sorted(found, key=lambda one: one.id)


def outline_of(mapped: Mapped, relation: MappedRelation) -> "BaseGeometry | None":
    """Return a multipolygon's ground, metres; None where the file has not all of its outline."""
    parts = [part for member in relation.members for part in mapped.by_id.get(member, ())]
    there = {part.id for part in parts if part.whole}
    if not parts or there != {*relation.members}:
        return None
    lines = shapely.multilinestrings([part.line for part in parts])
    merged = shapely.get_parts(shapely.line_merge(shapely.node(lines)))
    if not shapely.is_ring(merged).all():
        return None
    shape = shapely.build_area(shapely.node(lines))
    return None if shapely.is_empty(shape) else shapely.make_valid(shape)


def _cut(
    name: str, source: str, tags: Tags, shape: "BaseGeometry | None", frame: "BaseGeometry"
) -> Iterable[Drawn]:
    if shape is None:
        return
    inside = shapely.intersection(shape, frame)
    parts = [
        part
        for part in shapely.get_parts(shapely.get_parts(inside))
        if part.geom_type == "Polygon" and part.area >= LEAST_M2
    ]
    if parts:
        facts = {"level": ""} if name == "sea" else {"level": tags.get("level", "")}
        title = "Sea" if name == "sea" else name_of(tags) or "Water"
        yield Drawn(
            id=name, name=title, shape=shapely.union_all(parts), source=source,
            accuracy="derived" if name == "sea" else "mapped", facts=facts,
        )  # fmt: skip


def _sea(mapped: Mapped, frame: "BaseGeometry") -> "BaseGeometry | None":
    """Return the sea: the faces that have most of the coast to their left, the coast's right."""
    lines = [way.line for way in mapped.ways if way.tags.get("natural") == "coastline"]
    lines = [line for line in lines if shapely.intersects(line, frame)]
    if not lines:
        return None
    faces = cut_into_faces(frame, lines)
    votes = np.zeros(len(faces.shapes))
    for side, sign in ((faces.right, 1.0), (faces.left, -1.0)):
        at = (side >= 0) & (faces.left != faces.right)  # a line that ends in a face parts nothing
        np.add.at(votes, side[at], sign * faces.length_m[at])
    return shapely.union_all(faces.shapes[votes > 0]) if (votes > 0).any() else None


def _partial(
    mapped: Mapped, relation: MappedRelation, frame: "BaseGeometry"
) -> "BaseGeometry | None":
    """Return the ground of an outline that the file has in part, closed by the frame."""
    lines = [part.line for member in relation.members for part in mapped.by_id.get(member, ())]
    lines = [line for line in lines if shapely.intersects(line, frame)]
    if not lines:
        return None
    faces = cut_into_faces(frame, lines)
    one = _two_sides(faces)
    streets = [
        way.line for way in mapped.walks if way.walked and not way.walked.bridge
        and not way.walked.tunnel
    ]  # fmt: skip
    tree = shapely.STRtree(streets)
    per_m2 = []
    for chosen in (one, ~one):
        ground = shapely.union_all(faces.shapes[chosen])
        near = tree.query(ground, predicate="intersects")
        inside = shapely.intersection(np.array(streets, object)[near], ground)
        area = float(shapely.area(ground))
        per_m2.append(float(shapely.length(inside).sum()) / area if area else np.inf)
    wet = one if per_m2[0] <= per_m2[1] else ~one
    return shapely.union_all(faces.shapes[wet]) if wet.any() else None


def _two_sides(faces: Faces) -> "Bools":
    """Give neighbours across a line different sides, beginning at the longest border."""
    count = len(faces.shapes)
    across: dict[tuple[int, int], float] = {}
    for left, right, metres in zip(
        faces.left.tolist(), faces.right.tolist(), faces.length_m.tolist(), strict=True
    ):
        if left >= 0 and right >= 0 and left != right:
            pair = (min(left, right), max(left, right))
            across[pair] = across.get(pair, 0.0) + metres
    beside: dict[int, list[int]] = {}
    for (a, b), _ in sorted(across.items(), key=lambda item: (-item[1], item[0])):
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    side = np.zeros(count, np.bool_)
    seen = np.zeros(count, np.bool_)
    for first in range(count):
        if seen[first]:
            continue
        seen[first] = True
        ahead = deque([first])
        while ahead:
            face = ahead.popleft()
            for other in beside.get(face, ()):
                if not seen[other]:
                    seen[other], side[other] = True, not side[face]
                    ahead.append(other)
    return side

"""Candidate sites: where a perimeter crosses streets, bridgeheads, stations, squares, gates.

A candidate is known by its kind and by the node or way of OpenStreetMap that it stands on, so that
an extract that is fetched again gives the same identifiers.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from placement.errors import InputError
from placement.starting.drawn import Accuracy, Drawn, name_of
from placement.starting.ground import Ground, route_ground
from placement.starting.mapped import MappedWay
from placement.starting.room import Candidate, own_width, with_room
from placement.starting.street_names import told_apart
from placement.starting.widths import LEAST_LANES
from placement.streets.graph import connected_parts
from placement.streets.snap import snap
from placement.streets.tags import allowed, blocks

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Of two candidates nearer than this one is left out, metres [A].
APART_M = 50.0
#: Kinds, those first that stay where two are too near to each other.
KINDS = ("bridgehead", "station", "gate", "square", "street mouth", "perimeter")
_GATES = frozenset(
    {"gate", "lift_gate", "swing_gate", "sliding_gate", "entrance", "turnstile",
     "full-height_turnstile", "kissing_gate", "wicket_gate", "hampshire_gate"}
)  # fmt: skip
#: An end of a bridge may lie so far outside the perimeter.
_END_M = 120.0
_WET_M = 8.0  # less water than this under a way is a ditch, or a bank drawn coarsely
_LONG_BRIDGE_M = 80.0
_ON_STREET_M = 20.0
_OUT_OF_STATION_M = 60.0
#: Stations so far outside the perimeter are those of the event [A].
_STATION_M = 200.0
_TOUCH_M = 0.5
#: A bank may be drawn so coarsely that a street's node lies in the water: posts keep away from it.
_SHORE_M = 0.5


def find_candidates(ground: Ground, *, apart_m: float = APART_M) -> list[Candidate]:
    """Find the candidate sites of an event.

    Parameters
    ----------
    ground
        What they are looked for on.
    apart_m
        Of two nearer to each other the one of the earlier kind stays, else the one with room for
        more lanes, else the one of the lower identifier; 0 keeps all.

    Returns
    -------
    list of Candidate
        In the order of their identifiers.

    Raises
    ------
    InputError
        If there is none.
    """
    found = [
        *_bridgeheads(ground),
        *_stations(ground),
        *_gates(ground),
        *_corners(ground),
        *_crossings(ground, "perimeter", ground.event.perimeter),
    ]
    own = route_ground(ground)
    if own is not None:
        found += _crossings(ground, "street mouth", own)
    found = with_room(_on_streets(ground, _each_once(found)), ground.squares)
    kept = thinned(found, apart_m=apart_m)
    if not kept:
        raise InputError(
            "no walkable street crosses the perimeter, and there is no bridge, station or square "
            "in it",
            file=ground.streets.source,
            remedy="give an extract that holds the streets of the event, or another perimeter",
        )
    return kept


def thinned(found: Iterable[Candidate], *, apart_m: float) -> list[Candidate]:
    """Leave out candidates that are too near to another one of their level."""
    order = sorted(found, key=lambda one: (KINDS.index(one.kind), -one.lanes, one.id))
    kept: list[Candidate] = []
    cells: dict[tuple[int, int, int], list[Candidate]] = {}
    size = max(apart_m, 1.0)
    for one in order:
        x, y = int(one.xy.x // size), int(one.xy.y // size)
        near = [
            other
            for i in (x - 1, x, x + 1)
            for j in (y - 1, y, y + 1)
            for other in cells.get((one.level, i, j), ())
        ]
        if all(other.xy.distance(one.xy) >= apart_m for other in near):
            kept.append(one)
            cells.setdefault((one.level, x, y), []).append(one)
    kept.sort(key=lambda one: one.id)
    names = told_apart([(one.name, one.xy) for one in kept])
    return [replace(one, name=name) for one, name in zip(kept, names, strict=True)]


def sites_of(
    candidates: Sequence[Candidate], *, unreached: Collection[tuple[str, str]] = ()
) -> list[Drawn]:
    """Return candidates as features of a layer of sites.

    Parameters
    ----------
    candidates
        Candidates.
    unreached
        Candidates, each with a resource that reaches nobody from there and does not stand there.
    """
    found = [
        Drawn(
            id=one.id, name=one.name, shape=one.xy, source=one.source, accuracy=one.accuracy,
            facts={
                "kind": one.kind,
                "level": one.level,
                "resources": ",".join(
                    name for name in _resources(one) if (one.id, name) not in unreached
                ),
                "max_units_checkpoint": one.lanes if one.lanes >= LEAST_LANES else "",
                "width_m": round(one.width_m, 1),
                "width_from": one.width_from,
                "lanes_room": one.lanes,
                "queue_people": one.queue_people,
            },
        )
        for one in candidates
    ]  # fmt: skip
    return [site for site in found if site.facts["resources"]]


def _resources(one: Candidate) -> tuple[str, ...]:
    """Return who may stand there: lanes where they have room, teams inside the perimeter."""
    if one.lanes < LEAST_LANES:
        return ("dog_team",)
    return ("checkpoint",) if one.kind == "perimeter" else ("checkpoint", "dog_team")


def _each_once(found: Iterable[Candidate]) -> list[Candidate]:
    """Return those of one way and kind with numbers in the order found, and one of each node."""
    seen: dict[str, int] = {}
    result = []
    for one in found:
        number = seen[one.id] = seen.get(one.id, 0) + 1
        if number == 1:
            result.append(one)
        elif not one.source.startswith("node/"):
            result.append(replace(one, id=f"{one.id}-{number}"))
    return result


def _candidate(
    kind: str, name: str, place: "BaseGeometry", way: MappedWay | None, *, at: str, source: str,
    accuracy: Accuracy = "derived",
) -> Candidate:  # fmt: skip
    level = 0 if way is None or way.walked is None else way.walked.level
    return Candidate(
        id=f"{kind.replace(' ', '-')}-{at}", kind=kind, name=name, xy=place, way=way, level=level,
        source=source, accuracy=accuracy,
    )  # fmt: skip


def _crossings(ground: Ground, kind: str, area: "BaseGeometry") -> list[Candidate]:
    """Return where walkable streets and squares cross the outline of some ground.

    A bridge over water that crosses it has its posts at its ends.
    """
    outline = shapely.boundary(area)
    shapely.prepare(outline)
    wet = ground.wet
    shapely.prepare(wet)
    found = []
    for at in np.flatnonzero(shapely.intersects(ground.lines, outline)).tolist():
        way = ground.walks[at]
        hits = shapely.get_parts(shapely.get_parts(shapely.intersection(way.line, outline)))
        places = [shapely.Point(shapely.line_interpolate_point(hit, 0.5, normalized=True))
                  if hit.geom_type == "LineString" else hit for hit in hits.tolist()]  # fmt: skip
        for place in sorted(places, key=way.line.project):
            over = way.walked is not None and way.walked.bridge and shapely.intersects(wet, place)
            if not over:
                name = ground.names.of(place, own=name_of(way.tags), other=kind.capitalize())
                found.append(_candidate(kind, name, place, way, at=f"w{way.id}",
                                        source=f"way/{way.id}"))  # fmt: skip
    for square in ground.squares:
        if shapely.intersects(square.shape, outline):
            chords = shapely.get_parts(shapely.intersection(outline, square.shape))
            chords = shapely.get_parts(shapely.line_merge(shapely.union_all(chords)))
            chords = [one for one in chords.tolist() if one.length > 2.0]
            for chord in sorted(chords, key=lambda one: shapely.get_coordinates(one)[0].tolist()):
                place = chord.interpolate(0.5, normalized=True)
                own = "" if square.name.startswith("Square") else square.name
                name = ground.names.of(place, own=own, other="Square")
                found.append(_candidate(kind, name, place, None, at=square.id,
                                        source=square.source))  # fmt: skip
    return found


def _bridgeheads(ground: Ground) -> list[Candidate]:
    """Return the ends of bridges over water, or of long ones, that the perimeter holds in part."""
    wet = ground.wet
    ashore = _by_node(way for way in ground.walks if way.walked and not way.walked.bridge)
    near = shapely.buffer(ground.event.perimeter, _END_M)
    shapely.prepare(near)
    found: dict[int, Candidate] = {}
    for parts in _whole_bridges(ground):
        lines = shapely.multilinestrings([part.line for part in parts])
        over = shapely.length(shapely.intersection(lines, wet)) >= _WET_M
        long = shapely.length(lines) >= _LONG_BRIDGE_M and shapely.is_empty(wet)
        if not (over or long) or not shapely.intersects(lines, ground.event.perimeter):
            continue
        ends = [(node, shapely.Point(xy), part) for part in parts
                for node, xy in zip(part.nodes, part.xy, strict=True)]  # fmt: skip
        for node, place, part in ends:
            streets = ashore.get(node)
            if streets is not None and node not in found and shapely.intersects(near, place):
                name = ground.names.of(place, own=name_of(part.tags), other="Bridge")
                found[node] = _candidate(
                    "bridgehead", name, place, _widest(streets), at=f"n{node}",
                    source=f"node/{node}",
                )  # fmt: skip
    return list(found.values())


def _whole_bridges(ground: Ground) -> list[list[MappedWay]]:
    """Join the ways of bridges that share a node."""
    bridges = [way for way in ground.walks if way.walked and way.walked.bridge]
    owner: dict[int, int] = {}
    pairs = [(owner.setdefault(node, at), at) for at, way in enumerate(bridges)
             for node in way.nodes]  # fmt: skip
    if not pairs:
        return []
    tail, head = np.array(pairs, np.int32).T
    part = connected_parts(tail, head, len(bridges))
    return [[bridges[at] for at in np.flatnonzero(part == one).tolist()]
            for one in range(int(part.max()) + 1)]  # fmt: skip


def _stations(ground: Ground) -> list[Candidate]:
    """Return the station entrances near the perimeter, each on the nearest street."""
    tree = shapely.STRtree(ground.lines)
    near = shapely.buffer(ground.event.perimeter, _STATION_M)
    found = []
    for one in ground.stations:
        if one.facts.get("entrances") == "mapped" or not shapely.intersects(near, one.shape):
            continue
        at = tree.query(one.shape, predicate="dwithin", distance=_OUT_OF_STATION_M)
        open_air = [
            i for i in at.tolist()
            if (way := ground.walks[i].walked) is not None and not way.tunnel and not way.bridge
        ]  # fmt: skip
        if not open_air:
            continue
        far = shapely.distance(ground.lines[open_air], one.shape)
        way = ground.walks[min(zip(np.round(far, 3).tolist(), open_air, strict=True))[1]]
        place = way.line.interpolate(way.line.project(one.shape))
        name = ground.names.of(place, own=one.name)
        found.append(_candidate("station", name, place, way, at=one.id, source=one.source,
                                accuracy="mapped"))  # fmt: skip
    return found


def _gates(ground: Ground) -> list[Candidate]:
    """Return the gates in fences and walls, and on ways, that the perimeter holds."""
    on = _by_node(ground.walks)
    found = []
    for node in ground.mapped.nodes:
        ways = on.get(node.id)
        if node.tags.get("barrier") not in _GATES or ways is None or blocks(node.tags):
            continue
        if allowed(node.tags) is None and all(way.tags.get("highway") == "service" for way in ways):
            continue  # the gate of somebody's yard
        place = shapely.Point(node.xy)
        if shapely.intersects(ground.event.perimeter, place):
            way = _widest(ways)
            own = name_of(node.tags) or name_of(way.tags)
            name = ground.names.of(place, own=own, other="Gate")
            found.append(_candidate("gate", name, place, way, at=f"n{node.id}",
                                    source=f"node/{node.id}", accuracy="mapped"))  # fmt: skip
    return found


def _corners(ground: Ground) -> list[Candidate]:
    """Return, for each corner of a square, the nearest place where a street enters it."""
    tree = shapely.STRtree(ground.lines)
    found = []
    for square in ground.squares:
        if not shapely.intersects(ground.event.perimeter, square.shape):
            continue
        rim = shapely.boundary(square.shape)
        entries = []
        for i in sorted(tree.query(rim, predicate="dwithin", distance=_TOUCH_M).tolist()):
            way = ground.walks[i]
            if way.walked is None or way.walked.tunnel or way.walked.bridge:
                continue
            near = shapely.dwithin(shapely.points(way.xy), rim, _TOUCH_M)
            leaves = shapely.length(shapely.difference(way.line, square.shape.buffer(1.0))) > 1.0
            if leaves and near.any():
                entries += [(way, n) for n in np.flatnonzero(near).tolist()]
        if not entries:
            continue
        places = shapely.points(np.array([way.xy[n] for way, n in entries]))
        box = shapely.oriented_envelope(square.shape)
        seen = set()
        for corner in shapely.get_coordinates(box)[:4]:
            far = np.round(shapely.distance(places, shapely.Point(corner)), 2).tolist()
            way, n = min(
                zip(far, entries, strict=True), key=lambda e: (e[0], e[1][0].nodes[e[1][1]])
            )[1]
            place = shapely.Point(way.xy[n])
            if way.nodes[n] in seen or not shapely.intersects(ground.event.perimeter, place):
                continue
            seen.add(way.nodes[n])
            own = "" if square.name.startswith("Square") else square.name
            name = ground.names.of(place, own=own, other="Square")
            node = way.nodes[n]
            found.append(
                _candidate("square", name, place, way, at=f"n{node}", source=f"node/{node}")
            )
    return found


def _by_node(ways: Iterable[MappedWay]) -> dict[int, list[MappedWay]]:
    found: dict[int, list[MappedWay]] = {}
    for way in ways:
        for node in way.nodes:
            found.setdefault(node, []).append(way)
    return found


def _widest(ways: Sequence[MappedWay]) -> MappedWay:
    """Return the way of most width, the one of the lowest identifier among equals."""
    return min(ways, key=lambda way: (-own_width(way)[0], way.id))


def _on_streets(ground: Ground, found: Sequence[Candidate]) -> list[Candidate]:
    """Keep those that stand in the open on a street of the main network, the frame around them."""
    if not found:
        return []
    xy = np.array([(one.xy.x, one.xy.y) for one in found])
    level = np.array([one.level for one in found], np.int64)
    near = snap(
        ground.streets, xy, level=level, max_m=60.0, from_bridges=False,
        barriers=ground.obstacles,
    )  # fmt: skip
    wet = shapely.buffer(ground.wet, _SHORE_M)
    shapely.prepare(wet)
    kept = []
    for one, edge, access_s in zip(found, near.edge.tolist(), near.access_s.tolist(), strict=True):
        most_m = 60.0 if one.way is None else _ON_STREET_M
        if edge < 0 or access_s * ground.streets.speed_m_s > most_m:
            continue
        if not shapely.intersects(wet, one.xy):
            kept.append(one)
        elif one.way is not None:
            dry = shapely.difference(one.way.line, wet)
            if 0.0 < dry.distance(one.xy) <= _ON_STREET_M:
                kept.append(replace(one, xy=shapely.shortest_line(dry, one.xy).interpolate(0.0)))
    return kept

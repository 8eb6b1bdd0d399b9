"""What an OpenStreetMap extract holds around an event: nodes, ways and relations with their tags.

`placement.streets.osm` reads what is walked, joined and measured; this reads everything else that a
plan is begun with, and keeps the identifiers of OpenStreetMap.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import shapely
from osmium.osm import NODE, RELATION, WAY
from pyproj import CRS

from placement.arrays import Floats
from placement.globe import beside, middle, transformer
from placement.reading.features import WGS84
from placement.starting.event import degrees
from placement.streets.tags import read_way
from placement.streets.ways import Way

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: A way or relation needs one of these to be looked at.
_KEYS = ("highway", "railway", "public_transport", "man_made", "natural", "waterway", "landuse",
         "barrier", "place", "building", "leisure")  # fmt: skip
_NODE_KEYS = ("railway", "public_transport", "barrier")
_HALF, _TURN = 180.0, 360.0
type Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MappedNode:
    """A node: its identifier, its tags, (2,) metres."""

    id: int
    tags: Tags
    xy: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class MappedWay:
    """A way, or the part of one whose nodes the file holds.

    Attributes
    ----------
    id
        Identifier in OpenStreetMap.
    tags
        All its tags.
    nodes
        (N,) identifiers of its nodes.
    xy
        (N, 2) float64, metres.
    whole
        Whether the file holds all its nodes.
    """

    id: int
    tags: Tags
    nodes: tuple[int, ...]
    xy: Floats
    whole: bool

    @property
    def closed(self) -> bool:
        """Whether it ends where it begins."""
        return self.whole and len(self.nodes) > 3 and self.nodes[0] == self.nodes[-1]

    @cached_property
    def line(self) -> "BaseGeometry":
        """Its line, metres."""
        return shapely.LineString(self.xy)

    @cached_property
    def walked(self) -> Way | None:
        """How it is walked; None where it is not."""
        way = read_way(self.tags)
        return way if isinstance(way, Way) else None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MappedRelation:
    """A multipolygon: its identifier, its tags and the ways of its outlines."""

    id: int
    tags: Tags
    members: tuple[int, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Mapped:
    """An extract around an event, each kind in the order of its identifiers.

    Attributes
    ----------
    crs
        Metric coordinate system.
    frame
        The ground that was asked for, metres.
    known
        The part of it that the extract covers, metres; may be empty.
    nodes, ways, relations
        What has tags, and the ways of outlines.
    """

    crs: str
    frame: "BaseGeometry"
    known: "BaseGeometry"
    nodes: tuple[MappedNode, ...]
    ways: tuple[MappedWay, ...]
    relations: tuple[MappedRelation, ...]

    @cached_property
    def walks(self) -> tuple[MappedWay, ...]:
        """The ways that are walked."""
        return tuple(way for way in self.ways if way.walked is not None)

    @cached_property
    def by_id(self) -> Mapping[int, tuple[MappedWay, ...]]:
        """The ways, or the parts of them, by identifier."""
        found: dict[int, list[MappedWay]] = {}
        for way in self.ways:
            found.setdefault(way.id, []).append(way)
        return {key: tuple(parts) for key, parts in found.items()}


class _Box:
    """A box in degrees that may lie across the antimeridian."""

    def __init__(self, frame: "BaseGeometry", crs: str) -> None:
        xy = shapely.get_coordinates(degrees(shapely.segmentize(frame, 1000.0), crs))
        self.centre = middle(xy[:, 0])
        lon = beside(xy[:, 0], self.centre)
        self.west, self.east = float(lon.min()), float(lon.max())
        self.south, self.north = float(xy[:, 1].min()), float(xy[:, 1].max())

    def holds(self, places: Iterable[tuple[int, float, float]]) -> bool:
        """Say whether one of the places, each an identifier with degrees, lies in the box."""
        for _, lon, lat in places:
            if self.south <= lat <= self.north:
                near = (lon - self.centre + _HALF) % _TURN - _HALF + self.centre
                if self.west <= near <= self.east:
                    return True
        return False


def read_mapped(path: Path, *, frame: "BaseGeometry", crs: str) -> Mapped:
    """Read what an extract holds in a frame.

    Parameters
    ----------
    path
        An extract that `placement.streets.read_streets` has read to its end.
    frame
        A box, metres.
    crs
        Metric coordinate system of the frame.

    Returns
    -------
    Mapped
        Ways with at least a node in the frame, whole; all outlines of multipolygons.
    """
    box = _Box(frame, crs)
    relations = _relations(path)
    outlines = {way for relation in relations for way in relation.members}
    parts: list[tuple[int, Tags, bool, list[tuple[int, float, float]]]] = []
    extent = [np.inf, np.inf, -np.inf, -np.inf]
    source: Any = osmium.FileProcessor(str(path), NODE | WAY).with_locations()
    for way in source.with_filter(osmium.filter.EntityFilter(WAY)):
        tags = {tag.k: tag.v for tag in way.tags}
        if way.id not in outlines and not any(key in tags for key in _KEYS):
            continue
        runs, whole = _runs(way)
        for run in runs:
            for _, lon, lat in run:
                near = (lon - box.centre + _HALF) % _TURN - _HALF
                extent[0], extent[2] = min(extent[0], near), max(extent[2], near)
                extent[1], extent[3] = min(extent[1], lat), max(extent[3], lat)
            if way.id in outlines or box.holds(run):
                parts.append((way.id, tags, whole, run))
    way_to = transformer(CRS(WGS84), CRS(crs))
    flat = np.array([(lon, lat) for *_, run in parts for _, lon, lat in run], np.float64)
    flat = flat.reshape(-1, 2)
    xy = np.column_stack(way_to.transform(flat[:, 0], flat[:, 1]))
    ends = np.cumsum([len(run) for *_, run in parts], dtype=np.int64)
    found = []
    for (number, own_tags, whole, run), end in zip(parts, ends.tolist(), strict=True):
        own = xy[end - len(run) : end]
        own.flags.writeable = False
        nodes = tuple(ref for ref, _, _ in run)
        found.append(MappedWay(id=number, tags=own_tags, nodes=nodes, xy=own, whole=whole))
    found.sort(key=lambda way: (way.id, way.nodes))
    return Mapped(
        crs=crs,
        frame=frame,
        known=_known(path, frame, crs, box, extent),
        nodes=_nodes(path, box, way_to),
        ways=tuple(found),
        relations=relations,
    )


def _runs(way: Any) -> tuple[list[list[tuple[int, float, float]]], bool]:  # noqa: ANN401 - osmium's
    """Cut a way where the file lacks a node; say too whether it lacks none."""
    runs: list[list[tuple[int, float, float]]] = [[]]
    whole = True
    for node in way.nodes:
        location = node.location
        if location.valid():
            runs[-1].append((node.ref, location.lon, location.lat))
        else:
            whole = False
            runs.append([])
    return [run for run in runs if len(run) > 1], whole


def _relations(path: Path) -> tuple[MappedRelation, ...]:
    found = []
    source: Any = osmium.FileProcessor(str(path), RELATION)
    for relation in source.with_filter(osmium.filter.KeyFilter(*_KEYS)):
        tags = {tag.k: tag.v for tag in relation.tags}
        if tags.get("type") == "multipolygon":
            members = tuple(member.ref for member in relation.members if member.type == "w")
            found.append(MappedRelation(id=relation.id, tags=tags, members=members))
    return tuple(sorted(found, key=lambda relation: relation.id))


def _nodes(path: Path, box: _Box, way_to: Any) -> tuple[MappedNode, ...]:  # noqa: ANN401 - pyproj's
    found = []
    source: Any = osmium.FileProcessor(str(path), NODE)
    for node in source.with_filter(osmium.filter.KeyFilter(*_NODE_KEYS)):
        if not node.location.valid():
            continue
        lon, lat = node.location.lon, node.location.lat
        if box.holds([(node.id, lon, lat)]):
            xy = np.array(way_to.transform(lon, lat))
            xy.flags.writeable = False
            tags = {tag.k: tag.v for tag in node.tags}
            found.append(MappedNode(id=node.id, tags=tags, xy=xy))
    return tuple(sorted(found, key=lambda node: node.id))


def _known(
    path: Path, frame: "BaseGeometry", crs: str, box: _Box, extent: list[float]
) -> "BaseGeometry":
    """Return the part of the frame that the extract covers: its own box, else that of its ways."""
    reader = osmium.io.Reader(str(path))
    said = reader.header().box()
    reader.close()
    if said.valid():
        west, east = said.bottom_left.lon, said.top_right.lon
        south, north = said.bottom_left.lat, said.top_right.lat
        centre = west + (east - west) % _TURN / 2
        west, east = centre - (east - west) % _TURN / 2, centre + (east - west) % _TURN / 2
    elif np.isfinite(extent).all():
        west, south, east, north = extent
        west, east = west + box.centre, east + box.centre
    else:
        return shapely.Polygon()
    outline = shapely.segmentize(shapely.box(west, south, east, north), 0.01)
    way_to = transformer(CRS(WGS84), CRS(crs))
    shape = shapely.transform(
        outline,
        lambda place: np.column_stack(
            way_to.transform((place[:, 0] + _HALF) % _TURN - _HALF, place[:, 1])
        ),
    )
    if not np.isfinite(shapely.bounds(shape)).all() or not shapely.is_valid(shape):
        return frame  # it is so large that the plane does not hold it
    return shapely.intersection(frame, shape)

"""Ways of an OpenStreetMap extract with tags that walking does not need: widths and vehicles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import shapely
from osmium.osm import NODE, WAY

from placement.arrays import Floats, Geometries
from placement.errors import InputError
from placement.globe import transformer
from placement.reading.features import WGS84, quiet
from placement.reading.numerals import decimal
from placement.reading.regular import require_file
from placement.starting.widths import width_of
from placement.streets.assemble import Lines, assemble
from placement.streets.lines import OSM
from placement.streets.network import Streets, build
from placement.streets.ways import Way

#: Classes that vehicles can drive on, allowed or not.
DRIVEN = frozenset(
    {"motorway", "trunk", "primary", "secondary", "tertiary", "motorway_link", "trunk_link",
     "primary_link", "secondary_link", "tertiary_link", "unclassified", "residential",
     "living_street", "service", "road", "busway", "bus_guideway", "pedestrian", "track"}
)  # fmt: skip
#: Widths of classes that nobody walks on, metres [A]; those of all others are in `widths`.
_UNWALKED_WIDTH_M = {"motorway": 16.0, "busway": 7.0, "bus_guideway": 7.0}
_KEYS = (
    "highway", "name", "oneway", "junction", "bridge", "tunnel", "layer", "level", "width",
    "est_width", "lanes", "vehicle", "motor_vehicle", "oneway:motor_vehicle", "area", "sidewalk",
    "sidewalk:both", "sidewalk:left", "sidewalk:right",
)  # fmt: skip
_SHUT = frozenset({"no", "private"})
_NEVER_DRIVEN = frozenset({"steps", "corridor", "elevator", "platform", "proposed", "construction"})
_BARRIERS = frozenset(
    {"bollard", "block", "jersey_barrier", "debris", "cycle_barrier", "kissing_gate", "stile",
     "turnstile", "full-height_turnstile", "log", "planter", "chain", "motorcycle_barrier"}
)  # fmt: skip
_SUFFIXES = (".pbf", ".osm", ".osm.gz", ".osm.bz2", ".osm.xml")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TaggedWay:
    """A way: its id, its nodes with their places in 1e-7 degree, and its tags."""

    id: int
    nodes: tuple[int, ...]
    xy: tuple[tuple[int, int], ...]
    tags: Mapping[str, str]

    @property
    def lonlat(self) -> shapely.LineString:
        """Its line, degrees."""
        return shapely.LineString(np.array(self.xy) / 1e7)


def is_extract(path: Path) -> bool:
    """Tell an OpenStreetMap extract by its suffix."""
    return path.name.lower().endswith(_SUFFIXES)


def read_tagged_ways(path: Path) -> tuple[list[TaggedWay], frozenset[int]]:
    """Read all ways with a ``highway``, and the nodes that no vehicle passes.

    Raises
    ------
    InputError
        If the extract is missing or cannot be read to its end.
    """
    require_file(path, remedy="give the extract's path")
    ways: list[TaggedWay] = []
    barred: set[int] = set()
    with quiet(path, "an OpenStreetMap extract"):
        source = osmium.FileProcessor(str(path), NODE | WAY).with_locations()
        for item in source.with_filter(osmium.filter.KeyFilter("highway", "barrier")):
            if isinstance(item, osmium.osm.Node):
                tags = {tag.k: tag.v for tag in item.tags}
                if tags.get("barrier") in _BARRIERS and not _let_in(tags):
                    barred.add(item.id)
                continue
            if not isinstance(item, osmium.osm.Way) or "highway" not in item.tags:
                continue
            found = [node for node in item.nodes if node.location.valid()]
            if len(found) > 1:
                ways.append(
                    TaggedWay(
                        id=item.id,
                        nodes=tuple(node.ref for node in found),
                        xy=tuple((node.x, node.y) for node in found),
                        tags={key: item.tags[key] for key in _KEYS if key in item.tags},
                    )
                )
    return sorted(ways, key=lambda way: way.id), frozenset(barred)


def vehicle_streets(
    ways: Sequence[TaggedWay],
    barred: Iterable[int],
    *,
    source: str,
    crs: str,
    both_ways: bool = False,
) -> Streets:
    """Return the network that vehicles drive on.

    Parameters
    ----------
    ways, barred
        As from `read_tagged_ways`; at a barred node no vehicle passes from one piece to another.
    source
        Name of the extract.
    crs
        Metric coordinate system.
    both_ways
        Vehicles ignore one-ways too.

    Raises
    ------
    InputError
        If there is nothing to drive on.
    """
    stops = frozenset(barred)
    lon: list[int] = []
    lat: list[int] = []
    key: list[int] = []
    number: dict[int, int] = {}
    codes: dict[Way, int] = {}
    first, place, code = [0], [], []

    def placed(node: int, xy: tuple[int, int]) -> int:
        if node in stops or node not in number:
            number[node] = len(key)
            lon.append(xy[0])
            lat.append(xy[1])
            # ids of OpenStreetMap stay below 2^48, so these are new
            key.append((1 << 48) + len(key) if node in stops else node)
        return number[node]

    for way in ways:
        driven = drive_way(way.tags, both_ways=both_ways)
        if driven is None:
            continue
        kind = codes.setdefault(driven, len(codes))
        last = len(way.nodes) - 1
        for at, (node, xy) in enumerate(zip(way.nodes, way.xy, strict=True)):
            place.append(placed(node, xy))
            if at == last or (node in stops and at):
                first.append(len(place))
                code.append(kind)
                if at != last:
                    place.append(placed(node, xy))
    if not code:
        raise InputError(
            "holds nothing to drive on", file=source, remedy="give an extract with its streets"
        )
    lines = Lines(
        lon=np.array(lon, np.int32),
        lat=np.array(lat, np.int32),
        key=np.array(key, np.int64),
        lift=np.zeros(0, np.int64),
        first=np.array(first, np.int64),
        place=np.array(place, np.int32),
        way=np.array(code, np.int64),
        ways=tuple(codes),
    )
    return build(
        assemble(lines, speed_m_s=10.0),
        crs=crs,
        source=source,
        speed_m_s=10.0,
        attribution=OSM,
    )


def drive_way(tags: Mapping[str, str], *, both_ways: bool = False) -> Way | None:
    """Return how vehicles drive on a way, None where they cannot.

    A sign that keeps vehicles out (``motor_vehicle=no``) stops none, so the classes of
    `DRIVEN` count whatever it says; other ways count where it lets vehicles in.

    Parameters
    ----------
    tags
        Tags of the way.
    both_ways
        Vehicles ignore one-ways too.
    """
    kind = tags.get("highway", "")
    if tags.get("area") == "yes" or kind in _NEVER_DRIVEN:
        return None
    if kind not in DRIVEN and not _let_in(tags):
        return None
    oneway = tags.get("oneway:motor_vehicle", tags.get("oneway", ""))
    along = tags.get("junction") == "roundabout" or kind == "motorway"
    forward = backward = 1.0
    if not both_ways:
        forward = 0.0 if oneway in {"-1", "reverse"} else 1.0
        backward = 0.0 if oneway in {"yes", "true", "1"} or (along and not oneway) else 1.0
    bridge = tags.get("bridge", "no") != "no"
    tunnel = tags.get("tunnel", "no") not in {"no", "building_passage"}
    try:
        level = int(decimal((tags.get("layer") or tags.get("level") or "").split(";")[0]))
    except ValueError:
        level = int(bridge) - int(tunnel)
    return Way(
        edge_class=kind,
        name=tags.get("name", ""),
        level=level,
        bridge=bridge,
        tunnel=tunnel,
        forward=forward,
        backward=backward,
    )


def tagged_width_m(tags: Mapping[str, str]) -> float | None:
    """Return the width that tags say, metres; None where they say none."""
    metres, said_by = width_of(tags, tags.get("highway", ""))
    return None if said_by == "class" else metres


def class_width_m(edge_class: str) -> float:
    """Return the usable width of a class of street where nothing says it, metres."""
    own = _UNWALKED_WIDTH_M.get(edge_class.removesuffix("_link"))
    return width_of({}, edge_class)[0] if own is None else own


def lines_in(ways: Sequence[TaggedWay], crs: str) -> Geometries:
    """Return the ways' lines in metres."""
    to_plane = transformer(WGS84, crs)

    def moved(lonlat: Floats) -> Floats:
        return np.column_stack(to_plane.transform(lonlat[:, 0], lonlat[:, 1]))

    found: Geometries = shapely.transform(np.array([way.lonlat for way in ways], object), moved)
    return found


def _let_in(tags: Mapping[str, str]) -> bool:
    """Say whether a tag lets vehicles in: the most specific one decides."""
    said = [tags[key] for key in ("motor_vehicle", "vehicle") if key in tags]
    return bool(said) and said[0] not in _SHUT

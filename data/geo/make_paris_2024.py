"""Write the bundled plan's layers from the facts beside this file.

Run it from anywhere: ``python data/geo/make_paris_2024.py``. The same facts give the same bytes.
Streets are drawn street by street; where two of them cross at grade, both get a vertex there and
are cut into edges, so that the network's junctions are true ones. Bridges and lower quays take no
part in that: they meet the rest only at their ends and at stairs and ramps.
"""

import json
import math
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import paris_2024_facts as facts
from shapely.geometry import LineString, MultiPolygon, Polygon, mapping
from shapely.geometry.polygon import orient

type Point = tuple[float, float]

HERE = Path(__file__).resolve().parent / "paris-2024"
LAT_0, LON_0 = 48.857, 2.335
# Metres of a degree at this latitude on the WGS 84 ellipsoid: a plane good to a few cm in 8 km.
NORTH_M, EAST_M = 111_206.0, 73_330.0
JOIN_M = 45.0  # an end this close to another street is meant to meet it
MERGE_M = 12.0  # junctions closer than this are one
BRIDGE_LEVEL, STREET_LEVEL, LOWER_LEVEL = 1, 0, -1
M2_PER_PERSON = 3.0
CLASSES = {
    "p": "primary",
    "s": "secondary",
    "r": "residential",
    "d": "pedestrian",
    "f": "footway",
}


@dataclass
class Line:
    """A street, quay, bridge or stair as it is drawn."""

    name: str
    road: str
    points: list[Point]
    level: int = STREET_LEVEL
    bridge: bool = False
    nodes: list[Point] = field(default_factory=list)


@dataclass
class Quay:
    """One bank from east to west: the upper road, and how far it is from the water."""

    points: list[Point]
    width: list[float]
    stretches: list[tuple[str, str, int, int]]  # name, lower quay's name, first and last vertex
    side: float  # +1: the river is to the left of the way, -1: to the right

    def at(self, point: Point) -> int:
        """Return the vertex at a point."""
        return self.points.index(point)

    def offset(self, first: int, last: int, shift: Sequence[float]) -> list[Point]:
        """Return vertices first..last moved towards the river by metres for each of them."""
        return [
            moved(self.points, i, self.side * metres)
            for i, metres in zip(range(first, last + 1), shift, strict=True)
        ]


def moved(points: Sequence[Point], i: int, left: float) -> Point:
    """Move vertex i to the left of the line by metres, along the bisector of its corner."""
    units = []
    for a, b in zip(points[max(i - 1, 0) :], points[max(i - 1, 0) + 1 : i + 2], strict=False):
        length = math.dist(a, b)
        units.append(((b[0] - a[0]) / length, (b[1] - a[1]) / length))
    x, y = sum(u[0] for u in units), sum(u[1] for u in units)
    norm = math.hypot(x, y)
    scale = left / max(norm / len(units), 0.7) / norm
    return points[i][0] - y * scale, points[i][1] + x * scale


def rows(table: str, *, between: str = "|") -> list[list[str]]:
    """Split a table of the facts into stripped cells."""
    return [[cell.strip() for cell in row.split(between)] for row in table.strip().splitlines()]


def position(text: str) -> Point:
    """Return the metres of a ``lat,lon`` pair in ten-thousandths of a degree."""
    lat, lon = (float(part) / 10_000 for part in text.split(","))
    return (2 + lon - LON_0) * EAST_M, (48 + lat - LAT_0) * NORTH_M


PLACES: dict[str, Point] = {}


def way(text: str) -> list[Point]:
    """Return the points of a way; ``name=lat,lon`` names a place for later ways as well."""
    points = []
    for token in text.split():
        name, _, pair = token.rpartition("=")
        if name:
            PLACES[name] = position(pair)
        points.append(position(pair) if "," in pair else PLACES[pair])
    return points


def lonlat(point: Sequence[float]) -> list[float]:
    """Return degrees, rounded as they are written."""
    return [round(LON_0 + point[0] / EAST_M, 6), round(LAT_0 + point[1] / NORTH_M, 6)]


def read_quay(table: str, *, side: float) -> Quay:
    """Read one bank."""
    points: list[Point] = []
    width: list[float] = []
    stretches = []
    wide = 0.0
    for name, lower, text in rows(table):
        first = max(len(points) - 1, 0)
        for token in text.split():
            match = re.fullmatch(r"([^\[]+)(?:\[(\d+)\])?", token)
            if match is None:
                raise ValueError(token)
            (point,) = way(match[1])
            if match[2]:
                wide = float(match[2])
            if points and points[-1] == point:
                width[-1] = (width[-1] + wide) / 2
            else:
                points.append(point)
                width.append(wide)
        stretches.append((name, lower, first, len(points) - 1))
    return Quay(points, width, stretches, side)


# ---------------------------------------------------------------------------- streets at grade
def foot(p: Point, a: Point, b: Point) -> tuple[float, Point]:
    """Return the distance from p to the segment a-b and the nearest point of it."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length2 = dx * dx + dy * dy
    t = max(0.0, min(1.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length2))
    near = (a[0] + t * dx, a[1] + t * dy)
    return math.dist(p, near), near


def crossing(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """Return where the segments a-b and c-d cross, or None."""
    r, s = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1])
    det = r[0] * s[1] - r[1] * s[0]
    if abs(det) < 1e-9:
        return None
    t = ((c[0] - a[0]) * s[1] - (c[1] - a[1]) * s[0]) / det
    u = ((c[0] - a[0]) * r[1] - (c[1] - a[1]) * r[0]) / det
    return (a[0] + t * r[0], a[1] + t * r[1]) if 0 <= t <= 1 and 0 <= u <= 1 else None


def segments(line: Line) -> list[tuple[Point, Point]]:
    """Return the segments of a line."""
    return list(zip(line.points, line.points[1:], strict=False))


def join_ends(lines: Sequence[Line], fixed: int) -> None:
    """Make the ends of all but the first ``fixed`` lines meet the street they stop at."""
    for number, line in enumerate(lines[fixed:], start=fixed):
        for end in (0, -1):
            p = line.points[end]
            others = [o for k, o in enumerate(lines) if k != number]
            if any(p in o.points for o in others):
                continue
            corner = min((math.dist(p, q), q) for o in others for q in o.points)
            distance, near = min(foot(p, a, b) for o in others for a, b in segments(o))
            if distance <= JOIN_M:
                line.points[end] = corner[1] if corner[0] < MERGE_M else near


def cut_at_crossings(lines: Sequence[Line], anchors: Iterable[Point]) -> None:
    """Give crossing lines a common vertex, and note in each line which vertices are nodes."""
    along: list[list[tuple[int, float, Point]]] = [[] for _ in lines]
    for i, line in enumerate(lines):
        for k, (a, b) in enumerate(segments(line)):
            for j, other in enumerate(lines):
                if i == j:
                    continue
                for c, d in segments(other):
                    hit = crossing(a, b, c, d)
                    found = [hit] if hit else []
                    found += [q for q in (c, d) if foot(q, a, b)[0] < 1.0]
                    along[i] += [(k, math.dist(a, q), q) for q in found]
        along[i] += [(0, 0.0, line.points[0]), (len(line.points) - 1, 0.0, line.points[-1])]
    merged = clusters({p for hits in along for _, _, p in hits}, set(anchors))
    for line, hits in zip(lines, along, strict=True):
        # A place where lines meet at a vertex is a node as well as where they cross.
        inner = [(k, 0.0, p) for k, p in enumerate(line.points) if p not in merged]
        points: list[Point] = []
        nodes = []
        for _, _, p in sorted([(k, t, p) for k, t, p in hits] + inner):
            q = merged.get(p, p)
            if p not in merged and any(math.dist(p, m) < MERGE_M for _, _, m in hits):
                continue
            if points and points[-1] == q:
                continue
            points.append(q)
            if p in merged:
                nodes.append(q)
        line.points, line.nodes = points, nodes


def clusters(points: set[Point], anchors: set[Point]) -> dict[Point, Point]:
    """Merge points closer than `MERGE_M`: to the anchor among them, else to the first."""
    merged: dict[Point, Point] = {}
    centres = sorted(anchors)
    for p in sorted(points):
        near = [(math.dist(p, c), c) for c in centres if math.dist(p, c) < MERGE_M]
        if not near:
            centres.append(p)
        merged[p] = min(near)[1] if near else p
    return merged


def edges(lines: Sequence[Line]) -> list[Line]:
    """Cut the lines at their nodes, keep each piece once."""
    pieces = []
    seen = set()
    for line in lines:
        nodes = set(line.nodes) or set(line.points)
        piece: list[Point] = []
        for point in line.points:
            piece.append(point)
            if point in nodes and len(piece) > 1:
                written = [tuple(lonlat(p)) for p in piece]
                key = min(tuple(written), tuple(reversed(written)))
                if key not in seen and len(set(key)) > 1:
                    seen.add(key)
                    pieces.append(Line(line.name, line.road, piece, line.level, line.bridge))
                piece = [point]
    return pieces


def network(banks: dict[str, Quay], islands: Sequence[Quay]) -> list[Line]:
    """Return the edges of the whole drawn network."""
    ground = []
    for quay in (*banks.values(), *islands):
        for name, _, first, last in quay.stretches:
            ground.append(Line(name, "secondary", list(quay.points[first : last + 1])))
    fixed = len(ground)
    ground += [Line(name, CLASSES[road], way(text)) for name, road, text in rows(facts.STREETS)]
    join_ends(ground, fixed)
    anchors = [p for quay in (*banks.values(), *islands) for p in quay.points]
    cut_at_crossings(ground, anchors)
    return edges(ground) + bridges() + lower_quays(banks)


def bridges() -> list[Line]:
    """Return the bridges."""
    return [
        Line(name, road, way(text), BRIDGE_LEVEL, bridge=True)
        for name, road, text in rows(facts.BRIDGES)
    ]


def lower_quays(banks: dict[str, Quay]) -> list[Line]:
    """Return the lower quays and the stairs and ramps that lead down to them."""
    lines = []
    low: dict[Point, tuple[Point, str]] = {}
    for quay in banks.values():
        for _, lower, first, last in quay.stretches:
            if lower == "-":
                continue
            track = quay.offset(first, last, [w - 9 for w in quay.width[first : last + 1]])
            # Vertices at the end of a stretch take the mean corner, so that stretches meet.
            track = [
                moved(quay.points, i, quay.side * (quay.width[i] - 9))
                for i in range(first, last + 1)
            ]
            for k in range(len(track) - 1):
                lines.append(Line(lower, "pedestrian", track[k : k + 2], LOWER_LEVEL))
            for i, point in zip(range(first, last + 1), track, strict=True):
                low[quay.points[i]] = (point, lower)
    for cell in (c for row in rows(facts.DESCENTS) for c in row):
        _, kind, text = cell.split()
        (top,) = way(text)
        bottom, lower = low[top]
        name = f"{'Escalier' if kind == 's' else 'Rampe'} vers {lower}"
        lines.append(Line(name, "steps" if kind == "s" else "footway", [top, bottom], LOWER_LEVEL))
    return lines


# ------------------------------------------------------------------------------------- areas
def strip(quay: Quay, where: Sequence[Point], *, near: float, far: float) -> Polygon:
    """Return the strip along a quay between two of its vertices; positive is riverward.

    ``near`` and ``far`` are metres from the road's line; 12 m are left free at each end.
    """
    first, last = sorted(quay.at(p) for p in where)
    line = LineString(quay.points[first : last + 1])
    short = [(float(x), float(y)) for x, y in cut(line, 12.0).coords]
    one = [moved(short, i, quay.side * near) for i in range(len(short))]
    two = [moved(short, i, quay.side * far) for i in range(len(short))]
    return Polygon(one + two[::-1])


def cut(line: LineString, end_m: float) -> LineString:
    """Return the line without its first and last metres."""
    inner = [p for p in line.coords if end_m < line.project(point_of(p)) < line.length - end_m]
    ends = [line.interpolate(end_m), line.interpolate(line.length - end_m)]
    return LineString([ends[0].coords[0], *inner, ends[1].coords[0]])


def point_of(p: Sequence[float]) -> "LineString":
    """Return a shapely point."""
    from shapely.geometry import Point as ShapelyPoint

    return ShapelyPoint(p[0], p[1])


def areas(banks: dict[str, Quay]) -> list[dict[str, object]]:
    """Return the standing boxes and the stands."""
    features = []
    for name, people, english, french, where in rows(facts.BOXES):
        words = where.split()
        if words[0] == "strip":
            quay, ends = banks[words[1]], way(" ".join(words[2:]))
            front = min(quay.width[quay.at(p)] for p in ends) * 0.3
            low, high = -front, 200.0
            for _ in range(60):
                depth = (low + high) / 2
                shape = strip(quay, ends, near=front, far=-depth)
                low, high = (
                    (depth, high) if shape.area < M2_PER_PERSON * int(people) else (low, depth)
                )
        else:
            shape = Polygon(way(where))
        features.append(area(f"box-{name}", english, french, int(people), shape, "box", 0))
    for name, people, english, french, where in rows(facts.STANDS):
        bank, *ends = where.split()
        quay = banks[bank]
        first, last = sorted(quay.at(p) for p in way(" ".join(ends)))
        wide = min(quay.width[first : last + 1])
        shape = strip(quay, way(" ".join(ends)), near=wide - 3, far=max(wide - 17, 0.3 * wide + 1))
        features.append(
            area(f"stand-{name}", english, french, int(people), shape, "stand", LOWER_LEVEL)
        )
    return features


def area(
    name: str, english: str, french: str, people: int, shape: Polygon, kind: str, level: int
) -> dict[str, object]:
    """Return one area as a feature."""
    properties = {
        "id": name,
        "name": french,
        "name_en": english,
        "name_fr": french,
        "kind": kind,
        "people": people,
        "level": level,
    }
    return feature(name, polygon(shape), properties)


def polygon(shape: Polygon | MultiPolygon) -> dict[str, object]:
    """Return a polygon's GeoJSON geometry: degrees, right-hand rule."""

    def ring(coordinates: Iterable[Sequence[float]]) -> list[list[float]]:
        return [lonlat(p) for p in coordinates]

    shape = orient(shape)
    return {
        "type": "Polygon",
        "coordinates": [ring(shape.exterior.coords), *(ring(r.coords) for r in shape.interiors)],
    }


def seine(banks: dict[str, Quay], islands: Sequence[Quay]) -> Polygon:
    """Return the river between its banks, with the two islands as holes."""
    right, left = (
        quay.offset(0, len(quay.points) - 1, quay.width)
        for quay in (banks["right"], banks["left"])
    )
    water = Polygon(right + left[::-1])
    for island in islands:
        water = water.difference(Polygon(island.points).buffer(island.width[1], quad_segs=2))
    return water


# ------------------------------------------------------------------------------------- sites
def slug(text: str) -> str:
    """Return a name in small ASCII letters and hyphens."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe")).encode("ascii", "ignore")
    return re.sub(r"[^a-z0-9]+", "-", plain.decode().lower()).strip("-")


BANKS = {"_r": "rive droite", "_l": "rive gauche", "_i": "île", "_w": "île", "_e": "île"}
BOTH = "checkpoint,dog_team"
COSTS = {  # kind of site: open cost, least and most lanes
    "bridgehead": (25, 4, 12),
    "station": (18, 4, 8),
    "street mouth": (12, 4, 6),
}


def post(name: str, title: str, kind: str, at: Point, **extra: object) -> dict[str, object]:
    """Return a candidate site as a feature."""
    properties: dict[str, object] = {
        "id": name,
        "name": title,
        "kind": kind,
        "level": LOWER_LEVEL if kind == "landing" else STREET_LEVEL,
        "resources": {"station": "checkpoint", "landing": "dog_team"}.get(kind, BOTH),
    }
    if kind in COSTS:
        opening, least, most = COSTS[kind]
        properties["open_cost_checkpoint"] = opening
        properties["min_units_checkpoint"] = least
        properties["max_units_checkpoint"] = most
    properties |= extra
    return feature(name, {"type": "Point", "coordinates": lonlat(at)}, properties)


def bridgeheads() -> list[dict[str, object]]:
    """Return a site at each end of each bridge."""
    found = []
    for title, _, text in rows(facts.BRIDGES):
        for end in text.split():
            where = BANKS[end[-2:]]
            # The two arms of the Pont Neuf and of the Pont de Sully meet on an island: one site.
            name = f"bridge-{slug(title)}-{slug(where)}" + ("-est" if end == "stlouis_w" else "")
            if all(f["id"] != name for f in found):
                extra = facts.DECIDED.get(name, {})
                found.append(post(name, f"{title}, {where}", "bridgehead", PLACES[end], **extra))
    return found


def stations() -> list[dict[str, object]]:
    """Return a site at each station exit; those shut on the day are excluded."""
    return [
        post(
            f"station-{name}",
            title,
            "station",
            *way(text),
            **({"status": "excluded"} if state == "x" else {}),
        )
        for name, title, text, state in rows(facts.STATIONS)
    ]


def street_mouths(quays: Sequence[Quay], net: Sequence[Line]) -> list[dict[str, object]]:
    """Return a site where a street leaves a quay, 20 m up the street, and at listed crossings."""
    along = {name for quay in quays for name, _, _, _ in quay.stretches}
    ground = [line for line in net if line.level == STREET_LEVEL]
    ends: dict[Point, list[Line]] = defaultdict(list)
    for line in ground:
        for end in {line.points[0], line.points[-1]}:
            ends[end].append(line)
    taken = set(PLACES.values())
    found: dict[str, dict[str, object]] = {}
    for node, lines in sorted(ends.items()):
        quay = sorted({line.name for line in lines if line.name in along})
        streets = sorted({line.name for line in lines if line.name not in along})
        if not quay or not streets or node in taken:
            continue
        line = next(line for line in lines if line.name == streets[0])
        shape = LineString(line.points if line.points[0] == node else line.points[::-1])
        at = shape.interpolate(min(20.0, shape.length / 2)).coords[0]
        name = f"mouth-{slug(streets[0])}-{slug(quay[0])}"
        found.setdefault(name, post(name, f"{streets[0]}, {quay[0]}", "street mouth", at))
    for one, two in rows(facts.CROSSINGS, between="/"):
        nodes = [p for p, lines in ends.items() if {one, two} <= {line.name for line in lines}]
        if not nodes:
            raise ValueError(f"{one} and {two} do not meet")
        name = f"mouth-{slug(one)}-{slug(two)}"
        found[name] = post(name, f"{one}, {two}", "street mouth", min(nodes))
    return list(found.values())


def landings(net: Sequence[Line]) -> list[dict[str, object]]:
    """Return a site for dog teams at the foot of each ramp to a lower quay."""
    found = []
    feet = [line for line in net if line.level == LOWER_LEVEL and line.name.startswith("Rampe")]
    for number, line in enumerate(sorted(feet, key=lambda line: line.points[1]), start=1):
        title = line.name.removeprefix("Rampe vers ")
        name = f"landing-{number:02d}-{slug(title)}"
        found.append(post(name, f"{title}, pied de la rampe", "landing", line.points[1]))
    return found


# ------------------------------------------------------------------------------------- files
def feature(name: str, geometry: dict[str, object], properties: dict[str, object]) -> dict[str, object]:
    """Return a GeoJSON feature."""
    return {"type": "Feature", "id": name, "properties": properties, "geometry": geometry}


def write(folder: Path, name: str, features: Iterable[dict[str, object]]) -> None:
    """Write a layer: one feature a line, in the order of the identifiers."""
    lines = [
        json.dumps(f, ensure_ascii=False, separators=(",", ":"))
        for f in sorted(features, key=lambda f: str(f["id"]))
    ]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    (folder / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"{name}: {len(lines)} features, {len(text.encode()) / 1000:.0f} kB")


def street_features(net: Sequence[Line]) -> list[dict[str, object]]:
    """Return the edges as features, numbered within their street from its first point on."""
    count: dict[str, int] = defaultdict(int)
    features = []
    for line in net:
        stem = slug(line.name)
        count[stem] += 1
        name = f"{stem}-{count[stem]:02d}"
        properties = {
            "id": name,
            "name": line.name,
            "class": line.road,
            "bridge": line.bridge,
            "tunnel": False,
            "level": line.level,
        }
        geometry = {"type": "LineString", "coordinates": [lonlat(p) for p in line.points]}
        features.append(feature(name, geometry, properties))
    return features


def main(folder: Path) -> None:
    """Write all layers to a folder."""
    for token in facts.PLACES.split():
        if "," not in token:
            name = token
        else:
            PLACES[name] = position(token)
    banks = {
        "right": read_quay(facts.RIGHT_BANK, side=1.0),
        "left": read_quay(facts.LEFT_BANK, side=-1.0),
    }
    islands = (read_quay(facts.CITE, side=1.0), read_quay(facts.SAINT_LOUIS, side=-1.0))
    net = network(banks, islands)
    route = [lonlat(p) for p in way(facts.ROUTE)]
    write(folder, "streets.geojson", street_features(net))
    write(folder, "areas.geojson", areas(banks))
    water = seine(banks, islands)
    write(folder, "seine.geojson", [feature("seine", polygon(water), {"id": "seine", "name": "La Seine"})])
    ceremony = {"id": "ceremony", "name": "Pont d'Austerlitz - Pont d'Iéna"}
    write(folder, "route.geojson", [feature("ceremony", {"type": "LineString", "coordinates": route}, ceremony)])
    quays = (*banks.values(), *islands)
    write(
        folder,
        "sites.geojson",
        bridgeheads() + stations() + street_mouths(quays, net) + landings(net),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)

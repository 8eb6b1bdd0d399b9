"""Draw streets: quays, streets that join where they cross, bridges, lower quays and stairs.

Streets are drawn street by street; where two of them cross at grade, both get a vertex there and
are cut into edges, so that the network's junctions are true ones. Bridges and lower quays take no
part in that: they meet the rest only at their ends and at stairs and ramps.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from drawing import facts
from drawing.streets import STREETS

type Point = tuple[float, float]

JOIN_M = 45.0  # an end this close to another street is meant to meet it
WATERSIDE_M = 9.0  # the lower quay runs this far from the water
TOUCH_M = 1.0  # an end this close to a line lies on it
MERGE_M = 12.0  # junctions closer than this are one
BRIDGE_LEVEL, STREET_LEVEL, LOWER_LEVEL = 1, 0, -1
CLASSES = {
    "p": "primary",
    "s": "secondary",
    "r": "residential",
    "d": "pedestrian",
    "f": "footway",
}


@dataclass(frozen=True)
class Plane:
    """Metres north and east of a place in a city, and the degrees that its positions start from.

    ``north_m`` and ``east_m`` are metres of a degree at this latitude on the WGS 84 ellipsoid: a
    plane good to a few cm in 8 km.
    """

    lat: float
    lon: float
    north_m: float
    east_m: float
    lat_from: int
    lon_from: int

    def position(self, text: str) -> Point:
        """Return the metres of a ``lat,lon`` pair in ten-thousandths of a degree."""
        lat, lon = (float(part) / 10_000 for part in text.split(","))
        east = (self.lon_from + lon - self.lon) * self.east_m
        return east, (self.lat_from + lat - self.lat) * self.north_m

    def lonlat(self, point: Sequence[float]) -> list[float]:
        """Return degrees, rounded as they are written."""
        lon, lat = self.lon + point[0] / self.east_m, self.lat + point[1] / self.north_m
        return [round(lon, 6), round(lat, 6)]


PARIS = Plane(48.857, 2.335, 111_206.0, 73_330.0, 48, 2)
LONDON = Plane(51.505, -0.119, 111_258.0, 69_433.0, 51, 0)


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


PLACES: dict[str, Point] = {}
_planes = [PARIS]  # the city that is being drawn


def begin(plane: Plane, places: str) -> None:
    """Draw another city: its plane, and its places as names and positions in turns."""
    _planes[:] = [plane]
    words = places.split()
    PLACES.clear()
    PLACES.update({n: plane.position(at) for n, at in zip(words[::2], words[1::2], strict=True)})


def position(text: str) -> Point:
    """Return the metres of a ``lat,lon`` pair in ten-thousandths of a degree."""
    return _planes[0].position(text)


def lonlat(point: Sequence[float]) -> list[float]:
    """Return degrees, rounded as they are written."""
    return _planes[0].lonlat(point)


def way(text: str) -> list[Point]:
    """Return the points of a way; ``name=lat,lon`` names a place for later ways as well."""
    points = []
    for token in text.split():
        name, _, pair = token.rpartition("=")
        if name:
            PLACES[name] = position(pair)
        points.append(position(pair) if "," in pair else PLACES[pair])
    return points


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
    return list(pairwise(line.points))


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


def meetings(line: Line, others: Sequence[Line]) -> list[tuple[int, float, Point]]:
    """Return where others cross or touch a line: its segment, metres along it, the point."""
    hits = [(0, 0.0, line.points[0]), (len(line.points) - 1, 0.0, line.points[-1])]
    for k, (a, b) in enumerate(segments(line)):
        for c, d in (segment for other in others for segment in segments(other)):
            hit = crossing(a, b, c, d)
            found = [hit] if hit else []
            found += [q for q in (c, d) if foot(q, a, b)[0] < TOUCH_M]
            hits += [(k, math.dist(a, q), q) for q in found]
    return hits


def cut_at_crossings(lines: Sequence[Line], anchors: Iterable[Point]) -> None:
    """Give crossing lines a common vertex, and note in each line which vertices are nodes."""
    along = [meetings(line, [o for o in lines if o is not line]) for line in lines]
    merged = clusters({p for hits in along for _, _, p in hits}, set(anchors))
    for line, hits in zip(lines, along, strict=True):
        bends = [(k, 0.0, p) for k, p in enumerate(line.points) if p not in merged]
        points: list[Point] = []
        nodes = []
        for _, _, p in sorted(hits + bends):
            if p not in merged and any(math.dist(p, m) < MERGE_M for _, _, m in hits):
                continue  # a bend beside a junction gives way to it
            q = merged.get(p, p)
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
    """Return the edges of the whole drawn network of Paris."""
    quays = (*banks.values(), *islands)
    return at_grade(quays, STREETS) + bridges(facts.BRIDGES) + lower_quays(banks)


def at_grade(quays: Sequence[Quay], streets: str) -> list[Line]:
    """Return the edges of quays and streets, cut where they meet."""
    ground = []
    for quay in quays:
        for name, _, first, last in quay.stretches:
            ground.append(Line(name, "secondary", list(quay.points[first : last + 1])))
    fixed = len(ground)
    ground += [Line(name, CLASSES[road], way(text)) for name, road, text in rows(streets)]
    join_ends(ground, fixed)
    cut_at_crossings(ground, [p for quay in quays for p in quay.points])
    return edges(ground)


def bridges(table: str) -> list[Line]:
    """Return the bridges."""
    return [
        Line(name, road, way(text), BRIDGE_LEVEL, bridge=True) for name, road, text in rows(table)
    ]


def lower_quays(banks: dict[str, Quay]) -> list[Line]:
    """Return the lower quays and the stairs and ramps that lead down to them."""
    lines = []
    low: dict[Point, tuple[Point, str]] = {}
    for quay in banks.values():
        for _, lower, first, last in quay.stretches:
            if lower == "-":
                continue
            # Each vertex moves by its own width, so that neighbouring stretches meet.
            track = quay.offset(
                first, last, [w - WATERSIDE_M for w in quay.width[first : last + 1]]
            )
            lines += [Line(lower, "pedestrian", [a, b], LOWER_LEVEL) for a, b in pairwise(track)]
            for i, point in zip(range(first, last + 1), track, strict=True):
                low[quay.points[i]] = (point, lower)
    for cell in (c for row in rows(facts.DESCENTS) for c in row):
        _, kind, text = cell.split()
        (top,) = way(text)
        bottom, lower = low[top]
        name = f"{'Escalier' if kind == 's' else 'Rampe'} vers {lower}"
        lines.append(Line(name, "steps" if kind == "s" else "footway", [top, bottom], LOWER_LEVEL))
    return lines
